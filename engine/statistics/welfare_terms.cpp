#include "engine/statistics/welfare_terms.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "engine/core/elementary.hpp"
#include "engine/core/wide.hpp"
#include "engine/statistics/low_cuts.hpp"

namespace puente {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Whole orders from 2 up are defined for every value; all others need logs, roots or negative powers.
bool takes_all_values(double alpha) { return alpha >= 2 && std::floor(alpha) == alpha; }

double ratio(double a, double b) { return b == 0 ? missing : a / b; }

bool any_not_positive(const double* y, std::size_t n) {
  int any = 0;
  for (std::size_t i = 0; i < n; ++i) any |= !(y[i] > 0);
  return any != 0;
}

/// out = x^exponent with the bits of puente::pow; the usual exponents as loops that vectorise.
void powers_of(const double* x, std::size_t n, double exponent, double* out) {
  if (exponent == 2)
    for (std::size_t i = 0; i < n; ++i) out[i] = x[i] * x[i];
  else if (exponent == -1)
    for (std::size_t i = 0; i < n; ++i) out[i] = 1.0 / x[i];
  else if (exponent == 0.5)
    for (std::size_t i = 0; i < n; ++i) out[i] = std::sqrt(x[i]);
  else
    for (std::size_t i = 0; i < n; ++i) out[i] = pow(x[i], exponent);
}

struct FgtTerms {
  double *poor, *gap, *fgt1, *fgt2;
};

/// Foster, Greer, Thorbecke (1984): Σ w ((z − y)/z)^α over y < z; Watts (1968), below: Σ w ln(z/y) over 0 < y < z.
/// `undefine` mends what is relative to a line that is not positive.
void fgt_terms(std::size_t n, const double* y, const double* w, const double* z, const FgtTerms& terms) {
  double* __restrict poor = terms.poor;
  double* __restrict gap = terms.gap;
  double* __restrict fgt1 = terms.fgt1;
  double* __restrict fgt2 = terms.fgt2;
  for (std::size_t i = 0; i < n; ++i) {
    const bool is_poor = y[i] < z[i];
    const double weight_if_poor = is_poor ? w[i] : 0.0;
    const double shortfall = is_poor ? z[i] - y[i] : 0.0;
    const double relative = shortfall / (is_poor & (z[i] > 0) ? z[i] : 1.0);
    const double first_order = weight_if_poor * relative;
    poor[i] = weight_if_poor;
    gap[i] = weight_if_poor * shortfall;
    fgt1[i] = first_order;
    fgt2[i] = first_order * relative;
  }
}

/// The same for one line, whose reciprocal is taken once; FGT 1 follows from the total gap.
struct ConstantLine {
  struct Terms {
    double poor, gap, fgt2;
  };
  explicit ConstantLine(double line) : z(line), reciprocal(line > 0 ? 1 / line : 0.0) {}
  Terms of(double y, double w) const {
    const bool is_poor = y < z;
    const double weight_if_poor = is_poor ? w : 0.0;
    const double shortfall = is_poor ? z - y : 0.0;
    const double relative = shortfall * reciprocal;
    return {weight_if_poor, weight_if_poor * shortfall, weight_if_poor * relative * relative};
  }
  double z, reciprocal;
};

void fgt_terms(std::size_t n, const double* y, const double* w, double z, const FgtTerms& terms) {
  double* __restrict poor = terms.poor;
  double* __restrict gap = terms.gap;
  double* __restrict fgt2 = terms.fgt2;
  const ConstantLine line(z);
  for (std::size_t i = 0; i < n; ++i) {
    const ConstantLine::Terms of = line.of(y[i], w[i]);
    poor[i] = of.poor;
    gap[i] = of.gap;
    fgt2[i] = of.fgt2;
  }
}

/// Σ w and Σ w·y of values above zero.
struct WeightSums {
  LowCuts weight, income;
  std::uint64_t weights = 0, incomes = 0;  ///< their upper limbs, joined
  std::int64_t not_positive = 0, weighted = 0;  ///< weighted: records of weight above 0
  void add(double y, double w, const LowCut& cut_weight) {
    not_positive |= y > 0 ? 0 : -1;
    weighted += w > 0 ? 1 : 0;
    weight.add(cut_weight);
    weights |= cut_weight.upper;
    const LowCut cut_income(w * y);
    income.add(cut_income);
    incomes |= cut_income.upper;
  }
  /// False where some value is not above zero or a term needs more limbs.
  bool fits() const { return not_positive == 0 && LowCuts::enough(weights) && LowCuts::enough(incomes); }
  /// Where that holds: whether the terms of this line surely fit. Values lie above zero: no gap is wider than the line, but
  /// for rounding.
  bool line_fits(double z) const { return LowCuts::most(weights) * std::max(1.0, z) < limb_reach[1] / 1.001; }
  void add_to(Limbs* sums, std::size_t n) const {
    weight.add_to(sums[WelfareTerms::weight], n);
    income.add_to(sums[WelfareTerms::total], n);
  }
};

/// The terms of a constant line, as ConstantLine::of has them, made and summed in one loop; weights come cut.
struct LineSums {
  LowCuts poor, gap, fgt2;
  std::uint64_t records_poor = 0;
  void add(const ConstantLine& line, double y, double w, const LowCut& cut_weight) {
    const std::uint64_t mask = y < line.z ? ~std::uint64_t{0} : 0;
    poor.s1 += cut_weight.upper & mask;
    poor.s0 += cut_weight.lower & mask;
    records_poor -= mask;
    const double shortfall = std::bit_cast<double>(std::bit_cast<std::uint64_t>(line.z - y) & mask);
    const double relative = shortfall * line.reciprocal;
    gap.add(LowCut(w * shortfall));
    fgt2.add(LowCut(w * relative * relative));
  }
  void add_to(Limbs* sums, std::size_t n) const {
    poor.add_to(sums[0], records_poor);
    gap.add_to(sums[1], n);
    fgt2.add_to(sums[2], n);
  }
};

/// The same where it is found out at the end whether the terms fit.
struct WideLineSums {
  LowLimbs poor, gap, fgt2;
  void add(const ConstantLine& line, double y, double w, const LowCut&) {
    const ConstantLine::Terms terms = line.of(y, w);
    poor.add(terms.poor);
    gap.add(terms.gap);
    fgt2.add(terms.fgt2);
  }
  bool fits() const { return poor.fits() && gap.fits() && fgt2.fits(); }
  void add_to(Limbs* sums, std::size_t n) const {
    poor.add_to(sums[0], n);
    gap.add_to(sums[1], n);
    fgt2.add_to(sums[2], n);
  }
};

PUENTE_WIDE void sum_weights(std::size_t n, const double* y, const double* w, WeightSums& all) {
  WeightSums sums;
  for (std::size_t i = 0; i < n; ++i) sums.add(y[i], w[i], LowCut(w[i]));
  all = sums;
}

PUENTE_WIDE void sum_line(std::size_t n, const double* y, const double* w, double z, LineSums& all) {
  const ConstantLine line(z);
  LineSums sums;
  for (std::size_t i = 0; i < n; ++i) sums.add(line, y[i], w[i], LowCut(w[i]));
  all = sums;
}

PUENTE_WIDE void sum_line(std::size_t n, const double* y, const double* w, double z, WideLineSums& all) {
  const ConstantLine line(z);
  WideLineSums sums;
  for (std::size_t i = 0; i < n; ++i) sums.add(line, y[i], w[i], LowCut(w[i]));
  all = sums;
}

PUENTE_WIDE void sum_weights_and_line(std::size_t n, const double* y, const double* w, double z, WeightSums& all, LineSums& of_line) {
  const ConstantLine line(z);
  WeightSums sums;
  LineSums line_sums;
  for (std::size_t i = 0; i < n; ++i) {
    const LowCut weight(w[i]);
    sums.add(y[i], w[i], weight);
    line_sums.add(line, y[i], w[i], weight);
  }
  all = sums;
  of_line = line_sums;
}

/// Terms relative to the line are missing, and so is their total, where a record that counts has a line of zero or below.
void undefine(std::size_t n, const double* w, const double* z, double* terms) {
  for (std::size_t i = 0; i < n; ++i)
    if (!(z[i] > 0)) terms[i] = w[i] > 0 ? missing : 0.0;
}

/// Totals over the values an index is defined on.
struct Domain {
  double weight, mean;
};

/// GE(α) = (Σ w (y/μ)^α / W − 1) / (α(α − 1)); MLD = ln μ − Σ w ln y / W; Theil = Σ w y ln y / (W μ) − ln μ
/// (Cowell 2011, Measuring Inequality, ch. 3; Shorrocks 1980).
double generalised_entropy(double alpha, const Domain& domain, double sum) {
  if (!(domain.weight > 0 && domain.mean > 0)) return missing;
  const double average = sum / domain.weight;
  if (alpha == 0) return log(domain.mean) - average;
  if (alpha == 1) return average / domain.mean - log(domain.mean);
  return (average / pow(domain.mean, alpha) - 1) / (alpha * (alpha - 1));
}

/// A(ε) = 1 − (Σ w y^(1−ε) / W)^(1/(1−ε)) / μ; A(1) = 1 − exp(Σ w ln y / W) / μ (Atkinson 1970).
double atkinson_index(double epsilon, const Domain& domain, double sum) {
  if (!(domain.weight > 0 && domain.mean > 0)) return missing;
  const double average = sum / domain.weight;
  const double equal_income = epsilon == 1 ? exp(average) : pow(average, 1 / (1 - epsilon));
  return 1 - equal_income / domain.mean;
}

}  // namespace

