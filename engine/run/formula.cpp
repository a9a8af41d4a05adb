#include "engine/run/formula.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace puente {

using rules::Lexeme;
using rules::Token;

namespace {

/// A function of results: its variable, an alpha that its name stands for (-1: none), and the statistics that it needs.
struct Figure {
  const char *name, *variable;
  int alpha;
  const char* statistics;
};
constexpr std::array<Figure, 28> figures = {{{"persons", "persons", -1, "fgt"},
                                             {"households", "households", -1, "fgt"},
                                             {"benefit_share", "benefit_share", -1, "programmes"},
                                             {"leakage", "leakage", -1, "programmes"},
                                             {"undercoverage", "undercoverage", -1, "programmes"},
                                             {"cgh_index", "cgh_index", -1, "programmes"},
                                             {"quantile", "quantile_value", -1, "quantiles"},
                                             {"cost", "cost", -1, "programmes"},
                                             {"spending", "spending", -1, "programmes"},
                                             {"recipients", "recipients", -1, "programmes"},
                                             {"coverage", "coverage", -1, "programmes"},
                                             {"levy", "levy", -1, "programmes"},
                                             {"mean_welfare", "mean_welfare", -1, "fgt"},
                                             {"fgt", "fgt", -1, "fgt"},
                                             {"headcount", "fgt", 0, "fgt"},
                                             {"poverty_gap", "fgt", 1, "fgt"},
                                             {"poor_persons", "poor_persons", -1, "fgt"},
                                             {"total_gap", "total_gap", -1, "fgt"},
                                             {"watts", "watts", -1, "watts"},
                                             {"gini", "gini", -1, "gini"},
                                             {"palma", "palma", -1, "shares"},
                                             {"s80_s20", "s80_s20", -1, "shares"},
                                             {"decile_share", "decile_share", -1, "shares"},
                                             {"attendance", "attendance", -1, "attendance"},
                                             {"work", "work", -1, "attendance"},
                                             {"pupils", "pupils", -1, "attendance"},
                                             {"child_earnings_change", "child_earnings_change", -1, "attendance"},
                                             {"outcome_mean", "outcome_mean", -1, "outcomes"}}};

const Figure* find_figure(const std::string& name) {
  const auto* found = std::find_if(figures.begin(), figures.end(), [&](const Figure& f) { return name == f.name; });
  return found == figures.end() ? nullptr : found;
}

std::optional<std::size_t> position_in(const Dimension& dimension, const FigureCall::Argument& argument) {
  if (argument.text.empty()) {
    const auto found = std::find(dimension.values.begin(), dimension.values.end(), argument.number);
    return found == dimension.values.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - dimension.values.begin()));
  }
  const auto found = std::find(dimension.labels.begin(), dimension.labels.end(), argument.text);
  return found == dimension.labels.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - dimension.labels.begin()));
}

}  // namespace

/// Recursive descent with a limit on depth.
class FormulaParser {
 public:
  FormulaParser(Formula& formula, const std::vector<Lexeme>& lexemes, std::size_t& next)
      : formula_(formula), lexemes_(lexemes), next_(next) {}
  void parse() { sum(formula_.steps_); }

 private:
  using Steps = std::vector<Formula::Step>;
  using Kind = Formula::Step::Kind;
  const Lexeme& here() const { return lexemes_[next_]; }
  bool take(Token token) {
    if (here().token != token) return false;
    ++next_;
    return true;
  }
  [[noreturn]] void fail(const std::string& message) const { throw rules::SyntaxError{here().begin, message}; }

