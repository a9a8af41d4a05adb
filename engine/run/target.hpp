// The target of a [solve]: 'cost("cash") == cost("universal_meals")', two formulas that shall be equal. Immutable after parsing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/run/formula.hpp"

namespace puente {

class Target {
 public:
  struct Sides {
    double left = 0, right = 0;
    double difference() const { return left - right; }
  };

  /// Mistakes of form, and functions that do not exist, go to `diagnostics`.
  Target(rules::Text text, Diagnostics& diagnostics);

  const rules::Text& text() const { return text_; }
  std::vector<FigureCall> calls() const;
  std::vector<std::string> scenarios() const;
  /// The least that must be computed to know the target.
  void ask_for(StatisticsModel& statistics) const;
  /// As Formula::evaluate.
  Sides evaluate(const Results& results, const std::string& suffix) const;

 private:
  rules::Text text_;
  std::optional<Formula> left_, right_;
};

}  // namespace puente
