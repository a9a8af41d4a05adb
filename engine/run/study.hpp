// A study made ready to run: every expression of the model compiled against the population's columns, every outcome,
// group and coverage limit numbered. Compiled once by one thread; afterwards only the passes between blocks write to
// it (resolved globals, coverage cuts, decile limits), and blocks read it from many threads.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/population/source.hpp"
#include "engine/programmes/model.hpp"
#include "engine/run/bound_program.hpp"
#include "engine/run/contrasts.hpp"
#include "engine/run/schooling_plan.hpp"
#include "engine/statistics/selection.hpp"

namespace puente {

using rules::Output;

/// A column that programmes change.
struct Outcome {
  enum class Kind : std::uint8_t { level, condition, category };
  std::string name;
  Entity entity = Entity::household;
  std::size_t input = 0;          ///< its place among the study's inputs
  Unit unit;
  Kind kind = Kind::level;
  std::vector<std::string> labels;  ///< of a category
  bool ordered = false;             ///< the labels stand in order
  std::uint64_t draw_key = 0;     ///< of its latent uniform
  bool owned = false;             ///< a level with two-part effects
  bool chosen = false;            ///< what the choice of [schooling] decides; no programme has an effect on it
  Output base;                    ///< in the data: probability of the condition, or of owning
  std::vector<Output> base_shares;  ///< in the data: shares of the classes without what was observed
  /// From a distribution, by each unit's latent uniform; else effects change the level itself.
  bool is_drawn() const { return kind != Kind::level || owned; }
};

/// The logit shift of a relative change of a share: a quantity of the whole population, found by a pass.
struct CommonShift {
  bool needed = false, resolved = true;
  double change = 0;              ///< of the mean share: 3.7 is +370 %
  double log_odds = 0;
};

struct CompiledEffect {
  std::size_t outcome = 0;
  const Effect* effect = nullptr;
  Output size, costs, level, relative;
  CommonShift shift;
};

/// A unit of draw: a school, a village, a district, within a label of `within`.
struct DrawUnit {
  std::int32_t label = 0;
  double unit = 0;
  auto operator<=>(const DrawUnit&) const = default;
};

/// Units of draw that a share of them covers: a quantity of the whole population, found by a pass.
struct CoveredUnits {
  bool counted = false;            ///< the share is of the number of units
  std::vector<DrawUnit> in;        ///< covered, sorted
  double total = 0, shared = 0;    ///< number of units of the pool, and of those covered that have clients of the programme overlapped
};

/// A programme of one scenario (or of the observed world), compiled.
struct CompiledProgramme {
  const Programme* programme = nullptr;
  std::size_t number = 0;          ///< among all programmes of the study
  Output eligible, condition, observed, take_up, delivery, members, by, within, unit_of_draw, reserved_for;
  Output cash, cash_observed, in_kind, valued_at, cost_per_recipient, cost_joint;
  std::vector<CompiledEffect> effects;
  std::size_t within_labels = 1;
  double share = 1, quota = 0, budget = 0, cost_fixed = 0;
  std::uint64_t take_up_key = 0, draw_key = 0;
  int observed_index = -1;         ///< the same programme among the observed ones
  std::vector<std::size_t> excluded_by;  ///< positions in the scenario of programmes whose clients are barred
  bool cut_needed = false, cut_resolved = true;
  std::vector<Cut> cuts;           ///< one a label of `within` and stratum
  double reserved_share = 0, overlap_value = 0;
  int overlaps = -1, joint_with = -1;  ///< positions in the scenario of the programmes it is coupled with; -1: none, or not run
  CoveredUnits units;
  ChoiceOfProgramme choice;
  /// Cuts are apart for those of a reserve (or clients of the programme overlapped), stratum 1, and the others.
  std::size_t strata() const { return reserved_for.index >= 0 || overlaps >= 0 ? 2 : 1; }
};

struct CompiledSynergy {
  const Synergy* synergy = nullptr;
  std::size_t outcome = 0;
  std::vector<std::size_t> programmes;  ///< positions in the scenario
  Output size;
};

/// What households pay for a scenario's programmes: rate × base of each, found by a pass.
struct CompiledLevy {
  bool needed = false, resolved = true, flat = false;
  Output on, who;                  ///< household's money (none: the resource); who pays (none: all)
  double pass = 0;                 ///< how far it lowers welfare
  double raised = 0, rate = 0;     ///< in all; share of the base, or money a household
};

struct CompiledScenario {
  const Scenario* scenario = nullptr;
  std::size_t policy = 0;          ///< index among Study::policies
  std::vector<CompiledProgramme> programmes;
  std::vector<CompiledSynergy> synergies;
  std::vector<double> pass_through;  ///< one an outcome; 0: does not reach welfare
  double pass_cash = 0, pass_in_kind = 0;
  CompiledLevy levy;
  ChoiceWorld choice;
  int lines = -1;                  ///< index among Study::line_programs
  int against = -1;                ///< scenario it is compared with, -1: none
};

/// What stands in for missing values of a column (`[missing]` of the scenario file).
struct MissingRule {
  std::size_t input = 0;
  MissingChoice::What what = MissingChoice::What::value;
  double value = 0;
};

/// A grouping of the population with its labels, fixed in the reference scenario.
struct CompiledGrouping {
  std::string name;
  Entity entity = Entity::household;
  Output output;
  std::vector<std::string> labels;   ///< in slot order
  std::vector<double> values;        ///< value of each label
  bool whole_numbers = false;        ///< labels are found by a pass
  bool labels_known = true;
  std::size_t first_slot = 1;
};

/// Whether every common shift of these programmes is found.
bool shifts_resolved(const std::vector<CompiledProgramme>& programmes);

class Study {
 public:
  /// Compiles; every mistake is added to `diagnostics`. Throws only what is not the user's.
  Study(StudyModel model, const Schema& schema, Diagnostics& diagnostics);
  ~Study();

