// A population file, a window at a time: only the columns that are read, only the households of the open window. While one window
// is worked on, a thread reads the next; nobody else reads a file meanwhile.
#pragma once

#include <future>
#include <string>
#include <vector>

#include "engine/population/source.hpp"
#include "io/hdf5/population_file.hpp"

namespace puente {

class FileSource : public PopulationSource {
 public:
  explicit FileSource(const std::string& path);
  const Schema& schema() const override { return file_.schema(); }
  std::int64_t households() const override { return file_.households(); }
  std::int64_t persons() const override { return file_.persons(); }
  std::int64_t cut_at(double share) const override;
  void open_window(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) override;
  void expect_window(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) override;
  void load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, BlockData& block) const override;
  void announce(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, ReadAhead& ahead) const override;

 private:
  /// Households [first, last), and for each column of the file whether it is there.
  struct Window {
    std::int64_t first = 0, last = 0;
    std::vector<bool> household, person;
    /// Whether all of another lies in this one: the same households, and its columns.
    bool holds(const Window& other) const;
  };
  Window window_of(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) const;
  Population read(const Window& window) const;

  io::PopulationFile file_;
  Window open_, expected_;
  Population population_;
  std::future<Population> reading_;  ///< of `expected_`; last, so that it ends before the file does
};

}  // namespace puente
