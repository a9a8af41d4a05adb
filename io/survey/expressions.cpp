#include "io/survey/expressions.hpp"

#include <algorithm>
#include <cmath>

#include "engine/population/source.hpp"
#include "engine/rules/rules.hpp"

namespace puente::io {

namespace {

constexpr std::int64_t block_households = 1024;

/// Quantiles and ranks of the population belong to scenarios: here there is no earlier pass.
void refuse_globals(const rules::Program& program, const std::vector<rules::Text>& texts, Diagnostics& diagnostics) {
  for (const rules::Global& global : program.globals()) {
    const auto holds = [&](const rules::Text& text) { return text.text.find(global.text) != std::string::npos; };
    const auto at = std::find_if(texts.begin(), texts.end(), holds);
    const rules::Text& text = at == texts.end() ? texts.front() : *at;
    const std::size_t position = at == texts.end() ? 0 : text.text.find(global.text);
    diagnostics.add(text.error(position, global.text + " needs the whole population; write it in the scenario, not in the import map"));
  }
}

/// Runs a program over the population block by block and hands each block to `take`.
template <class Take>
void run_blocks(const Population& population, const rules::Program& program, const Take& take) {
  rules::Workspace workspace;
  BlockData block;
  for (std::int64_t first = 0; first < population.households(); first += block_households) {
    const std::int64_t last = std::min(first + block_households, population.households());
    load_from(population, 0, first, last, program.inputs(), block);
    std::vector<const double*> inputs;
    for (const auto& input : block.inputs) inputs.push_back(input.data());
    program.run(block.rows, {inputs, {}, {}, 0, 0}, workspace);
    take(block.rows, workspace);
  }
}

void append(std::vector<double>& values, const double* from, std::size_t n) { values.insert(values.end(), from, from + n); }

}  // namespace

FilterResult run_filter(const Population& population, const rules::Text& condition, Entity entity, const std::string& what) {
  const Schema schema = population.schema();
  rules::Scope scope{&schema, {}, {}};
  Diagnostics diagnostics;
  rules::Compiler compiler(scope, diagnostics);
  const rules::Output output = compiler.add(condition, {entity, rules::Type::boolean, {}, what});
  diagnostics.throw_if_errors();
  const rules::Program program = compiler.finish();
  refuse_globals(program, {condition}, diagnostics);
  diagnostics.throw_if_errors();
  std::vector<double> values;
  run_blocks(population, program, [&](const rules::Rows& rows, const rules::Workspace& workspace) {
    append(values, program.result(output, workspace), rows.count(entity));
  });
  FilterResult result;
  for (const double value : values) {
    result.keep.push_back(value == 1);
    result.not_true += value == 0;
    result.undecided += std::isnan(value);
  }
  return result;
}

std::vector<Derived> derive(const Population& population, const std::vector<const MapColumn*>& columns) {
  std::vector<Derived> derived(columns.size());
  if (columns.empty()) return derived;
  const Schema schema = population.schema();
  rules::Scope scope{&schema, {}, {}};
  std::vector<rules::Text> texts;
  for (const MapColumn* column : columns) {
    scope.variables.push_back({column->name, *column->value, column->unit, column->entity});
    texts.push_back(*column->value);
  }
  Diagnostics diagnostics;
  rules::Compiler compiler(scope, diagnostics);
  std::vector<rules::Output> outputs;
  for (const MapColumn* column : columns)
    outputs.push_back(compiler.add(*column->value, {column->entity, std::nullopt, column->unit, "column '" + column->name + "'"}));
  diagnostics.throw_if_errors();
  const rules::Program program = compiler.finish();
  refuse_globals(program, texts, diagnostics);
  diagnostics.throw_if_errors();
  run_blocks(population, program, [&](const rules::Rows& rows, const rules::Workspace& workspace) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      append(derived[i].values, program.result(outputs[i], workspace), rows.count(columns[i]->entity));
  });
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const rules::Typed& typed = program.typed(outputs[i]);
    ColumnInfo& info = derived[i].info;
    info.name = columns[i]->name;
    info.entity = columns[i]->entity;
    info.unit = columns[i]->unit.known() ? columns[i]->unit : typed.unit;
    info.long_name = columns[i]->long_name;
    info.ordered = columns[i]->ordered;
    info.labels = typed.labels;
    derived[i].condition = typed.type == rules::Type::boolean;
  }
  return derived;
}

}  // namespace puente::io
