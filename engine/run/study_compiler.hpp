// Turns a StudyModel into a Study: numbers the outcomes, compiles every expression into the program of the world it
// looks at, and binds programs to the columns they read. Used once, by Study's constructor.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/study.hpp"

namespace puente {

/// The programs themselves; a BoundProgram points into them.
struct Study::Programs {
  rules::Scope scope;
  std::deque<rules::Program> owned;
};

class StudyCompiler {
 public:
  StudyCompiler(Study& study, Study::Programs& programs, Diagnostics& diagnostics)
      : study_(study), programs_(programs), diagnostics_(diagnostics) {}
  void compile();

 private:
  void prepare_scope();
  void find_record_entity();
  void add_welfare_column();
  void number_programmes();
  void find_outcomes();
  void find_missing_rules();
  double missing_value(const MissingChoice& rule, const ColumnInfo& column);
  void check_effect(const Effect& effect, const Outcome& outcome, const Programme& programme);
  void check_synergy(const Synergy& synergy, const Outcome& outcome);
  void check_transition(const Effect& effect, const Outcome& outcome, const Programme& programme);
  void check_together();
  void compile_bases(rules::Compiler& data);
  void compile_base(const Effect& effect, Outcome& outcome, const Effect*& first, rules::Compiler& data);
  void compile_shifts(CompiledProgramme& programme, std::span<const double> parameters);
  void warn_of_unreached_welfare();
  void warn_of_loose_alpha(const SchoolingModel& model);
  void warn_of_unreached_welfare(const Scenario& scenario, const Programme& programme);
  double pass_of(const Outcome& outcome, const Scenario& scenario);
  rules::Text weight_in_replicate(const rules::Text& weight) const;
  void compile_basics();
  void compile_data();
  Unit unit_of_welfare(const Unit& resource) const;
  void compile_measures();
  void compile_attendance(rules::Compiler& compiler);
  bool looks_at_scenario(const rules::Program& program) const;
  bool looks_at_changing_columns(const rules::Program& program) const;
  void compile_policies();
  void compile_scenario(std::size_t s, rules::Compiler& none, rules::Compiler& data);
  void compile_lines();
  void compile_fixed_lines();
  bool rests_on_sample(const rules::Text& text) const;
  std::optional<double> quantile_in(const rules::Text& line) const;
  void compile_groups();
  void choose_received_groups();
  void check_comparisons();
  void describe_grouping(const Grouping& grouping, Output output, const rules::Typed& typed);

  void find_chosen_columns();
  void refuse_effects_on(const std::string& column);
  bool reads_choice(const rules::Program& program) const;
  bool reads_choice(const rules::Text& text, const rules::Wanted& wanted);
  void refuse_choice(const std::optional<rules::Text>& text, const std::string& what);
  void refuse_choice(const Programme& programme);
  bool looks_at_members(const rules::Text& text, std::size_t depth) const;
  int choice_condition(const Programme& programme);
  void compile_choice_of(const Programme& programme, CompiledProgramme& compiled, rules::Compiler& world);
  void compile_interactions(const SchoolingChoice& choice, const std::vector<CompiledProgramme>& programmes, rules::Compiler& world,
                            ChoiceWorld& compiled);
  double income_factor(const SchoolingModel& model);
  bool model_fits(const SchoolingModel& model);
  void take_models();
  DrawnModel in_money_of_study(SchoolingModel model, std::span<const double> coefficients, double factor) const;
  std::span<const double> coefficients_of(std::span<const double> parameters) const { return parameters.last(study_.model.coefficients); }
  void compile_children(rules::Compiler& data);
  void compile_alignment(const SchoolingChoice& choice, rules::Compiler& data);
  void compile_observed_choice(rules::Compiler& data);
  void compile_choice(std::size_t s, rules::Compiler& none);
  void bind_choice();

  CompiledProgramme compile_programme(const Programme& programme, rules::Compiler& world, rules::Compiler& data);
  void compile_coverage(const Programme& programme, CompiledProgramme& compiled, rules::Compiler& world);
  void compile_benefits(const Programme& programme, CompiledProgramme& compiled, rules::Compiler& world);
  void compile_effects(const Programme& programme, CompiledProgramme& compiled, rules::Compiler& world);
  std::vector<CompiledSynergy> compile_synergies(const std::vector<Synergy>& synergies,
                                                 const std::vector<CompiledProgramme>& programmes,
                                                 rules::Compiler& world);
  void compile_scalars(CompiledProgramme& compiled, std::span<const double> parameters);
  double scalar(const std::optional<rules::Text>& text, const std::string& what, const Unit& unit, double absent,
                std::span<const double> parameters);
  void order_exclusions(CompiledScenario& scenario);
  void couple_programmes(CompiledScenario& scenario);
  void link_joint_costs(std::vector<CompiledProgramme>& programmes);
  void compile_levy(CompiledScenario& compiled, rules::Compiler& none);
  void check_units_of_draw(const Programme& programme);
  void link_observed(CompiledScenario& scenario);

  Output add(rules::Compiler& compiler, const std::optional<rules::Text>& text, const rules::Wanted& wanted);
  BoundProgram* bind(rules::Program program, World world, int scenario, std::span<const double> parameters);
  void bind_inputs(BoundProgram& bound);
  void note_reads(const rules::Program& program, std::span<const double> parameters);
  std::size_t input_slot(const rules::Input& input);
  void tell(Diagnostic diagnostic);
  void mistake(const Place& place, const std::string& message);
  std::span<const double> reference_parameters() const;
  std::size_t outcome_index(const std::string& name) const;
  Unit money() const { return money_; }

  Study& study_;
  Study::Programs& programs_;
  Diagnostics& diagnostics_;
  Unit money_;  ///< currency a period of the resource, whom left out
  std::map<const Programme*, Output> conditions_;
  std::optional<rules::Compiler> condition_compiler_;  ///< of conditions that read the choice
};

}  // namespace puente
