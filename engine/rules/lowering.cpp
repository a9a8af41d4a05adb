#include "engine/rules/lowering.hpp"

#include "engine/rules/part_lowering.hpp"

namespace puente::rules {

Typed typed_of(const Facts& facts, std::optional<Entity> entity) {
  Typed typed;
  typed.entity = entity.value_or(entity_of(facts.level));
  typed.unit = facts.unit;
  typed.type = facts.type == Class::boolean    ? Type::boolean
               : facts.type == Class::category ? Type::category
                                               : Type::number;
  if (facts.labels != nullptr) typed.labels = *facts.labels;
  return typed;
}

int Lowering::whole(const Checked& expression) { return part(expression, expression.tree.root()); }

int Lowering::whole(const Checked& expression, View view) {
  const View outer = std::exchange(view_, view);
  const int value = whole(expression);
  view_ = outer;
  return value;
}

int Lowering::part(const Checked& expression, int node) { return PartLowering(*this, expression, node).run(); }

/// A variable of persons that was written with household names only is a person column all the same.
int Lowering::variable(int index, View view) {
  const auto known = variables_.find({index, view});
  if (known != variables_.end()) return known->second;
  int value = whole(analysis_.variable(index), view);
  const Level level = analysis_.facts(index).level;
  if (builder_.value(value).level < level) value = builder_.column(value, entity_of(level));
  variables_.emplace(std::pair{index, view}, value);
  return value;
}

}  // namespace puente::rules
