// A program in the making: values, each made once from earlier ones (static single assignment), equal ones shared,
// those of constants folded. Used by one thread; `finish` lays them out as a Program.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/rules/checked.hpp"
#include "engine/rules/kernels.hpp"
#include "engine/rules/rules.hpp"

namespace puente::rules {

struct Value {
  Op op = Op::constant;
  Level level = Level::constant;
  std::array<int, 3> in{-1, -1, -1};  ///< values
  int aux = -1;                       ///< parameter, input, purpose or global
  double constant = 0;
  bool may_be_missing = false;
  double magnitude = 0;               ///< |value| is at most this where it is not missing; may be infinite
};

class Builder {
 public:
  int constant(double x);
  int parameter(int index);
  int input(Entity entity, int column, const ColumnInfo& info);
  /// A row-by-row operation; household operands of one on persons are broadcast.
  int apply(Op op, int a, int b = -1, int c = -1);
  /// The value as a column of `entity`.
  int column(int value, Entity entity);
  /// sum, largest, smallest or head over the members; `where` -1: all.
  int over_members(Op op, int x, int where = -1);
  int members();
  int uniform(const std::string& purpose, Level level);
  /// A number of the whole population: global_number, or looked up by `key`.
  int global(Global description, int key = -1);

  int add_output(int value, Typed typed);
  const Typed& typed(int output) const { return outputs_[static_cast<std::size_t>(output)].second; }
  const Value& value(int v) const { return values_[static_cast<std::size_t>(v)]; }
  Program finish();

 private:
  friend class Layout;
  using Key = std::tuple<Op, Level, std::array<int, 3>, int, std::uint64_t>;

  int made(Value value);
  int broadcast(int value, Level level);
  void bound(Value& value) const;
  bool fold(Value& value) const;
  int global_index(Global description);
  const Value& operand(const Value& v, std::size_t k) const { return value(v.in[k]); }

  std::vector<Value> values_;
  std::map<Key, int> known_;
  std::vector<Input> inputs_;
  std::vector<Global> globals_;
  std::vector<std::string> purposes_;
  std::vector<std::pair<int, Typed>> outputs_;
};

}  // namespace puente::rules
