// Reads the sections of a scenario file that make up a policy: parameters, programmes, synergies, pass-through.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/programmes/model.hpp"
#include "io/survey/toml_view.hpp"

namespace puente::io {

struct Policy {
  std::vector<ParameterValue> parameters;
  std::vector<Programme> programmes;
  std::vector<Synergy> synergies;
  std::optional<SchoolingChoice> schooling;
  std::map<std::string, double> pass_through;
};

/// The entries of a table as they stand in the file (TOML tables have no order of their own); what another file adds comes last.
std::vector<std::pair<std::string, const toml::node*>> in_file_order(const toml::table& table);

/// An expression or a number under `key`; a number becomes its text.
std::optional<rules::Text> quantity(TomlView& view, const char* key);
/// `key` as a quantity, or a table { value = …, unit = "…" }: what it is in, to be converted to what its place wants.
std::optional<rules::Text> quantity_with_unit(TomlView& view, const char* key);
rules::Text number_text(double value, const rules::Text& at);
Unit unit_of(TomlView& view, const char* key);
Place place_of(const rules::Text& text);

/// [parameters] of a file, in its order.
std::vector<ParameterValue> read_parameters(TomlView& root);

/// `root` is viewed by the caller, who asks for the keys and reports the unknown ones.
Policy read_policy(TomlFile& file, TomlView& root, TomlView* welfare);

}  // namespace puente::io
