#include "engine/rules/parser.hpp"

#include <algorithm>

namespace puente::rules {

namespace {

enum Strength : int { any_strength, or_strength, and_strength, not_strength, compare_strength, add_strength,
                      multiply_strength, minus_strength, power_strength };

int strength_of(Token token) {
  switch (token) {
    case Token::logical_or: return or_strength;
    case Token::logical_and: return and_strength;
    case Token::in: case Token::less: case Token::less_equal: case Token::greater: case Token::greater_equal:
    case Token::equal: case Token::unequal: return compare_strength;
    case Token::plus: case Token::minus: return add_strength;
    case Token::times: case Token::divide: return multiply_strength;
    case Token::power: return power_strength;
    default: return any_strength;
  }
}

class Parser {
 public:
  explicit Parser(std::string_view source) : source_(source), lexemes_(cut(source)) {}

  Tree whole() {
    if (peek().token == Token::end) fail("there is no expression here");
    expression(any_strength);
    if (peek().token != Token::end) fail_rest();
    return std::move(tree_);
  }

 private:
  const Lexeme& peek() const { return lexemes_[next_]; }
  const Lexeme& peek_behind() const { return lexemes_[std::min(next_ + 1, lexemes_.size() - 1)]; }
  const Lexeme& take() { return lexemes_[next_++]; }
  std::string shown(const Lexeme& l) const { return std::string(source_.substr(l.begin, l.end - l.begin)); }

  [[noreturn]] void fail(const std::string& message) const { throw SyntaxError{peek().begin, message}; }

  [[noreturn]] void fail_rest() const {
    switch (peek().token) {
      case Token::assign: fail("'=' sets nothing here: write '==' to compare");
      case Token::close: fail("this ')' closes nothing");
      case Token::close_list: fail("this ']' closes nothing");
      case Token::logical_not: fail("'not' stands before a condition, as in not (x in [1, 2])");
      case Token::where: fail("'where' belongs inside an aggregate, as in sum(x where c)");
      default: fail("an operator is missing before '" + shown(peek()) + "'");
    }
  }

  const Lexeme& expect_token(Token token, const std::string& what) {
    if (peek().token != token) fail_expected(what);
    return take();
  }

  [[noreturn]] void fail_expected(const std::string& what) const {
    fail(what + " is expected here, but " +
         (peek().token == Token::end ? std::string("the expression ends") : "there is '" + shown(peek()) + "'"));
  }

  int add(Node node) {
    node.first = tree_.root() + 1;
    if (!node.children.empty()) node.first = tree_[node.children.front()].first;
    tree_.nodes.push_back(std::move(node));
    return tree_.root();
  }

  int add_over(NodeKind kind, const Lexeme& op, std::vector<int> children) {
    Node node;
    node.kind = kind;
    node.op = op.token;
    node.at = op.begin;
    node.begin = std::min(op.begin, tree_[children.front()].begin);
    node.end = std::max(op.end, tree_[children.back()].end);
    node.children = std::move(children);
    return add(std::move(node));
  }

  Node leaf(NodeKind kind, const Lexeme& lexeme) const {
    Node node;
    node.kind = kind;
    node.at = node.begin = lexeme.begin;
    node.end = lexeme.end;
    node.number = lexeme.number;
    node.text = lexeme.text;
    return node;
  }

  /// Everything that binds more tightly than `weakest`.
  int expression(int weakest) {
    if (++depth_ > deepest_nesting)
      fail("this is nested more than " + std::to_string(deepest_nesting) + " levels deep: cut it into [variables]");
    int left = prefix();
    while (strength_of(peek().token) > weakest) left = infix(left);
    --depth_;
    return left;
  }

  int infix(int left) {
    const Token token = peek().token;
    const int strength = strength_of(token);
    if (strength == compare_strength) return token == Token::in ? membership(left) : comparison(left);
    const Lexeme& op = take();
    const int right = expression(token == Token::power ? minus_strength : strength);
    const NodeKind kind = token == Token::logical_and  ? NodeKind::conjunction
                          : token == Token::logical_or ? NodeKind::disjunction
                                                       : NodeKind::arithmetic;
    return add_over(kind, op, {left, right});
  }

  int comparison(int left) {
    const Lexeme& op = peek();
    std::vector<int> children{left};
    std::vector<Token> comparisons;
    while (strength_of(peek().token) == compare_strength) {
      if (peek().token == Token::in) fail("put parentheses around one of these: 'in' does not chain with comparisons");
      comparisons.push_back(take().token);
      children.push_back(expression(compare_strength));
    }
    const int node = add_over(NodeKind::comparison, op, std::move(children));
    tree_.nodes.back().comparisons = std::move(comparisons);
    return node;
  }

