#include "io/report/sensitivity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/report/columns.hpp"

namespace puente::io {

namespace {

constexpr std::size_t most_factors = 5;
constexpr std::size_t name_width = 27;

/// What one scenario's figure rests on.
class Decomposition {
 public:
  Decomposition(const Results& results, std::size_t scenario)
      : results_(results), changes_(!results.differences.empty()), poor_(results.find("fgt") != nullptr), s_(scenario) {}
  std::string heading() const {
    const std::string what = std::string(changes_ ? "change in " : "") + (poor_ ? "poor %" : "mean") + " by";
    std::string text = fmt::format("\n{:<{}}{:>12}{:>12}", what, name_width + 2, "share %", "±");
    if (total_known()) text += fmt::format("{:>12}{:>12}", "total %", "±");
    return text + (group("tornado") == nullptr ? "\n" : fmt::format("{:>12}{:>12}\n", "at low", "at high"));
  }
  /// Empty where the figure does not vary with any factor.
  std::string lines() const;

 private:
  std::string name() const { return poor_ ? "fgt" : "mean_welfare"; }
  const std::vector<Variable>* group(const std::string& path) const {
    const auto found = results_.groups.find(path + (changes_ ? "/difference" : ""));
    return found == results_.groups.end() ? nullptr : &found->second;
  }
  bool total_known() const { return find_variable(*group("sensitivity"), name() + "_total") != nullptr; }
  double at(const std::vector<Variable>& variables, const std::string& suffix, std::vector<std::size_t> index) const;
  double share(const char* suffix, std::size_t factor) const { return at(*group("sensitivity"), suffix, {factor}) * parameters_part(); }
  double part(const char* suffix) const;
  double parameters_part() const { return find_variable(figures(), name() + "_se_parameters") == nullptr ? 1 : part("_se_parameters"); }
  const std::vector<Variable>& figures() const { return changes_ ? results_.differences : results_.variables; }
  bool is_named(std::size_t factor) const;
  std::vector<std::size_t> named_factors() const;
  bool varies() const;
  std::string factor_line(std::size_t factor) const;
  std::string tornado_cells(const std::string& factor) const;

  const Results& results_;
  bool changes_, poor_;
  std::size_t s_;
};

/// Of everybody, and of the headcount of the first line; `index`: what comes before the scenario.
double Decomposition::at(const std::vector<Variable>& variables, const std::string& suffix, std::vector<std::size_t> index) const {
  const Variable* variable = find_variable(variables, name() + suffix);
  if (variable == nullptr) return NAN;
  index.insert(index.end(), {s_, 0});
  if (poor_) index.insert(index.end(), {0, 0});
  return results_.at(*variable, index);
}

/// Share of the whole variance.
double Decomposition::part(const char* suffix) const {
  const double se = at(figures(), "_se", {}), of_part = at(figures(), suffix, {});
  return of_part * of_part / (se * se);
}

std::string cell(double x, int decimals, bool sign = false) {
  if (!std::isfinite(x)) return fmt::format("{:>12}", "-");
  return sign ? fmt::format("{:>+12.{}f}", x, decimals) : fmt::format("{:>12.{}f}", x, decimals);
}

/// Long names have a line of their own, so that columns stay in line.
std::string named(const std::string& name) {
  const std::size_t width = width_of(name);
  return "  " + name + (width > name_width ? "\n" + std::string(name_width + 2, ' ') : std::string(name_width - width, ' '));
}

std::string Decomposition::tornado_cells(const std::string& factor) const {
  const std::vector<Variable>* tornado = group("tornado");
  if (tornado == nullptr) return "";
  const std::vector<std::string>& parameters = results_.dimension("parameter").labels;
  const auto p = static_cast<std::size_t>(std::find(parameters.begin(), parameters.end(), factor) - parameters.begin());
  if (p == parameters.size()) return "";  // correlated ones move together
  const double scale = poor_ ? 100 : 1;
  return cell(scale * at(*tornado, "_low", {p}), 2, changes_) + cell(scale * at(*tornado, "_high", {p}), 2, changes_);
}

std::string Decomposition::factor_line(std::size_t factor) const {
  const std::string& label = results_.dimension("factor").labels[factor];
  std::string text = named(label) + cell(100 * share("", factor), 1) + cell(100 * share("_mcse", factor), 1);
  if (total_known()) text += cell(100 * share("_total", factor), 1) + cell(100 * share("_total_mcse", factor), 1);
  return text + tornado_cells(label) + "\n";
}

/// Whether its share, or with saltelli's rows its total one, is 1 % at least and two Monte Carlo errors or more from none.
bool Decomposition::is_named(std::size_t factor) const {
  constexpr double least = 0.01;
  const auto tells = [&](const char* of, const char* error) { return share(of, factor) >= least && !(share(of, factor) < 2 * share(error, factor)); };
  return tells("", "_mcse") || (total_known() && tells("_total", "_total_mcse"));
}

/// Largest first, at most most_factors.
std::vector<std::size_t> Decomposition::named_factors() const {
  std::vector<std::size_t> order;
  for (std::size_t f = 0; f < results_.dimension("factor").size(); ++f)
    if (is_named(f)) order.push_back(f);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return share("", a) > share("", b); });
  order.resize(std::min(order.size(), most_factors));
  return order;
}

