#include "engine/statistics/welfare_sketch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <new>
#include <utility>

#include "engine/core/finite.hpp"
#include "engine/core/wide.hpp"

namespace puente {

namespace {

constexpr int dropped_bits = 44;  ///< of the mantissa's 52: eight remain
constexpr std::int64_t first_exponent = 1023 - 16;
constexpr std::int64_t first_code = first_exponent << 8;
constexpr std::int64_t magnitude = 0x7fffffffffffffff;
constexpr double weight_scale = 0x1p30, place_scale = 0x1p26;
constexpr double light_weight = 0x1p-10;
constexpr double largest_total = 0x1p32;
/// Whole numbers in the low bits of a double.
constexpr double to_whole = 0x1.8p52;

/// x to the nearest whole number, given x + to_whole.
std::uint64_t whole(double shifted) { return std::bit_cast<std::uint64_t>(shifted) - std::bit_cast<std::uint64_t>(to_whole); }

/// Lower edge of the k-th bin of positive values; bin k ends where k + 1 begins.
double edge(std::int64_t k) { return std::bit_cast<double>((first_code + k) << dropped_bits); }

/// A bin's edges, weight and mean; and, of the bins below it and its own, the whole weight (in 2^-30) and the income.
struct Filled {
  double lower = 0, upper = 0, weight = 0, mean = 0;
  Wide reached = 0;
  double earned = 0;
  double width() const { return upper - lower; }
  /// Share of the weight at the upper edge, if the bin's mean came of values at its edges alone.
  double at_upper() const { return (mean - lower) / width(); }
};

Filled filled(std::int64_t bin, double weight, double place) {
  const std::int64_t k = std::abs(bin - WelfareSketch::zero) - 1;
  if (k < 0) {
    const double rim = edge(0);
    return {-rim, rim, weight, 0.0};
  }
  const double from = edge(k), to = edge(k + 1);
  const double mean = from + (to - from) * std::min(1.0, place / weight);
  return bin > WelfareSketch::zero ? Filled{from, to, weight, mean} : Filled{-to, -from, weight, -mean};
}

}  // namespace

WelfareSketch::WelfareSketch(std::size_t slots, std::size_t first)
    : slots_(slots),
      first_(first),
      table_(empty_bins(std::max<std::size_t>(1, slots) * static_cast<std::size_t>(bins))),
      outside_(slots),
      run_(std::make_unique<Run>()) {}

WelfareSketch::Bins WelfareSketch::empty_bins(std::size_t count) {
  Bins made(static_cast<Bin*>(std::calloc(count, sizeof(Bin))));
  if (!made) throw std::bad_alloc();
  return made;
}

/// The bins of a run. True where some value is beyond them all. Most runs hold no value below zero: then no sign is looked at.
PUENTE_WIDE bool WelfareSketch::find_bins(std::size_t n, const double* y) {
  Run& run = *run_;
  const auto place_of = [](std::int64_t bits) {
    const std::int64_t code = static_cast<std::int64_t>(static_cast<std::uint64_t>(bits) >> dropped_bits) - (first_code - 1);
    return code & -static_cast<std::int64_t>(code > 0);
  };
  std::int64_t reached = 0;  // a sign bit makes a place that is far above them all
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t place = place_of(std::bit_cast<std::int64_t>(y[i]));
    run.index[i] = zero + place;
    reached |= place;
  }
  if (reached < of_a_sign) return false;
  std::int64_t beyond = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto bits = std::bit_cast<std::int64_t>(y[i]);
    const std::int64_t found = place_of(bits & magnitude), place = found < of_a_sign ? found : of_a_sign;
    run.index[i] = bits < 0 ? zero - place : zero + place;
    beyond |= found > of_a_sign ? -1 : 0;
  }
  return beyond != 0;
}

