// Prices by hand: CPI 100, 120, 127 in 2015, 2017, 2018; 5 ZMW of 2017 are worth one international dollar of 2017.
#include <gtest/gtest.h>

#include "engine/core/error.hpp"
#include "engine/core/prices.hpp"

namespace puente {
namespace {

Prices zambia() {
  Prices prices;
  prices.add_index("ZMW", {{"2015", 100}, {"2017", 120}, {"2018", 127}});
  prices.add_rates("ZMW", "PPP", {{"2017", 5}, {"2015", 4}});
  return prices;
}

double factor(const std::string& from, const std::string& to) { return zambia().factor(Unit::parse(from), Unit::parse(to)); }

std::string mistake(const Prices& prices, const std::string& from, const std::string& to) {
  try {
    static_cast<void>(prices.factor(Unit::parse(from), Unit::parse(to)));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Prices, ConsumerPricesBringMoneyFromOneDateToAnother) {
  EXPECT_EQ(factor("ZMW@2015/month", "ZMW@2018/month"), 1.27);
  EXPECT_DOUBLE_EQ(factor("ZMW@2018/month", "ZMW@2015/month"), 100.0 / 127);
  EXPECT_DOUBLE_EQ(factor("ZMW@2018/year", "ZMW@2017/month"), 120.0 / 127 / 12);
  EXPECT_DOUBLE_EQ(factor("kg/ZMW@2015", "kg/ZMW@2018"), 1 / 1.27) << "what a kwacha buys";
  EXPECT_EQ(factor("ZMW@2018/month", "ZMW@2018/year"), 12) << "the same date needs no index";
}

TEST(Prices, PurchasingPowerIsOfItsYear) {
  // 1,270 ZMW@2018 a month are 1,200 ZMW@2017, 240 dollars of 2017 a month, and 12/365 of that a day.
  EXPECT_DOUBLE_EQ(1270 * factor("ZMW@2018/month/person", "PPP@2017/day/person"), 240.0 * 12 / 365);
  EXPECT_DOUBLE_EQ(2.15 * factor("PPP@2017/day/person", "ZMW@2018/month/person"), 2.15 * 365 / 12 * 5 * 127 / 120);
  EXPECT_DOUBLE_EQ(factor("ZMW@2018", "PPP@2015"), 100.0 / 127 / 4) << "each round has its own factor";
  EXPECT_EQ(zambia().converted(Unit::parse("ZMW@2018/month/person"), Unit::parse("PPP@2017/day")).text(), "PPP@2017/day/person");
}

TEST(Prices, WhatTheTableDoesNotHoldIsRefused) {
  EXPECT_NE(mistake(zambia(), "ZMW@2016", "ZMW@2018").find("no CPI of ZMW for 2016; it has 2015, 2017, 2018"), std::string::npos);
  EXPECT_NE(mistake(zambia(), "ZMW@2018", "PPP@2011").find("no factor between ZMW and PPP for 2011; it has 2015, 2017"), std::string::npos);
  EXPECT_NE(mistake(zambia(), "ZMW@2018", "PPP").find("of which year is PPP?"), std::string::npos);
  EXPECT_NE(mistake(zambia(), "ZMW@2018", "PEN@2018").find("cannot become"), std::string::npos);
  EXPECT_NE(mistake(zambia(), "ZMW", "PPP@2017").find("has no date"), std::string::npos);
  EXPECT_NE(mistake(Prices(), "ZMW@2015", "ZMW@2018").find("through [prices]"), std::string::npos);
  EXPECT_NE(mistake(zambia(), "PPP@2015", "PPP@2017").find("no CPI of PPP"), std::string::npos);
}

TEST(Prices, MoneyWithoutADateIsOfTheReferenceYear) {
  Prices prices = zambia();
  EXPECT_EQ(prices.dated(Unit::parse("ZMW/month")).text(), "ZMW/month");
  prices.set_reference("2018");
  EXPECT_EQ(prices.dated(Unit::parse("ZMW/month")).text(), "ZMW@2018/month");
  EXPECT_EQ(prices.dated(Unit::parse("ZMW@2015/month")).text(), "ZMW@2015/month");
  EXPECT_EQ(prices.dated(Unit::parse("PPP/day")).text(), "PPP/day");
  EXPECT_EQ(prices.dated(Unit()).text(), "");
}

}  // namespace
}  // namespace puente
