// Draws of one study in several jobs, ranks in teams, a run that goes on where another ended, scenarios apart: always the bits of
// one run.
#include <gtest/gtest.h>

#include <cmath>

#include "io/hdf5/results_file.hpp"
#include "tests/hpc/layouts.hpp"

namespace puente::test {
namespace {

constexpr const char* study = R"(format = 1
[population]
households = 60
[population.recipe]
seed = 3
[population.recipe.household]
size = { value = '1 + floor(4*uniform("size"))', type = "i8" }
income = { value = 'exp(5 + normal("income"))', type = "f64" }
area = { value = 'floor(2*uniform("area"))', type = "i8", labels = ["urban", "rural"] }
[parameters]
amount = { value = 20, se = 4, status = "published" }
share  = { value = 0.5, low = 0.2, high = 0.8, distribution = "uniform", status = "assumed" }
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[welfare.lines]
line = 60
[groups]
area = 'area'
[programmes.grant]
eligible = 'true'
coverage = { mode = "share", share = 0.7 }
cash = { amount = 'amount' }
[programmes.some]
eligible = 'true'
coverage = { mode = "share", share = 'share' }
cash = { amount = 5 }
[scenarios.none]
[scenarios.grant]
programmes = ["grant"]
[scenarios.some]
programmes = ["some"]
[scenarios.both]
programmes = ["grant", "some"]
[statistics]
include = ["fgt", "gini", "programmes"]
deciles = true
contrasts = ["area=rural - area=urban"]
[run]
reference = "none"
seed = 5
)";

class SeparateJobs : public testing::Test {
 protected:
  std::string run(const std::string& name, const std::string& options, const std::string& prefix = "") {
    const Ran ran = shell(prefix + PUENTE_BINARY " run " + file_ + " --quiet --threads 1 " + (options.find("draws") != std::string::npos || options.find("mcse") != std::string::npos ? "--batch 16 " : "") + options + " -o " + folder_ / name);
    EXPECT_EQ(ran.code, 0) << options << "\n" << ran.text;
    return folder_ / name;
  }
  void expect_same(const std::string& a, const std::string& b) {
    const Ran compared = puente("compare " + a + " " + b);
    EXPECT_EQ(compared.code, 0) << compared.text.substr(0, 2000);
  }
  std::string merged(const std::string& parts) {
    const Ran ran = puente("merge " + parts + " --quiet -o " + folder_ / "merged.h5");
    EXPECT_EQ(ran.code, 0) << ran.text;
    return folder_ / "merged.h5";
  }
  void expect_refused(int code, const std::string& arguments, const std::string& words) {
    const Ran ran = puente(arguments);
    EXPECT_EQ(ran.code, code) << arguments << "\n" << ran.text;
    EXPECT_NE(ran.text.find(words), std::string::npos) << arguments << "\n" << ran.text;
  }
  Folder folder_;
  std::string file_ = folder_.write("study.toml", study);
};

TEST_F(SeparateJobs, ALongerRunIsTheShorterOneAndMore) {
  for (const char* design : {"random", "sobol"}) {
    const std::string options = std::string("--design ") + design + " --save-draws --draws ";
    const std::string shorter = run("shorter.h5", options + "7"), whole = run("whole.h5", options + "12");
    expect_same(whole, run("longer.h5", options + "12 --extend " + shorter));
    expect_same(whole, run("again.h5", options + "12 --extend " + whole));
  }
}

TEST_F(SeparateJobs, WhatIsNotOfTheSameStudyIsNotTakenUp) {
  const std::string shorter = run("shorter.h5", "--draws 7 --save-draws"), plain = run("plain.h5", "--draws 7"), part = run("part.h5", "--draws 7 --only-draws 3-5");
  const std::string more = "run " + file_ + " --threads 1 --quiet --draws 12 --extend " + shorter;
  expect_refused(65, more + " --seed 6", "other values");
  expect_refused(65, more + " --design sobol", "other values");
  expect_refused(65, more + " --set parameters.amount.se=5", "other values");
  expect_refused(65, more + " --set welfare.lines.line=61", "draw 7 has other figures");
  expect_refused(65, more + " --scenarios grant", "draw 7 has other figures");
  expect_refused(65, more + " --precision sketch", "draw 7 has other figures");
  expect_refused(65, "run " + file_ + " --threads 1 --quiet --draws 5 --extend " + shorter, "more than the 5 asked for");
  expect_refused(65, "run " + file_ + " --threads 1 --quiet --draws 12 --extend " + plain, "hold no draws");
  expect_refused(65, "run " + file_ + " --threads 1 --quiet --draws 12 --extend " + part, "from 3 on");
  expect_refused(66, "run " + file_ + " --threads 1 --quiet --draws 12 --extend " + folder_ / "absent.h5", "absent.h5");
  expect_refused(64, "run " + file_ + " --threads 1 --quiet --draws 12 --design latin --extend " + shorter, "made for its number of draws");
  expect_refused(64, "run " + file_ + " --threads 1 --quiet --extend " + shorter, "--draws N");
  expect_refused(64, more + " --only-draws 8-12", "--only-draws");
  expect_refused(64, more + " -o " + shorter, "a file of its own");
  expect_refused(64, "run " + file_ + " --draws 5 --save-draws", "name it with -o");
}

TEST_F(SeparateJobs, PartsOfTheDrawsMakeTheWhole) {
  for (const char* options : {"--draws 11 --design latin --save-draws ", "--draws 12 --design saltelli --save-draws --unit-replicates 3 "}) {
    const std::string whole = run("whole.h5", options);
    const std::string a = run("a.h5", std::string(options) + "--only-draws 1-4"), b = run("b.h5", std::string(options) + "--only-draws 5-5");
    const std::string c = run("c.h5", std::string(options) + (std::string(options).find("11") != std::string::npos ? "--only-draws 6-11" : "--only-draws 6-12"));
    expect_same(whole, merged(c + " " + a + " " + b));
    const auto words = [](const std::string& file) { return std::get<std::string>(io::read_results(file).provenance.at("uncertainty")); };
    EXPECT_EQ(words(whole), words(folder_ / "merged.h5"));
    expect_refused(65, "merge " + a + " " + c + " -o " + folder_ / "m.h5", "do not follow");
    expect_refused(65, "merge " + a + " " + a + " -o " + folder_ / "m.h5", "do not follow");
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "m.h5"));
}

