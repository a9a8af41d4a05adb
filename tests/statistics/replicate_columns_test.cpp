#include "engine/statistics/replicate_columns.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/statistics/replicate_weights.hpp"
#include "tests/statistics/error_text.hpp"

namespace puente {
namespace {

using testing::error_text;
using Keys = std::vector<std::int64_t>;
using Values = std::vector<double>;

TEST(ReplicateColumns, ColumnsThatMissHouseholds) {
  const Values weight{1, 2, 0};
  const Keys household{11, 12, 13};
  const Values first{2, 0, 0}, second{0, 4, 0}, third{1, 0, 0}, hole{1, std::numeric_limits<double>::quiet_NaN(), 0};
  const auto check = [&](const Values& a, const Values& b) {
    const std::span<const double> columns[] = {a, b};
    return error_text([&] { check_replicate_weights(weight, columns, household); });
  };
  EXPECT_EQ(check(first, second), "no error");
  EXPECT_NE(check(first, third).find("household 12 has weight 0 in all 2 replicates"), std::string::npos);
  EXPECT_NE(check(first, hole).find("household 12 has no weight in replicate 2"), std::string::npos);
  EXPECT_NE(check(first, Values{1, 2, 5}).find("household 13 has weight 0 in the survey and 5 in replicate 2"), std::string::npos);
}

/// Shipped as columns, what we make ourselves has the same scales.
TEST(ReplicateColumns, ScalesAreThoseOfOurOwnSchemes) {
  const Keys stratum{1, 1, 2, 2}, one(4, 1), psu{1, 2, 1, 2}, each{1, 2, 3, 4};
  const SurveyDesign pairs({stratum, psu, {}}), plain({one, each, {}});
  const auto same = [](const ReplicateScale& found, const std::unique_ptr<ReplicateScheme>& ours) {
    EXPECT_DOUBLE_EQ(found.scale, ours->scale());
    EXPECT_EQ(found.rscales, Values(ours->rscales().begin(), ours->rscales().end()));
  };
  same(replicate_scale(ReplicateKind::bootstrap, 20), bootstrap_weights(pairs, 1, 20));
  same(replicate_scale(ReplicateKind::brr, 4), brr_weights(pairs));
  same(replicate_scale(ReplicateKind::fay, 4, 0.3), brr_weights(pairs, 0.3));
  same(replicate_scale(ReplicateKind::jk1, 4), jackknife_weights(plain));
  same(replicate_scale(ReplicateKind::jkn, 4, 0, Values(4, 0.5)), stratified_jackknife_weights(pairs));
  EXPECT_DOUBLE_EQ(replicate_scale(ReplicateKind::jk2, 9).scale, 1);
  EXPECT_DOUBLE_EQ(replicate_scale(ReplicateKind::successive_difference, 80).scale, 0.05);
}

TEST(ReplicateColumns, RankIsOfWhatDoesNotFollow) {
  const Values a{1, 2, 3, 4}, b{0, 1, 0, 1}, c{2, 5, 6, 9}, zero(4, 0.0), far{1e9, 0, 0, 1};
  EXPECT_EQ(replicate_rank(std::vector<Values>{a, b, c}), 2u) << "c = 2a + b";
  EXPECT_EQ(replicate_rank(std::vector<Values>{zero, a, a}), 1u);
  EXPECT_EQ(replicate_rank(std::vector<Values>{far, a, b}), 3u);
}

TEST(ReplicateColumns, SaysWhatIsMissing) {
  EXPECT_NE(error_text([] { replicate_scale(ReplicateKind::jkn, 4); }).find("has 0 rscales"), std::string::npos);
  EXPECT_NE(error_text([] { replicate_scale(ReplicateKind::fay, 4, 1); }).find("Fay's factor is 1"), std::string::npos);
  EXPECT_NE(error_text([] { replicate_scale(ReplicateKind::brr, 1); }).find("two at least"), std::string::npos);
}

}  // namespace
}  // namespace puente
