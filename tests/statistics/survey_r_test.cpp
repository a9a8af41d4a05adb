// Sampling errors equal those of R's survey package: designs with and without corrections, single PSUs, domains, replicate
// weights. Skipped where R with survey is not at hand.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "engine/core/error.hpp"
#include "engine/statistics/design_variance.hpp"
#include "engine/statistics/poverty_influence.hpp"
#include "engine/statistics/replicate_weights.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

using Values = std::vector<double>;
using Figures = std::map<std::string, double>;

struct Records {
  std::vector<std::int64_t> stratum, psu, ssu;
  Values weight, y, x, group, psus_there, fraction, households_there;

  std::size_t size() const { return y.size(); }
  DesignKeys keys() const { return {stratum, psu, {}}; }
  DesignKeys two_stages() const { return {stratum, psu, ssu}; }
  Records where(const std::function<bool(std::size_t)>& keep) const;
  Values in_group() const {
    Values v(size());
    for (std::size_t i = 0; i < size(); ++i) v[i] = weight[i] * group[i];
    return v;
  }
};

Records Records::where(const std::function<bool(std::size_t)>& keep) const {
  Records kept;
  for (std::size_t i = 0; i < size(); ++i) {
    if (!keep(i)) continue;
    kept.stratum.push_back(stratum[i]), kept.psu.push_back(psu[i]), kept.ssu.push_back(ssu[i]);
    kept.weight.push_back(weight[i]), kept.y.push_back(y[i]), kept.x.push_back(x[i]), kept.group.push_back(group[i]);
    kept.psus_there.push_back(psus_there[i]), kept.fraction.push_back(fraction[i]), kept.households_there.push_back(households_there[i]);
  }
  return kept;
}

/// Six strata of 2 to 5 PSUs, PSUs of 3 to 6 households of one or two records, and stratum 99 with a single PSU. No
/// record of stratum 6 is in the group.
Records make_records() {
  std::mt19937_64 bits(17);
  const auto uniform = [&] { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; };
  Records r;
  for (const std::int64_t stratum : {1, 2, 3, 4, 5, 6, 99}) {
    const std::int64_t psus = stratum == 99 ? 1 : 2 + stratum % 4;
    for (std::int64_t psu = 1; psu <= psus; ++psu) {
      const auto households = static_cast<std::int64_t>(3 + bits() % 4);
      const double level = 100 + 200 * uniform();
      for (std::int64_t household = 1; household <= households; ++household)
        for (std::uint64_t person = bits() % 2; person < 2; ++person) {
          r.stratum.push_back(stratum), r.psu.push_back(psu), r.ssu.push_back(household);
          r.weight.push_back(10 + 40 * uniform()), r.y.push_back(level * (0.2 + 1.5 * uniform())), r.x.push_back(1 + 5 * uniform());
          r.group.push_back(stratum != 6 && bits() % 3 == 0 ? 1 : 0);
          r.psus_there.push_back(static_cast<double>(psus + 2 * stratum)), r.fraction.push_back(static_cast<double>(psus) / r.psus_there.back());
          r.households_there.push_back(static_cast<double>(households + psu + 4));
        }
    }
  }
  return r;
}

std::string csv_of(const Records& r) {
  std::ostringstream text;
  text.precision(17);
  text << "h,psu,ssu,w,y,x,g,N,f,M\n";
  for (std::size_t i = 0; i < r.size(); ++i)
    text << r.stratum[i] << "," << r.psu[i] << "," << r.ssu[i] << "," << r.weight[i] << "," << r.y[i] << "," << r.x[i] << "," << r.group[i] << ","
         << r.psus_there[i] << "," << r.fraction[i] << "," << r.households_there[i] << "\n";
  return text.str();
}

std::string csv_of(const ReplicateScheme& scheme) {
  std::vector<Values> factors;
  for (std::size_t r = 0; r < scheme.replicates(); ++r) factors.push_back(scheme.of_records(r));
  std::ostringstream text;
  text.precision(17);
  for (std::size_t i = 0; i < factors[0].size(); ++i)
    for (std::size_t r = 0; r < factors.size(); ++r) text << factors[r][i] << (r + 1 < factors.size() ? "," : "\n");
  return text.str();
}

void add_figures(Figures& found, const std::string& prefix, const Records& r, const SurveyDesign& design) {
  const auto say = [&](const std::string& name, double value) { found[prefix + "." + name] = value; };
  const OrderedWelfare all(r.y, r.weight), x(r.x, r.weight);
  const Values group = r.in_group(), line(r.size(), 200.0);
  const OrderedWelfare domain(r.y, group);
  const Contributions mean_y = mean_contributions(all), mean_x = mean_contributions(x);
  say("mean", standard_error(design, mean_y));
  say("total", standard_error(design, total_contributions(all)));
  for (const int alpha : {0, 1, 2}) say("fgt" + std::to_string(alpha), standard_error(design, fgt_contributions(all, {line, nullptr}, alpha)));
  say("ratio", standard_error(design, ratio_contributions(r.weight, r.y, r.x)));
  const std::span<const double> both[] = {mean_y, mean_x};
  say("covariance", design_covariances(design, both)[1]);
  say("df", static_cast<double>(design.degrees_of_freedom()));
  say("domain.mean", standard_error(design, mean_contributions(domain)));
  say("domain.total", standard_error(design, total_contributions(domain)));
  say("domain.df", static_cast<double>(design.degrees_of_freedom(group)));
}

