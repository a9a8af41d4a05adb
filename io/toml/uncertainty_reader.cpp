#include "io/toml/uncertainty_reader.hpp"

#include <algorithm>
#include <cmath>

#include "engine/uncertainty/correlation.hpp"
#include "engine/uncertainty/parameter_draws.hpp"
#include "io/toml/policy_reader.hpp"

namespace puente::io {

namespace {

/// A list of numbers; empty when the key is absent.
std::vector<double> numbers(TomlView& view, const char* key) {
  std::vector<double> all;
  const toml::array* list = view.array(key);
  if (list == nullptr) return all;
  if (list->empty()) view.file().error(view.place(key), view.path(key) + " is empty");
  for (const toml::node& item : *list) {
    if (item.is_number()) all.push_back(*item.value<double>());
    else view.wrong(item, key, "numbers");
  }
  return all;
}

}  // namespace

std::optional<Uncertainty> read_uncertainty(TomlView& view) {
  Uncertainty u;
  const bool named = view.find("distribution") != nullptr;
  u.kind = static_cast<DistributionKind>(view.choice("distribution", distribution_names(), 0));
  u.se = view.number("se");
  u.low = view.number("low");
  u.high = view.number("high");
  u.alpha = view.number("alpha");
  u.beta = view.number("beta");
  u.shape = view.number("shape");
  u.log_scale = view.choice("scale", {"natural", "log"}, 0) == 1;
  u.values = numbers(view, "values");
  u.probabilities = numbers(view, "probabilities");
  u.estimates = numbers(view, "estimates");
  for (const char* key : {"values", "probabilities", "estimates"})
    if (const toml::array* list = view.array(key); list != nullptr && list->empty()) return std::nullopt;  // told: nothing more is known of it
  if (!named && !u.se && (u.low || u.high)) u.kind = DistributionKind::pert;
  const bool lists = !u.values.empty() || !u.probabilities.empty() || !u.estimates.empty();
  if (!named && (lists || u.alpha || u.beta || u.shape || u.log_scale)) {
    view.file().error(view.place(), "say which `distribution` these numbers are of");
    return std::nullopt;
  }
  if (!named && !u.se && !u.low && !u.high) return std::nullopt;
  return u;
}

void check_uncertainty(TomlFile& file, const std::vector<ParameterValue>& parameters) {
  for (const ParameterValue& parameter : parameters) {
    if (!parameter.uncertainty) continue;
    const auto mistake = mistake_in(*parameter.uncertainty, parameter.value);
    if (!mistake) continue;
    const toml::node* node = file.root["parameters"][parameter.name].node();
    const TomlView view(file, *node->as_table(), "parameters." + parameter.name);
    const toml::node* at = node->as_table()->get(mistake->key);
    file.error(at == nullptr ? view.place() : file.place(at->source()), "parameter '" + parameter.name + "': " + mistake->message);
  }
}

namespace {

class CorrelationReader {
 public:
  CorrelationReader(TomlFile& file, const toml::table& table, std::vector<ParameterValue>& parameters)
      : file_(file), view_(file, table, "correlations"), parameters_(parameters) {}
  std::optional<Correlation> read();

 private:
  bool read_names();
  std::optional<std::vector<double>> square(const char* key);
  bool take_covariance(std::vector<double>& matrix);
  bool take_variance(std::size_t p, double variance);
  std::optional<Correlation> mistake(const char* key, const std::string& message) {
    file_.error(view_.place(key), message);
    return std::nullopt;
  }

