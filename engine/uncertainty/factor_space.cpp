#include "engine/uncertainty/factor_space.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "engine/core/random.hpp"

namespace puente {

namespace {

constexpr std::size_t most_bins = 25;
/// More would take longer than they are worth.
constexpr std::size_t most_terms = 100;
constexpr std::size_t ways = jackknife_blocks + 1;
/// A sum of squares of which a smaller part is left is rounding.
constexpr double negligible = 1e-10;
/// Of a bin, in standard deviations of the parameter; a narrower one holds one value.
constexpr double least_width = 1e-10;

std::vector<double> standardised(const std::vector<double>& values) {
  const double n = static_cast<double>(values.size()), mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  const double scale = squares > 0 ? 1 / std::sqrt(squares / n) : 0;
  std::vector<double> result;
  for (const double v : values) result.push_back((v - mean) * scale);
  return result;
}

std::size_t bins_wanted(std::size_t draws, std::size_t values) {
  if (values * values <= draws) return values;
  std::size_t bins = 1;
  while (bins < most_bins && (bins + 1) * (bins + 1) * (bins + 1) <= draws) ++bins;
  return bins;
}

/// The bin of each draw, numbered without gaps.
std::vector<std::size_t> bin_of_each(const std::vector<double>& values) {
  const std::size_t n = values.size();
  std::vector<std::size_t> order(n), bins(n);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] != values[b] ? values[a] < values[b] : a < b; });
  std::size_t different = 1;
  for (std::size_t i = 1; i < n; ++i) different += values[order[i]] != values[order[i - 1]];
  const std::size_t wanted = bins_wanted(n, different);
  std::size_t first = 0, bin = 0;  // first: the rank of the first draw with this value
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0 && values[order[i]] != values[order[i - 1]]) {
      bin += different == wanted || i * wanted / n != first * wanted / n;
      first = i;
    }
    bins[order[i]] = bin;
  }
  return bins;
}

/// Tables are [bin][block], one column more for no block, so that loops over blocks are wide.
class Bins final : public FactorSpace {
 public:
  Bins(const std::vector<double>& parameter, const std::vector<std::size_t>& blocks);
  ExplainedWithout explain(std::span<const double> figure) override;

 private:
  void count();
  void count_bin(std::size_t first, const std::vector<double>& draws, const std::vector<double>& squares);
  std::vector<std::size_t> cell_;                          ///< of each draw
  std::vector<double> within_;                             ///< the parameter of each draw, minus the mean of its bin
  std::vector<double> inverse_draws_, shift_, inverse_spread_;  ///< without a block: 1 / draws, mean and 1 / sum of squares of within_; 0 for none
  std::array<double, ways> dimension_{};
  std::vector<double> sums_, products_;
};

Bins::Bins(const std::vector<double>& parameter, const std::vector<std::size_t>& blocks) : within_(standardised(parameter)) {
  const std::vector<std::size_t> bin = bin_of_each(parameter);
  const std::size_t bins = *std::max_element(bin.begin(), bin.end()) + 1;
  std::vector<double> mean(bins, 0), draws(bins, 0);
  for (std::size_t d = 0; d < bin.size(); ++d) {
    mean[bin[d]] += within_[d];
    ++draws[bin[d]];
    cell_.push_back(bin[d] * ways + blocks[d]);
  }
  for (std::size_t d = 0; d < bin.size(); ++d) within_[d] -= mean[bin[d]] / draws[bin[d]];
  sums_.resize(bins * ways);
  products_.resize(bins * ways);
  count();
}

void Bins::count() {
  std::vector<double> draws(sums_.size(), 0), squares(sums_.size(), 0);
  for (std::vector<double>* table : {&inverse_draws_, &shift_, &inverse_spread_}) table->assign(sums_.size(), 0);
  for (std::size_t d = 0; d < cell_.size(); ++d) {
    ++draws[cell_[d]];
    shift_[cell_[d]] += within_[d];
    squares[cell_[d]] += within_[d] * within_[d];
  }
  for (std::size_t first = 0; first < sums_.size(); first += ways) count_bin(first, draws, squares);
}

double row_sum(const std::vector<double>& table, std::size_t first) { return std::accumulate(&table[first], &table[first] + ways, 0.0); }

