#include "io/report/estimation.hpp"

#include <fmt/format.h>

#include <cmath>

namespace puente::io {

namespace {

constexpr double z_95 = 1.959963984540054;
constexpr int name_width = 24;

std::string rule(char joint) { return std::string(name_width + 1, '-') + joint + std::string(73, '-') + "\n"; }
std::string heading(const std::string& name, const std::string& rest = "") { return fmt::format("{:<{}} |{}\n", name, name_width, rest); }

std::string shown(double x) { return fmt::format("{:.6g}", x); }

/// Coefficient, standard error, z, two-sided p, 95 % interval; what was given has no error.
std::string row(const std::string& name, double coefficient, double error) {
  if (error == 0) return fmt::format("{:>{}} | {:>12} {:>12}\n", name, name_width, shown(coefficient), "given");
  const double z = coefficient / error, p = std::erfc(std::abs(z) / std::sqrt(2.0));
  return fmt::format("{:>{}} | {:>12} {:>12} {:>8.2f} {:>7.3f} {:>14} {:>14}\n", name, name_width, shown(coefficient), shown(error), z, p,
                     shown(coefficient - z_95 * error), shown(coefficient + z_95 * error));
}

std::string rows(const EquationEstimate& equation) {
  std::string text;
  for (std::size_t k = 0; k < equation.names.size(); ++k) text += row(equation.names[k], equation.coefficients[k], equation.standard_errors[k]);
  return text;
}

std::string columns() {
  return heading("", fmt::format(" {:>12} {:>12} {:>8} {:>7} {:>29}", "Coef.", "Std. err.", "z", "P>|z|", "[95 % conf. interval]"));
}

std::string fit(const SchoolingEstimate& estimate) {
  return fmt::format("Number of children = {}   Log pseudolikelihood = {:.10g}   Pseudo R2 = {:.4f}   Newton steps = {}\nStandard errors: {}\n", estimate.children,
                     estimate.log_likelihood, pseudo_r2(estimate), estimate.steps, covariance_text(estimate));
}

std::string earnings(const SchoolingEstimate& estimate) {
  return fmt::format("\nPotential earnings: ln w on those who earn\nNumber of children = {}   R2 = {:.4f}   sigma = {:.6g}\n", estimate.earners, estimate.r_squared, estimate.sigma) +
         rule('+') + columns() + rule('+') + rows(*estimate.earnings) + rule('+');
}

/// What siblings share; at the border of what it can be, no error says how well it is known.
std::string taste(const SchoolingEstimate& estimate) {
  if (*estimate.household_taste == 0) return heading("household_taste", " 0: siblings are no more alike than their covariates make them");
  return heading("what siblings share", " its standard deviation, in the utility of attending") + row("household_taste", *estimate.household_taste, estimate.household_taste_se);
}

std::string utilities(const SchoolingEstimate& estimate, const EstimationReport& report) {
  const std::string kind = std::string(estimate.utilities.size() == 1 ? "logit" : "multinomial logit") + (estimate.household_taste ? " with a taste of the household" : "");
  double total = 0;
  for (const double w : estimate.weight) total += w;
  const auto share = [&](std::size_t j) { return fmt::format(" {} children, {:.2f} % by weight", estimate.count[j], 100 * estimate.weight[j] / total); };
  std::string text = fmt::format("\nUtilities: {}; income{} in {}\n", kind, estimate.differences.wage.empty() ? "" : " and wage", report.income_unit.empty() ? "money of no stated unit" : report.income_unit) +
                     fit(estimate) + rule('+') + columns() + rule('+') + heading(report.alternatives[0], share(0) + " (base)");
  for (std::size_t j = 0; j < estimate.utilities.size(); ++j)
    text += rule('+') + heading(report.alternatives[j + 1], share(j + 1)) + rows(estimate.utilities[j]);
  if (estimate.household_taste) text += rule('+') + taste(estimate);
  return text + rule('+');
}

std::string alphas(const StructureEstimate& found) {
  std::string text;
  for (std::size_t j = 0; j < found.structure.alpha.size(); ++j) text += row(fmt::format("alpha_{}", j), found.structure.alpha[j], found.alpha_se[j]);
  return text;
}

std::string by_k(const SchoolingEstimate& estimate, const Normalisation& chosen) {
  std::string text = "\nThe same data under other K, a normalisation that no data decide:\n" + fmt::format("{:>8}", "K");
  for (std::size_t j = 0; j < estimate.structure.structure.alpha.size(); ++j) text += fmt::format(" {:>14}", fmt::format("alpha_{}", j));
  text += fmt::format(" {:>14}\n", "D");
  for (const double factor : {0.5, 0.75, 1.0, 1.5, 2.0}) {
    Normalisation other = chosen;
    other.k = factor * chosen.k;
    const SchoolingStructure found = find_structure(estimate.differences, other).structure;
    text += fmt::format("{:>8}", shown(other.k));
    for (const double alpha : found.alpha) text += fmt::format(" {:>14}", shown(alpha));
    text += fmt::format(" {:>14}\n", shown(found.d));
  }
  return text;
}

std::string structure(const SchoolingEstimate& estimate, const EstimationReport& report) {
  const StructureEstimate& found = estimate.structure;
  std::string text = fmt::format("\nStructure, K = {}\n", shown(found.structure.k));
  if (!found.not_identified.empty()) return text + "not identified: " + found.not_identified + "\n";
  text += rule('+') + columns() + rule('+') + alphas(found);
  if (found.m_se > 0) text += row("M", found.structure.m, found.m_se);
  if (found.d_se > 0) text += row("D", found.structure.d, found.d_se);
  text += rule('+');
  return estimate.differences.wage.empty() || report.normalisation.alpha_0 ? text : text + by_k(estimate, report.normalisation);
}

}  // namespace

double pseudo_r2(const SchoolingEstimate& estimate) { return 1 - estimate.log_likelihood / estimate.log_likelihood_of_shares; }

std::string covariance_text(const SchoolingEstimate& estimate) {
  const std::string wage = estimate.earnings ? ", counting that the wage is estimated" : "";
  switch (estimate.kind) {
    case CovarianceKind::robust: return "robust" + wage;
    case CovarianceKind::household: return fmt::format("robust, {} households as clusters", estimate.clusters) + wage;
    case CovarianceKind::design: break;
  }
  const std::string lonely = estimate.lonely > 0 ? fmt::format("; {} with a single unit centred at the mean of all", estimate.lonely) : "";
  return fmt::format("of the survey's design, {} primary sampling units in {} {}{}", estimate.clusters, estimate.strata, estimate.strata == 1 ? "stratum" : "strata", lonely) + wage;
}

std::string estimation_table(const SchoolingEstimate& estimate, const EstimationReport& report) {
  std::string text = report.title.empty() ? "" : report.title + "\n";
  if (estimate.earnings) text += earnings(estimate);
  text += utilities(estimate, report) + structure(estimate, report);
  for (const std::string& note : report.notes) text += "note: " + note + "\n";
  return text;
}

}  // namespace puente::io
