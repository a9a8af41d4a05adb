#include "engine/rules/part_lowering.hpp"

namespace puente::rules {

PartLowering::PartLowering(Lowering& lowering, const Checked& expression, int root)
    : lowering_(lowering),
      builder_(lowering.builder_),
      e_(expression),
      root_(root),
      first_(expression.tree[root].first),
      work_(static_cast<std::size_t>(root - first_ + 1)) {}

int PartLowering::run() {
  need(root_, lowering_.view_);
  for (int i = root_; i >= first_; --i)
    if (work(i).needed) need_children(i);
  for (int i = first_; i <= root_; ++i)
    if (work(i).needed) work(i).value = lower(i);
  return value(root_);
}

void PartLowering::need(int i, View view) {
  work(i).needed = true;
  work(i).view = view;
}

void PartLowering::need_children(int i) {
  const Node& n = node(i);
  if (n.kind == NodeKind::comparison) {
    need_comparison(i);
    return;
  }
  View view = work(i).view;
  const FunctionInfo* f = function(i);
  if (f != nullptr && f->family == Family::population) {
    if (n.by >= 0) need(n.by, view);
    if (f->function == Function::rank) need(n.args()[0], view);
    return;
  }
  if (f != nullptr && f->function == Function::reference) view.reference = true;
  if (f != nullptr && f->function == Function::households) view.households = true;
  for (const int child : n.children) need(child, view);
}

void PartLowering::need_comparison(int i) {
  const Node& n = node(i);
  for (std::size_t pair = 0; pair < n.comparisons.size(); ++pair) {
    const auto cut = cut_of(i, pair);
    if (cut) {
      need(node(cut->rank).args()[0], cut->view);
      continue;
    }
    need(n.children[pair], work(i).view);
    need(n.children[pair + 1], work(i).view);
  }
}

namespace {

Token mirrored(Token op) {
  switch (op) {
    case Token::less: return Token::greater;
    case Token::less_equal: return Token::greater_equal;
    case Token::greater: return Token::less;
    default: return Token::less_equal;
  }
}

}  // namespace

std::optional<PartLowering::Cut> PartLowering::cut_of(int comparison, std::size_t pair) const {
  const Node& n = node(comparison);
  const Token op = n.comparisons[pair];
  if (op == Token::equal || op == Token::unequal) return std::nullopt;
  for (const bool swapped : {false, true}) {
    Cut cut{n.children[pair + (swapped ? 1 : 0)], n.children[pair + (swapped ? 0 : 1)], swapped ? mirrored(op) : op,
            work_[static_cast<std::size_t>(comparison - first_)].view};
    for (; function(cut.rank) != nullptr && function(cut.rank)->family == Family::wrapper; cut.rank = node(cut.rank).args()[0]) {
      cut.view.reference = cut.view.reference || function(cut.rank)->function == Function::reference;
      cut.view.households = cut.view.households || function(cut.rank)->function == Function::households;
    }
    const bool ranks = function(cut.rank) != nullptr && function(cut.rank)->function == Function::rank;
    if (ranks && e_[cut.p].level == Level::constant) return cut;
  }
  return std::nullopt;
}

int PartLowering::lower(int i) {
  const Node& n = node(i);
  switch (n.kind) {
    case NodeKind::number:
    case NodeKind::truth: return builder_.constant(n.number);
    case NodeKind::text: return builder_.constant(e_[i].label);
    case NodeKind::name: return name(i);
    case NodeKind::minus: return builder_.apply(Op::negate, value(n.children[0]));
    case NodeKind::arithmetic: return arithmetic(i);
    case NodeKind::negation: return builder_.apply(Op::logical_not, value(n.children[0]));
    case NodeKind::conjunction: return chain(Op::logical_and, i);
    case NodeKind::disjunction: return chain(Op::logical_or, i);
    case NodeKind::comparison: return comparison(i);
    case NodeKind::membership: return membership(i);
    case NodeKind::call: break;
  }
  return call(i);
}

int PartLowering::name(int i) {
  const Meaning& meaning = e_.meanings[static_cast<std::size_t>(i)];
  switch (meaning.kind) {
    case Meaning::Kind::column:
      return builder_.input(meaning.entity, meaning.index, lowering_.analysis_.symbols().column(meaning));
    case Meaning::Kind::parameter: return builder_.parameter(meaning.index);
    case Meaning::Kind::variable: return lowering_.variable(meaning.index, work(i).view);
    default: return builder_.members();
  }
}

int PartLowering::arithmetic(int i) {
  const int a = value(node(i).children[0]), b = value(node(i).children[1]);
  switch (node(i).op) {
    case Token::plus: return builder_.apply(Op::add, a, b);
    case Token::minus: return builder_.apply(Op::subtract, a, b);
    case Token::times: return builder_.apply(Op::multiply, a, b);
    case Token::divide: return builder_.apply(Op::divide, a, b);
    default: return builder_.apply(Op::power, a, b);
  }
}

int PartLowering::comparison(int i) {
  const Node& n = node(i);
  int all = -1;
  for (std::size_t pair = 0; pair < n.comparisons.size(); ++pair) {
    const auto by_cut = cut_of(i, pair);
    const int holds = by_cut ? cut(*by_cut)
                             : compared(n.comparisons[pair], value(n.children[pair]), value(n.children[pair + 1]));
    all = all < 0 ? holds : builder_.apply(Op::logical_and, all, holds);
  }
  return all;
}

int PartLowering::compared(Token op, int a, int b) {
  switch (op) {
    case Token::less: return builder_.apply(Op::less, a, b);
    case Token::less_equal: return builder_.apply(Op::less_equal, a, b);
    case Token::greater: return builder_.apply(Op::less, b, a);
    case Token::greater_equal: return builder_.apply(Op::less_equal, b, a);
    case Token::equal: return builder_.apply(Op::equal, a, b);
    default: return builder_.apply(Op::unequal, a, b);
  }
}

int PartLowering::membership(int i) {
  const auto& children = node(i).children;
  const int x = value(children[0]);
  int held = builder_.apply(Op::equal, x, value(children[1]));
  for (std::size_t k = 2; k < children.size(); ++k) held = builder_.apply(Op::or_equal, held, x, value(children[k]));
  return held;
}

int PartLowering::chain(Op op, int i) {
  const auto& children = node(i).children;
  int all = value(children[0]);
  for (std::size_t k = 1; k < children.size(); ++k) all = builder_.apply(op, all, value(children[k]));
  return all;
}

int PartLowering::call(int i) {
  const FunctionInfo& f = *function(i);
  switch (f.family) {
    case Family::rowwise: return rowwise(i, f.function);
    case Family::skip:
    case Family::wrapper: return value(node(i).children[0]);
    case Family::members: return over_members(i, f.function);
    case Family::population: return over_population(i, f.function);
    case Family::draw: break;
  }
  return draw(i, f.function);
}

int PartLowering::rowwise(int i, Function function) {
  const auto args = node(i).args();
  const int a = value(args[0]);
  switch (function) {
    case Function::choose: return builder_.apply(Op::choose, a, value(args[1]), value(args[2]));
    case Function::min: return chain(Op::min, i);
    case Function::max: return chain(Op::max, i);
    case Function::coalesce: return chain(Op::coalesce, i);
    case Function::clamp: return builder_.apply(Op::min, builder_.apply(Op::max, a, value(args[1])), value(args[2]));
    case Function::abs: return builder_.apply(Op::abs, a);
    case Function::exp: return builder_.apply(Op::exp, a);
    case Function::log: return builder_.apply(Op::log, a);
    case Function::sqrt: return builder_.apply(Op::sqrt, a);
    case Function::floor: return builder_.apply(Op::floor, a);
    case Function::ceil: return builder_.apply(Op::ceil, a);
    case Function::round: return builder_.apply(Op::round, a);
    case Function::is_missing: return builder_.apply(Op::is_missing, a);
    default: return e_[i].factor == 1 ? a : builder_.apply(Op::multiply, a, builder_.constant(e_[i].factor));
  }
}

int PartLowering::draw(int i, Function function) {
  const auto args = node(i).args();
  const Level context = e_.context_levels[static_cast<std::size_t>(e_.contexts[static_cast<std::size_t>(i)])];
  const int uniform = builder_.uniform(node(args.back()).text, context);
  if (function == Function::normal) return builder_.apply(Op::normal, uniform);
  return function == Function::chance ? builder_.apply(Op::less, uniform, value(args[0])) : uniform;
}

/// Everything over members is a sum, an extreme or the first of them: conditions are 0 and 1, so that counting is
/// summing; `any` asks whether the count is above 0 and `all` whether none fails.
int PartLowering::over_members(int i, Function function) {
  const Node& n = node(i);
  int x = builder_.column(value(n.args()[0]), Entity::person);
  int where = n.where < 0 ? -1 : value(n.where);
  if (skips(n.where)) where = builder_.apply(Op::coalesce, where, builder_.constant(0));
  if (skips(n.args()[0])) {
    const int there = builder_.apply(Op::logical_not, builder_.apply(Op::is_missing, x));
    where = where < 0 ? there : builder_.apply(Op::logical_and, where, there);
  }
  const int zero = builder_.constant(0);
  switch (function) {
    case Function::largest: return builder_.over_members(Op::largest, x, where);
    case Function::smallest: return builder_.over_members(Op::smallest, x, where);
    case Function::head: return builder_.over_members(Op::head, x);
    case Function::any: return builder_.apply(Op::less, zero, builder_.over_members(Op::sum, x, where));
    case Function::all:
      x = builder_.apply(Op::logical_not, x);
      return builder_.apply(Op::equal, builder_.over_members(Op::sum, x, where), zero);
    case Function::mean: {
      const int members = where < 0 ? builder_.members()
                                    : builder_.over_members(Op::sum, builder_.column(where, Entity::person));
      return builder_.apply(Op::divide, builder_.over_members(Op::sum, x, where), members);
    }
    default: return builder_.over_members(Op::sum, x, where);
  }
}

}  // namespace puente::rules
