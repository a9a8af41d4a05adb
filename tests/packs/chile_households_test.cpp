// The pack chile_casen_1990, household by household, against casen_households.hpp; skipped where the survey is not at hand.
#include <gtest/gtest.h>

#include "tests/packs/casen_households.hpp"
#include "tests/support/data_dir.hpp"

namespace puente::test {
namespace {

const std::string pack = PUENTE_SOURCE_DIR "/scenarios/chile_casen_1990/";
const char* const all_scenarios[] = {"none", "as_observed", "universal_meals", "transfer", "both"};

class ChileHouseholds : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_data("casen_1990_chile")) GTEST_SKIP() << no_data("casen_1990_chile");
    const std::string survey = data_dir() + "/casen_1990_chile/persons";
    const Ran ran = puente("import " + pack + "import.toml --input " + survey + ".sav -o " + population_);
    ASSERT_EQ(ran.code, 0) << ran.text;
    homes_ = casen::read(survey + ".csv.gz");
    margin_ = casen::spend_budget(homes_);
    ASSERT_EQ(homes_.size(), 25'793u);
    ASSERT_LT(margin_, homes_.size());
  }
  nlohmann::json run(const std::string& options) {
    const auto answer = puente_json("run " + pack + "scenario.toml --population " + population_ + " " + options);
    EXPECT_TRUE(answer.contains("scenarios")) << answer;
    return answer["scenarios"];
  }

  Folder folder_;
  std::string population_ = folder_ / "casen.h5";
  std::vector<casen::Home> homes_;  ///< in the order of the transfer
  std::size_t margin_ = 0;
};

void expect_near(double found, double wanted, const std::string& what) {
  EXPECT_LE(std::abs(found - wanted), 1e-12 * std::abs(wanted)) << what << ": " << found << " is not " << wanted;
}

/// As an option: group `picked` has the label k for the k-th home, from 1 on.
std::string picked(const std::vector<casen::Home>& homes) {
  std::string expression;
  for (std::size_t k = 0; k < homes.size(); ++k)
    expression += (k == 0 ? "" : " + ") + std::string("if(id == ") + std::to_string(homes[k].id) + ", " + std::to_string(k + 1) + ", 0)";
  return "--set 'groups.picked=" + expression + "'";
}

void compare(const nlohmann::json& scenarios, const casen::Home& home, const std::string& group) {
  for (const std::string name : all_scenarios) {
    const auto& found = scenarios[name]["groups"][group];
    const std::string what = name + ", " + group;
    const double with = casen::welfare(home, name, true), without = casen::welfare(home, name, false);
    const double line = home.rural ? 12538 : 18594;
    expect_near(found["persons"], home.weight * home.size(), what);
    expect_near(found["households"], home.weight, what);
    expect_near(found["mean"], home.served * with + (1 - home.served) * without, what + " mean");
    expect_near(found["fgt"]["poor"]["0"], home.served * (with < line) + (1 - home.served) * (without < line), what + " poor");
    const auto& programmes = scenarios[name]["programmes"];
    const bool cash = name == "transfer" || name == "both", meals_for_all = name == "universal_meals" || name == "both";
    const auto& transfer = programmes["transfer"][group];
    expect_near(transfer["recipients"], cash ? home.weight * home.served : 0, what + " recipients");
    expect_near(transfer["spending"], cash ? home.weight * home.served * 2500 * home.size() : 0, what + " spending");
    expect_near(transfer["cost"], cash ? home.served * casen::cost_of_transfer(home) : 0, what + " cost");
    const double meals = name == "none" ? 0 : meals_for_all ? home.meals_for_all() : home.meals_observed();
    expect_near(programmes["school_meals"][group]["recipients"], home.weight * meals, what + " meals");
  }
}

// Three of the poorest, the seven around the end of the budget, two of the richest, and three whose meals change.
TEST_F(ChileHouseholds, AreWhatTheirRowsSay) {
  std::vector<casen::Home> chosen(homes_.begin(), homes_.begin() + 3);
  for (std::size_t i = margin_ - 3; i <= margin_ + 3; ++i) chosen.push_back(homes_[i]);
  chosen.insert(chosen.end(), homes_.end() - 2, homes_.end());
  int fed = 0, hungry = 0;
  for (const casen::Home& home : homes_) {
    if (home.meals_observed() > 1 && home.meals_for_all() > home.meals_observed() && fed < 2) chosen.push_back(home), ++fed;
    if (home.meals_observed() == 0 && home.meals_for_all() > 2 && hungry < 1) chosen.push_back(home), ++hungry;
  }
  ASSERT_EQ(chosen.size(), 15u);
  EXPECT_GT(homes_[margin_].served, 0);
  EXPECT_LT(homes_[margin_].served, 1);
  EXPECT_EQ(homes_[margin_ - 1].score, homes_[margin_ + 1].score) << "the margin lies among ties, which draws break";
  const auto scenarios = run(picked(chosen));
  for (std::size_t k = 0; k < chosen.size(); ++k) compare(scenarios, chosen[k], "picked=" + std::to_string(k + 1));
}

