// Contrasts of groups: their figures and errors are those of the two groups taken together, whatever makes the figures uncertain.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "engine/run/contrasts.hpp"
#include "engine/run/realisations.hpp"
#include "io/hdf5/results_file.hpp"
#include "tests/run/sampled_country.hpp"

namespace puente::test {
namespace {

struct Found {
  std::vector<Contrast> contrasts;
  std::string mistakes;
};

/// The last of the groups is of each scenario's own.
Found found(const std::vector<std::string>& asked, const std::vector<std::string>& groups) {
  std::vector<rules::Text> texts;
  for (const std::string& text : asked) texts.push_back(rules::Text::standalone("--contrast", text));
  Diagnostics diagnostics;
  Found result{find_contrasts(texts, groups, groups.size() - 1, diagnostics), ""};
  result.mistakes = diagnostics.text();
  return result;
}

const std::vector<std::string> labels = {"all", "area=rural", "area=urban", "road=far - off", "road=near", "recipient.grant"};

TEST(ContrastLabels, AreTwoGroups) {
  const Found plain = found({"area=rural - area=urban", " all  -  road=far - off ", "road=far - off - road=near"}, labels);
  EXPECT_EQ(plain.mistakes, "");
  ASSERT_EQ(plain.contrasts.size(), 3u);
  EXPECT_EQ(plain.contrasts[0].label, "area=rural - area=urban");
  EXPECT_EQ(plain.contrasts[0].first, 1u);
  EXPECT_EQ(plain.contrasts[0].second, 2u);
  EXPECT_EQ(plain.contrasts[1].label, "all - road=far - off");
  EXPECT_EQ(plain.contrasts[1].second, 3u);
  EXPECT_EQ(plain.contrasts[2].first, 3u);
  EXPECT_EQ(plain.contrasts[2].second, 4u);
}

TEST(ContrastLabels, MistakesSayWhatIsWrong) {
  const std::map<std::string, std::string> said = {
      {"area=rural - area=urbn", "there is no group 'area=urbn'; did you mean 'area=urban'?"},
      {"area=rurale - area=urban", "there is no group 'area=rurale'; did you mean 'area=rural'?"},
      {"road=far - off - road=nearr", "there is no group 'road=nearr'; did you mean 'road=near'?"},
      {"area=rural-area=urban", "write two groups with ' - ' between them"},
      {"area=rural", "write two groups with ' - ' between them"},
      {"area=rural - area=rural", "names one twice"},
      {"recipient.grant - all", "is a group of each scenario's own"},
  };
  for (const auto& [text, words] : said) {
    const Found mistaken = found({text}, labels);
    EXPECT_NE(mistaken.mistakes.find(words), std::string::npos) << text << "\n" << mistaken.mistakes;
    EXPECT_TRUE(mistaken.contrasts.empty()) << text;
  }
  EXPECT_NE(found({"all - road=near", "all  - road=near"}, labels).mistakes.find("name it once"), std::string::npos);
  const std::vector<std::string> ambiguous = {"all", "g=a", "g=b - g=c", "g=a - g=b", "g=c", "recipient.grant"};
  EXPECT_NE(found({"g=a - g=b - g=c"}, ambiguous).mistakes.find("in two ways"), std::string::npos);
}

TEST(ContrastLabels, StandBehindAllGroups) {
  std::vector<std::string> groups = labels;
  EXPECT_EQ(first_contrast(groups), labels.size()) << "a label that holds ' - ' is none";
  for (const char* contrast : {"all - road=far - off", "road=far - off - area=urban"}) groups.emplace_back(contrast);
  EXPECT_EQ(first_contrast(groups), labels.size());
}

/// What is asked for in the village and the survey: conditions, categories, whole numbers that a pass finds, deciles, everybody.
const std::vector<std::string> of_village = {"region=N - region=S", "decile=10 - decile=1", "band=0 - band=4", "all - young=true", "young=true - region=N"};
const std::vector<std::string> of_survey = {"south=true - south=false", "child=true - child=false", "all - south=true"};

std::string list_of(const std::vector<std::string>& contrasts) {
  std::string list;
  for (const std::string& contrast : contrasts) list += (list.empty() ? "\"" : ", \"") + contrast + "\"";
  return "[" + list + "]";
}

std::string option(const std::vector<std::string>& contrasts) { return " --set 'statistics.contrasts=" + list_of(contrasts) + "'"; }

/// A row of a variable over groups: all values of one group.
std::vector<double> of_group(const Results& results, const Variable& variable, std::size_t group) {
  const GroupAxis axis = results.group_axis(variable);
  std::vector<double> row;
  for (std::size_t i = 0; i < variable.values.size(); ++i)
    if (axis.group_of(i) == group) row.push_back(variable.values[i]);
  return row;
}

/// Counts the figures that are there; `plain` is the run without contrasts.
class Differences {
 public:
  Differences(const Results& results, const Results& plain, const std::vector<std::string>& contrasts) : results_(results), plain_(plain) {
    const std::vector<std::string>& groups = results.dimension("group").labels;
    const auto place = [&](const std::string& label) { return static_cast<std::size_t>(std::find(groups.begin(), groups.end(), label) - groups.begin()); };
    for (std::size_t c = 0; c < contrasts.size(); ++c) {
      const std::size_t cut = contrasts[c].find(" - ");
      contrasts_.push_back({contrasts[c], place(contrasts[c].substr(0, cut)), place(contrasts[c].substr(cut + 3))});
      EXPECT_EQ(place(contrasts[c]), groups.size() - contrasts.size() + c);
    }
    EXPECT_EQ(groups.size(), plain.dimension("group").size() + contrasts.size());
  }
  void expect(const std::vector<Variable>& variables, const std::vector<Variable>& without) {
    ASSERT_EQ(variables.size(), without.size());
    for (std::size_t v = 0; v < variables.size(); ++v) expect(variables[v], without[v]);
  }
  std::size_t figures = 0, bounds = 0;

