// Units: the table of what is written, how they multiply, and which may meet.
#include "engine/core/units.hpp"

#include <gtest/gtest.h>

#include "engine/core/error.hpp"

namespace puente {
namespace {

Unit unit(const char* text) { return Unit::parse(text); }

TEST(Unit, TextIsCanonical) {
  const char* const same[] = {"", "1", "ZMW", "ZMW@2015/month/household", "ZMW/month/person", "kg/ha", "ha^2", "years",
                              "ZMW@2015-07/year/adult_equivalent", "1/ha", "ISK@2017PPP", "гектар"};
  for (const char* text : same) EXPECT_EQ(unit(text).text(), text);
  EXPECT_EQ(unit("ZMW/household/month").text(), "ZMW/month/household");
  EXPECT_EQ(unit("ha*ha").text(), "ha^2");
  EXPECT_EQ(unit("kg/ha*ha").text(), "kg");
  EXPECT_EQ(unit("ZMW/capita").text(), "ZMW/person");
  EXPECT_EQ(unit("m^-2").text(), "1/m^2");
}

TEST(Unit, PeopleAreOne) {
  for (const char* text : {"persons", "person", "households", "people", "adult_equivalents", "1", "1*1", "persons/household"})
    EXPECT_TRUE(unit(text).is_one()) << text;
  EXPECT_EQ(unit("kg*persons").text(), "kg");
  EXPECT_FALSE(Unit().is_one());
  EXPECT_FALSE(Unit().known());
}

TEST(Unit, RefusesWhatIsMalformed) {
  for (const char* text : {"/", "ZMW/", "ZMW//month", "ZMW per month", "ha^", "ha^x", "ha^2x", "ha^99", "12", "100*kg", " ", "@2015", "a,b"})
    EXPECT_THROW(unit(text), Error) << text;
  try {
    unit("ZMW//month");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    EXPECT_NE(std::string(error.what()).find("\"ZMW//month\""), std::string::npos);
  }
}

TEST(Unit, Algebra) {
  EXPECT_EQ(unit("ZMW/month") * unit("month"), unit("ZMW"));
  EXPECT_EQ(unit("ZMW/ha") * unit("ha"), unit("ZMW"));
  EXPECT_EQ(unit("ha") / unit("ha"), Unit::one());
  EXPECT_EQ(unit("ZMW@2015/month") / unit("ZMW"), unit("1/month"));
  EXPECT_EQ(unit("ZMW") / unit("ZMW@2015/month"), unit("month"));
  EXPECT_EQ(unit("ZMW/month/household") / unit("ZMW/month"), Unit::one());
  EXPECT_EQ((unit("ZMW@2015") / unit("ZMW@2010")).text(), "ZMW@2015/ZMW@2010");
  EXPECT_EQ(unit("ha").power(-2), unit("1/ha^2"));
  EXPECT_EQ(unit("ha").power(0), Unit::one());
  EXPECT_FALSE((unit("ha") * Unit()).known());
  EXPECT_FALSE((Unit() / unit("ha")).known());
  EXPECT_EQ(unit("ha^2/kg^4").square_root(), unit("ha/kg^2"));
  EXPECT_FALSE(unit("ha").square_root().has_value());
}

TEST(Unit, Whom) {
  EXPECT_EQ(unit("ZMW/month/person").of_household(), unit("ZMW/month/household"));
  EXPECT_EQ(unit("ZMW/month/household").of_household(), unit("ZMW/month/household"));
  EXPECT_EQ(unit("ZMW/month/household").without_whom(), unit("ZMW/month"));
  EXPECT_FALSE(Unit().without_whom().known());
}

struct Meeting {
  const char *a, *b;
  bool meets;
  const char* merged;
};

TEST(Unit, MeetsWhereNothingContradicts) {
  const Meeting table[] = {
      {"ZMW", "ZMW", true, "ZMW"},
      {"ZMW", "USD", false, ""},
      {"ZMW@2015", "ZMW", true, "ZMW@2015"},
      {"ZMW@2015", "ZMW@2010", false, ""},
      {"ZMW/month", "ZMW/year", false, ""},
      {"ZMW/month", "ZMW", false, ""},
      {"ZMW/month/person", "ZMW/month", true, "ZMW/month/person"},
      {"ZMW/month/person", "ZMW/month/household", false, ""},
      {"ZMW@2015/month", "ZMW/month/household", true, "ZMW@2015/month/household"},
      {"ha", "1", false, ""},
      {"persons", "1", true, "1"},
      {"", "ha", true, "ha"},
      {"", "", true, ""},
      {"ha^2", "ha", false, ""},
  };
  for (const Meeting& m : table) {
    EXPECT_EQ(unit(m.a).compatible(unit(m.b)), m.meets) << m.a << " | " << m.b;
    EXPECT_EQ(unit(m.b).compatible(unit(m.a)), m.meets) << m.b << " | " << m.a;
    if (!m.meets) continue;
    EXPECT_EQ(unit(m.a).merged(unit(m.b)).text(), m.merged);
    EXPECT_EQ(unit(m.b).merged(unit(m.a)).text(), m.merged);
  }
}

TEST(Unit, ConvertsPeriodsOnly) {
  EXPECT_EQ(unit("ZMW/month").factor_to(unit("ZMW/year")), 12);
  EXPECT_EQ(unit("ZMW/year").factor_to(unit("ZMW/month")), 1.0 / 12);
  EXPECT_EQ(unit("ZMW/week").factor_to(unit("ZMW/year")), 52);
  EXPECT_EQ(unit("ZMW/day").factor_to(unit("ZMW/year")), 365);
  EXPECT_EQ(unit("ZMW/week").factor_to(unit("ZMW/month")), 52.0 / 12);
  EXPECT_EQ(unit("year").factor_to(unit("month")), 12);
  EXPECT_EQ(unit("kg/month^2").factor_to(unit("kg/year^2")), 144);
  EXPECT_EQ(unit("ZMW@2015/month/household").factor_to(unit("ZMW/month")), 1);
  EXPECT_EQ(unit("ZMW@2015/month/household").converted_to(unit("ZMW/year")).text(), "ZMW@2015/year/household");
  for (const char* other : {"USD/year", "ZMW@2010/year", "ZMW", "ZMW/year/person", "ha", ""})
    EXPECT_THROW(unit("ZMW@2015/month/household").factor_to(unit(other)), Error) << other;
  EXPECT_THROW(Unit().factor_to(unit("ha")), Error);
}

}  // namespace
}  // namespace puente
