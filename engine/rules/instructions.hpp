// A finished program: instructions in order, cut into segments over whose rows they run chunk by chunk. Immutable.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/rules/checked.hpp"
#include "engine/rules/kernels.hpp"
#include "engine/rules/rules.hpp"

namespace puente::rules {

/// Where a value lies while a program runs.
struct Slot {
  enum class Kind : std::uint8_t { none, constant, parameter, input, scalar, household, person };
  Kind kind = Kind::none;
  int index = -1;
  /// One number for all rows.
  bool single() const { return kind == Kind::constant || kind == Kind::parameter || kind == Kind::scalar; }
  bool operator==(const Slot&) const = default;
};

struct Instruction {
  Op op = Op::fill;
  Level level = Level::household;  ///< of the output, over whose rows it runs
  Kernel kernel = nullptr;
  std::array<Slot, 4> in{};
  Slot out;
  int aux = -1;                    ///< purpose or global
};

/// Instructions [begin, end), all over the rows of one level.
struct Segment {
  Level level = Level::household;
  std::size_t begin = 0, end = 0;
};

struct ProgramOutput {
  Slot slot;
  Typed typed;
  bool may_be_missing = true;
  bool same_for_all = false;  ///< one value, filled over the rows
};

struct Program::Impl {
  std::vector<Input> inputs;
  std::vector<int> parameters;
  std::vector<Global> globals;
  std::vector<std::string> purposes;
  std::vector<double> constants;
  std::vector<Instruction> instructions;
  std::vector<Segment> segments;
  std::vector<ProgramOutput> outputs;
  std::size_t scalars = 0, household_registers = 0, person_registers = 0;
};

}  // namespace puente::rules
