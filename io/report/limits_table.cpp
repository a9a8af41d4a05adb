#include "io/report/limits_table.hpp"

#include <fmt/format.h>

#include <cmath>

#include "engine/run/intervals.hpp"
#include "io/report/columns.hpp"
#include "io/report/headlines.hpp"

namespace puente::io {

namespace {

/// A headline in one scenario and group; NaN is missing.
struct Bounded {
  double figure, lower, upper;
};

Bounded bounded(const Results& results, const std::vector<Variable>& from, const Headline& h, std::size_t s, std::size_t g) {
  return {headline_value(results, from, h, s, g), headline_value(results, from, h, s, g, "_lower"), headline_value(results, from, h, s, g, "_upper")};
}

std::string printed(double x, int decimals, bool sign) {
  if (!std::isfinite(x)) return "-";
  return sign ? fmt::format("{:+.{}f}", x, decimals) : fmt::format("{:.{}f}", x, decimals);
}

void add_cells(Cells& line, const Bounded& x, int decimals, bool sign) {
  line.push_back(printed(x.figure, decimals, sign));
  line.push_back("[" + printed(x.lower, decimals, sign) + ", " + printed(x.upper, decimals, sign) + "]");
}

class LimitsTable {
 public:
  LimitsTable(const Results& results, const std::string& first);
  void add_block(const std::string& label, std::size_t scenario, std::size_t group);
  std::string text() const { return aligned(lines_, {1, 3}); }

 private:
  bool changes_at_all(std::size_t scenario, std::size_t group) const;

  const Results& results_;
  std::vector<Headline> headlines_;
  std::vector<Cells> lines_;
};

LimitsTable::LimitsTable(const Results& results, const std::string& first) : results_(results), headlines_(headlines(results)) {
  for (Headline& h : headlines_of_children(results)) headlines_.push_back(std::move(h));
  const std::string limits = fmt::format("[{:g} % limits]", 100 * std::get<double>(results.provenance.at(interval_level)));
  Cells heading = {first, "estimate", limits};
  if (!results.differences.empty()) heading.insert(heading.end(), {"change", limits});
  lines_.push_back(std::move(heading));
}

/// Also where the figures are the same and their limits are not.
bool LimitsTable::changes_at_all(std::size_t scenario, std::size_t group) const {
  for (const Headline& h : headlines_) {
    const Bounded change = bounded(results_, results_.differences, h, scenario, group);
    for (const double x : {change.figure, change.lower, change.upper})
      if (std::isfinite(x) && x != 0) return true;
  }
  return false;
}

void LimitsTable::add_block(const std::string& label, std::size_t scenario, std::size_t group) {
  lines_.push_back({label});
  const bool changes = changes_at_all(scenario, group);
  for (const Headline& h : headlines_) {
    Cells& line = lines_.emplace_back(Cells{"  " + h.title});
    add_cells(line, bounded(results_, results_.variables, h, scenario, group), h.decimals, false);
    if (changes && find_variable(results_.differences, h.variable) != nullptr)
      add_cells(line, bounded(results_, results_.differences, h, scenario, group), h.decimals, true);
  }
}

}  // namespace

std::string scenarios_with_limits(const Results& results) {
  LimitsTable table(results, "scenario");
  const std::vector<std::string>& labels = results.dimension("scenario").labels;
  for (std::size_t s = 0; s < labels.size(); ++s) table.add_block(labels[s], s, 0);
  return table.text();
}

std::string groups_with_limits(const Results& results) {
  LimitsTable table(results, "group");
  const std::vector<std::string>& labels = results.dimension("group").labels;
  for (std::size_t g = 0; g < labels.size(); ++g) table.add_block(labels[g], 0, g);
  return table.text();
}

}  // namespace puente::io
