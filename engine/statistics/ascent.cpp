#include "engine/statistics/ascent.hpp"

#include <algorithm>
#include <cmath>

#include "engine/statistics/selection.hpp"

namespace puente {

namespace {

/// Weights from here on are multiples of 2^-80.
constexpr double exact_from = 0x1p-28;

}  // namespace

SlotScale::SlotScale(Wide total_weight, const OrderPlan& plan) : thresholds(plan.thresholds(total_weight)) {
  while (((2 * total_weight) >> shift) >> 62 != 0) ++shift;
  unit = static_cast<double>(static_cast<Wide>(1) << shift) / static_cast<double>(total_weight);
  step = std::ldexp(1.0, shift - 80);
}

void AscentScratch::make_room(std::size_t n) {
  if (key.size() >= n) return;
  key.resize(n);
  last.resize(n);
  short_after.resize(n);
  after.resize(n);
  income.resize(n);
  gini.resize(n);
}

Ascent::Ascent(const SlotScale& scale, Wide weight_before) : scale_(&scale), before_(weight_before) {
  while (next_ < scale.thresholds.size() && scale.thresholds[next_] <= weight_before) ++next_;
}

void Ascent::add(const OrderedRecords& records, AscentScratch& scratch) {
  if (records.n == 0) return;
  scratch.make_room(records.n);
  for (std::size_t k = 0; k < records.n; ++k) scratch.income[k] = records.weight[k] * from_ordered_bits(records.key[k]);
  const Wide after = fits_steps(records) ? add_in_steps(records, scratch) : add_in_units(records, scratch);
  income_.add(scratch.income.data(), records.n);
  before_ = after;
}

/// Whether all weights, and what came before, are whole steps: then 64 bits hold what mid-ranks need, exactly.
bool Ascent::fits_steps(const OrderedRecords& records) const {
  const Wide below = (static_cast<Wide>(1) << scale_->shift) - 1;
  if ((before_ & below) != 0) return false;
  const double border = 0x1.8p52 * scale_->step, most = 0x1p51 * scale_->step;
  int odd = 0;
  for (std::size_t k = 0; k < records.n; ++k) {
    const double w = records.weight[k];
    odd |= !((w + border) - border == w) | !(w < most);
  }
  return odd == 0;
}

/// Without a branch a record: a run's entry is written over until its last record has been seen.
template <class Count, class CountOf>
std::size_t Ascent::find_runs(const OrderedRecords& records, Count before, CountOf count_of, Count* after,
                              AscentScratch& scratch) const {
  std::size_t run = 0;
  for (std::size_t k = 0; k < records.n; ++k) {
    run += k > 0 && records.key[k] != records.key[k - 1];
    before += count_of(records.weight[k]);
    scratch.key[run] = records.key[k];
    scratch.last[run] = static_cast<std::uint32_t>(k);
    after[run] = before;
  }
  return run + 1;
}

Wide Ascent::add_in_steps(const OrderedRecords& records, AscentScratch& scratch) {
  const double steps = 1 / scale_->step;
  std::int64_t* after = scratch.short_after.data();
  auto before = static_cast<std::int64_t>(before_ >> scale_->shift);
  const std::size_t runs = find_runs(records, before, [steps](double w) { return static_cast<std::int64_t>(w * steps); }, after, scratch);
  for (std::size_t r = 0; r < runs; ++r) {
    const double weight = static_cast<double>(after[r] - before) * scale_->step;
    scratch.gini[r] = (from_ordered_bits(scratch.key[r]) * weight) * (static_cast<double>(before + after[r]) * scale_->unit);
    before = after[r];
  }
  gini_.add(scratch.gini.data(), runs);
  find_shares(scratch, after, runs, scale_->shift);
  return static_cast<Wide>(before) << scale_->shift;
}

Wide Ascent::add_in_units(const OrderedRecords& records, AscentScratch& scratch) {
  Wide* after = scratch.after.data();
  Wide before = before_;
  const std::size_t runs = find_runs(records, before, [](double w) { return fixed_weight(w); }, after, scratch);
  for (std::size_t r = 0, first = 0; r < runs; first = scratch.last[r++] + 1) {
    const double w = records.weight[first];
    const bool is_its_weight = first == scratch.last[r] && w >= exact_from;
    const double weight = is_its_weight ? w : weight_of(after[r] - before);
    const auto twice_middle = static_cast<std::int64_t>((before + after[r]) >> scale_->shift);
    scratch.gini[r] = (from_ordered_bits(scratch.key[r]) * weight) * (static_cast<double>(twice_middle) * scale_->unit);
    before = after[r];
  }
  gini_.add(scratch.gini.data(), runs);
  find_shares(scratch, after, runs, 0);
  return before;
}

/// `after` is shifted by so many bits.
template <class Count>
void Ascent::find_shares(const AscentScratch& scratch, const Count* after, std::size_t runs, int shift) {
  const auto up_to = [&](std::size_t run) { return static_cast<Wide>(after[run]) << shift; };
  std::size_t run = 0;
  for (; next_ < scale_->thresholds.size() && scale_->thresholds[next_] <= up_to(runs - 1); ++next_) {
    const Wide threshold = scale_->thresholds[next_];
    while (up_to(run) < threshold) ++run;
    LimbSum income = income_;
    income.add(scratch.income.data(), scratch.last[run] + 1);
    reached_.push_back({next_, from_ordered_bits(scratch.key[run]), weight_of(up_to(run) - threshold), income.total()});
  }
}

}  // namespace puente