 private:
  void expect(const Variable& variable, const Variable& without) {
    const GroupAxis axis = results_.group_axis(variable);
    const bool bound = variable.name.ends_with("_error_bound");
    for (std::size_t g = 0; g < plain_.group_axis(without).size; ++g) {
      const std::vector<double> with = of_group(results_, variable, g), before = of_group(plain_, without, g);
      EXPECT_TRUE(std::equal(with.begin(), with.end(), before.begin(), before.end(), same_bits)) << variable.name << g;
    }
    for (std::size_t c = 0; axis.size > 0 && c < contrasts_.size(); ++c) {
      const std::vector<double> own = of_group(results_, variable, axis.size - contrasts_.size() + c), first = of_group(results_, variable, contrasts_[c].first),
                                second = of_group(results_, variable, contrasts_[c].second);
      for (std::size_t i = 0; i < own.size(); ++i) {
        EXPECT_TRUE(same_bits(own[i], bound ? first[i] + second[i] : first[i] - second[i])) << variable.name << " of " << contrasts_[c].label;
        if (own[i] != 0 && std::isfinite(own[i])) ++(bound ? bounds : figures);
      }
    }
  }
  const Results &results_, &plain_;
  std::vector<Contrast> contrasts_;
};

class VillageContrasts : public SameBits {
 protected:
  static std::string study(const std::vector<std::string>& contrasts) {
    std::string text = village;
    text.replace(text.find("10*size"), 7, "add*size");
    return text + "[parameters]\nadd = { value = 10, se = 2 }\n[statistics]\ncontrasts = " + list_of(contrasts) + "\n";
  }
  Results run(const std::string& file, const std::string& name, const std::string& options) {
    const Ran ran = puente("run " + file + " --quiet --threads 1 " + options + " -o " + folder_ / name);
    EXPECT_EQ(ran.code, 0) << ran.text;
    return io::read_results(folder_ / name);
  }
  std::string file_ = folder_.write("village.toml", study(of_village)), plain_ = folder_.write("plain.toml", study({}));
};

TEST_F(VillageContrasts, AreTheFirstGroupLessTheSecondToTheLastBit) {
  for (const char* precision : {"exact", "sketch"}) {
    const std::string options = std::string("--households 6000 --precision ") + precision;
    const Results results = run(file_, "with.h5", options), plain = run(plain_, "plain.h5", options);
    Differences differences(results, plain, of_village);
    differences.expect(results.variables, plain.variables);
    differences.expect(results.differences, plain.differences);
    EXPECT_GT(differences.figures, 4000u);
    EXPECT_EQ(differences.bounds > 0, std::string(precision) == "sketch");
    EXPECT_NE(results.dimension("group").long_name.find("one group less that of another"), std::string::npos);
  }
}

TEST_F(VillageContrasts, SameBitsForAnyLayout) {
  base("run " + file_ + " --households 1000 --precision sketch");
  for (const Layout& layout : pairwise(300)) expect_same(layout);
}

TEST_F(VillageContrasts, WhatIsNoGroupIsRefusedAtItsPlace) {
  const auto refused = [&](const std::string& contrast) {
    const Ran ran = puente("run " + folder_.write("wrong.toml", study({"all - region=N", contrast})) + " --households 200 --quiet");
    EXPECT_EQ(ran.code, 65);
    EXPECT_NE(ran.text.find("wrong.toml:"), std::string::npos) << ran.text;
    return ran.text;
  };
  EXPECT_NE(refused("region=N - region=Q").find("there is no group 'region=Q'; did you mean"), std::string::npos);
  EXPECT_NE(refused("band=0 - band=7").find("there is no group 'band=7'"), std::string::npos);
  EXPECT_NE(refused("recipient.cash - all").find("each scenario's own"), std::string::npos);
}

/// Groups that no pass need find are known to `check`.
TEST_F(VillageContrasts, CheckKnowsTheGroups) {
  std::string known = study({"region=N - region=Q"});
  known.erase(known.find("band = "), std::string("band = 'floor(land)'\n").size());
  const Ran ran = puente("check " + folder_.write("known.toml", known));
  EXPECT_EQ(ran.code, 65);
  EXPECT_NE(ran.text.find("error: there is no group 'region=Q'; did you mean"), std::string::npos) << ran.text;
  EXPECT_NE(ran.text.find("contrasts = [\"region=N - region=Q\"]\n" + std::string(2 + 25, ' ') + "^"), std::string::npos) << ran.text;
}

TEST_F(VillageContrasts, HaveTheSpreadOfTheirDraws) {
  const Results results = run(file_, "r.h5", "--households 300 --draws 20 --save-draws");
  const std::vector<std::string>& groups = results.dimension("group").labels;
  const auto place = [&](const char* label) { return static_cast<std::size_t>(std::find(groups.begin(), groups.end(), label) - groups.begin()); };
  const std::size_t both = 2, contrast = place("region=N - region=S"), first = place("region=N"), second = place("region=S");
  for (const auto& [path, variables] : {std::pair{"draws", &results.variables}, {"draws/difference", &results.differences}}) {
    const Variable &drawn = *find_variable(results.groups.at(path), "mean_welfare"), &error = *find_variable(*variables, "mean_welfare_se");
    std::vector<double> gap;
    for (std::size_t d = 0; d < 20; ++d) {
      gap.push_back(results.at(drawn, {d, both, first}) - results.at(drawn, {d, both, second}));
      EXPECT_EQ(results.at(drawn, {d, both, contrast}), gap.back());
    }
    const double se = spread_of(gap, 0.95).se;
    EXPECT_GT(se, 0);
    EXPECT_NEAR(results.at(error, {both, contrast}), se, 1e-9 * se);
  }
}

nlohmann::json surveyed(const std::string& file, const std::string& options) {
  return puente_json("run " + file + " --threads 1 " + options + option(of_survey)).at("scenarios");
}

TEST_F(SampledCountry, ContrastsOfScenarioDifferencesAreDifferencesOfThem) {
  const nlohmann::json linear = surveyed(scenario_, "--sampling linearised"), jack = surveyed(scenario_, "--sampling jackknife");
  const nlohmann::json& groups = linear.at("grant").at("groups");
  for (const auto& [contrast, first, second] : {std::tuple{"south=true - south=false", "south=true", "south=false"}, {"all - south=true", "all", "south=true"}}) {
    const auto gain = [&](const char* group, const char* figure) { return groups.at(group).at("difference").at(figure).get<double>(); };
    for (const char* figure : {"mean", "gini"}) {
      EXPECT_EQ(gain(contrast, figure), gain(first, figure) - gain(second, figure));
      for (const auto& [a, b] : {std::pair{groups.at(contrast).at("se"), jack.at("grant").at("groups").at(contrast).at("se")},
                                 {groups.at(contrast).at("difference").at("se"), jack.at("grant").at("groups").at(contrast).at("difference").at("se")}}) {
        EXPECT_GT(b.at(figure), 0);
        EXPECT_NEAR(a.at(figure).get<double>() / b.at(figure).get<double>(), 1, 0.08) << contrast << figure;
      }
    }
    for (const char* name : {"fgt", "attendance", "outcomes"}) EXPECT_GT(groups.at(contrast).at("se").at(name).size(), 0u) << name;
  }
}

/// The two groups live in the same sampling units: their contrast's variance has their covariance, which is far from none here. And everybody's
/// mean is a weighted one of the two: what a contrast with one of them is off by is a share of what that of the two is.
TEST_F(SampledCountry, ContrastsArePairedBySamplingUnit) {
  const nlohmann::json groups = surveyed(scenario_, "--sampling linearised").at("none").at("groups");
  const auto se = [&](const char* group) { return groups.at(group).at("se").at("mean").get<double>(); };
  const double apart = std::hypot(se("south=true"), se("south=false"));
  EXPECT_GT(std::fabs(se("south=true - south=false") / apart - 1), 0.05);
  EXPECT_LT(se("all - south=true"), 0.9 * std::hypot(se("all"), se("south=true")));
}

/// What is a total is linear in the weights: the jackknife's error of a contrast is the linearised one to the last digits.
TEST_F(SampledCountry, ContrastsOfTotalsHaveTheJackknifesErrors) {
  const nlohmann::json linear = surveyed(scenario_, "--sampling linearised").at("both"), jack = surveyed(scenario_, "--sampling jackknife").at("both");
  const auto same = [](const nlohmann::json& a, const nlohmann::json& b, const std::string& what) {
    ASSERT_FALSE(a.is_null()) << what;
    EXPECT_GT(b, 0) << what;
    EXPECT_NEAR(a.get<double>() / b.get<double>(), 1, 1e-9) << what;
  };
  for (const std::string contrast : {"south=true - south=false", "all - south=true"}) {
    const nlohmann::json &a = linear.at("groups").at(contrast), &b = jack.at("groups").at(contrast);
    same(a.at("se").at("poor_persons").at("line"), b.at("se").at("poor_persons").at("line"), contrast);
    same(a.at("se").at("total_gap").at("line"), b.at("se").at("total_gap").at("line"), contrast);
    same(a.at("difference").at("se").at("total_gap").at("line"), b.at("difference").at("se").at("total_gap").at("line"), contrast);
    for (const char* programme : {"grant", "meals"})
      for (const char* figure : {"recipients", "spending"})
        same(linear.at("programmes").at(programme).at(contrast).at("se").at(figure), jack.at("programmes").at(programme).at(contrast).at("se").at(figure), contrast + figure);
  }
}

TEST_F(SampledCountry, ContrastsOfProportionsHaveNormalLimits) {
  const nlohmann::json groups = surveyed(scenario_, "--sampling linearised --interval logit").at("grant").at("groups");
  const auto skew = [&](const std::string& group, auto figure) {
    return figure(groups.at(group).at("upper")) + figure(groups.at(group).at("lower")) - 2 * figure(groups.at(group));
  };
  const auto poor = [](const nlohmann::json& figures) { return figures.at("fgt").at("line").at("0").template get<double>(); };
  const auto attends = [](const nlohmann::json& figures) { return figures.at("attendance").at("6-13").template get<double>(); };
  EXPECT_NE(skew("south=true", poor), 0) << "a proportion of its own has logit limits";
  for (const char* contrast : {"south=true - south=false", "all - south=true"}) {
    EXPECT_NEAR(skew(contrast, poor), 0, 1e-12);
    EXPECT_NEAR(skew(contrast, attends), 0, 1e-12);
  }
}

/// As without: a group of one sampling unit has no error of its mean, so no contrast with it has one; of totals there is.
TEST_F(SampledCountry, AContrastWithAGroupOfOneSamplingUnitHasNoErrorOfItsMean) {
  const std::string lone = with("[groups]\n", "[groups]\nlone = 'stratum == 0 and household.psu == 1'\n");
  const nlohmann::json contrast = puente_json("run " + lone + " --threads 1 --sampling linearised" + option({"lone=true - lone=false"})).at("scenarios").at("grant").at("groups").at("lone=true - lone=false");
  EXPECT_FALSE(contrast.at("mean").is_null());
  EXPECT_TRUE(contrast.at("se").at("mean").is_null());
  EXPECT_TRUE(contrast.at("difference").at("se").at("mean").is_null());
  EXPECT_GT(contrast.at("se").at("poor_persons").at("line"), 0);
}

TEST_F(SampledCountry, StatisticsOfASurveyHaveContrasts) {
  const std::string survey = "statistics " + (folder_ / "s.h5") + " --welfare 'income/size' --by region --contrast 'region=1 - region=0' --sampling linearised";
  const nlohmann::json groups = puente_json(survey + " --threads 1").at("groups"), run = surveyed(scenario_, "--sampling linearised").at("none").at("groups");
  const nlohmann::json &contrast = groups.at("region=1 - region=0"), &same = run.at("south=true - south=false");
  for (const char* figure : {"persons", "mean", "gini"}) EXPECT_EQ(contrast.at(figure), same.at(figure)) << figure;
  for (const char* figure : {"mean", "gini"}) EXPECT_EQ(contrast.at("se").at(figure), same.at("se").at(figure)) << figure;
  EXPECT_NE(words(survey).find("\nregion=1 - region=0"), std::string::npos);
  expect_refusal(survey + " --contrast 'region=2 - region=0'", 65, "--contrast:1:1: error: there is no group 'region=2'");
}

/// A solve computes little but what it asks for: contrasts, and the deciles they are of, are there.
TEST_F(SampledCountry, ASolveMayAskForAContrast) {
  const std::string contrasts = option({"decile=1 - decile=10", "all - decile=2"});
  const nlohmann::json run = puente_json("run " + scenario_ + " --threads 1 --set parameters.grant.value=15" + contrasts).at("scenarios").at("grant").at("groups");
  const double gap = run.at("decile=1 - decile=10").at("total_gap").at("line");
  EXPECT_GT(gap, 0);
  const std::string solve = with("[scenarios.none]\n", "[solve.gap]\nscenario = \"grant\"\nparameter = \"parameters.grant\"\nbetween = [8, 18]\ntarget = 'total_gap(\"grant\", \"line\", \"decile=1 - decile=10\") == " +
                                                        shortest(gap) + "'\n[scenarios.none]\n");
  EXPECT_NEAR(puente_json("run " + solve + " --threads 1" + contrasts).at("solve").at("gap").at("value"), 15, 1e-6);
}

TEST_F(SampledCountry, ContrastsHaveTheSameBitsForAnyLayout) {
  base("run " + scenario_ + " --sampling bootstrap --replicates 2 --interval bootstrap-t --draws 2" + option(of_survey));
  for (const Layout& layout : pairwise(50)) expect_same(layout);
}

}  // namespace
}  // namespace puente::test
