// The heart: one block of whole households through every world. Read process_block.cpp from `load` down: it tells, in
// order, what happens to a household. One object a thread; it allocates only until it has seen its largest block.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "engine/core/finite.hpp"
#include "engine/population/source.hpp"
#include "engine/programmes/effects.hpp"
#include "engine/run/block_children.hpp"
#include "engine/run/faults.hpp"
#include "engine/run/money_change.hpp"
#include "engine/run/reaching_effects.hpp"
#include "engine/run/study.hpp"
#include "engine/run/weight_layers.hpp"

namespace puente {

/// One programme of the scenario at hand, for the units (households or persons) of the block.
struct ProgrammeState {
  std::span<const double> offered;   ///< offered and taken up: 0, 1, or the served fraction at the margin of a cut
  std::span<const double> member;    ///< the same in the layer at hand: 0 or 1
  std::span<const double> receives;  ///< member and the condition holds
  std::vector<double> own_offered, own_member, own_receives;  ///< what these are where they differ from what is above them
  std::vector<double> cash, in_kind;  ///< of households, money a period of the resource
  std::vector<double> counted;        ///< of households: in-kind value at what it is valued in welfare
  std::vector<double> reach_household, reach_person;
};

/// What one scenario does to the block, in one layer of weights.
struct ScenarioState {
  std::vector<ProgrammeState> programmes;
  std::vector<Composition> composition;       ///< one an outcome
  std::vector<const double*> level;           ///< one an outcome, simulated
  std::vector<std::vector<double>> own_level; ///< those that differ from the data and the none-world
  std::vector<double> weight_factor;          ///< [households]; empty: 1 for all
  std::vector<MoneyChange> changes;           ///< of households' money, in the order in which they are added up
  std::vector<double> welfare;                ///< of the records
  std::vector<double> levy;                   ///< [households] paid for the programmes; empty: nothing
};

/// A record that the programme overlapped serves for `part` of its weight: its places among the clients and the others.
struct SplitUnit {
  double part = 0;
  SelectionKey first{}, last{};
};

/// Place of a unit of draw in the order of coverage.
SelectionKey unit_key(const CompiledProgramme& p, double unit_of_draw);

class BlockProcessor {
 public:
  explicit BlockProcessor(const Study& study, std::uint64_t seed);

  /// Loads households [first, last) and takes them as far as the globals resolved so far allow. [last, next) comes
  /// after them and is asked of memory while they are at work.
  void load(const PopulationSource& source, std::int64_t first, std::int64_t last, std::int64_t next);
  /// What of the block to come is still to be asked of memory.
  ReadAhead& read_ahead() { return ahead_; }
  bool sees_data() const { return sees_data_; }
  bool sees_policy(std::size_t policy) const;
  bool sees_scenario(std::size_t s) const;

  /// Simulates scenario s on the block. Returns the number of layers: 1, or more when a record stands at the margin of
  /// a cut and is served in part; the caller then simulates each layer in turn.
  std::size_t begin_scenario(std::size_t s);
  void simulate(std::size_t s, std::size_t layer);
  /// Who is a member in that layer, without simulating anything.
  void choose_layer(std::size_t s, std::size_t layer);

  /// Runs a bound program in its world; for World::scenario its scenario must be the one just simulated.
  void run(const BoundProgram& bound);
  const double* result(const BoundProgram& bound, Output output) const;

  /// Decides who of the block is offered programme p of scenario s, those that it excludes clients of being decided.
  void offer(std::size_t s, std::size_t p);
  /// For a programme of scenario s: who may be offered it (0 or 1) and who of them takes it up.
  void pool_and_takers(std::size_t s, std::size_t p, std::vector<double>& pool, std::vector<double>& takers);
  /// Place of unit i in the order of coverage.
  void selection_keys(std::size_t s, std::size_t p, std::vector<SelectionKey>& keys);
  /// The cut that unit i belongs to, -1: none.
  std::int32_t cut_group(std::size_t s, std::size_t p, std::size_t unit) const;
  std::optional<SplitUnit> split_unit(std::size_t s, std::size_t p, std::size_t unit, const SelectionKey& key) const;
  /// Who is offered it in the data and keeps it; null where nobody does.
  const double* kept_offer(const CompiledProgramme& p) const;
  /// Expected money a unit costs the budget: cash where the condition holds, and the cost of a recipient.
  void expected_cost(std::size_t s, std::size_t p, std::vector<double>& cost);

