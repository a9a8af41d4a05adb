// What a place demands of a value: its type, its unit, what it varies over.
#include <algorithm>

#include "engine/rules/node_checker.hpp"

namespace puente::rules {

namespace {

std::string class_name(Class type) {
  switch (type) {
    case Class::number: return "a number";
    case Class::boolean: return "a condition";
    case Class::category: return "a category";
    case Class::label: break;
  }
  return "a text";
}

std::string choices(const std::vector<std::string>& labels) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(labels.size(), 6); ++i)
    text += (text.empty() ? "\"" : ", \"") + labels[i] + "\"";
  return labels.size() > 6 ? text + ", …" : text;
}

/// How to bring `from` to `to` where that can be done.
std::string conversion(const Scope& scope, const Unit& from, const Unit& to) {
  try {
    static_cast<void>(scope.factor(from, to));
  } catch (const Error&) {
    return "";
  }
  return "; to(…, \"" + to.text() + "\") converts it";
}

}  // namespace

std::string NodeChecker::described(int i) const { return e_.snippet(i); }

bool NodeChecker::number(int i) {
  const Facts& f = facts(i);
  if (f.bad || f.type == Class::number) return !f.bad;
  std::string advice;
  if (f.type == Class::boolean) advice = ": if(" + node(i).text + (node(i).text.empty() ? "condition" : "") + ", 1, 0) makes one of it";
  error(node(i).at, "a number belongs here, but " + described(i) + " is " + class_name(f.type) + advice);
  return false;
}

bool NodeChecker::condition(int i) {
  const Facts& f = facts(i);
  if (f.bad || f.type == Class::boolean) return !f.bad;
  std::string advice = ": compare it, as in " + (node(i).kind == NodeKind::name ? node(i).text : std::string("x"));
  advice += f.type == Class::category ? " == \"" + f.labels->front() + "\"" : " > 0";
  if (f.type == Class::label) advice.clear();
  error(node(i).at, "a condition belongs here, but " + described(i) + " is " + class_name(f.type) + advice);
  return false;
}

bool NodeChecker::share(int i) {
  if (!number(i)) return false;
  const Facts& f = facts(i);
  if (f.adapting || !f.unit.known() || f.unit.is_one()) return true;
  error(node(i).at, "a number without unit belongs here, but " + described(i) + " is in " + f.unit.text());
  return false;
}

bool NodeChecker::constant(int i, const std::string& what) {
  if (facts(i).level == Level::constant) return true;
  error(node(i).at, what + " must be one number for everybody, but " + described(i) + " varies by " +
                        name_of(entity_of(facts(i).level)));
  return false;
}

Facts NodeChecker::common(std::span<const int> nodes, std::size_t at) {
  const auto leads = [&](int i) { return !facts(i).bad && facts(i).type != Class::label; };
  const auto base = std::find_if(nodes.begin(), nodes.end(), leads);
  const bool bad = std::any_of(nodes.begin(), nodes.end(), [&](int i) { return facts(i).bad; });
  if (base == nodes.end()) {
    if (!bad) error(node(nodes.front()).at, "a text stands only beside a category, whose labels give it its meaning");
    return bad_facts();
  }
  Facts met = facts(*base);
  met.level = finest(nodes);
  met.bad = bad;
  for (const int i : nodes)
    if (i != *base && !facts(i).bad) met.bad = !meet(met, *base, i, at) || met.bad;
  return met;
}

bool NodeChecker::meet(Facts& met, int base, int i, std::size_t at) {
  const Facts& f = facts(i);
  if (f.type == Class::label && met.type == Class::category) return take_label(base, i);
  if (f.type != met.type) {
    std::string advice;
    if (met.type == Class::category && f.type == Class::number) advice = ": its labels are texts, " + choices(*met.labels);
    error(node(i).at, described(i) + " is " + class_name(f.type) + ", but " + described(base) + " is " +
                          class_name(met.type) + advice);
    return false;
  }
  if (f.type == Class::number) return meet_units(met, base, i, at);
  if (f.type == Class::category && *f.labels != *met.labels) {
    error(at, described(base) + " and " + described(i) + " have different labels, so they cannot meet");
    return false;
  }
  met.ordered = met.ordered && (f.type != Class::category || f.ordered);
  return true;
}

