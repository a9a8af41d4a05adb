#include "engine/run/child_survey.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

#include "engine/behaviour/chunk_sums.hpp"
#include "engine/core/error.hpp"

namespace puente {

namespace {

using rules::Text;
using rules::Type;

/// Alternatives (EVIDENCE B.1). With two, 1 is attending.
constexpr std::uint8_t out_of_school = 0, school_and_work = 1, school_only = 2;

/// Columns of the table that are always there; covariates come after them.
enum FixedColumn : std::size_t { weight_column, income_column, wage_column, earnings_column, attending_column, works_column, first_covariate };

/// Where each expression stands among those asked.
struct Places {
  std::size_t children = 0, attends = 0, covariates = 0;
  std::optional<std::size_t> works, earnings, income, wage, age, stratum, psu;
};

/// What one thread sees beside the table.
struct Seen {
  std::set<SamplingUnit> units;
  std::vector<double> most;            ///< labels and flags: 1 where some child has it; then −youngest and oldest
};

/// The scenario file's model, with nothing to simulate.
StudyModel data_only(StudyModel model) {
  model.observed.clear();
  model.groups.clear();
  model.schooling.reset();
  model.welfare.lines.clear();
  model.welfare.weight.reset();
  model.statistics = {};
  model.statistics.include.clear();
  model.statistics.deciles = model.statistics.recipients = false;
  model.statistics.arms = false;
  model.scenarios.assign(1, {});
  model.scenarios.front().name = model.reference = "data";
  return model;
}

bool is_name(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '.'; });
}

class Survey {
 public:
  Survey(StudyModel model, const ChildQuestion& question, PopulationSource& source, const PassSettings& settings, Exchange& exchange, Team& team);
  ChildData collect();

 private:
  std::size_t ask(const Text& text, rules::Wanted wanted);
  void ask_all(const Schema& schema);
  void check_money() const;
  void collect_block(BlockProcessor& processor, Seen& seen);
  struct Block;
  void collect_children(Block& block, ChildChunk& chunk, Seen& seen);
  bool sound(Block& block, std::size_t person, std::size_t household);
  std::uint8_t state_of(const Block& block, std::size_t person) const;
  void note_labels(const Block& block, std::size_t person, Seen& seen) const;
  void share_seen(std::vector<Seen>& seen);
  void share_units(std::vector<Seen>& seen);
  void require_children();
  void make_plan(const std::vector<double>& most);
  std::vector<Regressor> regressors(std::size_t first, std::size_t count, const std::vector<double>& most, const std::string& what);
  void find_working_when_out();
  const rules::Typed& typed(std::size_t place) const { return study_->data->program->typed(study_->asked[place]); }
  const std::pair<std::string, Text>& covariate(std::size_t c) const {
    const std::size_t n = question_.covariates.size();
    return c < n ? question_.covariates[c] : question_.earnings_covariates[c - n];
  }
  std::size_t covariates() const { return question_.covariates.size() + question_.earnings_covariates.size(); }
  bool three_states() const { return question_.works.has_value(); }

  const ChildQuestion& question_;
  PopulationSource& source_;
  PassSettings settings_;
  Exchange& exchange_;
  Team& team_;
  StudyModel model_;
  Places places_;
  std::optional<Study> study_;
  std::vector<std::size_t> first_flag_;  ///< of each covariate's labels in Seen::most
  std::size_t flags_ = 0;
  std::size_t flag_earns_in_ = 0, flag_earns_out_ = 0, flag_earns_only_ = 0, flag_ages_ = 0;
  ChildData out_;
};

/// The columns of one block, under the names they have here.
struct Survey::Block {
  BlockProcessor& processor;
  const Study& study;
  std::vector<const double*> asked;
  std::vector<double> income;
  std::vector<std::vector<double>> columns;

  const double* at(const std::optional<std::size_t>& place) const { return place ? asked[*place] : nullptr; }
  std::int64_t id(std::size_t household) const { return processor.rows().id[household]; }
};