  /// Reached units of the outcome of a relative change of a share: their share with nothing else of theirs taken out
  /// but what was observed (of an observed programme: all that was observed but this change), and their weight.
  /// s: the scenario, -1: the observed programmes.
  void shares_reached(int s, std::size_t p, const CompiledEffect& effect, std::vector<double>& share, std::vector<double>& w);
  /// What a levy is on in each household, none of it negative.
  void levy_base(std::size_t s, std::vector<double>& base);
  /// Values of every poverty line for the records of scenario s, the one just simulated.
  void lines(std::size_t s, std::vector<const double*>& values);
  /// The observed resource as money of households.
  void resource_of_households(std::vector<double>& money);
  /// Whether `[missing]` makes household h count for nothing; its weight then is 0 in all that is asked of the population.
  bool drops(std::size_t h) const { return !dropped_.empty() && dropped_[h] != 0; }
  double counted_weight(std::size_t h) const { return drops(h) ? 0.0 : household_weight()[h]; }
  /// Records of the block that have no weight: left out by `where`, `[missing]` or by their own.
  std::int64_t weightless_records() const { return weightless_; }
  /// Persons of the block left out by `[missing]`.
  std::size_t dropped_persons() const { return dropped_persons_; }

  const rules::Rows& rows() const { return block_.rows; }
  const BlockData& block() const { return block_; }
  const double* household_weight() const { return result(*study_.basics, study_.household_weight); }
  const double* size() const { return result(*study_.basics, study_.size); }
  const double* data(Output output) const { return result(*study_.data, output); }
  const double* policy(std::size_t s, Output output) const {
    return result(*study_.policies[study_.scenarios[s].policy], output);
  }
  const ScenarioState& state() const { return state_; }
  /// Children who choose between school and work, as in the scenario just simulated.
  const BlockChildren& children() const { return children_; }
  /// Of the children, at the policy seen in the data and with the model's own constants, before residuals are drawn.
  const ChildColumns& utilities() const { return children_.utility; }
  /// From here on children are as this one of CompiledSchooling::models says; a scenario that is simulated uses its own.
  void use_model(std::size_t model);
  const WeightLayers& weight_layers() const { return weight_layers_; }
  bool at_first_layer() const { return layer_ == 0; }
  const ProgrammeState& observed(std::size_t o) const { return observed_[o]; }
  std::span<const double> observed_offer(std::size_t o) const { return observed_[o].offered; }
  /// Weight of each record (household or person), the layer's factor included.
  std::span<const double> record_weight() const { return layer_weight_.empty() ? base_weight_ : layer_weight_; }
  /// Whether the layer holds every household of the block in whole.
  bool whole() const { return state_.weight_factor.empty() && dropped_.empty(); }
  /// From here on weights are as in a layer of other parts of households, until a scenario is simulated.
  void weigh_as(const WeightLayers& layers, std::size_t layer);
  /// Part of household h that the layer holds; 0 when it is left out.
  double weight_factor(std::size_t h) const {
    const double layer = state_.weight_factor.empty() ? 1.0 : state_.weight_factor[h];
    return dropped_.empty() ? layer : layer * (1 - dropped_[h]);
  }
  std::int64_t household_id(Entity entity, std::size_t unit) const;
  Faults& faults() { return faults_; }
  const Study& study() const { return study_; }

