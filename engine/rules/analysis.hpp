// All expressions of a scope, parsed and checked: variables in the order they need each other, cycles found. Every
// mistake is reported once. Used by one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/rules/checker.hpp"

namespace puente::rules {

enum class Notes : std::uint8_t { keep, drop };

class Analysis {
 public:
  Analysis(const Scope& scope, Diagnostics& diagnostics, Notes notes);
  /// Null when something is wrong with it or with a variable it uses. Lives as long as this object.
  const Checked* add(const Text& text, const Wanted& wanted);
  const Checked& variable(int index) const { return *variables_[static_cast<std::size_t>(index)].checked; }
  const Facts& facts(int index) const { return variables_[static_cast<std::size_t>(index)].facts; }
  /// Checks every variable and that no two things share a name.
  void check_all();
  const Symbols& symbols() const { return symbols_; }

 private:
  enum class State : std::uint8_t { unseen, open, done };
  struct VariableState {
    State state = State::unseen;
    std::unique_ptr<Checked> checked;
    std::vector<int> needs;
    Facts facts;
    bool bound = false;
  };
  VariableState& state(int variable) { return variables_[static_cast<std::size_t>(variable)]; }

  std::unique_ptr<Checked> parsed(const Text& text);
  double factor_of(const Text& text, const Wanted& wanted);
  static std::vector<int> variables_in(const Checked& expression);
  void require(int variable);
  void open(int variable);
  void close(int variable);
  Facts declared(const Variable& variable, const Checked& checked) const;
  void report_cycle(const std::vector<int>& path, int again);
  void check_names();
  void report(Diagnostic diagnostic);

  const Scope& scope_;
  Diagnostics& diagnostics_;
  Notes notes_;
  Symbols symbols_;
  Checker checker_;
  std::vector<VariableState> variables_;
  std::vector<std::unique_ptr<Text>> texts_;
  std::vector<std::unique_ptr<Checked>> expressions_;
};

}  // namespace puente::rules
