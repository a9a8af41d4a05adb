#include "engine/statistics/replicate_weights.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/core/error.hpp"
#include "engine/core/random.hpp"
#include "engine/statistics/hadamard.hpp"

namespace puente {

namespace {

constexpr double all_drawn = 1 - 1e-7;

std::string named(const SurveyDesign::Stratum& stratum) { return "stratum " + std::to_string(stratum.key); }

/// Whether a stratum's factors are always 1.
bool is_sure(const SurveyDesign& design, const SurveyDesign::Stratum& stratum) {
  if (stratum.drawn_fraction >= all_drawn) return true;
  if (stratum.size() > 1) return false;
  if (design.lonely() == LonelyPsu::certainty || design.lonely() == LonelyPsu::remove) return true;
  throw bad_input(named(stratum) + " has only one PSU, which replicates cannot leave out: join it with a similar one, or choose `certainty` for "
                  "singletons");
}

void check_all(const SurveyDesign& design) {
  for (const SurveyDesign::Stratum& stratum : design.all_strata()) is_sure(design, stratum);
}

class Bootstrap : public ReplicateScheme {
 public:
  Bootstrap(const SurveyDesign& design, std::uint64_t seed, std::size_t replicates)
      : ReplicateScheme(design, 1 / (static_cast<double>(replicates) - 1), std::vector<double>(replicates, 1.0)),
        key_(purpose_key(seed, "bootstrap of sampling units")) {}

  std::vector<double> factors(std::size_t replicate) const override {
    std::vector<double> factor(design_.psus(), 1.0);
    for (const SurveyDesign::Stratum& stratum : design_.all_strata()) {
      if (is_sure(design_, stratum)) continue;
      const auto n = static_cast<double>(stratum.size());
      const double reach = std::sqrt(1 - stratum.drawn_fraction);
      std::vector<int> count(stratum.size());
      for (std::size_t draw = 0; draw + 1 < stratum.size(); ++draw) ++count[drawn(stratum, draw, replicate)];
      for (std::size_t i = 0; i < count.size(); ++i) factor[stratum.first_psu + i] = 1 + reach * (count[i] * n / (n - 1) - 1);
    }
    return factor;
  }

 private:
  /// A PSU by its place in the order of keys; 64 bits leave no bias that could be seen.
  std::size_t drawn(const SurveyDesign::Stratum& stratum, std::size_t draw, std::size_t replicate) const {
    const DrawPlace place{stratum.key, static_cast<std::uint16_t>(draw & 0xffff), static_cast<std::uint16_t>(draw >> 16),
                          static_cast<std::uint32_t>(replicate)};
    return static_cast<std::size_t>(static_cast<unsigned __int128>(draw_bits(key_, place)) * stratum.size() >> 64);
  }
  std::uint64_t key_;
};

/// Two PSUs a stratum, one up and one down by the signs of the stratum's column.
class Balanced : public ReplicateScheme {
 public:
  Balanced(const SurveyDesign& design, double fay, Hadamard matrix, std::vector<std::size_t> column)
      : ReplicateScheme(design, 1 / (static_cast<double>(matrix.order) * (1 - fay) * (1 - fay)), std::vector<double>(matrix.order, 1.0)), fay_(fay),
        matrix_(std::move(matrix)), column_(std::move(column)) {}
  std::vector<double> factors(std::size_t replicate) const override {
    std::vector<double> factor(design_.psus(), 1.0);
    for (std::size_t s = 0; s < design_.strata(); ++s) {
      if (column_[s] == 0) continue;
      const bool first = matrix_.at(replicate, column_[s]) > 0;
      const std::size_t psu = design_.all_strata()[s].first_psu;
      factor[psu] = first ? 2 - fay_ : fay_;
      factor[psu + 1] = first ? fay_ : 2 - fay_;
    }
    return factor;
  }

 private:
  double fay_;
  Hadamard matrix_;
  std::vector<std::size_t> column_;  ///< [stratum]; 0: always 1
};

class Jackknife : public ReplicateScheme {
 public:
  Jackknife(const SurveyDesign& design, double scale, std::vector<double> rscales, std::vector<std::size_t> deleted)
      : ReplicateScheme(design, scale, std::move(rscales)), deleted_(std::move(deleted)) {}
  std::vector<double> factors(std::size_t replicate) const override {
    const std::size_t deleted = deleted_[replicate];
    const SurveyDesign::Stratum& stratum = design_.all_strata()[design_.all_psus()[deleted].stratum];
    const auto n = static_cast<double>(stratum.size());
    std::vector<double> factor(design_.psus(), 1.0);
    for (std::size_t p = stratum.first_psu; p < stratum.end_psu; ++p) factor[p] = p == deleted ? 0 : n / (n - 1);
    return factor;
  }

