#include "engine/run/sample_frame.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "engine/core/error.hpp"
#include "engine/run/household_rows.hpp"

namespace puente {

namespace {

/// Clones go with the household of the survey that they are of.
std::string source_column(const Schema& schema) { return schema.find(Entity::household, "source_id") >= 0 ? "source_id" : ""; }

std::string unit_column(const Schema& schema) { return schema.find(Entity::household, "psu") >= 0 ? "psu" : source_column(schema); }

/// A key of strata or units: different numbers are different keys, so none is rounded.
std::int64_t key_of(double value, const char* what, const char* all, std::int64_t household) {
  constexpr double exact = 9007199254740992;  // 2^53: whole numbers beyond run together
  if (value == std::floor(value) && std::abs(value) < exact) return static_cast<std::int64_t>(value);
  throw bad_input("the " + std::string(what) + " of household " + std::to_string(household) + " is " + shortest(value) + ": " + all +
                  " are whole numbers below 2^53 or labels");
}

/// Numbers go up by one from 0 or 1: a replicate that was left behind would make a wrong error unseen.
void require_all(const std::map<long, std::string>& found, const std::string& prefix) {
  long next = found.begin()->first == 0 ? 0 : 1;
  for (const auto& [number, name] : found)
    if (number != next++)
      throw bad_input("columns of replicate weights " + prefix + "1, " + prefix + "2, … have a gap: there is '" + name + "' and no '" + prefix + std::to_string(next - 1) +
                      "'; name all that are meant");
}

/// Columns that are `prefix` and a number, by their number. A column of the very name is itself meant, alone.
std::vector<std::string> numbered_columns(const Schema& schema, const std::string& prefix) {
  if (schema.find(Entity::household, prefix) >= 0) return {prefix};
  std::map<long, std::string> found;
  for (const ColumnInfo& column : schema.household) {
    if (!column.name.starts_with(prefix)) continue;
    const std::string number = column.name.substr(prefix.size());
    const bool digits = std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || number.empty() || number.size() >= 10) continue;
    const auto [at, is_new] = found.emplace(std::stol(number), column.name);
    if (!is_new) throw bad_input("columns of replicate weights '" + at->second + "' and '" + column.name + "' have the same number: name all that are meant");
  }
  if (!found.empty()) require_all(found, prefix);
  std::vector<std::string> names;
  for (auto& [number, name] : found) names.push_back(std::move(name));
  return names;
}

void require_column(const Schema& schema, const std::string& name) {
  if (schema.find(Entity::household, name) >= 0) return;
  std::vector<std::string> all;
  for (const ColumnInfo& column : schema.household) all.push_back(column.name);
  const std::string near = nearest(name, all);
  throw bad_input("households have no column of replicate weights '" + name + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?") +
                  (schema.find(Entity::person, name) >= 0 ? " (persons have one: replicate weights are of households)" : ""));
}

}  // namespace

std::size_t SampleFrame::at(std::int64_t household) const {
  return static_cast<std::size_t>(std::lower_bound(number.begin(), number.end(), household) - number.begin());
}

std::vector<std::string> replicate_columns(const Schema& schema, const SamplingPlan& plan) {
  if (!schema.notes.calibration.empty())
    throw bad_input("the weights of this population were calibrated and its columns of replicate weights were not: use the survey as it was, or import "
                    "one whose weights and replicate weights were calibrated together");
  if (schema.notes.origin == "clone")
    throw bad_input("the households of this population are clones, and the columns of replicate weights those of the survey that they were made from: use that survey");
  const std::vector<std::string>& given = plan.columns.names;
  if (given.size() != 1) {
    for (const std::string& name : given) require_column(schema, name);
    return given;
  }
  std::vector<std::string> names = numbered_columns(schema, given[0]);
  if (names.empty())
    throw bad_input("households have no columns " + given[0] + "1, " + given[0] + "2, … of replicate weights: name what they begin with, or all of them");
  return names;
}

