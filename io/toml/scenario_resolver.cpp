#include "io/toml/scenario_resolver.hpp"

#include <algorithm>

#include "io/toml/policy_reader.hpp"

namespace puente::io {

namespace {

class Planner {
 public:
  Planner(TomlFile& file, const std::vector<SolvedValue>& solved) : file_(file), solved_(solved) {
    if (const auto* table = file.root["scenarios"].as_table()) scenarios_ = table;
  }
  std::vector<ScenarioPlan> plan();

 private:
  ScenarioPlan plan_of(const std::string& name, const rules::Text& asked_at, std::size_t depth);
  void read_programmes(TomlView& view, const std::string& name, ScenarioPlan& plan);
  void read_financing(TomlView& view, ScenarioPlan& plan);
  void read_programme_table(const toml::table& table, const std::string& path, ScenarioPlan& plan);
  void read_set(const toml::table* set, const std::vector<std::string>& at, ScenarioPlan& plan, int step);
  void add_sweep(const std::string& name, const toml::table& table, std::vector<ScenarioPlan>& plans);

  void add_solved(ScenarioPlan& plan);

  TomlFile& file_;
  const std::vector<SolvedValue>& solved_;
  const toml::table* scenarios_ = nullptr;
};

std::vector<ScenarioPlan> Planner::plan() {
  std::vector<ScenarioPlan> plans;
  if (file_.root.contains("scenarios") && scenarios_ == nullptr)
    file_.error(file_.place(file_.root.get("scenarios")->source()), "scenarios are tables: [scenarios.NAME]");
  if (scenarios_ != nullptr)
    for (const auto& [name, node] : in_file_order(*scenarios_)) {
      if (node->is_table()) plans.push_back(plan_of(name, file_.place(node->source()), 0));
      else file_.error(file_.place(node->source()), "scenarios." + name + " is a table: [scenarios." + name + "]");
    }
  if (const auto* sweeps = file_.root["sweeps"].as_table())
    for (const auto& [name, node] : in_file_order(*sweeps))
      if (const auto* sweep = node->as_table()) add_sweep(name, *sweep, plans);
  return plans;
}

ScenarioPlan Planner::plan_of(const std::string& name, const rules::Text& asked_at, std::size_t depth) {
  ScenarioPlan plan;
  const toml::node* node = scenarios_ == nullptr ? nullptr : scenarios_->get(name);
  if (node == nullptr || !node->is_table()) {
    std::vector<std::string> names;
    if (scenarios_ != nullptr)
      for (const auto& [key, value] : *scenarios_) names.emplace_back(key.str());
    const std::string near = nearest(name, names);
    file_.error(asked_at, "there is no scenario '" + name + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
    return plan;
  }
  if (depth > (scenarios_->size())) {
    file_.error(asked_at, "scenario '" + name + "' extends itself");
    return plan;
  }
  TomlView view(file_, *node->as_table(), "scenarios." + name);
  if (const auto base = view.text("extends")) plan = plan_of(base->text, *base, depth + 1);
  plan.name = name;
  plan.place = view.place();
  plan.label = view.string("label");
  if (const auto against = view.text("against")) plan.against = against->text;
  read_programmes(view, name, plan);
  read_financing(view, plan);
  read_set(view.table("set"), {"scenarios", name, "set"}, plan, -1);
  add_solved(plan);
  for (const char* key : {"source", "status", "note"}) view.string(key);
  if (depth == 0) view.finish();
  return plan;
}

void Planner::read_programmes(TomlView& view, const std::string& name, ScenarioPlan& plan) {
  const toml::node* node = view.find("programmes");
  if (node == nullptr) return;
  plan.programmes.clear();
  if (const auto* table = node->as_table()) return read_programme_table(*table, "scenarios." + name + ".programmes", plan);
  for (const rules::Text& text : view.texts("programmes")) plan.programmes.push_back(text.text);
}

/// After what the scenario sets itself, before what those that extend it set.
void Planner::add_solved(ScenarioPlan& plan) {
  for (const SolvedValue& found : solved_) {
    if (found.scenario != plan.name) continue;
    const std::string value = number_text(found.value, {}).text;
    plan.changes.push_back({split_path(found.parameter), {}, -1, value, rules::Text::standalone("solve." + found.solve, value), true});
  }
}

/// "proportional", "flat", "unfunded" (to undo what is extended), or a table { levy, on, who }.
void Planner::read_financing(TomlView& view, ScenarioPlan& plan) {
  const std::vector<std::string> kinds = {"proportional", "flat", "unfunded"};
  const toml::node* node = view.find("financing");
  if (node == nullptr) return;
  Financing financing;
  financing.place = place_of(view.place("financing"));
  std::size_t kind = 0;
  if (const toml::table* table = node->as_table()) {
    TomlView inner(file_, *table, view.path("financing"));
    if (inner.find("levy") == nullptr) file_.error(inner.place(), inner.path("levy") + " is missing: \"proportional\" or \"flat\"");
    kind = inner.choice("levy", kinds, 0);
    financing.on = quantity(inner, "on");
    financing.who = quantity(inner, "who");
    for (const char* known : {"source", "status", "note"}) inner.string(known);
    inner.finish();
  } else {
    kind = view.choice("financing", kinds, 0);
  }
  financing.levy = kind == 1 ? Financing::Levy::flat : Financing::Levy::proportional;
  plan.financing = kind == 2 ? std::nullopt : std::optional(financing);
}

/// { hgsf_meals = "observed" } or { hgsf_meals = { coverage.share = 0.3 } }: settings of the programme in this scenario.
void Planner::read_programme_table(const toml::table& table, const std::string& path, ScenarioPlan& plan) {
  for (const auto& [programme, node] : in_file_order(table)) {
    plan.programmes.push_back(programme);
    std::vector<std::string> from = split_path(path);
    from.push_back(programme);
    const rules::Text at = file_.place(node->source());
    if (node->is_string()) {
      plan.changes.push_back({{"programmes", programme, "coverage", "mode"}, from, -1, "", at, false});
    } else if (const auto* settings = node->as_table()) {
      for (const auto& [key, value] : in_file_order(*settings)) {
        auto inner = from;
        inner.push_back(key);
        plan.changes.push_back({{"programmes", programme, key}, inner, -1, "", at, false});
      }
    } else {
      file_.error(at, path + "." + programme + " is a coverage mode (\"observed\", \"everyone\", …) or a table of settings");
    }
  }
}

void Planner::read_set(const toml::table* set, const std::vector<std::string>& at, ScenarioPlan& plan, int step) {
  if (set == nullptr) return;
  for (const auto& [key, node] : in_file_order(*set)) {
    std::vector<std::string> from = at;
    from.push_back(key);
    plan.changes.push_back({split_path(key), from, step, "", file_.place(node->source()), false});
  }
}

std::string step_label(const toml::node& value) {
  if (const auto text = value.value<std::string>()) return *text;
  if (const auto number = value.value<double>()) return number_text(*number, {}).text;
  if (const auto truth = value.value<bool>()) return *truth ? "true" : "false";
  return "?";
}

/// Names of the steps: the values of the first key path whose values all differ, else 1, 2, ….
std::vector<std::string> step_labels(const toml::table& set, std::size_t steps) {
  for (const auto& [key, node] : in_file_order(set)) {
    std::vector<std::string> labels;
    for (const toml::node& value : *node->as_array()) labels.push_back(step_label(value));
    std::vector<std::string> sorted = labels;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) return labels;
  }
  std::vector<std::string> numbers;
  for (std::size_t step = 1; step <= steps; ++step) numbers.push_back(std::to_string(step));
  return numbers;
}

/// One scenario a step, named SWEEP=VALUE; several key paths step together.
void Planner::add_sweep(const std::string& name, const toml::table& table, std::vector<ScenarioPlan>& plans) {
  TomlView view(file_, table, "sweeps." + name);
  const auto scenario = view.text("scenario");
  const toml::table* set = view.table("set");
  const std::string label = view.string("label");
  view.finish();
  if (!scenario || set == nullptr || set->empty()) {
    file_.error(view.place(), "a sweep needs `scenario` and `set` with a list of values");
    return;
  }
  std::size_t steps = 0;
  for (const auto& [key, node] : *set) {
    const auto* values = node.as_array();
    if (values == nullptr || values->empty() || (steps != 0 && values->size() != steps)) {
      file_.error(file_.place(node.source()), "the values of a sweep are lists of one length, not empty");
      return;
    }
    steps = values->size();
  }
  const ScenarioPlan base = plan_of(scenario->text, *scenario, 0);
  const std::vector<std::string> labels = step_labels(*set, steps);
  for (std::size_t step = 0; step < steps; ++step) {
    ScenarioPlan plan = base;
    plan.name = name + "=" + labels[step];
    plan.label = label;
    read_set(set, {"sweeps", name, "set"}, plan, static_cast<int>(step));
    plans.push_back(std::move(plan));
  }
}

toml::node* walk(toml::table& root, const std::vector<std::string>& path, std::size_t length) {
  toml::node* node = &root;
  for (std::size_t i = 0; i < length && node != nullptr; ++i) {
    toml::table* table = node->as_table();
    node = table == nullptr ? nullptr : table->get(path[i]);
  }
  return node;
}

/// The table that holds the last part of the path; `parameters.x` given as a table means its value.
toml::table* holder_of(std::vector<std::string>& path, TomlFile& file) {
  toml::node* whole = walk(file.root, path, path.size());
  if (path.front() == "parameters" && path.size() == 2 && whole != nullptr && whole->is_table()) path.emplace_back("value");
  toml::table* table = &file.root;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    toml::node* next = table->get(path[i]);
    const bool may_be_made = i > 1;  // settings inside a programme may be absent; programmes and parameters may not
    if (next == nullptr && may_be_made) next = &table->insert_or_assign(path[i], toml::table{}).first->second;
    if (next == nullptr || !next->is_table()) return nullptr;
    table = next->as_table();
  }
  return table;
}

}  // namespace

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> parts(1);
  char quote = 0;
  for (const char c : path) {
    if (quote != 0 && c == quote) quote = 0;
    else if (quote == 0 && (c == '"' || c == '\'' || c == '`')) quote = c;
    else if (quote == 0 && c == '.') parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
}

