#include "io/toml/schooling_reader.hpp"

#include <filesystem>

#include "io/toml/policy_reader.hpp"
#include "io/toml/schooling_model_reader.hpp"

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

std::vector<SchoolingInteraction> read_interactions(TomlFile& file, TomlView& schooling) {
  std::vector<SchoolingInteraction> all;
  const toml::array* array = schooling.array("interactions");
  if (array == nullptr) return all;
  for (const toml::node& node : *array) {
    if (!node.is_table()) {
      schooling.wrong(node, "interactions", "tables ([[schooling.interactions]])");
      continue;
    }
    TomlView view(file, *node.as_table(), schooling.path("interactions"));
    SchoolingInteraction interaction;
    interaction.place = place_of(view.place());
    for (const rules::Text& name : view.texts("programmes")) interaction.programmes.push_back(name.text);
    const auto delta = quantity(view, "delta");
    if (!delta || interaction.programmes.size() < 2)
      file.error(view.place(), "an interaction needs two or more programmes and `delta`, the utility of being reached by all of them, in the alternatives that attend");
    interaction.delta = delta.value_or(number_text(0, view.place()));
    for (const char* key : {"source", "status", "note"}) view.string(key);
    view.finish();
    all.push_back(std::move(interaction));
  }
  return all;
}

std::optional<SchoolingMeansTest> read_means_test(TomlFile& file, TomlView& schooling) {
  const toml::table* table = schooling.table("means_test");
  if (table == nullptr) return std::nullopt;
  TomlView view(file, *table, schooling.path("means_test"));
  const auto limit = quantity_with_unit(view, "limit");
  if (!limit) file.error(view.place(), view.path("limit") + " is missing: money of a household up to which the programme pays");
  SchoolingMeansTest test{limit.value_or(number_text(0, view.place())), view.choice("per", {"household", "person"}, 0) == 1};
  for (const char* key : {"source", "status", "note"}) view.string(key);
  view.finish();
  return test;
}

}  // namespace

std::optional<SchoolingChoice> read_schooling(TomlFile& file, TomlView& root) {
  const toml::table* table = root.table("schooling");
  if (table == nullptr) return std::nullopt;
  TomlView view(file, *table, "schooling");
  SchoolingChoice choice;
  choice.place = place_of(view.place());
  const auto children = quantity(view, "children");
  if (!children) file.error(view.place(), "schooling.children is missing: who chooses, as in children = '10 <= age <= 15'");
  choice.children = children.value_or(number_text(0, view.place()));
  choice.attends = view.text("attends").value_or(rules::Text::standalone("schooling.attends", "attends"));
  choice.works = view.text("works");
  choice.earnings = quantity(view, "earnings");
  choice.income = quantity(view, "income");
  choice.wage = quantity(view, "wage");
  choice.theta = quantity(view, "theta");
  choice.align = quantity(view, "align");
  choice.model_file = view.text("model");
  choice.draws = view.boolean("draws", true);
  choice.covariates = expressions(file, view, "covariates");
  choice.earnings_covariates = expressions(file, view, "earnings_covariates");
  choice.interactions = read_interactions(file, view);
  for (const char* key : {"source", "status", "note"}) view.string(key);
  view.finish();
  return choice;
}

void read_model_of(SchoolingChoice& choice, const std::string& scenario_path, TomlFile& file) {
  if (!choice.model_file) {
    file.diagnostics.add({Diagnostic::Severity::error, choice.place,
                          "schooling.model is missing: the file of a model, as in model = \"schooling.model.toml\"; `puente estimate` makes one", ""});
    return;
  }
  std::filesystem::path path(choice.model_file->text);
  if (!path.is_absolute()) path = std::filesystem::path(scenario_path).parent_path() / path;
  if (!std::filesystem::exists(path)) {
    file.error(*choice.model_file, path.string() + ": there is no such model. Make it with `puente estimate " + scenario_path + " --model schooling -o " + path.string() + "`");
    return;
  }
  choice.model = read_schooling_model(path.string());
}

bool same_population_side(const SchoolingChoice& a, const SchoolingChoice& b) {
  const auto text = [](const std::optional<rules::Text>& t) { return t ? t->text : std::string(); };
  return a.children.text == b.children.text && a.attends.text == b.attends.text && text(a.works) == text(b.works) &&
         text(a.earnings) == text(b.earnings) && text(a.income) == text(b.income) && text(a.wage) == text(b.wage) && text(a.align) == text(b.align) &&
         text(a.model_file) == text(b.model_file) && a.draws == b.draws;
}

std::optional<SchoolingOfProgramme> read_schooling_of_programme(TomlFile& file, TomlView& programme) {
  const toml::table* table = programme.table("schooling");
  if (table == nullptr) return std::nullopt;
  TomlView view(file, *table, programme.path("schooling"));
  SchoolingOfProgramme of;
  of.place = place_of(view.place());
  of.delta = quantity(view, "delta");
  of.means_test = read_means_test(file, view);
  of.cap = quantity_with_unit(view, "cap");
  for (const char* key : {"source", "status", "note"}) view.string(key);
  view.finish();
  return of;
}

}  // namespace puente::io
