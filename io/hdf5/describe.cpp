#include "io/hdf5/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/core/error.hpp"
#include "io/hdf5/objects.hpp"
#include "io/hdf5/population_file.hpp"
#include "io/hdf5/results_file.hpp"

namespace puente::io {

namespace {

constexpr std::int64_t window_households = 1 << 16;
constexpr std::size_t labels_shown = 8;

/// Plain (unweighted) figures of one column; the mean is for orientation, not for publication.
struct Summary {
  std::int64_t present = 0, missing = 0;
  double least = std::numeric_limits<double>::infinity(), most = -std::numeric_limits<double>::infinity(),
         total = 0;

  void add(const Column& column) {
    constexpr std::size_t step = 4096;
    double values[step];
    for (std::size_t first = 0; first < column.rows(); first += step) {
      const std::size_t n = std::min(step, column.rows() - first);
      to_f64(column.view(), first, n, values);
      for (std::size_t i = 0; i < n; ++i) add(values[i]);
    }
  }
  void add(double value) {
    if (std::isnan(value)) {
      ++missing;
      return;
    }
    ++present;
    least = std::min(least, value);
    most = std::max(most, value);
    total += value;
  }
};

struct Summaries {
  std::vector<Summary> household, person;
};

void add_all(const std::vector<Column>& columns, std::vector<Summary>& summaries) {
  for (std::size_t i = 0; i < columns.size(); ++i) summaries[i].add(columns[i]);
}

Summaries empty_summaries(const Schema& schema) {
  return {std::vector<Summary>(schema.household.size()), std::vector<Summary>(schema.person.size())};
}

Summaries summarise(const PopulationFile& file) {
  Summaries all = empty_summaries(file.schema());
  for (std::int64_t first = 0; first < file.households(); first += window_households) {
    const Population window = file.read(first, std::min(first + window_households, file.households()));
    add_all(window.household, all.household);
    add_all(window.person, all.person);
  }
  return all;
}

std::string joined_labels(const std::vector<std::string>& labels) {
  std::string text;
  for (std::size_t i = 0; i < std::min(labels.size(), labels_shown); ++i)
    text += (i == 0 ? "" : ", ") + labels[i];
  if (labels.size() > labels_shown) text += ", …";
  return text;
}

/// Counted in characters, so that columns line up in any alphabet.
std::string padded(const std::string& text, std::size_t width) {
  std::size_t characters = 0;
  for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return text + std::string(width > characters ? width - characters : 1, ' ');
}

std::string figures(const ColumnInfo& column, const Summary& summary) {
  if (column.category())
    return fmt::format("{}{} labels: {}", column.ordered ? "ordered, " : "", column.labels.size(),
                       joined_labels(column.labels));
  if (summary.present == 0) return "no value";
  return fmt::format("{:.6g} … {:.6g}, mean {:.6g}", summary.least, summary.most,
                     summary.total / static_cast<double>(summary.present));
}

std::string column_line(const ColumnInfo& column, const Summary& summary) {
  std::string line =
      "  " + padded(column.name, 22) + padded(column.category() ? "category" : name_of(column.type), 10);
  line += padded(column.unit.known() ? column.unit.text() : "-", 22);
  line += padded(summary.missing == 0 ? "" : fmt::format("{} missing", summary.missing), 16);
  line += figures(column, summary);
  if (!column.long_name.empty()) line += "  (" + column.long_name + ")";
  return line + "\n";
}

std::string column_lines(const std::vector<ColumnInfo>& columns, const std::vector<Summary>& summaries) {
  std::string text;
  for (std::size_t i = 0; i < columns.size(); ++i) text += column_line(columns[i], summaries[i]);
  return text;
}

/// `persons` is of those `households`.
std::string memory_line(const Schema& schema, std::int64_t households, std::int64_t persons) {
  const double members = static_cast<double>(persons) / static_cast<double>(std::max<std::int64_t>(households, 1));
  const double household = row_bytes(schema.household), person = row_bytes(schema.person) * members;
  const double offset = sizeof(std::int64_t);
  return fmt::format(
      "  memory: {:.1f} bytes a household with its persons ({:.1f} household columns, {:.1f} person columns, "
      "{:.1f} person_offset)\n",
      bytes_of_household(schema, members), household, person, offset);
}

std::string note(const char* name, const std::string& text) {
  return text.empty() ? "" : fmt::format("  {}: {}\n", name, text);
}

/// Each line of a longer text under one heading.
std::string notes_below(const char* name, const std::string& text) {
  std::string lines = text.empty() ? "" : fmt::format("  {}\n", name);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines += "    " + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return lines;
}

std::string all_columns(const Schema& schema, const Summaries& summaries) {
  return "household columns\n" + column_lines(schema.household, summaries.household) + "person columns\n" +
         column_lines(schema.person, summaries.person);
}

std::string describe_population(const std::string& path) {
  const PopulationFile file(path);
  const Summaries summaries = summarise(file);
  const PopulationNotes& notes = file.schema().notes;
  std::string text = path + ": a population\n";
  text += note("title", notes.title) + note("source", notes.source) + note("licence", notes.licence);
  text += note("currency", notes.currency) + note("prices of", notes.price_reference) + note("origin", notes.origin);
  text += notes_below("weights calibrated", notes.calibration);
  text += fmt::format("  {} households, {} persons\n", file.households(), file.persons());
  text += memory_line(file.schema(), file.households(), file.persons());
  text += file.has_checksums() ? "  checksums: all blocks agree\n" : "  checksums: none in this file\n";
  return text + all_columns(file.schema(), summaries);
}

std::string dimension_line(const Dimension& dimension) {
  std::vector<std::string> labels = dimension.labels;
  for (const double value : dimension.values) labels.push_back(fmt::format("{:.6g}", value));
  return "  " + padded(dimension.name, 22) + padded(std::to_string(dimension.size()), 8) +
         joined_labels(labels) + "\n";
}

std::string variable_line(const Variable& variable) {
  return "  " + padded(variable.name, 28) +
         padded(fmt::format("({})", fmt::join(variable.dimensions, ", ")), 40) +
         padded(variable.units.empty() ? "-" : variable.units, 22) + variable.long_name + "\n";
}

/// Groups beside the variables and their differences, as of all draws.
std::string group_lines(const Results& results) {
  std::string text = results.groups.empty() ? "" : "groups\n";
  for (const auto& [path, variables] : results.groups)
    text += "  " + padded("/" + path, 28) +
            (variables.empty() ? std::string("no variable") : fmt::format("{} variables along {}", variables.size(), variables.front().dimensions.front())) + "\n";
  return text;
}

std::string describe_results(const std::string& path) {
  const Results results = read_results(path);
  std::string text = path + ": results\n" + note("title", results.title) + "dimensions\n";
  for (const Dimension& dimension : results.dimensions) text += dimension_line(dimension);
  text += "variables\n";
  for (const Variable& variable : results.variables) text += variable_line(variable);
  if (!results.differences.empty()) text += "differences from the reference\n";
  for (const Variable& variable : results.differences) text += variable_line(variable);
  return text + group_lines(results);
}

std::string format_of(const std::string& path) {
  const FileHandle file = open_hdf5(path);
  return read_text_attribute(file, "format").value_or("");
}

}  // namespace

std::string describe_made(const Population& sample, std::int64_t households, const std::string& maker) {
  const Schema schema = sample.schema();
  Summaries summaries = empty_summaries(schema);
  add_all(sample.household, summaries.household);
  add_all(sample.person, summaries.person);
  return fmt::format("  {} households made by {} {} with {} persons\n", households, maker, sample.households(), sample.persons()) +
         memory_line(schema, sample.households(), sample.persons()) + all_columns(schema, summaries);
}

std::string describe_file(const std::string& path) {
  const std::string format = format_of(path);
  if (format == "puente-population") return describe_population(path);
  if (format == "puente-results") return describe_results(path);
  throw bad_input("'" + path + "' is an HDF5 file but neither a Puente population nor Puente results");
}

}  // namespace puente::io
