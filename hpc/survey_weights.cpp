#include "hpc/survey_weights.hpp"

#include <cstdio>

#include "engine/core/error.hpp"
#include "io/toml/margins_reader.hpp"

namespace puente {

namespace {

std::string rounded(double x, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, x);
  return text;
}

std::string padded(const std::string& text, std::size_t width) { return text.size() < width ? text + std::string(width - text.size(), ' ') : text + " "; }
std::string right(const std::string& text, std::size_t width) { return text.size() < width ? std::string(width - text.size(), ' ') + text : " " + text; }

std::string ratios(const Margins& margins, const Calibration& found) {
  return "new weights are " + rounded(found.least_ratio, 4) + " to " + rounded(found.most_ratio, 4) + " of the survey's own (weight_bounds " +
         shortest(margins.least) + " to " + shortest(margins.most) + ")";
}

std::string line(const std::string& margin, const std::string& category, const std::string& before, const std::string& after, const std::string& ratio) {
  return padded(margin, 20) + padded(category, 24) + right(before, 16) + right(after, 16) + right(ratio, 10) + "\n";
}

}  // namespace

std::string report_of(const CalibratedSource& survey) {
  const Margins& margins = survey.margins();
  const Calibration& found = survey.calibration();
  std::string text = ratios(margins, found) + ", found in " + std::to_string(found.steps) + " steps\n" + line("margin", "category", "before", "after", "ratio");
  std::size_t i = 0;
  for (const Margin& margin : margins.margins)
    for (const MarginTotal& one : margin.totals) {
      const double before = found.before[i], after = found.after[i];
      text += line(margin.name, one.label, rounded(before, 1), rounded(after, 1), before > 0 ? rounded(after / before, 4) : "");
      ++i;
    }
  return text;
}

std::string record_of(const CalibratedSource& survey) {
  const Margins& margins = survey.margins();
  std::string text = "logit distance, " + ratios(margins, survey.calibration()) + "\n";
  for (const Margin& margin : margins.margins) {
    text += "margin " + margin.name + ": " + total_text(margin.grand_total()) + " " + counted_as(margin.counted) + " in " +
            std::to_string(margin.totals.size()) + " categories of " + margin.by.text;
    if (!margin.status.empty()) text += ", " + margin.status;
    if (margin.year > 0) text += ", " + std::to_string(margin.year);
    if (!margin.source.empty()) text += ", " + margin.source;
    text += "\n";
  }
  return text;
}

std::unique_ptr<CalibratedSource> calibrate_survey(std::unique_ptr<PopulationSource> survey, const std::string& path, Team& team) {
  Margins margins = io::read_margins(path);
  SurveyCounts counts = count_survey(margins, *survey, team);
  return std::make_unique<CalibratedSource>(std::move(survey), std::move(margins), std::move(counts), team);
}

}  // namespace puente