// All who have the score at which the budget ends: who is in is told by the draws alone.
TEST_F(ChileHouseholds, TiesAtTheMarginAreBrokenByDraws) {
  std::vector<casen::Home> ties;
  for (const casen::Home& home : homes_)
    if (home.score == homes_[margin_].score) ties.push_back(home);
  ASSERT_GT(ties.size(), 100u);
  const auto transfer = run(picked(ties) + " --scenarios transfer")["transfer"]["programmes"]["transfer"];
  int in = 0, out = 0;
  for (std::size_t k = 0; k < ties.size(); ++k) {
    expect_near(transfer["picked=" + std::to_string(k + 1)]["recipients"], ties[k].weight * ties[k].served, "tie " + std::to_string(k));
    in += ties[k].served == 1;
    out += ties[k].served == 0;
  }
  EXPECT_GT(in, 10);
  EXPECT_GT(out, 10);
}

TEST_F(ChileHouseholds, TogetherMakeTheCountry) {
  const auto scenarios = run("");
  for (const std::string name : all_scenarios) {
    long double persons = 0, welfare = 0, poor = 0, recipients = 0;
    for (const casen::Home& home : homes_) {
      const double served = home.served, line = home.rural ? 12538 : 18594;
      const long double count = home.weight * home.size();
      const double with = casen::welfare(home, name, true), without = casen::welfare(home, name, false);
      persons += count;
      welfare += count * (static_cast<long double>(served) * with + (1 - served) * without);
      poor += count * (static_cast<long double>(served) * (with < line) + (1 - served) * (without < line));
      recipients += home.weight * served;
    }
    expect_near(scenarios[name]["groups"]["all"]["mean"], static_cast<double>(welfare / persons), name);
    expect_near(scenarios[name]["groups"]["all"]["fgt"]["poor"]["0"], static_cast<double>(poor / persons), name);
    if (name == "transfer") expect_near(scenarios[name]["programmes"]["transfer"]["all"]["recipients"], static_cast<double>(recipients), name);
  }
}

// Four hundred children, each a group: whoever is reached by a smaller share is reached by a larger one.
TEST_F(ChileHouseholds, RecipientsAreNested) {
  std::string expression = "0";
  std::vector<double> weights;
  for (const casen::Home& home : homes_)
    for (const casen::Person& person : home.persons)
      if (weights.size() < 400 && person.eligible()) {
        weights.push_back(home.weight);
        expression += " + if(id == " + std::to_string(home.id) + " and line == " + std::to_string(person.line) + ", " + std::to_string(weights.size()) + ", 0)";
      }
  const auto recipients = [&](const std::string& scenario, const std::string& options) {
    const auto meals = run("--scenarios " + scenario + " --set 'groups.child=" + expression + "' " + options)[scenario]["programmes"]["school_meals"];
    std::vector<double> served;
    for (std::size_t k = 0; k < weights.size(); ++k) served.push_back(meals["child=" + std::to_string(k + 1)]["recipients"].get<double>() / weights[k]);
    return served;
  };
  const auto share = [&](const char* value) {
    return recipients("universal_meals", std::string("--set programmes.school_meals.coverage.mode=share --set programmes.school_meals.coverage.share=") + value);
  };
  const std::vector<std::vector<double>> growing = {recipients("as_observed", ""), share("0.4"), share("0.6"), share("0.8"), recipients("universal_meals", "")};
  double before = -1;
  for (std::size_t i = 0; i < growing.size(); ++i) {
    double total = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      total += growing[i][k];
      EXPECT_GE(growing[i][k], i == 0 ? 0 : growing[i - 1][k]) << "child " << k << " step " << i;
    }
    EXPECT_GT(total, before) << i;
    before = total;
  }
  EXPECT_EQ(before, 400) << "everyone is everyone";
}

}  // namespace
}  // namespace puente::test