WelfareTerms::WelfareTerms(const WelfareStatistics& asked)
    : first_power_(2), watts_(asked.watts), entropy_(asked.entropy), atkinson_(asked.atkinson) {
  for (std::size_t l = 0; l < asked.lines; ++l) {
    lines_.push_back({first_power_, !asked.constant_line.empty() && asked.constant_line[l]});
    first_power_ = lines_.back().fgt2() + (watts_ ? 2 : 1);
  }
  using Kind = Power::Kind;
  for (const double a : entropy_)
    require({a == 0 ? Kind::log : a == 1 ? Kind::product_log : Kind::power, a, takes_all_values(a)});
  for (const double e : atkinson_) require({e == 1 ? Kind::log : Kind::power, 1 - e, takes_all_values(1 - e)});
  negative_ = first_power_ + powers_.size();
}

void WelfareTerms::require(const Power& power) {
  const auto same = [&](const Power& p) {
    return p.kind == power.kind && (p.kind != Power::Kind::power || p.exponent == power.exponent);
  };
  if (std::none_of(powers_.begin(), powers_.end(), same)) powers_.push_back(power);
}

const ExactSum& WelfareTerms::find(std::span<const ExactSum> totals, Power::Kind kind, double exponent) const {
  std::size_t i = 0;
  while (powers_[i].kind != kind || (kind == Power::Kind::power && powers_[i].exponent != exponent)) ++i;
  return totals[first_power_ + i];
}

