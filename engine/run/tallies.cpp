#include "engine/run/tallies.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "engine/core/error.hpp"

namespace puente {

namespace {

constexpr auto column_of(ProgrammeSum column) { return static_cast<std::size_t>(column); }
constexpr auto column_of(SlotSum column) { return static_cast<std::size_t>(column); }

/// Slots of one grouping over the units of a block; -1 where a unit that does not count has no label.
struct Slots {
  Entity entity = Entity::household;
  std::vector<std::int32_t> slot;
};

class ThreadTallies {
 public:
  explicit ThreadTallies(const Study& study);
  void add_block(BlockProcessor& processor);
  void merge(ThreadTallies& other);
  Totals finish(Exchange& exchange, Team& team);

 private:
  void add_scenario(BlockProcessor& processor, std::size_t s, bool fixed_sums);
  void find_slots(BlockProcessor& processor);
  void find_group_slots(BlockProcessor& processor, std::size_t g);
  void find_decile_slots(BlockProcessor& processor);
  void add_welfare(BlockProcessor& processor, std::size_t s);
  void entries_of(const Slots& slots, BlockProcessor& processor, std::size_t g);
  void add_slot_sums(BlockProcessor& processor);
  void add_programmes(BlockProcessor& processor, std::size_t s);
  void add_programme(BlockProcessor& processor, std::size_t s, std::size_t p);
  void add_attendance(BlockProcessor& processor, std::size_t s);
  void add_outcomes(BlockProcessor& processor, std::size_t s);
  template <class Add> void to_slots_of_household(const rules::Rows& rows, std::size_t h, Add&& add) const;
  template <class Add> void to_slots_of_person(const rules::Rows& rows, std::size_t i, Add&& add) const;
  double factor(BlockProcessor& processor, std::size_t h) const;

