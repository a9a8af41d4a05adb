// Asks a population who its children are, what state each is in and what its covariates are: the table that the schooling
// model is estimated on, and the plan of what stands where in it. One walk over the blocks, each of which is a canonical
// chunk of households. Collective.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/behaviour/estimate.hpp"
#include "engine/programmes/model.hpp"
#include "engine/run/passes.hpp"

namespace puente {

/// What makes the table, as text of the scenario file.
struct ChildQuestion {
  rules::Text children, attends;                ///< conditions of persons
  std::optional<rules::Text> works, earnings, income, wage;
  std::vector<std::pair<std::string, rules::Text>> covariates, earnings_covariates;
};

ChildQuestion question_of(const SchoolingChoice& choice);

struct ChildData {
  ChildTable table;
  EstimationPlan plan;               ///< but for the covariance and the normalisation
  Unit income_unit;
  double working_when_out = 0;       ///< [0, 1] share of those out of school who work, by weight
  std::optional<std::pair<int, int>> ages;  ///< years, youngest and oldest; absent: ages are not known
  std::vector<std::string> notes;    ///< what was left out
};

/// `model` is the scenario file's: its parameters, variables, resource, prices and rules for missing values are used.
/// Throws Error (bad_input) with every mistake of the expressions; of children in no state, missing or negative values, with
/// their number and the first household.
ChildData survey_children(StudyModel model, const ChildQuestion& question, PopulationSource& source, PassSettings settings, Exchange& exchange,
                          Team& team);

}  // namespace puente