 private:
  void run_lines(const BoundProgram& bound, std::span<const Output> lines);
  void apply_missing_rules();
  void find_pool(std::size_t s, std::size_t p, std::vector<double>& pool);
  void require_eligibility(std::size_t s, const CompiledProgramme& p);
  bool all_eligible_are_takers(const CompiledProgramme& p) const;
  std::size_t stratum(std::size_t s, const CompiledProgramme& p, std::size_t unit) const;
  void cut_units(std::size_t s, std::size_t p, std::vector<double>& offered);
  void drop_persons();
  void observe(std::size_t o);
  void none_world();
  void take_up(const CompiledProgramme& programme, const BoundProgram& world, std::vector<double>& offered);
  void serve_above(std::size_t household, double border, Entity entity, ProgrammeState& state);
  std::size_t household_of(Entity entity, std::size_t unit) const {
    return entity == Entity::household ? unit : static_cast<std::size_t>(block_.household_of[unit]);
  }
  void deliver(const CompiledProgramme& programme, const BoundProgram& world, const double* recorded_cash,
               ProgrammeState& state);
  void benefit(const CompiledProgramme& programme, const double* amount, const double* receives, const double* delivery,
               std::vector<double>& household);
  void compose(const std::vector<CompiledProgramme>& programmes, const std::vector<CompiledSynergy>& synergies,
               const BoundProgram& world, std::vector<ProgrammeState>& states, std::vector<Composition>& composition);
  template <class Do>
  void for_each_effect(const std::vector<CompiledProgramme>& programmes, const BoundProgram& world, std::vector<ProgrammeState>& states, Do what);
  void find_drawn(const CompiledScenario& scenario, const BoundProgram& world);
  void add_synergy(const CompiledSynergy& synergy, const std::vector<CompiledProgramme>& programmes,
                   const BoundProgram& world, std::vector<ProgrammeState>& states, Composition& c);
  const double* reach(const CompiledProgramme& programme, const BoundProgram& world, Entity outcome, ProgrammeState& state);
  const double* costs_of(std::size_t outcome, const std::vector<CompiledProgramme>& programmes,
                         const BoundProgram& world) const;
  void add_effect(const CompiledEffect& effect, const BoundProgram& world, const double* arrives, Composition& c);
  void redraw(std::size_t outcome, const Composition& now, std::vector<double>& level);
  const double* base_of(const Outcome& outcome);
  void condition(const Outcome& outcome, const Composition& observed, const Composition& now, std::vector<double>& level);
  void ownership(const Outcome& outcome, const Composition& observed, const Composition& now, std::vector<double>& level);
  void transition(const Outcome& outcome, const Composition& observed, const Composition& now, std::vector<double>& level);
  void count_faults(const Outcome& outcome, const Culprits& units, const std::string& what);
  void outcomes(std::size_t s);

  /// What programmes do in the data or in a scenario.
  struct ChoiceSide {
    const std::vector<CompiledProgramme>& programmes;
    std::vector<ProgrammeState>& states;
    const BoundProgram& world;
    const ChoiceWorld& choice;
  };
  /// What a programme pays a unit.
  struct Due {
    const double *cash, *in_kind, *delivery;
    double arrives(std::size_t i) const { return delivery == nullptr ? 1.0 : delivery[i]; }
    double money(std::size_t i) const { return cash == nullptr ? 0.0 : cash[i] * arrives(i); }
    double value(std::size_t i) const { return in_kind == nullptr ? 0.0 : in_kind[i] * arrives(i); }
    double worth(std::size_t i, const ChoiceWorld& choice) const { return choice.pass_cash * money(i) + choice.theta * value(i); }
  };
  const double* column_by_choice(std::size_t outcome) const;
  const DrawnModel& drawn_model() const { return study_.schooling->models[model_]; }
  /// The first comes last, and stays at hand.
  template <class Do>
  void for_each_model(Do what) {
    for (std::size_t m = by_model_.size(); m-- > 0;) {
      use_model(m);
      what();
    }
  }
  bool is_sound_child(std::size_t person);
  void gather_children();
  void order_siblings(const double* age, std::int64_t household);
  void add_covariates(const std::vector<Covariate>& covariates, const std::vector<Output>& outputs, std::size_t coefficient,
                      std::vector<double>& sum);
  void find_wages();
  void find_child_earnings();
  void find_conditions_of_children();
  void show(std::span<const std::int32_t> some, std::size_t alternative);
  void show_data();
  double works_in(std::size_t child, std::size_t alternative) const;
  void find_contained(std::size_t o);
  double holds_anyway(const CompiledProgramme& p, std::size_t unit) const;
  void require_payment(const CompiledProgramme& p, double holds, double worth, std::size_t child);
  bool passes(const CompiledProgramme& programme, const BoundProgram& world, std::size_t household, double more);
  const double* holds_by_choice(const CompiledProgramme& programme, const BoundProgram& world, std::span<const double> member);
  void require_cap(const CompiledProgramme& programme, double cap, std::size_t household);
  const double* recorded_by_choice(const CompiledProgramme& programme, const BoundProgram& world, const double* recorded,
                                   std::span<const double> receives);
  void cap_cash(const CompiledProgramme& programme, const BoundProgram& world, std::vector<double>& cash);
  void add_pull(const ChoiceSide& side, ChoiceValue& value);
  Due due(const CompiledProgramme& programme, const BoundProgram& world) const;
  void add_own_payments(const ChoiceSide& side, ChoiceValue& value);
  void find_worth(const ChoiceSide& side, std::size_t programme);
  void add_untested(const CompiledProgramme& programme, ChoiceValue& value);
  void add_tested(const CompiledProgramme& programme, const BoundProgram& world, ChoiceValue& value);
  void begin_order(const ChoiceSide& side);
  void refuse_payments_to_others(const CompiledProgramme& p, const ProgrammeState& state);
  void add_payments_in_order(const ChoiceSide& side, std::span<const std::int32_t> round, ChoiceValue& value);
  void add_payment(const ChoiceSide& side, std::size_t programme, std::size_t alternative, std::span<const std::int32_t> round, ChoiceValue& value);
  void settle(const ChoiceSide& side, std::span<const std::int32_t> round);
  void take_out_payments(std::vector<double>& money);
  void add_uncontained(std::vector<double>& household);
  void find_utilities();
  void draw_residuals();
  void align_constants();
  void add_taste();
  void draw_gaps();
  void find_income_change(std::size_t s);
  void find_utility_changes(std::size_t first, std::size_t last, const double* wage_now);
  void choose(std::size_t s);
  void find_changed();
  void move_children(const CompiledScenario& scenario);

