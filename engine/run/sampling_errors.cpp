#include "engine/run/sampling_errors.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "engine/core/error.hpp"
#include "engine/run/total_figures.hpp"
#include "engine/statistics/poverty_influence.hpp"

namespace puente {

namespace {

using Figures = std::vector<SampleFigure>;

class Errors {
 public:
  Errors(const Study& study, const std::vector<ScenarioSample>& samples, const SurveyDesign& design, const Results& results, const VarianceOf& variance);
  SamplingErrors find();

 private:
  using OfOrder = std::function<Contributions(const OrderedWelfare&)>;
  void welfare_figures(std::size_t s, std::size_t slot, Figures& figures) const;
  void share_figures(std::size_t s, std::size_t slot, const char* name, const std::vector<std::vector<RatioRows>>& bands, Figures& figures) const;
  std::size_t place(const Variable& variable, std::size_t s, std::size_t slot, std::size_t inner) const;
  void add(Figures& figures, const char* variable, std::size_t s, std::size_t slot, std::size_t inner, const SlotRows& rows, const Contributions& e,
           bool known) const;
  void say_what_is_missing();
  Figures of_group(std::size_t s, std::size_t slot) const;
  Figures of_contrast(std::size_t s, const Contrast& contrast, std::size_t slot) const;
  std::size_t in_group(const SampleFigure& figure, std::size_t group, std::size_t other) const;
  static void subtract(SampleFigure& figure, const SampleFigure& other);
  void set(std::vector<Variable>& variables, const SampleFigure& figure) const;
  void set(const std::vector<Figures>& of_scenario);
  void poverty_figures(std::size_t s, std::size_t slot, std::size_t z, Figures& figures) const;

  const Study& study_;
  const std::vector<ScenarioSample>& samples_;
  const SurveyDesign& design_;
  double error(const DesignTotals& totals) const { return std::sqrt(variance_ ? variance_(design_, totals) : design_variance(design_, totals)); }

