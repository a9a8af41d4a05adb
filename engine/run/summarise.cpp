#include "engine/run/summarise.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "engine/core/error.hpp"

namespace puente {

namespace {

using Index = std::vector<std::size_t>;

class Summary {
 public:
  Summary(const Study& study, const Totals& totals) : study_(study), totals_(totals), asked_(study.model.statistics) {}
  Results results();

 private:
  void dimensions();
  void add(const std::string& name, std::vector<std::string> dims, const std::string& units, const std::string& long_name,
           const std::function<double(const Index&)>& value, const std::string& comment = "");
  void counts();
  void levels();
  void poverty();
  void inequality();
  void order_indices();
  void distribution();
  void attendance();
  void programmes();
  void outcomes();
  void differences();
  bool wants(const char* what) const {
    return std::find(asked_.include.begin(), asked_.include.end(), what) != asked_.include.end();
  }
  const WelfareResult& welfare(const Index& i) const { return totals_.welfare[i[0]][i[1]]; }
  double programme_sum(std::size_t s, std::size_t p, std::size_t g, ProgrammeSum column) const {
    return totals_.programmes[s].value(g * study_.programme_names.size() + p, static_cast<std::size_t>(column));
  }
  double fixed_cost(std::size_t s, std::size_t p) const;
  std::string money() const;

