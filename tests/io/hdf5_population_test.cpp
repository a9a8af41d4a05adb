// population.h5: what is written comes back, whatever the number of ranks, windows and the shape of the data.
#include "io/hdf5/population_file.hpp"
#include "io/hdf5/population_layout.hpp"
#include "io/hdf5/population_writer.hpp"
#include "io/hdf5/slabs.hpp"
#include "tests/io/hdf5_fixtures.hpp"

namespace puente::io {
namespace {

using namespace puente::test;

class Sizes : public testing::TestWithParam<std::int64_t> {};

TEST_P(Sizes, ComeBackWhole) {
  const Folder folder;
  const Population population = rich_population(0, GetParam());
  write_population(population, folder.file("p.h5"));
  const PopulationFile file(folder.file("p.h5"));
  EXPECT_EQ(file.households(), population.households());
  EXPECT_EQ(file.persons(), population.persons());
  EXPECT_TRUE(same_schema(file.schema(), population.schema()));
  expect_same(file.read(0, file.households()), population);
  EXPECT_TRUE(file.has_checksums());
  file.verify();
  EXPECT_EQ(folder.files(), 1u);
}

// None, one, one and a household with no person, and enough for datasets of several blocks of 1 MiB.
INSTANTIATE_TEST_SUITE_P(Population, Sizes, testing::Values(0, 1, 2, 3, 1000, 300'001));

TEST(Population, WindowsShowTheirPart) {
  const Folder folder;
  write_population(rich_population(0, 20'000), folder.file("p.h5"));
  const PopulationFile file(folder.file("p.h5"));
  for (const auto& [first, last] :
       {std::pair{0L, 0L}, {0L, 1L}, {1L, 2L}, {7'777L, 12'345L}, {20'000L, 20'000L}})
    expect_same(file.read(first, last), rich_population(first, last));
  const auto offsets = file.person_offsets(5, 7);
  EXPECT_EQ(offsets, (std::vector<std::int64_t>{persons_before(5), persons_before(6), persons_before(7)}));
}

TEST(Population, ReadsOnlyTheColumnsAskedFor) {
  const Folder folder;
  const Population population = rich_population(0, 100);
  write_population(population, folder.file("p.h5"));
  const PopulationFile file(folder.file("p.h5"));
  const Population part = file.read(10, 20, {{3, 0}, {}});
  ASSERT_EQ(part.household.size(), 2u);
  EXPECT_EQ(part.household[0].info().name, "rural");
  EXPECT_EQ(part.household[1].get(0), population.household[0].get(10));
  EXPECT_TRUE(part.person.empty());
  EXPECT_EQ(part.persons(), persons_before(20) - persons_before(10));
}

/// Uneven parts, one of them empty where there are enough ranks.
std::vector<std::int64_t> parts(int ranks, std::int64_t households) {
  std::vector<std::int64_t> first{0};
  for (int rank = 1; rank < ranks; ++rank)
    first.push_back(rank == 2 ? first.back() : households * rank * rank / (ranks * ranks));
  first.push_back(households);
  return first;
}

class Ranks : public testing::TestWithParam<std::tuple<int, std::int64_t, std::int64_t>> {};

TEST_P(Ranks, AndWindowsMakeTheSameBytes) {
  const auto [ranks, households, window] = GetParam();
  const Folder folder;
  write_population(rich_population(0, households), folder.file("one.h5"));
  const auto first = parts(ranks, households);
  const auto errors = on_ranks(ranks, [&](Exchange& exchange) {
    const std::int64_t begin = first[static_cast<std::size_t>(exchange.rank())];
    const std::int64_t end = first[static_cast<std::size_t>(exchange.rank()) + 1];
    PopulationWriter writer(folder.file("many.h5"), rich_schema(), end - begin,
                            persons_before(end) - persons_before(begin), exchange);
    std::size_t together = 0;  // one window, none, two, one, none, …
    for (std::int64_t h = begin; h < end; ++together) {
      std::vector<Population> windows;
      for (; windows.size() < (together + 1) % 3 && h < end; h = std::min(h + window, end))
        windows.push_back(rich_population(h, std::min(h + window, end)));
      writer.write(windows);
    }
    writer.finish();
  });
  for (const std::string& error : errors) EXPECT_EQ(error, "");
  EXPECT_TRUE(content_of(folder.file("one.h5")) == content_of(folder.file("many.h5")));
  expect_same(PopulationFile(folder.file("many.h5")).read(0, households), rich_population(0, households));
}

INSTANTIATE_TEST_SUITE_P(Population, Ranks,
                         testing::Values(std::tuple{1, 5'000L, 700L}, std::tuple{2, 1L, 1L},
                                         std::tuple{3, 400'000L, 400'000L}, std::tuple{4, 300'001L, 9'999L},
                                         std::tuple{7, 1'000'000L, 250'000L}));

// The rule that keeps two nodes out of one block, against a byte-by-byte twin.
TEST(Slabs, OneRankWritesEachWholeBlock) {
  RawDataset raw{"household", "x", ColumnType::i64, 1'000'000, 8 * write_block};
  for (const int ranks : {1, 2, 5, 40}) {
    std::vector<std::int64_t> first{0};
    for (int r = 1; r < ranks; ++r)
      first.push_back(std::min(raw.rows, first.back() + (r * 7919 * 13) % (2 * raw.rows / ranks)));
    first.push_back(raw.rows);
    std::vector<int> writer(static_cast<std::size_t>(raw.bytes()), -1);
    for (int rank = 0; rank < ranks; ++rank) {
      const Slab slab = plan_slab(raw, first, rank);
      for (std::int64_t b = slab.begin; b < slab.end; ++b)
        writer[static_cast<std::size_t>(b)] = b < slab.own_from ? slab.handed_to : rank;
    }
    for (std::int64_t b = 0; b < raw.bytes(); ++b) {
      const std::int64_t block = b - b % write_block;
      ASSERT_EQ(writer[static_cast<std::size_t>(b)], writer[static_cast<std::size_t>(block)])
          << "byte " << b << " of " << ranks;
    }
  }
}

TEST(Population, RefusesWhatTheFileCannotHold) {
  const Folder folder;
  const auto with = [&](Entity entity, const std::string& name) {
    Population population = rich_population(0, 2);
    auto& columns = entity == Entity::household ? population.household : population.person;
    const std::size_t rows = columns[0].rows();
    columns.emplace_back(info_of(entity, name, ColumnType::f64), rows);
    return outcome_of([&] { write_population(population, folder.file("p.h5")); });
  };
  for (const char* name : {"a/b", "", ".", "person_offset", "income"})
    EXPECT_EQ(with(Entity::household, name).code, ExitCode::bad_input) << name;
  EXPECT_EQ(with(Entity::person, "income").code, ExitCode::done);
  EXPECT_EQ(folder.files(), 1u);
  Population population = rich_population(0, 2);
  population.person.erase(population.person.begin());
  EXPECT_EQ(outcome_of([&] { write_population(population, folder.file("q.h5")); }).code, ExitCode::bad_input);
}

TEST(Population, CompleteColumnsSaySoAndMustBe) {
  const Folder folder;
  Population population = rich_population(0, 100);
  Column& weight = *population.find(Entity::household, "weight");
  weight.info().complete = true;
  write_population(population, folder.file("p.h5"));
  const PopulationFile file(folder.file("p.h5"));
  for (const ColumnInfo& column : file.schema().household) EXPECT_EQ(column.complete, column.name == "weight") << column.name;
  expect_same(file.read(0, 100), population);
  // A column with a missing value that claims to have none is refused where it is read.
  Column& income = *population.find(Entity::household, "income");
  income.info().complete = true;
  ASSERT_TRUE(income.set(42, std::numeric_limits<double>::quiet_NaN()));
  const std::ptrdiff_t first = first_missing(income.view());
  ASSERT_GE(first, 0);
  write_population(population, folder.file("q.h5"));
  const PopulationFile wrong(folder.file("q.h5"));
  const Outcome outcome = outcome_of([&] { wrong.read(0, 100); });
  EXPECT_EQ(outcome.code, ExitCode::bad_input);
  EXPECT_NE(outcome.message.find("'/household/income' says that no value is missing"), std::string::npos) << outcome.message;
  EXPECT_NE(outcome.message.find("row " + std::to_string(first)), std::string::npos) << outcome.message;
}

TEST(Population, ManyAndLongLabels) {
  const Folder folder;
  Population population = rich_population(0, 3);
  Column column(info_of(Entity::household, "village", ColumnType::i32), 3);
  for (int i = 0; i < 20'000; ++i) column.info().labels.push_back("Village number " + std::to_string(i));
  column.set(1, 19'999);
  population.household.push_back(column);
  write_population(population, folder.file("p.h5"));
  const Population back = PopulationFile(folder.file("p.h5")).read(0, 3);
  EXPECT_EQ(back.household.back().info().labels, column.info().labels);
  EXPECT_EQ(back.household.back().get(1), 19'999);
}

}  // namespace
}  // namespace puente::io
