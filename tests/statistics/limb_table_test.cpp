// Sums by slot are the exact sums of their terms, whatever their size and whichever are zero.
#include "engine/statistics/limb_table.hpp"

#include <gtest/gtest.h>

#include <random>

namespace puente {
namespace {

constexpr std::size_t terms = 5, slots = 4;

struct Records {
  std::size_t n;
  std::vector<double> values;           ///< [term][record]
  std::vector<std::int32_t> slot, other;  ///< −1, 0, 1; and 2, 3
};

/// Terms: a weight, which may be zero; money; nothing at all; a speck; now and then a nation's income.
Records some_records(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 source(seed);
  std::uniform_real_distribution<double> unit(-1, 1);
  Records records{n, std::vector<double>(terms * n), {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    records.values[i] = i % 3 == 0 ? 0 : 2 + unit(source);
    records.values[n + i] = 1000 * unit(source);
    records.values[2 * n + i] = i % 2 == 0 ? 0.0 : -0.0;
    records.values[3 * n + i] = i / 32 % 2 == 0 ? 0 : 1e-15 * unit(source);
    records.values[4 * n + i] = i % 50 == 49 ? 1e15 * unit(source) : i % 70 == 0 ? 1e21 : unit(source);
    records.slot.push_back(static_cast<std::int32_t>(source() % 3) - 1);
    records.other.push_back(2 + static_cast<std::int32_t>(source() % 2));
  }
  return records;
}

TEST(LimbTable, SumsBySlotAreExact) {
  LimbTable table(slots, terms, LimbTable::Records::counted);
  std::vector<ExactSum> sums(slots * terms);
  std::vector<std::int64_t> weighted(slots);
  for (const std::size_t n : {1UL, 3UL, 31UL, 32UL, 33UL, 262UL, 1000UL}) {
    const Records records = some_records(n, n);
    const std::int32_t* columns[] = {records.slot.data(), records.other.data()};
    table.add_by_slot(TermColumns::all(n, terms, n, records.values.data()), columns, 0);
    for (const std::int32_t* column : columns)
      for (std::size_t i = 0; i < n; ++i) {
        if (column[i] < 0) continue;
        const auto slot = static_cast<std::size_t>(column[i]);
        weighted[slot] += records.values[i] > 0;
        for (std::size_t k = 0; k < terms; ++k) sums[slot * terms + k].add(records.values[k * n + i]);
      }
  }
  table.settle();
  for (std::size_t s = 0; s < slots; ++s) {
    EXPECT_EQ(table.records(s), weighted[s]);
    for (std::size_t k = 0; k < terms; ++k) EXPECT_EQ(table.value(s, k), sums[s * terms + k].value()) << s << " " << k;
  }
  EXPECT_EQ(table.value(0, 2), 0);
}

TEST(LimbTable, ATermThatDoesNotFitIsCounted) {
  std::vector<double> values(terms * 40, 1.0);
  values[40 + 7] = 1e300;
  const std::vector<std::int32_t> slot(40, 1);
  const std::int32_t* column = slot.data();
  LimbTable table(slots, terms, LimbTable::Records::counted);
  table.add_by_slot(TermColumns::all(40, terms, 40, values.data()), std::span(&column, 1), 0);
  table.settle();
  EXPECT_EQ(table.totals(1)[1].overflow(), 1);
  EXPECT_EQ(table.value(1, 0), 40);
}

}  // namespace
}  // namespace puente
