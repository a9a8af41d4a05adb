// Functions: what each demands of its arguments and what it gives.
#include <algorithm>
#include <array>

#include "engine/rules/node_checker.hpp"

namespace puente::rules {

Facts NodeChecker::call(int i) {
  const FunctionInfo& f = *e_.functions[static_cast<std::size_t>(i)];
  switch (f.family) {
    case Family::rowwise: return rowwise(i, f.function);
    case Family::skip:
      if (may_skip_[static_cast<std::size_t>(i)] != 0) return facts(node(i).children[0]);
      error(node(i).at, "skip_missing(…) stands directly inside an aggregate, as in sum(skip_missing(x) where c)");
      return bad_facts();
    case Family::members: return over_members(i, f.function);
    case Family::population: e_.whole_population = true; return over_population(i, f.function);
    case Family::wrapper: return wrapper(i);
    case Family::draw: return draw(i, f.function);
  }
  return bad_facts();
}

Facts NodeChecker::rowwise(int i, Function function) {
  const auto args = node(i).args();
  switch (function) {
    case Function::choose: return choose(i);
    case Function::to: return converted(i);
    case Function::is_missing: return any_bad(i) ? bad_facts() : boolean_facts(finest(args));
    case Function::coalesce: return common(args, node(i).at);
    default: break;
  }
  bool fine = true;
  for (const int arg : args) fine = number(arg) && fine;
  if (!fine) return bad_facts();
  if (function == Function::exp || function == Function::log) return exponential(i);
  if (function == Function::sqrt) return square_root(i);
  return common(args, node(i).at);
}

Facts NodeChecker::choose(int i) {
  const auto args = node(i).args();
  const bool fine = condition(args[0]);
  Facts result = common(args.subspan(1), node(i).at);
  if (!fine) return bad_facts();
  result.level = std::max(result.level, facts(args[0]).level);
  return result;
}

Facts NodeChecker::exponential(int i) {
  const int arg = node(i).args()[0];
  return share(arg) ? number_facts(facts(arg).level, Unit::one()) : bad_facts();
}

Facts NodeChecker::square_root(int i) {
  const int arg = node(i).args()[0];
  Facts result = facts(arg);
  const auto unit = result.unit.square_root();
  if (unit) {
    result.unit = *unit;
    return result;
  }
  error(node(i).at, described(arg) + " is in " + result.unit.text() +
                        ", which has no square root: divide it by a quantity of the same unit first");
  return bad_facts();
}

Facts NodeChecker::converted(int i) {
  const int value = node(i).args()[0], target = node(i).args()[1];
  if (!number(value)) return bad_facts();
  if (node(target).kind != NodeKind::text) {
    error(node(target).at, "the unit is written as a text, as in to(x, \"ZMW/year\")");
    return bad_facts();
  }
  Facts result = facts(value);
  try {
    const Scope& scope = checker_.symbols_.scope();
    const Unit unit = scope.dated(Unit::parse(node(target).text));
    if (!result.adapting && !result.unit.known()) {
      error(node(value).at, e_.snippet(value) + " has no unit, so nothing says how to convert it: give it one where it is made");
      return bad_facts();
    }
    if (!result.adapting) result.factor = scope.factor(result.unit, unit);
    result.unit = result.adapting ? unit : scope.converted(result.unit, unit);
    result.adapting = false;
  } catch (const Error& failure) {
    error(node(target).at, failure.what());
    return bad_facts();
  }
  return result;
}

bool NodeChecker::check_where(int i) { return node(i).where < 0 || condition(node(i).where); }

bool NodeChecker::member_value_fits(int value, Function function) {
  const Facts& f = facts(value);
  switch (function) {
    case Function::count:
    case Function::count_of:
    case Function::any:
    case Function::all: return condition(value);
    case Function::mean:
    case Function::mean_of: return f.type == Class::boolean || number(value);
    case Function::largest:
    case Function::smallest: return (f.type == Class::category && f.ordered) || number(value);
    case Function::head:
      if (f.type == Class::label) error(node(value).at, "a text stands only beside a category");
      return !f.bad && f.type != Class::label;
    default: break;
  }
  if (f.bad || f.type != Class::boolean) return number(value);
  error(node(value).at, described(value) + " is a condition: count(…) counts for how many it holds");
  return false;
}

Facts NodeChecker::over_members(int i, Function function) {
  const int value = node(i).args()[0];
  const bool fits = !facts(value).bad && member_value_fits(value, function);
  if (!check_where(i) || !fits) return bad_facts();
  Facts result = facts(value);
  if (function == Function::any || function == Function::all) return boolean_facts(Level::household);
  if (function == Function::count) return number_facts(Level::household, Unit::one());
  if (function == Function::mean) result.type = Class::number;
  if (function == Function::sum && !result.adapting) result.unit = result.unit.of_household();
  result.level = Level::household;
  return result;
}

bool NodeChecker::check_by(int i) {
  const int by = node(i).by;
  if (by < 0) return true;
  const Class type = facts(by).type;
  if (facts(by).bad || type == Class::category || type == Class::boolean) return !facts(by).bad;
  error(node(by).at, described(by) + " is no category: `by` takes a category or a condition");
  return false;
}

Facts NodeChecker::over_population(int i, Function function) {
  if (function == Function::quantile) return quantile(i);
  const int value = node(i).args()[0];
  if (function == Function::rank)
    return number(value) ? number_facts(facts(value).level, Unit::one()) : bad_facts();
  const bool fits = !facts(value).bad && member_value_fits(value, function);
  const bool where = check_where(i), by = check_by(i);
  if (!fits || !where || !by) return bad_facts();
  const Level level = node(i).by < 0 ? Level::constant : facts(node(i).by).level;
  const bool shares = function == Function::count_of || facts(value).type == Class::boolean;
  Facts result = number_facts(level, shares ? Unit::one() : facts(value).unit);
  if (function == Function::sum_of) result.unit = result.unit.without_whom();
  return result;
}

Facts NodeChecker::quantile(int i) {
  const int value = node(i).args()[0], p = node(i).args()[1];
  const bool fits = number(value), share_fits = share(p) && constant(p, "the share of a quantile");
  return fits && share_fits ? number_facts(Level::constant, facts(value).unit) : bad_facts();
}

Facts NodeChecker::wrapper(int i) {
  const int inside = node(i).args()[0];
  if (facts(inside).bad) return bad_facts();
  if (holds_whole_population(inside)) return facts(inside);
  error(node(i).at, "'" + node(i).text + "' goes around a function of the whole population (quantile, rank, mean_of, "
                    "sum_of, count_of), and there is none in " + e_.snippet(inside));
  return bad_facts();
}

void NodeChecker::purpose(int i) {
  if (node(i).kind != NodeKind::text)
    error(node(i).at, "a draw is named by a text, as in uniform(\"lottery\")");
  else if (node(i).text.empty())
    error(node(i).at, "a draw needs a name that is not empty: draws of one name are the same draw");
  else return;
  facts(i).bad = true;
}

Facts NodeChecker::draw(int i, Function function) {
  const auto args = node(i).args();
  purpose(args.back());
  const bool fine = function != Function::chance || share(args[0]);
  if (!fine || facts(args.back()).bad) return bad_facts();
  const Level context = e_.context_levels[static_cast<std::size_t>(e_.contexts[static_cast<std::size_t>(i)])];
  const Level level = std::max(context, finest(args));
  return function == Function::chance ? boolean_facts(level) : number_facts(level, Unit::one());
}

}  // namespace puente::rules
