// A program among contenders that take turns: how `bench/reference/compare.py` talks with the engine's.
#pragma once

#include <string>
#include <vector>

#include "bench/reference_workload.hpp"

namespace puente::bench {

/// Files of the columns in `folder`, one value after another in the machine's order: income, weight, land as f32; rural as u8; kids as i8.
/// Throws Error when one cannot be written.
void write_columns(const HandColumns& columns, const std::string& folder);

/// A line of JSON that names the contenders; then a line with the seconds and figures of a turn for each line on standard
/// input, which is the number of a contender. Ends with standard input.
void serve_turns(std::vector<Contender>& contenders);

}  // namespace puente::bench