void WelfareTerms::evaluate(const WelfareRecords& records, std::size_t first, WelfareBlock& block) const {
  const double* y = records.y + first;
  const double* w = records.w + first;
  const std::size_t n = block.n;
  block.weight = w;
  double* product = block.at(total);
  std::int64_t not_positive = 0;
  for (std::size_t i = 0; i < n; ++i) {
    product[i] = w[i] * y[i];
    not_positive |= y[i] > 0 ? 0 : -1;
  }
  for (std::size_t l = 0; l < lines_.size(); ++l) evaluate_line(y, w, records.line[l] + first, lines_[l], block);
  if (!powers_.empty()) evaluate_powers(y, w, block);
  block.used = negative_;
  if (not_positive == 0) return;
  block.used = count();
  double *negative = block.at(negative_), *zero = block.at(negative_ + 1), *below = block.at(negative_ + 2);
  for (std::size_t i = 0; i < n; ++i) {
    negative[i] = y[i] < 0 ? w[i] : 0.0;
    zero[i] = y[i] == 0 ? w[i] : 0.0;
    below[i] = y[i] < 0 ? product[i] : 0.0;
  }
}

void WelfareTerms::evaluate_line(const double* y, const double* w, const double* z, const LineTerms& line,
                                 WelfareBlock& block) const {
  const std::size_t n = block.n;
  const FgtTerms terms{block.at(line.first), block.at(line.first + 1), block.at(line.first + 2), block.at(line.fgt2())};
  if (line.constant) fgt_terms(n, y, w, n > 0 ? z[0] : 0.0, terms);
  else fgt_terms(n, y, w, z, terms);
  if (watts_) evaluate_watts(y, w, z, block.at(line.watts()), block);
  if (line.constant || !any_not_positive(z, n)) return;
  for (std::size_t k = line.first + 2; k <= (watts_ ? line.watts() : line.fgt2()); ++k) undefine(n, w, z, block.at(k));
}

void WelfareTerms::evaluate_watts(const double* y, const double* w, const double* z, double* watts, WelfareBlock& block) {
  const std::size_t n = block.n;
  double* times = block.scratch.data();
  for (std::size_t i = 0; i < n; ++i) times[i] = (y[i] < z[i]) & (y[i] > 0) ? z[i] / y[i] : 1.0;
  log(times, n, watts);
  for (std::size_t i = 0; i < n; ++i) watts[i] *= w[i];
}

