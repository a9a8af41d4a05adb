// The choice between school and work of a study, compiled: who chooses, what utilities are made of, and what programmes do
// to them in the data and in each scenario. Written once by StudyCompiler; read-only afterwards.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/behaviour/latent_choice.hpp"
#include "engine/behaviour/schooling_model.hpp"
#include "engine/run/bound_program.hpp"

namespace puente {

/// States of a child. With two alternatives, 1 is attending.
enum class SchoolState : std::uint8_t { out = 0, school_and_work = 1, school_only = 2 };

/// What one programme does to the choice. Outputs belong to the world of the programme.
struct ChoiceOfProgramme {
  bool pays_by_choice = false;   ///< what it pays depends on the choice: a condition that reads it, a means test or a cap
  bool in_order = false;         ///< and on what siblings do
  bool of_siblings = false;      ///< its condition looks at more than the child itself
  int condition = -1;            ///< index among CompiledSchooling::conditions
  rules::Output delta, limit, cap;
  bool limit_per_person = false;
  int observed = -1;             ///< the same programme among the observed ones
};

struct ChoiceInteraction {
  std::vector<std::size_t> programmes;  ///< positions in the world
  rules::Output delta;
};

/// The choice in the data, or in a scenario.
struct ChoiceWorld {
  std::size_t model = 0;         ///< of a scenario: index among CompiledSchooling::models
  double theta = 1;              ///< money that a unit of value in kind is worth in the utilities
  double pass_cash = 0;
  double pass_earnings = 0;
  bool in_order = false;         ///< some programme is
  bool wage_moves = false;       ///< the wage may be another than in the data
  BoundProgram* wage = nullptr;  ///< of the scenario, where it may move
  rules::Output wage_output;
  std::vector<ChoiceInteraction> interactions;
};

struct ChoiceCondition {
  std::string text;
  Entity entity = Entity::person;
  bool of_siblings = false;
  rules::Output output;
};

/// Cells in which constants are shifted until the model says what the data do.
struct ConstantAlignment {
  rules::Output cell;            ///< of the data; index -1: none is asked for
  std::vector<std::string> labels;
  std::vector<double> values;    ///< of the labels, where they are whole numbers: found by a pass
  bool whole_numbers = false;

  bool labels_known() const { return !whole_numbers || !labels.empty(); }
  std::size_t cell_of(double x) const {
    return static_cast<std::size_t>(whole_numbers ? static_cast<double>(std::lower_bound(values.begin(), values.end(), x) - values.begin()) : x);
  }
};

/// The model with the coefficients of a draw.
struct DrawnModel {
  std::vector<double> coefficients;  ///< drawn; in the order of coefficients.hpp, and empty where none is
  SchoolingModel model;
  /// Of a unit of money of the study: a_j, α_j and of the wage b_j; the first alternative's a and b are 0.
  std::array<double, most_alternatives> income{}, alpha{}, wage{};
  double wage_unit = 1;          ///< money of the study in a unit of the model
  std::optional<SharedTaste> taste;  ///< where siblings share one
  /// Shifts of the constants, [cell][alternative]: a quantity of the whole population, found by passes.
  std::vector<std::array<double, most_alternatives>> shift;
  bool aligned = true;           ///< they are found, or not asked for
  int steps = 0;
};

struct CompiledSchooling {
  std::size_t alternatives = 2;
  bool has_earnings = false;
  bool in_order = false;         ///< somewhere siblings decide one after the other
  std::vector<DrawnModel> models;  ///< the file's own, then those that scenarios draw
  std::size_t attends_outcome = 0;
  int works_outcome = -1;
  rules::Output children, attends, works, age, earnings, household_income, wage_given;  ///< of the data
  std::vector<rules::Output> covariates, earnings_covariates;
  std::vector<ChoiceCondition> conditions;
  BoundProgram* condition_program = nullptr;   ///< null: no condition reads the choice
  std::array<std::uint64_t, most_alternatives> draw_keys{};  ///< of the maximum, then of the others
  std::uint64_t taste_key = 0, wage_key = 0, works_key = 0;
  ChoiceWorld observed;
  ConstantAlignment alignment;

  bool aligned() const {
    return std::all_of(models.begin(), models.end(), [](const DrawnModel& m) { return m.aligned; });
  }
  static bool is_at_school(std::size_t state) { return state != static_cast<std::size_t>(SchoolState::out); }
};

}  // namespace puente
