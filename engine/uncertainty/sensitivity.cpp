#include "engine/uncertainty/sensitivity.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "engine/core/error.hpp"

namespace puente {

namespace {

/// A spread below this part of the values' size is rounding.
constexpr double rounding = 1e-12;

/// Sums of a figure by block of draws or rows, and without each.
class BlockSums {
 public:
  void add(std::size_t block, double x) { blocks_[block] += x; }
  double without(std::size_t block) const {
    double sum = 0;
    for (std::size_t b = 0; b < jackknife_blocks; ++b) sum += b == block ? 0 : blocks_[b];
    return sum;
  }

 private:
  std::array<double, jackknife_blocks> blocks_{};
};

using Without = std::array<double, jackknife_blocks + 1>;  // last: without none

double jackknife_variance(const Without& values) {
  constexpr double blocks = jackknife_blocks;
  double mean = 0, squares = 0;
  for (std::size_t b = 0; b < jackknife_blocks; ++b) mean += values[b] / blocks;
  for (std::size_t b = 0; b < jackknife_blocks; ++b) squares += (values[b] - mean) * (values[b] - mean);
  return (blocks - 1) / blocks * squares;
}

/// Takes the mean off; false where nothing but rounding is left.
bool centre(std::vector<double>& values) {
  double mean = 0, size = 0, spread = 0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  for (double& v : values) {
    size = std::max(size, std::abs(v));
    v -= mean;
    spread = std::max(spread, std::abs(v));
  }
  return spread > rounding * size;
}

/// Number, sum and sum of squares of a figure's draws without each block.
struct Moments {
  Moments(const std::vector<double>& values, const std::vector<std::size_t>& blocks) {
    BlockSums count, sums, squares;
    for (std::size_t d = 0; d < values.size(); ++d) {
      count.add(blocks[d], 1);
      sums.add(blocks[d], values[d]);
      squares.add(blocks[d], values[d] * values[d]);
    }
    for (std::size_t b = 0; b <= no_block; ++b) {
      draws[b] = count.without(b);
      fitted[b] = sums.without(b) * sums.without(b) / draws[b];
      variation[b] = squares.without(b) - fitted[b];
    }
  }
  Without draws, fitted, variation;  // fitted: by the constant alone
};

SensitivityIndex first_order(const Moments& moments, const ExplainedWithout& explained, DrawKind kind) {
  const double n = moments.draws[no_block], p = explained[no_block].dimension;
  Without shares;
  double doubt = 0;  // what is not known of the correction
  for (std::size_t b = 0; b <= no_block; ++b) {
    const double unexplained = 1 - (explained[b].squares - moments.fitted[b]) / moments.variation[b];
    const double left = moments.draws[b] - explained[b].dimension;
    shares[b] = left > 0 ? 1 - unexplained * (moments.draws[b] - 1) / left : NAN;
    doubt = kind == DrawKind::even ? (1 - unexplained - shares[b]) / 2 : 0;
    shares[b] += doubt;
  }
  const double rest = std::clamp(1 - shares[no_block], 0.0, 1.0);
  const double quadratic = 2 * (p - 1) * rest * rest / ((n - p) * (n + 1));
  return {shares[no_block], std::sqrt(std::max(quadratic, jackknife_variance(shares) - quadratic) + doubt * doubt)};
}

}  // namespace

FirstOrderIndices::FirstOrderIndices(Factors factors, DrawKind kind) : factors_(std::move(factors)), kind_(kind) {
  std::vector<std::size_t> draws(factors_.at(0).at(0).size());
  std::iota(draws.begin(), draws.end(), 0);
  all_ = set_of(std::move(draws));
}

FirstOrderIndices::Set FirstOrderIndices::set_of(std::vector<std::size_t> draws) const {
  Set set{std::move(draws), {}, {}};
  set.blocks = blocks_of(set.draws.size());
  for (const auto& factor : factors_) {
    std::vector<std::vector<double>> there;
    for (const std::vector<double>& parameter : factor) {
      std::vector<double>& values = there.emplace_back();
      for (const std::size_t d : set.draws) values.push_back(parameter[d]);
    }
    set.spaces.push_back(factor.size() == 1 ? bins_of(there[0], set.blocks) : polynomials_of(there, set.blocks));
  }
  return set;
}

void FirstOrderIndices::of(std::span<const double> figure, std::span<SensitivityIndex> indices) {
  expect(figure.size() == all_.draws.size() && indices.size() == factors_.size(), "a figure has a value for each draw and an index for each factor");
  std::fill(indices.begin(), indices.end(), SensitivityIndex{});
  std::vector<std::size_t> there;
  std::vector<double> values;
  for (std::size_t d = 0; d < figure.size(); ++d) {
    if (!std::isfinite(figure[d])) continue;
    there.push_back(d);
    values.push_back(figure[d]);
  }
  if (values.size() < fewest_draws || !centre(values)) return;
  if (there.size() < figure.size() && there != some_.draws) some_ = set_of(there);
  const Set& set = there.size() == figure.size() ? all_ : some_;
  const Moments moments(values, set.blocks);
  for (std::size_t f = 0; f < set.spaces.size(); ++f)
    if (set.spaces[f] != nullptr) indices[f] = first_order(moments, set.spaces[f]->explain(values), kind_);
}

namespace {

/// The values of whole rows, centred by the mean of A and B.
std::vector<double> whole_rows(std::span<const double> figure, std::size_t each) {
  std::vector<double> rows;
  for (std::size_t first = 0; first + each <= figure.size(); first += each)
    if (std::all_of(&figure[first], &figure[first] + each, [](double v) { return std::isfinite(v); })) rows.insert(rows.end(), &figure[first], &figure[first] + each);
  double mean = 0;
  for (std::size_t first = 0; first < rows.size(); first += each) mean += rows[first] + rows[first + 1];
  mean *= static_cast<double>(each) / (2 * static_cast<double>(std::max<std::size_t>(rows.size(), 1)));
  for (double& v : rows) v -= mean;
  return rows;
}

/// Mean and variance of A and B without each block of rows.
struct RowMoments {
  RowMoments(const std::vector<double>& values, std::size_t each, const std::vector<std::size_t>& blocks) {
    BlockSums count, sums, squares;
    for (std::size_t row = 0; row * each < values.size(); ++row) {
      const double a = values[row * each], b = values[row * each + 1];
      count.add(blocks[row], 1);
      sums.add(blocks[row], a + b);
      squares.add(blocks[row], a * a + b * b);
    }
    for (std::size_t b = 0; b <= no_block; ++b) {
      rows[b] = count.without(b);
      mean[b] = sums.without(b) / (2 * rows[b]);
      variance[b] = (squares.without(b) - 2 * rows[b] * mean[b] * mean[b]) / (2 * rows[b] - 1);
    }
  }
  Without rows, mean, variance;
};

}  // namespace

void SaltelliIndices::of(std::span<const double> figure, std::span<SensitivityIndex> first, std::span<SensitivityIndex> total) const {
  const std::size_t each = factors_ + 2;
  expect(figure.size() % each == 0 && first.size() == factors_ && total.size() == factors_, "a figure has whole rows of draws");
  std::fill(first.begin(), first.end(), SensitivityIndex{});
  std::fill(total.begin(), total.end(), SensitivityIndex{});
  const std::vector<double> values = whole_rows(figure, each);
  std::vector<double> spread = values;
  if (values.size() < fewest_rows * each || !centre(spread)) return;
  const std::vector<std::size_t> blocks = blocks_of(values.size() / each);
  const RowMoments moments(values, each, blocks);
  for (std::size_t f = 0; f < factors_; ++f) {
    BlockSums products, changes, squares;
    for (std::size_t row = 0; row * each < values.size(); ++row) {
      const double *of = &values[row * each], change = of[2 + f] - of[0];
      products.add(blocks[row], of[1] * change);
      changes.add(blocks[row], change);
      squares.add(blocks[row], change * change);
    }
    Without alone, together;
    for (std::size_t b = 0; b <= no_block; ++b) {
      const double scale = moments.rows[b] * moments.variance[b];
      alone[b] = (products.without(b) - moments.mean[b] * changes.without(b)) / scale;
      together[b] = squares.without(b) / (2 * scale);
    }
    first[f] = {alone[no_block], std::sqrt(jackknife_variance(alone))};
    total[f] = {together[no_block], std::sqrt(jackknife_variance(together))};
  }
}

}  // namespace puente
