#include "io/toml/schooling_model_reader.hpp"

#include <algorithm>
#include <cmath>

#include "io/survey/toml_view.hpp"
#include "io/toml/policy_reader.hpp"
#include "io/toml/read_text.hpp"

namespace puente::io {

namespace {

class Reader {
 public:
  explicit Reader(TomlFile& file) : file_(file) {}
  SchoolingModel read();

 private:
  void read_alternatives(TomlView& root);
  void read_covariates(TomlView& parent, const char* key, std::size_t size, std::vector<Covariate>& all);
  void read_estimates(TomlView& view, std::size_t size, std::vector<double>& coefficients, std::vector<double>& errors);
  bool read_term(TomlView& root, const char* key, std::vector<double>& coefficients, std::vector<double>& errors);
  void read_earnings(TomlView& root);
  void read_structure(TomlView& root);
  void read_covariance(TomlView& root);
  void read_ranges(TomlView& root);
  std::optional<SchoolingRange> range(TomlView& view, const char* key, double value, double least, double most);
  std::vector<double> numbers(TomlView& view, const char* key);
  double number(TomlView& view, const char* key, double least, double most, double otherwise);
  std::size_t differences() const { return std::max<std::size_t>(model_.alternatives.size(), 2) - 1; }

  TomlFile& file_;
  SchoolingModel model_;
};

std::vector<double> Reader::numbers(TomlView& view, const char* key) {
  std::vector<double> all;
  const toml::array* array = view.array(key);
  if (array == nullptr) return all;
  for (const toml::node& node : *array) {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    if (value && std::isfinite(*value)) all.push_back(*value);
    else view.wrong(node, key, "a list of finite numbers");
  }
  return all;
}

double Reader::number(TomlView& view, const char* key, double least, double most, double otherwise) {
  const double value = view.number(key).value_or(otherwise);
  if (!(value >= least && value <= most)) file_.error(view.place(key), view.path(key) + " is " + shortest(value) + ": it lies between " + shortest(least) + " and " + shortest(most));
  return value;
}

void Reader::read_alternatives(TomlView& root) {
  for (const rules::Text& name : root.texts("alternatives")) model_.alternatives.push_back(name.text);
  if (model_.alternatives.size() == 2 || model_.alternatives.size() == 3) return;
  file_.error(root.place("alternatives"), "alternatives are two, [not attending, attending], or three, [not attending, attending and working, attending only]");
}

void Reader::read_estimates(TomlView& view, std::size_t size, std::vector<double>& coefficients, std::vector<double>& errors) {
  coefficients = numbers(view, "coefficients");
  errors = numbers(view, "standard_errors");
  const std::string needs = size == 1 ? "one number" : std::to_string(size) + " numbers, one an alternative but the first";
  if (coefficients.size() != size) file_.error(view.place("coefficients"), view.path("coefficients") + " has " + needs + ", not " + std::to_string(coefficients.size()));
  if (!errors.empty() && errors.size() != size) file_.error(view.place("standard_errors"), view.path("standard_errors") + " has " + needs + ", or is left out");
}

void Reader::read_covariates(TomlView& parent, const char* key, std::size_t size, std::vector<Covariate>& all) {
  const toml::array* array = parent.array(key);
  if (array == nullptr) return;
  for (const toml::node& node : *array) {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      parent.wrong(node, key, "tables with name, value and coefficients");
      continue;
    }
    TomlView view(file_, *table, parent.path(key) + "[" + std::to_string(all.size()) + "]");
    Covariate one;
    one.name = view.string("name");
    if (one.name.empty()) file_.error(view.place(), "a covariate has a `name`");
    for (const Covariate& other : all)
      if (other.name == one.name) file_.error(view.place("name"), "the name '" + one.name + "' is given to two covariates");
    const auto value = quantity(view, "value");
    if (!value) file_.error(view.place(), "covariate '" + one.name + "' has no `value`: an expression, as in value = 'age'");
    one.value = value.value_or(number_text(0, view.place()));
    read_estimates(view, size, one.coefficients, one.standard_errors);
    view.finish();
    all.push_back(std::move(one));
  }
}

bool Reader::read_term(TomlView& root, const char* key, std::vector<double>& coefficients, std::vector<double>& errors) {
  const toml::table* table = root.table(key);
  if (table == nullptr) return false;
  TomlView view(file_, *table, key);
  read_estimates(view, differences(), coefficients, errors);
  view.finish();
  return true;
}

void Reader::read_earnings(TomlView& root) {
  const toml::table* table = root.table("earnings");
  if (table == nullptr) return;
  TomlView view(file_, *table, "earnings");
  EarningsEquation equation;
  equation.attending = view.number("attending").value_or(0);
  equation.attending_se = view.number("attending_se").value_or(0);
  equation.sigma = number(view, "sigma", 0, 100, 0);
  read_covariates(view, "covariates", 1, equation.covariates);
  if (equation.covariates.empty()) file_.error(view.place(), "[earnings] has no [[earnings.covariates]], not even a constant");
  view.finish();
  model_.earnings = std::move(equation);
}

void Reader::read_structure(TomlView& root) {
  const toml::table* table = root.table("structure");
  if (table == nullptr) {
    file_.error(root.place(), "[structure] is missing: it says what income does in each alternative, as in alpha = [0.1, 0.2, 0.3]");
    return;
  }
  TomlView view(file_, *table, "structure");
  SchoolingStructure& structure = model_.structure;
  structure.k = number(view, "K", 1e-6, 1e6, 1);
  structure.m = number(view, "M", 0, 1e6, 1);
  structure.d = view.number("D").value_or(0);
  structure.alpha = numbers(view, "alpha");
  const std::string reason = view.string("not_identified");
  if (structure.alpha.empty())
    file_.error(view.place(), "structure.alpha is missing" + (reason.empty() ? ": one number an alternative, utility per unit of money" : ": " + reason));
  else if (structure.alpha.size() != model_.alternatives.size())
    file_.error(view.place("alpha"), "structure.alpha has one number an alternative, " + std::to_string(model_.alternatives.size()) + ", not " + std::to_string(structure.alpha.size()));
  model_.alpha_se = numbers(view, "standard_errors");
  if (!model_.alpha_se.empty() && model_.alpha_se.size() != structure.alpha.size())
    file_.error(view.place("standard_errors"), "structure.standard_errors are of alpha, one an alternative, or are left out");
  view.finish();
}

void Reader::read_covariance(TomlView& root) {
  const toml::table* table = root.table("covariance");
  if (table == nullptr) return;
  TomlView view(file_, *table, "covariance");
  SchoolingCovariance covariance;
  for (const rules::Text& name : view.texts("names")) covariance.names.push_back(name.text);
  bool square = true;
  if (const toml::array* rows = view.array("matrix"))
    for (const toml::node& row : *rows) {
      std::vector<double>& values = covariance.matrix.emplace_back();
      if (const toml::array* cells = row.as_array())
        for (const toml::node& cell : *cells)
          if (const auto value = cell.is_number() ? cell.value<double>() : std::nullopt) values.push_back(*value);
      square = square && values.size() == covariance.names.size();
    }
  if (!square || covariance.matrix.size() != covariance.names.size()) file_.error(view.place(), "covariance.matrix has a row and a column for each of covariance.names");
  view.finish();
  model_.covariance = std::move(covariance);
}

/// A list [low, high] around what the model itself has.
std::optional<SchoolingRange> Reader::range(TomlView& view, const char* key, double value, double least, double most) {
  if (view.find(key) == nullptr) return std::nullopt;
  const std::vector<double> ends = numbers(view, key);
  if (ends.size() == 2 && least <= ends[0] && ends[0] <= value && value <= ends[1] && ends[1] <= most && ends[0] < ends[1]) return SchoolingRange{value, ends[0], ends[1]};
  file_.error(view.place(key), view.path(key) + " is [low, high] around what the model has, " + shortest(value) + ", and within " + shortest(least) + " to " + shortest(most));
  return std::nullopt;
}

void Reader::read_ranges(TomlView& root) {
  const toml::table* table = root.table("ranges");
  if (table == nullptr) return;
  TomlView view(file_, *table, "ranges");
  const std::vector<double>& alpha = model_.structure.alpha;
  model_.income_times = range(view, "income_times", 1, 0.001, 1000);
  if (alpha.size() > 1) model_.first_alpha_share = range(view, "first_alpha_share", alpha[0] / alpha[1], 0, 0.999);
  for (const char* key : {"source", "status", "note"}) view.string(key);
  view.finish();
}

SchoolingModel Reader::read() {
  TomlView root(file_, file_.root, "");
  const rules::Text place = root.place();
  model_.place = place_of(place);
  if (const auto format = root.number("format"); !format || *format != 1) file_.error(root.place("format"), "this program reads format 1 of a model file: format = 1");
  if (const std::string model = root.string("model"); model != "schooling") file_.error(root.place("model"), "this is no schooling model: it would say model = \"schooling\"");
  model_.title = root.string("title");
  model_.source = root.string("source");
  model_.status = root.string("status");
  read_alternatives(root);
  model_.income_unit = unit_of(root, "income_unit");
  model_.household_taste = number(root, "household_taste", 0, 100, 0);
  model_.household_taste_se = number(root, "household_taste_se", 0, 1e300, 0);
  model_.working_when_out = number(root, "working_when_out", 0, 1, 0);
  read_covariates(root, "utility", differences(), model_.covariates);
  if (model_.covariates.empty()) file_.error(root.place(), "there is no [[utility]], not even a constant");
  if (!read_term(root, "income", model_.income, model_.income_se)) file_.error(root.place(), "[income] is missing: coefficients of the household's money");
  read_term(root, "wage", model_.wage, model_.wage_se);
  read_earnings(root);
  read_structure(root);
  read_covariance(root);
  read_ranges(root);
  root.find("provenance");
  root.finish();
  return std::move(model_);
}

}  // namespace

SchoolingModel read_schooling_model(const std::string& path) {
  TomlFile file = TomlFile::parse(path, read_text(path));
  SchoolingModel model = Reader(file).read();
  file.diagnostics.throw_if_errors();
  return model;
}

}  // namespace puente::io
