#include "io/toml/policy_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "io/toml/coverage_reader.hpp"
#include "io/toml/effect_reader.hpp"
#include "io/toml/schooling_reader.hpp"
#include "io/toml/uncertainty_reader.hpp"

namespace puente::io {

Place place_of(const rules::Text& text) { return text.place(0); }

rules::Text number_text(double value, const rules::Text& at) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  rules::Text text = at;
  text.text.assign(buffer, end);
  return text;
}

std::vector<std::pair<std::string, const toml::node*>> in_file_order(const toml::table& table) {
  using Order = std::pair<bool, toml::source_position>;
  std::vector<std::pair<Order, std::pair<std::string, const toml::node*>>> entries;
  for (const auto& [key, node] : table)
    entries.push_back({{key.source().path != table.source().path, key.source().begin}, {std::string(key.str()), &node}});
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::pair<std::string, const toml::node*>> ordered;
  for (auto& entry : entries) ordered.push_back(std::move(entry.second));
  return ordered;
}

std::optional<rules::Text> quantity(TomlView& view, const char* key) {
  const toml::node* node = view.find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* text = node->as_string()) return view.file().text(*text);
  if (node->is_number()) return number_text(*node->value<double>(), view.file().place(node->source()));
  if (const auto* truth = node->as_boolean()) {
    rules::Text text = view.file().place(node->source());
    text.text = truth->get() ? "true" : "false";
    return text;
  }
  view.wrong(*node, key, "an expression or a number");
  return std::nullopt;
}

std::optional<rules::Text> quantity_with_unit(TomlView& view, const char* key) {
  const toml::node* node = view.find(key);
  if (node == nullptr || !node->is_table()) return quantity(view, key);
  TomlView inner(view.file(), *node->as_table(), view.path(key));
  auto value = quantity(inner, "value");
  const Unit unit = unit_of(inner, "unit");
  if (!value) view.file().error(inner.place(), view.path(key) + " has no `value`");
  else value->unit = unit;
  for (const char* known : {"source", "status", "note"}) inner.string(known);
  inner.finish();
  return value;
}

Unit unit_of(TomlView& view, const char* key) {
  const auto text = view.text(key);
  if (!text) return {};
  try {
    return Unit::parse(text->text);
  } catch (const Error& error) {
    view.file().error(*text, error.what());
    return {};
  }
}

namespace {

ParameterValue read_parameter(TomlFile& file, TomlView& parameters, const std::string& name) {
  ParameterValue parameter;
  parameter.name = name;
  parameter.place = place_of(parameters.place(name.c_str()));
  const toml::node* node = parameters.find(name.c_str());
  if (node->is_number()) {
    parameter.value = *node->value<double>();
    return parameter;
  }
  if (!node->is_table()) {
    parameters.wrong(*node, name.c_str(), "a number or a table with `value`");
    return parameter;
  }
  TomlView view(file, *node->as_table(), "parameters." + name);
  auto value = view.number("value");
  const std::size_t told = file.diagnostics.all().size();
  parameter.uncertainty = read_uncertainty(view);
  if (!value && parameter.uncertainty) value = implied_value(*parameter.uncertainty);
  if (!value && file.diagnostics.all().size() == told) file.error(view.place(), "parameter '" + name + "' has no value");
  parameter.value = value.value_or(0);
  parameter.unit = unit_of(view, "unit");
  parameter.source = view.string("source");
  parameter.status = view.string("status");
  for (const char* key : {"note", "role", "year"}) view.find(key);
  view.finish();
  return parameter;
}

}  // namespace

std::vector<ParameterValue> read_parameters(TomlView& root) {
  std::vector<ParameterValue> all;
  const toml::table* table = root.table("parameters");
  if (table == nullptr) return all;
  TomlView parameters(root.file(), *table, "parameters");
  for (const auto& [name, node] : in_file_order(*table)) all.push_back(read_parameter(root.file(), parameters, name));
  return all;
}