void add_linear(Figures& found, const Records& r, const SurveyDesign& design) {
  const OrderedWelfare all(r.y, r.weight);
  found["linear.median"] = standard_error(design, quantile_contributions(all, 0.5));
  found["linear.p10"] = standard_error(design, quantile_contributions(all, 0.1));
  found["linear.gini"] = standard_error(design, gini_contributions(all));
  const Values line(r.size(), 0.6 * all.quantile(0.5).value);
  const Contributions own = quantile_line(all, 0.5);
  found["linear.arpr"] = standard_error(design, fgt_contributions(all, {line, &own}, 0));
}

/// Standard error of Σ w y / Σ w x over replicates; of Σ w y where there is no x.
double by_replicates(const ReplicateScheme& scheme, const Records& r, const Values& x, ReplicateCentre centre = ReplicateCentre::replicates) {
  const auto estimate = [&](const Values& factor) {
    double above = 0, below = 0;
    for (std::size_t i = 0; i < r.size(); ++i) {
      above += factor[i] * r.weight[i] * r.y[i];
      below += x.empty() ? 0 : factor[i] * r.weight[i] * x[i];
    }
    return x.empty() ? above : above / below;
  };
  Values replicates;
  for (std::size_t k = 0; k < scheme.replicates(); ++k) replicates.push_back(estimate(scheme.of_records(k)));
  return std::sqrt(replicate_variance(scheme.scale(), scheme.rscales(), replicates, estimate(Values(r.size(), 1.0)), centre));
}

Figures by_r(const Folder& folder) {
  const Ran ran = shell("Rscript " PUENTE_SOURCE_DIR "/tests/statistics/r/survey.R " + (folder / "records.csv") + " " + (folder / "brr.csv") + " " +
                        (folder / "bootstrap.csv"));
  EXPECT_EQ(ran.code, 0) << ran.text;
  Figures figures;
  std::istringstream text(ran.text);
  for (std::string name, value; std::getline(text, name, '\t') && std::getline(text, value);) figures[name] = std::stod(value);
  return figures;
}

TEST(SurveyByR, EveryFigure) {
  if (shell("Rscript -e 'stopifnot(requireNamespace(\"survey\"))'").code != 0)
    GTEST_SKIP() << "R with the package survey is not installed (r-base-core, r-cran-survey)";
  const Records everything = make_records();
  const Records all = everything.where([&](std::size_t i) { return everything.stratum[i] != 99; });
  const Records pairs = all.where([&](std::size_t i) { return all.psu[i] <= 2; });
  using Unit = FinitePopulation::Unit;
  const SurveyDesign plain(all.keys()), corrected(all.keys(), {Unit::count, all.psus_there, {}}), paired(pairs.keys());

  Figures found;
  add_figures(found, "replacement", all, SurveyDesign(all.two_stages()));
  add_figures(found, "fpc", all, corrected);
  add_figures(found, "fraction", all, SurveyDesign(all.keys(), {Unit::fraction, all.fraction, {}}));
  add_figures(found, "two_stage", all, SurveyDesign(all.two_stages(), {Unit::count, all.psus_there, all.households_there}));
  const std::pair<const char*, LonelyPsu> rules[] = {
      {"certainty", LonelyPsu::certainty}, {"remove", LonelyPsu::remove}, {"adjust", LonelyPsu::adjust}, {"average", LonelyPsu::average}};
  for (const auto& [name, rule] : rules) add_figures(found, name, everything, SurveyDesign(everything.keys(), {}, rule));
  EXPECT_THROW(SurveyDesign(everything.keys()), Error);
  found["fails"] = 1;
  add_linear(found, all, plain);

  const auto jackknife = stratified_jackknife_weights(plain);
  found["jackknife.mean"] = by_replicates(*jackknife, all, Values(all.size(), 1.0));
  found["jackknife.ratio"] = by_replicates(*jackknife, all, all.x);
  found["jackknife.mse.ratio"] = by_replicates(*jackknife, all, all.x, ReplicateCentre::estimate);
  found["jackknife.fpc.ratio"] = by_replicates(*stratified_jackknife_weights(corrected), all, all.x);
  Records unstratified = all;
  for (std::size_t i = 0; i < all.size(); ++i) unstratified.psu[i] += 100 * unstratified.stratum[i], unstratified.stratum[i] = 1;
  const SurveyDesign one_stratum(unstratified.keys());
  found["jk1.ratio"] = by_replicates(*jackknife_weights(one_stratum), all, all.x);
  const auto brr = brr_weights(paired), fay = brr_weights(paired, 0.3), bootstrap = bootstrap_weights(plain, 4, 50);
  found["brr.total"] = by_replicates(*brr, pairs, {});
  found["fay.total"] = by_replicates(*fay, pairs, {});
  found["fay.ratio"] = by_replicates(*fay, pairs, pairs.x);
  found["bootstrap.ratio"] = by_replicates(*bootstrap, all, all.x);

  const Folder folder;
  folder.write("records.csv", csv_of(everything));
  folder.write("brr.csv", csv_of(*fay));
  folder.write("bootstrap.csv", csv_of(*bootstrap));
  const Figures expected = by_r(folder);
  EXPECT_EQ(expected.size(), found.size());
  for (const auto& [name, value] : expected) {
    ASSERT_TRUE(found.contains(name)) << name;
    EXPECT_NEAR(found[name], value, 1e-9 * std::abs(value)) << name;
  }
}

}  // namespace
}  // namespace puente::test
