#include "engine/rules/node_checker.hpp"

#include <algorithm>
#include <cmath>

namespace puente::rules {

Facts bad_facts() {
  Facts facts;
  facts.bad = true;
  return facts;
}

Facts number_facts(Level level, Unit unit) {
  Facts facts;
  facts.level = level;
  facts.unit = std::move(unit);
  return facts;
}

Facts boolean_facts(Level level) {
  Facts facts = number_facts(level, Unit::one());
  facts.type = Class::boolean;
  return facts;
}

void NodeChecker::run() {
  place_contexts();
  for (int i = 0; i <= e_.tree.root(); ++i)
    if (!facts(i).bad) check_node(i);
  check_result();
}

bool NodeChecker::any_bad(int i) const {
  const auto& children = node(i).children;
  return std::any_of(children.begin(), children.end(), [&](int child) { return facts(child).bad; });
}

Level NodeChecker::finest(std::span<const int> nodes) const {
  Level level = Level::constant;
  for (const int i : nodes) level = std::max(level, facts(i).level);
  return level;
}

void NodeChecker::check_node(int i) {
  const Node& n = node(i);
  switch (n.kind) {
    case NodeKind::number:
      facts(i) = number_facts(Level::constant, {});
      facts(i).adapting = true;
      return;
    case NodeKind::truth: facts(i) = boolean_facts(Level::constant); return;
    case NodeKind::text: facts(i).type = Class::label; return;
    case NodeKind::name: facts(i) = name(i); return;
    case NodeKind::minus: facts(i) = minus(i); return;
    case NodeKind::arithmetic: facts(i) = arithmetic(i); return;
    case NodeKind::negation:
    case NodeKind::conjunction:
    case NodeKind::disjunction: facts(i) = logical(i); return;
    case NodeKind::comparison: facts(i) = comparison(i); return;
    case NodeKind::membership: facts(i) = membership(i); return;
    case NodeKind::call: facts(i) = call(i); return;
  }
}

Facts NodeChecker::name(int i) {
  const Meaning& meaning = e_.meanings[static_cast<std::size_t>(i)];
  const auto index = static_cast<std::size_t>(meaning.index);
  switch (meaning.kind) {
    case Meaning::Kind::column: return column(i);
    case Meaning::Kind::parameter:
      return number_facts(Level::constant, checker_.symbols_.scope().parameters[index].unit);
    case Meaning::Kind::variable: {
      const auto variable = checker_.variable_(meaning.index);
      e_.whole_population = e_.whole_population || variable.whole_population;
      return variable.facts;
    }
    case Meaning::Kind::members: return number_facts(Level::household, Unit::one());
    case Meaning::Kind::nothing: break;
  }
  return bad_facts();
}

Facts NodeChecker::column(int i) const {
  const Meaning& meaning = e_.meanings[static_cast<std::size_t>(i)];
  const ColumnInfo& info = checker_.symbols_.column(meaning);
  Facts facts = number_facts(level_of(meaning.entity), info.unit);
  if (info.category()) {
    facts.type = Class::category;
    facts.labels = &info.labels;
    facts.ordered = info.ordered;
  } else if (info.type == ColumnType::boolean) {
    facts.type = Class::boolean;
  }
  if (facts.type != Class::number) facts.unit = Unit::one();
  return facts;
}

Facts NodeChecker::minus(int i) {
  const int child = node(i).children[0];
  return number(child) ? facts(child) : bad_facts();
}

Facts NodeChecker::arithmetic(int i) {
  const Node& n = node(i);
  const bool left = number(n.children[0]), right = number(n.children[1]);
  if (!left || !right) return bad_facts();
  switch (n.op) {
    case Token::times:
    case Token::divide: return product(i);
    case Token::power: return power(i);
    default: return common(n.children, n.at);
  }
}

/// Products and quotients follow the algebra of units; bare numbers have none. Money of a household that is divided by
/// its size, or by any other number of people or equivalence scale (a quantity of unit 1 that varies), is
/// of nobody in particular any more and meets "…/person" as well as "…/adult_equivalent".
Facts NodeChecker::product(int i) {
  const Node& n = node(i);
  const Facts &a = facts(n.children[0]), &b = facts(n.children[1]);
  Facts product = number_facts(std::max(a.level, b.level), {});
  product.adapting = a.adapting && b.adapting;
  const Unit left = a.adapting ? Unit::one() : a.unit, right = b.adapting ? Unit::one() : b.unit;
  if (!product.adapting) product.unit = n.op == Token::times ? left * right : left / right;
  const auto counts = [](const Facts& f) { return !f.adapting && f.unit.is_one() && f.level != Level::constant; };
  if (counts(b) || (counts(a) && n.op == Token::times)) product.unit = product.unit.without_whom();
  return product;
}

namespace {

/// The value of a number as written, with its sign.
bool written_number(const Tree& tree, int i, double& value) {
  double sign = 1;
  for (; tree[i].kind == NodeKind::minus; i = tree[i].children[0]) sign = -sign;
  value = sign * tree[i].number;
  return tree[i].kind == NodeKind::number;
}

}  // namespace

Facts NodeChecker::power(int i) {
  const Node& n = node(i);
  if (!share(n.children[1])) return bad_facts();
  Facts result = facts(n.children[0]);
  result.level = finest(n.children);
  if (result.adapting || !result.unit.known() || result.unit.is_one()) return result;
  double exponent = 0;
  const bool written = written_number(e_.tree, n.children[1], exponent);
  if (written && std::fabs(exponent) <= 9 && exponent == std::floor(exponent)) {
    result.unit = result.unit.power(static_cast<int>(exponent));
    return result;
  }
  if (written && exponent == 0.5 && result.unit.square_root()) {
    result.unit = *result.unit.square_root();
    return result;
  }
  error(n.at, described(n.children[0]) + " is in " + result.unit.text() +
                  ": its exponent must be a whole number; divide it by a quantity of the same unit first");
  return bad_facts();
}

Facts NodeChecker::logical(int i) {
  bool fine = true;
  for (const int child : node(i).children) fine = condition(child) && fine;
  return fine ? boolean_facts(finest(node(i).children)) : bad_facts();
}

Facts NodeChecker::comparison(int i) {
  const Node& n = node(i);
  const Facts met = common(n.children, n.at);
  if (met.bad) return met;
  const bool by_order = std::any_of(n.comparisons.begin(), n.comparisons.end(),
                                    [](Token t) { return t != Token::equal && t != Token::unequal; });
  if (by_order && met.type == Class::boolean) {
    error(n.at, "conditions have no order: compare them with == or !=");
    return bad_facts();
  }
  if (by_order && met.type == Class::category && !met.ordered) {
    error(n.at, "the labels of " + described(n.children[0]) +
                    " have no order: compare with ==, != or 'in', or declare the column `ordered`");
    return bad_facts();
  }
  return boolean_facts(met.level);
}

Facts NodeChecker::membership(int i) {
  const Facts met = common(node(i).children, node(i).at);
  return met.bad ? met : boolean_facts(met.level);
}

}  // namespace puente::rules