  struct Programs;
  /// Stands for a program's input that is the simulated welfare, not a column of the population.
  static constexpr std::size_t welfare_slot = static_cast<std::size_t>(-1);

  StudyModel model;
  Schema schema;                      ///< the population's, with `welfare` appended to the record's columns
  int welfare_column = -1;            ///< index of `welfare` in schema.columns(record_entity)
  Entity record_entity = Entity::household;  ///< whose welfare it is

  std::vector<double> base_parameters;       ///< the file's own values
  std::vector<std::vector<bool>> reads;      ///< for each scenario, whether anything looks at its own value of a parameter
  std::vector<rules::Input> inputs;   ///< every column that is read
  std::vector<int> outcome_of_input;  ///< for each input: the outcome it is, or -1
  std::vector<MissingRule> missing;
  std::vector<Outcome> outcomes;
  std::vector<std::string> programme_names, programme_labels;
  std::vector<Entity> programme_entities;

  BoundProgram* basics = nullptr;     ///< household weight and size
  Output household_weight, size;
  BoundProgram* data = nullptr;       ///< weight, resource, the observed programmes
  Output weight, scale, resource, where;
  std::vector<Output> asked;          ///< one a StudyModel::asked
  Unit welfare_unit;                  ///< of the records' welfare; unknown when the resource's is
  bool resource_per_person = false;   ///< the resource is already per head: only changes are divided by the scale
  std::vector<CompiledProgramme> observed;
  std::vector<CompiledSynergy> observed_synergies;

  std::optional<CompiledSchooling> schooling;

  BoundProgram* measures = nullptr;   ///< what statistics look at beside welfare, in the scenario at hand
  Output attends, works, age, sex;
  bool measures_vary = false;         ///< with the scenario: some input is an outcome
  bool tallies_share = true;          ///< scenarios take over what others have the same; false: each finds everything itself, to the same bits
  struct Measure {
    std::string name, unit;
    Entity entity = Entity::household;
    Output output;
  };
  std::vector<Measure> outcome_means;

  std::vector<BoundProgram*> policies;       ///< none-world programs, one a distinct set of parameters
  std::vector<CompiledScenario> scenarios;
  struct LineProgram {
    BoundProgram* program = nullptr;
    std::vector<Output> outputs;             ///< one a line; none for a fixed one
  };
  std::vector<LineProgram> line_programs;
  LineProgram fixed_lines;                   ///< of the reference, for all scenarios; no output for the others
  /// For each line, whether every record has the same one in any one scenario.
  std::vector<bool> constant_lines() const;
  BoundProgram* group_program = nullptr;
  std::vector<CompiledGrouping> groupings;
  std::vector<Contrast> contrasts;           ///< known when the labels of all groupings are
  std::vector<std::string> sex_labels;
  int reference = 0;

  /// How a poverty line rests on the sample: not at all, as what quantile of welfare it is a multiple of, or in another way.
  struct LineInSample {
    bool depends = false;
    std::optional<double> quantile;
  };
  std::vector<LineInSample> lines_in_sample; ///< one a line, where sampling errors are linearised

  bool deciles = false, deciles_resolved = true;
  std::vector<double> decile_limit;          ///< upper limits of deciles 1 … 9 of reference welfare

  /// Groups whose members depend on the scenario. Their slots come after the fixed ones.
  bool recipients = false;                   ///< of each programme
  bool arms = false;                         ///< what a household gets: one slot a set of programmes
  static constexpr std::size_t most_in_arms = 6;

  /// Every bound program, arguments of globals included; a thread has one workspace for each.
  std::deque<std::unique_ptr<BoundProgram>> bound;

  bool observed_changes_outcomes() const;    ///< some observed programme has effects
  bool none_world_ready() const;             ///< what was observed can be taken out
  std::size_t slots() const;                 ///< all of them
  std::size_t fixed_slots() const;           ///< 1 + labels of every grouping (+ 10 deciles)
  std::size_t recipient_slot(std::size_t programme) const;
  std::size_t arm_slot(std::size_t received) const;  ///< `received`: one bit a programme
  std::string arm_name(std::size_t received) const;
  std::vector<std::string> slot_names() const;
  std::size_t decile_first_slot() const;
  int compared_with(std::size_t s) const;    ///< the scenario that differences of s are taken from; -1: none
  bool labels_known() const;                 ///< of every grouping
  void number_slots();                       ///< once they are
  void name_contrasts(Diagnostics& diagnostics);  ///< then too; mistakes are added

 private:
  std::unique_ptr<Programs> programs_;
};

}  // namespace puente
