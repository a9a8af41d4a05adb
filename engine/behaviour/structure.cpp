#include "engine/behaviour/structure.hpp"

#include <cmath>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"

namespace puente {

namespace {

/// M must lie below 1 by as many of its standard errors: α are divided by 1 − M.
constexpr double clear_of_one = 2;

class Finder {
 public:
  Finder(const Differences& differences, const Normalisation& chosen) : d_(differences), chosen_(chosen), size_(differences.covariance.rows()) {}
  StructureEstimate find();

 private:
  /// A number and its derivatives with respect to the differences.
  struct Quantity {
    double value = 0;
    DenseVector slope;
  };
  Quantity known(double value) const { return {value, DenseVector::Zero(size_)}; }
  Quantity estimated(double value, std::size_t place) const { return {value, DenseVector::Unit(size_, static_cast<Eigen::Index>(place))}; }
  Quantity income(std::size_t j) const { return estimated(d_.income[j - 1], j - 1); }
  Quantity wage(std::size_t j) const { return estimated(d_.wage[j - 1], d_.income.size() + j - 1); }
  static Quantity sum(const Quantity& a, const Quantity& b, double sign) { return {a.value + sign * b.value, a.slope + sign * b.slope}; }
  static Quantity ratio(const Quantity& a, const Quantity& b) { return {a.value / b.value, (a.slope - a.value / b.value * b.slope) / b.value}; }
  static Quantity times(const Quantity& a, double factor) { return {a.value * factor, a.slope * factor}; }
  double error(const Quantity& x) const { return std::sqrt(x.slope.dot(d_.covariance * x.slope)); }
  void find_m();
  void from_three_states();
  void from_two_states();
  void from_alpha_0(const Quantity& alpha_0);
  void keep(const Quantity& alpha);

  const Differences& d_;
  const Normalisation& chosen_;
  Eigen::Index size_;
  Quantity m_;
  StructureEstimate result_;
};

void Finder::keep(const Quantity& alpha) {
  result_.structure.alpha.push_back(alpha.value);
  result_.alpha_se.push_back(error(alpha));
}

void Finder::from_alpha_0(const Quantity& alpha_0) {
  keep(alpha_0);
  for (std::size_t j = 1; j <= d_.income.size(); ++j) keep(sum(alpha_0, income(j), 1));
}

void Finder::from_two_states() {
  const double d = chosen_.d;
  const Quantity alpha_0 = times(sum(times(income(1), d), times(wage(1), 1 / chosen_.k), -1), 1 / (1 - d));
  from_alpha_0(alpha_0);
}

/// Known from the earnings equation, whatever is known of α.
void Finder::find_m() {
  const Quantity log_m = estimated(*d_.log_m, d_.income.size() + d_.wage.size());
  const double value = exp(log_m.value);
  m_ = {value, value * log_m.slope};
  result_.structure.m = value;
  result_.m_se = error(m_);
}

void Finder::from_three_states() {
  if (!(1 - m_.value > clear_of_one * result_.m_se)) {
    result_.not_identified = "M = " + shortest(m_.value) + " (standard error " + shortest(result_.m_se) + ") is not below 1 by two standard errors, and the α are divided by 1 − M: those who attend and work do not clearly earn less. Write alpha by hand, with its source";
    return;
  }
  const Quantity alpha_1 = ratio(sum(income(1), times(wage(1), 1 / chosen_.k), -1), sum(known(1), m_, -1));
  const Quantity alpha_0 = sum(alpha_1, income(1), -1), alpha_2 = sum(alpha_0, income(2), 1);
  const Quantity d = ratio(sum(times(wage(2), 1 / chosen_.k), alpha_0, 1), alpha_2);
  result_.structure.d = d.value;
  result_.d_se = error(d);
  from_alpha_0(alpha_0);
}

StructureEstimate Finder::find() {
  result_.structure.k = chosen_.k;
  if (d_.income.size() == 1) result_.structure.d = chosen_.d;
  if (d_.log_m) find_m();
  if (chosen_.alpha_0) from_alpha_0(known(*chosen_.alpha_0));
  else if (d_.wage.empty())
    result_.not_identified = "without a wage in the utilities only differences of α are known: give the first with --alpha0, or write alpha by hand, with its source";
  else if (d_.income.size() == 1) from_two_states();
  else if (!d_.log_m)
    result_.not_identified = "M comes from the earnings equation, and `wage` is given instead: give the first α with --alpha0, or write alpha by hand, with its source";
  else from_three_states();
  return result_;
}

}  // namespace

StructureEstimate find_structure(const Differences& differences, const Normalisation& chosen) { return Finder(differences, chosen).find(); }

}  // namespace puente
