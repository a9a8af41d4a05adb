#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"
#include "engine/population/synthesis/linear.hpp"
#include "engine/population/synthesis/traits.hpp"

namespace puente {

namespace {

/// A share as messages say it.
std::string percent(double share) { return shortest(std::round(share * 1e5) / 1e3) + " %"; }

double logistic(double x) { return 1 / (1 + exp(-x)); }

/// Printed shares of 0 and 100 % leave room for the printed precision.
double possible(double share) { return std::clamp(share, 0.0005, 0.9995); }

/// How far two margins may disagree on what both imply for all: they come from the same table, but meet other people here.
constexpr double tolerance = 0.02;

/// One age band of one trait.
class BandSolver {
 public:
  BandSolver(const Profile& profile, const TraitCells& cells, const std::vector<double>& weight, std::size_t band);
  void solve(std::vector<double>& probability);

 private:
  /// A constant of the logit and the share it has to reach.
  struct Constant {
    std::size_t margin, variable, label;
    double share, weight, value;
  };
  struct CellOfBand {
    std::size_t cell;
    double weight, offset;
    std::vector<std::size_t> constants;
  };

  void find_cells();
  double weight_of(std::size_t variable, std::size_t label) const;
  std::optional<double> total_of(const TraitMargin& margin) const;
  void add_margin(std::size_t number, std::optional<double>& total);
  void link_cells();
  double probability_in(const CellOfBand& cell) const;
  bool step();
  [[noreturn]] void fail() const;
  std::string name_of_band() const;