Survey::Survey(StudyModel model, const ChildQuestion& question, PopulationSource& source, const PassSettings& settings, Exchange& exchange, Team& team)
    : question_(question), source_(source), settings_(settings), exchange_(exchange), team_(team), model_(data_only(std::move(model))) {
  ask_all(source.schema());
  Diagnostics diagnostics;
  study_.emplace(model_, source.schema(), diagnostics);
  diagnostics.throw_if_errors();
  check_money();
}

std::size_t Survey::ask(const Text& text, rules::Wanted wanted) {
  model_.asked.push_back({text, std::move(wanted)});
  return model_.asked.size() - 1;
}

void Survey::ask_all(const Schema& schema) {
  const auto condition = [](const char* what) { return rules::Wanted{Entity::person, Type::boolean, {}, what}; };
  const auto money = [](Entity entity, const char* what) { return rules::Wanted{entity, Type::number, {}, what}; };
  const auto known = [&](Entity entity, const std::string& column) -> std::optional<std::size_t> {
    if (schema.find(entity, column) < 0) return std::nullopt;
    return ask(Text::standalone(column, std::string(name_of(entity)) + ".`" + column + "`"), {entity, std::nullopt, {}, column});
  };
  places_.children = ask(question_.children, condition("schooling.children"));
  places_.attends = ask(question_.attends, condition("schooling.attends"));
  if (question_.works) places_.works = ask(*question_.works, condition("schooling.works"));
  if (question_.earnings) places_.earnings = ask(*question_.earnings, money(Entity::person, "schooling.earnings"));
  if (question_.income) places_.income = ask(*question_.income, money(Entity::household, "schooling.income"));
  if (question_.wage) places_.wage = ask(*question_.wage, money(Entity::person, "schooling.wage"));
  places_.covariates = model_.asked.size();
  for (std::size_t c = 0; c < covariates(); ++c) {
    const bool of_utilities = c < question_.covariates.size();
    ask(covariate(c).second, {Entity::person, std::nullopt, {}, (of_utilities ? "schooling.covariates." : "schooling.earnings_covariates.") + covariate(c).first});
  }
  places_.age = known(Entity::person, "age");
  places_.stratum = known(Entity::household, "stratum");
  places_.psu = known(Entity::household, "psu");
}

/// The child's money is part of the household's, in the same currency and period.
void Survey::check_money() const {
  const Unit income = places_.income ? typed(*places_.income).unit : study_->data->program->typed(study_->resource).unit;
  Diagnostics diagnostics;
  for (const auto& [place, text, what] : {std::tuple{places_.earnings, &question_.earnings, "earnings"}, {places_.wage, &question_.wage, "wage"}}) {
    if (!place) continue;
    const Unit unit = typed(*place).unit;
    if (unit.without_whom().compatible(income.without_whom())) continue;
    diagnostics.add((*text)->error(0, std::string("schooling.") + what + " is in " + unit.text() + ", but the income that it is part of is in " + income.text() +
                                          ": bring them to one with to(…)"));
  }
  diagnostics.throw_if_errors();
}

std::uint8_t Survey::state_of(const Block& block, std::size_t person) const {
  if (block.asked[places_.attends][person] == 0) return out_of_school;
  return three_states() && block.asked[*places_.works][person] == 0 ? school_only : school_and_work;
}

