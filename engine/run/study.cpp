#include "engine/run/study.hpp"

#include <algorithm>

#include "engine/run/study_compiler.hpp"

namespace puente {

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

bool shifts_resolved(const std::vector<CompiledProgramme>& programmes) {
  return std::all_of(programmes.begin(), programmes.end(), [](const CompiledProgramme& p) {
    return std::all_of(p.effects.begin(), p.effects.end(), [](const CompiledEffect& e) { return e.shift.resolved; });
  });
}

bool Study::none_world_ready() const { return data->ready() && shifts_resolved(observed) && (!schooling || schooling->aligned()); }

std::size_t Study::decile_first_slot() const {
  std::size_t slot = 1;
  for (const CompiledGrouping& grouping : groupings) slot += grouping.labels.size();
  return slot;
}

bool Study::labels_known() const {
  return std::all_of(groupings.begin(), groupings.end(), [](const CompiledGrouping& g) { return g.labels_known; });
}

void Study::name_contrasts(Diagnostics& diagnostics) { contrasts = find_contrasts(model.statistics.contrasts, slot_names(), fixed_slots(), diagnostics); }

void Study::number_slots() {
  std::size_t slot = 1;
  for (CompiledGrouping& grouping : groupings) {
    grouping.first_slot = slot;
    slot += grouping.labels.size();
  }
}

std::size_t Study::fixed_slots() const { return decile_first_slot() + (deciles ? 10 : 0); }

std::size_t Study::recipient_slot(std::size_t programme) const { return fixed_slots() + programme; }

std::size_t Study::arm_slot(std::size_t received) const {
  return fixed_slots() + (recipients ? programme_names.size() : 0) + received;
}

std::size_t Study::slots() const { return arm_slot(arms ? std::size_t{1} << programme_names.size() : 0); }

/// What a household of the arm gets: programmes joined by "+", or "none".
std::string Study::arm_name(std::size_t received) const {
  std::string name;
  for (std::size_t p = 0; p < programme_names.size(); ++p)
    if ((received >> p & 1) != 0) name += (name.empty() ? "" : "+") + programme_names[p];
  return name.empty() ? "none" : name;
}

std::vector<std::string> Study::slot_names() const {
  std::vector<std::string> names = {"all"};
  for (const CompiledGrouping& grouping : groupings)
    for (const std::string& label : grouping.labels) names.push_back(grouping.name + "=" + label);
  if (deciles)
    for (int d = 1; d <= 10; ++d) names.push_back("decile=" + std::to_string(d));
  if (recipients)
    for (const std::string& programme : programme_names) names.push_back("recipient." + programme);
  for (std::size_t received = 0; arms && received < std::size_t{1} << programme_names.size(); ++received)
    names.push_back("arm=" + arm_name(received));
  return names;
}

std::vector<bool> Study::constant_lines() const {
  std::vector<bool> constant(model.welfare.lines.size(), true);
  const auto look_at = [&](const LineProgram& lines) {
    for (std::size_t z = 0; z < constant.size(); ++z)
      if (lines.outputs[z].index >= 0 && !lines.program->program->same_for_all(lines.outputs[z])) constant[z] = false;
  };
  for (const LineProgram& lines : line_programs) look_at(lines);
  look_at(fixed_lines);
  return constant;
}

int Study::compared_with(std::size_t s) const {
  const int against = scenarios[s].against >= 0 ? scenarios[s].against : reference;
  return against == static_cast<int>(s) ? -1 : against;
}

}  // namespace puente
