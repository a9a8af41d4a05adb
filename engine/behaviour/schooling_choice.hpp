// The section [schooling] of a scenario file: who chooses between school and work, and by what.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/rules/text.hpp"

namespace puente {

struct SchoolingExpression {
  std::string name;
  rules::Text value;
};

struct SchoolingChoice {
  rules::Text children, attends;
  std::optional<rules::Text> works, earnings, income, wage;
  std::vector<SchoolingExpression> covariates, earnings_covariates;
};

}  // namespace puente
