// How effects add up on one outcome, for the units of a block. Levels: (level + Σ absolute) × Π(1 + relative), plus
// costs × (Π over gross effects − 1), plus additive synergies; classes of a condition: one logit shift plus percentage
// points, thresholded by the unit's latent uniform (DESIGN 5, Effects). Products and sums commute up to their order,
// which is always the file's. Ownership is a condition of the same make (ownership.hpp); classes in order have matrices
// (transitions.hpp). Plain arrays of one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace puente {

/// Units of which something is wrong.
using Culprits = std::vector<std::size_t>;

/// Row = class before, column = class after.
using TransitionMatrix = std::vector<std::vector<double>>;

/// A number a unit, the same neutral one for all until something is written: most are never written.
class Amounts {
 public:
  explicit Amounts(double neutral) : neutral_(neutral) {}
  void reset(std::size_t n) {
    n_ = n;
    written_ = false;
  }
  bool written() const { return written_; }
  std::size_t size() const { return n_; }
  /// For a caller that writes every one of them.
  double* write() {
    values_.resize(n_);
    written_ = true;
    return values_.data();
  }
  /// For a caller that changes some.
  double* fill() {
    if (!written_) values_.assign(n_, neutral_);
    return write();
  }
  double operator[](std::size_t i) const { return written_ ? values_[i] : neutral_; }
  /// All of them, for loops; `scratch` holds them where nothing is written.
  const double* all(std::vector<double>& scratch) const {
    if (written_) return values_.data();
    scratch.assign(n_, neutral_);
    return scratch.data();
  }

 private:
  double neutral_;
  std::size_t n_ = 0;
  bool written_ = false;
  std::vector<double> values_;
};

/// Sums and products of what reaches each unit. Neutral (sums 0, products 1) where nothing does.
struct Composition {
  bool touched = false;
  /// The first effect, where it is relative, until something else comes: a factor of 1 + size where it reaches.
  const double *first_reach = nullptr, *first_size = nullptr;
  Amounts absolute{0}, factor{1}, gross_factor{1}, after{0}, log_odds{0}, points{0};
  bool ownership = false;                          ///< log_odds and points are of owning; the two below are filled
  std::vector<double> given, owner_factor;         ///< level of those who come to own; change of those who own already
  std::vector<const TransitionMatrix*> matrices;   ///< in the file's order
  std::vector<std::uint64_t> matrix_reach;         ///< bit m: matrix m reaches the unit; empty without matrices
  void reset(std::size_t n);
  /// Before something is added.
  void touch();
};

/// Probability after shifting the logit by `shift`: p·e^s / (1 − p + p·e^s); exact 0 and 1 stay.
double shifted_share(double p, double shift);

/// reach: 1 where the effect arrives. size: the effect. Arrays of n units.
void add_absolute(Composition& c, const double* reach, const double* size, std::size_t n);
void add_relative(Composition& c, const double* reach, const double* size, bool on_gross, std::size_t n);
/// The same, not on gross, of a level that nothing has touched and nobody comes to own; the arrays must outlive it.
void begin_relative(Composition& c, const double* reach, const double* size);
void add_points(Composition& c, const double* reach, const double* size, std::size_t n);
void add_odds(Composition& c, const double* reach, const double* odds_ratio, std::size_t n);
/// The same logit shift for all that are reached.
void add_shift(Composition& c, const double* reach, double log_odds, std::size_t n);
/// Additive synergy: an amount after the product.
void add_after(Composition& c, const double* reach, const double* size, std::size_t n);

/// Level with no programme, from the level observed under `observed`. costs may be null.
void remove_observed(const double* data, const Composition& observed, const double* costs, std::size_t n, double* none);
/// Level under `now`. Where `now` equals `observed` the result is `data`, bit for bit.
/// False when some level is missing or infinite.
bool apply_level(const double* data, const double* none, const Composition& observed, const Composition& now,
                 const double* costs, std::size_t n, double* level);

/// Probability of a condition with no programme, from `base`, that in the observed world.
double share_without(double base, const Composition& observed, std::size_t i);
/// Uniform of the unit's place among all, given the class seen: below `base` where the condition held, above it elsewhere.
inline double latent_given(bool held, double base, double uniform) {
  return held ? uniform * base : base + uniform * (1 - base);
}

/// Condition (0 or 1) under `now`, from the condition observed under `observed` with probability `base` there.
/// `uniform` is the unit's own. Returns the units whose probability would leave [0, 1] under `now`.
Culprits apply_class(const double* data, const double* base, const double* uniform, const Composition& observed,
                     const Composition& now, std::size_t n, double* condition);

}  // namespace puente