/// What a run of records adds to their bins, and what bounds need of weights. Loops of 64-bit whole numbers, so that they
/// vectorise.
PUENTE_WIDE WelfareSketch::Weights WelfareSketch::prepare(std::size_t n, const double* y, const double* w) {
  Run& run = *run_;
  run.n = n;
  const bool beyond = find_bins(n, y);
  constexpr auto heavy_border = static_cast<std::uint64_t>(largest_weight * weight_scale);
  constexpr std::int64_t kept_bits = (std::int64_t{1} << dropped_bits) - 1;
  constexpr auto place_bits = std::bit_cast<std::int64_t>(place_scale);
  std::uint64_t heavy = 0;
  std::int64_t rounding = 0, lightest = std::bit_cast<std::int64_t>(lightest_);
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t rest = (std::bit_cast<std::int64_t>(y[i]) & kept_bits) << 8;
    const double scaled_fraction = std::bit_cast<double>(rest | place_bits) - place_scale;
    const double scaled = w[i] * weight_scale, shifted = scaled + to_whole;
    const std::uint64_t weight = whole(shifted);
    run.add[i] = {weight, whole(w[i] * scaled_fraction + to_whole)};
    rounding |= std::bit_cast<std::int64_t>(scaled) ^ std::bit_cast<std::int64_t>(shifted - to_whole);
    heavy |= weight;
    const auto bits = std::bit_cast<std::int64_t>(w[i]);
    lightest = bits < lightest ? bits : lightest;
  }
  run.any_outside = heavy >= heavy_border || beyond;
  for (std::size_t i = 0; run.any_outside && i < n; ++i)
    run.outside[i] = w[i] > 0 && !(w[i] < largest_weight && std::fabs(y[i]) < edge(of_a_sign));
  return {lightest, rounding};
}

void WelfareSketch::look_at(const Weights& weights, std::size_t n, const double* w) {
  rounded_ += weights.rounding != 0;
  if (weights.lightest < std::bit_cast<std::int64_t>(light_weight)) look_at_light_weights(n, w);
  else lightest_ = std::bit_cast<double>(weights.lightest);
}

/// Weights of zero are no weights.
void WelfareSketch::look_at_light_weights(std::size_t n, const double* w) {
  constexpr auto heavy_border = std::bit_cast<std::int64_t>(largest_weight);
  std::int64_t lightest = std::bit_cast<std::int64_t>(lightest_);
  for (std::size_t i = 0; i < n; ++i) {
    const auto bits = std::bit_cast<std::int64_t>(w[i]);
    const std::int64_t counting = bits > 0 ? bits : heavy_border;
    lightest = counting < lightest ? counting : lightest;
  }
  if (lightest >= std::bit_cast<std::int64_t>(light_weight)) {
    lightest_ = std::bit_cast<double>(lightest);
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (w[i] >= light_weight) lightest_ = std::min(lightest_, w[i]);
    if (!(w[i] > 0 && w[i] < light_weight)) continue;
    ++light_;
    lowest_light_ = std::min(lowest_light_, run_->index[i]);
    highest_light_ = std::max(highest_light_, run_->index[i]);
  }
}

void WelfareSketch::add_run(Bin* table, std::int64_t& outside, std::int64_t one) const {
#pragma GCC unroll 4
  for (std::size_t i = 0; i < run_->n; ++i) table[run_->index[i]].add(run_->add[i]);
  for (std::size_t i = 0; run_->any_outside && i < run_->n; ++i) outside += run_->outside[i] ? one : 0;
}

void WelfareSketch::add_run(bool to_first, std::span<const SlotLabels> columns, std::size_t first_row, std::int64_t one) {
  const Run& run = *run_;
  for (const SlotLabels& column : columns)
    for (std::size_t i = 0; run.any_outside && i < run.n; ++i)
      if (const std::int32_t slot = column.slot[first_row + i]; slot >= 0) outside_[static_cast<std::size_t>(slot)] += run.outside[i] ? one : 0;
  if (columns.size() > 1) {
    for (std::size_t i = 0; to_first && run.any_outside && i < run.n; ++i) outside_[0] += run.outside[i] ? one : 0;
    return let_wait(to_first, columns, first_row);
  }
  if (to_first) add_run(of_slot(0), outside_[0], one);
  for (const SlotLabels& column : columns)
    for (std::size_t i = 0; i < run.n; ++i)
      if (const std::int32_t slot = column.slot[first_row + i]; slot >= 0) of_slot(static_cast<std::size_t>(slot))[run.index[i]].add(run.add[i]);
}

