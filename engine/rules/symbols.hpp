// What the names of a scope stand for. Built once from the scope, then read-only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/rules/rules.hpp"

namespace puente::rules {

struct Meaning {
  enum class Kind : std::uint8_t { nothing, column, variable, parameter, members };
  Kind kind = Kind::nothing;
  Entity entity = Entity::household;  ///< of a column
  int index = -1;
};

class Symbols {
 public:
  explicit Symbols(const Scope& scope);
  /// Every thing of that name that fits the qualifier; more than one is ambiguous.
  std::vector<Meaning> find(const std::string& name, std::optional<Entity> qualifier) const;
  const ColumnInfo& column(const Meaning& meaning) const;
  const Scope& scope() const { return scope_; }
  const std::vector<std::string>& names() const { return names_; }
  /// "a parameter", "a household column", for messages.
  static std::string description(const Meaning& meaning);

 private:
  void add(const std::string& name, Meaning meaning);

  const Scope& scope_;
  std::unordered_map<std::string, std::vector<Meaning>> meanings_;
  std::vector<std::string> names_;
};

}  // namespace puente::rules