/// Everything that the model needs of a child is there; what is not becomes a fault.
bool Survey::sound(Block& block, std::size_t person, std::size_t household) {
  bool all = true;
  const auto require = [&](bool holds, const std::string& what) {
    if (!holds) block.processor.faults().add(what, block.id(household));
    all = all && holds;
  };
  const double attends = block.asked[places_.attends][person];
  require(!std::isnan(attends), "a child is in no state: schooling.attends is missing. Give it a value, as with coalesce(…, false), or take the child out of schooling.children");
  if (three_states() && attends == 1)
    require(!std::isnan(block.asked[*places_.works][person]),
            "a child is in no state: it attends, and schooling.works is missing (often it is asked from some age on). Narrow schooling.children, or leave out `works` for a model of two states");
  require(std::isfinite(block.income[household]), "schooling.income of a child's household is missing");
  if (places_.earnings) {
    const double earnings = block.asked[*places_.earnings][person];
    require(std::isfinite(earnings), "schooling.earnings of a child is missing: a child that earns nothing has 0, as with coalesce(…, 0)");
    require(!(earnings < 0), "schooling.earnings of a child is negative");
  }
  if (places_.wage) require(std::isfinite(block.asked[*places_.wage][person]), "schooling.wage of a child is missing");
  for (std::size_t c = 0; c < covariates(); ++c)
    require(std::isfinite(block.asked[places_.covariates + c][person]), "covariate '" + covariate(c).first + "' of a child is missing");
  return all;
}

void Survey::note_labels(const Block& block, std::size_t person, Seen& seen) const {
  for (std::size_t c = 0; c < covariates(); ++c)
    if (typed(places_.covariates + c).type == Type::category)
      seen.most[first_flag_[c] + static_cast<std::size_t>(block.asked[places_.covariates + c][person])] = 1;
  if (!places_.age) return;
  const double age = block.asked[*places_.age][person];
  if (std::isnan(age)) return;
  seen.most[flag_ages_] = std::max(seen.most[flag_ages_], -age);
  seen.most[flag_ages_ + 1] = std::max(seen.most[flag_ages_ + 1], age);
}

void Survey::collect_children(Block& block, ChildChunk& chunk, Seen& seen) {
  const rules::Rows& rows = block.processor.rows();
  const double* is_child = block.asked[places_.children];
  for (std::size_t h = 0; h < rows.households; ++h) {
    const double weight = block.processor.counted_weight(h);
    if (!std::isfinite(weight) || weight < 0) block.processor.faults().add("the weight of a household is missing or negative", block.id(h));
    if (!(weight > 0)) continue;
    const SamplingUnit unit{places_.stratum ? block.asked[*places_.stratum][h] : 0, places_.psu ? block.asked[*places_.psu][h] : 0};
    if (std::isnan(unit.stratum) || std::isnan(unit.psu)) {
      block.processor.faults().add("the stratum or the primary sampling unit of a household is missing", block.id(h));
      continue;
    }
    if (places_.psu) seen.units.insert(unit);
    const std::size_t before = chunk.state.size();
    for (auto i = static_cast<std::size_t>(rows.person_begin[h]); i < static_cast<std::size_t>(rows.person_begin[h + 1]); ++i) {
      if (std::isnan(is_child[i])) block.processor.faults().add("schooling.children is missing for a person", block.id(h));
      if (is_child[i] != 1 || !sound(block, i, h)) continue;
      const std::uint8_t state = state_of(block, i);
      const double earnings = places_.earnings ? block.asked[*places_.earnings][i] : 0;
      const bool fits = earnings > 0 && state != school_only;  // the equation is of those who work
      if (earnings > 0) seen.most[!fits ? flag_earns_only_ : state == out_of_school ? flag_earns_out_ : flag_earns_in_] = 1;
      note_labels(block, i, seen);
      const double works = places_.works && state == out_of_school ? block.asked[*places_.works][i] : std::numeric_limits<double>::quiet_NaN();
      const double fixed[] = {weight, block.income[h] - earnings, places_.wage ? block.asked[*places_.wage][i] : 0, fits ? earnings : 0,
                              state == out_of_school ? 0.0 : 1.0, std::isnan(works) ? -1 : works};
      for (std::size_t c = 0; c < first_covariate; ++c) block.columns[c].push_back(fixed[c]);
      for (std::size_t c = 0; c < covariates(); ++c) block.columns[first_covariate + c].push_back(block.asked[places_.covariates + c][i]);
      chunk.state.push_back(state);
    }
    if (chunk.state.size() > before) chunk.households.push_back({block.id(h), static_cast<std::uint32_t>(chunk.state.size()), unit.stratum, unit.psu});
  }
}

