// A population file, a window at a time: only the columns that are read, only the households of the open window.
#pragma once

#include <string>

#include "engine/population/source.hpp"
#include "io/hdf5/population_file.hpp"

namespace puente {

class FileSource : public PopulationSource {
 public:
  explicit FileSource(const std::string& path) : file_(path), offsets_(file_.person_offsets(0, file_.households())) {}
  const Schema& schema() const override { return file_.schema(); }
  std::int64_t households() const override { return file_.households(); }
  std::int64_t persons() const override { return file_.persons(); }
  std::int64_t cut_at(double share) const override { return cut_by_persons(offsets_, share); }
  void open_window(std::int64_t first, std::int64_t last) override {
    if (first == first_ && last == last_) return;
    window_ = file_.read(first, last);
    first_ = first;
    last_ = last;
  }
  void load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, BlockData& block) const override {
    load_from(window_, first_, first, last, wanted, block);
  }
  void announce(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, ReadAhead& ahead) const override {
    announce_from(window_, first_, first, last, wanted, ahead);
  }

 private:
  io::PopulationFile file_;
  std::vector<std::int64_t> offsets_;
  Population window_;
  std::int64_t first_ = -1, last_ = -1;
};

}  // namespace puente
