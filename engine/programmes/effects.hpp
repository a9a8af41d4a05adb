// How effects add up on one outcome, for the units of a block. Levels: (level + Σ absolute) × Π(1 + relative), plus
// costs × (Π over gross effects − 1), plus additive synergies; classes of a condition: one logit shift plus percentage
// points, thresholded by the unit's latent uniform (DESIGN 5, Effects). Products and sums commute up to their order,
// which is always the file's. Plain arrays of one thread.
#pragma once

#include <cstddef>
#include <vector>

namespace puente {

/// Sums and products of what reaches each unit. Neutral (0, 1, 1, 0, 0, 0) where nothing does.
struct Composition {
  bool touched = false;
  std::vector<double> absolute, factor, gross_factor, after, log_odds, points;
  void reset(std::size_t n);
};

/// reach: 1 where the effect arrives. size: the effect. Arrays of n units.
void add_absolute(Composition& c, const double* reach, const double* size, std::size_t n);
void add_relative(Composition& c, const double* reach, const double* size, bool on_gross, std::size_t n);
void add_points(Composition& c, const double* reach, const double* size, std::size_t n);
void add_odds(Composition& c, const double* reach, const double* odds_ratio, std::size_t n);
/// Additive synergy: an amount after the product.
void add_after(Composition& c, const double* reach, const double* size, std::size_t n);

/// Level with no programme, from the level observed under `observed`. costs may be null.
void remove_observed(const double* data, const Composition& observed, const double* costs, std::size_t n, double* none);
/// Level under `now`. Where `now` equals `observed` the result is `data`, bit for bit.
void apply_level(const double* data, const double* none, const Composition& observed, const Composition& now,
                 const double* costs, std::size_t n, double* level);

/// Condition (0 or 1) under `now`, from the condition observed under `observed` with probability `base` there.
/// `uniform` is the unit's own. Units whose probability would leave [0, 1] under `now` are counted in the return.
std::size_t apply_class(const double* data, const double* base, const double* uniform, const Composition& observed,
                        const Composition& now, std::size_t n, double* condition);

}  // namespace puente
