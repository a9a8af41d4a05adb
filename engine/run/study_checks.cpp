// The part of StudyCompiler that looks at what a file leaves out: rules for missing values, changes that cannot reach
// welfare, and coefficients of a model that nobody knows well.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/run/study_compiler.hpp"

namespace puente {

namespace {

using What = MissingChoice::What;

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

/// What stands in for a missing value: a label of a category, true or false of a condition, else a number.
double StudyCompiler::missing_value(const MissingChoice& rule, const ColumnInfo& column) {
  const std::string wrong = "missing." + column.name + " = \"" + rule.value + "\": ";
  if (column.category()) {
    const auto label = std::find(column.labels.begin(), column.labels.end(), rule.value);
    if (label != column.labels.end()) return static_cast<double>(label - column.labels.begin());
    const std::string near = nearest(rule.value, column.labels);
    mistake(rule.place, wrong + "the column has no such label" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
    return 0;
  }
  if (column.type == ColumnType::boolean && (rule.value == "true" || rule.value == "false")) return rule.value == "true" ? 1 : 0;
  const auto value = number_of(rule.value);
  if (!value || (column.type == ColumnType::boolean && *value != 0 && *value != 1))
    mistake(rule.place, wrong + (column.type == ColumnType::boolean ? "the column is a condition: true or false" : "the column holds numbers"));
  return value.value_or(0);
}

void StudyCompiler::find_missing_rules() {
  for (const auto& [name, rule] : study_.model.missing) {
    bool found = false;
    for (const Entity entity : {Entity::household, Entity::person}) {
      const int column = study_.schema.find(entity, name);
      if (column < 0) continue;
      found = true;
      if (rule.what == What::drop_person && entity == Entity::household && study_.schema.find(Entity::person, name) < 0)
        mistake(rule.place, "missing." + name + " = \"drop_person\": it is a column of households, of which no single person is missing it; use \"drop_household\"");
      if (rule.what == What::error || (rule.what == What::drop_person && entity == Entity::household)) continue;
      const ColumnInfo& info = study_.schema.columns(entity)[static_cast<std::size_t>(column)];
      const double value = rule.what == What::value ? missing_value(rule, info) : 0.0;
      const auto used = std::find(study_.inputs.begin(), study_.inputs.end(), rules::Input{entity, column});
      if (used == study_.inputs.end()) continue;
      study_.missing.push_back({static_cast<std::size_t>(used - study_.inputs.begin()), rule.what, value});
    }
    if (!found) mistake(rule.place, "[missing] names '" + name + "', which is no column of the population");
  }
}

/// How far a change of an outcome reaches welfare, in the period of the resource.
double StudyCompiler::pass_of(const Outcome& outcome, const Scenario& scenario) {
  const auto written = scenario.pass_through.find(outcome.name);
  if (written == scenario.pass_through.end() || written->second == 0) return 0;
  if (outcome.kind != Outcome::Kind::level) {
    mistake({}, "welfare.pass_through." + outcome.name + ": '" + outcome.name + "' is no level of money, so that its change cannot enter welfare");
    return 0;
  }
  if (!outcome.unit.known() || !money().known()) return written->second;
  try {
    return written->second * programs_.scope.factor(outcome.unit, money());
  } catch (const Error& error) {
    mistake({}, "welfare.pass_through." + outcome.name + ": " + error.what());
    return 0;
  }
}

void StudyCompiler::warn_of_unreached_welfare() {
  for (const Scenario& scenario : study_.model.scenarios)
    for (const Programme& programme : scenario.programmes) warn_of_unreached_welfare(scenario, programme);
}

/// pass_through must be written, 1 is never assumed: what is not written does not reach welfare, which is said.
void StudyCompiler::warn_of_unreached_welfare(const Scenario& scenario, const Programme& programme) {
  const auto& passes = scenario.pass_through;
  const auto warn = [&](const Place& place, const std::string& what, const std::string& key) {
    if (passes.count(key) != 0) return;
    tell({Diagnostic::Severity::warning, place,
          what + " cannot reach welfare: write welfare.pass_through." + key + ", 1 if all of it does, 0 if none of it shall", ""});
  };
  for (const Effect& effect : programme.effects) {
    const std::size_t k = outcome_index(effect.outcome);
    if (k == study_.outcomes.size() || study_.outcomes[k].kind != Outcome::Kind::level) continue;
    const Outcome& outcome = study_.outcomes[k];
    bool money_like = true;
    try {
      if (outcome.unit.known() && money().known()) static_cast<void>(programs_.scope.factor(outcome.unit, money()));
    } catch (const Error&) {
      money_like = false;  // hectares, goats: nothing that welfare could count
    }
    if (money_like) warn(effect.place, "the change of '" + outcome.name + "' by programme '" + programme.name + "'", outcome.name);
  }
  if (programme.cash) warn(programme.place, "the cash of programme '" + programme.name + "'", "transfers");
  if (programme.in_kind && programme.in_kind->valued_at)
    warn(programme.place, "what programme '" + programme.name + "' gives in kind", "in_kind");
}

/// What transfers do follows from α (with a condition) and from its differences (without one); a model that does not know
/// them is used all the same, but says so. Without standard errors nothing is known of that.
void StudyCompiler::warn_of_loose_alpha(const SchoolingModel& model) {
  const std::vector<double>& alpha = model.structure.alpha;
  const auto warn = [&](const std::string& message) { tell({Diagnostic::Severity::warning, model.place, message, ""}); };
  const auto loose = [](double value, double error) { return error > 0 && std::fabs(value) <= 2 * error; };
  const auto figure = [](double value, double error) { return shortest(value) + ", with a standard error of " + shortest(error); };
  for (std::size_t j = 0; j < model.alpha_se.size() && j < alpha.size(); ++j) {
    const std::string of = "alpha of '" + model.alternatives[j] + "' is " + figure(alpha[j], model.alpha_se[j]);
    if (j == 0 && model.alpha_se[0] == 0)
      warn("alpha of '" + model.alternatives[0] + "', " + shortest(alpha[0]) + ", was given, not estimated: what the condition of a transfer adds follows from it");
    else if (loose(alpha[j], model.alpha_se[j]))
      warn(of + ": it may as well be 0, so that " + (j == 0 ? "a run says little of what the condition of a transfer adds" : "a run says little of what a transfer on the condition of this state does"));
  }
  for (std::size_t j = 0; j < model.income_se.size() && j < model.income.size(); ++j)
    if (loose(model.income[j], model.income_se[j]))
      warn("the alphas of '" + model.alternatives[j + 1] + "' and '" + model.alternatives[0] + "' differ by " + figure(model.income[j], model.income_se[j]) +
           ": they may as well be the same, so that a run says little of what a transfer without a condition does");
}

}  // namespace puente
