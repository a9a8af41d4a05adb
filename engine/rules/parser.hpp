// From text to tree. Binding, tightest first: ^ (right), unary -, * /, + -, comparisons and `in`, not, and, or
// (Pratt, "Top down operator precedence", 1973). Chains of one strength are loops; only nesting recurses, and its depth
// is limited. Pure.
#pragma once

#include <string_view>

#include "engine/rules/syntax.hpp"

namespace puente::rules {

inline constexpr int deepest_nesting = 1000;

/// Throws SyntaxError at the first mistake.
Tree parse(std::string_view expression);

}  // namespace puente::rules