namespace {

std::optional<Benefit> read_benefit(TomlFile& file, TomlView& programme, const char* key, bool in_resource) {
  const toml::table* table = programme.table(key);
  if (table == nullptr) return std::nullopt;
  TomlView view(file, *table, programme.path(key));
  Benefit benefit;
  const auto amount = quantity_with_unit(view, "amount");
  if (!amount) file.error(view.place(), view.path("amount") + " is missing");
  benefit.amount = amount.value_or(number_text(0, view.place()));
  benefit.in_resource = view.boolean("in_resource", in_resource);
  if (std::string(key) == "cash") benefit.observed_amount = view.text("observed_amount");
  else benefit.valued_at = quantity(view, "valued_at");
  view.finish();
  return benefit;
}

std::optional<JointCost> read_joint_cost(TomlFile& file, TomlView& costs) {
  const toml::table* table = costs.table("joint");
  if (table == nullptr) return std::nullopt;
  TomlView view(file, *table, costs.path("joint"));
  JointCost joint{view.string("with"), quantity_with_unit(view, "per_recipient").value_or(number_text(0, view.place())), place_of(view.place())};
  if (joint.with.empty() || view.find("per_recipient") == nullptr)
    file.error(view.place(), view.path("with") + " and per_recipient: cost of a recipient whose household also receives the programme `with`");
  view.finish();
  return joint;
}

Programme read_programme(TomlFile& file, const toml::table& table, const std::string& name) {
  TomlView view(file, table, "programmes." + name);
  Programme programme;
  programme.name = name;
  programme.place = place_of(view.place());
  programme.label = view.string("label");
  programme.entity = view.choice("entity", {"household", "person"}, 0) == 1 ? Entity::person : Entity::household;
  const auto eligible = quantity(view, "eligible");
  if (!eligible) file.error(view.place(), view.path("eligible") + " is missing: write who may receive it, or 'true'");
  programme.eligible = eligible.value_or(rules::Text{});
  programme.condition = quantity(view, "condition");
  programme.observed = quantity(view, "observed");
  programme.take_up = quantity(view, "take_up");
  programme.delivery = quantity(view, "delivery");
  programme.members = view.text("members");
  for (const rules::Text& other : view.texts("exclude")) programme.exclude.push_back(other.text);
  programme.coverage = read_coverage(file, view);
  programme.cash = read_benefit(file, view, "cash", true);
  programme.in_kind = read_benefit(file, view, "in_kind", false);
  if (const toml::table* cost = view.table("cost")) {
    TomlView costs(file, *cost, view.path("cost"));
    programme.cost_per_recipient = quantity_with_unit(costs, "per_recipient");
    programme.cost_fixed = quantity_with_unit(costs, "fixed");
    programme.joint_cost = read_joint_cost(file, costs);
    costs.finish();
  }
  if (const toml::array* effects = view.array("effects"))
    for (const toml::node& effect : *effects) {
      if (effect.is_table()) programme.effects.push_back(read_effect(file, *effect.as_table(), view.path("effects")));
      else view.wrong(effect, "effects", "tables ([[programmes." + name + ".effects]])");
    }
  programme.schooling = read_schooling_of_programme(file, view);
  for (const char* key : {"source", "status", "note"}) view.string(key);
  view.finish();
  return programme;
}

Synergy read_synergy(TomlFile& file, const toml::table& table) {
  TomlView view(file, table, "synergies");
  Synergy synergy;
  synergy.place = place_of(view.place());
  for (const rules::Text& name : view.texts("programmes")) synergy.programmes.push_back(name.text);
  synergy.outcome = view.string("outcome");
  synergy.definition = static_cast<Synergy::Definition>(view.choice("definition", {"multiplicative", "additive", "joint"}, 0));
  const auto size = quantity_with_unit(view, "size");
  if (!size || synergy.outcome.empty() || synergy.programmes.size() < 2)
    file.error(view.place(), "a synergy needs two or more programmes, an outcome and a size");
  synergy.size = size.value_or(number_text(0, view.place()));
  for (const char* key : {"source", "status", "note"}) view.string(key);
  view.finish();
  return synergy;
}

void check_names(TomlFile& file, const Policy& policy) {
  std::vector<std::string> names;
  for (const Programme& programme : policy.programmes) names.push_back(programme.name);
  const auto check = [&](const std::string& name, const Place& place) {
    for (const std::string& known : names)
      if (known == name) return;
    const std::string near = nearest(name, names);
    file.diagnostics.add({Diagnostic::Severity::error, place, "there is no programme '" + name + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?"), ""});
  };
  for (const Synergy& synergy : policy.synergies)
    for (const std::string& name : synergy.programmes) check(name, synergy.place);
  if (policy.schooling)
    for (const SchoolingInteraction& interaction : policy.schooling->interactions)
      for (const std::string& name : interaction.programmes) check(name, interaction.place);
  for (const Programme& programme : policy.programmes) {
    for (const std::string& name : programme.exclude) check(name, programme.place);
    if (programme.coverage.overlap) check(programme.coverage.overlap->with, programme.coverage.overlap->place);
    if (programme.joint_cost) check(programme.joint_cost->with, programme.joint_cost->place);
    if (programme.schooling && !policy.schooling)
      file.diagnostics.add({Diagnostic::Severity::error, programme.schooling->place, "programme '" + programme.name + "' says what it does to the choice of school, but the file has no [schooling], which says who chooses", ""});
  }
}

}  // namespace

Policy read_policy(TomlFile& file, TomlView& root, TomlView* welfare) {
  Policy policy;
  policy.parameters = read_parameters(root);
  if (const toml::table* table = root.table("programmes"))
    for (const auto& [name, node] : in_file_order(*table)) {
      if (node->is_table()) policy.programmes.push_back(read_programme(file, *node->as_table(), name));
      else root.wrong(*node, "programmes", "one table a programme ([programmes." + name + "])");
    }
  if (const toml::array* synergies = root.array("synergies"))
    for (const toml::node& synergy : *synergies) {
      if (synergy.is_table()) policy.synergies.push_back(read_synergy(file, *synergy.as_table()));
      else root.wrong(synergy, "synergies", "tables ([[synergies]])");
    }
  if (welfare != nullptr)
    if (const toml::table* table = welfare->table("pass_through")) {
      TomlView passes(file, *table, "welfare.pass_through");
      for (const auto& [name, node] : in_file_order(*table)) {
        policy.pass_through[name] = passes.number(name.c_str()).value_or(0);
      }
    }
  policy.schooling = read_schooling(file, root);
  check_names(file, policy);
  return policy;
}

}  // namespace puente::io