bool NodeChecker::take_label(int base, int text) {
  const auto& labels = *facts(base).labels;
  const auto found = std::find(labels.begin(), labels.end(), node(text).text);
  if (found != labels.end()) {
    facts(text).label = static_cast<double>(found - labels.begin());
    return true;
  }
  const std::string near = nearest(node(text).text, labels);
  error(node(text).at, described(base) + " has no label \"" + node(text).text + "\"" +
                           (near.empty() ? ": it has " + choices(labels) : "; did you mean \"" + near + "\"?"));
  return false;
}

bool NodeChecker::meet_units(Facts& met, int base, int i, std::size_t at) {
  const Facts& f = facts(i);
  if (f.adapting) return true;
  if (met.adapting) {
    met.adapting = false;
    met.unit = f.unit;
    return true;
  }
  if (!met.unit.compatible(f.unit)) {
    error(at, "units differ: " + described(base) + " is in " + met.unit.text() + ", but " + described(i) + " is in " +
                  f.unit.text() + conversion(checker_.symbols_.scope(), f.unit, met.unit));
    return false;
  }
  note_unknown(base, f);
  note_unknown(i, met);
  met.unit = met.unit.merged(f.unit);
  return true;
}

void NodeChecker::note_unknown(int i, const Facts& partner) {
  const bool column = e_.meanings[static_cast<std::size_t>(i)].kind == Meaning::Kind::column;
  if (!column || facts(i).unit.known() || !partner.unit.known()) return;
  const Entity entity = e_.meanings[static_cast<std::size_t>(i)].entity;
  Diagnostic note = e_.text->error(node(i).at, std::string(name_of(entity)) + " column '" + node(i).text +
                                                   "' has no unit and takes that of whatever it meets: give it one "
                                                   "where it is made");
  note.severity = Diagnostic::Severity::note;
  checker_.report_(std::move(note));
}

void NodeChecker::check_result() {
  Facts result = facts(e_.tree.root());
  if (!result.bad) {
    const bool type = result_type_fits(result), entity = result_entity_fits(result), unit = result_unit_fits(result);
    result.bad = !type || !entity || !unit;
  }
  for (const Facts& f : e_.facts) result.bad = result.bad || f.bad;
  e_.result = result;
}

bool NodeChecker::result_type_fits(Facts& result) {
  const int root = e_.tree.root();
  if (result.type == Class::label) {
    error(node(root).at, "a text stands only beside a category, whose labels give it its meaning");
    return false;
  }
  if (wanted_.type == Type::number) return number(root);
  if (wanted_.type == Type::boolean) return condition(root);
  if (wanted_.type != Type::category || result.type == Class::category) return true;
  error(node(root).at, wanted_name() + " is a category, but " + described(root) + " is " + class_name(result.type));
  return false;
}

bool NodeChecker::result_entity_fits(const Facts& result) {
  if (wanted_.entity != Entity::household || result.level != Level::person) return true;
  int culprit = e_.tree.root();
  for (int i = e_.tree.root(); i >= 0; --i) {
    const bool here = e_.contexts[static_cast<std::size_t>(i)] == 0;
    if (here && node(i).kind == NodeKind::name && facts(i).level == Level::person) culprit = i;
  }
  const std::string shown = e_.snippet(culprit).substr(1, e_.snippet(culprit).size() - 2);
  const std::string advice = facts(culprit).type == Class::number    ? "sum(" + shown + ") or mean(" + shown + ")"
                             : facts(culprit).type == Class::boolean ? "any(" + shown + ") or count(" + shown + ")"
                                                                     : "head(" + shown + ")";
  error(node(culprit).at, wanted_name() + " is of the household, but '" + shown +
                              "' belongs to its persons: say which, as in " + advice);
  return false;
}

bool NodeChecker::result_unit_fits(Facts& result) {
  if (result.type != Class::number) return true;
  if (!wanted_.unit.known()) return true;
  if (result.adapting) result.unit = wanted_.unit;
  result.adapting = false;
  if (!result.unit.compatible(wanted_.unit)) {
    error(node(e_.tree.root()).at, wanted_name() + " is in " + wanted_.unit.text() + ", but " +
                                       described(e_.tree.root()) + " is in " + result.unit.text() +
                                       conversion(checker_.symbols_.scope(), result.unit, wanted_.unit));
    return false;
  }
  result.unit = result.unit.merged(wanted_.unit);
  return true;
}

}  // namespace puente::rules
