#include "engine/rules/builder.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace puente::rules {

namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();
constexpr double whole_numbers = 0x1p63;
constexpr double most_members = 0x1p31;

template <class T>
int place_of(std::vector<T>& all, const T& wanted) {
  const auto found = std::find(all.begin(), all.end(), wanted);
  if (found != all.end()) return static_cast<int>(found - all.begin());
  all.push_back(wanted);
  return static_cast<int>(all.size()) - 1;
}

/// Whether the operation can give NaN for operands that are not: ∞ - ∞, 0·∞, 0/0, ∞/∞, and what is undefined.
bool makes_missing(Op op, const Value& a, const Value& b) {
  const bool a_infinite = std::isinf(a.magnitude), b_infinite = std::isinf(b.magnitude);
  switch (op) {
    case Op::add:
    case Op::subtract: return a_infinite && b_infinite;
    case Op::multiply: return a_infinite || b_infinite;
    case Op::divide: return b.op != Op::constant || b.constant == 0 || b_infinite;
    case Op::log:
    case Op::sqrt:
    case Op::power: return true;
    default: return false;
  }
}

/// A bound of |result|; 1 for conditions.
double largest_result(Op op, const Value& a, const Value& b, const Value& c) {
  switch (op) {
    case Op::add:
    case Op::subtract: return a.magnitude + b.magnitude;
    case Op::multiply: return std::isinf(a.magnitude) || std::isinf(b.magnitude) ? unbounded : a.magnitude * b.magnitude;
    case Op::divide:
    case Op::log:
    case Op::sqrt:
    case Op::power:
    case Op::exp:
    case Op::normal: return unbounded;
    case Op::floor:
    case Op::ceil:
    case Op::round: return a.magnitude + 1;
    case Op::negate:
    case Op::abs: return a.magnitude;
    case Op::min:
    case Op::max:
    case Op::coalesce: return std::max(a.magnitude, b.magnitude);
    case Op::choose: return std::max(b.magnitude, c.magnitude);
    default: return 1;
  }
}

/// Whether dividing by x and multiplying by 1/x are the same: x is a power of two.
bool exact_reciprocal(double x) {
  int exponent = 0;
  return std::isfinite(x) && std::fabs(std::frexp(x, &exponent)) == 0.5 && std::abs(exponent) < 1000;
}

}  // namespace

int Builder::made(Value value) {
  const Key key{value.op, value.level, value.in, value.aux, std::bit_cast<std::uint64_t>(value.constant)};
  const auto [entry, fresh] = known_.try_emplace(key, static_cast<int>(values_.size()));
  if (fresh) values_.push_back(value);
  return entry->second;
}

int Builder::constant(double x) {
  Value value;
  value.constant = x;
  value.may_be_missing = std::isnan(x);
  value.magnitude = std::isnan(x) ? 0 : std::fabs(x);
  return made(value);
}

int Builder::parameter(int index) {
  Value value;
  value.op = Op::parameter;
  value.aux = index;
  value.may_be_missing = true;
  value.magnitude = unbounded;
  return made(value);
}

int Builder::input(Entity entity, int column, const ColumnInfo& info) {
  Value value;
  value.op = Op::input;
  value.level = level_of(entity);
  value.aux = place_of(inputs_, Input{entity, column});
  const bool always_there = (entity == Entity::household && (info.name == "id" || info.name == "weight")) ||
                            (entity == Entity::person && info.name == "line");
  value.may_be_missing = !always_there && !info.complete;
  value.magnitude = info.type == ColumnType::f64 || info.type == ColumnType::f32 ? unbounded : whole_numbers;
  return made(value);
}

int Builder::broadcast(int v, Level level) {
  if (value(v).level == Level::constant || value(v).level == level) return v;
  Value gathered = value(v);
  gathered.op = Op::broadcast;
  gathered.level = level;
  gathered.in = {v, -1, -1};
  gathered.aux = -1;
  return made(gathered);
}

