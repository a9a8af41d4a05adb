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
    const SlotLabels columns[] = {{records.slot.data(), {}}, {records.other.data(), {}}};
    table.add_by_slot(TermColumns::all(n, terms, n, records.values.data()), columns, 0);
    for (const SlotLabels& column : columns)
      for (std::size_t i = 0; i < n; ++i) {
        if (column.slot[i] < 0) continue;
        const auto slot = static_cast<std::size_t>(column.slot[i]);
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

TEST(LimbTable, WhatIsTakenOffWasNeverThere) {
  LimbTable table(slots, terms, LimbTable::Records::counted), twin(slots, terms, LimbTable::Records::counted);
  const Records stay = some_records(500, 1);
  Records go = some_records(700, 2);
  go.values[700 + 40] = 1e300;  // fits no sum
  const auto add = [](LimbTable& to, const Records& records, Sign sign) {
    const SlotLabels columns[] = {{records.slot.data(), {}}, {records.other.data(), {2, 2, false}}};
    const TermColumns all = TermColumns::all(records.n, terms, records.n, records.values.data());
    to.add_to_first(all, sign);
    to.add_by_slot(all, columns, 0, sign);
  };
  add(table, go, Sign::minus);
  add(table, stay, Sign::plus);
  add(table, go, Sign::plus);
  add(twin, stay, Sign::plus);
  LimbTable some(slots, terms, LimbTable::Records::counted);
  some.merge(table, 1, 3);
  for (LimbTable* one : {&table, &twin, &some}) one->settle();
  for (std::size_t s = 0; s < slots; ++s) {
    EXPECT_EQ(table.records(s), twin.records(s));
    EXPECT_EQ(some.records(s), s == 1 || s == 2 ? twin.records(s) : 0);
    for (std::size_t k = 0; k < terms; ++k) {
      EXPECT_EQ(table.value(s, k), twin.value(s, k)) << s << " " << k;
      EXPECT_EQ(some.value(s, k), s == 1 || s == 2 ? twin.value(s, k) : 0.0) << s << " " << k;
    }
  }
}

TEST(LimbTable, ATermThatDoesNotFitIsCounted) {
  std::vector<double> values(terms * 40, 1.0);
  values[40 + 7] = 1e300;
  const std::vector<std::int32_t> slot(40, 1);
  const SlotLabels column{slot.data(), {}};
  LimbTable table(slots, terms, LimbTable::Records::counted);
  table.add_by_slot(TermColumns::all(40, terms, 40, values.data()), std::span(&column, 1), 0);
  table.settle();
  EXPECT_EQ(table.totals(1)[1].overflow(), 1);
  EXPECT_EQ(table.value(1, 0), 40);
}

/// Groupings of 7, 5, 3 and 12 labels, and one that few records have, side by side from slot 1 on.
struct Grouped {
  static constexpr SlotRange ranges[] = {{1, 7, false}, {8, 5, false}, {13, 3, false}, {16, 12, false}, {28, 1, true}};
  static constexpr std::size_t slots = 29;
  Grouped(std::size_t n, std::uint64_t seed, int missing_of_1000) {
    std::mt19937_64 source(seed);
    for (const SlotRange& range : ranges) {
      std::vector<std::int32_t>& slot = labels.emplace_back();
      for (std::size_t i = 0; i < n; ++i) {
        const bool none = range.partial ? source() % 3 > 0 : static_cast<int>(source() % 1000) < missing_of_1000;
        slot.push_back(none ? -1 : range.first + static_cast<std::int32_t>(source() % static_cast<std::uint64_t>(range.labels)));
      }
    }
  }
  std::vector<SlotLabels> columns(bool crossed) const {
    std::vector<SlotLabels> all;
    for (std::size_t g = 0; g < labels.size(); ++g) all.push_back({labels[g].data(), crossed ? ranges[g] : SlotRange{}});
    return all;
  }
  std::vector<std::vector<std::int32_t>> labels;
};

/// Crossed groupings against each by itself: more records than a limb may take, missing labels, money of a nation.
TEST(LimbTable, CrossedGroupingsAreTheSameSums) {
  for (const int missing_of_1000 : {0, 2}) {
    LimbTable crossed(Grouped::slots, terms, LimbTable::Records::counted), plain(Grouped::slots, terms, LimbTable::Records::counted), more = crossed;
    for (std::uint64_t round = 0; round < 150; ++round) {
      const std::size_t n = 200 + round;
      const Records records = some_records(n, round);
      const Grouped grouped(n, round, missing_of_1000);
      TermColumns columns = TermColumns::all(n, terms, n, records.values.data());
      if (round % 5 == 0) columns.used = 1 + round / 5 % terms;
      // Now all groupings, now some of them.
      const std::size_t first = round % 3, count = round % 2 == 0 ? 5 - first : 1;
      const std::vector<SlotLabels> by_range = grouped.columns(true), by_slot = grouped.columns(false);
      (round < 140 ? crossed : more).add_by_slot(columns, std::span(by_range).subspan(first, count), 0);
      plain.add_by_slot(columns, std::span(by_slot).subspan(first, count), 0);
      (round < 140 ? crossed : more).add_to_first(columns);
      plain.add_to_first(columns);
      if (round == 70) crossed.settle();
    }
    crossed.merge(more);
    crossed.settle();
    plain.settle();
    for (std::size_t s = 0; s < Grouped::slots; ++s) {
      EXPECT_EQ(crossed.records(s), plain.records(s));
      for (std::size_t k = 0; k < terms; ++k) {
        const ExactSum &mine = crossed.totals(s)[k], &other = plain.totals(s)[k];
        ASSERT_EQ(mine.overflow(), other.overflow());
        ASSERT_TRUE(mine.fixed() == other.fixed()) << s << " " << k;
      }
    }
  }
}

/// Records with other terms than before, some of which need more limbs than the others, or than there are.
TEST(LimbTable, ChangesAreWhatIsAddedLessWhatIsTakenOff) {
  LimbTable changes(Grouped::slots, terms), apart(Grouped::slots, terms);
  for (std::uint64_t round = 0; round < 120; ++round) {
    const std::size_t n = 150 + round;
    const Grouped grouped(n, round, round % 4 == 0 ? 2 : 0);
    Records now = some_records(n, round), before = some_records(n, round + 1000);
    std::copy_n(now.values.begin(), n, before.values.begin());
    if (round % 5 == 0) now.values[n + round] = 0x1p70;
    if (round % 7 == 0) before.values[2 * n + 3] = -0x1p75;
    if (round % 11 == 0) now.values[n + 40] = before.values[n + 40] = 1e300;
    TermColumns of_now = TermColumns::all(n, terms, n, now.values.data()), of_before = TermColumns::all(n, terms, n, before.values.data());
    if (round % 6 == 0) of_before.used = terms - 1;
    const std::vector<SlotLabels> columns = grouped.columns(round % 3 != 0);
    changes.add_changes_by_slot(of_now, of_before, columns, 0);
    apart.add_by_slot(of_now, columns, 0);
    apart.add_by_slot(of_before, columns, 0, Sign::minus);
  }
  changes.settle();
  apart.settle();
  for (std::size_t s = 0; s < Grouped::slots; ++s)
    for (std::size_t k = 0; k < terms; ++k) {
      ASSERT_EQ(changes.totals(s)[k].overflow(), apart.totals(s)[k].overflow());
      ASSERT_TRUE(changes.totals(s)[k].fixed() == apart.totals(s)[k].fixed()) << s << " " << k;
    }
}

/// Crossed groupings against sums of the terms one by one.
TEST(LimbTable, CrossedGroupingsAreExact) {
  constexpr std::size_t n = 5000;
  const Records records = some_records(n, 7);
  const Grouped grouped(n, 8, 1);
  LimbTable table(Grouped::slots, terms);
  for (int repeat = 0; repeat < 8; ++repeat) table.add_by_slot(TermColumns::all(n, terms, n, records.values.data()), grouped.columns(true), 0);
  table.settle();
  std::vector<ExactSum> sums(Grouped::slots * terms);
  for (int repeat = 0; repeat < 8; ++repeat)
    for (const std::vector<std::int32_t>& slot : grouped.labels)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; slot[i] >= 0 && k < terms; ++k) sums[static_cast<std::size_t>(slot[i]) * terms + k].add(records.values[k * n + i]);
  for (std::size_t s = 0; s < Grouped::slots; ++s)
    for (std::size_t k = 0; k < terms; ++k) EXPECT_EQ(table.value(s, k), sums[s * terms + k].value()) << s << " " << k;
}

}  // namespace
}  // namespace puente
