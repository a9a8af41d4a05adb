#include "bench/hand_loop.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace puente::bench {

namespace {

constexpr float line = 214;
constexpr double size = 5;
constexpr std::size_t block = 512;

/// Bins by exponent and the upper bits of the mantissa: 256 an octave, from 2^lowest_octave. What lies below counts in
/// the first bin, what lies above in the last.
constexpr int mantissa_bits = 8, lowest_octave = 0, octaves = 24;
constexpr std::size_t bins = static_cast<std::size_t>(octaves) << mantissa_bits;
constexpr std::int32_t first_bits = (127 + lowest_octave) << mantissa_bits;
constexpr double relative_width = 1.0 / (1 << mantissa_bits);

double lower_border(std::size_t bin) {
  return std::bit_cast<float>((first_bits + static_cast<std::int32_t>(bin)) << (23 - mantissa_bits));
}

struct Sums {
  double weight = 0, poor = 0, gap = 0, squared_gap = 0;
};

/// Welfare, weight and bin of the households of one block.
struct Scratch {
  alignas(64) float y[block];
  alignas(64) float w[block];
  alignas(64) std::int32_t bin[block];
};

/// Sums in single precision over one block only: within it a lane adds some tens of terms.
inline void block_sums(const HandColumns& c, std::size_t first, std::size_t n, Scratch& s, Sums& sums) {
  const float* income = c.income + first;
  const float* weight = c.weight + first;
  const float* land = c.land + first;
  const std::uint8_t* rural = c.rural + first;
  const std::int8_t* kids = c.kids + first;
  float all = 0, poor = 0, gap = 0, squared = 0;
#pragma omp simd reduction(+ : all, poor, gap, squared)
  for (std::size_t i = 0; i < n; ++i) {
    const int children = kids[i];
    const bool eligible = (rural[i] != 0) & (children > 0) & (land[i] < 2.0f);
    const float grown = eligible & (land[i] > 0.5f) ? income[i] * 1.43f : income[i];
    const float grant = eligible ? 20.0f + 5.0f * static_cast<float>(children < 3 ? children : 3) : 0.0f;
    const float y = (grown + grant) * (4.0f / static_cast<float>(size));
    const float w = weight[i];
    const float short_of = std::max(0.0f, (line - y) * (1 / line));
    all += w;
    poor += y < line ? w : 0.0f;
    gap += w * short_of;
    squared += w * short_of * short_of;
    const std::int32_t bin = (std::bit_cast<std::int32_t>(y) >> (23 - mantissa_bits)) - first_bits;
    s.y[i] = y;
    s.w[i] = w;
    s.bin[i] = std::min(std::max(bin, 0), static_cast<std::int32_t>(bins) - 1);
  }
  sums.weight += static_cast<double>(all);
  sums.poor += static_cast<double>(poor);
  sums.gap += static_cast<double>(gap);
  sums.squared_gap += static_cast<double>(squared);
}

}  // namespace

struct HandLoop::Bins {
  struct alignas(16) Bin {
    double w = 0, wy = 0;
  };
  alignas(64) Bin bin[bins];
  Sums sums;
  void add(const HandColumns& columns, std::size_t first, std::size_t last);
  void merge(const Bins& other);
  Figures finish() const;
};

void HandLoop::Bins::add(const HandColumns& columns, std::size_t first, std::size_t last) {
  Scratch scratch;
  for (; first < last; first += block) {
    const std::size_t n = std::min(block, last - first);
    block_sums(columns, first, n, scratch, sums);
    for (std::size_t i = 0; i < n; ++i) {
      const auto w = static_cast<double>(scratch.w[i]);
      Bin& to = bin[scratch.bin[i]];
      to.w += w;
      to.wy += w * static_cast<double>(scratch.y[i]);
    }
  }
}

void HandLoop::Bins::merge(const Bins& other) {
  for (std::size_t b = 0; b < bins; ++b) {
    bin[b].w += other.bin[b].w;
    bin[b].wy += other.bin[b].wy;
  }
  sums.weight += other.sums.weight;
  sums.poor += other.sums.poor;
  sums.gap += other.sums.gap;
  sums.squared_gap += other.sums.squared_gap;
}

/// The records of a bin are taken to lie at their mean; the limit of a decile between the borders of its bin.
Figures HandLoop::Bins::finish() const {
  Figures result;
  double total_w = 0, total_wy = 0;
  for (const Bin& b : bin) {
    total_w += b.w;
    total_wy += b.wy;
  }
  result.persons = size * total_w;
  result.mean = total_wy / total_w;
  result.fgt = {sums.poor / total_w, sums.gap / total_w, sums.squared_gap / total_w};
  double w = 0, wy = 0, twice_area = 0, last_share = 0;
  std::size_t decile = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    if (bin[b].w == 0) continue;
    while (decile < 9 && w + bin[b].w >= total_w * static_cast<double>(decile + 1) / 10) {
      const double part = (total_w * static_cast<double>(decile + 1) / 10 - w) / bin[b].w;
      const double share = (wy + part * bin[b].wy) / total_wy;
      result.decile_limit[decile] = lower_border(b) + part * (lower_border(b + 1) - lower_border(b));
      result.decile_share[decile] = share - last_share;
      last_share = share;
      ++decile;
    }
    const double width = lower_border(b + 1) - lower_border(b), p = bin[b].w / total_w;
    twice_area += p * (2 * wy + bin[b].wy) / total_wy;
    result.gini_error_bound += p * p * width / (4 * result.mean);
    result.share_error_bound = std::max(result.share_error_bound, p * width / (2 * result.mean));
    w += bin[b].w;
    wy += bin[b].wy;
  }
  result.decile_share[9] = 1 - last_share;
  result.gini = 1 - twice_area;
  result.limit_error_bound = relative_width;
  return result;
}

HandLoop::HandLoop(int threads) : threads_(threads), bins_(std::make_unique<Bins[]>(static_cast<std::size_t>(threads))) {}
HandLoop::~HandLoop() = default;

Figures HandLoop::run(const HandColumns& columns) {
#pragma omp parallel for schedule(static) num_threads(threads_)
  for (int t = 0; t < threads_; ++t) {
    const auto thread = static_cast<std::size_t>(t), all = static_cast<std::size_t>(threads_);
    bins_[thread] = {};
    bins_[thread].add(columns, columns.n * thread / all, columns.n * (thread + 1) / all);
  }
  for (int t = 1; t < threads_; ++t) bins_[0].merge(bins_[static_cast<std::size_t>(t)]);
  return bins_[0].finish();
}

}  // namespace puente::bench