void WelfareSketch::let_wait(bool to_first, std::span<const SlotLabels> columns, std::size_t first_row) {
  const Run& run = *run_;
  Waiting& waiting = waiting_;
  if (waiting.to_first != to_first || !std::ranges::equal(waiting.groupings, columns, {}, {}, &SlotLabels::range)) {
    flush();
    waiting.to_first = to_first;
    waiting.groupings.clear();
    for (const SlotLabels& column : columns) waiting.groupings.push_back(column.range);
    waiting.index = std::make_unique_for_overwrite<std::int32_t[]>(Waiting::capacity);
    waiting.add = empty_bins(Waiting::capacity);
    waiting.slot = std::make_unique_for_overwrite<std::int32_t[]>(columns.size() * Waiting::capacity);
  }
  if (waiting.n + run.n > Waiting::capacity) flush();
  std::transform(run.index, run.index + run.n, waiting.index.get() + waiting.n, [](std::int64_t index) { return static_cast<std::int32_t>(index); });
  std::copy_n(run.add, run.n, waiting.add.get() + waiting.n);
  for (std::size_t c = 0; c < columns.size(); ++c)
    std::copy_n(columns[c].slot + first_row, run.n, waiting.slot.get() + c * Waiting::capacity + waiting.n);
  waiting.n += run.n;
}

/// Adds those that wait to their bins.
void WelfareSketch::flush() {
  const std::size_t n = std::exchange(waiting_.n, 0);
  const std::int32_t* index = waiting_.index.get();
  const Bin* add = waiting_.add.get();
  if (waiting_.to_first)
    for (std::size_t i = 0; i < n; ++i) table_[static_cast<std::size_t>(index[i])].add(add[i]);
  for (std::size_t c = 0; c < waiting_.groupings.size(); ++c) {
    const std::int32_t* slot = waiting_.slot.get() + c * Waiting::capacity;
    for (std::size_t i = 0; i < n; ++i)
      if (slot[i] >= 0) of_slot(static_cast<std::size_t>(slot[i]))[index[i]].add(add[i]);
  }
}

void WelfareSketch::add(std::size_t n, const double* y, const double* w, bool to_first,
                        std::span<const SlotLabels> columns, std::size_t first_row) {
  for (std::size_t first = 0; first < n; first += Run::capacity) {
    const std::size_t count = std::min(Run::capacity, n - first);
    look_at(prepare(count, y + first, w + first), count, w + first);
    add_run(to_first, columns, first_row + first, 1);
  }
}

void WelfareSketch::add_to_bins(std::size_t n, const double* y, const double* w, bool to_first, std::span<const SlotLabels> columns,
                                std::size_t first_row, Sign sign) {
  for (std::size_t first = 0; first < n; first += Run::capacity) {
    prepare(std::min(Run::capacity, n - first), y + first, w + first);
    if (sign == Sign::minus) run_->negate();
    add_run(to_first, columns, first_row + first, sign == Sign::minus ? -1 : 1);
  }
}

PUENTE_WIDE void WelfareSketch::look_at_weights(std::size_t n, const double* y, const double* w) {
  for (std::size_t first = 0; first < n; first += Run::capacity) {
    const std::size_t count = std::min(Run::capacity, n - first);
    Weights weights{std::bit_cast<std::int64_t>(lightest_)};
    for (std::size_t i = first; i < first + count; ++i) {
      const double scaled = w[i] * weight_scale, shifted = scaled + to_whole;
      weights.rounding |= std::bit_cast<std::int64_t>(scaled) ^ std::bit_cast<std::int64_t>(shifted - to_whole);
      const auto bits = std::bit_cast<std::int64_t>(w[i]);
      weights.lightest = bits < weights.lightest ? bits : weights.lightest;
    }
    if (weights.lightest < std::bit_cast<std::int64_t>(light_weight)) find_bins(count, y + first);
    look_at(weights, count, w + first);
  }
}

/// Pages that neither has touched stay untouched.
void WelfareSketch::merge_bins(WelfareSketch& other, std::size_t first_slot, std::size_t last_slot) {
  flush();
  other.flush();
  const Range range = other.range();
  for (std::size_t s = first_slot; s < last_slot; ++s) {
    outside_[s] += other.outside_[s];
    Bin* to = of_slot(s);
    const Bin* from = other.of_slot(s);
    for (std::int64_t b = range.lowest; b <= range.highest; ++b) {
      if (from[b].weight == 0) continue;
      to[b].add(from[b]);
    }
  }
}

void WelfareSketch::merge(WelfareSketch& other) {
  merge_bins(other, first_, slots_);
  lightest_ = std::min(lightest_, other.lightest_);
  light_ += other.light_;
  rounded_ += other.rounded_;
  lowest_light_ = std::min(lowest_light_, other.lowest_light_);
  highest_light_ = std::max(highest_light_, other.highest_light_);
}

