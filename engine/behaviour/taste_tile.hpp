// The likelihood of households whose children share a taste for school (latent_choice.hpp): t = σ z, z standard normal, is added
// to the utility of every alternative that attends. Given t, siblings choose independently; t is integrated out. With
// A = ln Σ_{j>0} e^V_j − V_0 and π_j = e^V_j / Σ_{l>0} e^V_l, which t does not touch,
//   ln L = Σ_i attends_i ln π_ik + ln ∫ φ(z) Π_i P(attends_i | A_i + σ z) dz
// by the trapezoidal rule, which converges faster than any power for such an integrand. One object a thread.
#pragma once

#include <span>

#include "engine/behaviour/logit.hpp"

namespace puente {

/// Children [first, first + n) of a chunk, which are those of its households [begin, end).
struct WholeHouseholds {
  std::size_t first = 0, n = 0, begin = 0, end = 0;
};

/// Runs work(WholeHouseholds) over a chunk's children, at most `tile` at a time; no household has more.
template <class Work>
void over_households(const ChildChunk& chunk, std::size_t tile, Work work) {
  const std::vector<ChildHousehold>& households = chunk.households;
  for (std::size_t first = 0, begin = 0; begin < households.size();) {
    std::size_t end = begin + 1;
    while (end < households.size() && households[end].end - first <= tile) ++end;
    const std::size_t last = households[end - 1].end;
    work(WholeHouseholds{first, last - first, begin, end});
    first = last;
    begin = end;
  }
}

class TasteTile {
 public:
  TasteTile(const Design& design, const ChildTable& table);
  /// Loads these households' children and finds the derivatives of their log-likelihood.
  void load(const ChildChunk& chunk, const WholeHouseholds& which, const double* coefficients, double sd);
  std::size_t n() const { return n_; }
  const double* covariate(std::size_t k) const { return logit_.covariate(k); }
  double log_likelihood() const { return log_likelihood_; }
  // All of what follows is times the weight; j > 0.
  const double* weight() const { return logit_.weight(); }
  /// π_j.
  const double* within(std::size_t j) const { return within_.data() + (j - 1) * tile; }
  /// ∂ ln L / ∂V_j of the child.
  const double* residual(std::size_t j) const { return residual_.data() + (j - 1) * tile; }
  /// ∂ ln L / ∂A of the child, less 1 where it attends: what the curvature of A counts with.
  const double* excess() const { return excess_.data(); }
  /// The child's part of ∂ ln L / ∂σ.
  const double* of_sd() const { return of_sd_.data(); }
  /// ∂² ln L / ∂A ∂σ.
  const double* cross_sd() const { return cross_sd_.data(); }
  /// Σ over the households of ∂² ln L / ∂σ².
  double curvature_sd() const { return curvature_sd_; }
  /// Of each household: its first child in the tile, how many, and ∂² ln L / ∂A_i ∂A_m.
  struct Siblings {
    std::size_t first, n;
    const double* coupling;
  };
  std::size_t households() const { return begin_.size(); }
  Siblings siblings(std::size_t h) const { return {begin_[h], size_[h], coupling_.data() + place_[h]}; }

 private:
  static constexpr std::size_t tile = Design::tile;
  static constexpr std::size_t nodes = 49;
  void find_advantages(const ChildChunk& chunk, std::size_t first);
  void integrate(std::size_t first, std::size_t n, double sd);
  void find_densities(std::size_t first, std::size_t n, double sd, double* posterior);

  LogitTile logit_;
  std::size_t alternatives_, n_ = 0;
  std::vector<double> node_, log_weight_;
  std::vector<double> within_, residual_, advantage_, attends_, log_within_, excess_, of_sd_, cross_sd_;
  std::vector<double> attending_;            ///< [child of the household][node]: probability of attending
  std::vector<double> coupling_;
  std::vector<std::size_t> begin_, size_, place_;
  double log_likelihood_ = 0, curvature_sd_ = 0;
};

}  // namespace puente