void Bins::count_bin(std::size_t first, const std::vector<double>& draws, const std::vector<double>& squares) {
  const double all = row_sum(draws, first), all_shift = row_sum(shift_, first), all_squares = row_sum(squares, first);
  const bool wide = all_squares > least_width * least_width * all;
  for (std::size_t i = first; i < first + ways; ++i) {
    const double left = all - draws[i], shift = all_shift - shift_[i];
    shift_[i] = left > 0 ? shift / left : 0;
    if (left <= 0) continue;
    inverse_draws_[i] = 1 / left;
    dimension_[i - first] += 1;
    const double spread = all_squares - squares[i] - shift * shift_[i];
    if (!wide || spread <= negligible * all_squares) continue;
    inverse_spread_[i] = 1 / spread;
    dimension_[i - first] += 1;
  }
}

ExplainedWithout Bins::explain(std::span<const double> figure) {
  std::fill(sums_.begin(), sums_.end(), 0.0);
  std::fill(products_.begin(), products_.end(), 0.0);
  for (std::size_t d = 0; d < figure.size(); ++d) {
    sums_[cell_[d]] += figure[d];
    products_[cell_[d]] += within_[d] * figure[d];
  }
  std::array<double, ways> squares{};
  for (std::size_t first = 0; first < sums_.size(); first += ways) {
    const double all = row_sum(sums_, first), all_products = row_sum(products_, first);
    for (std::size_t b = 0, i = first; b < ways; ++b, ++i) {
      const double left = all - sums_[i], product = all_products - products_[i] - left * shift_[i];
      squares[b] += left * left * inverse_draws_[i] + product * product * inverse_spread_[i];
    }
  }
  ExplainedWithout result;
  for (std::size_t b = 0; b < ways; ++b) result[b] = {squares[b], dimension_[b]};
  return result;
}

/// Cholesky with the largest pivot first of a matrix of cross products: what is left of a term by those before it. Terms of which
/// nothing is left are dropped.
class CrossProducts {
 public:
  explicit CrossProducts(std::size_t terms) : terms_(terms), matrix_(terms * terms, 0) {}
  /// A draw's terms.
  void add(const double* row) {
    for (std::size_t i = 0; i < terms_; ++i)
      for (std::size_t j = 0; j < terms_; ++j) matrix_[i * terms_ + j] += row[i] * row[j];
  }
  void add(const CrossProducts& other) {
    for (std::size_t i = 0; i < matrix_.size(); ++i) matrix_[i] += other.matrix_[i];
  }
  void take_from(const CrossProducts& all) {
    for (std::size_t i = 0; i < matrix_.size(); ++i) matrix_[i] = all.matrix_[i] - matrix_[i];
  }
  void factorise();
  /// v'(A⁻¹)v, by the terms that are kept.
  double squares(const std::vector<double>& products) const;
  std::size_t rank() const { return kept_.size(); }

 private:
  std::size_t terms_;
  std::vector<double> matrix_;
  std::vector<std::size_t> kept_;   ///< terms in the order of their pivots
  std::vector<double> root_;        ///< rows of the triangle, one after another
};

void CrossProducts::factorise() {
  std::vector<double> left(terms_);
  for (std::size_t i = 0; i < terms_; ++i) left[i] = matrix_[i * terms_ + i];
  std::vector<std::vector<double>> columns;  // [pivot][term]
  while (columns.size() < terms_) {
    const auto pivot = static_cast<std::size_t>(std::max_element(left.begin(), left.end()) - left.begin());
    if (!(left[pivot] > negligible * matrix_[pivot * terms_ + pivot])) break;
    std::vector<double>& column = columns.emplace_back(terms_);
    const double diagonal = std::sqrt(left[pivot]);
    for (std::size_t i = 0; i < terms_; ++i) {
      double product = matrix_[i * terms_ + pivot];
      for (std::size_t k = 0; k + 1 < columns.size(); ++k) product -= columns[k][i] * columns[k][pivot];
      column[i] = product / diagonal;
      left[i] -= column[i] * column[i];
    }
    left[pivot] = 0;
    kept_.push_back(pivot);
  }
  for (std::size_t i = 0; i < kept_.size(); ++i)
    for (std::size_t k = 0; k <= i; ++k) root_.push_back(columns[k][kept_[i]]);
}

