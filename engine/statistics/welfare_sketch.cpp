#include "engine/statistics/welfare_sketch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <new>

#include "engine/core/finite.hpp"

namespace puente {

namespace {

constexpr int dropped_bits = 44;  ///< of the mantissa's 52: eight remain
constexpr std::int64_t first_exponent = 1023 - 16;
constexpr std::int64_t first_code = first_exponent << 8;
constexpr std::int64_t magnitude = 0x7fffffffffffffff;
constexpr double weight_scale = 0x1p30, place_scale = 0x1p26;
/// Weights of single records must be below this, so that the products below are whole numbers of a double's mantissa.
constexpr double largest_weight = 0x1p21;
constexpr double light_weight = 0x1p-10;
constexpr double largest_total = 0x1p32;
/// Whole numbers in the low bits of a double.
constexpr double to_whole = 0x1.8p52;

std::int64_t whole(double x) {
  return std::bit_cast<std::int64_t>(x + to_whole) - std::bit_cast<std::int64_t>(to_whole);
}

/// Lower edge of the k-th bin of positive values; bin k ends where k + 1 begins.
double edge(std::int64_t k) { return std::bit_cast<double>((first_code + k) << dropped_bits); }

/// A bin's edges, weight and mean.
struct Filled {
  double lower = 0, upper = 0, weight = 0, mean = 0;
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

WelfareSketch::WelfareSketch(std::size_t slots)
    : slots_(slots),
      table_(static_cast<Bin*>(std::calloc(std::max<std::size_t>(1, slots) * static_cast<std::size_t>(bins), sizeof(Bin)))),
      outside_(slots),
      run_(std::make_unique<Run>()) {
  if (!table_) throw std::bad_alloc();
}

/// What a run of records adds to their bins. Loops of 64-bit whole numbers, so that they vectorise.
void WelfareSketch::prepare(std::size_t n, const double* y, const double* w) {
  Run& run = *run_;
  run.n = n;
  for (std::size_t i = 0; i < n; ++i) {
    const auto bits = std::bit_cast<std::int64_t>(y[i]);
    const auto code = static_cast<std::int64_t>(static_cast<std::uint64_t>(bits & magnitude) >> dropped_bits) - first_code + 1;
    const std::int64_t capped = code < of_a_sign ? code : of_a_sign;
    const std::int64_t place = capped > 0 ? capped : 0;
    run.index[i] = bits < 0 ? zero - place : zero + place;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t rest = std::bit_cast<std::int64_t>(y[i]) & ((std::int64_t{1} << dropped_bits) - 1);
    const double fraction = std::bit_cast<double>((rest << 8) | 0x3ff0000000000000) - 1.0;
    run.weight[i] = whole(w[i] * weight_scale);
    run.place[i] = whole(w[i] * fraction * place_scale);
  }
  look_at_weights(n, w);
  run.any_outside = !all_within(w, n, largest_weight) || !all_within(y, n, edge(of_a_sign));
  for (std::size_t i = 0; run.any_outside && i < n; ++i)
    run.outside[i] = w[i] > 0 && !(w[i] < largest_weight && std::fabs(y[i]) < edge(of_a_sign));
}

/// Marks the octaves of the weights, and counts the light ones.
void WelfareSketch::look_at_weights(std::size_t n, const double* w) {
  constexpr auto border = std::bit_cast<std::int64_t>(light_weight);
  std::uint64_t octaves_seen = 0;
  std::int64_t light = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto bits = std::bit_cast<std::int64_t>(w[i]);
    const auto octave = static_cast<std::uint64_t>(bits - border) >> 52;
    octaves_seen |= bits >= border ? std::uint64_t{1} << (octave & 63) : 0;
    light += (bits > 0) & (bits < border) ? 1 : 0;
  }
  weight_octaves_ |= octaves_seen;
  light_ += light;
}

/// The lower border of the octave of the least weight that is not light.
double WelfareSketch::lightest() const { return weight_octaves_ == 0 ? largest_weight : std::ldexp(light_weight, std::countr_zero(weight_octaves_)); }

void WelfareSketch::add_run(Bin* table, std::int64_t& outside) const {
  for (std::size_t i = 0; i < run_->n; ++i) {
    Bin& bin = table[run_->index[i]];
    bin.weight += run_->weight[i];
    bin.place += run_->place[i];
  }
  for (std::size_t i = 0; run_->any_outside && i < run_->n; ++i) outside += run_->outside[i] ? 1 : 0;
}

void WelfareSketch::add(std::size_t n, const double* y, const double* w, bool everybody,
                        std::span<const std::int32_t* const> columns, std::size_t first_row) {
  for (std::size_t first = 0; first < n; first += Run::capacity) {
    prepare(std::min(Run::capacity, n - first), y + first, w + first);
    if (everybody) add_run(of_slot(0), outside_[0]);
    for (const std::int32_t* column : columns)
      for (std::size_t i = 0; i < run_->n; ++i) {
        const std::int32_t slot = column[first_row + first + i];
        if (slot < 0) continue;
        Bin& bin = of_slot(static_cast<std::size_t>(slot))[run_->index[i]];
        bin.weight += run_->weight[i];
        bin.place += run_->place[i];
        outside_[static_cast<std::size_t>(slot)] += run_->any_outside && run_->outside[i] ? 1 : 0;
      }
  }
}

/// Pages that neither has touched stay untouched.
void WelfareSketch::merge(const WelfareSketch& other) {
  for (std::size_t s = 0; s < slots_; ++s) {
    outside_[s] += other.outside_[s];
    Bin* to = of_slot(s);
    const Bin* from = other.of_slot(s);
    for (std::int64_t b = 0; b < bins; ++b) {
      if (from[b].weight == 0) continue;
      to[b].weight += from[b].weight;
      to[b].place += from[b].place;
    }
  }
  weight_octaves_ |= other.weight_octaves_;
  light_ += other.light_;
}

/// The bins from the lowest to the highest that hold a weight in some slot.
void WelfareSketch::find_range() {
  for (std::size_t s = 0; s < slots_; ++s) {
    const Bin* from = of_slot(s);
    for (std::int64_t b = 0; b < lowest_; ++b)
      if (from[b].weight != 0) lowest_ = b;
    for (std::int64_t b = bins - 1; b > highest_; --b)
      if (from[b].weight != 0) highest_ = b;
  }
}

void WelfareSketch::reduce(Exchange& exchange) {
  find_range();
  double range[] = {-static_cast<double>(lowest_), static_cast<double>(highest_), -lightest()};
  exchange.max(range);
  lowest_ = -static_cast<std::int64_t>(range[0]);
  highest_ = static_cast<std::int64_t>(range[1]);
  lightest_ = -range[2];
  std::int64_t light[] = {light_};
  exchange.sum(light);
  light_ = light[0];
  exchange.sum(outside_);
  if (exchange.size() == 1 || lowest_ > highest_) return;
  const auto width = static_cast<std::size_t>(highest_ - lowest_ + 1);
  std::vector<std::int64_t> state(2 * width);
  for (std::size_t s = 0; s < slots_; ++s) {
    Bin* from = of_slot(s) + lowest_;
    for (std::size_t b = 0; b < width; ++b) {
      state[2 * b] = from[b].weight;
      state[2 * b + 1] = from[b].place;
    }
    exchange.sum(state);
    for (std::size_t b = 0; b < width; ++b) from[b] = {state[2 * b], state[2 * b + 1]};
  }
}

/// The way up through the bins of a slot.
class WelfareSketch::Ascent {
 public:
  Ascent(double weight, double income, std::vector<double> thresholds, OrderStatistics& found)
      : weight_(weight), income_(income), thresholds_(std::move(thresholds)), found_(found) {}

