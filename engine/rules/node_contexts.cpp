// Where each node stands: in the expression itself or inside an aggregate, and whether draws there belong to the
// household or to each person.
#include <algorithm>

#include "engine/rules/node_checker.hpp"

namespace puente::rules {

int NodeChecker::new_context(Level level) {
  e_.context_levels.push_back(level);
  return static_cast<int>(e_.context_levels.size()) - 1;
}

void NodeChecker::place_contexts() {
  e_.contexts.assign(e_.tree.nodes.size(), 0);
  e_.context_levels.clear();
  may_skip_.assign(e_.tree.nodes.size(), 0);
  new_context(wanted_.entity == Entity::person ? Level::person : Level::household);
  for (int i = e_.tree.root(); i >= 0; --i) place_children(i);
  raise_contexts();
}

void NodeChecker::place_children(int i) {
  const Node& n = node(i);
  const FunctionInfo* f = e_.functions[static_cast<std::size_t>(i)];
  const Family family = f == nullptr ? Family::rowwise : f->family;
  const int here = e_.contexts[static_cast<std::size_t>(i)];
  int inside = here;
  if (family == Family::members) inside = new_context(Level::person);
  if (family == Family::population && f->function != Function::rank) inside = new_context(Level::household);
  const bool skips = f != nullptr && f->where;
  for (const int child : n.children) {
    // The `by` of a row is looked up from outside, in the row's own world.
    e_.contexts[static_cast<std::size_t>(child)] = child == n.by ? here : inside;
    may_skip_[static_cast<std::size_t>(child)] = static_cast<char>(skips && child != n.by);
  }
}

Level NodeChecker::level_of_meaning(const Meaning& meaning) const {
  if (meaning.kind == Meaning::Kind::column) return level_of(meaning.entity);
  if (meaning.kind == Meaning::Kind::variable) return checker_.variable_(meaning.index).facts.level;
  return Level::household;
}

/// A context that names something of persons is a person context, and so are its draws.
void NodeChecker::raise_contexts() {
  for (int i = 0; i <= e_.tree.root(); ++i) {
    if (node(i).kind != NodeKind::name) continue;
    Level& level = e_.context_levels[static_cast<std::size_t>(e_.contexts[static_cast<std::size_t>(i)])];
    level = std::max(level, level_of_meaning(e_.meanings[static_cast<std::size_t>(i)]));
  }
}

bool NodeChecker::holds_whole_population(int i) const {
  for (int j = node(i).first; j <= i; ++j) {
    const FunctionInfo* f = e_.functions[static_cast<std::size_t>(j)];
    if (f != nullptr && f->family == Family::population) return true;
    const Meaning& meaning = e_.meanings[static_cast<std::size_t>(j)];
    if (meaning.kind == Meaning::Kind::variable && checker_.variable_(meaning.index).whole_population) return true;
  }
  return false;
}

}  // namespace puente::rules
