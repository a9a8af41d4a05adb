// A cell says which slots its records have, whatever groupings are crossed, and crossings are few and small.
#include "engine/statistics/crossing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace puente {
namespace {

/// Groupings of so many labels, their slots one after the other; of the partial ones many records have none.
std::vector<SlotRange> ranges_of(const std::vector<std::int32_t>& labels, bool partial) {
  std::vector<SlotRange> ranges;
  std::int32_t first = 1;
  for (const std::int32_t count : labels) {
    ranges.push_back({first, count, partial && count % 2 == 0});
    first += count;
  }
  return ranges;
}

std::vector<std::size_t> sizes(const std::vector<Crossing>& crossings) {
  std::vector<std::size_t> cells;
  for (const Crossing& crossing : crossings) cells.push_back(crossing.cells);
  std::sort(cells.begin(), cells.end());
  return cells;
}

TEST(Crossing, CellsAreTheSlotsOfTheirRecords) {
  std::mt19937_64 source(1);
  for (const bool partial : {false, true})
    for (const std::vector<std::int32_t>& labels : {std::vector<std::int32_t>{3}, {12, 10, 6, 5, 5, 2, 2, 2}, {1, 1}, {300, 2, 7}}) {
      const std::vector<SlotRange> ranges = ranges_of(labels, partial);
      constexpr std::size_t n = 500;
      std::vector<std::vector<std::int32_t>> slot(ranges.size(), std::vector<std::int32_t>(n));
      std::vector<SlotLabels> columns;
      for (std::size_t g = 0; g < ranges.size(); ++g) {
        for (std::int32_t& of_record : slot[g]) {
          const auto label = static_cast<std::int32_t>(source() % static_cast<std::uint64_t>(radix(ranges[g]))) - (ranges[g].partial ? 1 : 0);
          of_record = label < 0 ? -1 : ranges[g].first + label;
        }
        columns.push_back({slot[g].data(), ranges[g]});
      }
      std::vector<int> times(ranges.size());
      for (const Crossing& crossing : cross(ranges, 200)) {
        EXPECT_TRUE(crossing.cells <= 200 || !crossing.crossed()) << crossing.cells;
        std::vector<std::int32_t> cell(n);
        ASSERT_TRUE(crossing.find_cells(columns, 7, n - 7, 1000, cell.data()));
        for (std::size_t a = 0; a < crossing.columns.size(); ++a) {
          const std::size_t g = crossing.columns[a];
          ++times[g];
          for (std::size_t i = 0; i + 7 < n; ++i) {
            ASSERT_TRUE(cell[i] >= 1000 && cell[i] < 1000 + static_cast<std::int32_t>(crossing.cells));
            ASSERT_EQ(crossing.slot_of(static_cast<std::size_t>(cell[i]) - 1000, a, ranges), slot[g][i + 7]);
          }
        }
      }
      EXPECT_EQ(times, std::vector<int>(ranges.size(), 1));
    }
}

TEST(Crossing, FewAndSmall) {
  EXPECT_EQ(sizes(cross(ranges_of({12, 10, 6, 5, 5, 2, 2, 2}, false), 170)), (std::vector<std::size_t>{48, 50, 60}));
  EXPECT_EQ(sizes(cross(ranges_of({2, 3, 4}, false), 24)), (std::vector<std::size_t>{24}));
  EXPECT_EQ(sizes(cross(ranges_of({5000, 2, 3}, false), 100)), (std::vector<std::size_t>{6, 5000})) << "a large grouping keeps no other apart";
  EXPECT_TRUE(cross({}, 100).empty());
  for (const std::size_t cells : sizes(cross(ranges_of(std::vector<std::int32_t>(64, 2), false), 100))) EXPECT_TRUE(cells > 1 && cells <= 100) << cells << ": 2^64 cells are not 0";
}

TEST(Crossing, GroupingsThatAreNotKnownStayAlone) {
  std::vector<SlotRange> ranges = ranges_of({3, 2}, false);
  ranges.push_back({});
  ranges.push_back({});
  EXPECT_EQ(sizes(cross(ranges, 100)), (std::vector<std::size_t>{1, 1, 6}));
}

TEST(Crossing, ARecordWithoutALabelHasNoCellWhereAllShouldHaveOne) {
  const std::vector<SlotRange> ranges = ranges_of({2, 3}, false);
  const std::int32_t with[] = {1, 2}, without[] = {3, -1};
  const std::vector<SlotLabels> columns = {{with, ranges[0]}, {without, ranges[1]}};
  const Crossing crossing = cross(ranges, 100).front();
  std::int32_t cell[2];
  EXPECT_TRUE(crossing.find_cells(columns, 0, 1, 0, cell));
  EXPECT_FALSE(crossing.find_cells(columns, 0, 2, 0, cell));
}

}  // namespace
}  // namespace puente