std::vector<AskedExpression> frame_questions(const Schema& schema, const SamplingPlan& plan) {
  std::vector<AskedExpression> questions;
  const auto ask = [&](const rules::Text& text, const std::string& what, std::optional<rules::Type> type) {
    questions.push_back({text, {Entity::household, type, {}, "sampling." + what}});
  };
  const auto column = [](const std::string& what, const std::string& name) {
    return rules::Text::standalone(what, name.empty() ? "0" : "household.`" + name + "`");
  };
  if (plan.method == SamplingMethod::columns) {
    for (const std::string& name : replicate_columns(schema, plan)) ask(column("replicate_weights", name), "replicate_weights", rules::Type::number);
    return questions;
  }
  ask(plan.stratum.value_or(column("stratum", schema.find(Entity::household, "stratum") >= 0 ? "stratum" : "")), "stratum", std::nullopt);
  ask(plan.psu.value_or(column("psu", unit_column(schema))), "psu", std::nullopt);
  if (plan.psus_there) ask(*plan.psus_there, "psus_there", rules::Type::number);
  if (!plan.ssus_there) return questions;
  ask(*plan.ssus_there, "ssus_there", rules::Type::number);
  ask(plan.ssu.value_or(column("ssu", source_column(schema))), "ssu", std::nullopt);
  return questions;
}

SampleFrame find_frame(const Study& study, std::size_t first, BlockRunner& runner) {
  const std::size_t width = study.asked.size() - first;
  const SamplingPlan& plan = study.model.sampling;
  const bool own_replicates = plan.method == SamplingMethod::columns;
  std::vector<HouseholdRows> threads(static_cast<std::size_t>(runner.team().threads()), HouseholdRows(3 + width));
  runner.pass("sampling units", [&](BlockProcessor& processor, int thread) {
    for (std::size_t h = 0; h < processor.rows().households; ++h) {
      double* row = threads[static_cast<std::size_t>(thread)].add();
      row[0] = static_cast<double>(processor.block().first_household + static_cast<std::int64_t>(h));
      row[1] = std::bit_cast<double>(static_cast<std::int64_t>(processor.rows().id[h]));
      row[2] = processor.counted_weight(h);
      for (std::size_t k = 0; k < width; ++k) {
        row[3 + k] = processor.data(study.asked[first + k])[h];
        if (!own_replicates && std::isnan(row[3 + k])) processor.faults().add("the stratum or the sampling unit of a household is missing", processor.rows().id[h]);
      }
    }
  });
  HouseholdRows& all = threads[0];
  for (std::size_t t = 1; t < threads.size(); ++t) all.append(threads[t]);
  all.share(runner.exchange());
  SampleFrame frame;
  if (own_replicates) frame.replicates.resize(width);
  const bool units_known = plan.psu || !unit_column(study.schema).empty(), ssu_known = plan.ssu || !source_column(study.schema).empty();
  for (const std::size_t i : all.by_household()) {
    const double* row = all[i];
    frame.number.push_back(static_cast<std::int64_t>(row[0]));
    frame.id.push_back(std::bit_cast<std::int64_t>(row[1]));
    frame.weight.push_back(row[2]);
    for (std::size_t r = 0; r < frame.replicates.size(); ++r) frame.replicates[r].push_back(row[3 + r]);
    if (own_replicates) continue;
    frame.stratum.push_back(key_of(row[3], "stratum", "strata", frame.id.back()));
    frame.psu.push_back(key_of(row[units_known ? 4 : 0], "sampling unit", "sampling units", frame.id.back()));
    std::size_t next = 5;
    if (plan.psus_there) frame.psus_there.push_back(row[next++]);
    if (!plan.ssus_there) continue;
    frame.ssus_there.push_back(row[next++]);
    frame.ssu.push_back(key_of(row[ssu_known ? next : 0], "second-stage unit", "second-stage units", frame.id.back()));
  }
  return frame;
}

}  // namespace puente
