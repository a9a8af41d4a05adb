// The functions of the language: their names, families and numbers of arguments. Constant tables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace puente::rules {

enum class Function : std::uint8_t {
  choose, min, max, clamp, abs, exp, log, sqrt, floor, ceil, round, is_missing, coalesce, to,
  skip_missing,
  count, sum, mean, largest, smallest, any, all, head,                  // over the members of a household
  quantile, rank, mean_of, sum_of, count_of,                            // over the whole population
  households, reference,                                                // how a whole-population function looks
  uniform, normal, chance,
};

enum class Family : std::uint8_t { rowwise, skip, members, population, wrapper, draw };

struct FunctionInfo {
  std::string_view name;
  Function function;
  Family family;
  int fewest, most;  ///< arguments
  bool where, by;    ///< whether these may follow
  std::string_view usage;
};

/// Null when there is no such function.
const FunctionInfo* find_function(std::string_view name);
std::vector<std::string> function_names();

}  // namespace puente::rules
