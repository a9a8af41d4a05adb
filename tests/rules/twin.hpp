// The slow, obvious twin of the rules: random expressions as trees, written as text for the compiler and walked row
// by row here, one number at a time, each rule of the language spelled out with `if`. It shares nothing with the
// compiler but the draws and the elementary functions, whose bits are theirs.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/core/elementary.hpp"
#include "engine/core/random.hpp"
#include "tests/rules/village.hpp"

namespace puente::rules::twin {

struct Tree {
  std::string what;        ///< operator, function, "number", "column", "uniform", …
  std::vector<Tree> kids;
  double number = 0;
  std::string name = {};
  Entity entity = Entity::household;  ///< of a column
  std::size_t column = 0;
  bool filtered = false;   ///< an aggregate whose last kid is its `where`
  bool skips = false;      ///< an aggregate over skip_missing(…)
  bool skips_where = false;
};

/// Who is asked: a household, or one of its persons.
struct Row {
  std::size_t household;
  std::int32_t person;  ///< -1: the household itself
};

inline bool gone(double x) { return std::isnan(x); }

class Walker {
 public:
  explicit Walker(const Village& village) : village_(village) {}

  double value(const Tree& tree, const Row& row) const {
    if (tree.what == "number" || tree.what == "truth") return tree.number;
    if (tree.what == "column") return column(tree, row);
    if (tree.what == "parameter") return village_.parameter_values[tree.column];
    if (tree.what == "size") return members(row).second - members(row).first;
    if (tree.what == "uniform" || tree.what == "normal") return draw(tree, row);
    if (is_aggregate(tree.what)) return aggregate(tree, row);
    std::vector<double> kids;
    for (const Tree& kid : tree.kids) kids.push_back(value(kid, row));
    return kids.size() == 1 ? one(tree.what, kids[0]) : several(tree.what, kids);
  }

  static bool is_aggregate(const std::string& what) {
    for (const char* name : {"count", "sum", "mean", "largest", "smallest", "any", "all", "head"})
      if (what == name) return true;
    return false;
  }

 private:
  std::pair<std::int32_t, std::int32_t> members(const Row& row) const {
    return {village_.offset[row.household], village_.offset[row.household + 1]};
  }

  double column(const Tree& tree, const Row& row) const {
    if (tree.entity == Entity::household) return village_.household[tree.column][row.household];
    return village_.person[tree.column][static_cast<std::size_t>(row.person)];
  }

  double draw(const Tree& tree, const Row& row) const {
    const std::int32_t line = row.person < 0 ? 0 : row.person - members(row).first + 1;
    const DrawPlace place{village_.id[row.household], static_cast<std::uint16_t>(line), 0, 0};
    const double uniform = uniform_of_bits(draw_bits(purpose_key(village_.seed, tree.name), place));
    return tree.what == "uniform" ? uniform : inverse_normal_cdf(uniform);
  }

  static double one(const std::string& what, double a) {
    if (what == "is_missing") return gone(a) ? 1 : 0;
    if (gone(a)) return missing;
    if (what == "not") return a == 0 ? 1 : 0;
    if (what == "minus") return -a;
    if (what == "abs") return a < 0 ? -a : std::fabs(a);
    if (what == "sqrt") return a < 0 ? missing : std::sqrt(a);
    if (what == "floor") return std::floor(a);
    if (what == "ceil") return std::ceil(a);
    if (what == "round") return std::round(a);
    if (what == "exp") return puente::exp(a);
    return puente::log(a);
  }

  static double several(const std::string& what, const std::vector<double>& k) {
    if (what == "and") return conjunction(k[0], k[1]);
    if (what == "or") return conjunction_of_not(k[0], k[1]);
    if (what == "coalesce") return gone(k[0]) ? k[1] : k[0];
    if (what == "if") return gone(k[0]) ? missing : k[0] == 1 ? k[1] : k[2];
    if (what == "in") return membership(k);
    if (what == "between") return conjunction(compare("<=", k[0], k[1]), compare("<", k[1], k[2]));
    if (what == "clamp") return extreme("min", extreme("max", k[0], k[1]), k[2]);
    if (what == "min" || what == "max") return extreme(what, k[0], k[1]);
    if (what == "+") return k[0] + k[1];
    if (what == "-") return k[0] - k[1];
    if (what == "*") return k[0] * k[1];
    if (what == "/") return k[0] / k[1];
    if (what == "^") return puente::pow(k[0], k[1]);
    return compare(what, k[0], k[1]);
  }