  void add(const Filled& bin) {
    const double after = below_ + bin.weight;
    between_ += bin.weight * bin.mean * (below_ + after);
    const double upper_share = (bin.mean - bin.lower) / (bin.upper - bin.lower);
    within_ += bin.weight * bin.weight * upper_share * (1 - upper_share) * (bin.upper - bin.lower);
    for (; next_ < thresholds_.size() && thresholds_[next_] <= after; ++next_) reach(bin);
    below_ = after;
    earned_ += bin.weight * bin.mean;
  }
  /// Rounding may leave the last shares above the last bin.
  void end(const Filled& last) {
    for (; next_ < thresholds_.size(); ++next_) {
      below_ -= last.weight;
      earned_ -= last.weight * last.mean;
      reach(last);
      below_ += last.weight;
      earned_ += last.weight * last.mean;
    }
  }
  double between() const { return between_ / (weight_ * income_) - 1; }
  double within() const { return within_ / (weight_ * income_); }

 private:
  /// Values are taken to lie evenly in the bin.
  void reach(const Filled& bin) {
    const double part = std::clamp((thresholds_[next_] - below_) / bin.weight, 0.0, 1.0);
    const double value = bin.lower + part * (bin.upper - bin.lower);
    found_.quantile[next_] = value;
    found_.quantile_error_bound[next_] = std::max(value - bin.lower, bin.upper - value);
    found_.lorenz[next_] = (earned_ + part * bin.weight * (bin.lower + part * (bin.mean - bin.lower))) / income_;
  }

