// The quantile function of welfare per person: rising, through published points of the distribution (deciles, poverty
// lines) with the mean of every piece between them reproduced exactly. Between (p0, q0) and (p1, q1) with mean m it is
// q0 + (q1 − q0)·u^c, u = (p − p0)/(p1 − p0), whose mean is m for c = (q1 − q0)/(m − q0) − 1. Above the last point it is a
// Pareto distribution cut at the highest welfare, with the index that gives the mean there (bisection). Immutable.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/population/synthesis/profile.hpp"

namespace puente {

class WelfareCurve {
 public:
  /// Throws Error (bad_input) naming the two points between which no rising function has the published mean.
  explicit WelfareCurve(const WelfareProfile& profile);
  /// Welfare at share p of persons, p in [0, 1].
  double at(double p) const;
  /// The same of n shares.
  void at(const double* p, std::size_t n, double* out) const;

 private:
  struct Piece {
    double p0, width, q0, rise, power;
  };
  void add_piece(const WelfarePoint& from, const WelfarePoint& to);
  void add_tail(const WelfarePoint& from, double mean, double highest);

  std::vector<Piece> pieces_;
  double tail_from_ = 1, tail_level_ = 0, tail_cut_ = 0, tail_power_ = 0;
};

}  // namespace puente
