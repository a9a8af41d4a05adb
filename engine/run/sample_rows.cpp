#include "engine/run/sample_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "engine/core/error.hpp"
#include "engine/run/block_slots.hpp"

namespace puente {

namespace {

constexpr std::size_t most_members = std::size_t{1} << 20;

/// Rows of doubles of one width, the first of which is the household's number; those of a household stay in their order.
class Rows {
 public:
  explicit Rows(std::size_t width) : width_(width) {}
  double* add() {
    values_.resize(values_.size() + width_);
    return values_.data() + values_.size() - width_;
  }
  std::size_t size() const { return values_.size() / width_; }
  const double* operator[](std::size_t i) const { return values_.data() + i * width_; }
  void append(const Rows& more) { values_.insert(values_.end(), more.values_.begin(), more.values_.end()); }
  /// Of all ranks.
  void share(Exchange& exchange) {
    const auto bytes = exchange.gather_all(std::as_bytes(std::span(values_)));
    values_.resize(bytes.size() / sizeof(double));
    if (!values_.empty()) std::memcpy(values_.data(), bytes.data(), bytes.size());
  }
  std::vector<std::size_t> by_household() const {
    std::vector<std::size_t> order(size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return (*this)[a][0] < (*this)[b][0]; });
    return order;
  }

 private:
  std::size_t width_;
  std::vector<double> values_;
};

/// What a thread keeps of one scenario: household, slot, record in the household, weight, welfare and lines; household, cell,
/// numerator, denominator.
struct Kept {
  Kept(std::size_t lines, std::size_t bands) : welfare(5 + lines), attendance(bands, Rows(4)) {}
  Rows welfare;
  std::vector<Rows> attendance;
  void append(const Kept& more) {
    welfare.append(more.welfare);
    for (std::size_t b = 0; b < attendance.size(); ++b) attendance[b].append(more.attendance[b]);
  }
};

/// One thread's walk through the scenarios of a block.
class Walk {
 public:
  explicit Walk(const Study& study)
      : study_(study), slots_(study), kept_(study.scenarios.size(), Kept(study.model.welfare.lines.size(), bands(study))) {}
  void add_block(BlockProcessor& processor);
  std::vector<Kept>& kept() { return kept_; }

  static std::size_t bands(const Study& study) { return study.attends.index >= 0 ? study.model.statistics.age_bands.size() : 0; }