  double weight_, income_;
  std::vector<double> thresholds_;
  OrderStatistics& found_;
  std::size_t next_ = 0;
  double below_ = 0, earned_ = 0, between_ = 0, within_ = 0;
};

/// Weights are rounded by at most 2^-31 a record: of the sums of weight and income that is at most the share r of those
/// that are not light, and so much of the largest income for each that is. A share r of both moves the Gini by 8r at most.
double WelfareSketch::rounding(double weight, double income) const {
  const double largest = std::max(std::fabs(filled(lowest_, 1, 0).lower), std::fabs(filled(highest_, 1, 0).upper));
  const double of_light = static_cast<double>(light_) * (1 / weight + largest / income);
  return 8 * 0x1p-31 * (1 / lightest_ + of_light);
}

OrderStatistics WelfareSketch::find(std::size_t slot, const OrderPlan& plan) const {
  OrderStatistics found = OrderStatistics::missing(plan.size());
  if (lowest_ > highest_) return found;
  const Bin* from = of_slot(slot);
  std::vector<Filled> in_order;
  double weight = 0, income = 0;
  for (std::int64_t b = lowest_; b <= highest_; ++b) {
    if (from[b].weight == 0) continue;
    in_order.push_back(filled(b, static_cast<double>(from[b].weight) / weight_scale, static_cast<double>(from[b].place) / place_scale));
    weight += in_order.back().weight;
    income += in_order.back().weight * in_order.back().mean;
  }
  if (in_order.empty()) return found;
  Ascent ascent(weight, income, plan.parts_of(weight), found);
  for (const Filled& bin : in_order) ascent.add(bin);
  ascent.end(in_order.back());
  if (!(income > 0)) {
    std::fill(found.lorenz.begin(), found.lorenz.end(), std::numeric_limits<double>::quiet_NaN());
    return found;
  }
  const double near_zero = 2 * static_cast<double>(from[zero].weight) / weight_scale * edge(0) / income;
  found.gini = ascent.between() + ascent.within() / 2;
  found.gini_error_bound = ascent.within() / 2 + rounding(weight, income) + near_zero;
  return found;
}

bool WelfareSketch::too_coarse(std::size_t slot, double total_weight, const OrderStatistics& found) const {
  if (outside_[slot] > 0 || !(total_weight < largest_total)) return true;
  return !std::isnan(found.gini) && !(found.gini_error_bound <= widest_bound * found.gini);
}

}  // namespace puente