int Builder::apply(Op op, int a, int b, int c) {
  if (op == Op::divide && value(b).op == Op::constant && exact_reciprocal(value(b).constant))
    return apply(Op::multiply, a, constant(1 / value(b).constant));
  Value result;
  result.op = op;
  result.in = {a, b, c};
  const auto count = static_cast<std::size_t>(operands(op));
  for (std::size_t k = 0; k < count; ++k) result.level = std::max(result.level, operand(result, k).level);
  for (std::size_t k = 0; k < count; ++k) result.in[k] = broadcast(result.in[k], result.level);
  bound(result);
  return fold(result) ? constant(result.constant) : made(result);
}

bool Builder::fold(Value& result) const {
  Operands in{};
  for (std::size_t k = 0; k < static_cast<std::size_t>(operands(result.op)); ++k) {
    if (operand(result, k).op != Op::constant) return false;
    in[k] = &operand(result, k).constant;
  }
  kernel_of(result.op, 7)(in, 1, &result.constant);
  return true;
}

/// What is known of a result from its operands: whether it can be missing, and how large it can be.
void Builder::bound(Value& r) const {
  const Value& a = operand(r, 0);
  const Value& b = r.in[1] < 0 ? a : operand(r, 1);
  const Value& c = r.in[2] < 0 ? b : operand(r, 2);
  r.magnitude = largest_result(r.op, a, b, c);
  switch (r.op) {
    case Op::is_missing: r.may_be_missing = false; return;
    case Op::within_cut: r.may_be_missing = a.may_be_missing; return;
    case Op::coalesce: r.may_be_missing = a.may_be_missing && b.may_be_missing; return;
    default: break;
  }
  r.may_be_missing = a.may_be_missing || b.may_be_missing || c.may_be_missing || makes_missing(r.op, a, b);
}

int Builder::column(int v, Entity entity) {
  if (value(v).level != Level::constant) return broadcast(v, level_of(entity));
  Value filled = value(v);
  filled.op = Op::fill;
  filled.level = level_of(entity);
  filled.in = {v, -1, -1};
  filled.aux = -1;
  filled.constant = 0;
  return made(filled);
}

int Builder::over_members(Op op, int x, int where) {
  Value result;
  result.op = op;
  result.level = Level::household;
  result.in = {column(x, Entity::person), where < 0 ? -1 : column(where, Entity::person), -1};
  const Value& v = operand(result, 0);
  result.magnitude = op == Op::sum ? v.magnitude * most_members : v.magnitude;
  result.may_be_missing = op != Op::sum || v.may_be_missing || std::isinf(v.magnitude) ||
                          (where >= 0 && value(where).may_be_missing);
  return made(result);
}

int Builder::members() {
  Value result;
  result.op = Op::members;
  result.level = Level::household;
  result.magnitude = most_members;
  return made(result);
}

int Builder::uniform(const std::string& purpose, Level level) {
  Value result;
  result.op = Op::uniform;
  result.level = level;
  result.aux = place_of(purposes_, purpose);
  result.magnitude = 1;
  return made(result);
}

int Builder::global_index(Global description) {
  const auto same = [&](const Global& g) {
    return std::tie(g.kind, g.reference_world, g.weigh_households, g.inclusive, g.entity, g.text) ==
           std::tie(description.kind, description.reference_world, description.weigh_households,
                    description.inclusive, description.entity, description.text);
  };
  const auto found = std::find_if(globals_.begin(), globals_.end(), same);
  if (found != globals_.end()) return static_cast<int>(found - globals_.begin());
  globals_.push_back(std::move(description));
  return static_cast<int>(globals_.size()) - 1;
}

int Builder::global(Global description, int key) {
  Value result;
  result.op = key < 0                                   ? Op::global_number
              : description.kind == Global::Kind::rank ? Op::global_rank
                                                       : Op::global_by;
  result.level = key < 0 ? Level::constant : value(key).level;
  result.in = {key, -1, -1};
  result.aux = global_index(std::move(description));
  result.may_be_missing = true;
  result.magnitude = unbounded;
  return made(result);
}

int Builder::add_output(int v, Typed typed) {
  outputs_.emplace_back(column(v, typed.entity), std::move(typed));
  return static_cast<int>(outputs_.size()) - 1;
}

}  // namespace puente::rules