 private:
  std::vector<std::size_t> deleted_;  ///< PSU of each replicate
};

}  // namespace

std::vector<double> ReplicateScheme::of_records(std::size_t replicate) const {
  const std::vector<double> of_psus = factors(replicate);
  std::vector<double> factor(design_.records());
  for (std::size_t i = 0; i < factor.size(); ++i) factor[i] = of_psus[design_.psu_of_record(i)];
  return factor;
}

std::unique_ptr<ReplicateScheme> bootstrap_weights(const SurveyDesign& design, std::uint64_t seed, std::size_t replicates) {
  if (replicates < 2) throw bad_input(std::to_string(replicates) + " bootstrap replicates: a variance needs two at least, some hundreds to be of use");
  check_all(design);
  return std::make_unique<Bootstrap>(design, seed, replicates);
}

namespace {

/// Of one stratum of n sampling units, of which the replicate drew n − 1: Σ (z − z̄)² over draws, times (n − 1)/(n − 2), with z a
/// draw's share in the replicate's total.
double variance_of_draws(const SurveyDesign::Stratum& stratum, std::span<const double> factor, std::span<const double> total) {
  const auto n = static_cast<double>(stratum.size());
  const double reach = std::sqrt(1 - stratum.drawn_fraction), draws = n - 1;
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < stratum.size(); ++i) {
    const double times = std::round(((factor[i] - 1) / reach + 1) * (n - 1) / n);
    if (times == 0) continue;
    const double z = reach * n / (n - 1) * total[i] / factor[i];
    sum += times * z;
    squares += times * z * z;
  }
  return std::max(0.0, draws / (draws - 1) * (squares - sum * sum / draws));
}

}  // namespace

double bootstrap_variance(const SurveyDesign& design, std::span<const double> factors, const DesignTotals& totals) {
  double variance = 0;
  for (const SurveyDesign::Stratum& stratum : design.all_strata()) {
    if (is_sure(design, stratum)) continue;
    const auto part = [&](std::span<const double> of_psus) { return of_psus.subspan(stratum.first_psu, stratum.size()); };
    const auto total = part(totals.of_psu);
    if (std::all_of(total.begin(), total.end(), [](double t) { return t == 0; })) continue;
    variance += variance_of_draws(stratum, part(factors), total);
  }
  return variance;
}

void require_variances_of_replicates(const SurveyDesign& design) {
  for (const SurveyDesign::Stratum& stratum : design.all_strata())
    if (!is_sure(design, stratum) && stratum.size() < 3)
      throw bad_input(named(stratum) + " has two PSUs, of which a bootstrap replicate draws one: it has no standard error of its own, as bootstrap-t limits "
                      "need; take the percentile, normal or logit interval");
}

std::unique_ptr<ReplicateScheme> brr_weights(const SurveyDesign& design, double fay) {
  if (!(fay >= 0 && fay < 1)) throw bad_input("Fay's factor is " + shortest(fay) + "; it lies from 0 (plain BRR) to below 1");
  std::vector<std::size_t> column(design.strata(), 0);
  std::size_t used = 0;
  for (std::size_t s = 0; s < design.strata(); ++s) {
    const SurveyDesign::Stratum& stratum = design.all_strata()[s];
    if (is_sure(design, stratum)) continue;
    if (stratum.size() != 2)
      throw bad_input(named(stratum) + " has " + std::to_string(stratum.size()) +
                      " PSUs; balanced replicates need two in every stratum: use the jackknife or the bootstrap");
    if (stratum.drawn_fraction > 0)
      throw bad_input(named(stratum) + " has a finite-population correction, which balanced replicates do not know: use the jackknife or the bootstrap");
    column[s] = ++used;
  }
  return std::make_unique<Balanced>(design, fay, hadamard(used + 1), std::move(column));
}

std::unique_ptr<ReplicateScheme> stratified_jackknife_weights(const SurveyDesign& design) {
  std::vector<double> rscales;
  std::vector<std::size_t> deleted;
  for (const SurveyDesign::Stratum& stratum : design.all_strata()) {
    if (is_sure(design, stratum)) continue;
    const auto n = static_cast<double>(stratum.size());
    rscales.insert(rscales.end(), stratum.size(), (1 - stratum.drawn_fraction) * (n - 1) / n);
    for (std::size_t p = stratum.first_psu; p < stratum.end_psu; ++p) deleted.push_back(p);
  }
  return std::make_unique<Jackknife>(design, 1, std::move(rscales), std::move(deleted));
}

std::unique_ptr<ReplicateScheme> jackknife_weights(const SurveyDesign& design) {
  if (design.strata() > 1 || design.all_strata()[0].drawn_fraction > 0)
    throw bad_input("the jackknife without strata (JK1) is asked for a design with strata or a finite-population correction: use JKn");
  check_all(design);
  std::vector<std::size_t> deleted;
  for (std::size_t p = 0; p < design.psus(); ++p) deleted.push_back(p);
  const auto n = static_cast<double>(design.psus());
  return std::make_unique<Jackknife>(design, (n - 1) / n, std::vector<double>(design.psus(), 1.0), std::move(deleted));
}

double replicate_variance(double scale, std::span<const double> rscales, std::span<const double> replicates, double estimate,
                          ReplicateCentre centre) {
  expect(rscales.size() == replicates.size(), "a scale for every replicate");
  double sum = 0, n = 0;
  for (std::size_t r = 0; r < replicates.size(); ++r) {
    if (!(rscales[r] > 0)) continue;
    if (!std::isfinite(replicates[r])) throw bad_input("replicate " + std::to_string(r + 1) + " has no estimate, so that its variance is not known");
    sum += replicates[r];
    ++n;
  }
  const double about = centre == ReplicateCentre::estimate ? estimate : sum / n;
  double squares = 0;
  for (std::size_t r = 0; r < replicates.size(); ++r)
    if (rscales[r] > 0) squares += rscales[r] * (replicates[r] - about) * (replicates[r] - about);
  return scale * squares;
}

}  // namespace puente
