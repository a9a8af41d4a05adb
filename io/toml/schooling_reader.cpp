#include "io/toml/schooling_reader.hpp"

#include "io/toml/policy_reader.hpp"

namespace puente::io {

namespace {

std::vector<SchoolingExpression> expressions(TomlFile& file, TomlView& view, const char* key) {
  std::vector<SchoolingExpression> all;
  const toml::table* table = view.table(key);
  if (table == nullptr) return all;
  TomlView inner(file, *table, view.path(key));
  for (const auto& [name, node] : in_file_order(*table))
    if (const auto value = quantity(inner, name.c_str())) all.push_back({name, *value});
  return all;
}

}  // namespace

std::optional<SchoolingChoice> read_schooling(TomlFile& file, TomlView& root) {
  const toml::table* table = root.table("schooling");
  if (table == nullptr) return std::nullopt;
  TomlView view(file, *table, "schooling");
  SchoolingChoice choice;
  const auto children = quantity(view, "children");
  if (!children) file.error(view.place(), "schooling.children is missing: who chooses, as in children = '10 <= age <= 15'");
  choice.children = children.value_or(number_text(0, view.place()));
  choice.attends = quantity(view, "attends").value_or(rules::Text::standalone("schooling.attends", "attends"));
  choice.works = quantity(view, "works");
  choice.earnings = quantity(view, "earnings");
  choice.income = quantity(view, "income");
  choice.wage = quantity(view, "wage");
  choice.covariates = expressions(file, view, "covariates");
  choice.earnings_covariates = expressions(file, view, "earnings_covariates");
  for (const char* key : {"model", "theta"}) view.find(key);
  view.finish();
  return choice;
}

}  // namespace puente::io
