// A checked expression: its tree and, node by node, what it is. Immutable once checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/rules/functions.hpp"
#include "engine/rules/symbols.hpp"
#include "engine/rules/syntax.hpp"

namespace puente::rules {

/// What a value varies over. Ordered: the finest of two is the greater.
enum class Level : std::uint8_t { constant, household, person };

inline Level level_of(Entity entity) { return entity == Entity::household ? Level::household : Level::person; }
inline Entity entity_of(Level level) { return level == Level::person ? Entity::person : Entity::household; }

enum class Class : std::uint8_t { number, boolean, category, label };

struct Facts {
  bool bad = false;  ///< a mistake was reported; silences those that follow from it
  Class type = Class::number;
  Level level = Level::constant;
  Unit unit;
  bool adapting = false;  ///< a bare number, which takes the unit of its partner
  const std::vector<std::string>* labels = nullptr;  ///< of a category; owned by the schema
  bool ordered = false;
  double label = 0;       ///< of a text: the index its partner gave it
  double factor = 1;      ///< of to(): what the number is multiplied by
};

struct Checked {
  const Text* text = nullptr;
  Tree tree;
  std::vector<Meaning> meanings;      ///< of names
  std::vector<const FunctionInfo*> functions;  ///< of calls
  std::vector<int> contexts;          ///< node -> context: one of the whole, one of each aggregate's inside
  std::vector<Level> context_levels;  ///< where the draws of a context live
  std::vector<Facts> facts;
  Facts result;
  double factor = 1;                  ///< from the unit its writer declared to the one its place wants
  bool whole_population = false;      ///< holds a function of the whole population, itself or through a variable

  const Facts& operator[](int node) const { return facts[static_cast<std::size_t>(node)]; }
  std::string snippet(int node) const;
};

}  // namespace puente::rules
