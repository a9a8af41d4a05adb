#include "io/toml/schooling_model_writer.hpp"

#include "io/survey/toml_view.hpp"

namespace puente::io {

namespace {

template <class T, class Show>
std::string list(const std::vector<T>& values, Show show) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ", ") + show(value);
  return "[" + text + "]";
}

std::string numbers(const std::vector<double>& values) { return list(values, shortest); }
std::string texts(const std::vector<std::string>& values) { return list(values, toml_quoted); }
std::string line(const char* key, const std::string& value) { return std::string(key) + " = " + value + "\n"; }

std::string estimates(const std::vector<double>& coefficients, const std::vector<double>& errors) {
  return line("coefficients", numbers(coefficients)) + (errors.empty() ? "" : line("standard_errors", numbers(errors)));
}

/// Expressions hold double quotes, so they stand in single ones where they can.
std::string expression(const std::string& text) { return text.find_first_of("'\n") == std::string::npos ? "'" + text + "'" : toml_quoted(text); }

std::string covariate(const char* table, const Covariate& one) {
  return std::string("\n[[") + table + "]]\n" + line("name", toml_quoted(one.name)) + line("value", expression(one.value.text)) +
         estimates(one.coefficients, one.standard_errors);
}

std::string earnings(const EarningsEquation& equation) {
  std::string text = "\n[earnings]      # ln w = X δ + attending·(attends) + u\n" + line("attending", shortest(equation.attending)) +
                     line("attending_se", shortest(equation.attending_se)) + line("sigma", shortest(equation.sigma));
  for (const Covariate& one : equation.covariates) text += covariate("earnings.covariates", one);
  return text;
}

std::string structure(const SchoolingModel& model, const std::string& not_identified) {
  const SchoolingStructure& found = model.structure;
  std::string text = "\n[structure]\n" + line("K", shortest(found.k)) + line("M", shortest(found.m)) + line("D", shortest(found.d));
  if (found.alpha.empty()) return text + line("not_identified", toml_quoted(not_identified));
  return text + line("alpha", numbers(found.alpha)) + (model.alpha_se.empty() ? "" : line("standard_errors", numbers(model.alpha_se)));
}

std::string covariance(const SchoolingCovariance& known) {
  std::string text = "\n[covariance]    # of the coefficients; draws of the model are made from it\n" + line("names", texts(known.names)) + "matrix = [\n";
  for (const std::vector<double>& row : known.matrix) text += "  " + numbers(row) + ",\n";
  return text + "]\n";
}

std::string ranges(const SchoolingModel& model) {
  const auto one = [](const char* key, const std::optional<SchoolingRange>& range) { return range ? line(key, numbers({range->low, range->high})) : ""; };
  const std::string text = one("income_times", model.income_times) + one("first_alpha_share", model.first_alpha_share);
  return text.empty() ? "" : "\n[ranges]\n" + text;
}

std::string facts(const Provenance& provenance) {
  std::string text = "\n[provenance]\n";
  for (const auto& [name, value] : provenance)
    text += line(name.c_str(), std::holds_alternative<double>(value) ? shortest(std::get<double>(value)) : toml_quoted(std::get<std::string>(value)));
  return text;
}

}  // namespace

std::string schooling_model_text(const SchoolingModel& model, const std::string& not_identified, const Provenance& provenance) {
  std::string text = line("format", "1") + line("model", "\"schooling\"") + line("title", toml_quoted(model.title)) + line("source", toml_quoted(model.source)) +
                     line("status", toml_quoted(model.status)) + line("alternatives", texts(model.alternatives)) +
                     line("income_unit", toml_quoted(model.income_unit.text())) + line("household_taste", shortest(model.household_taste)) +
                     (model.household_taste_se > 0 ? line("household_taste_se", shortest(model.household_taste_se)) : "") +
                     line("working_when_out", shortest(model.working_when_out));
  for (const Covariate& one : model.covariates) text += covariate("utility", one);
  text += "\n[income]        # of the household, without the child's earnings\n" + estimates(model.income, model.income_se);
  if (!model.wage.empty()) text += "\n[wage]          # what the child can earn\n" + estimates(model.wage, model.wage_se);
  if (model.earnings) text += earnings(*model.earnings);
  text += structure(model, not_identified);
  if (model.covariance) text += covariance(*model.covariance);
  text += ranges(model);
  return text + (provenance.empty() ? "" : facts(provenance));
}

}  // namespace puente::io