  void sum(Steps& steps) {
    product(steps);
    while (here().token == Token::plus || here().token == Token::minus) {
      const Kind kind = here().token == Token::plus ? Kind::add : Kind::subtract;
      ++next_;
      product(steps);
      steps.push_back({kind});
    }
  }
  void product(Steps& steps) {
    factor(steps);
    while (here().token == Token::times || here().token == Token::divide) {
      const Kind kind = here().token == Token::times ? Kind::multiply : Kind::divide;
      ++next_;
      factor(steps);
      steps.push_back({kind});
    }
  }
  void factor(Steps& steps) {
    if (++depth_ > 100) fail("this is nested too deeply");
    if (take(Token::minus)) {
      factor(steps);
      steps.push_back({Kind::negate});
    } else if (take(Token::open)) {
      sum(steps);
      if (!take(Token::close)) fail("')' is missing here");
    } else if (here().token == Token::number) {
      steps.push_back({Kind::number, lexemes_[next_++].number});
    } else {
      call(steps);
    }
    --depth_;
  }
  void call(Steps& steps) {
    if (here().token != Token::name) fail("a figure of a scenario belongs here, as in cost(\"cash\"), or a number");
    const bool without = here().text == "without";
    if (without) {
      ++next_;
      if (!take(Token::open)) fail("'(' is missing here: without(…) takes a figure");
    }
    FigureCall call{here().text, here().begin};
    call.without = without;
    if (here().token != Token::name || find_figure(call.function) == nullptr) {
      std::vector<std::string> names;
      for (const Figure& figure : figures) names.emplace_back(figure.name);
      const std::string near = nearest(call.function, names);
      fail("there is no figure '" + call.function + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
    ++next_;
    arguments(call);
    if (without && !take(Token::close)) fail("')' is missing here");
    steps.push_back({Kind::call, 0, formula_.calls_.size()});
    formula_.calls_.push_back(std::move(call));
  }
  void arguments(FigureCall& call) {
    if (!take(Token::open)) fail("'(' is missing here: a figure is of a scenario, as in " + call.function + "(\"cash\")");
    do {
      if (here().token != Token::text && (here().token != Token::number || call.arguments.empty()))
        fail(call.arguments.empty() ? "the name of a scenario belongs here, in quotes" : "a label in quotes or a number belongs here");
      call.arguments.push_back({here().text, here().number, here().begin});
      ++next_;
    } while (take(Token::comma));
    if (!take(Token::close)) fail("')' is missing here");
  }

  Formula& formula_;
  const std::vector<Lexeme>& lexemes_;
  std::size_t& next_;
  std::size_t depth_ = 0;
};

Formula::Formula(rules::Text text, const std::vector<Lexeme>& lexemes, std::size_t& next) : text_(std::move(text)) {
  FormulaParser(*this, lexemes, next).parse();
}

Formula Formula::of(const rules::Text& text, Diagnostics& diagnostics) {
  try {
    const std::vector<Lexeme> lexemes = rules::cut(text.text);
    std::size_t next = 0;
    Formula formula(text, lexemes, next);
    if (lexemes[next].token != Token::end) throw rules::SyntaxError{lexemes[next].begin, "this does not belong to the formula"};
    return formula;
  } catch (const rules::SyntaxError& mistake) {
    diagnostics.add(text.error(mistake.at, mistake.message));
    return Formula(text);
  }
}

void Formula::add_scenarios(std::vector<std::string>& names) const {
  for (const FigureCall& call : calls_)
    if (std::find(names.begin(), names.end(), call.arguments.front().text) == names.end()) names.push_back(call.arguments.front().text);
}

void ask_for_nothing(StatisticsModel& statistics) {
  statistics.include.clear();
  const auto of_deciles = [](const rules::Text& contrast) { return contrast.text.find("decile=") != std::string::npos; };
  statistics.deciles = statistics.deciles && std::any_of(statistics.contrasts.begin(), statistics.contrasts.end(), of_deciles);
  statistics.recipients = false;
  statistics.arms = false;
}

void Formula::ask_for(StatisticsModel& statistics) const {
  for (const FigureCall& call : calls_) {
    statistics.include.emplace_back(find_figure(call.function)->statistics);
    for (const FigureCall::Argument& argument : call.arguments) {
      statistics.deciles |= argument.text.starts_with("decile=");
      statistics.recipients |= argument.text.starts_with("recipient.");
      if (argument.text.starts_with("arm=")) statistics.arms = true;
    }
  }
}

void Formula::fail(std::size_t at, const std::string& message) const {
  Diagnostics mistake;
  mistake.add(text_.error(at, message));
  mistake.throw_if_errors();
  throw bad_input(message);
}

double Formula::evaluate(const Results& results, const std::string& suffix) const {
  std::vector<double> stack;
  for (const Step& step : steps_) {
    using Kind = Step::Kind;
    if (step.kind == Kind::number) stack.push_back(step.number);
    else if (step.kind == Kind::call) stack.push_back(figure(calls_[step.call], results, suffix));
    else if (step.kind == Kind::negate) stack.back() = -stack.back();
    else {
      const double right = stack.back();
      stack.pop_back();
      double& left = stack.back();
      if (step.kind == Kind::add) left += right;
      if (step.kind == Kind::subtract) left -= right;
      if (step.kind == Kind::multiply) left *= right;
      if (step.kind == Kind::divide) left /= right;
    }
  }
  return stack.back();
}

/// Each label finds the dimension that has it; programmes that are not named are added up.
double Formula::figure(const FigureCall& call, const Results& results, const std::string& suffix) const {
  const Figure& figure = *find_figure(call.function);
  const Variable* variable = results.find(figure.variable);
  if (variable == nullptr) fail(call.at, "the study has no " + call.function + ": is there a line, a programme, an outcome for it?");
  const std::size_t n = variable->dimensions.size();
  const bool of_scenarios = n > 0 && variable->dimensions.front() == "scenario";
  std::vector<std::optional<std::size_t>> index(n);
  std::vector<std::string> labels;
  for (std::size_t a = 0; a < call.arguments.size(); ++a) {
    FigureCall::Argument argument = call.arguments[a];
    const Dimension& scenario = results.dimension("scenario");
    if (a == 0 && position_in(scenario, {argument.text + suffix, 0, 0})) argument.text += suffix;
    if (a == 0 && !of_scenarios && position_in(scenario, argument)) continue;
    bool found = false;
    const std::size_t others = of_scenarios ? 1 : 0;
    for (std::size_t d = a == 0 ? 0 : others; d < (a == 0 ? 1 : n) && !found; ++d) {
      const Dimension& dimension = results.dimension(variable->dimensions[d]);
      if (index[d]) continue;
      index[d] = position_in(dimension, argument);
      found = index[d].has_value();
      labels.insert(labels.end(), dimension.labels.begin(), dimension.labels.end());
    }
    if (found) continue;
    const std::string near = nearest(argument.text, labels);
    fail(argument.at, call.function + " has no '" + (argument.text.empty() ? shortest(argument.number) : argument.text) + "'" +
                          (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
  std::size_t sum_over = n;
  for (std::size_t d = 0; d < n; ++d) {
    const std::string& name = variable->dimensions[d];
    if (index[d]) continue;
    if (name == "alpha" && figure.alpha >= 0) index[d] = static_cast<std::size_t>(figure.alpha);
    else if (name == "group" || name == "sex" || results.dimension(name).size() == 1) index[d] = 0;
    else if (name == "programme" && (call.function == "cost" || call.function == "spending")) sum_over = d;
    else fail(call.at, call.function + " is of one " + name + ": say which, as in " + call.function + "(\"" + call.arguments.front().text + "\", …)");
  }
  const Variable* difference = nullptr;
  for (const Variable& candidate : results.differences)
    if (call.without && candidate.name == variable->name) difference = &candidate;
  if (call.without && difference == nullptr) fail(call.at, call.function + " is not compared with another scenario: without(…) has no value");
  double total = 0;
  for (std::size_t k = 0; k < (sum_over < n ? results.dimension(variable->dimensions[sum_over]).size() : 1); ++k) {
    std::vector<std::size_t> at;
    for (std::size_t d = 0; d < n; ++d) at.push_back(d == sum_over ? k : *index[d]);
    total += results.at(*variable, at);
    if (call.without) total -= results.at(*difference, at);
  }
  return total;
}

}  // namespace puente
