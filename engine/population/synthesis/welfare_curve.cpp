#include "engine/population/synthesis/welfare_curve.hpp"

#include <algorithm>
#include <cstdint>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"

namespace puente {

namespace {

/// Mean of a Pareto distribution of index a on [low, high].
double cut_pareto_mean(double low, double high, double a) {
  const double ratio = low / high;
  return a / (a - 1) * low * (1 - pow(ratio, a - 1)) / (1 - pow(ratio, a));
}

/// The index that gives the mean: the mean falls as the index rises.
double cut_pareto_index(double low, double high, double mean) {
  double from = -20, to = 200;
  for (int step = 0; step < 200 && from < to; ++step) {
    const double middle = from + (to - from) * 0.5000001;  // never 0 or 1, where the formula has gaps
    (cut_pareto_mean(low, high, middle) > mean ? from : to) = middle;
  }
  return to;
}

std::string between(const WelfarePoint& from, const WelfarePoint& to) {
  return "between the shares " + shortest(from.p) + " and " + shortest(to.p) + " of persons";
}

}  // namespace

WelfareCurve::WelfareCurve(const WelfareProfile& profile) {
  WelfarePoint from{0, profile.lowest, 0};
  for (const WelfarePoint& to : profile.points) {
    add_piece(from, to);
    from = to;
  }
  add_tail(from, (profile.mean - from.cumulative) / (1 - from.p), profile.highest);
}

void WelfareCurve::add_piece(const WelfarePoint& from, const WelfarePoint& to) {
  const double width = to.p - from.p, rise = to.level - from.level;
  const double mean = (to.cumulative - from.cumulative) / width;
  if (!(width > 0 && mean > from.level && mean < to.level))
    throw bad_input("welfare " + between(from, to) + " lies between " + shortest(from.level) + " and " + shortest(to.level) +
                    " by the published thresholds and lines, but has a mean of " + shortest(mean) +
                    " by the published shares and gaps: they contradict one another");
  pieces_.push_back({from.p, width, from.level, rise, rise / (mean - from.level) - 1});
}

void WelfareCurve::add_tail(const WelfarePoint& from, double mean, double highest) {
  if (!(mean > from.level && mean < highest))
    throw bad_input("welfare above the share " + shortest(from.p) + " of persons begins at " + shortest(from.level) +
                    " and has a mean of " + shortest(mean) + " by the published shares: `highest`, " + shortest(highest) +
                    ", and these contradict one another");
  const double index = cut_pareto_index(from.level, highest, mean);
  tail_from_ = from.p;
  tail_level_ = from.level;
  tail_cut_ = 1 - pow(from.level / highest, index);
  tail_power_ = -1 / index;
}

double WelfareCurve::at(double p) const {
  if (p >= tail_from_) return tail_level_ * pow(1 - (p - tail_from_) / (1 - tail_from_) * tail_cut_, tail_power_);
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), p, [](double x, const Piece& piece) { return x < piece.p0; });
  const Piece& piece = after == pieces_.begin() ? *after : *(after - 1);
  return piece.q0 + piece.rise * pow(std::max(0.0, (p - piece.p0) / piece.width), piece.power);
}

/// A run of shares at a time: which piece, then all powers together.
void WelfareCurve::at(const double* p, std::size_t n, double* out) const {
  constexpr std::size_t run = 256;
  double place[run], power[run];
  std::int32_t piece[run];
  for (std::size_t first = 0; first < n; first += run) {
    const std::size_t count = std::min(run, n - first);
    std::fill_n(piece, count, -1);
    for (const Piece& from : pieces_)
      for (std::size_t i = 0; i < count; ++i) piece[i] += p[first + i] >= from.p0 ? 1 : 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double share = p[first + i];
      const bool tail = share >= tail_from_;
      const Piece& from = pieces_[static_cast<std::size_t>(std::max(0, piece[i]))];
      place[i] = tail ? 1 - (share - tail_from_) / (1 - tail_from_) * tail_cut_ : std::max(0.0, (share - from.p0) / from.width);
      power[i] = tail ? tail_power_ : from.power;
    }
    pow(place, power, count, place);
    for (std::size_t i = 0; i < count; ++i) {
      const Piece& from = pieces_[static_cast<std::size_t>(std::max(0, piece[i]))];
      out[first + i] = p[first + i] >= tail_from_ ? tail_level_ * place[i] : from.q0 + from.rise * place[i];
    }
  }
}

}  // namespace puente
