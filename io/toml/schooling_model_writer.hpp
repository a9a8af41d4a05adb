// A schooling model as a file that a scenario names (schooling.model.toml): every number with all its digits, so that reading
// it back gives the same bits.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/behaviour/schooling_model.hpp"

namespace puente::io {

/// What the numbers come from: names and values, in this order.
using Provenance = std::vector<std::pair<std::string, std::variant<std::string, double>>>;

/// `not_identified`: why alpha is not there; "" where it is.
std::string schooling_model_text(const SchoolingModel& model, const std::string& not_identified, const Provenance& provenance);

}  // namespace puente::io
