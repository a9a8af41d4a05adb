// What is computed for many households at a time, beside the same one household after the other.
#include <gtest/gtest.h>

#include "engine/core/elementary.hpp"
#include "engine/population/synthesis/counted.hpp"
#include "engine/population/synthesis/welfare_curve.hpp"
#include "tests/population/synthetic.hpp"

namespace puente::test {
namespace {

constexpr std::int64_t many = 20'000;

/// Every 7th household of a country from the third on, in runs that end nowhere in particular.
std::vector<MadeHousehold> some_households(const HouseholdMaker& maker, std::size_t count) {
  std::vector<MadeHousehold> all;
  HouseholdRun run(maker, 3, 7);
  for (std::size_t step = 1; all.size() < count; step = step % HouseholdRun::batch + 1)
    for (const MadeHousehold& made : run.next(std::min(step, count - all.size()))) all.push_back(made);
  return all;
}

TEST(Batches, MakeTheHouseholdsThatOneByOneAreMade) {
  const Profile profile = profile_of("zambia", many);
  const HouseholdMaker maker(profile, many);
  std::int64_t number = 3;
  for (const MadeHousehold& made : some_households(maker, 2'000)) {
    std::array<std::uint32_t, household_words> words{};
    draw_household_words(maker.key(), 1, &number, words.data());
    MadeHousehold alone;
    maker.make(number, maker.layout().cell_of(number), words.data(),
               inverse_normal_cdf(uniform_of_bits(draw_bits(maker.key(), {number, 0, 0, 0}))), alone);
    ASSERT_EQ(made.number, number);
    ASSERT_EQ(made.cell, alone.cell);
    ASSERT_EQ(made.livelihood, alone.livelihood);
    ASSERT_EQ(made.index, alone.index);
    ASSERT_EQ(made.family.members, alone.family.members);
    number += 7;
  }
}

/// Persons by age group but the last, women, the household in its area: counted from its members.
std::vector<std::pair<int, int>> counts_of(const MadeHousehold& made) {
  std::array<int, age_groups> persons{};
  for (int m = 0; m < made.family.members; ++m) {
    const Member& member = made.family.member[static_cast<std::size_t>(m)];
    const auto group = static_cast<std::size_t>(std::min(member.age / 5, 16));
    if (group < 16) ++persons[group];
    persons[16] += member.sex == Sex::female ? 1 : 0;
  }
  std::vector<std::pair<int, int>> counts;
  for (int i = 0; i < 17; ++i)
    if (persons[static_cast<std::size_t>(i)] > 0) counts.emplace_back(i, persons[static_cast<std::size_t>(i)]);
  counts.emplace_back(17 + made.area, 1);
  return counts;
}

TEST(Batches, CountedHouseholdsAddUpAsTheyAre) {
  const Profile profile = profile_of("zambia", many);
  const HouseholdMaker maker(profile, many);
  const std::size_t cells = maker.layout().cells().size(), common = age_groups + profile.areas.size();
  Multipliers multipliers{std::vector<double>(common), std::vector<double>(cells)};
  for (std::size_t i = 0; i < common; ++i) multipliers.common[i] = 0.02 * static_cast<double>(i) - 0.2;
  for (std::size_t c = 0; c < cells; ++c) multipliers.cell[c] = 0.01 * static_cast<double>(c % 5);
  const WeightFunction function{0.2, 5};
  const IndexRanks ranks(-12, 12);
  CountedHouseholds counted;
  WeightSums sums(common, cells);
  std::vector<std::int64_t> order(IndexRanks::bins);
  for (const MadeHousehold& made : some_households(maker, 1'500)) {
    counted.add(made, ranks);
    double u = multipliers.cell[made.cell] * made.family.members, derivative = 0;
    for (const auto& [i, count] : counts_of(made)) u += multipliers.common[static_cast<std::size_t>(i)] * count;
    const std::int64_t weight = function.at(u, &derivative);
    sums.add(counts_of(made), made.cell, made.family.members, weight, derivative);
    order[ranks.bin(made.index)] += weight * made.family.members;
  }
  CountedSums together(common, cells);
  together.add(counted, 3, 7, maker.layout(), CalibrationIndex(multipliers, maker.layout()), function, true);
  const std::vector<double> one_by_one = sums.totals(), batch = together.weights.totals();
  for (std::size_t i = 0; i < batch.size(); ++i) EXPECT_NEAR(batch[i], one_by_one[i], 1e-3) << i;  // u is summed in another order
  for (std::size_t b = 0; b < order.size(); ++b) EXPECT_NEAR(static_cast<double>(together.order[b]), static_cast<double>(order[b]), 100) << b;
  EXPECT_LT(together.least, together.most);
}

/// By the definition: word t mod 4 of block t/4 of the unit, as a uniform below the cell's probability.
TEST(Batches, TraitsAreDrawnAsOneByOne) {
  const Profile profile = profile_of("zambia", many);
  const HouseholdMaker maker(profile, many);
  TraitTables tables(profile);
  for (std::size_t t = 0; t < profile.traits.size(); ++t) {
    std::vector<double> probability(tables.cells(t).count());
    for (std::size_t c = 0; c < probability.size(); ++c) probability[c] = c % 7 == 0 ? static_cast<double>(c % 2) : 0.9 / static_cast<double>(1 + c % 5);
    tables.add(probability);
  }
  std::vector<MadeHousehold> all = some_households(maker, 1'000);
  for (MadeHousehold& made : all) made.quartile = static_cast<int>(made.number % 4);
  TraitTables::Scratch scratch;
  tables.draw(all, scratch);
  const std::uint64_t key = purpose_key(profile.seed, "synthesis.traits");
  std::size_t had = 0;
  for (const MadeHousehold& made : all)
    for (std::size_t t = 0; t < profile.traits.size(); ++t) {
      const bool of_persons = profile.traits[t].entity == Entity::person;
      for (int m = 0; m < (of_persons ? made.family.members : 1); ++m) {
        const auto words = draw_words(key, {made.number, static_cast<std::uint16_t>(of_persons ? m + 1 : 0), 0, static_cast<std::uint32_t>(t / 4)});
        const double uniform = (static_cast<double>(words[t % 4]) + 0.5) * 0x1p-32;
        const std::int64_t cell = tables.cells(t).cell_of(made, m);
        const bool has = cell >= 0 && uniform < tables.probability(t)[static_cast<std::size_t>(cell)];
        ASSERT_EQ((made.traits[t] >> m & 1U) != 0, has) << made.number << " " << t << " " << m;
        had += has ? 1 : 0;
      }
    }
  EXPECT_GT(had, 500U);
}

TEST(Batches, WelfareWeightsAndUnitsHaveTheBitsOfOneByOne) {
  const Profile profile = profile_of("zambia", many);
  const WelfareCurve curve(profile.welfare);
  std::vector<double> p = {0, 1, 1 - 0x1p-53};
  for (const WelfarePoint& point : profile.welfare.points) p.push_back(point.p);
  for (int i = 0; i < 5'000; ++i) p.push_back((i + 0.5) / 5'000);
  std::vector<double> welfare(p.size());
  curve.at(p.data(), p.size(), welfare.data());
  for (std::size_t i = 0; i < p.size(); ++i) ASSERT_EQ(welfare[i], curve.at(p[i])) << p[i];

  const WeightFunction function{0.2, 5};
  std::vector<double> u(1'001), derivative(u.size());
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = 0.01 * static_cast<double>(i) - 5;
  const std::vector<double> before = u;
  std::vector<std::int64_t> weight(u.size());
  function.at(u.data(), u.size(), weight.data(), derivative.data());
  for (std::size_t i = 0; i < u.size(); ++i) {
    double slope = 0;
    ASSERT_EQ(weight[i], function.at(before[i], &slope));
    ASSERT_EQ(derivative[i], slope);
  }

  const Layout layout(profile, many);
  for (const Cell& cell : layout.cells())
    for (std::size_t level = 0; level < profile.units.size(); ++level) {
      std::vector<double> unit(static_cast<std::size_t>(cell.last - cell.first));
      layout.units_of(cell, cell.first, unit.size(), level, unit.data());
      for (std::size_t i = 0; i < unit.size(); ++i)
        ASSERT_EQ(unit[i], static_cast<double>(layout.unit_of(cell, cell.first + static_cast<std::int64_t>(i), level)));
    }
}

}  // namespace
}  // namespace puente::test
