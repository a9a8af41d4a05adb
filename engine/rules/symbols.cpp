#include "engine/rules/symbols.hpp"

namespace puente::rules {

Symbols::Symbols(const Scope& scope) : scope_(scope) {
  for (const Entity entity : {Entity::household, Entity::person}) {
    if (scope.schema == nullptr) break;
    const auto& columns = scope.schema->columns(entity);
    for (std::size_t i = 0; i < columns.size(); ++i)
      add(columns[i].name, {Meaning::Kind::column, entity, static_cast<int>(i)});
  }
  for (std::size_t i = 0; i < scope.variables.size(); ++i)
    add(scope.variables[i].name, {Meaning::Kind::variable, Entity::household, static_cast<int>(i)});
  for (std::size_t i = 0; i < scope.parameters.size(); ++i)
    add(scope.parameters[i].name, {Meaning::Kind::parameter, Entity::household, static_cast<int>(i)});
  if (!meanings_.contains("size")) add("size", {Meaning::Kind::members, Entity::household, 0});
}

void Symbols::add(const std::string& name, Meaning meaning) {
  auto& all = meanings_[name];
  if (all.empty()) names_.push_back(name);
  all.push_back(meaning);
}

std::vector<Meaning> Symbols::find(const std::string& name, std::optional<Entity> qualifier) const {
  const auto found = meanings_.find(name);
  if (found == meanings_.end()) return {};
  if (!qualifier) return found->second;
  std::vector<Meaning> fitting;
  for (const Meaning& meaning : found->second) {
    const bool owned = meaning.kind == Meaning::Kind::column || meaning.kind == Meaning::Kind::members;
    if (owned && meaning.entity == *qualifier) fitting.push_back(meaning);
  }
  return fitting;
}

const ColumnInfo& Symbols::column(const Meaning& meaning) const {
  return scope_.schema->columns(meaning.entity)[static_cast<std::size_t>(meaning.index)];
}

std::string Symbols::description(const Meaning& meaning) {
  switch (meaning.kind) {
    case Meaning::Kind::column: return std::string("a ") + name_of(meaning.entity) + " column";
    case Meaning::Kind::variable: return "a variable";
    case Meaning::Kind::parameter: return "a parameter";
    case Meaning::Kind::members: return "the number of members";
    case Meaning::Kind::nothing: break;
  }
  return "nothing";
}

}  // namespace puente::rules
