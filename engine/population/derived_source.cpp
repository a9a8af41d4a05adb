#include "engine/population/derived_source.hpp"

#include <algorithm>

#include "engine/core/error.hpp"
#include "engine/population/made_columns.hpp"

namespace puente {

namespace {

/// A name that is left out is a column of the base: a slip would store what was not to be stored.
void check_left_out(const Schema& base, const std::vector<std::string>& left_out) {
  std::vector<std::string> names;
  for (const Entity entity : {Entity::household, Entity::person})
    for (const ColumnInfo& column : base.columns(entity)) names.push_back(column.name);
  for (const std::string& name : left_out) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string near = nearest(name, names);
    throw bad_input("leave_out: there is no column '" + name + "' to leave out" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
}

}  // namespace

struct DerivedSource::Impl {
  std::unique_ptr<PopulationSource> base;
  Derivation derivation;
  Schema schema;                              ///< what is made
  std::vector<rules::Input> needed;           ///< inputs of the program, columns of the base
  std::vector<std::vector<int>> origin;       ///< [entity][column]: ≥ 0 a column of the base, else −1 − output
  rules::Program program;
  std::vector<rules::Output> outputs;         ///< of derivation.columns

  void compile();
  void describe(const rules::Compiler& compiler);
  void compute(BlockData& block, rules::Workspace& workspace) const;
  std::vector<rules::Input> of_base(std::span<const rules::Input> wanted) const;
};

void DerivedSource::Impl::compile() {
  check_left_out(base->schema(), derivation.left_out);
  rules::Scope scope;
  scope.schema = &base->schema();
  scope.parameters = derivation.parameters;
  scope.variables = derivation.variables;
  for (const RecipeColumn& column : derivation.columns)
    scope.variables.push_back({column.name, column.value, {}, column.entity});
  Diagnostics diagnostics;
  rules::check_scope(scope, diagnostics);
  diagnostics.throw_if_errors();
  rules::Compiler compiler(scope, diagnostics);
  for (const RecipeColumn& column : derivation.columns)
    outputs.push_back(compiler.add(column.value, {column.entity, std::nullopt, column.unit, column.name}));
  diagnostics.throw_if_errors();
  describe(compiler);
  program = compiler.finish();
  if (!program.globals().empty())
    throw bad_input("a profile makes each household on its own: quantile, rank, mean_of, sum_of and count_of cannot be used in it");
  needed = program.inputs();
}

void DerivedSource::Impl::describe(const rules::Compiler& compiler) {
  schema.notes = base->schema().notes;
  origin.resize(2);
  for (const Entity entity : {Entity::household, Entity::person}) {
    auto& made = entity == Entity::household ? schema.household : schema.person;
    auto& from = origin[static_cast<std::size_t>(entity)];
    const auto& columns = base->schema().columns(entity);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto& out = derivation.left_out;
      if (std::find(out.begin(), out.end(), columns[c].name) != out.end()) continue;
      made.push_back(columns[c]);
      from.push_back(static_cast<int>(c));
    }
    for (std::size_t i = 0; i < derivation.columns.size(); ++i) {
      if (derivation.columns[i].entity != entity) continue;
      made.push_back(stored_as(derivation.columns[i], compiler.typed(outputs[i])));
      from.push_back(-1 - static_cast<int>(i));
    }
  }
}

void DerivedSource::Impl::compute(BlockData& block, rules::Workspace& workspace) const {
  std::vector<const double*> inputs;
  for (std::size_t i = 0; i < needed.size(); ++i) inputs.push_back(block.inputs[i].data());
  program.run(block.rows, {inputs, derivation.parameter_values, {}, derivation.seed, 0}, workspace);
}

/// All that a load of the wanted columns may take of the base.
std::vector<rules::Input> DerivedSource::Impl::of_base(std::span<const rules::Input> wanted) const {
  std::vector<rules::Input> inputs = needed;
  for (const rules::Input& input : wanted)
    if (const int column = origin[static_cast<std::size_t>(input.entity)][static_cast<std::size_t>(input.column)]; column >= 0) inputs.push_back({input.entity, column});
  return inputs;
}

DerivedSource::DerivedSource(std::unique_ptr<PopulationSource> base, Derivation derivation) : impl_(std::make_unique<Impl>()) {
  impl_->base = std::move(base);
  impl_->derivation = std::move(derivation);
  impl_->compile();
}

DerivedSource::~DerivedSource() = default;
const Schema& DerivedSource::schema() const { return impl_->schema; }
std::int64_t DerivedSource::households() const { return impl_->base->households(); }
std::int64_t DerivedSource::persons() const { return impl_->base->persons(); }
std::int64_t DerivedSource::cut_at(double share) const { return impl_->base->cut_at(share); }
void DerivedSource::open_window(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) {
  impl_->base->open_window(first, last, impl_->of_base(wanted));
}
void DerivedSource::expect_window(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) {
  impl_->base->expect_window(first, last, impl_->of_base(wanted));
}

namespace {

/// Columns of the base that a load takes, and where the wanted ones lie among them: what both the program and the caller
/// want is loaded once.
struct BaseColumns {
  std::vector<rules::Input> inputs;
  std::vector<std::ptrdiff_t> place;  ///< of each wanted one among the inputs

  void start(std::span<const rules::Input> needed, std::size_t wanted) {
    inputs.assign(needed.begin(), needed.end());
    place.assign(wanted, -1);
  }
  void add(std::size_t wanted, const rules::Input& input) {
    auto at = std::find(inputs.begin(), inputs.end(), input) - inputs.begin();
    const bool taken = std::find(place.begin(), place.end(), at) != place.end();
    if (taken || at == std::ssize(inputs)) {
      at = std::ssize(inputs);
      inputs.push_back(input);
    }
    place[wanted] = at;
  }
};

}  // namespace

void DerivedSource::load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted,
                         BlockData& block) const {
  thread_local rules::Workspace workspace;
  BaseColumns from_base;
  thread_local std::vector<BlockColumn> results;  // trades its memory with the block's
  const auto origin = [&](const rules::Input& input) {
    return impl_->origin[static_cast<std::size_t>(input.entity)][static_cast<std::size_t>(input.column)];
  };
  const bool computes = std::any_of(wanted.begin(), wanted.end(), [&](const rules::Input& input) { return origin(input) < 0; });
  from_base.start(computes ? std::span<const rules::Input>(impl_->needed) : std::span<const rules::Input>(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (origin(wanted[i]) >= 0) from_base.add(i, {wanted[i].entity, origin(wanted[i])});
  impl_->base->load(first, last, from_base.inputs, block);
  if (computes) impl_->compute(block, workspace);
  results.resize(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (origin(wanted[i]) >= 0) {
      std::swap(results[i], block.inputs[static_cast<std::size_t>(from_base.place[i])]);
      continue;
    }
    const std::size_t rows = block.rows.count(wanted[i].entity);
    double* made = results[i].make(rows);
    std::copy_n(impl_->program.result(impl_->outputs[static_cast<std::size_t>(-1 - origin(wanted[i]))], workspace), rows, made);
    round_to_storage(impl_->schema.columns(wanted[i].entity)[static_cast<std::size_t>(wanted[i].column)], {made, rows});
  }
  std::swap(block.inputs, results);
}

}  // namespace puente