TEST_F(SeparateJobs, ScenariosApartMakeTheWhole) {
  const std::string draws = " --draws 6 --save-draws";
  const std::string whole = run("whole.h5", "--scenarios none,grant,both" + draws);
  const std::string grant = run("grant.h5", "--scenarios grant" + draws), both = run("both.h5", "--scenarios both" + draws);
  expect_same(whole, merged(grant + " " + both));
  EXPECT_EQ(io::read_results(folder_ / "merged.h5").dimension("group").labels.back(), "area=rural - area=urban");
  // And both ways at once.
  const std::string first = run("first.h5", "--scenarios both --draws 6 --only-draws 1-2"), second = run("second.h5", "--scenarios both --draws 6 --only-draws 3-6");
  expect_same(whole, merged(grant + " " + second + " " + first));
  // Each part knows other programmes, and one names them the other way round.
  const std::string all = " --draws 60 --save-draws --unit-replicates 3 --sampling linearised";
  std::string survey = std::string(study);
  survey.replace(survey.find("programmes = [\"grant\", \"some\"]"), 30, "programmes = [\"some\", \"grant\"]");
  file_ = folder_.write("turned.toml", survey);
  expect_same(run("all.h5", "--scenarios none,grant,some,both" + all),
              merged(run("grant.h5", "--scenarios grant" + all) + " " + run("some.h5", "--scenarios some" + all) + " " + run("both.h5", "--scenarios both" + all)));
  expect_same(run("all.h5", "--scenarios none,grant,both --unit-replicates 3"),
              merged(run("grant.h5", "--scenarios grant --unit-replicates 3") + " " + run("both.h5", "--scenarios both --unit-replicates 3")));
}

/// Effects of a scenario that is elsewhere are outcomes here too: their means are of every scenario.
TEST_F(SeparateJobs, ScenariosWithEffectsApart) {
  const std::string options = "run " + folder_.write("village.toml", village) + " --households 500 --quiet --threads 1 -o ";
  const std::string whole = folder_ / "whole.h5", meals = folder_ / "meals.h5", both = folder_ / "both.h5";
  ASSERT_EQ(puente(options + whole).code, 0);
  ASSERT_EQ(puente(options + meals + " --scenarios meals").code, 0);
  ASSERT_EQ(puente(options + both + " --scenarios both").code, 0);
  expect_same(whole, merged(meals + " " + both));
}