void Survey::collect_block(BlockProcessor& processor, Seen& seen) {
  Block block{processor, *study_, {}, {}, std::vector<std::vector<double>>(first_covariate + covariates())};
  for (const Output asked : study_->asked) block.asked.push_back(processor.data(asked));
  if (places_.income) block.income.assign(block.asked[*places_.income], block.asked[*places_.income] + processor.rows().households);
  else processor.resource_of_households(block.income);
  ChildChunk& chunk = out_.table.chunks[static_cast<std::size_t>((processor.block().first_household - settings_.first) / ChildTable::chunk_households)];
  collect_children(block, chunk, seen);
  chunk.n = chunk.state.size();
  for (std::vector<double>& column : block.columns) chunk.columns.emplace_back(std::move(column));
}

void Survey::share_units(std::vector<Seen>& seen) {
  std::set<SamplingUnit>& all = seen[0].units;
  for (std::size_t t = 1; t < seen.size(); ++t) all.merge(seen[t].units);
  const std::vector<SamplingUnit> mine(all.begin(), all.end());
  const auto bytes = exchange_.gather_all(std::as_bytes(std::span(mine)));
  std::vector<SamplingUnit>& units = out_.table.sampling_units;
  units.resize(bytes.size() / sizeof(SamplingUnit));
  if (!units.empty()) std::memcpy(units.data(), bytes.data(), bytes.size());
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
}

/// Regressors of the covariates asked from number `first` on; categories against the first label that some child has.
std::vector<Regressor> Survey::regressors(std::size_t first, std::size_t count, const std::vector<double>& most, const std::string& what) {
  std::vector<Regressor> all = {{"constant", Regressor::constant, -1, "1"}};
  for (std::size_t c = first; c < first + count; ++c) {
    const auto& [name, text] = covariate(c);
    const rules::Typed& type = typed(places_.covariates + c);
    if (type.type != Type::category) {
      all.push_back({name, first_covariate + c, -1, text.text});
      continue;
    }
    const std::string left = is_name(text.text) ? text.text : "(" + text.text + ")";
    bool base_found = false;
    for (std::size_t label = 0; label < type.labels.size(); ++label) {
      const std::string dummy = name + "=" + type.labels[label];
      if (most[first_flag_[c] + label] <= 0) out_.notes.push_back("no child has " + dummy + ": it is not among the covariates of the " + what);
      else if (base_found) all.push_back({dummy, first_covariate + c, static_cast<int>(label), left + " == " + rules::quoted(type.labels[label])});
      base_found = base_found || most[first_flag_[c] + label] > 0;
    }
    if (all.back().column != first_covariate + c)
      throw bad_input("covariate '" + name + "' of the " + what + " does not vary: every child that counts is in one category. Leave it out");
  }
  return all;
}

void Survey::require_children() {
  const std::vector<double> n = sum_over_chunks(out_.table, 1, exchange_, team_, [](const ChildChunk& chunk, double* out) { out[0] = static_cast<double>(chunk.n); });
  if (n[0] == 0) throw bad_input("no person of a weight above 0 meets the condition schooling.children: " + question_.children.text);
}

void Survey::make_plan(const std::vector<double>& most) {
  EstimationPlan& plan = out_.plan;
  plan.alternatives = three_states() ? std::vector<std::string>{"out of school", "school and work", "school only"} : std::vector<std::string>{"out of school", "school"};
  out_.table.alternatives = plan.alternatives.size();
  out_.table.weight = weight_column;
  out_.table.columns = first_covariate + covariates();
  out_.table.stratified = places_.stratum.has_value();
  plan.income = income_column;
  const std::size_t n = question_.covariates.size();
  plan.covariates = regressors(0, n, most, "utilities");
  if (question_.wage) plan.wage = wage_column;
  if (question_.wage || question_.earnings_covariates.empty()) return;
  EarningsData earnings{earnings_column, regressors(n, question_.earnings_covariates.size(), most, "earnings equation"), false};
  earnings.attending = three_states() || (most[flag_earns_in_] > 0 && most[flag_earns_out_] > 0);
  if (earnings.attending) earnings.covariates.insert(earnings.covariates.begin() + 1, {"attending", attending_column, -1, ""});
  if (most[flag_earns_only_] > 0) out_.notes.emplace_back("children who attend and do not work, but have earnings, are not in the earnings equation");
  plan.earnings = std::move(earnings);
}

