#include "engine/statistics/ascent.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/statistics/selection.hpp"

namespace puente {

namespace {

/// Weights from here on are multiples of 2^-80.
constexpr double exact_from = 0x1p-28;

/// The nearest double, in a loop that vectorises: the upper and lower half are exact, their sum is rounded once.
double as_double(std::uint64_t count) {
  const double upper = std::bit_cast<double>((count >> 32) | std::bit_cast<std::uint64_t>(0x1p84));
  const double lower = std::bit_cast<double>((count & 0xffffffff) | std::bit_cast<std::uint64_t>(0x1p52));
  return (upper - (0x1p84 + 0x1p52)) + lower;
}

}  // namespace

SlotScale::SlotScale(Wide total_weight, const OrderPlan& plan) : thresholds(plan.thresholds(total_weight)) {
  while (((2 * total_weight) >> shift) >> 62 != 0) ++shift;
  unit = static_cast<double>(static_cast<Wide>(1) << shift) / static_cast<double>(total_weight);
  step = std::ldexp(1.0, shift - 80);
}

void AscentScratch::make_room(std::size_t n) {
  if (y.size() > n) return;
  for (auto* column : {&y, &income, &run_y, &gini}) column->resize(n + 1);
  for (auto* column : {&steps, &rest, &steps_after, &rest_after}) column->resize(n + 1);
  after.resize(n + 1);
  last.resize(n + 1);
}

Ascent::Ascent(const SlotScale& scale, Wide weight_before) : scale_(&scale), before_(weight_before) {
  while (next_ < scale.thresholds.size() && scale.thresholds[next_] <= weight_before) ++next_;
}

/// In pieces whose columns stay in the nearest cache; a run is not cut.
void Ascent::add(const OrderedRecords& records, AscentScratch& scratch) {
  constexpr std::size_t piece = 256;
  for (std::size_t first = 0, end = 0; first < records.n; first = end) {
    end = std::min(first + piece, records.n);
    while (end < records.n && records.key[end] == records.key[end - 1]) ++end;
    add_piece({end - first, records.key + first, records.weight + first}, scratch);
  }
}

void Ascent::add_piece(const OrderedRecords& records, AscentScratch& scratch) {
  scratch.make_room(records.n);
  for (std::size_t k = 0; k < records.n; ++k) {
    scratch.y[k] = from_ordered_bits(records.key[k]);
    scratch.income[k] = records.weight[k] * scratch.y[k];
  }
  if (!add_in_steps(records, scratch)) add_in_units(records, scratch);
  income_.add(scratch.income.data(), records.n);
}

/// A weight of 2^-80 units is steps·2^shift + rest with rest in [0, 2^shift), both read off the mantissa of a sum; false where
/// 64 bits cannot hold the sums of so many.
bool Ascent::divide_weights(const OrderedRecords& records, AscentScratch& scratch) const {
  const int shift = scale_->shift;
  if (shift > 50 || (records.n >> (61 - shift)) != 0 || !all_within(records.weight, records.n, 0x1p51 * scale_->step)) return false;
  constexpr double whole = 0x1.8p52;
  constexpr auto none = std::bit_cast<std::uint64_t>(whole);
  const double steps_of_one = 1 / scale_->step, units = std::ldexp(1.0, shift);
  const std::size_t n = records.n;
  const double* const weight = records.weight;
  std::uint64_t* const steps = scratch.steps.data();
  std::uint64_t* const rest = scratch.rest.data();
  for (std::size_t k = 0; k < n; ++k) {
    const double small = (weight[k] + exact_from) - exact_from;
    const double in_steps = (weight[k] < exact_from ? small : weight[k]) * steps_of_one;
    const double nearest = (in_steps + whole) - whole, one_less = nearest - 1;
    const double below = nearest > in_steps ? one_less : nearest;
    steps[k] = std::bit_cast<std::uint64_t>(below + whole) - none;
    rest[k] = std::bit_cast<std::uint64_t>((in_steps - below) * units + whole) - none;
  }
  return true;
}

/// Runs are found without a branch a record: a run's entry is written over until its last record has been seen. Sums up to a
/// run's end stand one entry further on, behind a zero.
std::size_t Ascent::sum_runs(const OrderedRecords& records, AscentScratch& scratch) {
  const std::size_t n = records.n;
  std::uint64_t* const steps_after = scratch.steps_after.data();
  std::uint64_t* const rest_after = scratch.rest_after.data();
  std::size_t run = 1;
  std::uint64_t steps = 0, rest = 0, key = records.key[0];
  steps_after[0] = rest_after[0] = 0;
  for (std::size_t k = 0; k < n; ++k) {
    run += records.key[k] != key;
    key = records.key[k];
    steps_after[run] = steps += scratch.steps[k];
    rest_after[run] = rest += scratch.rest[k];
    scratch.run_y[run] = scratch.y[k];
    scratch.last[run] = static_cast<std::uint32_t>(k);
  }
  return run;
}

/// A run's weight is a sum of two exact numbers, rounded once; false where one of them is too large to be exact.
bool Ascent::find_terms(std::size_t runs, AscentScratch& scratch) const {
  const int shift = scale_->shift;
  const double step = scale_->step, unit = scale_->unit;
  const auto steps_before = static_cast<std::uint64_t>(before_ >> shift);
  const auto rest_before = static_cast<std::uint64_t>(before_ & ((static_cast<Wide>(1) << shift) - 1));
  std::uint64_t large = 0;
  for (std::size_t r = 1; r <= runs; ++r) {
    const std::uint64_t steps = scratch.steps_after[r] - scratch.steps_after[r - 1], rest = scratch.rest_after[r] - scratch.rest_after[r - 1];
    const double weight = as_double(steps) * step + as_double(rest) * 0x1p-80;
    const std::uint64_t carried = (2 * rest_before + scratch.rest_after[r - 1] + scratch.rest_after[r]) >> shift;
    const std::uint64_t twice_middle = 2 * steps_before + scratch.steps_after[r - 1] + scratch.steps_after[r] + carried;
    scratch.gini[r] = (scratch.run_y[r] * weight) * (as_double(twice_middle) * unit);
    large |= steps | rest;
  }
  return large >> 53 == 0;
}

bool Ascent::add_in_steps(const OrderedRecords& records, AscentScratch& scratch) {
  if (!divide_weights(records, scratch)) return false;
  const std::size_t runs = sum_runs(records, scratch);
  if (!find_terms(runs, scratch)) return false;
  add_runs(scratch, runs, [&](std::size_t r) {
    return before_ + (static_cast<Wide>(scratch.steps_after[r]) << scale_->shift) + static_cast<Wide>(scratch.rest_after[r]);
  });
  return true;
}

/// The plain way.
void Ascent::add_in_units(const OrderedRecords& records, AscentScratch& scratch) {
  std::size_t run = 0;
  Wide after = before_;
  scratch.after[0] = before_;
  for (std::size_t k = 0; k < records.n; ++k) {
    run += k == 0 || records.key[k] != records.key[k - 1];
    scratch.after[run] = after += fixed_weight(records.weight[k]);
    scratch.run_y[run] = scratch.y[k];
    scratch.last[run] = static_cast<std::uint32_t>(k);
  }
  for (std::size_t r = 1; r <= run; ++r) {
    const double weight = weight_of(scratch.after[r] - scratch.after[r - 1]);
    const auto twice_middle = static_cast<std::int64_t>((scratch.after[r - 1] + scratch.after[r]) >> scale_->shift);
    scratch.gini[r] = (scratch.run_y[r] * weight) * (static_cast<double>(twice_middle) * scale_->unit);
  }
  add_runs(scratch, run, [&](std::size_t r) { return scratch.after[r]; });
}

/// Terms of runs 1 … `runs`; `after`: the cumulative weight at a run's end. The income at a share is that of whole runs.
template <class After>
void Ascent::add_runs(const AscentScratch& scratch, std::size_t runs, After after) {
  gini_.add(scratch.gini.data() + 1, runs);
  std::size_t run = 1;
  for (; next_ < scale_->thresholds.size() && scale_->thresholds[next_] <= after(runs); ++next_) {
    const Wide threshold = scale_->thresholds[next_];
    while (after(run) < threshold) ++run;
    LimbSum income = income_;
    income.add(scratch.income.data(), scratch.last[run] + 1);
    reached_.push_back({next_, scratch.run_y[run], weight_of(after(run) - threshold), income.total()});
  }
  before_ = after(runs);
}

}  // namespace puente
