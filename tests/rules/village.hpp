// A small population for tests of the rules: columns as plain vectors, and expressions evaluated over it in blocks of
// any size.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/rules/rules.hpp"

namespace puente::rules {

inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();

struct Village {
  Schema schema;
  std::vector<std::vector<double>> household, person;  ///< values, column by column
  std::vector<std::int64_t> id;
  std::vector<std::int32_t> offset{0};
  std::vector<double> parameter_values;
  std::vector<GlobalValue> globals;  ///< of the expression that is evaluated; missing where none is given
  Scope scope;
  std::uint64_t seed = 7;

  Village() { scope.schema = &schema; }
  Village(const Village&) = delete;
  Village& operator=(const Village&) = delete;

  void add(Entity entity, ColumnInfo info, std::vector<double> values) {
    info.entity = entity;
    (entity == Entity::household ? schema.household : schema.person).push_back(std::move(info));
    (entity == Entity::household ? household : person).push_back(std::move(values));
  }
  void add_household(std::int64_t key, int members) {
    id.push_back(key);
    offset.push_back(offset.back() + members);
  }
  std::size_t households() const { return id.size(); }
  std::size_t persons() const { return static_cast<std::size_t>(offset.back()); }
  std::vector<std::uint16_t> lines() const;
};

inline std::vector<std::uint16_t> Village::lines() const {
  std::vector<std::uint16_t> lines;
  for (std::size_t h = 0; h < households(); ++h)
    for (std::int32_t p = offset[h]; p < offset[h + 1]; ++p) lines.push_back(static_cast<std::uint16_t>(p - offset[h] + 1));
  return lines;
}

inline ColumnInfo info(std::string name, ColumnType type, const std::string& unit = "",
                       std::vector<std::string> labels = {}, bool ordered = false) {
  ColumnInfo column;
  column.name = std::move(name);
  column.type = type;
  column.unit = Unit::parse(unit);
  column.labels = std::move(labels);
  column.ordered = ordered;
  return column;
}

/// Runs `program` over households [first, last) and appends the rows of `output`.
inline void run_block(const Village& village, const Program& program, Output output, std::size_t first, std::size_t last,
                      Workspace& workspace, std::vector<double>& result) {
  const std::int32_t base = village.offset[first];
  std::vector<std::int32_t> begin, household_of;
  for (std::size_t h = first; h <= last; ++h) begin.push_back(village.offset[h] - base);
  for (std::size_t h = first; h < last; ++h)
    household_of.insert(household_of.end(), static_cast<std::size_t>(village.offset[h + 1] - village.offset[h]),
                        static_cast<std::int32_t>(h - first));
  const auto lines = village.lines();
  const Rows rows{last - first, household_of.size(), begin.data(), household_of.data(), village.id.data() + first,
                  lines.data() + base};
  std::vector<const double*> inputs;
  for (const Input& input : program.inputs())
    inputs.push_back(input.entity == Entity::household
                         ? village.household[static_cast<std::size_t>(input.column)].data() + first
                         : village.person[static_cast<std::size_t>(input.column)].data() + base);
  std::vector<GlobalValue> globals = village.globals;
  globals.resize(std::max(globals.size(), program.globals().size()));
  program.run(rows, {inputs, village.parameter_values, globals, village.seed, 0}, workspace);
  const double* values = program.result(output, workspace);
  result.insert(result.end(), values, values + rows.count(program.typed(output).entity));
}

inline std::vector<double> run(const Village& village, const Program& program, Output output, std::size_t block = 1024) {
  std::vector<double> result;
  Workspace workspace;
  for (std::size_t first = 0; first < village.households(); first += block)
    run_block(village, program, output, first, std::min(village.households(), first + block), workspace, result);
  return result;
}

struct Answer {
  Typed typed;
  std::vector<double> values;
  bool may_be_missing = true;
  std::string mistakes;  ///< Diagnostics::text()
};

inline Answer evaluate(const Village& village, const std::string& expression, const Wanted& wanted = {},
                       std::size_t block = 1024) {
  Diagnostics diagnostics;
  Compiler compiler(village.scope, diagnostics);
  const Output output = compiler.add(Text::standalone("rule", expression), wanted);
  Answer answer;
  answer.mistakes = diagnostics.text();
  if (output.index < 0) return answer;
  const Program program = compiler.finish();
  answer.typed = program.typed(output);
  answer.may_be_missing = program.may_be_missing(output);
  answer.values = run(village, program, output, block);
  return answer;
}

}  // namespace puente::rules
