// Results as named arrays over named dimensions: what the results file, the JSON and the screen table are made from.
// Knows nothing of how a number came about. Plain values; not thread-safe while being filled.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace puente {

/// A dimension carries labels (scenario, group, …) or numbers (alpha, quantile, epsilon), never both.
struct Dimension {
  std::string name;
  std::vector<std::string> labels;
  std::vector<double> values;
  std::string units = "1";
  std::string long_name;
  std::size_t size() const { return labels.empty() ? values.size() : labels.size(); }
};

struct Variable {
  std::string name;
  std::vector<std::string> dimensions;  ///< names, slowest first
  std::vector<double> values;           ///< row-major; NaN is missing
  std::string units = "1";
  std::string long_name;
  std::string comment;  ///< convention used, error bound, …; may be empty
};

/// Null where there is none of this name.
const Variable* find_variable(const std::vector<Variable>& all, const std::string& name);

/// Text or numbers about the run; kept apart so that everything else is layout-free.
using Provenance = std::map<std::string, std::variant<std::string, double>>;

/// How groups lie in a variable's values: that of group g is at (outer * size + g) * inner + k, with k over the dimensions after `group`.
struct GroupAxis {
  std::size_t size = 0;   ///< groups; 0 where the variable is not over groups
  std::size_t inner = 1;
  /// Of value i; 0, the whole population, where there are no groups.
  std::size_t group_of(std::size_t i) const { return size == 0 ? 0 : i / inner % size; }
};

struct Results {
  std::string title;
  std::vector<Dimension> dimensions;
  std::vector<Variable> variables;
  std::vector<Variable> differences;  ///< same names, minus the reference: group /difference
  std::map<std::string, std::vector<Variable>> groups;  ///< others, by the path of their group
  Provenance provenance;

  const Dimension& dimension(const std::string& name) const;  ///< throws when there is none
  bool has_dimension(const std::string& name) const;
  void add_dimension(Dimension dimension);                    ///< unless it is there
  const Variable* find(const std::string& name) const;
  GroupAxis group_axis(const Variable& variable) const;
  /// Value at one index a dimension, in the variable's order of dimensions.
  double at(const Variable& variable, const std::vector<std::size_t>& index) const;
};

}  // namespace puente