  void deliver(std::size_t s, bool by_choice);
  void sources(std::size_t s);
  void transfers(std::size_t s);
  void levy(std::size_t s);
  std::vector<double>& own_change();
  void add_up_changes(std::size_t most);
  void pay(const CompiledProgramme& programme, const ProgrammeState* now, const ProgrammeState* before,
           const CompiledScenario& scenario);
  void welfare();
  void weigh_records();
  void report_weights();
  void weigh_layer();
  /// The uniforms of a draw, one a unit: the same in every scenario, so drawn once a block.
  const double* unit_uniforms(std::uint64_t key, Entity entity);
  /// A fault for each unit whose value is missing or infinite; what() says of what.
  template <class What>
  void require_present(const double* values, Entity entity, What what) {
    if (!all_finite(values, block_.rows.count(entity))) report_absent(values, entity, what());
  }
  void report_absent(const double* values, Entity entity, const std::string& what);
  const double* column(std::size_t slot, World world) const;

  const Study& study_;
  std::uint64_t seed_;
  BlockData block_;
  ReadAhead ahead_;
  std::vector<rules::Workspace> workspaces_;
  bool sees_data_ = false;
  std::size_t dropped_persons_ = 0;
  std::vector<ProgrammeState> observed_;
  std::vector<Composition> observed_composition_;
  std::vector<const double*> none_level_;               ///< one an outcome, with every observed programme taken out
  std::vector<std::vector<double>> own_none_level_;     ///< those that differ from the data
  struct DrawnOutcome {
    ReachingEffects effects;  ///< under which its own level was drawn
    bool stays = false;       ///< in the scenario at hand: as drawn before
  };
  std::vector<DrawnOutcome> drawn_;                     ///< one an outcome
  std::size_t layer_ = 0;
  WeightLayers weight_layers_;      ///< of the scenario begun
  ScenarioState state_;
  std::vector<double> base_weight_, layer_weight_;      ///< of records; of the layer where it is not all of them
  std::int64_t weightless_ = 0;                         ///< records that do not count
  std::vector<std::size_t> line_rows_;                  ///< [workspace] records that a line program was run for
  std::vector<const double*> pointers_;
  std::vector<std::int64_t> person_id_;
  struct DrawnUniforms {
    std::uint64_t key;
    Entity entity;
    bool of_this_block;
    std::vector<double> values;
  };
  std::deque<DrawnUniforms> uniforms_;  ///< stay where they are, however many come
  std::vector<double> scratch_, valued_, dropped_;
  std::deque<std::vector<double>> change_columns_;      ///< of `changes`, where no one else has them; the first own_changes_ are in use
  std::size_t own_changes_ = 0;
  std::vector<SelectionKey> keys_;
  BlockChildren children_;
  std::vector<PaidInOrder> in_order_;  ///< one a programme of the world at hand
  std::vector<ChildrenByModel> by_model_;  ///< of the models that are not at hand
  std::size_t model_ = 0;              ///< at hand: its own place in by_model_ is empty
  ChildColumns draws_;
  std::vector<std::int32_t> siblings_;
  std::vector<double> holds_, recorded_, worth_;
  std::vector<std::uint8_t> chooses_;  ///< of persons
  Faults faults_;
};

}  // namespace puente
