// Arithmetic over figures of results: 'cost("cash") - cost("meals")', with numbers and + - * / ( ). A figure is a function of a
// scenario and of labels that say which: a line, a group, a programme, an alpha. Without them: everybody, all programmes
// together, the only line. without(FIGURE) is the figure of the same people in the scenario that theirs is compared with.
// Immutable after parsing.
#pragma once

#include <string>
#include <vector>

#include "engine/core/error.hpp"
#include "engine/programmes/model.hpp"
#include "engine/rules/lexer.hpp"
#include "engine/rules/text.hpp"
#include "engine/run/results.hpp"

namespace puente {

/// One figure that is asked for.
struct FigureCall {
  struct Argument {
    std::string text;         ///< a label; empty: a number
    double number = 0;
    std::size_t at = 0;       ///< in the text of the formula
  };
  std::string function;
  std::size_t at = 0;
  std::vector<Argument> arguments = {};  ///< the first names a scenario
  bool without = false;
};

class Formula {
 public:
  /// Reads lexemes from `next` on as far as they make a formula. Throws rules::SyntaxError.
  Formula(rules::Text text, const std::vector<rules::Lexeme>& lexemes, std::size_t& next);
  /// The whole text; mistakes go to `diagnostics`.
  static Formula of(const rules::Text& text, Diagnostics& diagnostics);

  const rules::Text& text() const { return text_; }
  const std::vector<FigureCall>& calls() const { return calls_; }
  /// Adds the scenarios that are named and are not yet among `names`.
  void add_scenarios(std::vector<std::string>& names) const;
  /// Adds the least that must be computed to know the value.
  void ask_for(StatisticsModel& statistics) const;
  /// `suffix` goes to the names of scenarios that `results` holds with it. Throws Error, at its place, for a label that does not exist.
  double evaluate(const Results& results, const std::string& suffix = "") const;

 private:
  friend class FormulaParser;
  explicit Formula(rules::Text text) : text_(std::move(text)) {}
  /// A step of a calculation on a stack: a number, a figure, or an operation on the last one or two.
  struct Step {
    enum class Kind : std::uint8_t { number, call, add, subtract, multiply, divide, negate } kind = Kind::number;
    double number = 0;
    std::size_t call = 0;
  };
  double figure(const FigureCall& call, const Results& results, const std::string& suffix) const;
  [[noreturn]] void fail(std::size_t at, const std::string& message) const;

  rules::Text text_;
  std::vector<FigureCall> calls_;
  std::vector<Step> steps_;
};

/// Asks for nothing but contrasts and the groups they are of, before formulas add what they need.
void ask_for_nothing(StatisticsModel& statistics);

}  // namespace puente
