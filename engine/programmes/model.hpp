// What a scenario file says, as plain values: no file, no parser. Each scenario carries its whole resolved policy (the
// file with its `set` applied), so nothing downstream knows of `extends`, `set` or sweeps. Read once, then immutable.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/behaviour/schooling_choice.hpp"
#include "engine/core/error.hpp"
#include "engine/core/prices.hpp"
#include "engine/core/units.hpp"
#include "engine/rules/rules.hpp"
#include "engine/core/precision.hpp"
#include "engine/uncertainty/distribution.hpp"
#include "engine/uncertainty/plan.hpp"
#include "engine/uncertainty/sampling_plan.hpp"

namespace puente {

struct ParameterValue {
  std::string name;
  double value = 0;
  Unit unit;
  std::string source, status;
  Place place;
  std::optional<Uncertainty> uncertainty;  ///< absent: the same in all draws
};

enum class CoverageMode : std::uint8_t { everyone, share, ranked, observed, nobody };

/// A share of what a programme covers (of its budget, where it has one) that is kept for some of its pool; what they do
/// not need goes to the others.
struct Reserve {
  rules::Text group;                  ///< a condition: who they are
  rules::Text min_share;              ///< [0, 1]
};

/// How far a programme's coverage falls together with that of another, which is decided first (overlap.hpp).
struct Overlap {
  enum class Kind : std::uint8_t { joint_share, least, coincidental, full };
  std::string with;
  Kind kind = Kind::joint_share;
  rules::Text value;                  ///< joint share: of the pool (of its units of draw), [0, 1]
  Place place;
};

/// Who among the eligible is offered a programme (DESIGN 5, Coverage). Shares, quotas and budgets are expressions over parameters.
struct Coverage {
  CoverageMode mode = CoverageMode::everyone;
  std::optional<rules::Text> share;   ///< of the eligible weight, [0, 1]
  bool of_takers = false;             ///< share of those who take up instead
  bool of_units = false;              ///< share of the number of units of draw instead, to the nearest whole one
  std::optional<rules::Text> by;      ///< ranked: lowest first (highest first if `descending`)
  bool descending = false;
  std::optional<rules::Text> quota;   ///< units served
  std::optional<rules::Text> budget;  ///< money per period of the resource: cash plus cost per recipient
  std::optional<rules::Text> within;  ///< a category: the limit holds in each label on its own; budgets and quotas are split by eligible weight
  std::optional<rules::Text> unit_of_draw;  ///< a whole number or category: units that are served whole
  bool keep_observed = true;
  std::optional<Reserve> reserve;
  std::optional<Overlap> overlap;
  Place place;
};

struct Benefit {
  rules::Text amount;                 ///< of a recipient, in the unit of the resource
  bool in_resource = true;            ///< whether the observed resource contains it
  std::optional<rules::Text> observed_amount;  ///< what the data recorded
  std::optional<rules::Text> valued_at;        ///< in kind: share of its value that counts in welfare
};

enum class EffectKind : std::uint8_t { relative, absolute, points, odds, two_part, relative_share, transition };

struct Effect {
  std::string outcome;                ///< a column
  EffectKind kind = EffectKind::relative;
  std::optional<rules::Text> size;    ///< relative: 0.3 is +30 %; absolute: in the outcome's unit; points: share that moves;
                                      ///< odds: ratio of odds; relative_share: 3.7 is +370 % of the mean share; two_part: of owning
  std::optional<rules::Text> costs;   ///< `on = "gross"`: the cost column; the effect is on outcome + costs
  std::optional<rules::Text> base;    ///< conditions and ownership: probability in the observed world
  bool ownership_in_odds = false;     ///< two_part: `size` is a ratio of odds, else points
  std::optional<rules::Text> level;   ///< two_part: level given to those who come to own
  std::optional<rules::Text> relative;      ///< two_part: change of the level of those who own already
  std::vector<std::vector<double>> matrix;  ///< transition: row = class in the none-world, column = class with the programme
  std::vector<rules::Text> base_shares;     ///< transition that was observed: shares of the none-world's classes among the reached
  Place place;
};

/// Cost of a recipient whose household also receives another programme: one visit, one team for both.
struct JointCost {
  std::string with;
  rules::Text per_recipient;
  Place place;
};

struct Programme {
  std::string name, label;
  Entity entity = Entity::household;
  rules::Text eligible;
  std::optional<rules::Text> condition;  ///< checked against the observed state
  std::optional<rules::Text> observed;   ///< who is offered it in the data
  std::optional<rules::Text> take_up;    ///< probability, [0, 1]; 1 when absent
  std::optional<rules::Text> delivery;   ///< share of what is due that arrives; 1 when absent
  std::optional<rules::Text> members;    ///< of a household programme: which members its person effects reach
  std::vector<std::string> exclude;      ///< clients of these programmes are not eligible
  Coverage coverage;
  std::optional<Benefit> cash, in_kind;
  std::optional<rules::Text> cost_per_recipient, cost_fixed;
  std::optional<JointCost> joint_cost;
  std::vector<Effect> effects;
  std::optional<SchoolingOfProgramme> schooling;
  Place place;
};

struct Synergy {
  enum class Definition : std::uint8_t { multiplicative, additive, joint };
  std::vector<std::string> programmes;
  std::string outcome;
  Definition definition = Definition::multiplicative;
  rules::Text size;
  Place place;
};

/// Who pays for a scenario: a levy in proportion to money, or the same of every household.
struct Financing {
  enum class Levy : std::uint8_t { proportional, flat };
  Levy levy = Levy::proportional;
  std::optional<rules::Text> on;           ///< proportional: money of a household in the none-world; absent: the observed resource
  std::optional<rules::Text> who;          ///< a condition: households that pay
  Place place;
};

struct Scenario {
  std::string name, label;
  std::string against;                     ///< the scenario it is compared with
  std::vector<double> parameters;          ///< in the order of StudyModel::parameters
  std::vector<std::size_t> decided;        ///< parameters that it sets: choices, the same in all draws
  std::vector<Programme> programmes;       ///< those it runs, in the file's order
  std::vector<Synergy> synergies;          ///< those whose programmes all run
  std::optional<SchoolingChoice> schooling;  ///< who chooses and by what model: the same in all scenarios; theta and interactions: its own
  std::map<std::string, double> pass_through;
  std::optional<Financing> financing;      ///< absent: unfunded
  bool as_observed = false;                ///< every observed programme as observed
};

struct Line {
  std::string name;
  rules::Text value;
  bool fixed = false;                      ///< taken from the reference scenario, the same in all
};

struct Grouping {
  std::string name;
  rules::Text value;
};

struct WelfareModel {
  rules::Text resource;
  std::optional<rules::Text> scale;        ///< absent: size
  std::optional<rules::Text> weight;       ///< absent: the household's weight
  bool per_head = false;                   ///< the resource is welfare already: only changes are divided by the scale
  std::vector<Line> lines;
};

enum class CountedAs : std::uint8_t { persons, households, records };

struct StatisticsModel {
  std::vector<std::string> include = {"poverty", "inequality", "distribution", "attendance", "programmes", "outcomes"};
  Precision precision = Precision::exact;
  CountedAs count = CountedAs::persons;
  std::vector<std::pair<int, int>> age_bands = {{6, 13}, {14, 17}, {6, 17}};
  std::optional<rules::Text> where;        ///< records that count; others are left out and counted
  std::optional<rules::Text> attends, age, sex;
  std::vector<rules::Text> outcomes;       ///< columns whose mean is reported besides the programmes' outcomes
  std::vector<double> quantiles;
  bool deciles = true;
  bool recipients = true;                  ///< groups `recipient.PROGRAMME`
  std::vector<rules::Text> contrasts;      ///< differences between groups, "area=rural - area=urban" (run/contrasts.hpp)
  std::optional<bool> arms;                ///< groups `arm=…`, who gets what; absent: up to six programmes

