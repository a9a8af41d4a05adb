#include "io/survey/map.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "io/survey/toml_view.hpp"
#include "io/toml/read_text.hpp"

namespace puente::io {

namespace {

std::optional<double> as_number(std::string_view text) {
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The keys of a table in the order in which they stand in the file.
std::vector<std::pair<const toml::key*, const toml::node*>> in_file_order(const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (auto it = table.begin(); it != table.end(); ++it) entries.emplace_back(&it->first, &it->second);
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    const auto &left = a.first->source().begin, &right = b.first->source().begin;
    return left.line != right.line ? left.line < right.line : left.column < right.column;
  });
  return entries;
}

std::optional<char> read_mark(TomlView& view, const char* key, const std::string& allowed) {
  const auto text = view.text(key);
  if (!text) return std::nullopt;
  const std::string mark = text->text == "tab" ? "\t" : text->text;
  if (mark.size() == 1 && allowed.find(mark) != std::string::npos) return mark[0];
  view.file().error(*text, view.path(key) + " is one character of " + allowed + (allowed.find('\t') == std::string::npos ? "" : " or \"tab\""));
  return std::nullopt;
}

MapFile read_file(TomlFile& file, const toml::table& table, const std::string& path) {
  TomlView view(file, table, path);
  MapFile input;
  input.place = view.place("file");
  input.file = view.string("file");
  if (input.file.empty()) file.error(view.place(), path + " names no file; write file = \"survey.dta\"");
  input.codebook = view.string("codebook");
  input.options.encoding = view.string("encoding");
  input.options.delimiter = read_mark(view, "delimiter", ",;|\t");
  input.options.decimal = read_mark(view, "decimal", ".,");
  const bool given = table.contains("missing_texts");
  const auto texts = view.texts("missing_texts");
  if (given) input.options.missing_texts.clear();
  for (const rules::Text& text : texts) input.options.missing_texts.push_back(text.text);
  view.finish();
  return input;
}

void read_inputs(TomlView& root, SurveyMap& map) {
  const toml::table* table = root.table("input");
  if (table != nullptr) {
    TomlView view(root.file(), *table, "input");
    if (const auto* households = view.table("households"))
      map.households = read_file(root.file(), *households, "input.households");
    if (const auto* persons = view.table("persons")) map.persons = read_file(root.file(), *persons, "input.persons");
    view.finish();
  }
  if (!map.households && !map.persons)
    root.file().error(root.place("input"), "the map names no survey; write [input.persons] or [input.households] with file = \"…\"");
}

void read_keys(TomlView& root, SurveyMap& map) {
  const toml::table* table = root.table("keys");
  if (table != nullptr) {
    TomlView view(root.file(), *table, "keys");
    map.household_key = view.texts("household");
    map.person_key = view.text("person");
    view.finish();
  }
  if (map.household_key.empty() && map.households && map.persons)
    root.file().error(root.place("keys"), "two files are joined by a key; write household = \"…\" under [keys]");
}

LabelChoice label_choice(std::string key, std::string label) {
  const auto code = as_number(key);
  return {std::move(key), code, std::move(label)};
}

LabelRule labels_of_table(TomlView& view, const toml::table& table) {
  LabelRule rule{LabelRule::Kind::given, {}};
  for (const auto& [key, node] : in_file_order(table)) {
    if (const auto* label = node->as_string()) rule.choices.push_back(label_choice(std::string(key->str()), label->get()));
    else view.wrong(*node, "labels", "texts as labels");
  }
  return rule;
}

LabelRule labels_of_list(TomlView& view, const toml::array& list) {
  LabelRule rule{LabelRule::Kind::given, {}};
  for (const toml::node& item : list) {
    if (const auto* label = item.as_string()) rule.choices.push_back({label->get(), std::nullopt, label->get()});
    else view.wrong(item, "labels", "texts as labels");
  }
  return rule;
}

LabelRule read_labels(TomlView& view) {
  const toml::node* node = view.find("labels");
  if (node == nullptr) return {};
  if (const auto* table = node->as_table()) return labels_of_table(view, *table);
  if (const auto* list = node->as_array()) return labels_of_list(view, *list);
  if (const auto* text = node->as_string(); text != nullptr && text->get() == "file") return {LabelRule::Kind::file, {}};
  view.wrong(*node, "labels", "\"file\", a table such as { 1 = \"urban\", 2 = \"rural\" }, or a list of texts");
  return {};
}

MissingRule read_missing(TomlView& view) {
  using Kind = MissingRule::Kind;
  const toml::node* node = view.find("missing");
  if (node == nullptr) return {};
  if (node->is_number()) return {Kind::value, node->value<double>().value_or(0), ""};
  if (const auto* text = node->as_string()) {
    if (text->get() == "error") return {Kind::error, 0, ""};
    if (text->get() == "drop") return {Kind::drop, 0, ""};
    if (text->get() == "missing") return {};
    return {Kind::value, 0, text->get()};
  }
  view.wrong(*node, "missing", "\"error\", \"drop\", \"missing\", a number or a label");
  return {};
}

void read_type(TomlView& view, MapColumn& column) {
  const auto text = view.text("type");
  if (!text) return;
  ColumnType type{};
  if (text->text == "category") column.category = true;
  else if (parse_column_type(text->text, type)) column.type = type;
  else view.file().error(*text, "there is no type '" + text->text + "'; the types are bool, i8, i16, i32, i64, f32, f64 and category");
}

void read_unit(TomlView& view, MapColumn& column) {
  const auto text = view.text("unit");
  if (!text) return;
  try {
    column.unit = Unit::parse(text->text);
  } catch (const Error& failure) {
    view.file().error(*text, failure.what());
  }
}

void read_missing_codes(TomlView& view, MapColumn& column) {
  const toml::array* list = view.array("missing_codes");
  if (list == nullptr) return;
  for (const toml::node& item : *list) {
    if (const auto code = item.value<double>(); code && item.is_number()) column.missing_codes.push_back(*code);
    else view.wrong(item, "missing_codes", "numbers");
  }
}

/// What cannot stand together in one column.
void check_column(TomlView& view, const MapColumn& column) {
  TomlFile& file = view.file();
  const std::string name = "column '" + column.name + "' ";
  if (column.from.empty() == !column.value)
    file.error(column.place, name + "needs either from = \"source column\" or value = 'expression'");
  if (column.value && (column.labels.kind != LabelRule::Kind::none || column.pick != Pick::constant ||
                       !column.missing_codes.empty()))
    file.error(column.place, name + "is derived: labels, pick and missing_codes belong to columns taken with from");
  if (column.type && (column.category || column.labels.kind != LabelRule::Kind::none))
    file.error(column.place, name + "has labels, so its type is chosen by their number; leave out type");
  if (column.entity == Entity::person && column.pick != Pick::constant)
    file.error(column.place, name + "belongs to persons: pick chooses one value for a household");
}

MapColumn read_column(TomlFile& file, const toml::table& table, MapColumn column, const std::string& path) {
  TomlView view(file, table, path);
  if (const auto from = view.text("from")) {
    column.from = from->text;
    column.place = *from;
    column.place.text.clear();
  }
  column.value = view.text("value");
  column.file = static_cast<SourceFileOf>(view.choice("file", {"any", "households", "persons"}, 0));
  read_type(view, column);
  read_unit(view, column);
  column.long_name = view.string("long_name");
  column.labels = read_labels(view);
  column.ordered = view.boolean("ordered", false);
  column.unlabelled = static_cast<Unlabelled>(view.choice("unlabelled", {"error", "code", "missing"}, 0));
  column.pick = static_cast<Pick>(view.choice("pick", {"constant", "first", "min", "max", "sum"}, 0));
  column.missing = read_missing(view);
  read_missing_codes(view, column);
  view.finish();
  check_column(view, column);
  return column;
}

MapColumn read_entry(TomlView& view, const std::string& name, Entity entity, const toml::key& key, const toml::node& node) {
  MapColumn column;
  column.name = name;
  column.entity = entity;
  column.place = view.file().place(key.source());
  const std::string path = view.path(name.c_str());
  if (const auto* table = node.as_table()) return read_column(view.file(), *table, column, path);
  if (const auto* text = node.as_string()) {
    column.from = text->get();
    column.place = view.file().place(text->source());
  } else if (node.is_number()) {
    column.constant = node.value<double>();
  } else {
    view.wrong(node, name.c_str(), "a source column or a table such as { from = \"…\", type = \"i8\" }");
  }
  return column;
}

void read_columns(TomlView& root, const char* section, Entity entity, SurveyMap& map) {
  const toml::table* outer = root.table(section);
  if (outer == nullptr) return;
  TomlView view(root.file(), *outer, section);
  if (const toml::table* columns = view.table("columns")) {
    TomlView inner(root.file(), *columns, std::string(section) + ".columns");
    for (const auto& [key, node] : in_file_order(*columns))
      map.columns.push_back(read_entry(inner, std::string(key->str()), entity, *key, *node));
  }
  view.finish();
}

std::optional<MapColumn> read_design_column(TomlView& view, const toml::table& table, const char* name) {
  const toml::node* node = view.find(name);
  if (node == nullptr) return std::nullopt;
  for (const auto& [key, value] : table)
    if (key.str() == name) return read_entry(view, name, Entity::household, key, *node);
  return std::nullopt;
}

void read_design(TomlView& root, SurveyMap& map) {
  const toml::table* table = root.table("design");
  std::optional<MapColumn> weight;
  if (table != nullptr) {
    TomlView view(root.file(), *table, "design");
    weight = read_design_column(view, *table, "weight");
    map.stratum = read_design_column(view, *table, "stratum");
    map.psu = read_design_column(view, *table, "psu");
    view.finish();
  }
  if (!weight)
    root.file().error(root.place("design"), "the map gives no weight; write weight = \"source column\" under [design], or weight = 1");
  else
    map.weight = *weight;
  if (map.weight.missing.kind == MissingRule::Kind::keep) map.weight.missing.kind = MissingRule::Kind::error;
}

void read_filters(TomlView& root, SurveyMap& map) {
  const toml::table* table = root.table("filter");
  if (table == nullptr) return;
  TomlView view(root.file(), *table, "filter");
  map.person_filter = view.text("persons");
  map.household_filter = view.text("households");
  view.finish();
}

void check_names(TomlFile& file, const SurveyMap& map) {
  std::set<std::pair<Entity, std::string>> seen;
  for (const MapColumn& column : map.columns) {
    for (const char* reserved : {"id", "line", "weight", "person_offset", "stratum", "psu"})
      if (column.name == reserved && (column.entity == Entity::household || column.name == "line"))
        file.error(column.place, "'" + column.name + "' is made by the import; choose another name" +
                                     (column.name == "weight" || column.name == "stratum" || column.name == "psu"
                                          ? ", or write it under [design]" : ""));
    if (column.name.empty() || column.name.find('/') != std::string::npos)
      file.error(column.place, "'" + column.name + "' cannot name a column: names are not empty and hold no '/'");
    if (column.entity == Entity::person && !map.persons)
      file.error(column.place, "column '" + column.name + "' belongs to persons, but the map has no [input.persons]");
    if (column.constant) file.error(column.place, "column '" + column.name + "' is a constant; write it as { value = '…' }");
    const Entity other = column.entity == Entity::household ? Entity::person : Entity::household;
    if (seen.count({other, column.name}) > 0)
      file.error(column.place, "two columns are named '" + column.name + "', one of households and one of persons; rename one");
    seen.insert({column.entity, column.name});
  }
}

void read_notes(TomlView& root, SurveyMap& map) {
  const auto format = root.number("format");
  if (!format) root.file().error(root.place(), "the map does not say its format; write format = 1 at its top");
  else if (*format != 1)
    root.file().error(root.place("format"), "this Puente reads maps of format 1, not " + std::to_string(static_cast<int>(*format)));
  map.notes = {root.string("title"), root.string("source"), root.string("licence"), root.string("currency"),
               root.string("price_reference"), "survey", "", ""};
  map.allow_empty_households = root.boolean("allow_empty_households", false);
}

}  // namespace

SurveyMap parse_map(const std::string& name, std::string content) {
  TomlFile file = TomlFile::parse(name, std::move(content));
  SurveyMap map;
  map.path = name;
  TomlView root(file, file.root, "");
  read_notes(root, map);
  read_inputs(root, map);
  read_keys(root, map);
  read_design(root, map);
  read_filters(root, map);
  read_columns(root, "household", Entity::household, map);
  read_columns(root, "person", Entity::person, map);
  root.finish();
  check_names(file, map);
  file.diagnostics.throw_if_errors();
  return map;
}

SurveyMap read_map(const std::string& path) { return parse_map(path, read_text(path)); }

}  // namespace puente::io
