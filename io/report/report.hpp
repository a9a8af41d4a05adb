// Results for people (a short table) and for programs (JSON, every digit). Pure functions.
#pragma once

#include <string>

#include "engine/run/results.hpp"

namespace puente::io {

/// Scenario × headline statistics, each with its change from the reference.
std::string screen_table(const Results& results);

/// The group's statistics of one scenario for everybody and each group, as `puente statistics` prints them.
std::string groups_table(const Results& results);

/// {"scenarios": {NAME: {"groups": …, "programmes": …, "financing": …}}}, or the groups alone of the only scenario. With uncertainty, beside the figures
/// and in their shape, "se", "lower", "upper", of draws "mean_of_draws" and "mcse", of several sources "se_PART"; at the root
/// {"uncertainty": {"level", "words", "draws", "sampling", "degrees_of_freedom", "interval"}}, as far as they apply.
std::string scenarios_json(const Results& results);
std::string groups_json(const Results& results);

}  // namespace puente::io
