// Data sets that welfare tallies stumble over, and a way to tally one however it is laid out: ranks, threads, blocks.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "engine/statistics/order_records.hpp"
#include "engine/statistics/welfare_tally.hpp"
#include "tests/statistics/thread_ranks.hpp"

namespace puente::testing {

/// Records with a group each (1 to 3, or none), and entries of a grouping that does not go by record (slots 4 and 5).
struct Sample {
  std::vector<double> y, w, z;
  std::vector<std::int32_t> slot;
  struct Entry { std::int32_t record, slot; double w; };
  std::vector<Entry> entries;
  static constexpr std::size_t slots = 6;
};

enum class Kind { smooth, ties, negative, wide_weights, equal, heavy_tail, normalised, powers_of_two, near_zero, nearly_cancelling, tiny, huge };
inline constexpr Kind kinds[] = {Kind::smooth,     Kind::ties,          Kind::negative,  Kind::wide_weights,      Kind::equal, Kind::heavy_tail,
                                 Kind::normalised, Kind::powers_of_two, Kind::near_zero, Kind::nearly_cancelling, Kind::tiny,  Kind::huge};

inline Sample sample_of(Kind kind, std::size_t n, std::uint64_t seed) {
  std::mt19937_64 bits(seed * 1000 + static_cast<std::uint64_t>(kind));
  const auto uniform = [&] { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; };
  const auto below = [&](int k) { return static_cast<double>(bits() % static_cast<std::uint64_t>(k)); };
  const auto value = [&]() -> double {
    switch (kind) {
      case Kind::ties: return below(6);
      case Kind::negative: return below(10) == 0 ? 0.0 : 300 * uniform() - 40;
      case Kind::equal: return 117.3;
      case Kind::heavy_tail: return 50 * std::pow(uniform(), -1 / 1.05);
      case Kind::powers_of_two: return std::ldexp(1.0, static_cast<int>(below(12)) - 3);
      case Kind::near_zero: return below(3) == 0 ? 0.0 : below(2) == 0 ? 1e-6 * uniform() : 0.01 * uniform();
      case Kind::nearly_cancelling: return 200 * uniform() - 99;
      case Kind::tiny: return 1e-20 * (1 + below(9));
      case Kind::huge: return below(50) == 0 ? 1e30 : 1e9 * uniform();
      default: return std::exp(5 + 2 * (uniform() + uniform() + uniform() - 1.5));
    }
  };
  const auto weight = [&]() -> double {
    switch (kind) {
      case Kind::ties: case Kind::powers_of_two: return 1 + below(4);
      case Kind::wide_weights: return std::pow(10.0, 12 * uniform() - 6);
      case Kind::normalised: return (0.5 + uniform()) / static_cast<double>(n);
      default: return below(20) == 0 ? 0.0 : 0.3 + 5 * uniform();
    }
  };
  Sample s;
  for (std::size_t i = 0; i < n; ++i) {
    s.y.push_back(value());
    s.w.push_back(i == 0 ? 1.5 : weight());
    s.z.push_back(100 + 50 * below(2));
    s.slot.push_back(static_cast<std::int32_t>(below(i < 9 ? 3 : 4)) + (i < 9 ? 1 : 0));
    if (s.slot.back() == 0) s.slot.back() = -1;
    for (int entry = static_cast<int>(below(3)); entry > 0; --entry)
      s.entries.push_back({static_cast<std::int32_t>(i), 4 + static_cast<std::int32_t>(below(2)), s.w.back() / 2});
  }
  return s;
}

inline WelfareStatistics everything(Precision precision) {
  WelfareStatistics asked;
  asked.precision = precision;
  asked.lines = 1;
  asked.slots = Sample::slots;
  asked.groupings = {{1, 3}, {4, 2}};
  asked.quantiles = {0.01, 0.05, 0.1, 0.25, 0.5, 0.6, 0.75, 0.9, 0.99, 1};
  return asked;
}

struct TallyLayout {
  int ranks = 1, threads = 1;
  std::size_t block = 1000;
};

/// Hands records [first, last) of the sample, with their entries, to `add`, block by block.
template <class Tally>
void add_blocks(Tally& tally, const Sample& s, std::size_t first, std::size_t last, std::size_t block) {
  for (; first < last; first += block) {
    const std::size_t n = std::min(block, last - first);
    std::vector<std::int32_t> slot, record;
    std::vector<double> w;
    for (const Sample::Entry& e : s.entries) {
      const auto at = static_cast<std::size_t>(e.record);
      if (at < first || at >= first + n) continue;
      slot.push_back(e.slot);
      record.push_back(static_cast<std::int32_t>(at - first));
      w.push_back(e.w);
    }
    const double* line = s.z.data() + first;
    const GroupingEntries groupings[] = {{n, true, s.slot.data() + first, nullptr, nullptr},
                                         {slot.size(), false, slot.data(), record.data(), w.data()}};
    tally.add(WelfareRecords{n, s.y.data() + first, s.w.data() + first, std::span(&line, 1)}, groupings);
  }
}

struct Tallied {
  std::vector<WelfareResult> results;
  std::vector<bool> in_order;  ///< slots of a sketch that were put in order in a second walk; empty: none
};

/// What rank 0 finds; all ranks must find the same.
inline Tallied tally(const Sample& s, const WelfareStatistics& asked, const TallyLayout& layout = {}) {
  std::vector<Tallied> found(static_cast<std::size_t>(layout.ranks));
  run_ranks(layout.ranks, [&](Exchange& exchange) {
    const auto parts = static_cast<std::size_t>(layout.ranks * layout.threads);
    const auto walk = [&](auto make) {
      std::vector<decltype(make())> of_thread;
      for (int t = 0; t < layout.threads; ++t) {
        const auto part = static_cast<std::size_t>(exchange.rank() * layout.threads + t);
        of_thread.push_back(make());
        add_blocks(of_thread.back(), s, s.y.size() * part / parts, s.y.size() * (part + 1) / parts, layout.block);
      }
      for (std::size_t t = 1; t < of_thread.size(); ++t) of_thread[0].merge(std::move(of_thread[t]));
      return std::move(of_thread[0]);
    };
    WelfareTally tally = walk([&] { return WelfareTally(asked); });
    tally.reduce(exchange);
    Tallied& mine = found[static_cast<std::size_t>(exchange.rank())];
    mine.in_order = tally.too_coarse();
    ThreadTeam team(layout.threads);
    if (mine.in_order.empty()) {
      mine.results = tally.finish(exchange, team);
    } else {
      OrderRecords records = walk([&] { return OrderRecords(asked, mine.in_order); });
      mine.results = tally.finish(exchange, team, &records);
    }
  });
  return found[0];
}

/// Every figure of a result, one after the other.
inline std::vector<double> figures(const WelfareResult& r) {
  std::vector<double> all = {r.weight, r.records, r.total, r.mean, r.n_negative, r.n_zero, r.excluded_from_logs};
  for (const auto& line : r.lines) all.insert(all.end(), {line.fgt[0], line.fgt[1], line.fgt[2], line.watts, line.poor, line.total_gap});
  for (const auto* values : {&r.entropy, &r.atkinson}) all.insert(all.end(), values->begin(), values->end());
  return all;
}

/// Those that need an order.
inline std::vector<double> ordered_figures(const WelfareResult& r) {
  std::vector<double> all = {r.gini, r.palma, r.s80_s20, r.p90_p10};
  for (const auto* values : {&r.quantile, &r.lorenz, &r.decile_share}) all.insert(all.end(), values->begin(), values->end());
  return all;
}

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::bit_cast<std::uint64_t>(a[i]) != std::bit_cast<std::uint64_t>(b[i]) && !(std::isnan(a[i]) && std::isnan(b[i]))) return false;
  return true;
}

}  // namespace puente::testing