/// The bins from the lowest to the highest that hold a weight in some slot, or held one that is rounded away. Where everybody
/// is in slot 0, what is in another slot is there too.
WelfareSketch::Range WelfareSketch::range() const {
  Range range{lowest_light_, highest_light_};
  for (std::size_t s = first_; s < (first_ == 0 ? 1 : slots_); ++s) {
    const Bin* from = of_slot(s);
    for (std::int64_t b = 0; b < range.lowest; ++b)
      if (from[b].weight != 0) range.lowest = b;
    for (std::int64_t b = bins - 1; b > range.highest; --b)
      if (from[b].weight != 0) range.highest = b;
  }
  return range;
}

void WelfareSketch::reduce(Exchange& exchange) {
  flush();
  const Range mine = range();
  double most[] = {-static_cast<double>(mine.lowest), static_cast<double>(mine.highest), -lightest_};
  exchange.max(most);
  lowest_ = -static_cast<std::int64_t>(most[0]);
  highest_ = static_cast<std::int64_t>(most[1]);
  lightest_ = -most[2];
  std::int64_t records[] = {light_, rounded_};
  exchange.sum(records);
  light_ = records[0];
  rounded_ = records[1];
  exchange.sum(outside_);
  if (exchange.size() == 1 || lowest_ > highest_) return;
  const auto width = static_cast<std::size_t>(highest_ - lowest_ + 1);
  std::vector<std::int64_t> state(2 * width);
  for (std::size_t s = first_; s < slots_; ++s) {
    Bin* from = of_slot(s) + lowest_;
    for (std::size_t b = 0; b < width; ++b) {
      state[2 * b] = static_cast<std::int64_t>(from[b].weight);
      state[2 * b + 1] = static_cast<std::int64_t>(from[b].place);
    }
    exchange.sum(state);
    for (std::size_t b = 0; b < width; ++b) from[b] = {static_cast<std::uint64_t>(state[2 * b]), static_cast<std::uint64_t>(state[2 * b + 1])};
  }
}

/// A slot's bins that hold any weight, lowest first, and their totals.
struct WelfareSketch::Contents {
  std::vector<Filled> bins;
  Wide whole_weight = 0;
  double weight = 0, income = 0, magnitude = 0;  ///< magnitude: of income, its sign left out
  void add(Filled bin, std::uint64_t whole) {
    whole_weight += whole;
    weight += bin.weight;
    income += bin.weight * bin.mean;
    magnitude += bin.weight * std::fabs(bin.mean);
    bin.reached = whole_weight;
    bin.earned = income;
    bins.push_back(bin);
  }
  /// The bin in which a whole cumulative weight is reached; the last one beyond them all.
  const Filled& reached(Wide threshold) const {
    const auto at = std::partition_point(bins.begin(), bins.end(), [&](const Filled& bin) { return bin.reached < threshold; });
    return at == bins.end() ? bins.back() : *at;
  }
};

WelfareSketch::Contents WelfareSketch::contents(std::size_t slot) const {
  Contents contents;
  const Bin* from = of_slot(slot);
  for (std::int64_t b = lowest_; b <= highest_; ++b)
    if (from[b].weight != 0)
      contents.add(filled(b, static_cast<double>(from[b].weight) / weight_scale, static_cast<double>(from[b].place) / place_scale),
                   from[b].weight);
  return contents;
}

/// The Gini as if all values of a bin were its mean: Σ w y (C₋ + C) / (W Σ w y) − 1, as in exact_order.cpp.
double WelfareSketch::gini_between(const Contents& contents) {
  double between = 0, below = 0;
  for (const Filled& bin : contents.bins) {
    between += bin.weight * bin.mean * (below + (below + bin.weight));
    below += bin.weight;
  }
  return between / (contents.weight * contents.income) - 1;
}

/// The most that differences inside bins add to it.
double WelfareSketch::gini_within(const Contents& contents) {
  double within = 0;
  for (const Filled& bin : contents.bins) within += bin.weight * bin.weight * bin.at_upper() * (1 - bin.at_upper()) * bin.width();
  return within / (contents.weight * contents.income);
}