  static double conjunction(double a, double b) {
    if (a == 0 || b == 0) return 0;
    return gone(a) || gone(b) ? missing : 1;
  }
  static double conjunction_of_not(double a, double b) {
    if (a == 1 || b == 1) return 1;
    return gone(a) || gone(b) ? missing : 0;
  }
  static double membership(const std::vector<double>& k) {
    double held = 0;
    for (std::size_t i = 1; i < k.size(); ++i) held = conjunction_of_not(held, compare("==", k[0], k[i]));
    return held;
  }
  static double extreme(const std::string& what, double a, double b) {
    if (gone(a) || gone(b)) return missing;
    if (what == "min") return a < b ? a : b;
    return a > b ? a : b;
  }
  static double compare(const std::string& what, double a, double b) {
    if (gone(a) || gone(b)) return missing;
    if (what == "<") return a < b ? 1 : 0;
    if (what == "<=") return a <= b ? 1 : 0;
    if (what == ">") return a > b ? 1 : 0;
    if (what == ">=") return a >= b ? 1 : 0;
    if (what == "==") return a == b ? 1 : 0;
    return a != b ? 1 : 0;
  }

  double aggregate(const Tree& tree, const Row& row) const {
    const auto [begin, end] = members(row);
    if (tree.what == "head") return begin == end ? missing : value(tree.kids[0], {row.household, begin});
    std::vector<double> taking_part;
    for (std::int32_t p = begin; p < end; ++p) {
      double takes_part = tree.filtered ? value(tree.kids[1], {row.household, p}) : 1;
      if (tree.skips_where && gone(takes_part)) takes_part = 0;
      const double x = value(tree.kids[0], {row.household, p});
      if (takes_part == 0 || (tree.skips && gone(x))) continue;
      if (gone(takes_part) || gone(x)) return missing;
      taking_part.push_back(x);
    }
    return summary(tree.what, taking_part);
  }

  static double summary(const std::string& what, const std::vector<double>& values) {
    double total = 0, largest = missing, smallest = missing;
    for (const double x : values) {
      total += x;
      if (gone(largest) || x > largest) largest = x;
      if (gone(smallest) || x < smallest) smallest = x;
    }
    if (what == "largest") return largest;
    if (what == "smallest") return smallest;
    if (what == "mean") return total / static_cast<double>(values.size());
    if (what == "any") return total > 0 ? 1 : 0;
    if (what == "all") return total == static_cast<double>(values.size()) ? 1 : 0;
    return total;
  }

  const Village& village_;
};

/// How tightly an operator binds, by the table of DESIGN 4.
inline int strength(const Tree& tree) {
  const std::string& w = tree.what;
  if (w == "or") return 1;
  if (w == "and") return 2;
  if (w == "not") return 3;
  if (w == "in" || w == "between" || w == "<" || w == "<=" || w == ">" || w == ">=" || w == "==" || w == "!=") return 4;
  if (w == "+" || w == "-") return 5;
  if (w == "*" || w == "/") return 6;
  if (w == "minus") return 7;
  if (w == "^") return 8;
  return 9;
}

std::string text(const Tree& tree);

/// In parentheses only where the table asks for them.
inline std::string within(const Tree& tree, int weakest) {
  return strength(tree) >= weakest ? text(tree) : "(" + text(tree) + ")";
}

inline std::string arguments(const Tree& tree, const std::string& open, const std::string& close, std::size_t first = 0) {
  std::string list;
  for (std::size_t i = first; i < tree.kids.size(); ++i) list += (i == first ? "" : ", ") + text(tree.kids[i]);
  return open + list + close;
}

inline std::string aggregate_text(const Tree& tree) {
  const auto skipping = [](bool skips, const std::string& inside) { return skips ? "skip_missing(" + inside + ")" : inside; };
  std::string inside = skipping(tree.skips, text(tree.kids[0]));
  if (tree.filtered) inside += " where " + skipping(tree.skips_where, text(tree.kids[1]));
  return tree.what + "(" + inside + ")";
}

inline std::string number_text(double x) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.17g", x);
  return buffer;
}

inline std::string text(const Tree& tree) {
  const std::string& w = tree.what;
  const int own = strength(tree);
  if (w == "number") return number_text(tree.number);
  if (w == "truth") return tree.number == 1 ? "true" : "false";
  if (w == "column" || w == "parameter") return tree.name;
  if (w == "size") return "size";
  if (w == "uniform" || w == "normal") return w + "(\"" + tree.name + "\")";
  if (Walker::is_aggregate(w)) return aggregate_text(tree);
  if (own == 9) return w + arguments(tree, "(", ")");
  if (w == "minus") return "-" + within(tree.kids[0], own);
  if (w == "not") return "not " + within(tree.kids[0], own);
  if (w == "in") return within(tree.kids[0], own + 1) + " in " + arguments(tree, "[", "]", 1);
  if (w == "between")
    return within(tree.kids[0], own + 1) + " <= " + within(tree.kids[1], own + 1) + " < " + within(tree.kids[2], own + 1);
  // Left-associative, but for the power and the comparisons (which would chain).
  const bool right = w == "^";
  const std::string a = within(tree.kids[0], own + (right || own == 4 ? 1 : 0));
  const std::string b = within(tree.kids[1], right ? 7 : own + 1);
  return a + " " + w + " " + b;
}

