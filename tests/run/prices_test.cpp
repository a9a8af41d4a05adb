// [prices] in a scenario file: lines in international dollars, amounts of another year, regions.
#include <gtest/gtest.h>

#include "tests/programmes/policies.hpp"

namespace puente::test {
namespace {

/// Two households of one person: 1,270 and 127 a month in prices of 2018; 2.15 dollars a day are 2.15·365/12·5·127/120 = 346.02.
const std::string country = R"(format = 1
[population]
households = 2
[population.recipe.household]
size = { value = '1' }
income = { value = 'if(id == 0, 1270, 127)', unit = "ZMW/month/household" }
place = { value = 'id', type = "i8", labels = ["town", "village"] }
[prices]
year = 2018
[prices.cpi.ZMW]
index = { 2015 = 100, 2017 = 120, 2018 = 127 }
source = "office of statistics"
[prices.ppp.ZMW]
factors = { 2017 = 5 }
source = "International Comparison Program"
[parameters]
grant = { value = 100, unit = "ZMW@2015/month" }
[variables]
dollars = 'to(income, "PPP@2017/day/household")'
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[welfare.lines]
dollars = { value = 2.15, unit = "PPP@2017/day/person" }
[statistics]
outcomes = ['dollars']
[programmes.cash]
eligible = 'true'
cash = { amount = 'to(grant, "ZMW@2018/month")' }
[scenarios.none]
[scenarios.cash]
programmes = ["cash"]
)";

class PricesInAFile : public Policies {};

TEST_F(PricesInAFile, LinesAndAmountsAreConverted) {
  const auto s = run(country);
  EXPECT_EQ(mean(s["none"]), (1270 + 127) / 2.0);
  EXPECT_EQ(mean(s["cash"]), (1270 + 127) / 2.0 + 127);
  EXPECT_DOUBLE_EQ(outcome(s["none"], "dollars"), (240.0 + 24) / 2 * 12 / 365);
  const double line = 2.15 * 365 / 12 * 5 * 127 / 120;
  EXPECT_DOUBLE_EQ(s["none"]["groups"]["all"]["fgt"]["dollars"]["1"].get<double>(), (1 - 127 / line) / 2);
  EXPECT_DOUBLE_EQ(s["cash"]["groups"]["all"]["fgt"]["dollars"]["1"].get<double>(), (1 - 254 / line) / 2);
}

TEST_F(PricesInAFile, TwoDatesDoNotMeetUnconverted) {
  expect_mistake(with(country, "to(grant, \"ZMW@2018/month\")", "grant"), "is in ZMW@2015/month; to(…, \"ZMW@2018/month\") converts it", 29);
  expect_mistake(with(country, "amount = 'to(grant, \"ZMW@2018/month\")'", "amount = 'to(grant, \"ZMW@2016/month\")'"), "no CPI of ZMW for 2016", 29);
  expect_mistake(with(country, "PPP@2017/day/person\" }", "PPP@2011/day/person\" }"), "no factor between ZMW and PPP for 2011", 24);
}

TEST_F(PricesInAFile, RegionsHaveTheirOwn) {
  const std::string regional = "[prices.regional.price_level]\nby = 'place'\nindex = { town = 1.27, village = 0.5 }\nsource = \"survey\"\n[parameters]\n";
  const auto s = run(with(with(country, "[parameters]\n", regional), "resource = 'income'", "resource = 'income/price_level'"));
  EXPECT_DOUBLE_EQ(mean(s["none"]), (1000 + 254) / 2.0);
  expect_refused(with(with(country, "[parameters]\n", with(regional, ", village = 0.5", "")), "resource = 'income'", "resource = 'income/price_level'"), "is missing");
  const std::string misspelt = with(with(country, "[parameters]\n", with(regional, "village", "vilage")), "resource = 'income'", "resource = 'income/price_level'");
  EXPECT_NE(check(misspelt).text.find("did you mean \"village\"?"), std::string::npos);
}

TEST_F(PricesInAFile, MistakesAreFoundAtTheirPlaces) {
  expect_mistake(with(country, "source = \"office of statistics\"\n", ""), "prices.cpi.ZMW.source is missing", 10);
  expect_mistake(with(country, "2017 = 120", "2017 = 0"), "prices.cpi.ZMW.index.2017 is 0: prices are above zero", 11);
  expect_mistake(with(country, "factors = { 2017 = 5 }", "factor = 5"), "did you mean 'factors'?", 14);
  expect_mistake(with(country, "year = 2018", "year = 2018.5"), "a year or the date of an index", 9);
  expect_mistake(with(country, "[prices.ppp.ZMW]\n", "[prices.exchange.ZMW]\n"), "prices.exchange.ZMW.to is missing", 13);
}

TEST_F(PricesInAFile, AnExchangeRateIsOfItsYear) {
  const std::string dollars = with(with(with(country, "[prices.ppp.ZMW]\n", "[prices.exchange.ZMW]\nto = \"USD\"\n"), "PPP@2017/day/household", "USD@2017/year/household"),
                                   "{ value = 2.15, unit = \"PPP@2017/day/person\" }", "100");
  EXPECT_DOUBLE_EQ(outcome(run(dollars)["none"], "dollars"), (240.0 + 24) / 2 * 12);
}

}  // namespace
}  // namespace puente::test
