// Numbers of a profile with their checks: ranges, shares that add up to 100 %, categories by name, and where each comes
// from. One thread an object.
#pragma once

#include <string>
#include <vector>

#include "engine/population/synthesis/profile.hpp"
#include "io/survey/toml_view.hpp"

namespace puente::io {

class ProfileValues {
 public:
  explicit ProfileValues(std::vector<Fact>& facts) : facts_(facts) {}

  /// A number in [low, high] under `key`: bare, or a table { value, source, year, status }. Missing: reported, `low`.
  double number(TomlView& view, const char* key, double low, double high);
  /// The same, but `otherwise` when the key is absent.
  double number_or(TomlView& view, const char* key, double low, double high, double otherwise);
  /// A percentage as a fraction.
  double percent(TomlView& view, const char* key) { return number(view, key, 0, 100) / 100; }
  /// A list of numbers in [low, high]; `size` 0: any length.
  std::vector<double> list(TomlView& view, const char* key, std::size_t size, const std::string& what, double low, double high);
  /// Percentages that add up to 100, as fractions that add up to 1.
  std::vector<double> shares(TomlView& view, const char* key, std::size_t size, const std::string& what);
  /// A table with a percentage for every name, adding up to 100, as fractions in the names' order.
  std::vector<double> shares_by_name(TomlView& view, const char* key, const std::vector<std::string>& names);
  /// A table with numbers for some names; the others get `otherwise`.
  std::vector<double> by_name(TomlView& view, const char* key, const std::vector<std::string>& names, double otherwise);
  /// Where the numbers of a table come from: source, status, year.
  void fact(TomlView& view, const std::string& name);
  /// Reports numbers that do not add up to 100 within what their rounding allows; makes them fractions.
  static void add_up(TomlFile& file, const rules::Text& at, const std::string& name, std::vector<double>& percent);

 private:
  std::vector<Fact>& facts_;
};

/// Index of the name, or −1 with the mistake reported.
int index_of(TomlFile& file, const rules::Text& at, const std::string& name, const std::vector<std::string>& names, const std::string& what);

}  // namespace puente::io
