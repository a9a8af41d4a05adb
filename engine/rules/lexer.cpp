#include "engine/rules/lexer.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace puente::rules {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

struct Word {
  std::string_view written;
  Token token;
};

constexpr std::array<Word, 7> keywords = {{{"and", Token::logical_and}, {"or", Token::logical_or},
                                           {"not", Token::logical_not}, {"in", Token::in}, {"where", Token::where},
                                           {"true", Token::true_word}, {"false", Token::false_word}}};

/// Longest first.
constexpr std::array<Word, 18> marks = {{
    {"<=", Token::less_equal}, {">=", Token::greater_equal}, {"==", Token::equal}, {"!=", Token::unequal},
    {"<", Token::less}, {">", Token::greater}, {"=", Token::assign}, {"+", Token::plus}, {"-", Token::minus},
    {"*", Token::times}, {"/", Token::divide}, {"^", Token::power}, {"(", Token::open}, {")", Token::close},
    {"[", Token::open_list}, {"]", Token::close_list}, {",", Token::comma}, {".", Token::dot}}};

/// What people type out of habit from elsewhere, and what it is called here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> habits = {{
    {"&&", "write 'and'"}, {"||", "write 'or'"}, {"**", "write '^'"}, {"<>", "write '!='"}, {"~=", "write '!='"},
    {"&", "write 'and'"}, {"|", "write 'or'"}, {"!", "write 'not'"}, {"%", "write a share as a number, as in 0.4"},
    {"≤", "write '<='"}, {"≥", "write '>='"}, {"≠", "write '!='"}, {"×", "write '*'"}, {"−", "write '-'"},
    {"“", "use straight quotes"}, {"”", "use straight quotes"}, {"\u00a0", "this is a non-breaking space: use a plain one"}}};

class Cutter {
 public:
  explicit Cutter(std::string_view source) : source_(source) {}

  std::vector<Lexeme> all() {
    for (skip_space(); at_ < source_.size(); skip_space()) lexemes_.push_back(next());
    lexemes_.push_back({Token::end, at_, at_, 0, {}});
    return std::move(lexemes_);
  }

 private:
  void skip_space() {
    while (at_ < source_.size() && std::string_view(" \t\r\n").find(source_[at_]) != std::string_view::npos) ++at_;
  }

  bool follows(std::string_view what) const { return source_.substr(at_, what.size()) == what; }

  Lexeme next() {
    const char c = source_[at_];
    if (is_digit(c) || (c == '.' && at_ + 1 < source_.size() && is_digit(source_[at_ + 1]))) return number();
    if (c == '"' || c == '\'') return text(c);
    if (c == '`') return quoted_name();
    return mark();
  }

  Lexeme take(Token token, std::size_t length) {
    at_ += length;
    return {token, at_ - length, at_, 0, {}};
  }

  Lexeme number() {
    std::string digits;
    std::size_t end = at_;
    for (; end < source_.size(); ++end) {
      const char c = source_[end];
      const bool sign = (c == '+' || c == '-') && (source_[end - 1] == 'e' || source_[end - 1] == 'E');
      if (c != '_' && c != '.' && !is_digit(c) && !is_letter(c) && !(end > at_ && sign)) break;
      if (c != '_') digits += c;
    }
    Lexeme lexeme = take(Token::number, end - at_);
    const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), lexeme.number);
    if (failed != std::errc{} || stop != digits.data() + digits.size())
      throw SyntaxError{lexeme.begin, "'" + std::string(source_.substr(lexeme.begin, end - lexeme.begin)) +
                                          "' is not a number; numbers look like 12, 0.5, 1_000 or 2e6"};
    return lexeme;
  }

  /// Text up to its closing quote; `\` takes the next character as it is.
  Lexeme text(char quote) {
    std::string content;
    for (std::size_t i = at_ + 1; i < source_.size(); ++i) {
      if (source_[i] == quote) {
        Lexeme lexeme = take(Token::text, i + 1 - at_);
        lexeme.text = std::move(content);
        return lexeme;
      }
      if (source_[i] == '\\' && i + 1 < source_.size()) ++i;
      content += source_[i];
    }
    throw SyntaxError{at_, "this text has no closing quote"};
  }

  Lexeme quoted_name() {
    const std::size_t end = source_.find('`', at_ + 1);
    if (end == std::string_view::npos) throw SyntaxError{at_, "this name has no closing back-quote"};
    if (end == at_ + 1) throw SyntaxError{at_, "there is no name between these back-quotes"};
    Lexeme lexeme = take(Token::quoted_name, end + 1 - at_);
    lexeme.text = std::string(source_.substr(lexeme.begin + 1, end - lexeme.begin - 1));
    return lexeme;
  }

  Lexeme name() {
    std::size_t end = at_;
    while (end < source_.size() && (is_letter(source_[end]) || is_digit(source_[end]))) ++end;
    Lexeme lexeme = take(Token::name, end - at_);
    lexeme.text = std::string(source_.substr(lexeme.begin, end - lexeme.begin));
    for (const Word& keyword : keywords)
      if (lexeme.text == keyword.written) lexeme.token = keyword.token;
    return lexeme;
  }

  Lexeme mark() {
    if (!follows("!="))
      for (const auto& [habit, advice] : habits)
        if (follows(habit)) throw SyntaxError{at_, "'" + std::string(habit) + "' is not used here: " + std::string(advice)};
    if (is_letter(source_[at_])) return name();
    for (const Word& m : marks)
      if (follows(m.written)) return take(m.token, m.written.size());
    throw SyntaxError{at_, "'" + std::string(1, source_[at_]) + "' has no meaning in an expression"};
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::vector<Lexeme> lexemes_;
};

}  // namespace

std::vector<Lexeme> cut(std::string_view expression) { return Cutter(expression).all(); }

}  // namespace puente::rules
