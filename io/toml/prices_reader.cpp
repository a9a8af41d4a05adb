#include "io/toml/prices_reader.hpp"

#include <cmath>

#include "io/toml/policy_reader.hpp"

namespace puente::io {

namespace {

void require_source(TomlView& view) {
  if (view.string("source").empty()) view.file().error(view.place(), view.path("source") + " is missing: where the numbers come from");
  for (const char* known : {"status", "note"}) view.string(known);
}

/// Numbers above zero by date or label.
std::vector<std::pair<std::string, double>> positive_numbers(TomlView& view, const char* key) {
  std::vector<std::pair<std::string, double>> numbers;
  const toml::table* table = view.table(key);
  if (table == nullptr || table->empty()) {
    view.file().error(view.place(), view.path(key) + " is missing: numbers by name, as in " + key + " = { 2015 = 100, 2018 = 127.6 }");
    return numbers;
  }
  TomlView inner(view.file(), *table, view.path(key));
  for (const auto& [name, node] : in_file_order(*table)) {
    const auto value = inner.number(name.c_str());
    if (!value) continue;
    if (*value > 0 && std::isfinite(*value)) numbers.emplace_back(name, *value);
    else view.file().error(inner.place(name.c_str()), inner.path(name.c_str()) + " is " + shortest(*value) + ": prices are above zero");
  }
  return numbers;
}

Prices::ByDate by_date(TomlView& view, const char* key) {
  const auto numbers = positive_numbers(view, key);
  return {numbers.begin(), numbers.end()};
}

/// The tables under `kind`, one a name.
template <class Read>
void each_table(TomlView& prices, const char* kind, Read read) {
  const toml::table* tables = prices.table(kind);
  if (tables == nullptr) return;
  TomlView outer(prices.file(), *tables, prices.path(kind));
  for (const auto& [name, node] : in_file_order(*tables)) {
    const toml::table* table = outer.table(name.c_str());
    if (table == nullptr) continue;
    TomlView view(prices.file(), *table, outer.path(name.c_str()));
    read(view, name);
    require_source(view);
    view.finish();
  }
}

void read_rates(TomlView& prices, const char* kind, const std::string& usual, Prices& result) {
  each_table(prices, kind, [&](TomlView& view, const std::string& local) {
    std::string other = view.string("to");
    if (other.empty()) other = usual;
    if (other.empty()) view.file().error(view.place(), view.path("to") + " is missing: the other currency, as in to = \"USD\"");
    result.add_rates(local, other, by_date(view, "factors"));
  });
}

std::string quoted(const std::string& label) {
  std::string text = "\"";
  for (const char c : label) text += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
  return text + "\"";
}

/// A region's prices over the country's as a variable; a label that is not listed has `otherwise`, or is missing.
void read_regional(TomlView& view, const std::string& name, std::vector<rules::Variable>& variables) {
  const auto by = view.text("by");
  if (!by) view.file().error(view.place(), view.path("by") + " is missing: the category whose labels have prices of their own");
  const auto otherwise = view.number("otherwise");
  std::string value = otherwise ? number_text(*otherwise, {}).text : "0/0";
  for (const auto& [label, level] : positive_numbers(view, "index"))
    value = "if((" + (by ? by->text : std::string()) + ") == " + quoted(label) + ", " + number_text(level, {}).text + ", " + value + ")";
  rules::Variable variable;
  variable.name = name;
  variable.expression = rules::Text::standalone(view.path("index"), value);
  if (by) variables.push_back(std::move(variable));
}

}  // namespace

void read_prices(TomlFile& file, TomlView& root, Prices& prices, std::vector<rules::Variable>& variables) {
  const toml::table* table = root.table("prices");
  if (table == nullptr) return;
  TomlView view(file, *table, "prices");
  if (const toml::node* year = view.find("year")) {
    if (const auto number = year->value<std::int64_t>(); number && year->is_integer()) prices.set_reference(std::to_string(*number));
    else if (const auto text = year->value<std::string>()) prices.set_reference(*text);
    else view.wrong(*year, "year", "a year or the date of an index, as in year = 2018");
  }
  each_table(view, "cpi", [&](TomlView& cpi, const std::string& currency) { prices.add_index(currency, by_date(cpi, "index")); });
  read_rates(view, "ppp", "PPP", prices);
  read_rates(view, "exchange", "", prices);
  each_table(view, "regional", [&](TomlView& regional, const std::string& name) { read_regional(regional, name, variables); });
  view.finish();
}

}  // namespace puente::io
