#include "engine/run/sensitivities.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "engine/core/error.hpp"
#include "engine/uncertainty/sensitivity.hpp"

namespace puente {

namespace {

/// The values of one parameter in each draw.
using Values = std::vector<double>;

/// Draws in the lowest or highest tenth of a parameter, those with the same value as the last of them included.
struct Tenths {
  explicit Tenths(const Values& values) {
    Values sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t tenth = (sorted.size() + 9) / 10;
    for (std::size_t d = 0; d < values.size(); ++d) {
      if (values[d] <= sorted[tenth - 1]) low.push_back(d);
      if (values[d] >= sorted[sorted.size() - tenth]) high.push_back(d);
    }
  }
  std::vector<std::size_t> low, high;
};

/// Over those draws in which the figure is there.
double mean_of(const Values& figure, const std::vector<std::size_t>& draws) {
  double sum = 0, count = 0;
  for (const std::size_t d : draws) {
    if (!std::isfinite(figure[d])) continue;
    sum += figure[d];
    ++count;
  }
  return count > 0 ? sum / count : NAN;
}

/// A variable beside another, with a dimension more in front.
Variable along(const Variable& variable, const char* dimension, std::size_t size, const char* suffix, const std::string& units, const char* what) {
  Variable result{variable.name + suffix, variable.dimensions, Values(size * variable.values.size(), NAN), units, variable.long_name + ": " + what, ""};
  result.dimensions.insert(result.dimensions.begin(), dimension);
  return result;
}

/// Fills `out` from the variables of one kind and their draws; `one` is called for each.
using OfVariable = std::function<void(const Variable&, const Series&, std::vector<Variable>&)>;

void for_drawn(const std::vector<Variable>& variables, const std::vector<Series>& draws, const OfVariable& one, std::vector<Variable>& out) {
  for (const Series& series : draws) {
    if (series.name.ends_with("_error_bound")) continue;
    if (const Variable* found = find_variable(variables, series.name); found != nullptr) one(*found, series, out);
  }
}

void add_group(Results& results, const Realisations& draws, const std::string& path, const OfVariable& one) {
  for_drawn(results.variables, draws.variables(), one, results.groups[path]);
  if (!draws.differences().empty()) for_drawn(results.differences, draws.differences(), one, results.groups[path + "/difference"]);
}

void put(const std::vector<SensitivityIndex>& indices, std::size_t i, Variable& values, Variable& errors) {
  const std::size_t figures = values.values.size() / indices.size();
  for (std::size_t f = 0; f < indices.size(); ++f) {
    values.values[f * figures + i] = indices[f].value;
    errors.values[f * figures + i] = indices[f].error;
  }
}

class Shares {
 public:
  explicit Shares(const DrawnValues& drawn) : count_(drawn.count()), factors_(drawn.factors.size()) {
    if (drawn.design == DesignKind::saltelli) {
      rows_.emplace(factors_);
      return;
    }
    FirstOrderIndices::Factors factors(factors_);
    for (std::size_t p = 0; p < drawn.of.names.size(); ++p) factors[drawn.of.factor_of[p]].push_back(drawn.column(p));
    draws_.emplace(std::move(factors), drawn.design == DesignKind::sobol ? DrawKind::even : DrawKind::independent);
  }
  bool known(std::size_t factor) const { return rows_ || draws_->known(factor); }
  void add(const Variable& variable, const Series& series, std::vector<Variable>& out);

