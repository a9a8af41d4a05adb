// The part of StudyCompiler that compiles poverty lines: those of each scenario, and the fixed ones of the reference.
#include "engine/run/study_compiler.hpp"

namespace puente {

using rules::Compiler;
using rules::Type;

void StudyCompiler::compile_lines() {
  compile_fixed_lines();
  bool shared = false;
  for (std::size_t s = 0; s < study_.scenarios.size(); ++s) {
    Study::LineProgram own;
    Compiler compiler(programs_.scope, diagnostics_);
    bool any = false;
    for (const Line& line : study_.model.welfare.lines) {
      own.outputs.push_back(line.fixed ? Output{}
                                       : compiler.add(line.value, {study_.record_entity, Type::number, study_.welfare_unit, "welfare.lines." + line.name}));
      any = any || !line.fixed;
    }
    if (diagnostics_.has_errors()) return;
    rules::Program program = compiler.finish();
    const bool varies = looks_at_scenario(program) || study_.scenarios[s].scenario->parameters != study_.base_parameters;
    if (!varies && shared) {
      study_.scenarios[s].lines = 0;
      continue;
    }
    if (any) own.program = bind(std::move(program), varies ? World::scenario : World::data, static_cast<int>(s),
                                study_.scenarios[s].scenario->parameters);
    if (!varies && study_.line_programs.empty()) shared = true;
    study_.scenarios[s].lines = static_cast<int>(study_.line_programs.size());
    study_.line_programs.push_back(std::move(own));
  }
}

/// A fixed line is the reference's for all: what it asks of the whole population is asked there, with the reference's
/// parameters. Each record's own part must then be the same in all scenarios.
void StudyCompiler::compile_fixed_lines() {
  Study::LineProgram& fixed = study_.fixed_lines;
  Compiler compiler(programs_.scope, diagnostics_);
  bool any = false;
  for (const Line& line : study_.model.welfare.lines) {
    fixed.outputs.push_back(Output{});
    if (!line.fixed) continue;
    any = true;
    Compiler alone(programs_.scope, diagnostics_);
    const rules::Wanted wanted{study_.record_entity, Type::number, study_.welfare_unit, "welfare.lines." + line.name, true};
    const bool good = alone.add(line.value, wanted).index >= 0;
    if (good && looks_at_changing_columns(alone.finish()))
      mistake(line.value.place(0), "the fixed line '" + line.name + "' looks at something of each record that scenarios change: use it inside a function of the whole population, such as quantile(…)");
    fixed.outputs.back() = compiler.add(line.value, wanted);
  }
  if (any && !diagnostics_.has_errors()) fixed.program = bind(compiler.finish(), World::data, study_.reference, reference_parameters());
}

}  // namespace puente
