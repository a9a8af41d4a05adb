#include "hpc/file_source.hpp"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>

namespace puente {

namespace {

/// Columns of a window that is done with go back to the system at once: the heap would keep their places, and memory grow by
/// what lies between them.
void give_back_large_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

}  // namespace

bool FileSource::Window::holds(const Window& other) const {
  const auto has = [](const std::vector<bool>& mine, const std::vector<bool>& others) {
    return mine.size() == others.size() && std::equal(mine.begin(), mine.end(), others.begin(), [](bool there, bool wanted) { return there || !wanted; });
  };
  return first == other.first && last == other.last && has(household, other.household) && has(person, other.person);
}

FileSource::FileSource(const std::string& path) : file_(path) {}

/// As cut_by_persons, of offsets that stay in the file.
std::int64_t FileSource::cut_at(double share) const {
  const std::int64_t all = file_.households();
  if (share >= 1) return all;
  if (share <= 0) return 0;
  if (file_.persons() == 0) return static_cast<std::int64_t>(share * static_cast<double>(all));
  const auto target = static_cast<std::int64_t>(share * static_cast<double>(file_.persons()));
  std::int64_t low = 0, high = all;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (file_.person_offsets(middle, middle).front() < target) low = middle + 1;
    else high = middle;
  }
  return low;
}

FileSource::Window FileSource::window_of(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) const {
  Window window{first, last, std::vector<bool>(schema().household.size()), std::vector<bool>(schema().person.size())};
  for (const rules::Input& input : wanted) (input.entity == Entity::household ? window.household : window.person)[static_cast<std::size_t>(input.column)] = true;
  window.household[static_cast<std::size_t>(schema().find(Entity::household, "id"))] = true;
  window.person[static_cast<std::size_t>(schema().find(Entity::person, "line"))] = true;
  return window;
}

/// Columns that are not there have no rows.
Population FileSource::read(const Window& window) const {
  const auto numbers = [](const std::vector<bool>& there) {
    std::vector<int> all;
    for (std::size_t c = 0; c < there.size(); ++c)
      if (there[c]) all.push_back(static_cast<int>(c));
    return all;
  };
  const io::PopulationFile::Columns columns{numbers(window.household), numbers(window.person)};
  Population population = file_.read(window.first, window.last, columns);
  const auto spread = [](std::vector<Column>& read, const std::vector<int>& at, const std::vector<ColumnInfo>& schema) {
    std::vector<Column> all;
    for (const ColumnInfo& info : schema) all.emplace_back(info, 0);
    for (std::size_t c = 0; c < at.size(); ++c) all[static_cast<std::size_t>(at[c])] = std::move(read[c]);
    read = std::move(all);
  };
  spread(population.household, columns.household, schema().household);
  spread(population.person, columns.person, schema().person);
  return population;
}

void FileSource::open_window(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) {
  Window window = window_of(first, last, wanted);
  if (last - first < households()) give_back_large_memory();
  if (reading_.valid()) {
    population_ = {};
    open_ = {};
    Population next = reading_.get();
    if (expected_.holds(window)) {
      population_ = std::move(next);
      open_ = std::move(expected_);
      return;
    }
  }
  if (open_.holds(window)) return;
  if (open_.first == first && open_.last == last) {  // other columns of the same households: those of before are wanted again soon
    for (std::size_t c = 0; c < open_.household.size(); ++c) window.household[c] = window.household[c] || open_.household[c];
    for (std::size_t c = 0; c < open_.person.size(); ++c) window.person[c] = window.person[c] || open_.person[c];
  }
  population_ = {};
  open_ = {};
  population_ = read(window);
  open_ = std::move(window);
}

void FileSource::expect_window(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) {
  if (reading_.valid()) return;
  expected_ = window_of(first, last, wanted);
  reading_ = std::async(std::launch::async, [this] { return read(expected_); });
}

void FileSource::load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, BlockData& block) const {
  load_from(population_, open_.first, first, last, wanted, block);
}

void FileSource::announce(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, ReadAhead& ahead) const {
  announce_from(population_, open_.first, first, last, wanted, ahead);
}

}  // namespace puente
