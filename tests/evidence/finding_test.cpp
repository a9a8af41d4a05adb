// Verdicts: what must close, what is predicted, and what is not compared at all.
#include "engine/evidence/finding.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace puente {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

Finding finding(FindingForm form, FindingRole role, double low = 0, double high = 0) {
  Finding made;
  made.form = form;
  made.role = role;
  made.low = low;
  made.high = form == FindingForm::range ? high : low;
  made.tolerance = form <= FindingForm::range ? 0.005 : 0;
  return made;
}

TEST(Verdict, PointsCloseToTheirPrintedPrecision) {
  const Finding input = finding(FindingForm::point, FindingRole::input, 0.43);
  for (const double close : {0.43, 0.4251, 0.4349}) EXPECT_EQ(judge(input, close), Verdict::closes) << close;
  for (const double away : {0.4249, 0.4351, -0.43, missing}) EXPECT_EQ(judge(input, away), Verdict::does_not_close) << away;
  for (const FindingRole role : {FindingRole::calibrated, FindingRole::implied})
    EXPECT_EQ(judge(finding(FindingForm::level, role, 0.43), 0.44), Verdict::does_not_close);
}

TEST(Verdict, LimitsAndRanges) {
  EXPECT_EQ(judge(finding(FindingForm::at_least, FindingRole::input, 0.3), 12), Verdict::closes);
  EXPECT_EQ(judge(finding(FindingForm::at_least, FindingRole::input, 0.3), 0.29), Verdict::does_not_close);
  EXPECT_EQ(judge(finding(FindingForm::at_most, FindingRole::predicted, 0.3), 0.2), Verdict::predicted_inside);
  EXPECT_EQ(judge(finding(FindingForm::range, FindingRole::predicted, 0.10, 0.23), 0.10), Verdict::predicted_inside);
  EXPECT_EQ(judge(finding(FindingForm::range, FindingRole::held_out, 0.10, 0.23), 0.24), Verdict::predicted_outside);
  EXPECT_EQ(judge(finding(FindingForm::range, FindingRole::held_out, 0.10, 0.23), missing), Verdict::predicted_outside);
}

TEST(Verdict, SignsAndNulls) {
  Finding plus = finding(FindingForm::sign, FindingRole::predicted);
  plus.sign = 1;
  EXPECT_EQ(judge(plus, 0.001), Verdict::sign_agrees);
  for (const double other : {-0.001, 0.0, 1e-12, missing}) EXPECT_EQ(judge(plus, other), Verdict::sign_differs) << other;
  plus.role = FindingRole::input;
  EXPECT_EQ(judge(plus, 0.001), Verdict::closes);
  EXPECT_EQ(judge(plus, -0.001), Verdict::does_not_close);
  const Finding null = finding(FindingForm::null, FindingRole::predicted);
  EXPECT_EQ(judge(null, 1e-12), Verdict::null_agrees);
  EXPECT_EQ(judge(null, 1e-3), Verdict::null_differs);
  EXPECT_EQ(judge(null, missing), Verdict::null_differs);
}

TEST(Verdict, WhatIsNotCompared) {
  EXPECT_EQ(judge(finding(FindingForm::point, FindingRole::not_identified, 1), 1), Verdict::not_comparable);
  EXPECT_EQ(judge(finding(FindingForm::at_least, FindingRole::not_modelled_yet, 1), missing), Verdict::not_modelled_yet);
  EXPECT_EQ(judge(finding(FindingForm::contradictory, FindingRole::input), 1), Verdict::contradictory);
}

}  // namespace
}  // namespace puente
