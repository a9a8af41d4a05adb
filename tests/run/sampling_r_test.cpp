// Standard errors of a run equal those of R's survey package: attendance, spending, coverage, differences between scenarios and groups; under the
// design, with a finite population, and by a survey's own replicate weights. Skipped where R with survey is not at hand.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

#include "tests/run/sampled_country.hpp"

namespace puente::test {
namespace {

using Figures = std::map<std::string, double>;

Figures by_r(const std::string& arguments) {
  const Ran ran = shell("Rscript " PUENTE_SOURCE_DIR "/tests/run/r/sampled_country.R " + arguments);
  EXPECT_EQ(ran.code, 0) << ran.text;
  Figures figures;
  std::istringstream text(ran.text);
  for (std::string name, value; std::getline(text, name, '\t') && std::getline(text, value);) figures[name] = std::stod(value);
  return figures;
}

TEST_F(SampledCountry, HasRsErrors) {
  if (shell("Rscript -e 'stopifnot(requireNamespace(\"survey\"))'").code != 0)
    GTEST_SKIP() << "R with the package survey is not installed (r-base-core, r-cran-survey)";
  Figures found;
  const auto add = [&](const std::string& prefix, const std::string& options) {
    const std::string contrast = "south=true - south=false";
    const nlohmann::json scenarios = puente_json("run " + scenario_ + " --threads 1 --set 'statistics.contrasts=" + contrast + "' " + options).at("scenarios");
    const nlohmann::json &none = scenarios.at("none").at("groups").at("all"), &grant = scenarios.at("grant").at("groups").at("all"),
                         &programmes = scenarios.at("both").at("programmes");
    found[prefix + ".mean"] = none.at("se").at("mean");
    found[prefix + ".difference of means"] = grant.at("difference").at("se").at("mean");
    found[prefix + ".attendance"] = none.at("se").at("attendance").at("6-13");
    found[prefix + ".spending"] = programmes.at("grant").at("all").at("se").at("spending");
    found[prefix + ".meals in the south"] = programmes.at("meals").at("south=true").at("difference").at("se").at("spending");
    found[prefix + ".coverage"] = programmes.at("meals").at("all").at("se").at("coverage");
    const nlohmann::json &south = scenarios.at("none").at("groups").at(contrast), &south_with_grant = scenarios.at("grant").at("groups").at(contrast);
    found[prefix + ".contrast of means"] = south.at("se").at("mean");
    found[prefix + ".contrast of headcounts"] = south_with_grant.at("se").at("fgt").at("line").at("0");
    found[prefix + ".contrast of attendance"] = south.at("se").at("attendance").at("6-13");
    found[prefix + ".contrast of differences"] = south_with_grant.at("difference").at("se").at("mean");
  };
  add("linearised", "--sampling linearised");
  add("fpc", "--sampling linearised --psus-there there");
  add("both stages", "--sampling linearised --psus-there there --ssus-there '6 + psu'");
  add("pairs", "--sampling linearised --psus-there there --ssu 'region' --ssus-there '3 + psu'");
  const nlohmann::json logit = group("--sampling linearised --interval logit");
  found["logit.lower"] = logit.at("lower").at("fgt").at("line").at("0");
  found["logit.upper"] = logit.at("upper").at("fgt").at("line").at("0");
  const std::string columns = "--sampling columns --replicate-weights j --replicate-kind ";
  add("jkn", columns + "jkn --rscales " + rscales());
  add("brr", columns + "brr");
  add("fay", columns + "fay --fay 0.3");
  add("bootstrap", columns + "bootstrap");
  add("successive", columns + "successive_difference");
  add("mse", columns + "brr --replicate-centre estimate");
  const Figures expected = by_r((folder_ / "s.csv") + " " + rscales());
  EXPECT_EQ(expected.size(), found.size() + 10) << "and the degrees of freedom of every design";
  for (const auto& [name, value] : expected) {
    if (name.ends_with(".df")) {
      EXPECT_EQ(value, 34) << name;
      continue;
    }
    ASSERT_TRUE(found.contains(name)) << name;
    EXPECT_NEAR(found[name] / value, 1, 1e-8) << name;
  }
}

}  // namespace
}  // namespace puente::test
