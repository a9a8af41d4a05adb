#include "engine/run/summarise.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "engine/core/error.hpp"

namespace puente {

namespace {

using Index = std::vector<std::size_t>;

class Summary {
 public:
  using Value = std::function<double(const Index&)>;
  using OfWelfare = std::function<double(const WelfareResult&, const Index&)>;
  Summary(const Study& study, const Totals& totals) : study_(study), totals_(totals), asked_(study.model.statistics) {}
  Results results();

 private:
  struct Names {
    std::string name, units, long_name, comment;
  };
  void dimensions();
  std::vector<double> values_over(const std::vector<std::string>& dims, const Value& value) const;
  /// `compared`: in a group of the scenario's own (recipients, arms), the value of the same units where the scenario is
  /// compared with; absent: such a group has no difference.
  void add(const Names& names, const std::vector<std::string>& dims, const Value& value, const Value& compared = {});
  void add_welfare(const Names& names, std::vector<std::string> more_dims, const OfWelfare& value);
  void counts();
  void poverty();
  void inequality();
  void distribution();
  void attendance();
  void choice();
  double choice_sum(std::size_t s, std::size_t slot, std::size_t from, std::size_t to, ChoiceTerm term) const;
  double pupils(std::size_t s, std::size_t slot) const;
  double total_cost(std::size_t s) const;
  double periods_a_year() const;
  void programmes();
  void units();
  void financing();
  double unfunded(std::size_t s) const;
  void outcomes();
  void differences();
  void subtract(const Variable& variable);
  /// What a sketch promises of a figure without a bound of its own.
  std::string within(const char* tolerance) const {
    return asked_.precision == Precision::sketch ? std::string("from a sketch: within ") + tolerance : "";
  }
  bool wants(const char* what) const { return asked_.wants(what); }
  bool of_scenario(std::size_t slot) const { return slot >= study_.fixed_slots(); }
  /// The scenario in which a slot's figure that may not vary was tallied.
  const ScenarioTotals& measured(std::size_t s, std::size_t slot) const {
    const bool told_once = !study_.measures_vary && !of_scenario(slot);
    return totals_.scenarios[told_once ? static_cast<std::size_t>(study_.reference) : s];
  }
  double count(std::size_t s, std::size_t slot, CountTerm term) const {
    const ScenarioTotals& totals = totals_.scenarios[of_scenario(slot) ? s : static_cast<std::size_t>(study_.reference)];
    const bool weighed = term == CountTerm::persons && asked_.count == CountedAs::persons;
    return weighed ? totals.welfare[slot].weight : totals.counts.value(slot, static_cast<std::size_t>(term));
  }
  const ProgrammeSums* sums_of(std::size_t s, std::size_t p) const;
  double fixed_cost(std::size_t s, std::size_t p) const;
  std::string money() const;
  std::string welfare() const;

