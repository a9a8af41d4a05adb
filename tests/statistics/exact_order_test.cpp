// Exact order statistics have the bits of the definition, computed plainly: one record after the other in a sorted list, whole
// weights of 128 bits, whatever the weights, the ties and the layout.
#include "engine/statistics/exact_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/statistics/buckets.hpp"
#include "engine/statistics/exact_sum.hpp"
#include "engine/statistics/key_bytes.hpp"
#include "engine/statistics/selection.hpp"
#include "tests/statistics/thread_ranks.hpp"

namespace puente::testing {
namespace {

enum class Case { plain, single_precision, decimals, ties, equal, mostly_zero, negative, specks, masses, outliers };
constexpr Case cases[] = {Case::plain, Case::single_precision, Case::decimals, Case::ties, Case::equal,
                          Case::mostly_zero, Case::negative, Case::specks, Case::masses, Case::outliers};
constexpr std::size_t slots = 9;  ///< everybody, 1 … 3 and 4 … 8

struct Sample {
  std::vector<double> y, w;
  std::vector<std::int32_t> region, age;  ///< slots, −1 for none
};

Sample sample_of(Case kind, std::size_t n) {
  std::mt19937_64 source(n + 100 * static_cast<std::uint64_t>(kind));
  std::lognormal_distribution<double> income(5, 0.8);
  std::uniform_real_distribution<double> unit(0, 1);
  Sample s;
  for (std::size_t i = 0; i < n; ++i) {
    double y = income(source), w = 0.5 + unit(source);
    if (kind == Case::single_precision) w = 5 * static_cast<double>(static_cast<float>(100 + 900 * w));
    if (kind == Case::decimals) w = std::floor(1000 * w) / 10;
    if (kind == Case::ties || kind == Case::mostly_zero) y = std::floor(y / 3) / 7;
    if (kind == Case::mostly_zero && i % 10 != 0) y = 0;
    if (kind == Case::equal) y = 42.1;
    if (kind == Case::negative && i % 5 == 0) y = -y / 10;
    if (kind == Case::specks) w *= i % 2 == 0 ? 0x1p-30 : i % 3 == 0 ? 0x1p-60 : 0x1p-79;  // some round to nothing
    if (kind == Case::masses) w *= i % 7 == 0 ? 0x1p32 : 0x1p20;  // more than two 64-bit parts hold
    if (kind == Case::outliers && i % 1000 == 17) y *= i % 2000 < 1000 ? 1e12 : 1e-12;
    s.y.push_back(y);
    s.w.push_back(i % 11 == 3 ? 0.0 : w);
    s.region.push_back(1 + static_cast<std::int32_t>(source() % 3));
    s.age.push_back(i % 6 == 0 ? -1 : 4 + static_cast<std::int32_t>(source() % 5));
  }
  return s;
}

bool counts(const Sample& s, std::size_t i, std::int32_t slot) { return slot == 0 || s.region[i] == slot || s.age[i] == slot; }

/// The twin: distinct values with their whole weights, in order.
OrderStatistics plainly(const Sample& s, std::int32_t slot, const OrderPlan& plan) {
  std::map<std::uint64_t, Wide> weight_at;
  std::map<std::uint64_t, ExactSum> income_at;
  Wide total = 0;
  ExactSum income, gini;
  for (std::size_t i = 0; i < s.y.size(); ++i) {
    if (!(s.w[i] > 0) || !counts(s, i, slot)) continue;
    weight_at[ordered_bits(s.y[i])] += fixed_weight(s.w[i]);
    income_at[ordered_bits(s.y[i])].add(s.w[i] * s.y[i]);
    income.add(s.w[i] * s.y[i]);
    total += fixed_weight(s.w[i]);
  }
  OrderStatistics found = OrderStatistics::missing(plan.size());
  if (total == 0) return found;
  int shift = 0;
  while (((2 * total) >> shift) >> 62 != 0) ++shift;
  const double unit = static_cast<double>(static_cast<Wide>(1) << shift) / static_cast<double>(total);
  const std::vector<Wide> thresholds = plan.thresholds(total);
  std::size_t next = 0;
  Wide before = 0;
  ExactSum up_to;
  for (const auto& [key, weight] : weight_at) {
    const double y = from_ordered_bits(key);
    up_to.merge(income_at[key]);
    gini.add((y * weight_of(weight)) * (static_cast<double>(static_cast<std::int64_t>((2 * before + weight) >> shift)) * unit));
    for (before += weight; next < thresholds.size() && thresholds[next] <= before; ++next) {
      found.quantile[next] = y;
      found.lorenz[next] = (up_to.value() - y * weight_of(before - thresholds[next])) / income.value();
    }
  }
  if (!(income.value() > 0)) {
    found.lorenz = OrderStatistics::missing(plan.size()).lorenz;
    return found;
  }
  found.gini = std::max(0.0, gini.value() / income.value() - 1);
  return found;
}

void expect_same(const OrderStatistics& found, const OrderStatistics& should) {
  const auto same = [](double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b)); };
  EXPECT_TRUE(same(found.gini, should.gini)) << found.gini << " " << should.gini;
  for (std::size_t q = 0; q < should.quantile.size(); ++q) {
    EXPECT_TRUE(same(found.quantile[q], should.quantile[q])) << q << ": " << found.quantile[q] << " " << should.quantile[q];
    EXPECT_TRUE(same(found.lorenz[q], should.lorenz[q])) << q << ": " << found.lorenz[q] << " " << should.lorenz[q];
  }
}