  int membership(int left) {
    const Lexeme& op = take();
    std::vector<int> children{left};
    expect_token(Token::open_list, "a list, as in [\"a\", \"b\"],");
    do children.push_back(expression(any_strength));
    while (accept(Token::comma));
    const std::size_t end = expect_token(Token::close_list, "',' or ']'").end;
    if (strength_of(peek().token) == compare_strength)
      fail("put parentheses around one of these: 'in' does not chain with comparisons");
    const int node = add_over(NodeKind::membership, op, std::move(children));
    tree_.nodes.back().end = end;
    return node;
  }

  bool accept(Token token) {
    if (peek().token != token) return false;
    take();
    return true;
  }

  int prefix() {
    const Lexeme& lexeme = peek();
    switch (lexeme.token) {
      case Token::number: return add(leaf(NodeKind::number, take()));
      case Token::text: return add(leaf(NodeKind::text, take()));
      case Token::true_word: case Token::false_word: return truth();
      case Token::name: case Token::quoted_name: return name_or_call();
      case Token::minus: return unary(NodeKind::minus, minus_strength);
      case Token::plus: fail("a sign '+' is not written");
      case Token::logical_not: return unary(NodeKind::negation, not_strength);
      case Token::open: return parenthesised();
      case Token::open_list: fail("a list stands behind 'in', as in area in [\"a\", \"b\"]");
      default: fail_expected("a number, a name or '('");
    }
  }

  int truth() {
    Node node = leaf(NodeKind::truth, take());
    node.number = source_[node.begin] == 't' ? 1 : 0;
    return add(std::move(node));
  }

  int unary(NodeKind kind, int strength) {
    if (kind == NodeKind::negation && next_ > 0 && strength_of(lexemes_[next_ - 1].token) > not_strength)
      fail("'not' binds weaker than '" + shown(lexemes_[next_ - 1]) + "': put parentheses around it");
    const Lexeme& op = take();
    return add_over(kind, op, {expression(strength)});
  }

  int parenthesised() {
    const std::size_t begin = take().begin;
    const int node = expression(any_strength);
    tree_.nodes.back().end = expect_token(Token::close, "')'").end;
    tree_.nodes.back().begin = begin;
    return node;
  }

  int name_or_call() {
    const Lexeme& lexeme = take();
    if (lexeme.token == Token::name && peek().token == Token::open) return call(lexeme);
    if (peek().token == Token::dot) return qualified(lexeme);
    return add(leaf(NodeKind::name, lexeme));
  }

  int qualified(const Lexeme& owner) {
    if (owner.text != "household" && owner.text != "person")
      throw SyntaxError{owner.begin, "only 'household.' and 'person.' can stand before a name"};
    take();
    if (peek().token != Token::name && peek().token != Token::quoted_name) fail_expected("the name of a column");
    Node node = leaf(NodeKind::name, take());
    node.qualifier = owner.text == "household" ? Entity::household : Entity::person;
    node.at = node.begin = owner.begin;
    return add(std::move(node));
  }

  int call(const Lexeme& function) {
    take();
    Node node = leaf(NodeKind::call, function);
    if (peek().token != Token::close) arguments(node);
    node.end = expect_token(Token::close, "',' or ')'").end;
    return add(std::move(node));
  }

  void arguments(Node& node) {
    do {
      if (peek().token == Token::name && peek().text == "by" && peek_behind().token == Token::assign) {
        by(node);
        return;
      }
      node.children.push_back(expression(any_strength));
      ++node.arguments;
      if (accept(Token::where)) {
        node.where = expression(any_strength);
        node.children.push_back(node.where);
        if (accept(Token::comma)) by(node);
        return;
      }
    } while (accept(Token::comma));
  }

  void by(Node& node) {
    if (peek().token != Token::name || peek().text != "by") fail_expected("'by = …' or nothing behind 'where'");
    take();
    expect_token(Token::assign, "'='");
    node.by = expression(any_strength);
    node.children.push_back(node.by);
  }

  std::string_view source_;
  std::vector<Lexeme> lexemes_;
  std::size_t next_ = 0;
  int depth_ = 0;
  Tree tree_;
};

}  // namespace

Tree parse(std::string_view expression) { return Parser(expression).whole(); }

}  // namespace puente::rules