 private:
  void add_welfare(BlockProcessor& processor, std::size_t s, std::size_t layer);
  void add_attendance(BlockProcessor& processor, std::size_t s);
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
      if (study_.attends.index >= 0) add_attendance(processor, s);
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
  for (const GroupingEntries& entries : entries_.of(slots_.fixed(), w, {}, processor))
    for (std::size_t j = 0; j < entries.m; ++j) {
      const auto record = entries.by_record ? j : static_cast<std::size_t>(entries.record[j]);
      add(record, entries.slot[j], entries.by_record ? w[j] : entries.w[j]);
    }
}

/// A household's persons are added up to one row a cell: all of them are of one sampling unit.
void Walk::add_attendance(BlockProcessor& processor, std::size_t s) {
  const rules::Rows& rows = processor.rows();
  processor.run(*study_.measures);
  const double *attends = processor.result(*study_.measures, study_.attends), *age = processor.result(*study_.measures, study_.age);
  const double* sex = study_.sex.index >= 0 ? processor.result(*study_.measures, study_.sex) : nullptr;
  const std::size_t sexes = 1 + study_.sex_labels.size();
  const bool of_persons = study_.record_entity == Entity::person;
  const bool filtered = !of_persons && study_.where.index >= 0;
  for (std::size_t i = 0; i < rows.persons; ++i) {
    const auto h = static_cast<std::size_t>(rows.household_of[i]);
    double w = of_persons ? processor.record_weight()[i] : processor.household_weight()[h] * processor.weight_factor(h);
    if (filtered && processor.data(study_.where)[h] == 0) w = 0;
    if (w == 0 || std::isnan(attends[i])) continue;
    for (std::size_t b = 0; b < kept_[s].attendance.size(); ++b) {
      const auto [from, to] = study_.model.statistics.age_bands[b];
      if (!(age[i] >= from && age[i] < to + 1)) continue;
      const auto add = [&](std::int32_t slot) {
        if (slot < 0) return;
        const auto cell = static_cast<std::size_t>(slot) * sexes;
        const bool sexed = sex != nullptr && !std::isnan(sex[i]);
        for (const std::size_t c : {cell, sexed ? cell + 1 + static_cast<std::size_t>(sex[i]) : cell}) {
          double* row = kept_[s].attendance[b].add();
          row[0] = number(processor, h);
          row[1] = static_cast<double>(c);
          row[2] = w * attends[i];
          row[3] = w;
          if (!sexed) break;
        }
      };
      add(0);
      for (const SlotColumn& column : slots_.fixed()) add(column.persons()[i]);
    }
  }
}

/// Of a household and layer, the rows of everybody come before those of groups.
std::vector<SlotRows> slot_rows(const Rows& rows, const Study& study, const SampleFrame& frame) {
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

std::vector<RatioRows> ratio_rows(const Rows& rows, std::size_t cells, const SampleFrame& frame) {
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

/// Clones go with the household of the survey that they are of.
std::string unit_column(const Schema& schema) {
  for (const char* column : {"psu", "source_id"})
    if (schema.find(Entity::household, column) >= 0) return column;
  return "";
}

}  // namespace

std::size_t SampleFrame::at(std::int64_t household) const {
  return static_cast<std::size_t>(std::lower_bound(number.begin(), number.end(), household) - number.begin());
}

std::vector<AskedExpression> frame_questions(const Schema& schema, const SamplingPlan& plan) {
  std::vector<AskedExpression> questions;
  const auto ask = [&](const std::optional<rules::Text>& given, const std::string& what, const std::string& column) {
    const rules::Text otherwise = rules::Text::standalone(what, column.empty() ? "0" : "household.`" + column + "`");
    questions.push_back({given.value_or(otherwise), {Entity::household, std::nullopt, {}, "sampling." + what}});
  };
  ask(plan.stratum, "stratum", schema.find(Entity::household, "stratum") >= 0 ? "stratum" : "");
  ask(plan.psu, "psu", unit_column(schema));
  if (plan.psus_there) questions.push_back({*plan.psus_there, {Entity::household, rules::Type::number, {}, "sampling.psus_there"}});
  return questions;
}

SampleFrame find_frame(const Study& study, std::size_t first, BlockRunner& runner) {
  const std::size_t width = study.asked.size() - first;
  std::vector<Rows> threads(static_cast<std::size_t>(runner.team().threads()), Rows(1 + width));
  runner.pass("sampling units", [&](BlockProcessor& processor, int thread) {
    for (std::size_t h = 0; h < processor.rows().households; ++h) {
      double* row = threads[static_cast<std::size_t>(thread)].add();
      row[0] = static_cast<double>(processor.block().first_household + static_cast<std::int64_t>(h));
      for (std::size_t k = 0; k < width; ++k) {
        row[1 + k] = processor.data(study.asked[first + k])[h];
        if (std::isnan(row[1 + k])) processor.faults().add("the stratum or the sampling unit of a household is missing", processor.rows().id[h]);
      }
    }
  });
  Rows& all = threads[0];
  for (std::size_t t = 1; t < threads.size(); ++t) all.append(threads[t]);
  all.share(runner.exchange());
  SampleFrame frame;
  const bool units_known = study.model.sampling.psu || !unit_column(study.schema).empty();
  for (const std::size_t i : all.by_household()) {
    const double* row = all[i];
    frame.number.push_back(static_cast<std::int64_t>(row[0]));
    frame.stratum.push_back(static_cast<std::int64_t>(row[1]));
    frame.psu.push_back(static_cast<std::int64_t>(row[units_known ? 2 : 0]));
    if (width > 2) frame.psus_there.push_back(row[3]);
  }
  return frame;
}

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
    for (Rows& band : kept.attendance) {
      band.share(runner.exchange());
      sample.attendance.push_back(ratio_rows(band, study.fixed_slots() * (1 + study.sex_labels.size()), frame));
    }
  }
  return samples;
}

}  // namespace puente