/// Those of the samples; more ages than there are make cells take more bytes.
StoredSlots stored_slots(std::int32_t ages = 5) {
  return {static_cast<std::size_t>(4 + ages), true, {{1, 3}, {4, ages, true}}};
}

/// Records of a rank with a key of the part, some of them kept by each of three stores.
RecordStore store_of(const Sample& s, int rank, int ranks, const KeyPart& keys = {}, const StoredSlots& stored = stored_slots()) {
  RecordStore all(stored.labels());
  std::vector<std::vector<std::int32_t>> cells;
  for (int t = 0; t < 3; ++t) {
    RecordStore part(stored.labels());
    const std::size_t pieces = static_cast<std::size_t>(3 * ranks), piece = static_cast<std::size_t>(3 * rank + t);
    const std::size_t first = piece * s.y.size() / pieces, n = (piece + 1) * s.y.size() / pieces - first;
    const std::int32_t* by_grouping[] = {s.region.data() + first, s.age.data() + first};
    stored.find_cells(n, by_grouping, cells);
    std::vector<const std::int32_t*> labels;
    for (const auto& cell : cells) labels.push_back(cell.data());
    std::vector<double> w(s.w.begin() + static_cast<std::ptrdiff_t>(first), s.w.begin() + static_cast<std::ptrdiff_t>(first + n));
    for (std::size_t i = 0; i < n; ++i) w[i] = keys.holds(ordered_bits(s.y[first + i])) ? w[i] : 0.0;
    part.add(n, s.y.data() + first, w.data(), labels);
    all.merge(std::move(part));
  }
  return all;
}