double CrossProducts::squares(const std::vector<double>& products) const {
  std::vector<double> solved(kept_.size());
  double sum = 0;
  const double* row = root_.data();
  for (std::size_t i = 0; i < kept_.size(); row += ++i) {
    double left = products[kept_[i]];
    for (std::size_t k = 0; k < i; ++k) left -= row[k] * solved[k];
    solved[i] = left / row[i];
    sum += solved[i] * solved[i];
  }
  return sum;
}

class Polynomials final : public FactorSpace {
 public:
  Polynomials(const std::vector<std::vector<double>>& parameters, bool quadratic, const std::vector<std::size_t>& blocks);
  ExplainedWithout explain(std::span<const double> figure) override;

 private:
  std::size_t terms_;
  std::vector<std::size_t> blocks_;
  std::vector<double> values_;           ///< [draw][term]
  std::vector<CrossProducts> without_;   ///< a block of draws; last: none
};

std::size_t quadratic_terms(std::size_t k) { return 1 + 2 * k + k * (k - 1) / 2; }

Polynomials::Polynomials(const std::vector<std::vector<double>>& parameters, bool quadratic, const std::vector<std::size_t>& blocks)
    : terms_(quadratic ? quadratic_terms(parameters.size()) : 1 + parameters.size()), blocks_(blocks), without_(ways, CrossProducts(terms_)) {
  std::vector<std::vector<double>> x;
  for (const std::vector<double>& parameter : parameters) x.push_back(standardised(parameter));
  const std::size_t draws = parameters[0].size();
  for (std::size_t d = 0; d < draws; ++d) {
    values_.push_back(1);
    for (const std::vector<double>& of : x) values_.push_back(of[d]);
    for (std::size_t i = 0; quadratic && i < x.size(); ++i)
      for (std::size_t j = 0; j <= i; ++j) values_.push_back(x[i][d] * x[j][d]);
    without_[blocks_[d]].add(&values_[d * terms_]);  // the block itself, which is taken from all below
  }
  CrossProducts all(terms_);
  for (std::size_t b = 0; b < jackknife_blocks; ++b) all.add(without_[b]);
  for (CrossProducts& products : without_) {
    products.take_from(all);
    products.factorise();
  }
}

ExplainedWithout Polynomials::explain(std::span<const double> figure) {
  std::vector<std::vector<double>> sums(ways, std::vector<double>(terms_, 0));
  for (std::size_t d = 0; d < figure.size(); ++d)
    for (std::size_t i = 0; i < terms_; ++i) sums[blocks_[d]][i] += figure[d] * values_[d * terms_ + i];
  std::vector<double> all(terms_, 0);
  for (const std::vector<double>& sum : sums)
    for (std::size_t i = 0; i < terms_; ++i) all[i] += sum[i];
  ExplainedWithout result;
  std::vector<double> left(terms_);
  for (std::size_t b = 0; b < ways; ++b) {
    for (std::size_t i = 0; i < terms_; ++i) left[i] = all[i] - sums[b][i];
    result[b] = {without_[b].squares(left), static_cast<double>(without_[b].rank())};
  }
  return result;
}

}  // namespace

std::vector<std::size_t> blocks_of(std::size_t n) {
  const std::uint64_t key = purpose_key(0, "jackknife");
  std::vector<std::pair<std::uint64_t, std::size_t>> lots;
  for (std::size_t d = 0; d < n; ++d) lots.emplace_back(draw_bits(key, {static_cast<std::int64_t>(d), 0, 0, 0}), d);
  std::sort(lots.begin(), lots.end());
  std::vector<std::size_t> blocks(n);
  for (std::size_t i = 0; i < n; ++i) blocks[lots[i].second] = i % jackknife_blocks;
  return blocks;
}

std::unique_ptr<FactorSpace> bins_of(const std::vector<double>& parameter, const std::vector<std::size_t>& blocks) {
  return std::make_unique<Bins>(parameter, blocks);
}

std::unique_ptr<FactorSpace> polynomials_of(const std::vector<std::vector<double>>& parameters, const std::vector<std::size_t>& blocks) {
  const std::size_t draws = blocks.size(), k = parameters.size();
  if (draws < draws_wanted(k)) return nullptr;
  return std::make_unique<Polynomials>(parameters, quadratic_terms(k) <= std::min(most_terms, draws / 10), blocks);
}

}  // namespace puente
