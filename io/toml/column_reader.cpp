#include "io/toml/column_reader.hpp"

#include "io/toml/policy_reader.hpp"

namespace puente::io {

std::vector<RecipeColumn> read_columns(TomlView& parent, Entity entity) {
  std::vector<RecipeColumn> all;
  const toml::table* table = parent.table(name_of(entity));
  if (table == nullptr) return all;
  TomlFile& file = parent.file();
  TomlView columns(file, *table, parent.path(name_of(entity)));
  for (const auto& [name, node] : in_file_order(*table)) {
    RecipeColumn column;
    column.name = name;
    column.entity = entity;
    if (!node->is_table()) {
      if (const auto value = quantity(columns, name.c_str())) column.value = *value;
      all.push_back(std::move(column));
      continue;
    }
    columns.find(name.c_str());
    TomlView view(file, *node->as_table(), columns.path(name.c_str()));
    if (const auto value = quantity(view, "value")) column.value = *value;
    else file.error(view.place(), view.path("value") + " is missing");
    ColumnType type{};
    if (const auto text = view.text("type")) {
      if (parse_column_type(text->text, type)) column.type = type;
      else file.error(*text, "'" + text->text + "' is no type: bool, i8, i16, i32, i64, f32 or f64");
    }
    column.unit = unit_of(view, "unit");
    column.long_name = view.string("long_name");
    for (const rules::Text& label : view.texts("labels")) column.labels.push_back(label.text);
    column.ordered = view.boolean("ordered", false);
    for (const char* key : {"source", "status", "note"}) view.string(key);
    view.finish();
    all.push_back(std::move(column));
  }
  return all;
}

std::vector<rules::Variable> read_variables(TomlView& root) {
  std::vector<rules::Variable> all;
  const toml::table* table = root.table("variables");
  if (table == nullptr) return all;
  TomlFile& file = root.file();
  TomlView variables(file, *table, "variables");
  for (const auto& [name, node] : in_file_order(*table)) {
    rules::Variable variable;
    variable.name = name;
    if (!node->is_table()) {
      const auto value = quantity(variables, name.c_str());
      if (!value) continue;
      variable.expression = *value;
    } else {
      variables.find(name.c_str());
      TomlView view(file, *node->as_table(), "variables." + name);
      const auto value = quantity(view, "value");
      if (!value) file.error(view.place(), "variable '" + name + "' has no value");
      variable.expression = value.value_or(rules::Text{});
      variable.unit = unit_of(view, "unit");
      if (view.find("entity") != nullptr) variable.entity = view.choice("entity", {"household", "person"}, 0) == 1 ? Entity::person : Entity::household;
      for (const char* key : {"source", "status", "note"}) view.string(key);
      view.finish();
      if (!value) continue;
    }
    all.push_back(std::move(variable));
  }
  return all;
}

}  // namespace puente::io