  const Results& results_;
  const VarianceOf& variance_;
  TotalFigures totals_;
  SamplingErrors errors_;
};

Errors::Errors(const Study& study, const std::vector<ScenarioSample>& samples, const SurveyDesign& design, const Results& results, const VarianceOf& variance)
    : study_(study), samples_(samples), design_(design), results_(results), variance_(variance), totals_(study, results, design) {
  for (const auto& [from, to] : {std::pair{&results.variables, &errors_.variables}, {&results.differences, &errors_.differences}})
    for (Variable variable : *from) {
      if (variable.dimensions.empty() || variable.dimensions.front() != "scenario") continue;
      std::fill(variable.values.begin(), variable.values.end(), NAN);
      to->push_back(std::move(variable));
    }
  errors_.degrees_of_freedom = static_cast<double>(design.degrees_of_freedom());
}

/// Index of (scenario, slot, inner…) in a variable over scenario, group and others.
std::size_t Errors::place(const Variable& variable, std::size_t s, std::size_t slot, std::size_t inner) const {
  const GroupAxis groups = results_.group_axis(variable);
  return (s * groups.size + slot) * groups.inner + inner;
}

void Errors::add(Figures& figures, const char* name, std::size_t s, std::size_t slot, std::size_t inner, const SlotRows& rows, const Contributions& e,
                 bool known) const {
  const Variable* variable = results_.find(name);
  if (variable == nullptr) return;
  figures.push_back({name, place(*variable, s, slot, inner), DesignTotals(design_, rows.household, e), known});
}

void Errors::welfare_figures(std::size_t s, std::size_t slot, Figures& figures) const {
  const SlotRows& rows = samples_[s].welfare[slot];
  const OrderedWelfare order(rows.y, rows.w);
  const bool known = domain_spreads(design_, rows.household, rows.w);
  const auto put = [&](const char* name, std::size_t inner, const OfOrder& contributions) {
    if (results_.find(name) != nullptr) add(figures, name, s, slot, inner, rows, contributions(order), known);
  };
  put("mean_welfare", 0, mean_contributions);
  for (std::size_t z = 0; z < rows.line.size(); ++z) poverty_figures(s, slot, z, figures);
  put("gini", 0, gini_contributions);
  put("palma", 0, palma_contributions);
  put("s80_s20", 0, s80_s20_contributions);
  put("p90_p10", 0, p90_p10_contributions);
  const auto along = [&](const char* name, const char* dimension, auto contributions) {
    if (results_.find(name) == nullptr) return;
    const std::vector<double>& values = results_.dimension(dimension).values;
    for (std::size_t k = 0; k < values.size(); ++k) put(name, k, [&](const OrderedWelfare& w) { return contributions(w, values[k]); });
  };
  along("generalised_entropy", "ge", entropy_contributions);
  along("atkinson", "epsilon", atkinson_contributions);
  along("quantile_value", "quantile", quantile_contributions);
  along("lorenz", "quantile", [](const OrderedWelfare& w, double p) { return lorenz_contributions(w, p); });
  along("decile_share", "decile", [](const OrderedWelfare& w, double d) { return share_contributions(w, (d - 1) / 10, d / 10); });
}

/// With a line that is estimated, the records are everybody's, of whom the group's alone count.
void Errors::poverty_figures(std::size_t s, std::size_t slot, std::size_t z, Figures& figures) const {
  const Study::LineInSample& line = study_.lines_in_sample[z];
  const std::optional<double> p = line.quantile;
  const SlotRows &group = samples_[s].welfare[slot], &everybody = samples_[s].welfare[0];
  const SlotRows& rows = p ? everybody : group;
  std::vector<double> count = p ? std::vector<double>(rows.y.size(), 0) : rows.w;
  for (std::size_t i = 0; p && i < group.y.size(); ++i) count[static_cast<std::size_t>(group.record[i])] += group.w[i];
  const Contributions own = p ? quantile_line(OrderedWelfare(everybody.y, everybody.w), *p) : Contributions();
  const InfluenceLine of_records{rows.line[z], p ? &own : nullptr};
  const OrderedWelfare order(rows.y, count);
  const bool line_known = p || !line.depends, spreads = domain_spreads(design_, group.household, group.w);
  const auto put = [&](const char* name, std::size_t inner, auto contributions, bool total = false) {
    if (results_.find(name) != nullptr) add(figures, name, s, slot, inner, rows, contributions(order, of_records), line_known && (total || spreads));
  };
  for (std::size_t alpha = 0; alpha < 3; ++alpha)
    put("fgt", 3 * z + alpha, [&](const OrderedWelfare& w, const InfluenceLine& l) { return fgt_contributions(w, l, static_cast<int>(alpha)); });
  put("watts", z, watts_contributions);
  put("poor_persons", z, poor_contributions, true);
  put("total_gap", z, total_gap_contributions, true);
}

void Errors::share_figures(std::size_t s, std::size_t slot, const char* name, const std::vector<std::vector<RatioRows>>& bands, Figures& figures) const {
  const Variable* variable = results_.find(name);
  if (variable == nullptr) return;
  const std::size_t sexes = 1 + study_.sex_labels.size();
  for (std::size_t b = 0; b < bands.size(); ++b)
    for (std::size_t sex = 0; sex < sexes; ++sex) {
      const RatioRows& rows = bands[b][slot * sexes + sex];
      const std::vector<double> one(rows.household.size(), 1.0);
      const Contributions e = ratio_contributions(one, rows.numerator, rows.denominator);
      const bool known = domain_spreads(design_, rows.household, rows.denominator);
      if (!e.empty()) figures.push_back({name, place(*variable, s, slot, b * sexes + sex), DesignTotals(design_, rows.household, e), known});
    }
}

void Errors::set(std::vector<Variable>& variables, const SampleFigure& figure) const {
  const auto variable = std::find_if(variables.begin(), variables.end(), [&](const Variable& v) { return v.name == figure.variable; });
  if (variable != variables.end()) variable->values[figure.index] = figure.known ? error(figure.totals) : NAN;
}

void Errors::say_what_is_missing() {
  for (const CompiledScenario& scenario : study_.scenarios)
    for (const CompiledProgramme& p : scenario.programmes) {
      std::vector<std::string>& all = errors_.cut_offs;
      if (p.cut_needed && std::find(all.begin(), all.end(), p.programme->name) == all.end()) all.push_back(p.programme->name);
    }
  for (std::size_t z = 0; z < study_.lines_in_sample.size(); ++z)
    if (study_.lines_in_sample[z].depends && !study_.lines_in_sample[z].quantile) errors_.lines.push_back(study_.model.welfare.lines[z].name);
}

/// The same ones in every scenario.
Figures Errors::of_group(std::size_t s, std::size_t slot) const {
  Figures figures;
  if (!samples_[s].welfare[slot].y.empty()) welfare_figures(s, slot, figures);
  share_figures(s, slot, "attendance", samples_[s].attendance, figures);
  share_figures(s, slot, "work", samples_[s].work, figures);
  totals_.add(s, slot, samples_[s], figures);
  return figures;
}

/// Of the first group less the second, in the places of the contrast: what both have.
Figures Errors::of_contrast(std::size_t s, const Contrast& contrast, std::size_t slot) const {
  Figures figures = of_group(s, contrast.first);
  std::map<std::pair<std::string, std::size_t>, const SampleFigure*> less;
  const Figures second = of_group(s, contrast.second);
  for (const SampleFigure& figure : second) less[{figure.variable, in_group(figure, contrast.second, slot)}] = &figure;
  std::erase_if(figures, [&](SampleFigure& figure) {
    figure.index = in_group(figure, contrast.first, slot);
    const auto other = less.find({figure.variable, figure.index});
    if (other == less.end()) return true;
    subtract(figure, *other->second);
    return false;
  });
  return figures;
}

/// Where the figure of one group stands in another.
std::size_t Errors::in_group(const SampleFigure& figure, std::size_t group, std::size_t other) const {
  return figure.index + (other - group) * results_.group_axis(*results_.find(figure.variable)).inner;
}

void Errors::subtract(SampleFigure& figure, const SampleFigure& other) {
  figure.totals.subtract(other.totals);
  figure.known = figure.known && other.known;
}

void Errors::set(const std::vector<Figures>& of_scenario) {
  for (std::size_t s = 0; s < of_scenario.size(); ++s) {
    const int with = study_.compared_with(s);
    const Figures& compared = of_scenario[with < 0 ? s : static_cast<std::size_t>(with)];
    expect(compared.size() == of_scenario[s].size(), "a group has the same figures in all scenarios");
    for (std::size_t f = 0; f < of_scenario[s].size(); ++f) {
      SampleFigure figure = of_scenario[s][f];
      set(errors_.variables, figure);
      subtract(figure, compared[f]);
      set(errors_.differences, figure);
    }
  }
}

SamplingErrors Errors::find() {
  say_what_is_missing();
  std::vector<Figures> of_scenario(study_.scenarios.size());
  const auto take = [&](auto figures) {
    for (std::size_t s = 0; s < of_scenario.size(); ++s) of_scenario[s] = figures(s);
    set(of_scenario);
  };
  for (std::size_t slot = 0; slot < study_.fixed_slots(); ++slot) take([&](std::size_t s) { return of_group(s, slot); });
  for (std::size_t c = 0; c < study_.contrasts.size(); ++c) take([&](std::size_t s) { return of_contrast(s, study_.contrasts[c], study_.slots() + c); });
  return std::move(errors_);
}

}  // namespace

SamplingErrors sampling_errors(const Study& study, const std::vector<ScenarioSample>& samples, const SurveyDesign& design, const Results& results,
                               const VarianceOf& variance) {
  return Errors(study, samples, design, results, variance).find();
}

}  // namespace puente