bool Decomposition::varies() const {
  for (std::size_t f = 0; f < results_.dimension("factor").size(); ++f)
    if (std::isfinite(share("", f))) return true;
  return false;
}

/// What is left when the named ones are taken out is one line: small factors, what several do together, and chance.
std::string Decomposition::lines() const {
  if (!varies()) return "";
  std::string text = results_.dimension("scenario").labels[s_] + "\n";
  double left = parameters_part();
  for (const std::size_t factor : named_factors()) {
    text += factor_line(factor);
    left -= share("", factor);
  }
  if (std::fabs(left) < 1e-9) left = 0;  // rounding has no sign
  text += named("others, together, or chance") + cell(100 * left, 1) + "\n";
  for (const char* source : {"sampling", "simulation"}) {
    const std::string suffix = std::string("_se_") + source;
    if (find_variable(figures(), name() + suffix) != nullptr) text += named(source) + cell(100 * part(suffix.c_str()), 1) + "\n";
  }
  return text;
}

}  // namespace

std::string sensitivity_lines(const Results& results) {
  if (!results.groups.contains("sensitivity")) return "";
  std::string text;
  for (std::size_t s = 0; s < results.dimension("scenario").size(); ++s) text += Decomposition(results, s).lines();
  if (text.empty()) return "";
  const std::string explained = "share of the variance, ± its Monte Carlo error";
  const bool tornado = results.groups.contains("tornado");
  return Decomposition(results, 0).heading() + text + explained + (tornado ? "; at low, at high: where the parameter is in its lowest and highest tenth\n" : "\n");
}

std::vector<Slice> slices(const Results& results, const std::string& path, const std::string& dimension) {
  std::vector<Slice> all;
  const auto group = results.groups.find(path);
  if (group == results.groups.end()) return all;
  const std::vector<std::string>& labels = results.dimension(dimension).labels;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    Slice& slice = all.emplace_back(Slice{labels[i], {}});
    for (const Variable& variable : group->second) {
      Variable& part = slice.variables.emplace_back(variable);
      const auto each = static_cast<std::ptrdiff_t>(variable.values.size() / labels.size());
      part.dimensions.erase(part.dimensions.begin());
      part.values.assign(variable.values.begin() + static_cast<std::ptrdiff_t>(i) * each, variable.values.begin() + static_cast<std::ptrdiff_t>(i + 1) * each);
    }
  }
  return all;
}

}  // namespace puente::io