std::string joined_path(const std::vector<std::string>& parts) {
  std::string path;
  for (const std::string& part : parts) path += (path.empty() ? "" : ".") + part;
  return path;
}

bool decides(const Change& change, const std::string& parameter) {
  const std::vector<std::string>& to = change.to;
  return to.size() > 1 && to[0] == "parameters" && to[1] == parameter && (to.size() == 2 || (to.size() == 3 && to[2] == "value"));
}

std::vector<ScenarioPlan> plan_scenarios(TomlFile& file, const std::vector<SolvedValue>& solved) { return Planner(file, solved).plan(); }

void apply(const Change& change, TomlFile& file) {
  std::vector<std::string> to = change.to;
  const std::string name = joined_path(to);
  toml::table* holder = to.size() < 2 && change.literal.empty() ? nullptr : holder_of(to, file);
  const bool new_parameter = holder != nullptr && to.front() == "parameters" && !holder->contains(to.back());
  if (holder == nullptr || new_parameter) {
    file.error(change.place, "there is no '" + name + "' in the file to set; a key path starts at the file's root, as in programmes.NAME.coverage.share");
    return;
  }
  if (!change.literal.empty()) {
    toml::table parsed = file.parse_option(change.place.file->name, change.literal);
    holder->insert_or_assign(to.back(), std::move(*parsed.get("value")));
    return;
  }
  toml::node* value = walk(file.root, change.from, change.from.size());
  if (value != nullptr && change.step >= 0) value = value->as_array()->get(static_cast<std::size_t>(change.step));
  expect(value != nullptr, "a change of the scenario file lost its value");
  value->visit([&](auto& node) { holder->insert_or_assign(to.back(), std::move(node)); });
}

}  // namespace puente::io