  const Study& study_;
  const Totals& totals_;
  const StatisticsModel& asked_;
  Results results_;
};

std::string Summary::money() const {
  const rules::Typed& typed = study_.data->program->typed(study_.resource);
  const std::string unit = typed.unit.text();
  return unit.empty() ? study_.schema.notes.currency : unit;
}

void Summary::dimensions() {
  auto& dims = results_.dimensions;
  Dimension scenario{"scenario", {}, {}, "1", "scenario"}, line{"line", {}, {}, "1", "poverty line"};
  for (const CompiledScenario& s : study_.scenarios) scenario.labels.push_back(s.scenario->name);
  for (const Line& l : study_.model.welfare.lines) line.labels.push_back(l.name);
  dims.push_back(scenario);
  dims.push_back({"group", study_.slot_names(), {}, "1", "slice of the population, fixed in the reference scenario"});
  if (wants("poverty") && !line.labels.empty()) {
    dims.push_back(line);
    dims.push_back({"alpha", {}, {0, 1, 2}, "1", "Foster-Greer-Thorbecke parameter"});
  }
  if (wants("inequality")) {
    dims.push_back({"ge", {}, {-1, 0, 1, 2}, "1", "generalised entropy parameter"});
    dims.push_back({"epsilon", {}, {0.5, 1, 2}, "1", "Atkinson inequality aversion"});
  }
  if (wants("inequality") || wants("distribution")) {
    dims.push_back({"quantile", {}, asked_.quantiles, "1", "share of persons"});
    Dimension decile{"decile", {}, {}, "1", "decile of the scenario's own welfare"};
    for (int d = 1; d <= 10; ++d) decile.values.push_back(d);
    dims.push_back(decile);
  }
  if (study_.attends.index >= 0) {
    Dimension band{"age_band", {}, {}, "years", "age"}, sex{"sex", {"all"}, {}, "1", "sex"};
    for (const auto& [from, to] : asked_.age_bands) band.labels.push_back(std::to_string(from) + "-" + std::to_string(to));
    sex.labels.insert(sex.labels.end(), study_.sex_labels.begin(), study_.sex_labels.end());
    dims.push_back(band);
    dims.push_back(sex);
  }
  if (wants("programmes") && !study_.programme_names.empty())
    dims.push_back({"programme", study_.programme_names, {}, "1", "programme"});
  if (wants("outcomes") && !study_.outcome_means.empty()) {
    Dimension outcome{"outcome", {}, {}, "1", "outcome"};
    for (const auto& measure : study_.outcome_means) outcome.labels.push_back(measure.name);
    dims.push_back(outcome);
  }
}

void Summary::add(const std::string& name, std::vector<std::string> dims, const std::string& units,
                  const std::string& long_name, const std::function<double(const Index&)>& value,
                  const std::string& comment) {
  Variable variable{name, dims, {}, units, long_name, comment};
  std::vector<std::size_t> size;
  std::size_t total = 1;
  for (const std::string& dim : dims) {
    size.push_back(results_.dimension(dim).size());
    total *= size.back();
  }
  Index index(dims.size(), 0);
  for (std::size_t n = 0; n < total; ++n) {
    variable.values.push_back(value(index));
    for (std::size_t d = dims.size(); d-- > 0;) {
      if (++index[d] < size[d]) break;
      index[d] = 0;
    }
  }
  results_.variables.push_back(std::move(variable));
}

void Summary::counts() {
  add("households", {"group"}, "1", "households represented", [&](const Index& i) {
    return totals_.slots.value(i[0], static_cast<std::size_t>(SlotSum::households));
  });
  add("persons", {"group"}, "1", "persons represented", [&](const Index& i) {
    return totals_.slots.value(i[0], static_cast<std::size_t>(SlotSum::persons));
  });
  add("n_excluded", {"group"}, "1", "records left out by `where`, [missing] or a weight of zero",
      [&](const Index& i) { return i[0] == 0 ? totals_.excluded : NAN; }, "counted for the whole population only");
}

void Summary::levels() {
  add("mean_welfare", {"scenario", "group"}, money(), "mean welfare", [&](const Index& i) { return welfare(i).mean; });
}

void Summary::poverty() {
  add("fgt", {"scenario", "group", "line", "alpha"}, "1", "Foster-Greer-Thorbecke index",
      [&](const Index& i) { return welfare(i).lines[i[2]].fgt[i[3]]; }, "poor is welfare < line, strictly");
  const std::vector<std::string> dims = {"scenario", "group", "line"};
  add("watts", dims, "1", "Watts index", [&](const Index& i) { return welfare(i).lines[i[2]].watts; },
      "logs of positive welfare only; all weights below");
  add("poor_persons", dims, "1", "poor persons", [&](const Index& i) { return welfare(i).lines[i[2]].poor; });
  add("total_gap", dims, money(), "total poverty gap: what would lift every poor person to the line",
      [&](const Index& i) { return welfare(i).lines[i[2]].total_gap; });
}

void Summary::order_indices() {
  const std::vector<std::string> dims = {"scenario", "group"};
  add("gini", dims, "1", "Gini index", [&](const Index& i) { return welfare(i).gini; }, "replication-invariant, zeros kept");
  add("palma", dims, "1", "Palma ratio", [&](const Index& i) { return welfare(i).palma; });
  add("s80_s20", dims, "1", "share of the richest fifth over that of the poorest", [&](const Index& i) { return welfare(i).s80_s20; });
  add("p90_p10", dims, "1", "ninth decile over the first", [&](const Index& i) { return welfare(i).p90_p10; });
}

void Summary::inequality() {
  const std::vector<std::string> dims = {"scenario", "group"};
  add("generalised_entropy", {"scenario", "group", "ge"}, "1", "generalised entropy", [&](const Index& i) { return welfare(i).entropy[i[2]]; },
      "positive welfare only where a log or a negative power is taken");
  add("atkinson", {"scenario", "group", "epsilon"}, "1", "Atkinson index", [&](const Index& i) { return welfare(i).atkinson[i[2]]; });
  add("excluded_from_logs", dims, "1", "weight of welfare that is not positive", [&](const Index& i) { return welfare(i).excluded_from_logs; });
  add("weight_negative", dims, "1", "weight of negative welfare", [&](const Index& i) { return welfare(i).n_negative; });
  add("weight_zero", dims, "1", "weight of zero welfare", [&](const Index& i) { return welfare(i).n_zero; });
}

void Summary::distribution() {
  const std::vector<std::string> dims = {"scenario", "group", "quantile"};
  add("quantile_value", dims, money(), "smallest welfare whose cumulative weight reaches the share", [&](const Index& i) { return welfare(i).quantile[i[2]]; });
  add("lorenz", dims, "1", "Lorenz ordinate", [&](const Index& i) { return welfare(i).lorenz[i[2]]; });
  add("decile_share", {"scenario", "group", "decile"}, "1", "share of total welfare", [&](const Index& i) { return welfare(i).decile_share[i[2]]; });
}

void Summary::attendance() {
  const std::size_t bands = asked_.age_bands.size(), sexes = 1 + study_.sex_labels.size();
  add("attendance", {"scenario", "group", "age_band", "sex"}, "1", "share of persons who attend school", [&](const Index& i) {
    const std::size_t s = study_.measures_vary ? i[0] : static_cast<std::size_t>(study_.reference);
    const std::size_t cell = (i[1] * bands + i[2]) * sexes + i[3];
    const double weight = totals_.attendance[s].value(cell, 1);
    return weight > 0 ? totals_.attendance[s].value(cell, 0) / weight : NAN;
  });
}

/// Position of programme p in scenario s, or -1.
int position(const CompiledScenario& scenario, std::size_t p) {
  for (std::size_t k = 0; k < scenario.programmes.size(); ++k)
    if (scenario.programmes[k].number == p) return static_cast<int>(k);
  return -1;
}

double Summary::fixed_cost(std::size_t s, std::size_t p) const {
  const int at = position(study_.scenarios[s], p);
  return at < 0 ? 0.0 : study_.scenarios[s].programmes[static_cast<std::size_t>(at)].cost_fixed;
}

void Summary::programmes() {
  const std::vector<std::string> dims = {"scenario", "programme", "group"};
  add("recipients", dims, "1", "households or persons that receive", [&](const Index& i) { return programme_sum(i[0], i[1], i[2], ProgrammeSum::recipients); },
      "households of a household programme, persons of a person programme; a household in a person group counts by its members' share");
  add("spending", dims, money(), "cash paid and value of benefits in kind", [&](const Index& i) { return programme_sum(i[0], i[1], i[2], ProgrammeSum::spending); });
  add("cost", dims, money(), "cash paid, cost per recipient and fixed cost", [&](const Index& i) {
    return programme_sum(i[0], i[1], i[2], ProgrammeSum::cost) + (i[2] == 0 ? fixed_cost(i[0], i[1]) : 0.0);
  }, "the fixed cost stands with the whole population only");
  add("coverage", dims, "1", "recipients over eligible units", [&](const Index& i) {
    const double eligible = programme_sum(i[0], i[1], i[2], ProgrammeSum::eligible);
    return eligible > 0 ? programme_sum(i[0], i[1], i[2], ProgrammeSum::recipients) / eligible : NAN;
  });
}

void Summary::outcomes() {
  const std::size_t outcomes = study_.outcome_means.size();
  add("outcome_mean", {"scenario", "group", "outcome"}, "1", "mean of an outcome, or the share of a condition", [&](const Index& i) {
    const std::size_t s = study_.measures_vary ? i[0] : static_cast<std::size_t>(study_.reference);
    const double weight = totals_.outcomes[s].value(i[1] * outcomes + i[2], 1);
    return weight > 0 ? totals_.outcomes[s].value(i[1] * outcomes + i[2], 0) / weight : NAN;
  }, "in each outcome's own unit; households and persons of missing value are left out");
}

/// Every scenario minus the one it is compared with.
void Summary::differences() {
  const auto reference_of = [&](std::size_t s) {
    const int against = study_.scenarios[s].against;
    return static_cast<std::size_t>(against >= 0 ? against : study_.reference);
  };
  for (const Variable& variable : results_.variables) {
    if (variable.dimensions.front() != "scenario") continue;
    Variable difference = variable;
    difference.long_name += ", minus that of the reference";
    const std::size_t scenarios = study_.scenarios.size(), each = variable.values.size() / std::max<std::size_t>(1, scenarios);
    for (std::size_t s = 0; s < scenarios; ++s)
      for (std::size_t i = 0; i < each; ++i)
        difference.values[s * each + i] = variable.values[s * each + i] - variable.values[reference_of(s) * each + i];
    results_.differences.push_back(std::move(difference));
  }
}

Results Summary::results() {
  results_.title = study_.model.title;
  dimensions();
  counts();
  levels();
  if (wants("poverty") && !study_.model.welfare.lines.empty()) poverty();
  const bool ordered = wants("inequality") || wants("distribution");
  if (ordered) order_indices();
  if (wants("inequality")) inequality();
  if (ordered) distribution();
  if (study_.attends.index >= 0) attendance();
  if (wants("programmes") && !study_.programme_names.empty()) programmes();
  if (wants("outcomes") && !study_.outcome_means.empty()) outcomes();
  if (study_.scenarios.size() > 1) differences();
  return std::move(results_);
}

}  // namespace

Results summarise(const Study& study, const Totals& totals) { return Summary(study, totals).results(); }

}  // namespace puente