  /// Whether `what` is included, by its own name or as part of a set: fgt and watts of poverty; gini, shares, entropy and
  /// atkinson of inequality; gini, shares and quantiles of distribution.
  bool wants(std::string_view what) const;
  /// Whether records must stand in order for something of it, or a sketch for them.
  bool wants_order() const { return wants("gini") || wants("shares") || wants("quantiles"); }
  /// Whether every record is kept, to be put in order.
  bool keeps_records() const { return precision == Precision::exact && wants_order(); }
  /// Every name that `include` may hold.
  static std::vector<std::string> names();
};

/// What to do where a column is missing.
struct MissingChoice {
  enum class What : std::uint8_t { error, drop_household, drop_person, value };
  What what = What::error;
  std::string value;                       ///< a number, true or false, or the label of a category
  Place place;
};

/// An expression that somebody wants to know of the data beside the study itself, and what it should be.
struct AskedExpression {
  rules::Text text;
  rules::Wanted wanted;
};

/// One study: everything of a scenario file but where its population lies.
struct StudyModel {
  std::string title;
  std::vector<ParameterValue> parameters;  ///< the file's own values; draw 0
  std::size_t coefficients = 0;            ///< how many of them, at the end, are the schooling model's (behaviour/coefficients.hpp)
  std::vector<rules::Variable> variables;
  WelfareModel welfare;
  std::vector<Grouping> groups;
  std::vector<Programme> observed;         ///< every programme with `observed`, at the file's own settings: what the data contain
  std::map<std::string, double> pass_through;
  std::map<std::string, MissingChoice> missing;  ///< by column
  std::vector<Scenario> scenarios;
  std::string reference;                   ///< name of a scenario
  std::vector<std::string> outcomes;       ///< of the effects of all scenarios, also of those that are left out of this run: their means are of every scenario
  StatisticsModel statistics;
  std::uint64_t seed = 0;
  UncertaintyPlan uncertainty;
  SamplingPlan sampling;
  Prices prices;                           ///< of other dates and currencies
  std::optional<SchoolingChoice> schooling;
  std::vector<AskedExpression> asked;      ///< of the data as surveyed

  int find_scenario(const std::string& name) const;  ///< -1 when there is none
};

}  // namespace puente
