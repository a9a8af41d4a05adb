#include "io/toml/uncertainty_reader.hpp"

#include <algorithm>

namespace puente::io {

namespace {

/// A list of numbers; empty when the key is absent.
std::vector<double> numbers(TomlView& view, const char* key) {
  std::vector<double> all;
  const toml::array* list = view.array(key);
  if (list == nullptr) return all;
  if (list->empty()) view.file().error(view.place(key), view.path(key) + " is empty");
  for (const toml::node& item : *list) {
    if (item.is_number()) all.push_back(*item.value<double>());
    else view.wrong(item, key, "numbers");
  }
  return all;
}

}  // namespace

std::optional<Uncertainty> read_uncertainty(TomlView& view) {
  Uncertainty u;
  const bool named = view.find("distribution") != nullptr;
  u.kind = static_cast<DistributionKind>(view.choice("distribution", distribution_names(), 0));
  u.se = view.number("se");
  u.low = view.number("low");
  u.high = view.number("high");
  u.alpha = view.number("alpha");
  u.beta = view.number("beta");
  u.shape = view.number("shape");
  u.log_scale = view.choice("scale", {"natural", "log"}, 0) == 1;
  u.values = numbers(view, "values");
  u.probabilities = numbers(view, "probabilities");
  u.estimates = numbers(view, "estimates");
  if (!named && !u.se && (u.low || u.high)) u.kind = DistributionKind::pert;
  const bool lists = !u.values.empty() || !u.probabilities.empty() || !u.estimates.empty();
  if (!named && (lists || u.alpha || u.beta || u.shape || u.log_scale)) {
    view.file().error(view.place(), "say which `distribution` these numbers are of");
    return std::nullopt;
  }
  if (!named && !u.se && !u.low && !u.high) return std::nullopt;
  return u;
}

void check_uncertainty(TomlFile& file, const std::vector<ParameterValue>& parameters) {
  for (const ParameterValue& parameter : parameters) {
    if (!parameter.uncertainty) continue;
    const auto mistake = mistake_in(*parameter.uncertainty, parameter.value);
    if (!mistake) continue;
    const toml::node* node = file.root["parameters"][parameter.name].node();
    const TomlView view(file, *node->as_table(), "parameters." + parameter.name);
    const toml::node* at = node->as_table()->get(mistake->key);
    file.error(at == nullptr ? view.place() : file.place(at->source()), "parameter '" + parameter.name + "': " + mistake->message);
  }
}

}  // namespace puente::io
