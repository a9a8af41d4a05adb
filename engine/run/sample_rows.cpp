#include "engine/run/sample_rows.hpp"

#include <cmath>
#include <map>

#include "engine/core/error.hpp"
#include "engine/run/block_slots.hpp"
#include "engine/run/household_amounts.hpp"

namespace puente {

namespace {

constexpr std::size_t most_members = std::size_t{1} << 20;

/// What a thread keeps of one scenario: household, slot, record in the household, weight, welfare and lines; household, cell,
/// numerator, denominator.
struct Kept {
  Kept(const Study& study, std::size_t s)
      : welfare(5 + study.model.welfare.lines.size()), attendance(bands(study, study.attends), HouseholdRows(4)),
        work(bands(study, study.works), HouseholdRows(4)), amounts(study, s) {}
  HouseholdRows welfare;
  std::vector<HouseholdRows> attendance, work;
  HouseholdAmounts amounts;
  void append(const Kept& more) {
    welfare.append(more.welfare);
    for (std::size_t b = 0; b < attendance.size(); ++b) attendance[b].append(more.attendance[b]);
    for (std::size_t b = 0; b < work.size(); ++b) work[b].append(more.work[b]);
    amounts.append(more.amounts);
  }
  static std::size_t bands(const Study& study, Output condition) {
    return study.attends.index >= 0 && condition.index >= 0 ? study.model.statistics.age_bands.size() : 0;
  }
};

/// One thread's walk through the scenarios of a block.
class Walk {
 public:
  explicit Walk(const Study& study) : study_(study), slots_(study) {
    for (std::size_t s = 0; s < study.scenarios.size(); ++s) kept_.emplace_back(study, s);
  }
  void add_block(BlockProcessor& processor);
  std::vector<Kept>& kept() { return kept_; }

 private:
  void add_welfare(BlockProcessor& processor, std::size_t s, std::size_t layer);
  void add_shares(const BlockProcessor& processor, const double* condition, std::vector<HouseholdRows>& bands);
  double number(const BlockProcessor& processor, std::size_t household) const {
    return static_cast<double>(processor.block().first_household + static_cast<std::int64_t>(household));
  }

