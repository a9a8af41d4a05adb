#include "engine/population/recipe.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/core/error.hpp"
#include "engine/population/made_columns.hpp"

namespace puente {

namespace {

constexpr double most_persons = 1000;

}  // namespace

struct RecipeSource::Impl {
  Recipe recipe;
  Schema base;    ///< what expressions see as columns: the id
  Schema schema;  ///< what the recipe makes
  rules::Scope scope;
  rules::Program size_program, program;
  rules::Output size_output;
  std::vector<rules::Output> outputs;         ///< in the order of recipe.columns
  std::vector<std::pair<Entity, int>> where;  ///< schema position of each recipe column

  void prepare_scope();
  void compile();
  void describe(const rules::Compiler& compiler);
  rules::Context context(std::span<const double* const> inputs) const {
    return {inputs, recipe.parameter_values, {}, recipe.seed, 0};
  }
  void make_persons(BlockData& block, rules::Workspace& workspace) const;
  const double* column(rules::Input wanted, const BlockData& block, const rules::Workspace& workspace,
                       std::vector<double>& buffer) const;
};

void RecipeSource::Impl::prepare_scope() {
  base.household.push_back({"id", Entity::household, ColumnType::i64, Unit::one(), "household", {}, false});
  scope.schema = &base;
  scope.parameters = recipe.parameters;
  for (const RecipeColumn& column : recipe.columns)
    scope.variables.push_back({column.name, column.value, {}, column.entity});  // the unit is what the recipe says it is
}

void RecipeSource::Impl::compile() {
  Diagnostics diagnostics;
  if (recipe.persons) {
    rules::Compiler compiler(scope, diagnostics);
    size_output = compiler.add(*recipe.persons, {Entity::household, rules::Type::number, {}, "persons"});
    diagnostics.throw_if_errors();
    size_program = compiler.finish();
  }
  rules::Compiler compiler(scope, diagnostics);
  for (const RecipeColumn& column : recipe.columns)
    outputs.push_back(compiler.add(column.value, {column.entity, std::nullopt, {}, column.name}));
  diagnostics.throw_if_errors();
  describe(compiler);
  program = compiler.finish();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    auto& columns = where[i].first == Entity::household ? schema.household : schema.person;
    columns[static_cast<std::size_t>(where[i].second)].complete = !program.may_be_missing(outputs[i]);
  }
  if (!program.globals().empty() || (recipe.persons && !size_program.globals().empty()))
    throw bad_input("a recipe makes each household on its own: quantile, rank, mean_of, sum_of and count_of cannot be used in it");
}

void RecipeSource::Impl::describe(const rules::Compiler& compiler) {
  schema.notes = recipe.notes;
  schema.household.push_back({"id", Entity::household, ColumnType::i64, Unit::one(), "household", {}, false});
  schema.household.push_back({"weight", Entity::household, ColumnType::f64, Unit::one(), "households represented", {}, false});
  for (std::size_t i = 0; i < recipe.columns.size(); ++i) {
    const RecipeColumn& column = recipe.columns[i];
    auto& columns = column.entity == Entity::household ? schema.household : schema.person;
    const ColumnInfo info = stored_as(column, compiler.typed(outputs[i]));
    if (column.entity == Entity::household && column.name == "weight") {
      where.emplace_back(column.entity, 1);
      continue;
    }
    where.emplace_back(column.entity, static_cast<int>(columns.size()));
    columns.push_back(info);
  }
}

RecipeSource::RecipeSource(Recipe recipe) : impl_(std::make_unique<Impl>()) {
  impl_->recipe = std::move(recipe);
  if (impl_->recipe.households < 0) throw bad_input("a recipe cannot have a negative number of households");
  impl_->prepare_scope();
  impl_->compile();
}

RecipeSource::~RecipeSource() = default;
const Schema& RecipeSource::schema() const { return impl_->schema; }
std::int64_t RecipeSource::households() const { return impl_->recipe.households; }

std::int64_t RecipeSource::cut_at(double share) const {
  const std::int64_t n = households();
  return share >= 1 ? n : static_cast<std::int64_t>(share * static_cast<double>(n));
}

void RecipeSource::Impl::make_persons(BlockData& block, rules::Workspace& workspace) const {
  const std::size_t n = block.id.size();
  block.person_begin.assign(n + 1, 0);
  index_members(block);
  if (recipe.persons) {
    std::vector<double> ids(block.id.begin(), block.id.end());
    const double* inputs[] = {ids.data()};
    size_program.run(block.rows, context({inputs, size_program.inputs().size()}), workspace);
    const double* size = size_program.result(size_output, workspace);
    for (std::size_t h = 0; h < n; ++h) {
      if (!(size[h] >= 0 && size[h] <= most_persons && size[h] == std::floor(size[h])))
        throw bad_input("the recipe gives household " + std::to_string(block.id[h]) + " " + std::to_string(size[h]) +
                        " persons: a whole number from 0 to 1,000 is needed");
      block.person_begin[h + 1] = block.person_begin[h] + static_cast<std::int32_t>(size[h]);
    }
    index_members(block);
  }
  number_lines(block);
}

const double* RecipeSource::Impl::column(rules::Input wanted, const BlockData& block, const rules::Workspace& workspace,
                                         std::vector<double>& buffer) const {
  for (std::size_t i = 0; i < recipe.columns.size(); ++i)
    if (where[i] == std::pair{wanted.entity, wanted.column}) return program.result(outputs[i], workspace);
  buffer.assign(block.rows.households, 1.0);  // weight
  if (wanted.column == 0) std::copy(block.id.begin(), block.id.end(), buffer.begin());
  return buffer.data();
}

void RecipeSource::load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted,
                        BlockData& block) const {
  thread_local rules::Workspace workspace;
  block.first_household = first;
  block.made_id.resize(static_cast<std::size_t>(last - first));
  std::iota(block.made_id.begin(), block.made_id.end(), first);
  block.id = block.made_id;
  impl_->make_persons(block, workspace);
  std::vector<double> ids(block.id.begin(), block.id.end());
  const double* inputs[] = {ids.data()};
  impl_->program.run(block.rows, impl_->context({inputs, impl_->program.inputs().size()}), workspace);
  block.inputs.resize(wanted.size());
  std::vector<double> buffer;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const double* values = impl_->column(wanted[i], block, workspace, buffer);
    const std::size_t rows = block.rows.count(wanted[i].entity);
    double* made = block.inputs[i].make(rows);
    std::copy_n(values, rows, made);
    const ColumnInfo& info = impl_->schema.columns(wanted[i].entity)[static_cast<std::size_t>(wanted[i].column)];
    round_to_storage(info, {made, rows});
  }
}

}  // namespace puente