TEST_F(SeparateJobs, WhatDoesNotBelongTogetherIsNotMerged) {
  const std::string grant = run("grant.h5", "--scenarios grant"), some = run("some.h5", "--scenarios some --seed 6");
  const std::string into = " -o " + folder_ / "m.h5";
  expect_refused(65, "merge " + grant + " " + run("seed.h5", "--scenarios both --seed 6 --set programmes.grant.coverage.share=0.6 --households 59") + into, "differ in what they share");
  expect_refused(65, "merge " + grant + " " + run("area.h5", "--scenarios some --set statistics.deciles=false") + into, "dimension group");
  expect_refused(65, "merge " + grant + " " + grant + into, "holds no draws");
  const std::string part = run("part.h5", "--draws 6 --only-draws 1-3"), other = "--draws 6 --only-draws 4-6 ";
  expect_refused(65, "merge " + part + " " + run("se.h5", other + "--set parameters.amount.se=5") + into, "of another study");
  expect_refused(65, "merge " + part + " " + run("level.h5", other + "--level 0.9") + into, "level of limits");
  expect_refused(65, "merge " + part + " " + run("units.h5", other + "--unit-replicates 2") + into, "level of limits");
  expect_refused(65, "merge " + run("l1.h5", "--design latin --draws 6 --only-draws 1-3") + " " + run("l2.h5", "--design latin --draws 9 --only-draws 4-9") + into, "of another study");
  expect_refused(65, "merge " + run("d1.h5", "--scenarios grant --draws 6") + " " + run("d2.h5", "--scenarios some --draws 6") + into, "--save-draws");
  const std::string a = run("a.h5", "--draws 6 --only-draws 1-3"), b = run("b.h5", "--draws 6 --only-draws 4-6 --households 59");
  expect_refused(65, "merge " + a + " " + b + into, "differ at the central values");
  file_ = folder_.write("other.toml", std::string(study) + "# another\n");
  expect_refused(65, "merge " + grant + " " + run("other.h5", "--scenarios some") + into, "different scenario files");
  expect_refused(64, "merge " + grant + " " + some + " -o " + some, "both a part and what is to be written");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "m.h5"));
}

TEST_F(SeparateJobs, DrawsGoOnUntilTheyAreSureEnough) {
  const Results results = io::read_results(run("r.h5", "--draws 500 --until-mcse mean_welfare=0.07 --save-draws"));
  const std::size_t draws = results.dimension("draw").size();
  EXPECT_GT(draws, 100u);
  EXPECT_LT(draws, 500u);
  EXPECT_EQ(draws % 100, 0u);
  const Variable& error = *results.find("mean_welfare_mcse");
  for (std::size_t s = 0; s < 4; ++s) EXPECT_LE(results.at(error, {s, 0}), 0.07);
  const std::string words = std::get<std::string>(results.provenance.at("uncertainty"));
  EXPECT_NE(words.find("Monte Carlo error of mean_welfare at most 0.07"), std::string::npos) << words;
  expect_same(folder_ / "r.h5", run("same.h5", "--save-draws --draws " + std::to_string(draws)));
  expect_same(folder_ / "r.h5", run("longer.h5", "--draws 500 --until-mcse mean_welfare=0.07 --save-draws --extend " + run("few.h5", "--draws 30 --save-draws")));
  const Ran few = puente("run " + file_ + " --threads 1 --draws 100 --until-mcse mean_welfare=0.07");
  EXPECT_NE(few.text.find("not reached"), std::string::npos) << few.text;
  const Ran two = puente("run " + file_ + " --threads 1 --batch 16 --draws 100 --until-mcse mean_welfare=0.0001 --until-mcse gini=10");
  EXPECT_NE(two.text.find("mean_welfare not reached"), std::string::npos) << two.text;
  EXPECT_NE(two.text.find("gini at most 10"), std::string::npos) << two.text;
  expect_refused(64, "run " + file_ + " --until-mcse poverty=0.1", "there is no such figure");
  expect_refused(64, "run " + file_ + " --until-mcse mean_welfare", "VARIABLE=ERROR");
  expect_refused(64, "run " + file_ + " --draws 5 --draw-teams 2", "there is 1 rank");
  for (const char* idle : {"--design sobol", "--save-draws -o r.h5", "--batch 4", "--draw-teams 2"}) expect_refused(64, "run " + file_ + " " + idle, "is of draws, and there are none");
}

#ifdef PUENTE_HAS_MPI
TEST_F(SeparateJobs, TeamsOfRanksShareTheDraws) {
  const std::string draws = "--draws 7 --save-draws --scenarios both ", whole = run("whole.h5", draws);
  for (const auto& [ranks, teams] : {std::pair{2, 2}, {3, 2}, {4, 2}, {4, 4}})
    expect_same(whole, run("teams.h5", draws + "--draw-teams " + std::to_string(teams), "mpirun -n " + std::to_string(ranks) + " "));
  expect_same(whole, run("more.h5", draws + "--draw-teams 3 --extend " + run("few.h5", "--draws 5 --save-draws --scenarios both"), "mpirun -n 3 "));
  const Ran failed = shell("mpirun -n 2 " PUENTE_BINARY " run " + file_ + " --quiet --threads 1 --draw-teams 2 --draws 8 --set parameters.share.high=19");
  EXPECT_EQ(failed.code, 65) << failed.text;
  EXPECT_NE(failed.text.find("in draw"), std::string::npos) << failed.text;
}
#endif

}  // namespace
}  // namespace puente::test