  const Study& study_;
  bool programmes_asked_, outcomes_asked_;
  std::vector<WelfareTally> welfare_;
  SumTable slot_sums_;
  std::vector<SumTable> programme_sums_, attendance_sums_, outcome_sums_;
  ExactSum excluded_;
  std::vector<Slots> slots_;               ///< one a grouping, deciles last
  std::vector<GroupingEntries> entries_;
  struct EntryBuffers { std::vector<std::int32_t> slot, record; std::vector<double> w; };
  std::vector<EntryBuffers> buffers_;
  std::vector<const double*> lines_;
};

bool asked(const Study& study, const char* what) {
  const auto& include = study.model.statistics.include;
  return std::find(include.begin(), include.end(), what) != include.end();
}

WelfareStatistics welfare_statistics(const Study& study) {
  WelfareStatistics asked_for;
  asked_for.lines = asked(study, "poverty") ? study.model.welfare.lines.size() : 0;
  asked_for.watts = asked(study, "poverty");
  asked_for.slots = study.slots();
  if (!asked(study, "inequality")) asked_for.entropy = asked_for.atkinson = {};
  asked_for.order_statistics = asked(study, "inequality") || asked(study, "distribution");
  if (asked_for.order_statistics) asked_for.quantiles = study.model.statistics.quantiles;
  for (const CompiledGrouping& grouping : study.groupings)
    asked_for.groupings.push_back({grouping.first_slot, grouping.labels.size()});
  if (study.deciles) asked_for.groupings.push_back({study.decile_first_slot(), 10});
  return asked_for;
}

ThreadTallies::ThreadTallies(const Study& study)
    : study_(study),
      programmes_asked_(asked(study, "programmes") && !study.programme_names.empty()),
      outcomes_asked_(asked(study, "outcomes") && !study.outcome_means.empty()),
      slot_sums_(study.slots(), column_of(SlotSum::count)) {
  const std::size_t slots = study.slots();
  const std::size_t cells = study.model.statistics.age_bands.size() * (1 + study.sex_labels.size());
  for (std::size_t s = 0; s < study.scenarios.size(); ++s) {
    welfare_.emplace_back(welfare_statistics(study));
    programme_sums_.emplace_back(programmes_asked_ ? slots * study.programme_names.size() : 0, column_of(ProgrammeSum::count));
    attendance_sums_.emplace_back(study.attends.index >= 0 ? slots * cells : 0, 2);
    outcome_sums_.emplace_back(outcomes_asked_ ? slots * study.outcome_means.size() : 0, 2);
  }
  slots_.resize(study.groupings.size() + (study.deciles ? 1 : 0));
  entries_.resize(slots_.size());
  buffers_.resize(slots_.size());
}

/// The reference first: groups are those of its people, and stay fixed for all scenarios.
void ThreadTallies::add_block(BlockProcessor& processor) {
  const auto reference = static_cast<std::size_t>(study_.reference);
  add_scenario(processor, reference, true);
  for (std::size_t s = 0; s < study_.scenarios.size(); ++s)
    if (s != reference) add_scenario(processor, s, false);
}

void ThreadTallies::add_scenario(BlockProcessor& processor, std::size_t s, bool is_reference) {
  const std::size_t layers = processor.begin_scenario(s);
  for (std::size_t layer = 0; layer < layers; ++layer) {
    processor.simulate(s, layer);
    if (is_reference && layer == 0) find_slots(processor);
    add_welfare(processor, s);
    if (is_reference) add_slot_sums(processor);
    if (programmes_asked_) add_programmes(processor, s);
    const bool measures = study_.attends.index >= 0 || outcomes_asked_;
    if (!measures || (!is_reference && !study_.measures_vary)) continue;
    processor.run(*study_.measures);
    if (study_.attends.index >= 0) add_attendance(processor, s);
    if (outcomes_asked_) add_outcomes(processor, s);
  }
}

void ThreadTallies::find_slots(BlockProcessor& processor) {
  if (!study_.groupings.empty()) processor.run(*study_.group_program);
  for (std::size_t g = 0; g < study_.groupings.size(); ++g) find_group_slots(processor, g);
  if (study_.deciles) find_decile_slots(processor);
}

void ThreadTallies::find_group_slots(BlockProcessor& processor, std::size_t g) {
  const CompiledGrouping& grouping = study_.groupings[g];
  const double* value = processor.result(*study_.group_program, grouping.output);
  Slots& slots = slots_[g];
  slots.entity = grouping.entity;
  slots.slot.resize(processor.rows().count(grouping.entity));
  for (std::size_t i = 0; i < slots.slot.size(); ++i) {
    std::int32_t label = -1;
    if (!std::isnan(value[i]))
      label = grouping.whole_numbers
                  ? static_cast<std::int32_t>(std::lower_bound(grouping.values.begin(), grouping.values.end(), value[i]) - grouping.values.begin())
                  : static_cast<std::int32_t>(value[i]);
    slots.slot[i] = label < 0 ? -1 : static_cast<std::int32_t>(grouping.first_slot) + label;
  }
}

void ThreadTallies::find_decile_slots(BlockProcessor& processor) {
  Slots& slots = slots_.back();
  const auto& y = processor.state().welfare;
  const auto first = static_cast<std::int32_t>(study_.decile_first_slot());
  slots.entity = study_.record_entity;
  slots.slot.resize(y.size());
  const auto& limit = study_.decile_limit;
  for (std::size_t i = 0; i < y.size(); ++i)
    slots.slot[i] = first + static_cast<std::int32_t>(std::lower_bound(limit.begin(), limit.end(), y[i]) - limit.begin());
}

double ThreadTallies::factor(BlockProcessor& processor, std::size_t h) const {
  const auto& layer = processor.state().weight_factor;
  const auto dropped = processor.dropped();
  return (layer.empty() ? 1.0 : layer[h]) * (dropped.empty() ? 1.0 : 1 - dropped[h]);
}

/// Entries of one grouping over the records of the block.
void ThreadTallies::entries_of(const Slots& slots, BlockProcessor& processor, std::size_t g) {
  const rules::Rows& rows = processor.rows();
  const auto w = processor.record_weight();
  EntryBuffers& buffer = buffers_[g];
  const auto missing = [&](std::size_t record) {
    processor.faults().add("group '" + study_.groupings[g].name + "' is missing",
                           rows.id[study_.record_entity == Entity::household ? record : static_cast<std::size_t>(rows.household_of[record])]);
  };
  buffer.record.clear();
  buffer.w.clear();
  buffer.slot.clear();
  const bool same_entity = slots.entity == study_.record_entity;
  if (same_entity || study_.record_entity == Entity::person) {
    for (std::size_t i = 0; i < w.size(); ++i) {
      std::int32_t slot = slots.slot[same_entity ? i : static_cast<std::size_t>(rows.household_of[i])];
      if (slot < 0 && w[i] != 0) missing(i);
      buffer.slot.push_back(std::max(slot, 0));
    }
    entries_[g] = {w.size(), buffer.slot.data(), nullptr, nullptr};
    return;
  }
  for (std::size_t i = 0; i < rows.persons; ++i) {
    const auto h = static_cast<std::size_t>(rows.household_of[i]);
    if (w[h] == 0) continue;
    if (slots.slot[i] < 0) missing(h);
    buffer.slot.push_back(std::max(slots.slot[i], 0));
    buffer.record.push_back(rows.household_of[i]);
    // A person counts with its household's weight; where households are counted, a household is shared by its members.
    const bool persons = study_.model.statistics.count == CountedAs::persons;
    const double members = static_cast<double>(rows.person_begin[h + 1] - rows.person_begin[h]);
    buffer.w.push_back(persons ? processor.household_weight()[h] * factor(processor, h) : w[h] / members);
  }
  entries_[g] = {buffer.slot.size(), buffer.slot.data(), buffer.record.data(), buffer.w.data()};
}

void ThreadTallies::add_welfare(BlockProcessor& processor, std::size_t s) {
  const Study::LineProgram& lines = study_.line_programs[static_cast<std::size_t>(study_.scenarios[s].lines)];
  lines_.clear();
  if (!lines.outputs.empty()) processor.run(*lines.program);
  if (asked(study_, "poverty"))
    for (const Output line : lines.outputs) lines_.push_back(processor.result(*lines.program, line));
  for (std::size_t g = 0; g < slots_.size(); ++g) entries_of(slots_[g], processor, g);
  const auto w = processor.record_weight();
  for (std::size_t z = 0; z < lines_.size(); ++z)
    for (std::size_t i = 0; i < w.size(); ++i)
      if (!std::isfinite(lines_[z][i]) && w[i] != 0)
        processor.faults().add("poverty line '" + study_.model.welfare.lines[z].name + "' is missing or infinite",
                               processor.rows().id[study_.record_entity == Entity::household ? i : static_cast<std::size_t>(processor.rows().household_of[i])]);
  if (!processor.faults().empty()) return;
  welfare_[s].add({w.size(), processor.state().welfare.data(), w.data(), lines_}, entries_);
}

/// Calls add(slot, share) for every slot a household counts in; a person grouping shares it among its members.
template <class Add>
void ThreadTallies::to_slots_of_household(const rules::Rows& rows, std::size_t h, Add&& add) const {
  add(std::size_t{0}, 1.0);
  for (const Slots& slots : slots_) {
    if (slots.entity == Entity::household) {
      if (slots.slot[h] >= 0) add(static_cast<std::size_t>(slots.slot[h]), 1.0);
      continue;
    }
    const double share = 1.0 / static_cast<double>(rows.person_begin[h + 1] - rows.person_begin[h]);
    for (auto i = rows.person_begin[h]; i < rows.person_begin[h + 1]; ++i)
      if (slots.slot[i] >= 0) add(static_cast<std::size_t>(slots.slot[i]), share);
  }
}

template <class Add>
void ThreadTallies::to_slots_of_person(const rules::Rows& rows, std::size_t i, Add&& add) const {
  add(std::size_t{0}, 1.0);
  for (const Slots& slots : slots_) {
    const auto unit = slots.entity == Entity::person ? i : static_cast<std::size_t>(rows.household_of[i]);
    if (slots.slot[unit] >= 0) add(static_cast<std::size_t>(slots.slot[unit]), 1.0);
  }
}

/// Households and persons of each slot, of the records that count.
void ThreadTallies::add_slot_sums(BlockProcessor& processor) {
  const rules::Rows& rows = processor.rows();
  const auto w = processor.record_weight();
  const double* weight = processor.household_weight();
  const double* size = processor.size();
  for (std::size_t r = 0; r < w.size(); ++r) {
    if (w[r] == 0) {
      if (processor.state().weight_factor.empty()) excluded_.add(1);
      continue;
    }
    if (study_.record_entity == Entity::person) {
      to_slots_of_person(rows, r, [&](std::size_t slot, double) {
        slot_sums_.add(slot, column_of(SlotSum::persons), w[r]);
        if (rows.line[r] == 1) slot_sums_.add(slot, column_of(SlotSum::households), w[r]);
      });
      continue;
    }
    const double households = weight[r] * factor(processor, r);
    to_slots_of_household(rows, r, [&](std::size_t slot, double share) {
      slot_sums_.add(slot, column_of(SlotSum::households), households * share);
      slot_sums_.add(slot, column_of(SlotSum::persons), households * size[r] * share);
    });
  }
}

void ThreadTallies::add_programmes(BlockProcessor& processor, std::size_t s) {
  for (std::size_t p = 0; p < study_.scenarios[s].programmes.size(); ++p) add_programme(processor, s, p);
}

void ThreadTallies::add_programme(BlockProcessor& processor, std::size_t s, std::size_t p) {
  const CompiledProgramme& compiled = study_.scenarios[s].programmes[p];
  const ProgrammeState& state = processor.state().programmes[p];
  const rules::Rows& rows = processor.rows();
  const double* weight = processor.household_weight();
  const double* eligible = processor.policy(s, compiled.eligible);
  const double* per_recipient = compiled.cost_per_recipient.index >= 0 ? processor.policy(s, compiled.cost_per_recipient) : nullptr;
  SumTable& sums = programme_sums_[s];
  const std::size_t programmes = study_.programme_names.size();
  const auto add = [&](std::size_t slot, ProgrammeSum column, double term) {
    if (term != 0) sums.add(slot * programmes + compiled.number, column_of(column), term);
  };
  const bool of_persons = compiled.programme->entity == Entity::person;
  const auto unit = [&](std::size_t i, double w, double share, std::size_t slot) {
    add(slot, ProgrammeSum::eligible, eligible[i] * w * share);
    add(slot, ProgrammeSum::recipients, state.receives[i] * w * share);
    if (per_recipient != nullptr && state.receives[i] != 0) add(slot, ProgrammeSum::cost, per_recipient[i] * w * share);
  };
  for (std::size_t i = 0; of_persons && i < rows.persons; ++i) {
    const double w = weight[rows.household_of[i]] * factor(processor, static_cast<std::size_t>(rows.household_of[i]));
    to_slots_of_person(rows, i, [&](std::size_t slot, double share) { unit(i, w, share, slot); });
  }
  for (std::size_t h = 0; h < rows.households; ++h) {
    const double w = weight[h] * factor(processor, h);
    const double cash = compiled.programme->cash ? state.cash[h] : 0.0;
    const double in_kind = compiled.programme->in_kind ? state.in_kind[h] : 0.0;
    to_slots_of_household(rows, h, [&](std::size_t slot, double share) {
      if (!of_persons) unit(h, w, share, slot);
      add(slot, ProgrammeSum::spending, (cash + in_kind) * w * share);
      add(slot, ProgrammeSum::cost, cash * w * share);
    });
  }
}

void ThreadTallies::add_attendance(BlockProcessor& processor, std::size_t s) {
  const rules::Rows& rows = processor.rows();
  const double* attends = processor.result(*study_.measures, study_.attends);
  const double* age = processor.result(*study_.measures, study_.age);
  const double* sex = study_.sex.index >= 0 ? processor.result(*study_.measures, study_.sex) : nullptr;
  const auto& bands = study_.model.statistics.age_bands;
  const std::size_t sexes = 1 + study_.sex_labels.size();
  const auto w = processor.record_weight();
  const bool of_persons = study_.record_entity == Entity::person;
  for (std::size_t i = 0; i < rows.persons; ++i) {
    const auto h = static_cast<std::size_t>(rows.household_of[i]);
    const double weight = of_persons ? w[i] : (w[h] == 0 ? 0.0 : processor.household_weight()[h] * factor(processor, h));
    if (weight == 0) continue;
    for (std::size_t b = 0; b < bands.size(); ++b) {
      if (!(age[i] >= bands[b].first && age[i] < bands[b].second + 1)) continue;
      if (std::isnan(attends[i])) {
        processor.faults().add("school attendance of a person aged " + std::to_string(bands[b].first) + "-" +
                               std::to_string(bands[b].second) + " is missing", rows.id[h]);
        continue;
      }
      to_slots_of_person(rows, i, [&](std::size_t slot, double) {
        const std::size_t cell = (slot * bands.size() + b) * sexes;
        for (const std::size_t of_sex : {std::size_t{0}, sex == nullptr || std::isnan(sex[i]) ? std::size_t{0} : 1 + static_cast<std::size_t>(sex[i])}) {
          attendance_sums_[s].add(cell + of_sex, 0, weight * attends[i]);
          attendance_sums_[s].add(cell + of_sex, 1, weight);
          if (sex == nullptr || std::isnan(sex[i])) break;
        }
      });
    }
  }
}

void ThreadTallies::add_outcomes(BlockProcessor& processor, std::size_t s) {
  const rules::Rows& rows = processor.rows();
  const std::size_t outcomes = study_.outcome_means.size();
  const double* weight = processor.household_weight();
  for (std::size_t k = 0; k < outcomes; ++k) {
    const Study::Measure& measure = study_.outcome_means[k];
    const double* x = processor.result(*study_.measures, measure.output);
    const bool of_persons = measure.entity == Entity::person;
    for (std::size_t i = 0; i < rows.count(measure.entity); ++i) {
      const auto h = of_persons ? static_cast<std::size_t>(rows.household_of[i]) : i;
      const double w = weight[h] * factor(processor, h);
      if (w == 0 || std::isnan(x[i])) continue;
      const auto add = [&](std::size_t slot, double share) {
        outcome_sums_[s].add(slot * outcomes + k, 0, w * x[i] * share);
        outcome_sums_[s].add(slot * outcomes + k, 1, w * share);
      };
      if (of_persons) to_slots_of_person(rows, i, add);
      else to_slots_of_household(rows, h, add);
    }
  }
}

void ThreadTallies::merge(ThreadTallies& other) {
  for (std::size_t s = 0; s < welfare_.size(); ++s) {
    welfare_[s].merge(std::move(other.welfare_[s]));
    programme_sums_[s].merge(other.programme_sums_[s]);
    attendance_sums_[s].merge(other.attendance_sums_[s]);
    outcome_sums_[s].merge(other.outcome_sums_[s]);
  }
  slot_sums_.merge(other.slot_sums_);
  excluded_.merge(other.excluded_);
}

Totals ThreadTallies::finish(Exchange& exchange, Team& team) {
  Totals totals;
  for (WelfareTally& tally : welfare_) totals.welfare.push_back(tally.finish(exchange, team));
  for (auto* tables : {&programme_sums_, &attendance_sums_, &outcome_sums_})
    for (SumTable& table : *tables) table.reduce(exchange);
  slot_sums_.reduce(exchange);
  std::vector<ExactSum> excluded = {excluded_};
  reduce(excluded, exchange);
  totals.excluded = excluded[0].value();
  totals.slots = std::move(slot_sums_);
  totals.programmes = std::move(programme_sums_);
  totals.attendance = std::move(attendance_sums_);
  totals.outcomes = std::move(outcome_sums_);
  return totals;
}

}  // namespace

Totals tally(const Study& study, BlockRunner& runner) {
  std::vector<std::unique_ptr<ThreadTallies>> threads;
  for (int t = 0; t < runner.team().threads(); ++t) threads.push_back(std::make_unique<ThreadTallies>(study));
  runner.pass("statistics", [&](BlockProcessor& processor, int thread) {
    threads[static_cast<std::size_t>(thread)]->add_block(processor);
  });
  for (std::size_t t = 1; t < threads.size(); ++t) threads[0]->merge(*threads[t]);
  return threads[0]->finish(runner.exchange(), runner.team());
}

}  // namespace puente
