#include "engine/run/study.hpp"

#include <algorithm>

#include "engine/run/study_compiler.hpp"

namespace puente {

int StudyModel::find_scenario(const std::string& name) const {
  for (std::size_t s = 0; s < scenarios.size(); ++s)
    if (scenarios[s].name == name) return static_cast<int>(s);
  return -1;
}

bool BoundProgram::ready() const {
  return std::all_of(globals.begin(), globals.end(), [](const BoundGlobal& g) { return g.resolved; });
}

Study::Study(StudyModel from, const Schema& population_schema, Diagnostics& diagnostics)
    : model(std::move(from)), schema(population_schema), programs_(std::make_unique<Programs>()) {
  StudyCompiler(*this, *programs_, diagnostics).compile();
}

Study::~Study() = default;

bool Study::observed_changes_outcomes() const {
  return std::any_of(observed.begin(), observed.end(), [](const CompiledProgramme& p) { return !p.effects.empty(); });
}

std::size_t Study::decile_first_slot() const {
  std::size_t slot = 1;
  for (const CompiledGrouping& grouping : groupings) slot += grouping.labels.size();
  return slot;
}

void Study::number_slots() {
  std::size_t slot = 1;
  for (CompiledGrouping& grouping : groupings) {
    grouping.first_slot = slot;
    slot += grouping.labels.size();
  }
}

std::size_t Study::slots() const { return decile_first_slot() + (deciles ? 10 : 0); }

std::vector<std::string> Study::slot_names() const {
  std::vector<std::string> names = {"all"};
  for (const CompiledGrouping& grouping : groupings)
    for (const std::string& label : grouping.labels) names.push_back(grouping.name + "=" + label);
  if (deciles)
    for (int d = 1; d <= 10; ++d) names.push_back("decile=" + std::to_string(d));
  return names;
}

}  // namespace puente
