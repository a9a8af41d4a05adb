// Results for people (a short table) and for programs (JSON, every digit). Pure functions.
#pragma once

#include <string>

#include "engine/run/results.hpp"

namespace puente::io {

/// Scenario × headline statistics, each with its change from the reference.
std::string screen_table(const Results& results);

/// The group's statistics of one scenario for everybody and each group, as `puente statistics` prints them.
std::string groups_table(const Results& results);

/// {"scenarios": {NAME: {"groups": …, "programmes": …}}}, or the groups alone of the only scenario.
std::string scenarios_json(const Results& results);
std::string groups_json(const Results& results);

}  // namespace puente::io
