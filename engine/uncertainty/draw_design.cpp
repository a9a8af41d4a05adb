#include "engine/uncertainty/draw_design.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/core/random.hpp"

namespace puente {

const std::vector<std::string>& design_names() {
  static const std::vector<std::string> names = {"random", "sobol", "latin", "saltelli"};
  return names;
}

std::size_t DrawnParameters::factors() const {
  return factor_of.empty() ? 0 : *std::max_element(factor_of.begin(), factor_of.end()) + 1;
}

std::string design_mistake(DesignKind kind, std::int64_t draws, const DrawnParameters& parameters) {
  const std::string number = std::to_string(parameters.names.size());
  if (draws < 0) return "draws = " + std::to_string(draws) + ": give 0 for the central values alone, or 2 and more";
  if (draws == 0) return "";
  if (draws == 1) return "draws = 1 tells no spread: give 0 for the central values alone, or 2 and more";
  if (parameters.names.empty()) return "there is nothing to draw: no parameter says how sure it is (se, distribution, or low and high)";
  if (kind == DesignKind::sobol && parameters.names.size() > sobol_dimensions)
    return "design = \"sobol\" draws up to " + std::to_string(sobol_dimensions) + " parameters, not " + number + ": use \"random\" or \"latin\"";
  if (kind != DesignKind::saltelli) return "";
  if (2 * parameters.names.size() > sobol_dimensions)
    return "design = \"saltelli\" draws up to " + std::to_string(sobol_dimensions / 2) + " parameters, not " + number + ": use another design";
  const auto blocks = static_cast<std::int64_t>(parameters.factors()) + 2;
  if (draws % blocks == 0 && draws >= 2 * blocks) return "";
  const std::int64_t enough = std::max<std::int64_t>(2, (draws + blocks - 1) / blocks) * blocks;
  return "design = \"saltelli\" wants N·(k + 2) draws, and with k = " + std::to_string(blocks - 2) + " parameters or correlated groups " + std::to_string(draws) +
         " is no multiple of " + std::to_string(blocks) + " (twice that at least): give draws = " + std::to_string(enough);
}

DrawDesign::DrawDesign(DesignKind kind, std::int64_t draws, std::uint64_t seed, DrawnParameters parameters)
    : kind_(kind), draws_(draws), parameters_(std::move(parameters)) {
  if (const std::string mistake = design_mistake(kind, draws, parameters_); !mistake.empty()) throw bad_input(mistake);
  for (const std::string& name : parameters_.names) keys_.push_back(purpose_key(seed, "parameter " + name));
  const std::size_t n = keys_.size(), coordinates = kind == DesignKind::sobol ? n : kind == DesignKind::saltelli ? 2 * n : 0;
  for (std::size_t c = 0; c < coordinates; ++c) {
    directions_.push_back(sobol_directions(c));
    shifts_.push_back(draw_bits(keys_[c % n], {-1, 0, 0, static_cast<std::uint32_t>(c / n)}) >> (64 - sobol_bits));
  }
  if (kind == DesignKind::latin)
    for (std::size_t p = 0; p < n; ++p) make_strata(p);
}

/// A permutation of 0 … draws - 1: the draws in the order of keyed bits.
void DrawDesign::make_strata(std::size_t parameter) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> order;
  for (std::int64_t d = 0; d < draws_; ++d) order.emplace_back(draw_bits(keys_[parameter], {d + 1, 0, 0, 1}), d);
  std::sort(order.begin(), order.end());
  std::vector<std::int64_t>& strata = strata_.emplace_back(order.size());
  for (std::size_t s = 0; s < order.size(); ++s) strata[static_cast<std::size_t>(order[s].second)] = static_cast<std::int64_t>(s);
}

namespace {

/// Whole numbers with a comma every three digits.
std::string grouped(std::int64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

}  // namespace

std::string cost_in_words(const DrawDesign& design) {
  if (design.kind() != DesignKind::saltelli) return "";
  const auto factors = static_cast<std::int64_t>(design.parameters().factors());
  return "saltelli: " + grouped(design.draws() / (factors + 2)) + " rows of " + grouped(factors) + (factors == 1 ? " factor = " : " factors = ") +
         grouped(design.draws()) + " draws";
}

double DrawDesign::sobol_uniform(std::uint64_t point, std::size_t coordinate) const {
  const std::uint64_t k = sobol_coordinate(directions_[coordinate], point) ^ shifts_[coordinate];
  return uniform_of_bits(k << (64 - sobol_bits));
}

double DrawDesign::uniform(std::int64_t draw, std::size_t parameter) const {
  expect(draw >= 1 && draw <= draws_, "a draw is one of its design");
  if (kind_ == DesignKind::sobol) return sobol_uniform(static_cast<std::uint64_t>(draw - 1), parameter);
  if (kind_ == DesignKind::saltelli) {
    const SaltelliPlace at = saltelli_place(draw, parameters_.factors());
    const bool from_b = at.block == 1 || at.block == parameters_.factor_of[parameter] + 2;
    return sobol_uniform(static_cast<std::uint64_t>(at.row), parameter + (from_b ? keys_.size() : 0));
  }
  const double u = uniform_of_bits(draw_bits(keys_[parameter], {draw, 0, 0, 0}));
  if (kind_ == DesignKind::random) return u;
  const double stratum = static_cast<double>(strata_[parameter][static_cast<std::size_t>(draw - 1)]);
  return std::min((stratum + u) / static_cast<double>(draws_), 1.0 - 0x1p-53);
}

}  // namespace puente
