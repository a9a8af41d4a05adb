// The target of a [solve]: 'cost("cash") == cost("universal_meals")', two sides of figures of results, numbers and
// + - * / ( ). A figure is a function of a scenario and of labels that say which: a line, a group, a programme, an alpha.
// Without them: everybody, all programmes together, the only line. Immutable after parsing.
#pragma once

#include <string>
#include <vector>

#include "engine/core/error.hpp"
#include "engine/programmes/model.hpp"
#include "engine/rules/text.hpp"
#include "engine/run/results.hpp"

namespace puente {

class Target {
 public:
  struct Argument {
    std::string text;         ///< a label; empty: a number
    double number = 0;
    std::size_t at = 0;       ///< in the target's text
  };
  struct Call {
    std::string function;
    std::size_t at = 0;
    std::vector<Argument> arguments;  ///< the first names a scenario
  };
  struct Sides {
    double left = 0, right = 0;
    double difference() const { return left - right; }
  };

  /// Mistakes of form, and functions that do not exist, go to `diagnostics`.
  Target(rules::Text text, Diagnostics& diagnostics);

  const rules::Text& text() const { return text_; }
  const std::vector<Call>& calls() const { return calls_; }
  std::vector<std::string> scenarios() const;
  /// The least that must be computed to know the target.
  void ask_for(StatisticsModel& statistics) const;
  /// `suffix` goes to the names of scenarios that `results` holds with it. Throws Error, at its place, for a label that does not exist.
  Sides evaluate(const Results& results, const std::string& suffix) const;

 private:
  friend class TargetParser;
  /// A step of a calculation on a stack: a number, a figure, or an operation on the last one or two.
  struct Step {
    enum class Kind : std::uint8_t { number, call, add, subtract, multiply, divide, negate } kind = Kind::number;
    double number = 0;
    std::size_t call = 0;
  };
  double value(const std::vector<Step>& steps, const Results& results, const std::string& suffix) const;
  double figure(const Call& call, const Results& results, const std::string& suffix) const;
  [[noreturn]] void fail(std::size_t at, const std::string& message) const;

  rules::Text text_;
  std::vector<Call> calls_;
  std::vector<Step> left_, right_;
};

}  // namespace puente