  TomlFile& file_;
  TomlView view_;
  std::vector<ParameterValue>& parameters_;
  std::vector<std::string> names_;
  Correlation out_;
};

bool CorrelationReader::read_names() {
  std::vector<std::string> known;
  for (const ParameterValue& parameter : parameters_) known.push_back(parameter.name);
  const auto texts = view_.texts("parameters");
  for (const rules::Text& text : texts) {
    const auto at = std::find(known.begin(), known.end(), text.text);
    const std::string near = nearest(text.text, known);
    if (at == known.end()) file_.error(text, "there is no parameter '" + text.text + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
    else if (std::find(names_.begin(), names_.end(), text.text) != names_.end()) file_.error(text, "'" + text.text + "' is there twice");
    else {
      names_.push_back(text.text);
      out_.parameters.push_back(static_cast<std::size_t>(at - known.begin()));
    }
  }
  if (texts.size() < 2) mistake("parameters", "correlations.parameters names two parameters or more");
  return texts.size() >= 2 && names_.size() == texts.size();
}

/// A list of as many lists of as many numbers as there are parameters.
std::optional<std::vector<double>> CorrelationReader::square(const char* key) {
  const toml::array* rows = view_.array(key);
  if (rows == nullptr) return std::nullopt;
  std::vector<double> all;
  for (const toml::node& row : *rows)
    if (const toml::array* numbers = row.as_array(); numbers != nullptr && numbers->size() == names_.size())
      for (const toml::node& number : *numbers)
        if (number.is_number()) all.push_back(*number.value<double>());
  if (rows->size() == names_.size() && all.size() == names_.size() * names_.size()) return all;
  mistake(key, view_.path(key) + " of " + std::to_string(names_.size()) + " parameters is a list of " + std::to_string(names_.size()) + " lists of " + std::to_string(names_.size()) + " numbers");
  return std::nullopt;
}

/// The se of a parameter whose variance a covariance states.
bool CorrelationReader::take_variance(std::size_t p, double variance) {
  ParameterValue& parameter = parameters_[p];
  if (!(variance > 0) || !std::isfinite(variance)) {
    mistake("covariance", "the variance of '" + parameter.name + "' is " + shortest(variance) + ": it is above 0");
    return false;
  }
  const bool named = file_.root["parameters"][parameter.name]["distribution"].node() != nullptr;
  if (!parameter.uncertainty) parameter.uncertainty.emplace();
  Uncertainty& u = *parameter.uncertainty;
  if (!named) u.kind = DistributionKind::normal;
  if (u.kind != DistributionKind::normal && !(u.kind == DistributionKind::lognormal && u.log_scale)) {
    mistake("covariance", "'" + parameter.name + "' is " + distribution_names()[static_cast<std::size_t>(u.kind)] + ": a covariance is of normal parameters (or lognormal ones with scale = \"log\"); give their correlations as `matrix`");
    return false;
  }
  if (u.se && std::fabs(*u.se * *u.se - variance) > 1e-3 * variance) {
    mistake("covariance", "'" + parameter.name + "' has se = " + shortest(*u.se) + " and here the variance " + shortest(variance) + ": leave one out");
    return false;
  }
  u.se = std::sqrt(variance);
  return true;
}

bool CorrelationReader::take_covariance(std::vector<double>& matrix) {
  const std::size_t n = names_.size();
  for (std::size_t i = 0; i < n; ++i)
    if (!take_variance(out_.parameters[i], matrix[i * n + i])) return false;
  std::vector<double> se;
  for (std::size_t i = 0; i < n; ++i) se.push_back(std::sqrt(matrix[i * n + i]));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) matrix[i * n + j] = i == j ? 1.0 : matrix[i * n + j] / (se[i] * se[j]);
  return true;
}

std::optional<Correlation> CorrelationReader::read() {
  out_.place = place_of(view_.place());
  const bool sound = read_names();
  const bool by_matrix = view_.find("matrix") != nullptr, by_covariance = view_.find("covariance") != nullptr;
  for (const char* known : {"source", "status", "note"}) view_.string(known);
  view_.finish();
  if (by_matrix == by_covariance) return mistake("", "[[correlations]] needs either `matrix` (of correlations) or `covariance`");
  if (!sound) return std::nullopt;
  const char* key = by_matrix ? "matrix" : "covariance";
  auto matrix = square(key);
  const std::vector<double> covariance = matrix && by_covariance ? *matrix : std::vector<double>();
  if (!matrix || (by_covariance && !take_covariance(*matrix))) return std::nullopt;
  for (const std::size_t p : out_.parameters)
    if (!parameters_[p].uncertainty) return mistake("parameters", "'" + parameters_[p].name + "' says not how sure it is (se, distribution, …), so that it is correlated with nothing");
  if (const auto wrong = correlation_mistake(names_, *matrix, covariance)) return mistake(key, *wrong);
  out_.matrix = *matrix;
  return out_;
}

}  // namespace

std::vector<Correlation> read_correlations(TomlFile& file, TomlView& root, std::vector<ParameterValue>& parameters) {
  std::vector<Correlation> all;
  const toml::array* list = root.array("correlations");
  if (list == nullptr) return all;
  std::vector<std::size_t> taken;
  for (const toml::node& item : *list) {
    const toml::table* table = item.as_table();
    if (table == nullptr) {
      file.error(file.place(item.source()), "correlations are tables: [[correlations]]");
      continue;
    }
    const auto correlation = CorrelationReader(file, *table, parameters).read();
    if (!correlation) continue;
    for (const std::size_t p : correlation->parameters) {
      if (std::find(taken.begin(), taken.end(), p) != taken.end())
        file.error(file.place(table->source()), "'" + parameters[p].name + "' stands in two correlations: put all that it is correlated with into one");
      taken.push_back(p);
    }
    all.push_back(*correlation);
  }
  return all;
}

void read_draws(TomlView& run, const std::vector<ParameterValue>& parameters, UncertaintyPlan& plan) {
  const double draws = run.number("draws").value_or(0);
  plan.design = static_cast<DesignKind>(run.choice("design", design_names(), 0));
  if (const auto level = run.number("level")) {
    if (*level > 0 && *level < 1) plan.level = *level;
    else run.file().error(run.place("level"), "level = " + shortest(*level) + ": the share of an interval lies between 0 and 1, as 0.95");
  }
  if (draws != std::floor(draws) || std::fabs(draws) > 1e9) {
    run.file().error(run.place("draws"), "draws is a whole number");
    return;
  }
  plan.draws = static_cast<std::int64_t>(draws);
  const std::string mistake = design_mistake(plan.design, plan.draws, uncertain_parameters(parameters, plan.correlations).drawn);
  if (!mistake.empty()) run.file().error(run.place("draws"), mistake);
}

namespace {

/// The survey's own replicate weights.
void read_replicate_columns(TomlView& view, SamplingPlan& plan) {
  for (const rules::Text& name : view.texts("replicate_weights")) plan.columns.names.push_back(name.text);
  const bool kind_said = view.find("kind") != nullptr;
  const std::size_t kind = view.choice("kind", replicate_kind_names(), 0);
  if (kind_said) plan.columns.kind = static_cast<ReplicateKind>(kind);
  const toml::node* rscales = view.find("rscales");
  if (rscales != nullptr && rscales->is_number()) plan.columns.rscales = {*rscales->value<double>()};
  else plan.columns.rscales = numbers(view, "rscales");
  plan.centre = static_cast<ReplicateCentre>(view.choice("centre", replicate_centre_names(), 0));
}

/// Where the file says no method the command line may.
void check_sampling(TomlView& view, const SamplingPlan& plan) {
  if (const auto mistake = mistake_in(plan)) return view.file().error(view.place(mistake->key.c_str()), mistake->message);
  if (view.find("method") == nullptr) return;
  for (const std::string& key : keys_of_methods())
    if (const std::string owner = idle(key, plan); !owner.empty() && view.find(key.c_str()) != nullptr)
      view.file().error(view.place(key.c_str()), view.path(key.c_str()) + owner);
}

}  // namespace

SamplingPlan read_sampling(TomlFile& file, TomlView& root) {
  SamplingPlan plan;
  const toml::table* table = root.table("sampling");
  if (table == nullptr) return plan;
  TomlView view(file, *table, "sampling");
  plan.method = static_cast<SamplingMethod>(view.choice("method", sampling_method_names(), 0));
  plan.lonely = static_cast<LonelyPsu>(view.choice("lonely_psu", lonely_psu_names(), 0));
  if (const auto replicates = view.number("replicates")) {
    if (*replicates < 2 || *replicates != std::floor(*replicates)) file.error(view.place("replicates"), "sampling.replicates is a whole number of 2 or more");
    else plan.replicates = static_cast<std::int64_t>(*replicates);
  }
  if (const auto fay = view.number("fay")) {
    if (!(*fay >= 0 && *fay < 1)) file.error(view.place("fay"), "sampling.fay lies in [0, 1)");
    else plan.fay = *fay;
  }
  plan.stratum = view.text("stratum");
  plan.psu = view.text("psu");
  plan.psus_there = view.text("psus_there");
  plan.ssu = view.text("ssu");
  plan.ssus_there = view.text("ssus_there");
  read_replicate_columns(view, plan);
  plan.repeats_estimation = view.choice("estimation", {"fixed", "repeated"}, 0) == 1;
  plan.interval = static_cast<IntervalKind>(view.choice("interval", interval_names(), 0));
  view.finish();
  check_sampling(view, plan);
  return plan;
}

}  // namespace puente::io