void WelfareTerms::evaluate_powers(const double* y, const double* w, WelfareBlock& block) const {
  const std::size_t n = block.n;
  double *value = block.scratch.data(), *logs = value + WelfareBlock::capacity;
  for (std::size_t i = 0; i < n; ++i) value[i] = y[i] > 0 ? y[i] : 1.0;
  const bool needs_log = std::any_of(powers_.begin(), powers_.end(), [](const Power& p) { return p.kind != Power::Kind::power; });
  if (needs_log) log(value, n, logs);
  for (std::size_t k = 0; k < powers_.size(); ++k) {
    double* out = block.at(first_power_ + k);
    if (powers_[k].kind == Power::Kind::log)
      std::copy_n(logs, n, out);
    else if (powers_[k].kind == Power::Kind::product_log)
      for (std::size_t i = 0; i < n; ++i) out[i] = value[i] * logs[i];
    else
      powers_of(powers_[k].all_values ? y : value, n, powers_[k].exponent, out);
    const bool all = powers_[k].all_values;
    for (std::size_t i = 0; i < n; ++i) out[i] = (all | (y[i] > 0)) & (w[i] > 0) ? out[i] * w[i] : 0.0;
  }
}

std::optional<std::int64_t> WelfareTerms::sum(const WelfareRecords& records, std::size_t first, std::size_t n, Limbs* sums) const {
  const bool at_once = !watts_ && powers_.empty() &&
                       std::all_of(lines_.begin(), lines_.end(), [](const LineTerms& line) { return line.constant; });
  if (!at_once) return {};
  const double *y = records.y + first, *w = records.w + first;
  WeightSums all;
  LineSums of_line;
  if (lines_.empty()) sum_weights(n, y, w, all);
  else sum_weights_and_line(n, y, w, records.line[0][first], all, of_line);
  if (!all.fits()) return {};
  all.add_to(sums, n);
  for (std::size_t l = 0; l < lines_.size(); ++l) {
    const double z = records.line[l][first];
    Limbs* to = sums + lines_[l].first;
    if (all.line_fits(z)) {
      if (l > 0) sum_line(n, y, w, z, of_line);
      of_line.add_to(to, n);
      continue;
    }
    WideLineSums wide;
    sum_line(n, y, w, z, wide);
    if (!wide.fits()) return {};
    wide.add_to(to, n);
  }
  return all.weighted;
}

WelfareResult::Line WelfareTerms::finish_line(std::span<const ExactSum> totals, const LineTerms& line, double all_weight,
                                              double constant) const {
  const auto sum = [&](std::size_t k) { return totals[k].value(); };
  WelfareResult::Line result;
  result.poor = sum(line.first);
  result.total_gap = sum(line.first + 1);
  result.fgt[0] = ratio(result.poor, all_weight);
  result.fgt[1] = result.fgt[2] = result.watts = missing;
  if (line.constant && !(constant > 0)) return result;
  result.fgt[1] = ratio(line.constant ? result.total_gap / constant : sum(line.first + 2), all_weight);
  result.fgt[2] = ratio(sum(line.fgt2()), all_weight);
  if (watts_) result.watts = ratio(sum(line.watts()), all_weight);
  return result;
}

WelfareResult WelfareTerms::finish(std::span<const ExactSum> totals, std::int64_t records, std::span<const double> constant_lines) const {
  WelfareResult result;
  result.weight = totals[weight].value();
  result.records = static_cast<double>(records);
  result.total = totals[total].value();
  result.mean = ratio(result.total, result.weight);
  result.n_negative = totals[negative_].value();
  result.n_zero = totals[negative_ + 1].value();
  ExactSum positive_weight = totals[weight], positive_total = totals[total], excluded = totals[negative_];
  excluded.merge(totals[negative_ + 1]);
  positive_weight.subtract(excluded);
  positive_total.subtract(totals[negative_ + 2]);
  result.excluded_from_logs = excluded.value();
  for (std::size_t l = 0; l < lines_.size(); ++l) result.lines.push_back(finish_line(totals, lines_[l], result.weight, constant_lines[l]));

  using Kind = Power::Kind;
  const Domain all{result.weight, result.mean};
  const Domain positive{positive_weight.value(), ratio(positive_total.value(), positive_weight.value())};
  for (const double a : entropy_) {
    const Kind kind = a == 0 ? Kind::log : a == 1 ? Kind::product_log : Kind::power;
    const double sum = find(totals, kind, a).value();
    result.entropy.push_back(generalised_entropy(a, takes_all_values(a) ? all : positive, sum));
  }
  for (const double e : atkinson_) {
    const double sum = find(totals, e == 1 ? Kind::log : Kind::power, 1 - e).value();
    result.atkinson.push_back(atkinson_index(e, takes_all_values(1 - e) ? all : positive, sum));
  }
  return result;
}

}  // namespace puente
