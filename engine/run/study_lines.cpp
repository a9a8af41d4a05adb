// The part of StudyCompiler that compiles poverty lines: those of each scenario, and the fixed ones of the reference.
#include "engine/rules/parser.hpp"
#include "engine/run/study_compiler.hpp"

namespace puente {

using rules::Compiler;
using rules::Type;

void StudyCompiler::compile_lines() {
  compile_fixed_lines();
  if (study_.model.sampling.linearises())
    for (const Line& line : study_.model.welfare.lines)
      study_.lines_in_sample.push_back({rests_on_sample(line.value), line.fixed ? std::nullopt : quantile_in(line.value)});
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

/// Whether an expression asks something of the whole population, which a sample answers with an error. Its mistakes are told elsewhere.
bool StudyCompiler::rests_on_sample(const rules::Text& text) const {
  Diagnostics unheard;
  Compiler alone(programs_.scope, unheard);
  return alone.add(text, {study_.record_entity, Type::number, {}, "welfare.lines"}).index < 0 || !alone.finish().globals().empty();
}

/// P of a line that is quantile(welfare, P) times and over what does not rest on the sample, in any order.
std::optional<double> StudyCompiler::quantile_in(const rules::Text& line) const {
  if (diagnostics_.has_errors()) return std::nullopt;
  const rules::Tree tree = rules::parse(line.text);
  const auto alone = [&](int node) {
    rules::Text part = line;
    part.text = line.text.substr(tree[node].begin, tree[node].end - tree[node].begin);
    return !rests_on_sample(part);
  };
  int at = tree.root();
  while (tree[at].kind == rules::NodeKind::arithmetic) {
    const int left = tree[at].children[0], right = tree[at].children[1];
    if ((tree[at].op == rules::Token::times || tree[at].op == rules::Token::divide) && alone(right)) at = left;
    else if (tree[at].op == rules::Token::times && alone(left)) at = right;
    else return std::nullopt;
  }
  const rules::Node& call = tree[at];
  if (call.kind != rules::NodeKind::call || call.text != "quantile" || call.where >= 0 || call.by >= 0 || call.arguments != 2) return std::nullopt;
  const rules::Node &of = tree[call.children[0]], &p = tree[call.children[1]];
  const bool known = of.kind == rules::NodeKind::name && of.text == "welfare" && !of.qualifier && p.kind == rules::NodeKind::number;
  return known ? std::optional(p.number) : std::nullopt;
}

}  // namespace puente