  const Study& study_;
  BlockSlots slots_;
  SlotEntries entries_;
  std::vector<Kept> kept_;
};

void Walk::add_block(BlockProcessor& processor) {
  const auto scenario = [&](std::size_t s) {
    const std::size_t layers = processor.begin_scenario(s);
    for (std::size_t layer = 0; layer < layers; ++layer) {
      processor.simulate(s, layer);
      if (static_cast<int>(s) == study_.reference && layer == 0) slots_.find_fixed(processor);
      if (!processor.faults().empty()) return;
      add_welfare(processor, s, layer);
      if (study_.measures != nullptr) processor.run(*study_.measures);
      if (!kept_[s].attendance.empty()) add_shares(processor, processor.result(*study_.measures, study_.attends), kept_[s].attendance);
      if (!kept_[s].work.empty()) add_shares(processor, processor.result(*study_.measures, study_.works), kept_[s].work);
      kept_[s].amounts.add(processor, slots_);
    }
  };
  const auto reference = static_cast<std::size_t>(study_.reference);
  scenario(reference);
  for (std::size_t s = 0; s < study_.scenarios.size(); ++s)
    if (s != reference) scenario(s);
}

void Walk::add_welfare(BlockProcessor& processor, std::size_t s, std::size_t layer) {
  const std::span<const double> w = processor.record_weight();
  const bool of_persons = study_.record_entity == Entity::person;
  const double* y = processor.state().welfare.data();
  std::vector<const double*> lines;
  processor.lines(s, lines);
  const std::vector<bool> constant = study_.constant_lines();
  const auto add = [&](std::size_t record, std::int32_t slot, double weight) {
    if (weight == 0 || slot < 0) return;
    const std::size_t household = of_persons ? static_cast<std::size_t>(processor.rows().household_of[record]) : record;
    const std::size_t member = of_persons ? record - static_cast<std::size_t>(processor.rows().person_begin[household]) : 0;
    double* row = kept_[s].welfare.add();
    row[0] = number(processor, household);
    row[1] = slot;
    row[2] = static_cast<double>(layer * most_members + member);
    row[3] = weight;
    row[4] = y[record];
    for (std::size_t z = 0; z < lines.size(); ++z) row[5 + z] = lines[z][constant[z] ? 0 : record];
  };
  for (std::size_t i = 0; i < w.size(); ++i) add(i, 0, w[i]);
  for (const GroupingEntries& entries : entries_.of(slots_.fixed(), w, {}, processor, SlotEntries::Check::labels))
    for (std::size_t j = 0; j < entries.m; ++j) {
      const auto record = entries.by_record ? j : static_cast<std::size_t>(entries.record[j]);
      add(record, entries.slot[j], entries.by_record ? w[j] : entries.w[j]);
    }
}

/// A household's persons are added up to one row a cell: all of them are of one sampling unit.
void Walk::add_shares(const BlockProcessor& processor, const double* condition, std::vector<HouseholdRows>& bands) {
  const rules::Rows& rows = processor.rows();
  const double* age = processor.result(*study_.measures, study_.age);
  const double* sex = study_.sex.index >= 0 ? processor.result(*study_.measures, study_.sex) : nullptr;
  const std::size_t sexes = 1 + study_.sex_labels.size();
  const CountedWeights weight(processor);
  for (std::size_t i = 0; i < rows.persons; ++i) {
    const double w = weight.person(i);
    if (w == 0 || std::isnan(condition[i])) continue;
    for (std::size_t b = 0; b < bands.size(); ++b) {
      const auto [from, to] = study_.model.statistics.age_bands[b];
      if (!(age[i] >= from && age[i] < to + 1)) continue;
      const auto add = [&](std::int32_t slot) {
        if (slot < 0) return;
        const auto cell = static_cast<std::size_t>(slot) * sexes;
        const bool sexed = sex != nullptr && !std::isnan(sex[i]);
        for (const std::size_t c : {cell, sexed ? cell + 1 + static_cast<std::size_t>(sex[i]) : cell}) {
          double* row = bands[b].add();
          row[0] = number(processor, static_cast<std::size_t>(rows.household_of[i]));
          row[1] = static_cast<double>(c);
          row[2] = w * condition[i];
          row[3] = w;
          if (!sexed) break;
        }
      };
      add(0);
      for (const SlotColumn& column : slots_.fixed()) add(column.person(rows, i));
    }
  }
}

/// Of a household and layer, the rows of everybody come before those of groups.
std::vector<SlotRows> slot_rows(const HouseholdRows& rows, const Study& study, const SampleFrame& frame) {
  const std::size_t lines = study.model.welfare.lines.size();
  std::vector<SlotRows> slots(study.fixed_slots(), {{}, {}, {}, {}, std::vector<std::vector<double>>(lines)});
  std::map<double, std::int32_t> record;  // of the household at hand: where it stands among everybody's
  double household = -1;
  for (const std::size_t i : rows.by_household()) {
    const double* row = rows[i];
    if (row[0] != household) record.clear();
    household = row[0];
    SlotRows& slot = slots[static_cast<std::size_t>(row[1])];
    if (row[1] == 0) record[row[2]] = static_cast<std::int32_t>(slot.y.size());
    slot.household.push_back(static_cast<std::int32_t>(frame.at(static_cast<std::int64_t>(household))));
    slot.record.push_back(record.at(row[2]));
    slot.w.push_back(row[3]);
    slot.y.push_back(row[4]);
    for (std::size_t z = 0; z < lines; ++z) slot.line[z].push_back(row[5 + z]);
  }
  return slots;
}

std::vector<RatioRows> ratio_rows(const HouseholdRows& rows, std::size_t cells, const SampleFrame& frame) {
  std::vector<RatioRows> all(cells);
  for (const std::size_t i : rows.by_household()) {
    const double* row = rows[i];
    RatioRows& cell = all[static_cast<std::size_t>(row[1])];
    const auto household = static_cast<std::int32_t>(frame.at(static_cast<std::int64_t>(row[0])));
    if (cell.household.empty() || cell.household.back() != household) {
      cell.household.push_back(household);
      cell.numerator.push_back(0);
      cell.denominator.push_back(0);
    }
    cell.numerator.back() += row[2];
    cell.denominator.back() += row[3];
  }
  return all;
}

}  // namespace

std::vector<ScenarioSample> sample_of(const Study& study, const SampleFrame& frame, BlockRunner& runner) {
  std::vector<Walk> threads(static_cast<std::size_t>(runner.team().threads()), Walk(study));
  runner.pass("sample", [&](BlockProcessor& processor, int thread) { threads[static_cast<std::size_t>(thread)].add_block(processor); });
  std::vector<ScenarioSample> samples;
  for (std::size_t s = 0; s < study.scenarios.size(); ++s) {
    Kept& kept = threads[0].kept()[s];
    for (std::size_t t = 1; t < threads.size(); ++t) kept.append(threads[t].kept()[s]);
    kept.welfare.share(runner.exchange());
    ScenarioSample& sample = samples.emplace_back();
    sample.welfare = slot_rows(kept.welfare, study, frame);
    for (const auto& [bands, rows] : {std::pair{&kept.attendance, &sample.attendance}, {&kept.work, &sample.work}})
      for (HouseholdRows& band : *bands) {
        band.share(runner.exchange());
        rows->push_back(ratio_rows(band, study.fixed_slots() * (1 + study.sex_labels.size()), frame));
      }
    kept.amounts.share(runner.exchange());
    sample.amounts = kept.amounts.by_slot(frame);
  }
  return samples;
}

}  // namespace puente
