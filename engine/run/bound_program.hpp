// A compiled program together with the world it looks at: which scenario's parameters, which columns replaced, and
// the whole-population quantities it waits for. Filled between passes by one thread; read-only during a pass.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/rules/rules.hpp"

namespace puente {

/// data: as surveyed · none: every observed programme taken out · scenario: as simulated · choice: as surveyed but for what the
/// choice of [schooling] decides, which is what it would be in the alternative at hand.
enum class World : std::uint8_t { data, none, scenario, choice };

struct BoundProgram;

/// One whole-population quantity and the program that gives its argument.
struct BoundGlobal {
  const rules::Global* global = nullptr;
  std::unique_ptr<BoundProgram> argument;
  bool resolved = false;
};

struct BoundProgram {
  const rules::Program* program = nullptr;
  World world = World::data;
  int scenario = -1;                         ///< whose levels (World::scenario) and whose parameters; -1: the file's own
  std::span<const double> parameters;
  std::vector<std::size_t> input_slot;       ///< for each input of the program: its place among the study's inputs
  std::vector<rules::GlobalValue> values;    ///< in the order of program->globals()
  std::vector<BoundGlobal> globals;
  std::size_t workspace = 0;                 ///< index of its workspace in every thread

  bool ready() const;  ///< every global is resolved
};

}  // namespace puente
