#include "engine/rules/functions.hpp"

#include <algorithm>
#include <array>

namespace puente::rules {

namespace {

using F = Function;
constexpr int many = 1 << 20;

constexpr std::array<FunctionInfo, 33> functions = {{
    {"if", F::choose, Family::rowwise, 3, 3, false, false, "if(condition, then, otherwise)"},
    {"min", F::min, Family::rowwise, 2, many, false, false, "min(a, b); over the members of a household: smallest(x)"},
    {"max", F::max, Family::rowwise, 2, many, false, false, "max(a, b); over the members of a household: largest(x)"},
    {"clamp", F::clamp, Family::rowwise, 3, 3, false, false, "clamp(x, lowest, highest)"},
    {"abs", F::abs, Family::rowwise, 1, 1, false, false, "abs(x)"},
    {"exp", F::exp, Family::rowwise, 1, 1, false, false, "exp(x)"},
    {"log", F::log, Family::rowwise, 1, 1, false, false, "log(x)"},
    {"sqrt", F::sqrt, Family::rowwise, 1, 1, false, false, "sqrt(x)"},
    {"floor", F::floor, Family::rowwise, 1, 1, false, false, "floor(x)"},
    {"ceil", F::ceil, Family::rowwise, 1, 1, false, false, "ceil(x)"},
    {"round", F::round, Family::rowwise, 1, 1, false, false, "round(x)"},
    {"is_missing", F::is_missing, Family::rowwise, 1, 1, false, false, "is_missing(x)"},
    {"coalesce", F::coalesce, Family::rowwise, 2, many, false, false, "coalesce(x, instead)"},
    {"to", F::to, Family::rowwise, 2, 2, false, false, "to(x, \"ZMW/year\")"},
    {"skip_missing", F::skip_missing, Family::skip, 1, 1, false, false, "sum(skip_missing(x))"},
    {"count", F::count, Family::members, 1, 1, true, false, "count(condition)"},
    {"sum", F::sum, Family::members, 1, 1, true, false, "sum(x where condition)"},
    {"mean", F::mean, Family::members, 1, 1, true, false, "mean(x where condition)"},
    {"largest", F::largest, Family::members, 1, 1, true, false, "largest(x where condition)"},
    {"smallest", F::smallest, Family::members, 1, 1, true, false, "smallest(x where condition)"},
    {"any", F::any, Family::members, 1, 1, true, false, "any(condition)"},
    {"all", F::all, Family::members, 1, 1, true, false, "all(condition)"},
    {"head", F::head, Family::members, 1, 1, false, false, "head(x)"},
    {"quantile", F::quantile, Family::population, 2, 2, false, false, "quantile(x, 0.4)"},
    {"rank", F::rank, Family::population, 1, 1, false, false, "rank(x)"},
    {"mean_of", F::mean_of, Family::population, 1, 1, true, true, "mean_of(x where condition, by = district)"},
    {"sum_of", F::sum_of, Family::population, 1, 1, true, true, "sum_of(x where condition, by = district)"},
    {"count_of", F::count_of, Family::population, 1, 1, true, true, "count_of(condition, by = district)"},
    {"households", F::households, Family::wrapper, 1, 1, false, false, "households(quantile(x, 0.4))"},
    {"reference", F::reference, Family::wrapper, 1, 1, false, false, "reference(quantile(x, 0.4))"},
    {"uniform", F::uniform, Family::draw, 1, 1, false, false, "uniform(\"name\")"},
    {"normal", F::normal, Family::draw, 1, 1, false, false, "normal(\"name\")"},
    {"chance", F::chance, Family::draw, 2, 2, false, false, "chance(0.3, \"name\")"},
}};

}  // namespace

const FunctionInfo* find_function(std::string_view name) {
  const auto* found = std::find_if(functions.begin(), functions.end(), [&](const auto& f) { return f.name == name; });
  return found == functions.end() ? nullptr : found;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const FunctionInfo& f : functions) names.emplace_back(f.name);
  return names;
}

}  // namespace puente::rules
