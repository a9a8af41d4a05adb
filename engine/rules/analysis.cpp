#include "engine/rules/analysis.hpp"

#include <algorithm>
#include <cmath>

#include "engine/rules/node_checker.hpp"
#include "engine/rules/parser.hpp"

namespace puente::rules {

Analysis::Analysis(const Scope& scope, Diagnostics& diagnostics, Notes notes)
    : scope_(scope),
      diagnostics_(diagnostics),
      notes_(notes),
      symbols_(scope),
      checker_(
          symbols_,
          [this](int v) { return Checker::VariableFacts{facts(v), variable(v).whole_population}; },
          [this](Diagnostic d) { report(std::move(d)); }),
      variables_(scope.variables.size()) {}

void Analysis::report(Diagnostic diagnostic) {
  const bool note = diagnostic.severity == Diagnostic::Severity::note;
  if (note && notes_ == Notes::drop) return;
  const auto& all = diagnostics_.all();
  const bool known = std::any_of(all.begin(), all.end(), [&](const Diagnostic& d) {
    const bool here = d.place.file == diagnostic.place.file && d.place.line == diagnostic.place.line &&
                      d.place.column == diagnostic.place.column;
    return (here || note) && d.message == diagnostic.message;
  });
  if (!known) diagnostics_.add(std::move(diagnostic));
}

std::unique_ptr<Checked> Analysis::parsed(const Text& text) {
  auto checked = std::make_unique<Checked>();
  checked->text = &text;
  try {
    checked->tree = parse(text.text);
    return checked;
  } catch (const SyntaxError& mistake) {
    report(text.error(mistake.at, mistake.message));
    return nullptr;
  }
}

std::vector<int> Analysis::variables_in(const Checked& expression) {
  std::vector<int> found;
  for (const Meaning& meaning : expression.meanings)
    if (meaning.kind == Meaning::Kind::variable) found.push_back(meaning.index);
  return found;
}

void Analysis::open(int v) {
  VariableState& s = state(v);
  s.state = State::open;
  s.facts = bad_facts();
  s.checked = parsed(scope_.variables[static_cast<std::size_t>(v)].expression);
  if (!s.checked) {
    s.checked = std::make_unique<Checked>();
    return;
  }
  s.bound = true;
  checker_.bind(*s.checked);
  s.needs = variables_in(*s.checked);
}

void Analysis::close(int v) {
  VariableState& s = state(v);
  s.state = State::done;
  if (!s.bound) return;
  const Variable& variable = scope_.variables[static_cast<std::size_t>(v)];
  const Wanted wanted{variable.entity, {}, variable.unit, "variable '" + variable.name + "'"};
  checker_.check(*s.checked, wanted);
  s.facts = declared(variable, *s.checked);
}

Facts Analysis::declared(const Variable& variable, const Checked& checked) const {
  Facts facts = checked.result;
  if (variable.entity) facts.level = level_of(*variable.entity);
  return facts;
}

/// Depth first along the needs, with a path of its own so that chains may be long.
void Analysis::require(int variable) {
  if (state(variable).state != State::unseen) return;
  std::vector<int> path{variable};
  std::vector<std::size_t> next{0};
  open(variable);
  while (!path.empty()) {
    VariableState& s = state(path.back());
    if (next.back() == s.needs.size()) {
      close(path.back());
      path.pop_back();
      next.pop_back();
      continue;
    }
    const int need = s.needs[next.back()++];
    if (state(need).state == State::open) {
      report_cycle(path, need);
      s.bound = false;
    } else if (state(need).state == State::unseen) {
      open(need);
      path.push_back(need);
      next.push_back(0);
    }
  }
}

void Analysis::report_cycle(const std::vector<int>& path, int again) {
  std::string cycle;
  for (auto v = std::find(path.begin(), path.end(), again); v != path.end(); ++v)
    cycle += scope_.variables[static_cast<std::size_t>(*v)].name + " -> ";
  cycle += scope_.variables[static_cast<std::size_t>(again)].name;
  const Checked& last = *state(path.back()).checked;
  std::size_t at = 0;
  for (int i = last.tree.root(); i >= 0; --i) {
    const Meaning& meaning = last.meanings[static_cast<std::size_t>(i)];
    if (meaning.kind == Meaning::Kind::variable && meaning.index == again) at = last.tree[i].at;
  }
  report(last.text->error(at, "these variables need each other in a circle: " + cycle));
}

/// From the unit that the text declares to the one its place wants; NaN where there is no way, which is reported.
double Analysis::factor_of(const Text& text, const Wanted& wanted) {
  if (!text.unit.known()) return 1;
  if (!wanted.unit.known()) {
    Diagnostic warning = text.error(0, wanted.what + " is given in \"" + text.unit.text() +
                                           "\", but what it meets has no unit: nothing is converted; give the columns it meets units");
    warning.severity = Diagnostic::Severity::warning;
    report(std::move(warning));
    return 1;
  }
  try {
    return scope_.factor(scope_.dated(text.unit), wanted.unit);
  } catch (const Error& mistake) {
    report(text.error(0, wanted.what + ": " + mistake.what()));
    return std::nan("");
  }
}

const Checked* Analysis::add(const Text& text, const Wanted& wanted) {
  Wanted declared = wanted;
  if (text.unit.known()) declared.unit = scope_.dated(text.unit);
  texts_.push_back(std::make_unique<Text>(text));
  auto checked = parsed(*texts_.back());
  if (!checked) return nullptr;
  checker_.bind(*checked);
  for (const int v : variables_in(*checked)) require(v);
  checker_.check(*checked, declared);
  checked->factor = factor_of(text, wanted);
  const bool bad = checked->result.bad || std::isnan(checked->factor);
  if (checked->factor != 1) checked->result.unit = wanted.unit;
  expressions_.push_back(std::move(checked));
  return bad ? nullptr : expressions_.back().get();
}

void Analysis::check_all() {
  check_names();
  for (std::size_t v = 0; v < variables_.size(); ++v) require(static_cast<int>(v));
}

/// Household and person columns of one name are told apart by household.x and person.x; nothing else is.
void Analysis::check_names() {
  for (const std::string& name : symbols_.names()) {
    const auto meanings = symbols_.find(name, {});
    const auto is_column = [](const Meaning& m) { return m.kind == Meaning::Kind::column; };
    const bool twice = meanings.size() > 1 && (meanings.front().entity == meanings.back().entity ||
                                               !std::all_of(meanings.begin(), meanings.end(), is_column));
    if (!twice) continue;
    const auto variable = std::find_if(meanings.rbegin(), meanings.rend(),
                                       [](const Meaning& m) { return m.kind == Meaning::Kind::variable; });
    std::string all;
    for (const Meaning& m : meanings) all += (all.empty() ? "" : " and ") + Symbols::description(m);
    const std::string message = "'" + name + "' is the name of " + all + ": rename one of them";
    const Text nowhere;
    report((variable == meanings.rend() ? nowhere : scope_.variables[static_cast<std::size_t>(variable->index)].expression)
               .error(0, message));
  }
}

}  // namespace puente::rules
