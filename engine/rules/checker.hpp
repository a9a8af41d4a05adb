// Checks one parsed expression: names, functions, types, entities, units, labels; every mistake, not only the first.
// Loops over the tree's array, never recursion. Used by one thread.
#pragma once

#include <functional>

#include "engine/rules/checked.hpp"

namespace puente::rules {

class Checker {
 public:
  /// Facts of a variable that is already checked; whether it looks at the whole population.
  struct VariableFacts {
    Facts facts;
    bool whole_population = false;
  };
  using FactsOfVariable = std::function<VariableFacts(int)>;
  using Report = std::function<void(Diagnostic)>;

  Checker(const Symbols& symbols, FactsOfVariable variable, Report report)
      : symbols_(symbols), variable_(std::move(variable)), report_(std::move(report)) {}

  /// Gives names and functions their meaning. False when one has none.
  bool bind(Checked& expression);
  /// Fills everything else; `wanted` must outlive the call. result.bad on a mistake.
  void check(Checked& expression, const Wanted& wanted);

 private:
  friend class NodeChecker;
  void bind_name(Checked& expression, int node);
  void bind_call(Checked& expression, int node);
  void error(const Checked& expression, std::size_t at, std::string message) const;

  const Symbols& symbols_;
  FactsOfVariable variable_;
  Report report_;
};

}  // namespace puente::rules