TEST(ExactOrder, HasTheBitsOfTheDefinitionInEveryLayout) {
  const OrderPlan plan(std::vector<double>{0.0, 0.013, 0.5, 0.99, 1.0});
  for (const Case kind : cases)
    for (const std::size_t n : {std::size_t{1}, std::size_t{130}, std::size_t{30'000}}) {
      const Sample sample = sample_of(kind, n);
      std::vector<OrderStatistics> should;
      for (std::size_t s = 0; s < slots; ++s) should.push_back(plainly(sample, static_cast<std::int32_t>(s), plan));
      for (const auto& [ranks, threads] : {std::pair{1, 1}, std::pair{1, 4}, std::pair{3, 2}}) {
        SCOPED_TRACE("case " + std::to_string(static_cast<int>(kind)) + ", " + std::to_string(n) + " records, " + std::to_string(ranks) + " ranks");
        std::vector<OrderStatistics> found;
        run_ranks(ranks, [&, ranks = ranks, threads = threads](Exchange& exchange) {
          ThreadTeam team(threads);
          const std::size_t bytes = threads == 4 ? 2 : ranks == 3 && n == 130 ? 4 : 1;
          const StoredSlots stored = stored_slots(bytes == 4 ? 70'000 : bytes == 2 ? 1'000 : 5);
          EXPECT_EQ(stored.labels().bytes, bytes);
          auto mine = exact_order(store_of(sample, exchange.rank(), ranks, {}, stored), stored, plan, exchange, team);
          if (exchange.rank() == ranks - 1) found = std::move(mine);
        });
        ASSERT_GE(found.size(), slots);
        for (std::size_t s = 0; s < slots; ++s) {
          SCOPED_TRACE("slot " + std::to_string(s));
          expect_same(found[s], should[s]);
        }
      }
    }
}

std::vector<KeyPart> parts_of(const Sample& s, double most) {
  KeyBytes bytes;
  bytes.add(s.y.size(), s.y.data(), s.w.data(), KeyBytes::of_record(stored_slots().labels()));
  return bytes.parts(most);
}

/// As many as memory asks for, some of them empty on a rank.
TEST(ExactOrder, HasTheSameBitsInParts) {
  const OrderPlan plan(std::vector<double>{0.0, 0.013, 0.5, 0.99, 1.0});
  for (const Case kind : cases) {
    const Sample sample = sample_of(kind, 9'000);
    std::vector<OrderStatistics> should;
    std::vector<Wide> total_weight;
    for (std::size_t s = 0; s < slots; ++s) {
      should.push_back(plainly(sample, static_cast<std::int32_t>(s), plan));
      ExactSum weight;
      for (std::size_t i = 0; i < sample.y.size(); ++i)
        if (counts(sample, i, static_cast<std::int32_t>(s))) weight.add(sample.w[i]);
      total_weight.push_back(weight.fixed());
    }
    for (const double most : {1.0, 40'000.0, 1e9})
      for (const int ranks : {1, 3}) {
        SCOPED_TRACE("case " + std::to_string(static_cast<int>(kind)) + ", " + std::to_string(ranks) + " ranks, " + std::to_string(most) + " bytes");
        std::vector<OrderStatistics> found;
        run_ranks(ranks, [&](Exchange& exchange) {
          ThreadTeam team(2);
          ExactOrder order(stored_slots(), plan, total_weight);
          for (const KeyPart& part : parts_of(sample, most)) order.add(store_of(sample, exchange.rank(), ranks, part), exchange, team);
          auto mine = order.finish(exchange);
          if (exchange.rank() == ranks - 1) found = std::move(mine);
        });
        for (std::size_t s = 0; s < slots; ++s) expect_same(found[s], should[s]);
      }
  }
}

TEST(KeyBytes, PartsHoldEveryKeyOnceAndFit) {
  constexpr double most = 100'000;
  const double each = KeyBytes::of_record(stored_slots().labels());
  for (const Case kind : cases) {
    SCOPED_TRACE("case " + std::to_string(static_cast<int>(kind)));
    const Sample sample = sample_of(kind, 30'000);
    const std::vector<KeyPart> parts = parts_of(sample, most);
    EXPECT_EQ(parts.front().first, 0u);
    EXPECT_EQ(parts.back().last, ~std::uint64_t{0});
    for (std::size_t p = 1; p < parts.size(); ++p) EXPECT_EQ(parts[p].first, parts[p - 1].last + 1);
    double in_all = 0, in_sample = 0;
    for (const KeyPart& part : parts) {
      double bytes = 0, largest = 0;
      std::map<std::uint64_t, double> together;
      for (std::size_t i = 0; i < sample.y.size(); ++i)
        if (const std::uint64_t key = ordered_bits(sample.y[i]); sample.w[i] > 0 && part.holds(key)) {
          bytes += each;
          largest = std::max(largest, together[key >> 48] += each);
        }
      EXPECT_TRUE(bytes <= most || bytes == largest) << bytes;
      EXPECT_GT(bytes, 0);
      in_all += bytes;
    }
    for (const double w : sample.w) in_sample += w > 0 ? each : 0.0;
    EXPECT_NEAR(in_all, in_sample, 1e-6 * in_sample);
    EXPECT_LE(static_cast<double>(parts.size()), 2 * in_sample / most + 2) << "no more walks than they need";
  }
  EXPECT_EQ(parts_of(sample_of(Case::plain, 0), most).size(), 1u);
}

/// The slot of a record that is one of an age, −1 for none.
std::int32_t age_of(const StoredSlots& stored, const BucketRecords& records, std::size_t place) {
  for (std::size_t c = 0; c < stored.labels().count; ++c)
    for (const auto& slots_of_cells : stored.slots_of_cells(c))
      if (const std::uint32_t slot = slots_of_cells[records.label[c][place]]; slot >= 4 && slot < slots) return static_cast<std::int32_t>(slot);
  return -1;
}

/// Buckets hold every record once, with its label, and follow on one another without a shared key.
TEST(Buckets, HoldEveryRecordOnceInOrder) {
  for (const Case kind : cases) {
    SCOPED_TRACE("case " + std::to_string(static_cast<int>(kind)));
    const Sample sample = sample_of(kind, 50'000);
    std::multimap<std::uint64_t, std::pair<double, std::int32_t>> should;
    for (std::size_t i = 0; i < sample.y.size(); ++i)
      if (sample.w[i] > 0) should.emplace(ordered_bits(sample.y[i]), std::pair{sample.w[i], sample.age[i]});
    ThreadTeam team(3);
    const Buckets buckets = make_buckets(store_of(sample, 0, 1), team);
    const StoredSlots stored = stored_slots();
    BucketRecords records(stored.labels().count);
    SortedRecords sorted;
    std::multimap<std::uint64_t, std::pair<double, std::int32_t>> found;
    std::uint64_t last = 0;
    for (std::size_t b = 0; b < buckets.count(); ++b) {
      records.load(buckets, b);
      sorted.sort(records);
      ASSERT_EQ(sorted.n, records.n);
      for (std::size_t k = 0; k < sorted.n; ++k) {
        ASSERT_TRUE(k == 0 && b > 0 && !found.empty() ? sorted.key[k] > last : sorted.key[k] >= last);
        last = sorted.key[k];
        found.emplace(last, std::pair{sorted.weight[k], age_of(stored, records, sorted.place[k])});
      }
    }
    ASSERT_EQ(found.size(), should.size());
    const auto contents = [](const auto& all) {
      std::vector<std::tuple<std::uint64_t, double, std::int32_t>> list;
      for (const auto& [key, record] : all) list.emplace_back(key, record.first, record.second);
      std::sort(list.begin(), list.end());
      return list;
    };
    EXPECT_EQ(contents(found), contents(should));
  }
}

}  // namespace
}  // namespace puente::testing
