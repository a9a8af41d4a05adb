#include "engine/run/target.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "engine/rules/lexer.hpp"

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
constexpr std::array<Figure, 18> figures = {{{"cost", "cost", -1, "programmes"},
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
                                             {"outcome_mean", "outcome_mean", -1, "outcomes"}}};

const Figure* find_figure(const std::string& name) {
  const auto* found = std::find_if(figures.begin(), figures.end(), [&](const Figure& f) { return name == f.name; });
  return found == figures.end() ? nullptr : found;
}

std::optional<std::size_t> position_in(const Dimension& dimension, const Target::Argument& argument) {
  if (argument.text.empty()) {
    const auto found = std::find(dimension.values.begin(), dimension.values.end(), argument.number);
    return found == dimension.values.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - dimension.values.begin()));
  }
  const auto found = std::find(dimension.labels.begin(), dimension.labels.end(), argument.text);
  return found == dimension.labels.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - dimension.labels.begin()));
}

}  // namespace

/// Recursive descent with a limit on depth.
class TargetParser {
 public:
  explicit TargetParser(Target& target) : target_(target), lexemes_(rules::cut(target.text_.text)) {}
  void parse() {
    sum(target_.left_);
    if (!take(Token::equal)) fail("a target is two sides that shall be equal, as in cost(\"cash\") == cost(\"meals\")");
    sum(target_.right_);
    if (here().token != Token::end) fail("this does not belong to the target");
  }

 private:
  using Steps = std::vector<Target::Step>;
  using Kind = Target::Step::Kind;
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
    Target::Call call{here().text, here().begin, {}};
    if (find_figure(call.function) == nullptr) {
      std::vector<std::string> names;
      for (const Figure& figure : figures) names.emplace_back(figure.name);
      const std::string near = nearest(call.function, names);
      fail("there is no figure '" + call.function + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
    ++next_;
    if (!take(Token::open)) fail("'(' is missing here: a figure is of a scenario, as in " + call.function + "(\"cash\")");
    do {
      if (here().token != Token::text && (here().token != Token::number || call.arguments.empty()))
        fail(call.arguments.empty() ? "the name of a scenario belongs here, in quotes" : "a label in quotes or a number belongs here");
      call.arguments.push_back({here().text, here().number, here().begin});
      ++next_;
    } while (take(Token::comma));
    if (!take(Token::close)) fail("')' is missing here");
    steps.push_back({Kind::call, 0, target_.calls_.size()});
    target_.calls_.push_back(std::move(call));
  }

  Target& target_;
  std::vector<Lexeme> lexemes_;
  std::size_t next_ = 0, depth_ = 0;
};

Target::Target(rules::Text text, Diagnostics& diagnostics) : text_(std::move(text)) {
  try {
    TargetParser(*this).parse();
  } catch (const rules::SyntaxError& mistake) {
    diagnostics.add(text_.error(mistake.at, mistake.message));
  }
}

std::vector<std::string> Target::scenarios() const {
  std::vector<std::string> names;
  for (const Call& call : calls_)
    if (std::find(names.begin(), names.end(), call.arguments.front().text) == names.end()) names.push_back(call.arguments.front().text);
  return names;
}

void Target::ask_for(StatisticsModel& statistics) const {
  statistics.include.clear();
  statistics.deciles = statistics.recipients = false;
  statistics.arms = false;
  for (const Call& call : calls_) {
    statistics.include.emplace_back(find_figure(call.function)->statistics);
    for (const Argument& argument : call.arguments) {
      statistics.deciles |= argument.text.starts_with("decile=");
      statistics.recipients |= argument.text.starts_with("recipient.");
      if (argument.text.starts_with("arm=")) statistics.arms = true;
    }
  }
}

void Target::fail(std::size_t at, const std::string& message) const {
  Diagnostics mistake;
  mistake.add(text_.error(at, message));
  mistake.throw_if_errors();
  throw bad_input(message);
}

Target::Sides Target::evaluate(const Results& results, const std::string& suffix) const {
  return {value(left_, results, suffix), value(right_, results, suffix)};
}

double Target::value(const std::vector<Step>& steps, const Results& results, const std::string& suffix) const {
  std::vector<double> stack;
  for (const Step& step : steps) {
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
double Target::figure(const Call& call, const Results& results, const std::string& suffix) const {
  const Figure& figure = *find_figure(call.function);
  const Variable* variable = results.find(figure.variable);
  if (variable == nullptr) fail(call.at, "the study has no " + call.function + ": is there a line, a programme, an outcome for it?");
  const std::size_t n = variable->dimensions.size();
  std::vector<std::optional<std::size_t>> index(n);
  std::vector<std::string> labels;
  for (std::size_t a = 0; a < call.arguments.size(); ++a) {
    Argument argument = call.arguments[a];
    const Dimension& scenario = results.dimension("scenario");
    if (a == 0 && position_in(scenario, {argument.text + suffix, 0, 0})) argument.text += suffix;
    bool found = false;
    for (std::size_t d = a == 0 ? 0 : 1; d < (a == 0 ? 1 : n) && !found; ++d) {
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
  double total = 0;
  for (std::size_t k = 0; k < (sum_over < n ? results.dimension(variable->dimensions[sum_over]).size() : 1); ++k) {
    std::vector<std::size_t> at;
    for (std::size_t d = 0; d < n; ++d) at.push_back(d == sum_over ? k : *index[d]);
    total += results.at(*variable, at);
  }
  return total;
}

}  // namespace puente
