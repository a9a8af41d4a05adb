#include "engine/run/scenario_tally.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/finite.hpp"
#include "engine/run/members.hpp"

namespace puente {

namespace {

using Everybody = UnitSums::Everybody;

WelfareStatistics welfare_statistics(const Study& study) {
  const StatisticsModel& model = study.model.statistics;
  WelfareStatistics asked;
  asked.precision = model.precision;
  asked.lines = model.wants("fgt") || model.wants("watts") ? study.model.welfare.lines.size() : 0;
  if (asked.lines > 0) asked.constant_line = study.constant_lines();
  asked.watts = model.wants("watts");
  asked.slots = study.slots();
  if (!model.wants("entropy")) asked.entropy.clear();
  if (!model.wants("atkinson")) asked.atkinson.clear();
  asked.order_statistics = model.wants_order();
  if (asked.order_statistics) asked.quantiles = model.quantiles;
  const auto by_record = [&](Entity entity) { return study.record_entity == Entity::person || entity == Entity::household; };
  for (const CompiledGrouping& grouping : study.groupings)
    asked.groupings.push_back({grouping.first_slot, grouping.labels.size(), false, by_record(grouping.entity)});
  if (study.deciles) asked.groupings.push_back({study.decile_first_slot(), 10});
  for (std::size_t p = 0; study.recipients && p < study.programme_names.size(); ++p)
    asked.groupings.push_back({study.recipient_slot(p), 1, true, by_record(study.programme_entities[p])});
  if (study.arms) asked.groupings.push_back({study.arm_slot(0), std::size_t{1} << study.programme_names.size(), true});
  return asked;
}

/// Of recipients and arms alone.
WelfareStatistics compared_statistics(const Study& study) {
  WelfareStatistics asked = welfare_statistics(study);
  asked.everybody = false;
  std::erase_if(asked.groupings, [&](const WelfareStatistics::Grouping& g) { return g.first < study.fixed_slots(); });
  return asked;
}

}  // namespace

ScenarioTally::ScenarioTally(const Study& study, std::size_t s)
    : study_(study),
      s_(s),
      attendance_asked_(study.attends.index >= 0),
      work_asked_(attendance_asked_ && study.works.index >= 0),
      choice_asked_(study.schooling.has_value() && study.model.statistics.wants("attendance")),
      outcomes_asked_(study.model.statistics.wants("outcomes") && !study.outcome_means.empty()),
      lines_asked_(study.model.statistics.wants("fgt") || study.model.statistics.wants("watts")),
      persons_weigh_(study.model.statistics.count == CountedAs::persons),
      constant_lines_(study.constant_lines()),
      counts_(study.slots(), terms_of<CountTerm>()),
      levy_(study.scenarios[s].levy.needed ? study.slots() : 0, terms_of<LevyTerm>()),
      choice_(choice_asked_ ? study.slots() * choice_cells : 0, terms_of<ChoiceTerm>()),
      programmes_(study, s) {
  const auto prepare = [&](Sums& sums, const WelfareStatistics& asked) {
    sums.welfare.emplace(asked);
    for (std::size_t b = 0; attendance_asked_ && b < study.model.statistics.age_bands.size() * sexes(); ++b)
      for (auto* tables : {&sums.attendance, &sums.work})
        if (work_asked_ || tables == &sums.attendance) tables->emplace_back(study.slots(), terms_of<AttendanceTerm>());
    for (std::size_t k = 0; outcomes_asked_ && k < study.outcome_means.size(); ++k)
      sums.outcomes.emplace_back(study.slots(), terms_of<OutcomeTerm>());
  };
  prepare(own_, welfare_statistics(study));
  if (study.compared_with(s) >= 0 && (study.recipients || study.arms)) prepare(compared_, compared_statistics(study));
}

double* ScenarioTally::terms(std::size_t count, std::size_t rows) {
  if (terms_.size() < count * rows) terms_.resize(count * rows);
  return terms_.data();
}

void ScenarioTally::look(BlockProcessor& processor) {
  seen_.welfare = processor.state().welfare.data();
  seen_.lines.clear();
  if (lines_asked_) {
    processor.lines(s_, seen_.lines);
    check_lines(processor);
  }
  if (refining_ || (!attendance_asked_ && !outcomes_asked_)) return;
  if (is_reference() || study_.measures_vary) processor.run(*study_.measures);
  if (attendance_asked_) seen_.attends = processor.result(*study_.measures, study_.attends);
  if (work_asked_) seen_.works = processor.result(*study_.measures, study_.works);
  seen_.outcomes.clear();
  for (std::size_t k = 0; outcomes_asked_ && k < study_.outcome_means.size(); ++k)
    seen_.outcomes.push_back(processor.result(*study_.measures, study_.outcome_means[k].output));
}

void ScenarioTally::check_lines(BlockProcessor& processor) const {
  const auto w = processor.record_weight();
  for (std::size_t z = 0; z < seen_.lines.size(); ++z) {
    const double* line = seen_.lines[z];
    if (all_finite(line, constant_lines_[z] ? std::min<std::size_t>(1, w.size()) : w.size())) continue;
    for (std::size_t i = 0; i < w.size(); ++i)
      if (!std::isfinite(line[i]) && w[i] != 0)
        processor.faults().add("poverty line '" + study_.model.welfare.lines[z].name + "' is missing or infinite",
                               processor.household_id(study_.record_entity, i));
  }
}

void ScenarioTally::keep(const BlockProcessor& processor, std::size_t layer, ComparedBlock& block) const {
  block.keep(processor, layer, seen_.lines, {!refining_ && attendance_asked_, !refining_ && work_asked_, !refining_ && outcomes_asked_});
}

void ScenarioTally::add(BlockProcessor& processor, const Block& at, std::size_t layer, const ComparedBlock* compared) {
  if (!works() || !processor.faults().empty()) return;
  follow_leader(processor, at, layer, compared);
  if (shares(processor, compared) && !in_layers(processor, *compared)) add_changes(processor, at, seen_in(compared->layers.front()));
  else add_seen(processor, at, seen_, {at.slots.all(), Everybody::counts, {}}, own_);
  if (!refining_) {
    if (is_reference()) add_counts(processor, at.slots.all());
    else if (!follows()) add_counts(processor, at.slots.received());
    programmes_.add(processor, at.slots, layer, led_by_ == nullptr ? nullptr : &led_by_->programmes_, leads_);
    if (!processor.state().levy.empty()) add_levy(processor, at.slots);
    if (choice_asked_) add_choice(processor, at.slots.all());
  }
  if (compared != nullptr && (study_.recipients || study_.arms)) add_compared(processor, at, layer, *compared);
}

ScenarioTally::Seen ScenarioTally::seen_in(const ComparedBlock::Layer& kept) const {
  Seen seen;
  seen.welfare = kept.welfare.data();
  seen.attends = kept.attends.data();
  seen.works = kept.works.data();
  for (const auto& line : kept.lines) seen.lines.push_back(line.data());
  for (const auto& outcome : kept.outcomes) seen.outcomes.push_back(outcome.data());
  return seen;
}

/// Weights of the records in the layer at hand, of which `share` counts here.
void ScenarioTally::weigh(const BlockProcessor& processor, std::span<const double> share) {
  weights_.record = processor.record_weight();
  if (share.empty()) return;
  const bool of_persons = study_.record_entity == Entity::person;
  weights_.own_record.assign(weights_.record.begin(), weights_.record.end());
  for (std::size_t i = 0; i < weights_.own_record.size(); ++i)
    weights_.own_record[i] *= share[of_persons ? static_cast<std::size_t>(processor.rows().household_of[i]) : i];
  weights_.record = weights_.own_record;
}

/// And of households and persons, whether they are records or not: a household without persons has no weight among
/// persons, but is a household.
void ScenarioTally::weigh_units(const BlockProcessor& processor, std::span<const double> share) {
  const rules::Rows& rows = processor.rows();
  const bool of_persons = study_.record_entity == Entity::person;
  const bool filtered = !of_persons && study_.where.index >= 0;
  weights_.household = {processor.household_weight(), rows.households};
  if (filtered || !processor.whole() || !share.empty()) {
    weights_.own_household.assign(weights_.household.begin(), weights_.household.end());
    weights_.household = weights_.own_household;
    double* household = weights_.own_household.data();
    const double* where = filtered ? processor.data(study_.where) : nullptr;
    for (std::size_t h = 0; filtered && h < rows.households; ++h) household[h] = where[h] != 0 ? household[h] : 0.0;
    for (std::size_t h = 0; !processor.whole() && h < rows.households; ++h) household[h] *= processor.weight_factor(h);
    for (std::size_t h = 0; h < share.size(); ++h) household[h] *= share[h];
  }
  weights_.person.resize(rows.persons);
  for (std::size_t i = 0; i < rows.persons; ++i)
    weights_.person[i] = of_persons ? weights_.record[i] : weights_.household[static_cast<std::size_t>(rows.household_of[i])];
}

/// What does not vary with the scenario is tallied for everybody in the reference alone.
ScenarioTally::Part ScenarioTally::not_told_before(const Part& part) const {
  Part told = part;
  if (part.everybody != Everybody::counts || is_reference() || study_.measures_vary) return told;
  while (!told.columns.empty() && told.columns.front().for_all) told.columns = told.columns.subspan(1);
  told.everybody = Everybody::is_left_out;
  return told;
}

/// Outcomes of its own are always of all units, so that none is taken off.
void ScenarioTally::add_seen(BlockProcessor& processor, const Block& at, const Seen& seen, const Part& part, Sums& sums) {
  weigh(processor, part.share);
  add_welfare(processor, at, seen, part, sums);
  if (refining_) return;
  if (is_reference() || attendance_asked_ || outcomes_asked_ || study_.recipients || study_.arms) weigh_units(processor, part.share);
  const Part told = not_told_before(part);
  if (attendance_asked_) add_shares(processor, at.bands, seen.attends, Missing::is_a_fault, told, sums.attendance);
  if (work_asked_) add_shares(processor, at.bands, seen.works, Missing::is_left_out, told, sums.work);
  if (outcomes_asked_ && (part.sign == Sign::plus || &sums == &compared_)) add_outcomes(processor, seen.outcomes, told, sums.outcomes);
}

void ScenarioTally::add_welfare(BlockProcessor& processor, const Block& at, const Seen& seen, const Part& part, Sums& sums) {
  const auto entries = entries_of(part, processor);
  if (!processor.faults().empty()) return;
  const WelfareRecords records = records_of(seen);
  if (refining_) {
    if (sums.refined) sums.refined->add(records, entries);
    return;
  }
  if (part.sign == Sign::plus) return sums.welfare->add(records, entries, &processor.read_ahead());
  if (&sums == &compared_) return sums.welfare->add_sums(records, entries, false, part.sign);
  padded_.assign(at.slots.all().size(), {});
  std::copy(entries.begin(), entries.end(), padded_.begin() + (part.columns.data() - at.slots.all().data()));
  sums.welfare->add_sums(records, padded_, part.everybody == Everybody::counts, part.sign);
}

/// Households and persons of each slot, of the records that count; persons are the weight of welfare where persons count.
void ScenarioTally::add_counts(const BlockProcessor& processor, std::span<const SlotColumn> columns, Sign sign) {
  const std::span<const double> w = weights_.record;
  const std::size_t n = w.size();
  if (is_reference() && processor.at_first_layer())
    excluded_ += processor.weightless_records() + static_cast<std::int64_t>(processor.dropped_persons());
  if (columns.empty() && !is_reference()) return;
  const Everybody everybody = is_reference() ? Everybody::counts : Everybody::is_left_out;
  if (study_.record_entity == Entity::person) return count_person_records(processor.rows(), columns, everybody, sign);
  const double* weight = weights_.household.data();
  if (persons_weigh_) return unit_sums_.add(counts_, processor.rows(), Entity::household, {n, 1, n, weight, nullptr}, columns, everybody, sign);
  const double* size = processor.size();
  double* persons = terms(1, n);
  for (std::size_t h = 0; h < n; ++h) persons[h] = weight[h] * size[h];
  unit_sums_.add(counts_, processor.rows(), Entity::household, {n, terms_of<CountTerm>(), n, weight, persons}, columns, everybody, sign);
}

/// The first member stands for its household; in a grouping of persons all members do, for a part of it each.
void ScenarioTally::count_person_records(const rules::Rows& rows, std::span<const SlotColumn> columns, Everybody everybody, Sign sign) {
  const std::span<const double> w = weights_.record;
  const std::size_t n = w.size();
  double* households = terms(terms_of<CountTerm>(), n);
  const auto count = [&](std::span<const SlotColumn> some, Everybody all) {
    TermColumns counted = columns_of_terms(terms_of<CountTerm>(), n);
    if (persons_weigh_) counted.used = 1;
    unit_sums_.add(counts_, rows, Entity::person, counted, some, all, sign);
  };
  for (std::size_t i = 0; i < n; ++i) {
    households[i] = first_member(rows, i) ? w[i] : 0.0;
    households[n + i] = w[i];
  }
  if (everybody == Everybody::counts) count({}, everybody);
  for (const SlotColumn& column : columns)
    if (column.entity == Entity::household) count({&column, 1}, Everybody::is_left_out);
  if (study_.model.statistics.count != CountedAs::households)
    for (std::size_t i = 0; i < n; ++i) {
      const auto h = static_cast<std::size_t>(rows.household_of[i]);
      households[i] = w[i] / static_cast<double>(rows.person_begin[h + 1] - rows.person_begin[h]);
    }
  for (const SlotColumn& column : columns)
    if (column.entity == Entity::person) count({&column, 1}, Everybody::is_left_out);
}

void ScenarioTally::add_levy(const BlockProcessor& processor, const BlockSlots& slots) {
  const std::vector<double>& levy = processor.state().levy;
  double* out = terms(terms_of<LevyTerm>(), levy.size());
  for (std::size_t h = 0; h < levy.size(); ++h) {
    const double w = processor.household_weight()[h] * processor.weight_factor(h);
    out[h] = w;
    out[levy.size() + h] = levy[h] * w;
  }
  unit_sums_.add(levy_, processor.rows(), Entity::household, columns_of_terms(terms_of<LevyTerm>(), levy.size()), slots.all(), Everybody::counts);
}

/// Of some persons of an age band those who count, into counting_.
void ScenarioTally::gather_counting(BlockProcessor& processor, std::size_t band, std::span<const std::int32_t> persons, const double* condition,
                                    Missing missing) {
  const auto [from, to] = study_.model.statistics.age_bands[band];
  counting_.clear();
  for (const std::int32_t person : persons) {
    const auto i = static_cast<std::size_t>(person);
    if (weights_.person[i] == 0) continue;
    if (!std::isnan(condition[i])) counting_.push_back(person);
    else if (missing == Missing::is_a_fault)
      processor.faults().add("school attendance of a person aged " + std::to_string(from) + "-" + std::to_string(to) + " is missing",
                             processor.household_id(Entity::person, i));
  }
}

/// Of the persons in counting_.
void ScenarioTally::add_share(const BlockProcessor& processor, const double* condition, const Part& part, LimbTable& table) {
  const std::size_t n = counting_.size();
  double* weight = terms(terms_of<AttendanceTerm>(), n);
  for (std::size_t j = 0; j < n; ++j) {
    const auto i = static_cast<std::size_t>(counting_[j]);
    weight[j] = weights_.person[i];
    weight[n + j] = weights_.person[i] * condition[i];
  }
  unit_sums_.add_persons(table, processor.rows(), columns_of_terms(terms_of<AttendanceTerm>(), n), counting_, part.columns, part.everybody, part.sign);
}

/// A band has a table for each sex, the first for those of whom it is not known; all of them together are told at the end.
void ScenarioTally::add_shares(BlockProcessor& processor, AgeBands& bands, const double* condition, Missing missing, const Part& part,
                               std::vector<LimbTable>& tables) {
  if (tables.empty() || (part.columns.empty() && part.everybody == Everybody::is_left_out)) return;
  bands.find(processor);
  for (std::size_t k = 0; k < tables.size(); ++k) {
    gather_counting(processor, k / sexes(), bands.persons(k / sexes(), k % sexes()), condition, missing);
    add_share(processor, condition, part, tables[k]);
  }
}

void ScenarioTally::add_outcomes(const BlockProcessor& processor, const std::vector<const double*>& outcomes, const Part& part,
                                 std::vector<LimbTable>& tables) {
  for (std::size_t k = 0; k < tables.size(); ++k) {
    const Entity entity = study_.outcome_means[k].entity;
    const std::span<const double> w = entity == Entity::household ? weights_.household : weights_.person;
    const std::size_t n = w.size();
    const double* x = outcomes[k];
    double* weight = terms(terms_of<OutcomeTerm>(), n);
    for (std::size_t i = 0; i < n; ++i) {
      const bool counts = (w[i] > 0) & (x[i] == x[i]);
      weight[i] = counts ? w[i] : 0.0;
      weight[n + i] = counts ? w[i] * x[i] : 0.0;
    }
    unit_sums_.add(tables[k], processor.rows(), entity, columns_of_terms(terms_of<OutcomeTerm>(), n), part.columns, part.everybody, part.sign);
  }
}

/// Children by the state seen in the data and the one chosen, a cell each; and what they earn beyond the data.
void ScenarioTally::add_choice(const BlockProcessor& processor, std::span<const SlotColumn> columns) {
  const BlockChildren& children = processor.children();
  const std::size_t n = children.size();
  weigh_units(processor, {});
  double* out = terms(terms_of<ChoiceTerm>(), n);
  for (std::size_t c = 0; c < n; ++c) {
    const double w = weights_.person[static_cast<std::size_t>(children.person[c])];
    out[c] = w;
    out[n + c] = w * (children.earnings[children.chosen[c]][c] - children.earnings[children.seen[c]][c]);
  }
  cells_.begin(n, columns.size() + 1);
  const auto add_column = [&](auto slot_of) {
    cells_.add([&](std::size_t c) {
      const std::int32_t slot = slot_of(static_cast<std::size_t>(children.person[c]));
      const auto move = static_cast<std::int32_t>(children.seen[c] * most_alternatives + children.chosen[c]);
      return slot < 0 ? -1 : slot * static_cast<std::int32_t>(choice_cells) + move;
    });
  };
  add_column([](std::size_t) { return 0; });
  for (const SlotColumn& column : columns) add_column([&](std::size_t i) { return column.person(processor.rows(), i); });
  cells_.add_to(choice_, columns_of_terms(terms_of<ChoiceTerm>(), n));
}

void ScenarioTally::merge(ScenarioTally& other) {
  const auto merge_sums = [](Sums& to, Sums& from) {
    if (to.refined) to.refined->merge(std::move(*from.refined));
    if (to.welfare) to.welfare->merge(std::move(*from.welfare));
    for (std::size_t b = 0; b < to.attendance.size(); ++b) to.attendance[b].merge(from.attendance[b]);
    for (std::size_t b = 0; b < to.work.size(); ++b) to.work[b].merge(from.work[b]);
    for (std::size_t k = 0; k < to.outcomes.size(); ++k) to.outcomes[k].merge(from.outcomes[k]);
  };
  merge_sums(own_, other.own_);
  merge_sums(compared_, other.compared_);
  counts_.merge(other.counts_);
  levy_.merge(other.levy_);
  choice_.merge(other.choice_);
  programmes_.merge(other.programmes_);
  excluded_ += other.excluded_;
}

void ScenarioTally::reduce(Exchange& exchange) {
  for (Sums* sums : {&own_, &compared_}) {
    if (sums->welfare) sums->welfare->reduce(exchange);
    for (auto* tables : {&sums->attendance, &sums->work, &sums->outcomes})
      for (LimbTable& table : *tables) table.reduce(exchange);
    for (auto* tables : {&sums->attendance, &sums->work})
      for (std::size_t k = 0; k < tables->size(); ++k)
        if (k % sexes() != 0) (*tables)[k / sexes() * sexes()].merge((*tables)[k]);
  }
  counts_.reduce(exchange);
  if (study_.scenarios[s_].levy.needed) levy_.reduce(exchange);
  if (choice_asked_) choice_.reduce(exchange);
  programmes_.reduce(exchange);
  std::int64_t excluded[] = {excluded_};
  exchange.sum(excluded);
  excluded_ = excluded[0];
}

/// From here on nothing is tallied but records: of the slots that `wanted` finds by the other's sums (an empty list: all), if it finds any.
template <class Wanted>
void ScenarioTally::keep_records(const ScenarioTally& from, Wanted wanted) {
  refining_ = true;
  before_ = nullptr;
  leads_ = false;
  const auto keep = [&](Sums& to, const Sums& of, const WelfareStatistics& asked) {
    std::optional<std::vector<bool>> slots;
    if (of.welfare) slots = wanted(*of.welfare);
    to = {};
    if (slots) to.refined.emplace(asked, *slots);
  };
  keep(own_, from.own_, welfare_statistics(study_));
  keep(compared_, from.compared_, compared_statistics(study_));
}

void ScenarioTally::refine(const ScenarioTally& from) {
  keep_records(from, [](const WelfareTally& welfare) {
    std::vector<bool> coarse = welfare.too_coarse();
    return coarse.empty() ? std::nullopt : std::optional(std::move(coarse));
  });
}

void ScenarioTally::keep_all_records(const ScenarioTally& from) {
  keep_records(from, [](const WelfareTally&) { return std::optional(std::vector<bool>()); });
}

void ScenarioTally::count_in(KeyBytes& bytes) {
  for (Sums* sums : {&own_, &compared_}) {
    if (sums->welfare) sums->welfare->count_in(bytes);
    if (sums->refined) sums->refined->count_in(&bytes);
  }
}

void ScenarioTally::begin_part(const KeyPart& part) {
  for (Sums* sums : {&own_, &compared_})
    if (sums->refined) sums->refined->begin_part(part);
}

void ScenarioTally::end_part(ScenarioTally& kept, Exchange& exchange, Team& team) const {
  for (Sums ScenarioTally::*sums : {&ScenarioTally::own_, &ScenarioTally::compared_})
    if ((kept.*sums).refined) (this->*sums).welfare->end_part(*(kept.*sums).refined, exchange, team);
}

bool ScenarioTally::too_coarse() const {
  const auto coarse = [](const Sums& sums) { return sums.welfare && !sums.welfare->too_coarse().empty(); };
  return coarse(own_) || coarse(compared_);
}

double ScenarioTally::coarse_bytes() const {
  return own_.welfare->coarse_bytes() + (compared_.welfare ? compared_.welfare->coarse_bytes() : 0.0);
}

ScenarioTotals ScenarioTally::finish(ScenarioTally* refined, Exchange& exchange, Team& team) {
  const auto records = [&](Sums ScenarioTally::*sums) {
    return refined != nullptr && (refined->*sums).refined ? &*(refined->*sums).refined : nullptr;
  };
  ScenarioTotals totals;
  totals.welfare = own_.welfare->finish(exchange, team, records(&ScenarioTally::own_));
  if (compared_.welfare) totals.compared_welfare = compared_.welfare->finish(exchange, team, records(&ScenarioTally::compared_));
  totals.counts = std::move(counts_);
  totals.levy = std::move(levy_);
  totals.choice = std::move(choice_);
  totals.programmes = programmes_.take();
  totals.attendance = std::move(own_.attendance);
  totals.work = std::move(own_.work);
  totals.outcomes = std::move(own_.outcomes);
  totals.compared_attendance = std::move(compared_.attendance);
  totals.compared_work = std::move(compared_.work);
  totals.compared_outcomes = std::move(compared_.outcomes);
  return totals;
}

}  // namespace puente
