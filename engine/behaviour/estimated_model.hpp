// Estimates as the model that a scenario names. Pure.
#pragma once

#include "engine/behaviour/estimate.hpp"
#include "engine/behaviour/schooling_model.hpp"

namespace puente {

/// Everything but title, source and status, the income's unit and who works out of school.
SchoolingModel model_of(const EstimationPlan& plan, const SchoolingEstimate& estimate);

}  // namespace puente
