// The pass over the nodes of one expression that gives each its type, level and unit. Part of Checker. Lives for one
// call; used by one thread.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "engine/rules/checker.hpp"

namespace puente::rules {

class NodeChecker {
 public:
  NodeChecker(const Checker& checker, Checked& expression, const Wanted& wanted)
      : checker_(checker), e_(expression), wanted_(wanted) {}
  void run();

 private:
  // contexts (node_contexts.cpp)
  void place_contexts();
  void place_children(int node);
  int new_context(Level level);
  void raise_contexts();
  Level level_of_meaning(const Meaning& meaning) const;
  bool holds_whole_population(int node) const;

  // nodes
  void check_node(int node);
  Facts name(int node);
  Facts column(int node) const;
  Facts minus(int node);
  Facts arithmetic(int node);
  Facts product(int node);
  Facts power(int node);
  Facts logical(int node);
  Facts comparison(int node);
  Facts membership(int node);

  // calls (node_calls.cpp)
  Facts call(int node);
  Facts rowwise(int node, Function function);
  Facts choose(int node);
  Facts exponential(int node);
  Facts square_root(int node);
  Facts converted(int node);
  Facts over_members(int node, Function function);
  Facts over_population(int node, Function function);
  Facts quantile(int node);
  Facts wrapper(int node);
  Facts draw(int node, Function function);
  bool member_value_fits(int node, Function function);
  bool check_where(int node);
  bool check_by(int node);
  void purpose(int node);

  // demands (node_demands.cpp): each reports what is wrong and returns whether all is well
  bool number(int node);
  bool condition(int node);
  bool share(int node);
  bool constant(int node, const std::string& what);
  /// What values that meet have in common: type, labels, unit, level.
  Facts common(std::span<const int> nodes, std::size_t at);
  bool meet(Facts& facts, int base, int node, std::size_t at);
  bool take_label(int base, int text);
  bool meet_units(Facts& facts, int base, int node, std::size_t at);
  void note_unknown(int node, const Facts& partner);
  void check_result();
  bool result_type_fits(Facts& result);
  bool result_entity_fits(const Facts& result);
  bool result_unit_fits(Facts& result);

  const Node& node(int i) const { return e_.tree[i]; }
  Facts& facts(int i) { return e_.facts[static_cast<std::size_t>(i)]; }
  const Facts& facts(int i) const { return e_.facts[static_cast<std::size_t>(i)]; }
  bool any_bad(int i) const;
  Level finest(std::span<const int> nodes) const;
  void error(std::size_t at, std::string message) const { checker_.error(e_, at, std::move(message)); }
  std::string described(int i) const;
  std::string wanted_name() const { return wanted_.what.empty() ? "this expression" : wanted_.what; }

  const Checker& checker_;
  Checked& e_;
  const Wanted& wanted_;
  std::vector<char> may_skip_;  ///< nodes where skip_missing(…) may stand
};

Facts bad_facts();
Facts number_facts(Level level, Unit unit);
Facts boolean_facts(Level level);

}  // namespace puente::rules
