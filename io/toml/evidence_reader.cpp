#include "io/toml/evidence_reader.hpp"

#include <cmath>
#include <filesystem>

#include "io/survey/toml_view.hpp"
#include "io/toml/read_text.hpp"

namespace puente::io {

namespace {

namespace fs = std::filesystem;

class Reader {
 public:
  Reader(TomlFile& file, const toml::table& settings, std::string settings_path)
      : file_(file), settings_(settings), settings_path_(std::move(settings_path)) {}
  Finding finding(const toml::table& table, std::size_t number);

 private:
  void value(TomlView& view, Finding& finding);
  void tolerance(TomlView& view, Finding& finding);
  void sets(TomlView& view, Finding& finding);
  void simulated(TomlView& view, Finding& finding);
  void error(TomlView& view, const char* key, const std::string& message) {
    file_.error(view.find(key) != nullptr ? view.place(key) : view.place(), message);
  }

  TomlFile& file_;
  const toml::table& settings_;
  std::string settings_path_;
};

Finding Reader::finding(const toml::table& table, std::size_t number) {
  TomlView view(file_, table, "findings[" + std::to_string(number) + "]");
  Finding found;
  found.at = view.place();
  for (const auto& [key, text] : {std::pair{"id", &found.id}, {"outcome", &found.outcome}, {"arm", &found.arm}, {"comparison", &found.comparison},
                                  {"unit", &found.unit}, {"place", &found.place}}) {
    *text = view.string(key);
    if (text->empty()) error(view, key, "a finding says its `" + std::string(key) + "`");
  }
  found.note = view.string("note");
  if (view.find("form") == nullptr || view.find("role") == nullptr) file_.error(view.place(), "finding '" + found.id + "' needs a `form` and a `role`");
  found.form = static_cast<FindingForm>(view.choice("form", names_of_forms(), 0));
  found.role = static_cast<FindingRole>(view.choice("role", names_of_roles(), 0));
  value(view, found);
  tolerance(view, found);
  sets(view, found);
  simulated(view, found);
  view.finish();
  return found;
}

void Reader::value(TomlView& view, Finding& finding) {
  const toml::node* node = view.find("value");
  switch (finding.form) {
    case FindingForm::null:
    case FindingForm::contradictory:
      if (node != nullptr) error(view, "value", "a finding of form " + names_of_forms()[static_cast<std::size_t>(finding.form)] + " has no value");
      return;
    case FindingForm::sign: {
      const auto text = view.text("value");
      if (!text || (text->text != "+" && text->text != "-")) error(view, "value", "the value of a sign is \"+\" or \"-\"");
      else finding.sign = text->text == "+" ? 1 : -1;
      return;
    }
    case FindingForm::range: {
      const toml::array* limits = view.array("value");
      const bool two = limits != nullptr && limits->size() == 2 && (*limits)[0].is_number() && (*limits)[1].is_number();
      if (two) {
        finding.low = *(*limits)[0].value<double>();
        finding.high = *(*limits)[1].value<double>();
      }
      if (!two || !(finding.low < finding.high)) error(view, "value", "the value of a range is two numbers, the lower first, as in [0.10, 0.23]");
      return;
    }
    default: {
      const auto number = view.number("value");
      if (!number || !std::isfinite(*number)) return error(view, "value", "the value of this finding is a number");
      finding.low = finding.high = *number;
    }
  }
}

void Reader::tolerance(TomlView& view, Finding& finding) {
  const auto printed = view.number("unit_in_last_place"), within = view.number("within");
  const char* key = printed ? "unit_in_last_place" : "within";
  if (printed && within) error(view, "within", "give unit_in_last_place (what was printed) or within, not both");
  const bool numeric = finding.form <= FindingForm::range;
  if (!numeric && finding.form != FindingForm::null && (printed || within)) error(view, key, "a finding of this form has no precision");
  if ((printed && !(*printed > 0)) || (within && !(*within >= 0))) error(view, key, std::string(key) + " is a number above 0");
  if (finding.form != FindingForm::range && numeric && finding.role < FindingRole::not_identified && !printed && !within)
    file_.error(view.place(), "finding '" + finding.id + "' does not say how exactly it was printed: give unit_in_last_place = 0.01, say, or within");
  finding.tolerance = printed ? *printed / 2 * (1 + 1e-12) : within.value_or(0);
}

void Reader::sets(TomlView& view, Finding& finding) {
  for (const rules::Text& key : view.texts("sets")) {
    finding.sets.push_back(key.text);
    if (!settings_.at_path(key.text)) file_.error(key, settings_path_ + " has no '" + key.text + "'");
  }
  const bool typed_in = finding.role == FindingRole::input || finding.role == FindingRole::calibrated;
  if (typed_in && finding.sets.empty()) file_.error(view.place(), "finding '" + finding.id + "' is an input: say in `sets` which parameters hold it");
  if (!typed_in && !finding.sets.empty())
    error(view, "sets", "a finding that sets a parameter is an input or calibrated, and proves nothing: its role cannot be " + names_of_roles()[static_cast<std::size_t>(finding.role)]);
}

void Reader::simulated(TomlView& view, Finding& finding) {
  if (const auto text = view.text("simulated")) finding.simulated = Formula::of(*text, file_.diagnostics);
  const bool judged = finding.role < FindingRole::not_identified && finding.form != FindingForm::contradictory;
  if (judged && !finding.simulated) file_.error(view.place(), "finding '" + finding.id + "' is judged: say in `simulated` by which figure of the results");
}

}  // namespace

EvidenceFile read_evidence(const std::string& path, const std::string& settings) {
  TomlFile file = TomlFile::parse(path, read_text(path));
  EvidenceFile evidence;
  evidence.path = path;
  TomlView root(file, file.root, "");
  if (root.number("format").value_or(0) != 1) file.error(root.place(), "an evidence file begins with format = 1");
  evidence.title = root.string("title");
  const std::string scenario = root.string("scenario");
  evidence.scenario = (fs::path(path).parent_path() / (scenario.empty() ? "scenario.toml" : scenario)).string();
  for (const rules::Text& setting : root.texts("set")) evidence.set.push_back(setting.text);
  const std::string settings_path = settings.empty() ? evidence.scenario : settings;
  const TomlFile held = TomlFile::parse(settings_path, read_text(settings_path));
  Reader reader(file, held.root, settings_path);
  const toml::array* findings = root.array("findings");
  for (std::size_t i = 0; findings != nullptr && i < findings->size(); ++i) {
    const toml::table* table = (*findings)[i].as_table();
    if (table == nullptr) {
      file.error(file.place((*findings)[i].source()), "a finding is a table: [[findings]]");
      continue;
    }
    evidence.findings.push_back(reader.finding(*table, i));
    const Finding& added = evidence.findings.back();
    for (std::size_t j = 0; j < evidence.findings.size() - 1; ++j)
      if (evidence.findings[j].id == added.id) file.error(added.at, "the id '" + added.id + "' is given twice");
  }
  if (evidence.findings.empty()) file.error(root.place(), "no [[findings]]");
  root.finish();
  evidence.diagnostics = file.diagnostics;
  return evidence;
}

}  // namespace puente::io