  const Profile& profile_;
  const TraitCells& cells_;
  const std::vector<double>& weight_;
  std::size_t band_;
  std::vector<CellOfBand> in_band_;
  std::vector<Constant> constants_;
};

BandSolver::BandSolver(const Profile& profile, const TraitCells& cells, const std::vector<double>& weight, std::size_t band)
    : profile_(profile), cells_(cells), weight_(weight), band_(band) {
  find_cells();
  std::optional<double> total;
  for (std::size_t m = 0; m < cells.trait().margins.size(); ++m) add_margin(m, total);
  link_cells();
}

void BandSolver::find_cells() {
  const AgeBand& band = cells_.trait().bands[band_];
  for (std::size_t cell = 0; cell < cells_.count(); ++cell) {
    const std::size_t age = cells_.age(cell);
    if (cells_.band(age) != static_cast<int>(band_)) continue;
    double offset = band.slope * (cells_.first_age() + static_cast<double>(age) - 0.5 * (band.from + band.to));
    for (const TraitOffset& known : cells_.trait().offsets)
      offset += known.log_odds[cells_.label(cell, cells_.variable_of(known.by))];
    in_band_.push_back({cell, weight_[cell], offset, {}});
  }
}

double BandSolver::weight_of(std::size_t variable, std::size_t label) const {
  double total = 0;
  for (const CellOfBand& cell : in_band_)
    if (cells_.label(cell.cell, variable) == label) total += cell.weight;
  return total;
}

/// What a margin that names every label says of all of the band.
std::optional<double> BandSolver::total_of(const TraitMargin& margin) const {
  const std::size_t variable = cells_.variable_of(margin.by);
  double with = 0, all = 0;
  for (std::size_t label = 0; label < margin.share.size(); ++label) {
    const double weight = weight_of(variable, label), share = margin.share[label][band_];
    if (weight > 0 && std::isnan(share)) return std::nullopt;
    if (weight <= 0) continue;
    with += weight * share;
    all += weight;
  }
  return all > 0 ? std::optional(with / all) : std::nullopt;
}

/// A second margin that names every label says the total once more: it must agree, and its last label then follows.
void BandSolver::add_margin(std::size_t number, std::optional<double>& total) {
  const TraitMargin& margin = cells_.trait().margins[number];
  const std::size_t variable = cells_.variable_of(margin.by);
  const std::optional<double> here = total_of(margin);
  double correction = 1;
  const bool repeats = here && total;
  if (repeats) {
    if (std::abs(*here - *total) > tolerance)
      throw bad_input(margin.place.file + ":" + std::to_string(margin.place.line) + ":" + std::to_string(margin.place.column) +
                      ": error: the margins of '" + cells_.trait().name + "' contradict one another" + name_of_band() + ": by " +
                      variable_name(profile_, margin.by) + " " + percent(*here) + " of all have it, by an earlier margin " +
                      percent(*total));
    correction = *here > 0 ? *total / *here : 1;
  }
  std::size_t last = constants_.size();
  for (std::size_t label = 0; label < margin.share.size(); ++label) {
    const double weight = weight_of(variable, label), share = margin.share[label][band_];
    if (weight <= 0 || std::isnan(share)) continue;
    const double wanted = possible(share * correction);
    last = constants_.size();
    constants_.push_back({number, variable, label, wanted, weight, total ? 0 : log(wanted / (1 - wanted))});
  }
  if (repeats && last < constants_.size()) constants_.pop_back();
  if (here && !total) total = here;
}

void BandSolver::link_cells() {
  for (CellOfBand& cell : in_band_)
    for (std::size_t k = 0; k < constants_.size(); ++k)
      if (cells_.label(cell.cell, constants_[k].variable) == constants_[k].label) cell.constants.push_back(k);
}

double BandSolver::probability_in(const CellOfBand& cell) const {
  double x = cell.offset;
  for (const std::size_t k : cell.constants) x += constants_[k].value;
  return logistic(x);
}

/// One Newton step, at most 1.5 a constant; true when every share is met.
bool BandSolver::step() {
  Matrix slope(constants_.size());
  std::vector<double> missing;
  for (const Constant& c : constants_) missing.push_back(c.share * c.weight);
  for (const CellOfBand& cell : in_band_) {
    const double p = probability_in(cell);
    for (const std::size_t k : cell.constants) {
      missing[k] -= cell.weight * p;
      for (const std::size_t j : cell.constants) slope(k, j) += cell.weight * p * (1 - p);
    }
  }
  bool met = true;
  for (std::size_t k = 0; k < constants_.size(); ++k) met = met && std::abs(missing[k]) < 1e-9 * constants_[k].weight;
  if (met) return true;
  if (!solve_symmetric(slope, missing)) fail();
  double largest = 0;
  for (const double change : missing) largest = std::max(largest, std::abs(change));
  const double length = std::min(1.0, 1.5 / largest);
  for (std::size_t k = 0; k < constants_.size(); ++k) constants_[k].value += length * missing[k];
  return false;
}

std::string BandSolver::name_of_band() const {
  if (cells_.trait().entity == Entity::household) return "";
  const AgeBand& band = cells_.trait().bands[band_];
  return " at ages " + std::to_string(band.from) + "-" + std::to_string(band.to);
}

/// Names the share that is missed most.
void BandSolver::fail() const {
  double worst = -1;
  std::string message;
  for (std::size_t k = 0; k < constants_.size(); ++k) {
    const Constant& c = constants_[k];
    double with = 0;
    for (const CellOfBand& cell : in_band_)
      if (std::find(cell.constants.begin(), cell.constants.end(), k) != cell.constants.end()) with += cell.weight * probability_in(cell);
    if (std::abs(with / c.weight - c.share) <= worst) continue;
    worst = std::abs(with / c.weight - c.share);
    const TraitMargin& margin = cells_.trait().margins[c.margin];
    message = margin.place.file + ":" + std::to_string(margin.place.line) + ":" + std::to_string(margin.place.column) +
              ": error: the margins of '" + cells_.trait().name + "'" + name_of_band() + " cannot all hold: by " +
              variable_name(profile_, margin.by) + ", " + label_name(profile_, margin.by, c.label) + " is to have " +
              percent(c.share) + ", and " + percent(with / c.weight) + " is as near as the others let it come";
  }
  throw bad_input(message);
}

void BandSolver::solve(std::vector<double>& probability) {
  bool met = constants_.empty();
  for (int i = 0; i < 100 && !met; ++i) met = step();
  if (!met) fail();
  for (const CellOfBand& cell : in_band_) probability[cell.cell] = probability_in(cell);
}

}  // namespace

std::vector<double> solve_trait(const Profile& profile, const TraitCells& cells, const std::vector<double>& weight) {
  std::vector<double> probability(cells.count());
  for (std::size_t band = 0; band < cells.trait().bands.size(); ++band) BandSolver(profile, cells, weight, band).solve(probability);
  return probability;
}

}  // namespace puente
