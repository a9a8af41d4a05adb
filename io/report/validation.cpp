#include "io/report/validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "io/report/columns.hpp"

namespace puente::io {

namespace {

using Row = Validation::Row;

std::string simulated(double value) { return std::isfinite(value) ? fmt::format("{:.6g}", value) : "-"; }

bool compared(const Row& row) { return row.verdict < Verdict::not_comparable; }

template <class Belongs>
std::string section(const Validation& validation, const std::string& heading, Belongs belongs) {
  std::vector<Cells> lines = {{"finding", "outcome", "arm", "against", "unit", "published", "simulated", "role", "verdict"}};
  for (const Row& row : validation.rows) {
    const Finding& f = *row.finding;
    if (belongs(row))
      lines.push_back({f.id, f.outcome, f.arm, f.comparison, f.unit, f.published(), simulated(row.simulated),
                       names_of_roles()[static_cast<std::size_t>(f.role)], name_of(row.verdict)});
  }
  return lines.size() == 1 ? "" : "\n" + heading + "\n\n" + aligned(lines);
}

std::string summary(const Validation& validation) {
  const auto count = [&](auto is) { return std::count_if(validation.rows.begin(), validation.rows.end(), is); };
  const auto closure = [](const Row& r) { return r.verdict <= Verdict::does_not_close; };
  const auto closes = [](const Row& r) { return r.verdict == Verdict::closes; };
  const auto validated = [&](const Row& r) { return compared(r) && !closure(r); };
  const auto agrees = [](const Row& r) { return r.verdict == Verdict::predicted_inside || r.verdict == Verdict::sign_agrees || r.verdict == Verdict::null_agrees; };
  return fmt::format("\n{} of {} that must close do; {} of {} predictions agree; {} not compared.\n", count(closes), count(closure), count(agrees),
                     count(validated), count([](const Row& r) { return !compared(r); }));
}

}  // namespace

bool all_close(const Validation& validation) {
  return std::none_of(validation.rows.begin(), validation.rows.end(), [](const Row& r) { return r.verdict == Verdict::does_not_close; });
}

std::string validation_table(const Validation& validation) {
  return fmt::format("{}\n{} households simulated\n", validation.title, validation.households) +
         section(validation, "Closure: typed in, solved for, or following from these. It must close, and proves nothing more.",
                 [](const Row& r) { return r.verdict <= Verdict::does_not_close; }) +
         section(validation, "Validation: predicted, or held out of profile and scenario.",
                 [](const Row& r) { return compared(r) && r.verdict > Verdict::does_not_close; }) +
         section(validation, "Not compared.", [](const Row& r) { return !compared(r); }) + summary(validation);
}

std::string validation_json(const Validation& validation) {
  nlohmann::ordered_json json;
  json["title"] = validation.title;
  json["households"] = validation.households;
  json["closes"] = all_close(validation);
  json["findings"] = nlohmann::ordered_json::array();
  for (const Row& row : validation.rows) {
    const Finding& f = *row.finding;
    nlohmann::ordered_json one = {{"id", f.id}, {"outcome", f.outcome}, {"arm", f.arm}, {"comparison", f.comparison}, {"unit", f.unit},
                                  {"place", f.place}, {"form", names_of_forms()[static_cast<std::size_t>(f.form)]},
                                  {"role", names_of_roles()[static_cast<std::size_t>(f.role)]}, {"published", f.published()}};
    if (f.form <= FindingForm::range) one["value"] = f.form == FindingForm::range ? nlohmann::ordered_json({f.low, f.high}) : nlohmann::ordered_json(f.low);
    one["simulated"] = std::isfinite(row.simulated) ? nlohmann::ordered_json(row.simulated) : nlohmann::ordered_json(nullptr);
    one["verdict"] = name_of(row.verdict);
    if (!f.sets.empty()) one["sets"] = f.sets;
    if (!f.note.empty()) one["note"] = f.note;
    json["findings"].push_back(std::move(one));
  }
  return json.dump(2) + "\n";
}

}  // namespace puente::io
