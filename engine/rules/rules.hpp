// The rules: policy as text. Expressions (DESIGN 4) are parsed, checked for names, types, entities and units, and
// compiled once to a program that runs over a block column by column. Registers are f64 columns: a missing number is
// NaN, a condition is 0, 1 or NaN (three-valued), a category is the index of its label. Compiling is single-threaded;
// a finished Program is immutable and may run on many threads, each with its own Workspace.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/core/error.hpp"
#include "engine/core/prices.hpp"
#include "engine/core/units.hpp"
#include "engine/population/population.hpp"
#include "engine/rules/text.hpp"

namespace puente::rules {

enum class Type : std::uint8_t { number, boolean, category };

/// A number every expression may name. Its value is given at run time, so that scenarios and draws can differ.
struct Parameter {
  std::string name;
  Unit unit;
};

/// A derived column, computed where it is needed.
struct Variable {
  std::string name;
  Text expression;
  Unit unit;                     ///< unknown: that of the expression
  std::optional<Entity> entity;  ///< empty: the finest entity its names need
};

/// All names that expressions of a file can use. Two things of one name are an error.
struct Scope {
  const Schema* schema = nullptr;
  std::vector<Parameter> parameters;
  std::vector<Variable> variables;
  const Prices* prices = nullptr;  ///< what converts dates and currencies; null: nothing does

  double factor(const Unit& from, const Unit& to) const { return prices == nullptr ? from.factor_to(to) : prices->factor(from, to); }
  Unit converted(const Unit& from, const Unit& to) const { return prices == nullptr ? from.converted_to(to) : prices->converted(from, to); }
  Unit dated(const Unit& unit) const { return prices == nullptr ? unit : prices->dated(unit); }
};

/// What the place that holds an expression wants from it.
struct Wanted {
  std::optional<Entity> entity;  ///< empty: either (a household expression wherever it can be one)
  std::optional<Type> type;
  Unit unit;                     ///< unknown: any
  std::string what;              ///< for messages: "programmes.casu.eligible"
  bool reference = false;        ///< as if reference(…) stood around the whole expression
};

struct Typed {
  Entity entity = Entity::household;
  Type type = Type::number;
  Unit unit;
  std::vector<std::string> labels;  ///< of a category
};

struct Input {
  Entity entity;
  int column;  ///< index into Schema::columns(entity)
  bool operator==(const Input&) const = default;
};

/// An output of a program: an index, typed.
struct Output {
  int index = -1;
};

class Program;

/// A quantity of the whole population that a program needs before it can run; computed by an earlier pass.
struct Global {
  enum class Kind : std::uint8_t {
    quantile,    ///< quantile(x, p): one number
    rank,        ///< rank(x): table of distinct x (ascending) in `keys`, their mid-ranks in `values`
    rank_cut,    ///< rank(x) < p (or <=): values[0] = largest x whose mid-rank is < p (or <= p); NaN if none
    mean_of, sum_of, count_of,  ///< one number, or one a label of `by` in `values`
  };
  Kind kind = Kind::quantile;
  bool reference_world = false;  ///< wrapped in reference(...)
  bool weigh_households = false; ///< wrapped in households(...): household weight instead of persons
  bool inclusive = false;        ///< rank_cut: <= p
  Entity entity = Entity::household;  ///< rows the argument lives on
  std::shared_ptr<const Program> argument;  ///< outputs: x, then `where` (1 where absent), then `by` (0 where absent)
  Output x, where, by;
  std::size_t by_labels = 0;  ///< number of labels of `by`; 0: no `by`
  Output p;        ///< quantile, rank_cut: output of `argument`, the same on every row
  std::shared_ptr<const Program> p_alone;  ///< p as output 0 of a program without inputs, to be run over one household
  std::string text;  ///< as written, for messages and for telling equal globals
};

/// The value of one Global. For `by` without a match and for empty sets the value is NaN (missing).
struct GlobalValue {
  std::vector<double> keys;
  std::vector<double> values;
};

/// Rows a program runs over. Columns are f64 with missing as NaN, one pointer an input in the order of
/// Program::inputs(); a world replaces a column by handing over another pointer.
struct Rows {
  std::size_t households = 0;
  std::size_t persons = 0;
  const std::int32_t* person_begin = nullptr;  ///< [households + 1], local: persons of h are [begin[h], begin[h+1])
  const std::int32_t* household_of = nullptr;  ///< [persons]
  const std::int64_t* id = nullptr;            ///< [households]
  const std::uint16_t* line = nullptr;         ///< [persons]
  std::size_t count(Entity entity) const { return entity == Entity::household ? households : persons; }
};

struct Context {
  std::span<const double* const> inputs;
  std::span<const double> parameters;        ///< in the order of Scope::parameters
  std::span<const GlobalValue> globals;      ///< in the order of Program::globals()
  std::uint64_t seed = 0;
  std::uint32_t replicate = 0;
};

/// Registers of one thread, reused from block to block; grows to the largest block and then never allocates.
class Workspace {
 public:
  Workspace();
  ~Workspace();
  Workspace(Workspace&&) noexcept;
  Workspace& operator=(Workspace&&) noexcept;
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

class Program {
 public:
  Program();
  ~Program();
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;

  const std::vector<Input>& inputs() const;
  /// The parameters whose values it looks at, as indices into Scope::parameters; those of its globals' arguments are theirs.
  const std::vector<int>& parameters() const;
  const std::vector<Global>& globals() const;
  const Typed& typed(Output output) const;
  /// True when the output can be missing on some row.
  bool may_be_missing(Output output) const;
  /// True when the output is known to be one number on all rows of the population.
  bool same_for_all(Output output) const;

  /// Computes every output. Results stay valid in `workspace` until the next run with it.
  void run(const Rows& rows, const Context& context, Workspace& workspace) const;
  /// rows.count(typed(output).entity) values.
  const double* result(Output output, const Workspace& workspace) const;

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Compiles any number of expressions of one scope into one program that shares common subexpressions. Mistakes go
/// to `diagnostics`, all of them; add() then returns an Output of index -1 and finish() must not be called.
class Compiler {
 public:
  Compiler(const Scope& scope, Diagnostics& diagnostics);
  ~Compiler();
  Output add(const Text& expression, const Wanted& wanted);
  /// Type, entity and unit of an added output.
  const Typed& typed(Output output) const;
  Program finish();

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

/// Checks names, cycles, types and units of every variable of a scope, used or not.
void check_scope(const Scope& scope, Diagnostics& diagnostics);

}  // namespace puente::rules
