// Finds out what each scenario of a file changes: follows `extends`, lists sweeps, and applies `set`.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/programmes/model.hpp"
#include "io/survey/toml_view.hpp"

namespace puente::io {

/// One change of the file: the value under `from` (a key path, with an index for a step of a sweep) goes to `to`.
struct Change {
  std::vector<std::string> to;
  std::vector<std::string> from;
  int step = -1;                 ///< index into the array at `from`; -1: the value itself
  std::string literal;           ///< TOML text of the value instead of `from`, when not empty
  rules::Text place;
  bool solved = false;           ///< found by a solve, or tried by it
};

/// A value that a solve gives a key path in a scenario, and in those that extend it.
struct SolvedValue {
  std::string solve, scenario, parameter;
  double value = 0;
};

struct ScenarioPlan {
  std::string name, label, against;
  std::vector<std::string> programmes;
  std::optional<Financing> financing;
  std::vector<Change> changes;   ///< in order of application
  rules::Text place;
};

/// Key path "a.b.c" with quoted parts allowed.
std::vector<std::string> split_path(const std::string& path);

/// "a.b.c" of its parts, for messages.
std::string joined_path(const std::vector<std::string>& parts);

/// Whether the change gives a parameter its value: `parameters.NAME` or `parameters.NAME.value`.
bool decides(const Change& change, const std::string& parameter);

/// Every scenario of the file, those of sweeps included, in the file's order.
std::vector<ScenarioPlan> plan_scenarios(TomlFile& file, const std::vector<SolvedValue>& solved);

/// Applies a change to the root of a fresh reading. Mistakes go to file.diagnostics.
void apply(const Change& change, TomlFile& file);

}  // namespace puente::io