  const Study& study_;
  const Totals& totals_;
  const StatisticsModel& asked_;
  Results results_;
  std::map<std::string, std::vector<double>> compared_;  ///< a variable's values, in groups of the scenario's own
};

/// Money of a country or a group.
std::string Summary::money() const {
  const Unit& unit = study_.data->program->typed(study_.resource).unit;
  return unit.known() ? unit.without_whom().text() : study_.schema.notes.currency;
}

std::string Summary::welfare() const { return study_.welfare_unit.known() ? study_.welfare_unit.text() : money(); }

void Summary::dimensions() {
  auto& dims = results_.dimensions;
  Dimension scenario{"scenario", {}, {}, "1", "scenario"}, line{"line", {}, {}, "1", "poverty line"};
  for (const CompiledScenario& s : study_.scenarios) scenario.labels.push_back(s.scenario->name);
  for (const Line& l : study_.model.welfare.lines) line.labels.push_back(l.name);
  dims.push_back(scenario);
  dims.push_back({"group", study_.slot_names(), {}, "1", "slice of the population, fixed in the reference scenario; recipients and arms are those of each scenario"});
  if ((wants("fgt") || wants("watts")) && !line.labels.empty()) {
    dims.push_back(line);
    dims.push_back({"alpha", {}, {0, 1, 2}, "1", "Foster-Greer-Thorbecke parameter"});
  }
  if (wants("entropy")) dims.push_back({"ge", {}, {-1, 0, 1, 2}, "1", "generalised entropy parameter"});
  if (wants("atkinson")) dims.push_back({"epsilon", {}, {0.5, 1, 2}, "1", "Atkinson inequality aversion"});
  if (wants("quantiles")) dims.push_back({"quantile", {}, asked_.quantiles, "1", "share of persons"});
  if (wants("shares")) {
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
  if (study_.schooling && wants("attendance")) {
    const std::vector<std::string>& states = study_.model.schooling->model->alternatives;
    dims.push_back({"state_from", states, {}, "1", "what the child does in the data"});
    dims.push_back({"state_to", states, {}, "1", "what the child does in the scenario"});
    const ConstantAlignment& alignment = study_.schooling->alignment;
    if (alignment.cell.index >= 0) dims.push_back({"align", alignment.labels, {}, "1", "cell of schooling.align: " + study_.model.schooling->align->text});
  }
  if (wants("programmes") && !study_.programme_names.empty())
    dims.push_back({"programme", study_.programme_names, {}, "1", "programme"});
  if (wants("outcomes") && !study_.outcome_means.empty()) {
    Dimension outcome{"outcome", {}, {}, "1", "outcome"};
    for (const auto& measure : study_.outcome_means) outcome.labels.push_back(measure.name);
    dims.push_back(outcome);
  }
}

std::vector<double> Summary::values_over(const std::vector<std::string>& dims, const Value& value) const {
  std::vector<std::size_t> size;
  std::size_t total = 1;
  for (const std::string& dim : dims) {
    size.push_back(results_.dimension(dim).size());
    total *= size.back();
  }
  std::vector<double> values;
  Index index(dims.size(), 0);
  for (std::size_t n = 0; n < total; ++n) {
    values.push_back(value(index));
    for (std::size_t d = dims.size(); d-- > 0;) {
      if (++index[d] < size[d]) break;
      index[d] = 0;
    }
  }
  return values;
}

void Summary::add(const Names& names, const std::vector<std::string>& dims, const Value& value, const Value& compared) {
  results_.variables.push_back({names.name, dims, values_over(dims, value), names.units, names.long_name, names.comment});
  if (!compared || study_.slots() == study_.fixed_slots()) return;
  compared_[names.name] = values_over(dims, [&](const Index& i) {
    return of_scenario(i[1]) && study_.compared_with(i[0]) >= 0 ? compared(i) : NAN;
  });
}

void Summary::add_welfare(const Names& names, std::vector<std::string> more_dims, const OfWelfare& value) {
  more_dims.insert(more_dims.begin(), {"scenario", "group"});
  add(names, more_dims, [&](const Index& i) { return value(totals_.scenarios[i[0]].welfare[i[1]], i); },
      [&](const Index& i) { return value(totals_.scenarios[i[0]].compared_welfare[i[1]], i); });
}

void Summary::counts() {
  const auto fixed = [&](CountTerm term) {
    return [this, term](const Index& i) { return of_scenario(i[0]) ? NAN : count(0, i[0], term); };
  };
  const std::string elsewhere = study_.slots() == study_.fixed_slots() ? "" : "of recipients and arms in group_households and group_persons";
  add({"households", "1", "households represented", elsewhere}, {"group"}, fixed(CountTerm::households));
  add({"persons", "1", "persons represented", elsewhere}, {"group"}, fixed(CountTerm::persons));
  add({"n_excluded", "1", "records left out by `where`, [missing] or a weight of zero", "counted for the whole population only"},
      {"group"}, [&](const Index& i) { return i[0] == 0 ? totals_.excluded : NAN; });
  if (study_.slots() == study_.fixed_slots()) return;
  const auto of_each = [&](CountTerm term) { return [this, term](const Index& i) { return count(i[0], i[1], term); }; };
  add({"group_households", "1", "households in the group", ""}, {"scenario", "group"}, of_each(CountTerm::households));
  add({"group_persons", "1", "persons in the group", ""}, {"scenario", "group"}, of_each(CountTerm::persons));
}

void Summary::poverty() {
  if (wants("fgt"))
    add_welfare({"fgt", "1", "Foster-Greer-Thorbecke index", "poor is welfare < line, strictly"}, {"line", "alpha"},
                [](const WelfareResult& r, const Index& i) { return r.lines[i[2]].fgt[i[3]]; });
  if (wants("watts"))
    add_welfare({"watts", "1", "Watts index", "logs of positive welfare only; all weights below"}, {"line"},
                [](const WelfareResult& r, const Index& i) { return r.lines[i[2]].watts; });
  if (!wants("fgt")) return;
  add_welfare({"poor_persons", "1", "poor persons", ""}, {"line"}, [](const WelfareResult& r, const Index& i) { return r.lines[i[2]].poor; });
  add_welfare({"total_gap", money(), "total poverty gap: what would lift every poor person to the line", ""}, {"line"},
              [](const WelfareResult& r, const Index& i) { return r.lines[i[2]].total_gap; });
}

void Summary::inequality() {
  const auto plain = [this](const char* name, const std::string& long_name, double WelfareResult::*member, const char* comment = "") {
    add_welfare({name, "1", long_name, comment}, {}, [member](const WelfareResult& r, const Index&) { return r.*member; });
  };
  if (wants("gini")) {
    plain("gini", "Gini index", &WelfareResult::gini, "replication-invariant, zeros kept");
    if (asked_.precision == Precision::sketch)
      plain("gini_error_bound", "how far the Gini index may be off", &WelfareResult::gini_error_bound, "0 where records were put in order");
  }
  if (wants("shares")) {
    plain("palma", "Palma ratio", &WelfareResult::palma);
    plain("s80_s20", "share of the richest fifth over that of the poorest", &WelfareResult::s80_s20);
    plain("p90_p10", "ninth decile over the first", &WelfareResult::p90_p10);
  }
  if (wants("entropy"))
    add_welfare({"generalised_entropy", "1", "generalised entropy", "positive welfare only where a log or a negative power is taken"}, {"ge"},
                [](const WelfareResult& r, const Index& i) { return r.entropy[i[2]]; });
  if (wants("atkinson"))
    add_welfare({"atkinson", "1", "Atkinson index", ""}, {"epsilon"}, [](const WelfareResult& r, const Index& i) { return r.atkinson[i[2]]; });
  if (!wants("inequality")) return;
  plain("excluded_from_logs", "weight of welfare that is not positive", &WelfareResult::excluded_from_logs);
  plain("weight_negative", "weight of negative welfare", &WelfareResult::n_negative);
  plain("weight_zero", "weight of zero welfare", &WelfareResult::n_zero);
}

void Summary::distribution() {
  if (wants("quantiles")) {
    add_welfare({"quantile_value", welfare(), "smallest welfare whose cumulative weight reaches the share", ""}, {"quantile"},
                [](const WelfareResult& r, const Index& i) { return r.quantile[i[2]]; });
    if (asked_.precision == Precision::sketch)
      add_welfare({"quantile_value_error_bound", welfare(), "how far the quantile may be off", "0 where records were put in order"}, {"quantile"},
                  [](const WelfareResult& r, const Index& i) { return r.quantile_error_bound[i[2]]; });
    add_welfare({"lorenz", "1", "Lorenz ordinate", within("1e-5")}, {"quantile"}, [](const WelfareResult& r, const Index& i) { return r.lorenz[i[2]]; });
  }
  if (wants("shares"))
    add_welfare({"decile_share", "1", "share of total welfare", within("2e-5")}, {"decile"}, [](const WelfareResult& r, const Index& i) { return r.decile_share[i[2]]; });
}

void Summary::attendance() {
  const std::size_t sexes = 1 + study_.sex_labels.size();
  const auto rate = [sexes](const std::vector<LimbTable>& tables, const Index& i) {
    const LimbTable& table = tables[i[2] * sexes + i[3]];
    const double persons = table.value(i[1], static_cast<std::size_t>(AttendanceTerm::persons));
    return persons > 0 ? table.value(i[1], static_cast<std::size_t>(AttendanceTerm::attending)) / persons : NAN;
  };
  add({"attendance", "1", "share of persons who attend school", ""}, {"scenario", "group", "age_band", "sex"},
      [&](const Index& i) { return rate(measured(i[0], i[1]).attendance, i); },
      [&](const Index& i) { return rate(totals_.scenarios[i[0]].compared_attendance, i); });
  if (study_.works.index < 0) return;
  add({"work", "1", "share of persons who work, of those of whom it is known", ""}, {"scenario", "group", "age_band", "sex"},
      [&](const Index& i) { return rate(measured(i[0], i[1]).work, i); },
      [&](const Index& i) { return rate(totals_.scenarios[i[0]].compared_work, i); });
}

double Summary::choice_sum(std::size_t s, std::size_t slot, std::size_t from, std::size_t to, ChoiceTerm term) const {
  return totals_.scenarios[s].choice.value(slot * choice_cells + from * most_alternatives + to, static_cast<std::size_t>(term));
}

double Summary::pupils(std::size_t s, std::size_t slot) const {
  double sum = 0;
  for (std::size_t from = 0; from < most_alternatives; ++from)
    for (std::size_t to = 1; to < most_alternatives; ++to) sum += choice_sum(s, slot, from, to, ChoiceTerm::children);
  return sum;
}

double Summary::total_cost(std::size_t s) const {
  double sum = 0;
  for (std::size_t p = 0; p < study_.programme_names.size(); ++p)
    if (const ProgrammeSums* sums = sums_of(s, p)) sum += sums->cost(0) + fixed_cost(s, p);
  return sum;
}

/// Periods of the resource in a year; 0 where it has none.
double Summary::periods_a_year() const {
  const std::string text = money();
  for (const auto& [period, times] : {std::pair{"/year", 1.0}, {"/month", 12.0}, {"/week", 52.0}, {"/day", 365.0}})
    if (text.ends_with(period)) return times;
  return 0;
}

/// Of the children of [schooling]. What they were is what the data say, in all scenarios, so that any two can be compared.
void Summary::choice() {
  add({"schooling_transition", "1", "children by state in the data (state_from) and in the scenario (state_to)", "persons represented; a row's shares are its cells over its sum"},
      {"scenario", "group", "state_from", "state_to"}, [&](const Index& i) { return choice_sum(i[0], i[1], i[2], i[3], ChoiceTerm::children); });
  add({"pupils", "1", "children of [schooling] who attend", ""}, {"scenario", "group"}, [&](const Index& i) { return pupils(i[0], i[1]); });
  add({"child_earnings_change", money(), "what children earn beyond what they earn in the data", "below 0: income lost to schooling, in the short run"}, {"scenario", "group"},
      [&](const Index& i) {
        double sum = 0;
        for (std::size_t cell = 0; cell < choice_cells; ++cell) sum += choice_sum(i[0], i[1], cell / most_alternatives, cell % most_alternatives, ChoiceTerm::earnings);
        return sum;
      });
  const ConstantAlignment& alignment = study_.schooling->alignment;
  if (alignment.cell.index >= 0)
    add({"alignment_shift", "1", "utility added to the model's constant so that it says what the data do", "against the first alternative; 0 where a cell has no children"},
        {"align", "state_to"}, [&](const Index& i) { return study_.schooling->models.front().shift[i[0]][i[1]]; });
  if (!wants("programmes") || study_.programme_names.empty()) return;
  const double periods = periods_a_year();
  add({"cost_per_additional_pupil", periods > 0 ? money().substr(0, money().find('/')) + "/year" : money(),
       std::string("cost of a ") + (periods > 0 ? "year" : "period of the resource (which says none)") + " of school of a child who would not attend in the scenario compared with",
       "cost of all programmes beyond that scenario's over pupils beyond its; missing where statistics are of some persons only"},
      {"scenario"}, [&](const Index& i) {
        const int with = study_.compared_with(i[0]);
        const bool all_members = study_.record_entity == Entity::household || asked_.count == CountedAs::persons;
        const bool everybody = study_.where.index < 0 && all_members && !study_.model.welfare.weight;
        if (with < 0 || !everybody) return static_cast<double>(NAN);
        const auto other = static_cast<std::size_t>(with);
        const double more = pupils(i[0], 0) - pupils(other, 0);
        return more > 0 ? (total_cost(i[0]) - total_cost(other)) * (periods > 0 ? periods : 1) / more : static_cast<double>(NAN);
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

/// Null where the scenario does not run the programme.
const ProgrammeSums* Summary::sums_of(std::size_t s, std::size_t p) const {
  const int at = position(study_.scenarios[s], p);
  return at < 0 ? nullptr : &totals_.scenarios[s].programmes[static_cast<std::size_t>(at)];
}

void Summary::programmes() {
  const std::vector<std::string> dims = {"scenario", "programme", "group"};
  const auto of = [this](auto value) {
    return [this, value](const Index& i) {
      const ProgrammeSums* sums = sums_of(i[0], i[1]);
      return sums == nullptr ? 0.0 : value(*sums, i);
    };
  };
  add({"recipients", "1", "households or persons that receive",
       "households of a household programme, persons of a person programme; a household in a person group counts by its members' share"},
      dims, of([](const ProgrammeSums& sums, const Index& i) { return sums.unit(i[2], UnitTerm::recipients); }));
  add({"spending", money(), "cash paid and value of benefits in kind", ""}, dims,
      of([](const ProgrammeSums& sums, const Index& i) { return sums.spending(i[2]); }));
  add({"cost", money(), "cash paid, cost per recipient and fixed cost", "the fixed cost stands with the whole population only"}, dims,
      of([this](const ProgrammeSums& sums, const Index& i) { return sums.cost(i[2]) + (i[2] == 0 ? fixed_cost(i[0], i[1]) : 0.0); }));
  add({"coverage", "1", "recipients over eligible units", ""}, dims, [this](const Index& i) {
    const ProgrammeSums* sums = sums_of(i[0], i[1]);
    const double eligible = sums == nullptr ? 0.0 : sums->unit(i[2], UnitTerm::eligible);
    return eligible > 0 ? sums->unit(i[2], UnitTerm::recipients) / eligible : NAN;
  });
  units();
  financing();
}

/// Units of draw, where some programme covers a share of their number.
void Summary::units() {
  const auto any = [](const CompiledScenario& s) {
    return std::any_of(s.programmes.begin(), s.programmes.end(), [](const CompiledProgramme& p) { return p.units.counted; });
  };
  if (std::none_of(study_.scenarios.begin(), study_.scenarios.end(), any)) return;
  const auto of = [this](auto number) {
    return [this, number](const Index& i) {
      const int at = position(study_.scenarios[i[0]], i[1]);
      if (at < 0) return static_cast<double>(NAN);
      const CompiledProgramme& p = study_.scenarios[i[0]].programmes[static_cast<std::size_t>(at)];
      return p.units.counted ? static_cast<double>(number(p)) : static_cast<double>(NAN);
    };
  };
  add({"units_covered", "1", "units of draw that the programme covers", ""}, {"scenario", "programme"},
      of([](const CompiledProgramme& p) { return static_cast<double>(p.units.in.size()); }));
  add({"units_shared", "1", "of them, those with clients of the programme it overlaps with", ""}, {"scenario", "programme"},
      of([](const CompiledProgramme& p) { return p.overlaps >= 0 ? p.units.shared : NAN; }));
}

/// Cost of what is not as observed and what no levy raises.
double Summary::unfunded(std::size_t s) const {
  double cost = 0;
  for (const CompiledProgramme& p : study_.scenarios[s].programmes)
    if (p.programme->coverage.mode != CoverageMode::observed)
      cost += sums_of(s, p.number)->cost(0) + p.cost_fixed;
  return study_.scenarios[s].levy.needed ? 0.0 : cost;
}

void Summary::financing() {
  add({"unfunded_cost", money(), "cost of programmes that are not as observed and that no levy pays for", ""}, {"scenario"},
      [this](const Index& i) { return unfunded(i[0]); });
  if (std::none_of(study_.scenarios.begin(), study_.scenarios.end(), [](const CompiledScenario& s) { return s.levy.needed; })) return;
  const auto rate = [this](bool flat) {
    return [this, flat](const Index& i) {
      const CompiledLevy& levy = study_.scenarios[i[0]].levy;
      return levy.needed && levy.flat == flat ? levy.rate : NAN;
    };
  };
  add({"levy_share", "1", "share of a household's money that the levy takes", "of the observed resource, where the file does not say of what"}, {"scenario"}, rate(false));
  add({"levy_per_household", money(), "what the levy takes of every household that pays", ""}, {"scenario"}, rate(true));
  add({"levy", money(), "money raised", "cost of the programmes less that of those in the data, which are paid for there"}, {"scenario", "group"}, [this](const Index& i) {
    const CompiledLevy& levy = study_.scenarios[i[0]].levy;
    return levy.needed && levy.rate != 0 ? totals_.scenarios[i[0]].levy.value(i[1], static_cast<std::size_t>(LevyTerm::paid)) : 0.0;
  });
}

void Summary::outcomes() {
  const auto mean = [](const std::vector<LimbTable>& tables, const Index& i) {
    const double weight = tables[i[2]].value(i[1], static_cast<std::size_t>(OutcomeTerm::weight));
    return weight > 0 ? tables[i[2]].value(i[1], static_cast<std::size_t>(OutcomeTerm::sum)) / weight : NAN;
  };
  add({"outcome_mean", "1", "mean of an outcome, or the share of a condition",
       "in each outcome's own unit; households and persons of missing value are left out"},
      {"scenario", "group", "outcome"}, [&](const Index& i) { return mean(measured(i[0], i[1]).outcomes, i); },
      [&](const Index& i) { return mean(totals_.scenarios[i[0]].compared_outcomes, i); });
}

/// A variable of every scenario minus that of the scenario it is compared with: in fixed groups its own figure, in
/// recipients and arms that of the same units.
void Summary::subtract(const Variable& variable) {
  Variable difference = variable;
  difference.long_name += ", minus that of the reference";
  const auto compared = compared_.find(variable.name);
  const std::size_t scenarios = study_.scenarios.size(), each = variable.values.size() / scenarios;
  const GroupAxis groups = results_.group_axis(variable);
  for (std::size_t s = 0; s < scenarios; ++s) {
    const int with = study_.compared_with(s);
    for (std::size_t i = 0; i < each; ++i) {
      double& value = difference.values[s * each + i];
      const bool own_group = of_scenario(groups.group_of(i));
      if (with < 0) value -= value;
      else if (!own_group) value -= variable.values[static_cast<std::size_t>(with) * each + i];
      else value = compared == compared_.end() ? NAN : value - compared->second[s * each + i];
    }
  }
  results_.differences.push_back(std::move(difference));
}

void Summary::differences() {
  for (const Variable& variable : results_.variables)
    if (variable.dimensions.front() == "scenario" && !variable.name.ends_with("_error_bound") && variable.name != "cost_per_additional_pupil") subtract(variable);
}

Results Summary::results() {
  results_.title = study_.model.title;
  dimensions();
  counts();
  add_welfare({"mean_welfare", welfare(), "mean welfare", ""}, {}, [](const WelfareResult& r, const Index&) { return r.mean; });
  if (!study_.model.welfare.lines.empty()) poverty();
  inequality();
  distribution();
  if (study_.attends.index >= 0) attendance();
  if (study_.schooling && wants("attendance")) choice();
  if (wants("programmes") && !study_.programme_names.empty()) programmes();
  if (wants("outcomes") && !study_.outcome_means.empty()) outcomes();
  if (study_.scenarios.size() > 1) differences();
  return std::move(results_);
}

}  // namespace

Results summarise(const Study& study, const Totals& totals) { return Summary(study, totals).results(); }

}  // namespace puente