void Survey::find_working_when_out() {
  const std::vector<double> sums = sum_over_chunks(out_.table, 2, exchange_, team_, [](const ChildChunk& chunk, double* out) {
    for (std::size_t i = 0; i < chunk.n; ++i) {
      const double works = chunk.columns[works_column][i], weight = chunk.columns[weight_column][i];
      if (works < 0) continue;
      out[0] += weight;
      out[1] += weight * works;
    }
  });
  if (sums[0] > 0) out_.working_when_out = sums[1] / sums[0];
}

ChildData Survey::collect() {
  for (std::size_t c = 0; c < covariates(); ++c) {
    first_flag_.push_back(flags_);
    flags_ += typed(places_.covariates + c).labels.size();
  }
  for (std::size_t* flag : {&flag_earns_in_, &flag_earns_out_, &flag_earns_only_, &flag_ages_}) *flag = flags_++;
  constexpr double none = -std::numeric_limits<double>::infinity();
  std::vector<Seen> seen(static_cast<std::size_t>(team_.threads()), {{}, std::vector<double>(flags_ + 1, none)});
  out_.table.chunks.resize(static_cast<std::size_t>((settings_.last - settings_.first + ChildTable::chunk_households - 1) / ChildTable::chunk_households));
  BlockRunner runner(*study_, source_, settings_, exchange_, team_);
  resolve(*study_, runner);
  runner.pass("children", [&](BlockProcessor& processor, int thread) { collect_block(processor, seen[static_cast<std::size_t>(thread)]); });
  std::vector<double>& most = seen[0].most;
  for (const Seen& other : seen)
    for (std::size_t i = 0; i < most.size(); ++i) most[i] = std::max(most[i], other.most[i]);
  exchange_.max(most);
  share_units(seen);
  if (most[flag_ages_ + 1] > none) out_.ages = {static_cast<int>(std::floor(-most[flag_ages_])), static_cast<int>(std::floor(most[flag_ages_ + 1]))};
  require_children();
  make_plan(most);
  find_working_when_out();
  out_.income_unit = places_.income ? typed(*places_.income).unit : study_->data->program->typed(study_->resource).unit.of_household();
  return std::move(out_);
}

/// Ranks' parts begin where a canonical chunk does, and blocks are chunks, so that no sum depends on where they are cut.
PassSettings in_chunks(PassSettings settings, std::int64_t households) {
  constexpr std::int64_t chunk = ChildTable::chunk_households;
  const auto down = [](std::int64_t at) { return at / chunk * chunk; };
  const auto border = [&](std::int64_t at) { return at >= households ? households : down(at); };
  settings.first = border(settings.first);
  settings.last = border(settings.last);
  settings.block_households = chunk;
  settings.window_households = down(settings.window_households + chunk - 1);
  return settings;
}

}  // namespace

ChildQuestion question_of(const SchoolingChoice& choice) {
  ChildQuestion question{choice.children, choice.attends, choice.works, choice.earnings, choice.income, choice.wage, {}, {}};
  for (const SchoolingExpression& one : choice.covariates) question.covariates.emplace_back(one.name, one.value);
  for (const SchoolingExpression& one : choice.earnings_covariates) question.earnings_covariates.emplace_back(one.name, one.value);
  return question;
}

ChildData survey_children(StudyModel model, const ChildQuestion& question, PopulationSource& source, PassSettings settings, Exchange& exchange,
                          Team& team) {
  return Survey(std::move(model), question, source, in_chunks(std::move(settings), source.households()), exchange, team).collect();
}

}  // namespace puente