/// How far Gini and Lorenz ordinates may be off because weights and places are rounded, values near zero are taken for
/// zero, and sums of doubles round. A change δ of weights moves Gini and Lorenz ordinates by at most
/// κ (1 + κ) Σ|δ y| / Σ|w y| + 2 κ Σ|δ| / W, with κ = Σ|w y| / Σ w y ≥ their size. Weights are rounded by at most 2^-31
/// a record (the place adds a sixteenth of that to the income): at most a share r of those that are not light, and so
/// much of the largest income for each that is. Twice the sum is taken.
double WelfareSketch::rounding(const Contents& contents, double near_zero) const {
  const double largest = std::max(std::fabs(filled(lowest_, 1, 0).lower), std::fabs(filled(highest_, 1, 0).upper));
  const double cancelling = (contents.magnitude + near_zero) / contents.income;
  const double of_light = static_cast<double>(light_) * (1 / contents.weight + largest / contents.income);
  const double of_sums = static_cast<double>(contents.bins.size() + 16) * 0x1p-52;
  return cancelling * (8 * 0x1p-31 * (cancelling / lightest_ + of_light) + of_sums) + (1 + cancelling) * near_zero / contents.income;
}

/// Where shares of the weight are reached. Values are taken to lie evenly in their bin. Rounded weights leave open in
/// which bin a share is reached: cumulative weights and thresholds are off by half a unit a record each.
void WelfareSketch::find_shares(const Contents& contents, const OrderPlan& plan, Wide open, double rounded, OrderStatistics& found) const {
  const std::vector<Wide> thresholds = plan.thresholds(contents.whole_weight);
  for (std::size_t k = 0; k < thresholds.size(); ++k) {
    const Filled &bin = contents.reached(thresholds[k]), &low = contents.reached(thresholds[k] - open),
                 &high = contents.reached(thresholds[k] + open);
    // Bins whose whole weight is rounded away may lie beyond the first and the last.
    const double lowest = open > 0 && light_ > 0 && thresholds[k] <= open ? filled(lowest_, 1, 0).lower : low.lower;
    const double highest =
        open > 0 && light_ > 0 && thresholds[k] + open > contents.whole_weight ? filled(highest_, 1, 1).upper : high.upper;
    const double above = static_cast<double>(bin.reached - thresholds[k]) / weight_scale;
    const double part = std::clamp(1 - above / bin.weight, 0.0, 1.0);
    const bool holds_zero = bin.lower < 0 && bin.upper > 0;
    found.quantile[k] = holds_zero ? 0.0 : bin.lower + part * bin.width();
    found.quantile_error_bound[k] = std::max(found.quantile[k] - lowest, highest - found.quantile[k]);
    // The poorest `part` of the bin holds at least what is left when all others are at the upper edge, at most its share.
    const double most = part * bin.at_upper(), least = std::max(0.0, part - (1 - bin.at_upper()));
    const double middle = std::clamp(part * most, least, most);
    const double before = bin.earned - bin.weight * bin.mean;
    found.lorenz[k] = (before + bin.weight * (part * bin.lower + middle * bin.width())) / contents.income;
    const double split = bin.weight * bin.width() * std::max(middle - least, most - middle);
    const double shifted = static_cast<double>(open) / weight_scale * std::max(std::fabs(lowest), std::fabs(highest));
    found.lorenz_error_bound = std::max(found.lorenz_error_bound, (split + shifted) / contents.income + rounded);
  }
}

OrderStatistics WelfareSketch::find(std::size_t slot, const OrderPlan& plan, std::int64_t records) const {
  OrderStatistics found = OrderStatistics::missing(plan.size());
  if (slot < first_) return found;
  const Contents contents = this->contents(slot);
  if (contents.bins.empty() || outside_[slot] > 0) return found;
  const double near_zero = static_cast<double>(of_slot(slot)[zero].weight) / weight_scale * edge(0);
  const double rounded = rounding(contents, near_zero);
  found.lorenz_error_bound = 0;
  find_shares(contents, plan, rounded_ > 0 ? records : 0, rounded, found);
  if (!(contents.income > 0)) {
    std::fill(found.lorenz.begin(), found.lorenz.end(), std::numeric_limits<double>::quiet_NaN());
    return found;
  }
  const double within = gini_within(contents);
  found.gini = gini_between(contents) + within / 2;
  found.gini_error_bound = within / 2 + rounded;
  return found;
}

bool WelfareSketch::too_coarse(std::size_t slot, const SlotTotals& totals, const OrderStatistics& found) const {
  if (outside_[slot] > 0 || !(totals.weight < largest_total)) return true;
  if (!(totals.weight > 0)) return false;
  const bool empty = std::isnan(found.quantile.front());  // every weight was rounded away
  if (empty || (totals.income > 0) != !std::isnan(found.gini)) return true;
  return totals.income > 0 && !(found.gini_error_bound <= widest_bound * found.gini && found.lorenz_error_bound <= widest_bound);
}

}  // namespace puente
