// Functions of the whole population: what is inside becomes a program of its own that an earlier pass runs.
#include <algorithm>

#include "engine/rules/part_lowering.hpp"

namespace puente::rules {

namespace {

Global::Kind kind_of(Function function) {
  switch (function) {
    case Function::quantile: return Global::Kind::quantile;
    case Function::rank: return Global::Kind::rank;
    case Function::mean_of: return Global::Kind::mean_of;
    case Function::sum_of: return Global::Kind::sum_of;
    default: return Global::Kind::count_of;
  }
}

Output output_of(Builder& inside, int value, Entity entity, Type type = Type::number) {
  Typed typed;
  typed.entity = entity;
  typed.type = type;
  return {inside.add_output(value, std::move(typed))};
}

}  // namespace

int PartLowering::over_population(int i, Function function) {
  const Node& n = node(i);
  const int p = function == Function::quantile ? n.args()[1] : -1;
  const int key = function == Function::rank ? value(n.args()[0]) : n.by >= 0 ? value(n.by) : -1;
  return builder_.global(described(kind_of(function), i, p, work(i).view), key);
}

int PartLowering::cut(const Cut& cut) {
  Global global = described(Global::Kind::rank_cut, cut.rank, cut.p, cut.view);
  global.text = written(cut.rank) + " against " + written(cut.p);
  global.inclusive = cut.op == Token::less_equal || cut.op == Token::greater;
  const int x = value(node(cut.rank).args()[0]);
  const int below = builder_.apply(Op::within_cut, x, builder_.global(std::move(global)));
  const bool wants_above = cut.op == Token::greater || cut.op == Token::greater_equal;
  return wants_above ? builder_.apply(Op::logical_not, below) : below;
}

Global PartLowering::described(Global::Kind kind, int i, int p, View view) {
  const Node& n = node(i);
  Global global;
  global.kind = kind;
  global.reference_world = view.reference;
  global.weigh_households = view.households;
  global.text = written(i);
  Level level = std::max(Level::household, e_[n.args()[0]].level);
  if (n.where >= 0) level = std::max(level, e_[n.where].level);
  if (n.by >= 0) level = std::max(level, e_[n.by].level);
  global.entity = entity_of(level);
  if (n.by >= 0) global.by_labels = e_[n.by].labels == nullptr ? 2 : e_[n.by].labels->size();
  add_argument(global, i, p, view);
  if (p >= 0) {
    Builder alone;
    output_of(alone, Lowering(lowering_.analysis_, alone, view).part(e_, p), Entity::household);
    global.p_alone = std::make_shared<const Program>(alone.finish());
  }
  return global;
}

/// The argument's program: x, where (all, when not written), by (0, when not written), and p where there is one.
void PartLowering::add_argument(Global& global, int i, int p, View view) {
  const Node& n = node(i);
  const int argument = n.args()[0];
  Builder inside;
  Lowering lowering(lowering_.analysis_, inside, view);
  const int x = lowering.part(e_, argument);
  int where = n.where < 0 ? inside.constant(1) : lowering.part(e_, n.where);
  if (skips(n.where)) where = inside.apply(Op::coalesce, where, inside.constant(0));
  if (skips(argument))
    where = inside.apply(Op::logical_and, where, inside.apply(Op::logical_not, inside.apply(Op::is_missing, x)));
  const int by = n.by < 0 ? inside.constant(0) : lowering.part(e_, n.by);
  global.x = output_of(inside, x, global.entity);
  global.where = output_of(inside, where, global.entity, Type::boolean);
  global.by = output_of(inside, by, global.entity, n.by < 0 ? Type::number : Type::category);
  if (p >= 0) global.p = output_of(inside, lowering.part(e_, p), global.entity);
  global.argument = std::make_shared<const Program>(inside.finish());
}

}  // namespace puente::rules