 private:
  std::size_t count_, factors_;
  std::optional<SaltelliIndices> rows_;
  std::optional<FirstOrderIndices> draws_;
  Values figure_;
};

void Shares::add(const Variable& variable, const Series& series, std::vector<Variable>& out) {
  const auto share = [&](const char* suffix, const char* what) { return along(variable, "factor", factors_, suffix, "1", what); };
  Variable first = share("", "share of its variance by the factor alone"), first_error = share("_mcse", "Monte Carlo standard error of that share");
  Variable total = share("_total", "share of its variance by the factor and what it does together with others"),
           total_error = share("_total_mcse", "Monte Carlo standard error of that total share");
  std::vector<SensitivityIndex> alone(factors_), together(factors_);
  for (std::size_t i = 0; i < series.figures; ++i) {
    gather(series, i, count_, figure_);
    if (rows_) rows_->of(figure_, alone, together);
    else draws_->of(figure_, alone);
    put(alone, i, first, first_error);
    put(together, i, total, total_error);
  }
  out.push_back(std::move(first));
  out.push_back(std::move(first_error));
  if (!rows_) return;
  out.push_back(std::move(total));
  out.push_back(std::move(total_error));
}

void add_tornado(Results& results, const SavedDraws& saved) {
  std::vector<Tenths> tenths;
  for (std::size_t p = 0; p < saved.drawn.of.names.size(); ++p) tenths.emplace_back(saved.drawn.column(p));
  results.add_dimension({"parameter", saved.drawn.of.names, {}, "1", "uncertain parameter"});
  const Realisations& draws = saved.figures;
  Values figure;
  add_group(results, draws, "tornado", [&](const Variable& variable, const Series& series, std::vector<Variable>& out) {
    Variable low = along(variable, "parameter", tenths.size(), "_low", variable.units, "mean over draws in the parameter's lowest tenth"),
             high = along(variable, "parameter", tenths.size(), "_high", variable.units, "mean over draws in the parameter's highest tenth");
    for (std::size_t i = 0; i < series.figures; ++i) {
      gather(series, i, draws.count(), figure);
      for (std::size_t p = 0; p < tenths.size(); ++p) {
        low.values[p * series.figures + i] = mean_of(figure, tenths[p].low);
        high.values[p * series.figures + i] = mean_of(figure, tenths[p].high);
      }
    }
    out.push_back(std::move(low));
    out.push_back(std::move(high));
  });
}

/// Why there are no shares; empty when there are enough draws.
std::string too_few(const DrawnValues& drawn) {
  const std::size_t row = drawn.row_length();
  if ((drawn.first - 1) % row != 0 || drawn.count() % row != 0) return "no shares of variance by parameter, which want whole rows of " + std::to_string(row) + " draws";
  const std::size_t wanted = row > 1 ? fewest_rows * row : fewest_draws;
  if (drawn.count() >= wanted) return "";
  return "no shares of variance by parameter, which want " + std::to_string(wanted) + " draws at least" +
         (row > 1 ? " (" + std::to_string(fewest_rows) + " rows)" : "");
}

void tell(Results& results, const std::string& text) {
  auto& told = results.provenance["uncertainty"];
  const std::string* before = std::get_if<std::string>(&told);
  told = before == nullptr || before->empty() ? text : *before + "; " + text;
}

void add_shares(Results& results, const SavedDraws& saved) {
  Shares shares(saved.drawn);
  const std::vector<std::size_t>& factor_of = saved.drawn.of.factor_of;
  for (std::size_t f = 0; f < saved.drawn.factors.size(); ++f) {
    if (shares.known(f)) continue;
    const auto together = static_cast<std::size_t>(std::count(factor_of.begin(), factor_of.end(), f));
    tell(results, "no share of variance for " + saved.drawn.factors[f] + ": " + std::to_string(together) + " correlated parameters want " +
                      std::to_string(draws_wanted(together)) + " draws at least");
  }
  results.add_dimension({"factor", saved.drawn.factors, {}, "1", "uncertain parameter, or correlated parameters together"});
  add_group(results, saved.figures, "sensitivity",
            [&](const Variable& variable, const Series& series, std::vector<Variable>& out) { shares.add(variable, series, out); });
}

constexpr const char* no_shares = "; no share";

}  // namespace

void add_sensitivities(const SavedDraws& draws, Results& results) {
  if (const std::string few = too_few(draws.drawn); !few.empty()) tell(results, few);
  else add_shares(results, draws);
  if (draws.figures.count() >= fewest_tornado_draws) add_tornado(results, draws);
}

void take_sensitivities(Results& results) {
  for (const char* group : {"sensitivity", "tornado"})
    for (const std::string& path : {std::string(group), group + std::string("/difference")}) results.groups.erase(path);
  if (const auto words = results.provenance.find("uncertainty"); words != results.provenance.end()) {
    std::string& text = std::get<std::string>(words->second);
    text.resize(std::min(text.size(), text.find(no_shares)));
  }
}

}  // namespace puente
