// The sections [schooling], [programmes.X.schooling] and [[schooling.interactions]] of a scenario file: who chooses between
// school and work, by what, and what programmes do to the choice. Plain values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/behaviour/schooling_model.hpp"
#include "engine/core/error.hpp"
#include "engine/rules/text.hpp"

namespace puente {

struct SchoolingExpression {
  std::string name;
  rules::Text value;
};

/// Utility of being reached by several programmes at once, in the alternatives that attend.
struct SchoolingInteraction {
  std::vector<std::string> programmes;
  rules::Text delta;
  Place place;
};

struct SchoolingChoice {
  rules::Text children;                      ///< a condition of persons: who chooses
  rules::Text attends;                       ///< a condition of persons, observed; in a run the name of a column, which the choice changes
  std::optional<rules::Text> works;          ///< the same; absent: two states
  std::optional<rules::Text> earnings;       ///< the child's market earnings in the data, money of the person; contained in income
  std::optional<rules::Text> income;         ///< money of the household; absent: the resource
  std::optional<rules::Text> wage;           ///< what the child can earn, money of the person; absent: the model's earnings equation
  std::optional<rules::Text> theta;          ///< utility of a unit of value in kind, in units of money; absent: 1
  std::optional<rules::Text> align;          ///< cells of persons in which constants are moved until the model says what the data do
  std::optional<rules::Text> model_file;     ///< as written
  std::optional<SchoolingModel> model;       ///< of that file
  bool draws = true;                         ///< draws of the parameters also draw the model's coefficients
  std::vector<SchoolingExpression> covariates, earnings_covariates;  ///< to be estimated
  std::vector<SchoolingInteraction> interactions;
  Place place;
};

/// Money of the household, without the child's earnings and with what it earns in the alternative, up to which a
/// programme pays there.
struct SchoolingMeansTest {
  rules::Text limit;
  bool per_person = false;                   ///< the limit is for each member of the household
};

/// What a programme does to the choice.
struct SchoolingOfProgramme {
  std::optional<rules::Text> delta;          ///< utility of being offered it, in the alternatives that attend
  std::optional<SchoolingMeansTest> means_test;
  std::optional<rules::Text> cap;            ///< money of a household in all, paid to the oldest first
  Place place;
};

}  // namespace puente
