// What was drawn stays only where every effect that reaches an outcome is the same, unit by unit.
#include "engine/run/reaching_effects.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace puente::test {
namespace {

class Reaching : public ::testing::Test {
 protected:
  void SetUp() override {
    odds_.kind = EffectKind::odds;
    points_.kind = EffectKind::points;
  }
  /// Whether a scenario with these effects has what was drawn last.
  struct Seen {
    const Effect* effect;
    const std::vector<double>* reach;
    const std::vector<double>* size;
  };
  bool same(const std::vector<Seen>& scenario) {
    reaching_.begin();
    for (const Seen& seen : scenario) {
      CompiledEffect compiled;
      compiled.effect = seen.effect;
      reaching_.see(compiled, {seen.reach->data(), seen.size->data(), nullptr, nullptr}, seen.reach->size());
    }
    return reaching_.same();
  }

  Effect odds_, points_;
  std::vector<double> all_{1, 1, 1}, most_{1, 0, 1}, small_{1.3, 1.3, 1.3}, large_{1.3, 1.3, 1.5};
  ReachingEffects reaching_;
};

TEST_F(Reaching, IsTheSameWhereEveryUnitHasTheSame) {
  EXPECT_FALSE(same({{&odds_, &all_, &small_}})) << "nothing was drawn before";
  EXPECT_TRUE(same({{&odds_, &all_, &small_}}));
  const std::vector<double> again = all_;
  EXPECT_TRUE(same({{&odds_, &again, &small_}})) << "values count, not where they are";
}

TEST_F(Reaching, IsAnotherWhereOneUnitDiffers) {
  same({{&odds_, &all_, &small_}});
  EXPECT_FALSE(same({{&odds_, &most_, &small_}}));
  EXPECT_FALSE(same({{&odds_, &all_, &small_}})) << "the last one drawn is the one that counts";
  EXPECT_FALSE(same({{&odds_, &all_, &large_}}));
}

TEST_F(Reaching, IsAnotherWithMoreFewerOrOtherEffects) {
  same({{&odds_, &all_, &small_}});
  EXPECT_FALSE(same({{&odds_, &all_, &small_}, {&odds_, &most_, &small_}}));
  EXPECT_FALSE(same({{&odds_, &all_, &small_}}));
  EXPECT_FALSE(same({{&points_, &all_, &small_}}));
  EXPECT_FALSE(same({{&points_, &all_, &small_}, {&odds_, &all_, &small_}}));
  EXPECT_FALSE(same({{&odds_, &all_, &small_}, {&points_, &all_, &small_}})) << "in their order";
}

TEST_F(Reaching, StaysKnownThroughAScenarioWithoutEffects) {
  same({{&odds_, &all_, &small_}});
  EXPECT_FALSE(same({})) << "nothing is drawn";
  EXPECT_TRUE(same({{&odds_, &all_, &small_}}));
}

TEST_F(Reaching, IsForgotten) {
  same({{&odds_, &all_, &small_}});
  reaching_.forget();
  EXPECT_FALSE(same({{&odds_, &all_, &small_}}));
  EXPECT_TRUE(same({{&odds_, &all_, &small_}}));
}

TEST_F(Reaching, IsNeverTheSameWithoutANumber) {
  all_[1] = std::numeric_limits<double>::quiet_NaN();
  same({{&odds_, &all_, &small_}});
  EXPECT_FALSE(same({{&odds_, &all_, &small_}}));
}

}  // namespace
}  // namespace puente::test