/// Draws random expressions that have no mistake.
class Author {
 public:
  Author(const Village& village, std::uint64_t seed) : village_(village), random_(seed) {}

  Tree number(Entity entity, int depth) {
    if (depth == 0 || one_in(6)) return number_leaf(entity);
    switch (below(entity == Entity::household ? 10 : 8)) {
      case 0: return {"minus", {number(entity, depth - 1)}};
      case 1: return {pick({"abs", "floor", "ceil", "round", "sqrt", "exp", "log"}), {number(entity, depth - 1)}};
      case 2: return {pick({"min", "max", "coalesce"}), {number(entity, depth - 1), number(entity, depth - 1)}};
      case 3: return {"if", {condition(entity, depth - 1), number(entity, depth - 1), number(entity, depth - 1)}};
      case 4: return {"clamp", {number(entity, depth - 1), number(entity, depth - 1), number(entity, depth - 1)}};
      case 5: case 6: case 7:
        if (one_in(3)) return number_aggregate(depth);
        return {pick({"+", "-", "*", "/", "^"}), {number(entity, depth - 1), number(entity, depth - 1)}};
      default: return number_aggregate(depth);
    }
  }

  Tree condition(Entity entity, int depth) {
    if (depth == 0 || one_in(8)) return condition_leaf(entity);
    switch (below(7)) {
      case 0: return {"not", {condition(entity, depth - 1)}};
      case 1: return {pick({"and", "or"}), {condition(entity, depth - 1), condition(entity, depth - 1)}};
      case 2: return {"is_missing", {number(entity, depth - 1)}};
      case 3: return {"between", {number(entity, depth - 1), number(entity, depth - 1), number(entity, depth - 1)}};
      case 4: return membership(entity, depth);
      case 5: return aggregate(pick({"any", "all"}), condition(Entity::person, depth - 1), depth);
      default: return {pick({"<", "<=", ">", ">=", "==", "!="}), {number(entity, depth - 1), number(entity, depth - 1)}};
    }
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::string pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  Tree membership(Entity entity, int depth) {
    Tree tree{"in", {number(entity, depth - 1)}};
    for (std::size_t i = below(3) + 1; i-- > 0;) tree.kids.push_back(one_in(2) ? number_leaf(entity) : literal());
    return tree;
  }

  Tree number_aggregate(int depth) {
    if (one_in(3)) return aggregate("count", condition(Entity::person, depth - 1), depth);
    return aggregate(pick({"sum", "mean", "largest", "smallest", "head"}), number(Entity::person, depth - 1), depth);
  }

  Tree aggregate(const std::string& what, Tree inside, int depth) {
    Tree tree{what, {std::move(inside)}};
    if (what == "head") return tree;
    tree.skips = one_in(3);
    if (!one_in(2)) return tree;
    tree.filtered = true;
    tree.skips_where = one_in(3);
    tree.kids.push_back(condition(Entity::person, depth - 1));
    return tree;
  }

  Tree literal() {
    const double choices[] = {0, 1, 2, 3, 0.5, 0.1, 7, 40, 1e3};
    Tree tree{"number", {}};
    tree.number = choices[below(std::size(choices))];
    return tree;
  }

  Tree column(Entity entity, bool boolean) {
    std::vector<Tree> all;
    for (const Entity owner : {Entity::household, Entity::person}) {
      if (owner == Entity::person && entity == Entity::household) continue;
      const auto& columns = village_.schema.columns(owner);
      for (std::size_t c = 0; c < columns.size(); ++c) {
        if ((columns[c].type == ColumnType::boolean) != boolean) continue;
        Tree tree{"column", {}};
        tree.name = columns[c].name;
        tree.entity = owner;
        tree.column = c;
        all.push_back(tree);
      }
    }
    return all[below(all.size())];
  }

  Tree number_leaf(Entity entity) {
    switch (below(8)) {
      case 0: return literal();
      case 1: return {"size", {}};
      case 2: {
        Tree tree{one_in(2) ? "uniform" : "normal", {}};
        tree.name = one_in(2) ? "lottery" : "luck";
        return tree;
      }
      case 3: {
        Tree tree{"parameter", {}};
        tree.column = below(village_.scope.parameters.size());
        tree.name = village_.scope.parameters[tree.column].name;
        return tree;
      }
      default: return column(entity, false);
    }
  }

  Tree condition_leaf(Entity entity) {
    if (!one_in(5)) return column(entity, true);
    Tree tree{"truth", {}};
    tree.number = one_in(2) ? 1 : 0;
    return tree;
  }

  const Village& village_;
  std::mt19937_64 random_;
};

}  // namespace puente::rules::twin
