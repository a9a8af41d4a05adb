// Populations, folders and ranks for the tests of io/hdf5. Ranks are threads that meet at a barrier: enough
// to prove who writes what, since only rank 0 calls HDF5.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <barrier>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "engine/core/error.hpp"
#include "engine/population/population.hpp"
#include "engine/core/exchange.hpp"

namespace puente::test {

/// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "puente.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder for the test");
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

inline std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline void put_content(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

/// What all ranks of one run share.
class Meeting {
 public:
  explicit Meeting(int ranks) : barrier(ranks), slots(static_cast<std::size_t>(ranks)) {}
  std::barrier<> barrier;
  std::vector<std::vector<std::byte>> slots;
};

class ThreadExchange : public Exchange {
 public:
  ThreadExchange(Meeting& meeting, int rank) : meeting_(meeting), rank_(rank) {}
  int rank() const override { return rank_; }
  int size() const override { return static_cast<int>(meeting_.slots.size()); }

  std::vector<std::byte> gather_all(std::span<const std::byte> mine) override {
    meeting_.slots[static_cast<std::size_t>(rank_)].assign(mine.begin(), mine.end());
    meeting_.barrier.arrive_and_wait();
    std::vector<std::byte> all;
    for (const auto& slot : meeting_.slots) all.insert(all.end(), slot.begin(), slot.end());
    meeting_.barrier.arrive_and_wait();
    return all;
  }

  std::vector<std::byte> all_to_all(const std::vector<std::vector<std::byte>>& send) override {
    EXPECT_EQ(send.size(), meeting_.slots.size());
    std::vector<std::byte> received;
    for (int sender = 0; sender < size(); ++sender)
      for (int receiver = 0; receiver < size(); ++receiver) {
        const auto part =
            rank_ == sender ? gather_all(send[static_cast<std::size_t>(receiver)]) : gather_all({});
        if (rank_ == receiver) received.insert(received.end(), part.begin(), part.end());
      }
    return received;
  }

  void agree(int exit_code, const std::string& message) override {
    std::string mine = std::to_string(exit_code) + ' ' + message;
    mine.resize(4096, '\0');
    const auto all = gather_all(std::as_bytes(std::span(mine)));
    for (std::size_t at = 0; at < all.size(); at += 4096) {
      const char* text = reinterpret_cast<const char*>(all.data() + at);
      if (std::atoi(text) != 0)
        throw Error(static_cast<ExitCode>(std::atoi(text)), std::strchr(text, ' ') + 1);
    }
  }

 private:
  Meeting& meeting_;
  int rank_;
};

/// Runs `work` on every rank and returns each rank's error text ("" for none).
inline std::vector<std::string> on_ranks(int ranks, const std::function<void(Exchange&)>& work) {
  Meeting meeting(ranks);
  std::vector<std::string> errors(static_cast<std::size_t>(ranks));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank)
    threads.emplace_back([&, rank] {
      ThreadExchange exchange(meeting, rank);
      try {
        work(exchange);
      } catch (const Error& error) {
        errors[static_cast<std::size_t>(rank)] =
            std::to_string(static_cast<int>(error.code())) + ' ' + error.what();
      }
    });
  for (std::thread& thread : threads) thread.join();
  return errors;
}

inline ColumnInfo info_of(Entity entity, const std::string& name, ColumnType type) {
  ColumnInfo info;
  info.name = name;
  info.entity = entity;
  info.type = type;
  return info;
}

/// Columns of every type, categories, names and labels beyond ASCII.
inline Schema rich_schema() {
  Schema schema;
  const auto h = Entity::household, p = Entity::person;
  schema.household = {info_of(h, "id", ColumnType::i64),       info_of(h, "weight", ColumnType::f64),
                      info_of(h, "income", ColumnType::f32),   info_of(h, "rural", ColumnType::boolean),
                      info_of(h, "größe", ColumnType::i16),    info_of(h, "district", ColumnType::i32),
                      info_of(h, "province", ColumnType::i8),  info_of(h, "status", ColumnType::i8),
                      info_of(h, "household", ColumnType::i64)};
  schema.person = {info_of(p, "line", ColumnType::i16), info_of(p, "age", ColumnType::i8),
                   info_of(p, "earnings", ColumnType::f64), info_of(p, "status", ColumnType::i16),
                   info_of(p, "attends", ColumnType::boolean)};
  schema.household[2].unit = Unit::parse("ZMW/month/household");
  schema.household[2].long_name = "Income, café included";
  schema.household[6].labels = {"Luapula", "North Western", "北部", ""};
  schema.household[7].labels = {"poor", "middle", "rich"};
  schema.household[7].ordered = true;
  schema.person[3].labels = {"student", "worker"};
  schema.person[1].unit = Unit::parse("years");
  schema.notes = {"A rich population", "made up", "CC0", "ZMW", "2015", "synthetic", "multipliers: 0.5 -0.25", "region: 2 totals"};
  return schema;
}

/// Value of a cell as a pure function of its row, with missing ones in between; fits every type and label
/// set.
inline double cell(const ColumnInfo& column, std::int64_t row) {
  const double missing = std::numeric_limits<double>::quiet_NaN();
  if (column.name == "id") return static_cast<double>(row * 7 + 1);
  if (column.name == "weight") return 1.0 + static_cast<double>(row % 13) / 8;
  if (column.name == "line") return 1;
  if (row % 11 == 3) return missing;
  if (column.category()) return static_cast<double>(row % static_cast<std::int64_t>(column.labels.size()));
  if (column.type == ColumnType::boolean) return static_cast<double>(row % 2);
  return static_cast<double>((row * 31) % 120) - 20;
}

inline std::int64_t persons_before(std::int64_t household) {
  return household / 4 * 9 + (household % 4 == 0 ? 0 : household % 4 == 1 ? 1 : household % 4 == 2 ? 1 : 4);
}

/// Households [first, last) of an endless population with 1, 0, 3, 5, 1, 0, 3, 5 … persons.
inline Population rich_population(std::int64_t first, std::int64_t last) {
  const Schema schema = rich_schema();
  Population population;
  population.notes = schema.notes;
  population.person_offset.clear();
  const std::int64_t first_person = persons_before(first);
  for (std::int64_t h = first; h <= last; ++h)
    population.person_offset.push_back(persons_before(h) - first_person);
  const auto fill = [](const ColumnInfo& info, std::int64_t begin, std::int64_t end) {
    Column column(info, static_cast<std::size_t>(end - begin));
    for (std::int64_t row = begin; row < end; ++row)
      EXPECT_TRUE(column.set(static_cast<std::size_t>(row - begin), cell(info, row)));
    return column;
  };
  for (const ColumnInfo& info : schema.household) population.household.push_back(fill(info, first, last));
  for (const ColumnInfo& info : schema.person)
    population.person.push_back(fill(info, first_person, persons_before(last)));
  return population;
}

inline bool same_bytes(const void* a, const void* b, std::size_t n) {
  return n == 0 || std::memcmp(a, b, n) == 0;
}

inline void expect_same_columns(const std::vector<Column>& a, const std::vector<Column>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].info().name, b[i].info().name);
    ASSERT_EQ(a[i].rows(), b[i].rows()) << a[i].info().name;
    EXPECT_TRUE(same_bytes(a[i].data(), b[i].data(), a[i].rows() * bytes_of(a[i].info().type)))
        << a[i].info().name;
  }
}

inline void expect_same(const Population& a, const Population& b) {
  EXPECT_EQ(a.person_offset, b.person_offset);
  expect_same_columns(a.household, b.household);
  expect_same_columns(a.person, b.person);
}

/// The exit code an action ends with, and what it says.
struct Outcome {
  ExitCode code = ExitCode::done;
  std::string message;
};

inline Outcome outcome_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  return {};
}

}  // namespace puente::test
