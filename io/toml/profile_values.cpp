#include "io/toml/profile_values.hpp"

#include <algorithm>
#include <cmath>

#include "io/toml/policy_reader.hpp"

namespace puente::io {

namespace {

std::string range(double low, double high) { return "between " + shortest(low) + " and " + shortest(high); }

bool check_range(TomlView& view, const toml::node& node, const std::string& name, double value, double low, double high) {
  if (value >= low && value <= high) return true;
  view.file().error(view.file().place(node.source()), name + " is " + shortest(value) + ": it lies " + range(low, high));
  return false;
}

}  // namespace

int index_of(TomlFile& file, const rules::Text& at, const std::string& name, const std::vector<std::string>& names, const std::string& what) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<int>(found - names.begin());
  const std::string near = nearest(name, names);
  file.error(at, "'" + name + "' is no " + what + (near.empty() ? "" : "; did you mean '" + near + "'?"));
  return -1;
}

void ProfileValues::fact(TomlView& view, const std::string& name) {
  Fact fact;
  fact.name = name;
  fact.source = view.string("source");
  fact.year = static_cast<int>(view.number("year").value_or(0));
  const std::vector<std::string> statuses = {"published", "derived", "assumed"};
  const bool has_status = view.find("status") != nullptr;
  fact.status = statuses[view.choice("status", statuses, 2)];
  view.find("note");
  if (fact.source.empty() || !has_status)
    view.file().error(view.place(), name + " says neither where its numbers come from nor how sure they are: give `source` and `status` (published, derived or assumed)");
  facts_.push_back(std::move(fact));
}

double ProfileValues::number_or(TomlView& view, const char* key, double low, double high, double otherwise) {
  return view.find(key) == nullptr ? otherwise : number(view, key, low, high);
}

double ProfileValues::number(TomlView& view, const char* key, double low, double high) {
  const toml::node* node = view.find(key);
  if (node == nullptr) {
    view.file().error(view.place(), view.path(key) + " is missing: a number " + range(low, high));
    return low;
  }
  if (!node->is_table()) {
    const auto value = view.number(key);
    return value && check_range(view, *node, view.path(key), *value, low, high) ? *value : low;
  }
  TomlView inner(view.file(), *node->as_table(), view.path(key));
  const auto value = inner.number("value");
  if (!value) view.file().error(inner.place(), view.path(key) + " has no value");
  inner.string("unit");
  fact(inner, view.path(key));
  inner.finish();
  return value && check_range(view, *node, view.path(key), *value, low, high) ? *value : low;
}

std::vector<double> ProfileValues::list(TomlView& view, const char* key, std::size_t size, const std::string& what, double low, double high) {
  std::vector<double> values;
  const toml::array* list = view.array(key);
  if (list == nullptr) {
    view.file().error(view.place(), view.path(key) + " is missing: " + what);
    return std::vector<double>(size, low);
  }
  for (const toml::node& node : *list) {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    if (!value) view.wrong(node, key, "numbers");
    else check_range(view, node, view.path(key), *value, low, high);
    values.push_back(value.value_or(low));
  }
  if (size != 0 && values.size() != size) {
    view.file().error(view.place(key), view.path(key) + " has " + std::to_string(values.size()) + " numbers, not " +
                                           std::to_string(size) + ": " + what);
    values.resize(size, low);
  }
  return values;
}

/// Each number may be off by half of its last printed digit, taken as 0.01 where there are decimals, and 0.1 in all at least.
void ProfileValues::add_up(TomlFile& file, const rules::Text& at, const std::string& name, std::vector<double>& percent) {
  double total = 0;
  for (const double share : percent) total += share;
  const double slack = 0.1 + 0.005 * static_cast<double>(percent.size());
  if (std::abs(total - 100) > slack)
    file.error(at, name + " add up to " + shortest(std::round(total * 1000) / 1000) + ", not 100 (%)");
  for (double& share : percent) share /= total > 0 ? total : 1;
}

std::vector<double> ProfileValues::shares(TomlView& view, const char* key, std::size_t size, const std::string& what) {
  std::vector<double> percent = list(view, key, size, what, 0, 100);
  if (view.find(key) != nullptr) add_up(view.file(), view.place(key), view.path(key), percent);
  return percent;
}

std::vector<double> ProfileValues::by_name(TomlView& view, const char* key, const std::vector<std::string>& names, double otherwise) {
  std::vector<double> values(names.size(), otherwise);
  const toml::table* table = view.table(key);
  if (table == nullptr) return values;
  TomlView inner(view.file(), *table, view.path(key));
  for (const auto& [name, node] : in_file_order(*table)) {
    if (name == "source" || name == "status" || name == "year" || name == "note") continue;
    const int at = index_of(view.file(), inner.place(name.c_str()), name, names, "category of " + view.path(key));
    const auto value = inner.number(name.c_str());
    if (at >= 0 && value) values[static_cast<std::size_t>(at)] = *value;
  }
  return values;
}

std::vector<double> ProfileValues::shares_by_name(TomlView& view, const char* key, const std::vector<std::string>& names) {
  std::vector<double> percent = by_name(view, key, names, std::nan(""));
  if (view.find(key) == nullptr) {
    view.file().error(view.place(), view.path(key) + " is missing: a percentage for each category");
    return std::vector<double>(names.size(), 1.0 / static_cast<double>(names.size()));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::isnan(percent[i])) view.file().error(view.place(key), view.path(key) + " misses the category '" + names[i] + "'");
    if (percent[i] < 0) view.file().error(view.place(key), view.path(key) + "." + names[i] + " is " + shortest(percent[i]) + ": a share is not negative");
    if (!(percent[i] >= 0)) percent[i] = 0;
  }
  add_up(view.file(), view.place(key), view.path(key), percent);
  return percent;
}

}  // namespace puente::io
