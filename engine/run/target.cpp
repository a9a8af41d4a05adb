#include "engine/run/target.hpp"

namespace puente {

Target::Target(rules::Text text, Diagnostics& diagnostics) : text_(std::move(text)) {
  try {
    const std::vector<rules::Lexeme> lexemes = rules::cut(text_.text);
    std::size_t next = 0;
    left_ = Formula(text_, lexemes, next);
    if (lexemes[next].token != rules::Token::equal)
      throw rules::SyntaxError{lexemes[next].begin, "a target is two sides that shall be equal, as in cost(\"cash\") == cost(\"meals\")"};
    right_ = Formula(text_, lexemes, ++next);
    if (lexemes[next].token != rules::Token::end) throw rules::SyntaxError{lexemes[next].begin, "this does not belong to the target"};
  } catch (const rules::SyntaxError& mistake) {
    diagnostics.add(text_.error(mistake.at, mistake.message));
  }
}

std::vector<FigureCall> Target::calls() const {
  std::vector<FigureCall> all;
  for (const auto* side : {&left_, &right_})
    if (*side) all.insert(all.end(), (*side)->calls().begin(), (*side)->calls().end());
  return all;
}

std::vector<std::string> Target::scenarios() const {
  std::vector<std::string> names;
  for (const auto* side : {&left_, &right_})
    if (*side) (*side)->add_scenarios(names);
  return names;
}

void Target::ask_for(StatisticsModel& statistics) const {
  ask_for_nothing(statistics);
  for (const auto* side : {&left_, &right_}) (*side)->ask_for(statistics);
}

Target::Sides Target::evaluate(const Results& results, const std::string& suffix) const {
  return {left_->evaluate(results, suffix), right_->evaluate(results, suffix)};
}

}  // namespace puente
