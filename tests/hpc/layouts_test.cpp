// The same bits for any ranks × threads × block size × window.
#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace puente::test {
namespace {

const char* const village = R"(format = 1
[population]
households = 20000
[population.recipe]
seed = 7
persons = '1 + floor(6*uniform("size"))'
[population.recipe.household]
weight = { value = '0.25 + 3*uniform("weight")', type = "f64" }
income = { value = 'exp(5 + normal("income"))', type = "f64" }
land = { value = '5*uniform("land")', type = "f32" }
region = { value = 'floor(4*uniform("region"))', type = "i8", labels = ["N", "S", "E", "W"] }
[population.recipe.person]
age = { value = 'floor(60*uniform("age"))', type = "i8" }
attends = { value = 'chance(0.7, "attends")' }
meals = { value = 'chance(0.3, "meals")' }
[welfare]
resource = 'income'
pass_through = { income = 0.8, transfers = 1, in_kind = 1 }
[welfare.lines]
fixed = 60
relative = '0.6*quantile(welfare, 0.5)'
[groups]
region = 'region'
young = 'age < 15'
band = 'floor(land)'
[programmes.meals]
entity = "person"
eligible = '6 <= age <= 13'
condition = 'attends'
observed = 'meals'
take_up = 0.9
coverage = { mode = "share", share = 0.6, within = 'region' }
in_kind = { amount = 4, valued_at = 1 }
[programmes.cash]
eligible = 'rank(income/size) < 0.5'
coverage = { mode = "ranked", by = 'income/size', budget = 150000 }
cash = { amount = '10*size' }
cost = { per_recipient = 2, fixed = 500 }
[[programmes.cash.effects]]
outcome = "income"
size = 0.1
[scenarios.none]
[scenarios.meals]
programmes = ["meals"]
[scenarios.both]
programmes = ["meals", "cash"]
[run]
seed = 11
)";

class Layouts : public testing::Test {
 protected:
  void SetUp() override {
    scenario_ = folder_.write("village.toml", village);
    const Ran ran = puente("run " + scenario_ + " --quiet --threads 1 -o " + folder_ / "base.h5");
    ASSERT_EQ(ran.code, 0) << ran.text;
  }
  void expect_same(const std::string& prefix, const std::string& options) {
    const Ran ran = shell(prefix + PUENTE_BINARY + " run " + scenario_ + " --quiet " + options + " -o " + folder_ / "other.h5");
    ASSERT_EQ(ran.code, 0) << prefix << options << ran.text;
    const Ran compared = puente("compare " + (folder_ / "base.h5") + " " + (folder_ / "other.h5"));
    EXPECT_EQ(compared.code, 0) << prefix << options << compared.text;
  }
  Folder folder_;
  std::string scenario_;
};

TEST_F(Layouts, ThreadsAndBlockSizesChangeNoBit) {
  for (const char* threads : {"1", "2", "3"})
    for (const char* block : {"2", "64", "1024"})
      expect_same("", std::string("--threads ") + threads + " --block " + block);
}

TEST_F(Layouts, WindowsChangeNoBit) {
  for (const char* window : {"1000", "7777"}) expect_same("", std::string("--threads 2 --window ") + window);
}

#ifdef PUENTE_HAS_MPI
TEST_F(Layouts, RanksChangeNoBit) {
  for (const char* ranks : {"1", "2", "3", "4"})
    expect_same(std::string("mpirun -n ") + ranks + " ", "--threads 2 --block 64 --window 1000");
}

TEST_F(Layouts, EveryRankEndsWithTheSameCode) {
  const Ran ran = shell(std::string("timeout 60 mpirun -n 3 ") + PUENTE_BINARY + " run " + scenario_ + " --quiet --set welfare.resource=income/0*0 -o " + folder_ / "bad.h5");
  EXPECT_EQ(ran.code, 65) << ran.text;
  EXPECT_NE(ran.text.find("first in household 0"), std::string::npos) << ran.text;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "bad.h5"));
}
#endif

TEST_F(Layouts, AnotherSeedIsAnotherResult) {
  ASSERT_EQ(puente("run " + scenario_ + " --quiet --seed 12 -o " + (folder_ / "other.h5")).code, 0);
  EXPECT_EQ(puente("compare " + (folder_ / "base.h5") + " " + (folder_ / "other.h5")).code, 1);
}

}  // namespace
}  // namespace puente::test
