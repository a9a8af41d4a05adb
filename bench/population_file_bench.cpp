// A population file beside plain files of as many bytes on the same disk: written, read back, read from the system's cache
// and from the disk. Making the households is not timed. Ends with 1 when what was read is not what was written.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "bench/timing.hpp"
#include "bench/write_json.hpp"
#include "engine/core/error.hpp"
#include "engine/population/made_columns.hpp"
#include "hpc/profiles.hpp"
#include "hpc/team.hpp"
#include "hpc/write_made.hpp"
#include "io/hdf5/population_file.hpp"

namespace puente::bench {

namespace {

namespace fs = std::filesystem;

struct Options {
  std::int64_t households = 2'000'000;
  std::string profile = PUENTE_SOURCE_DIR "/scenarios/profiles/zambia.toml";
  std::string folder;
  int threads = 2, rounds = 5;
  std::string json;
};

using Bytes = std::vector<std::byte, LargePages<std::byte>>;
constexpr std::size_t block = 8 << 20;
constexpr double target = 0.8;
/// As write_made hands them over for two threads.
constexpr std::size_t pieces_together = 32;

/// Throws Error where a call of the system says that it failed.
std::size_t checked(ssize_t result, const std::string& doing) {
  if (result < 0) throw Error(ExitCode::io_error, "cannot " + doing + ": " + std::strerror(errno));
  return static_cast<std::size_t>(result);
}

/// A file by nothing but calls of the system.
class PlainFile {
 public:
  PlainFile(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) { checked(fd_, "open " + path); }
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;
  ~PlainFile() { ::close(fd_); }

  /// `early`: the disk is set to work on each block at once, not by the sync at the end.
  void write(const Bytes& from, bool early) const {
    for (std::size_t at = 0; at < from.size();) {
      const std::size_t n = checked(::write(fd_, from.data() + at, std::min(block, from.size() - at)), "write");
      if (early) ::sync_file_range(fd_, static_cast<off_t>(at), static_cast<off_t>(n), SYNC_FILE_RANGE_WRITE);
      at += n;
    }
  }
  void sync() const { checked(::fsync(fd_), "sync"); }
  void read(std::byte* into, std::size_t size) const {
    for (std::size_t at = 0; at < size;) {
      const std::size_t got = checked(::read(fd_, into + at, std::min(block, size - at)), "read");
      if (got == 0) throw Error(ExitCode::io_error, "a file ends too early");
      at += got;
    }
  }
  std::size_t size() const { return checked(::lseek(fd_, 0, SEEK_END), "measure"); }
  /// Asks the system to forget the file's pages; returns the share that it keeps nevertheless.
  double forget() const {
    sync();
    ::posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED);
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t bytes = size();
    void* const mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd_, 0);
    if (mapped == MAP_FAILED) checked(-1, "map");
    std::vector<unsigned char> pages((bytes + page - 1) / page);
    const int code = ::mincore(mapped, bytes, pages.data());
    ::munmap(mapped, bytes);
    checked(code, "look for pages");
    return static_cast<double>(std::count_if(pages.begin(), pages.end(), [](unsigned char p) { return (p & 1) != 0; })) / static_cast<double>(pages.size());
  }

 private:
  int fd_;
};

/// The population in pieces, as `puente synthesise` hands them to the writer.
struct Made {
  Schema schema;
  std::vector<Population> pieces;
  std::int64_t persons = 0;
};

Made make(const Options& options) {
  Exchange alone;
  OpenMpTeam team(options.threads);
  const auto source = synthesise(read_sound_profile(options.profile, options.households, std::nullopt, alone), alone, team);
  Made made{source->schema(), std::vector<Population>(static_cast<std::size_t>((options.households + made_piece - 1) / made_piece))};
  team.for_each(made.pieces.size(), [&](std::size_t i, int) {
    const std::int64_t first = static_cast<std::int64_t>(i) * made_piece;
    made.pieces[i] = make_rows(*source, first, std::min(options.households, first + made_piece));
  });
  for (const Population& piece : made.pieces) made.persons += piece.persons();
  return made;
}

bool same(const std::vector<Column>& part, const std::vector<Column>& whole, std::int64_t first) {
  for (std::size_t c = 0; c < part.size(); ++c) {
    const std::size_t width = bytes_of(part[c].info().type);
    const auto* begin = static_cast<const std::byte*>(whole[c].data()) + static_cast<std::size_t>(first) * width;
    if (std::memcmp(begin, part[c].data(), part[c].rows() * width) != 0) return false;
  }
  return true;
}

/// Columns are read in the file's order, which is the schema's.
bool same(const Made& made, const Population& read) {
  if (read.persons() != made.persons) return false;
  std::int64_t household = 0, person = 0;
  for (const Population& piece : made.pieces) {
    if (!same(piece.household, read.household, household) || !same(piece.person, read.person, person)) return false;
    household += piece.households();
    person += piece.persons();
    if (read.person_offset[static_cast<std::size_t>(household)] != person) return false;
  }
  return true;
}

/// A line of the table: what was timed, and beside what.
struct Row {
  std::string name;
  std::vector<double> seconds = {};
  const Row* beside = nullptr;
  bool judged = false;  ///< the target is of this one
};

/// The middle of the turns' ratios: how much of the plain file's speed.
double share_of_plain(const Row& row) {
  std::vector<double> ratios;
  for (std::size_t turn = 0; turn < row.seconds.size(); ++turn) ratios.push_back(row.beside->seconds[turn] / row.seconds[turn]);
  return median(ratios);
}

class Bench {
 public:
  explicit Bench(const Options& options) : options_(options), made_(make(options)) {}

  /// Turns of writing, then of reading what the last of them left. Who is first takes turns, too; the first of all is not counted.
  bool run() {
    for (int turn = -1; turn < options_.rounds; ++turn)
      in_order(turn, [&] { write(turn >= 0); }, [&] { for (const bool early : {true, false}) write_plainly(early, turn >= 0); });
    bool right = true;
    for (const bool cold : {false, true})
      for (int turn = -1; turn < options_.rounds; ++turn) {
        if (cold) kept_ = std::max({kept_, PlainFile(file_, O_RDONLY).forget(), PlainFile(plain_, O_RDONLY).forget()});
        in_order(turn, [&] { right &= read(cold, turn >= 0); }, [&] { read_plainly(cold, turn >= 0); });
      }
    return right;
  }
  nlohmann::json print() const;

 private:
  template <class Ours, class Plain>
  static void in_order(int turn, Ours&& ours, Plain&& plain) {
    const bool plain_first = turn > 0 && turn % 2 == 1;
    if (plain_first) plain();
    ours();
    if (!plain_first) plain();
  }
  static void take(Row& row, double seconds, bool counts) {
    if (counts) row.seconds.push_back(seconds);
  }

  void write(bool counts) {
    double parts[4] = {};  // write, sync, read back, commit
    {
      fs::remove(file_);
      const Stopwatch watch;
      Exchange alone;
      io::PopulationWriter writer(file_, made_.schema, options_.households, made_.persons, alone);
      for (std::span<const Population> left = made_.pieces; !left.empty(); left = left.subspan(std::min(left.size(), pieces_together)))
        writer.write(left.first(std::min(left.size(), pieces_together)));
      double before = 0;
      std::size_t part = 0;
      writer.finish([&](const char*) {
        const double now = watch.seconds();
        parts[part++] = now - before;
        before = now;
      });
      parts[part] = watch.seconds() - before;
    }
    take(transfer_, parts[0] + parts[1] + parts[3], counts);
    take(into_cache_, parts[0], counts);
    take(sync_, parts[1] + parts[3], counts);
    take(read_back_, parts[2], counts);
    bytes_ = fs::file_size(file_);
    if (content_.size() != bytes_) content_.assign(bytes_, std::byte{1});
  }

  void write_plainly(bool early, bool counts) {
    fs::remove(plain_);
    const Stopwatch watch;
    const PlainFile plain(plain_, O_CREAT | O_EXCL | O_WRONLY);
    plain.write(content_, early);
    if (!early) take(plain_into_cache_, watch.seconds(), counts);
    plain.sync();
    take(early ? plain_early_ : plain_write_, watch.seconds(), counts);
  }

  bool read(bool cold, bool counts) {
    const Stopwatch watch;
    const Population read = io::PopulationFile(file_).read(0, options_.households);
    take(read_[cold], watch.seconds(), counts);
    return counts || same(made_, read);  // the first turn, which is not counted, looks
  }

  void read_plainly(bool cold, bool counts) {
    Stopwatch watch;
    {
      Bytes fresh(bytes_);
      PlainFile(plain_, O_RDONLY).read(fresh.data(), fresh.size());
      take(plain_read_[cold], watch.seconds(), counts);
    }
    if (cold) return;
    watch = {};
    PlainFile(plain_, O_RDONLY).read(content_.data(), content_.size());
    take(plain_again_, watch.seconds(), counts);
  }

  Options options_;
  Made made_;
  std::string file_ = options_.folder + "/population.h5", plain_ = options_.folder + "/plain";
  std::size_t bytes_ = 0;
  Bytes content_;    ///< of the plain file
  double kept_ = 0;  ///< the most pages that stayed when they were to be forgotten, as a share
  Row plain_write_{"plain write and sync"}, plain_early_{"the same, the disk begins at once"}, plain_into_cache_{"  of it until in the cache"};
  Row transfer_{"transfer itself", {}, &plain_write_, true}, into_cache_{"  of it until in the cache", {}, &plain_into_cache_}, sync_{"  of it sync and commit"};
  Row read_back_{"read back and checksums"};
  Row plain_read_[2] = {{"plain read, fresh memory"}, {"plain read, fresh memory"}};
  Row read_[2] = {{"population file", {}, &plain_read_[0], true}, {"population file", {}, &plain_read_[1], true}};
  Row plain_again_{"plain read, memory used before"};
};

nlohmann::json Bench::print() const {
  const double megabytes = static_cast<double>(bytes_) * 1e-6;
  std::printf("%lld households, %.1f MB, %d rounds in turn; folder %s; memory (triad, 1 thread): %.1f GB/s\n", static_cast<long long>(options_.households), megabytes,
              options_.rounds, options_.folder.c_str(), triad_bytes_per_second(1) * 1e-9);
  nlohmann::json all = {{"households", options_.households}, {"bytes", bytes_}, {"rounds", options_.rounds}, {"kept_in_cache", kept_}};
  const auto part = [&](const char* key, const std::string& title, std::initializer_list<const Row*> rows) {
    std::printf("\n%-34s %9s %9s %9s %9s %9s\n", title.c_str(), "s", "least", "most", "MB/s", "of plain");
    for (const Row* row : rows) {
      const auto [least, most] = std::minmax_element(row->seconds.begin(), row->seconds.end());
      const double middle = median(row->seconds);
      std::printf("%-34s %9.4f %9.4f %9.4f %9.0f", row->name.c_str(), middle, *least, *most, megabytes / middle);
      nlohmann::json entry = {{"what", row->name}, {"seconds", middle}, {"least", *least}, {"most", *most}};
      if (row->beside != nullptr) {
        entry["of_plain"] = share_of_plain(*row);
        std::printf(" %9.2f%s", share_of_plain(*row), row->judged && share_of_plain(*row) < target ? "  below the target of 0.8" : "");
      }
      std::printf("\n");
      all[key].push_back(entry);
    }
  };
  part("write", "write", {&transfer_, &into_cache_, &sync_, &read_back_, &plain_write_, &plain_into_cache_, &plain_early_});
  part("warm", "read from the system's cache", {&read_[0], &plain_read_[0], &plain_again_});
  char title[80];
  std::snprintf(title, sizeof title, kept_ < 0.01 ? "read from the disk" : "read, %.0f %% still cached", kept_ * 100);
  part("cold", title, {&read_[1], &plain_read_[1]});
  return all;
}

int measure(const Options& options) {
  Bench bench(options);
  const bool right = bench.run();
  const nlohmann::json all = bench.print();
  if (!options.json.empty()) write_json(options.json, all);
  if (!right) std::printf("What was read is not what was written.\n");
  return right ? 0 : 1;
}

/// A folder of its own in the one that was asked for, gone at the end.
int measure_in_folder(Options options) {
  std::string name = (options.folder.empty() ? fs::temp_directory_path() : fs::path(options.folder)) / "population_file_bench.XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw Error(ExitCode::cannot_create, name + ": " + std::strerror(errno));
  options.folder = name;
  const std::shared_ptr<void> removed(nullptr, [&name](void*) { fs::remove_all(name); });
  return measure(options);
}

}  // namespace

}  // namespace puente::bench

int main(int argc, char** argv) {
  puente::bench::Options options;
  CLI::App app("A population file beside plain files of as many bytes on the same disk");
  app.add_option("--households", options.households, "Households of the profile")->check(CLI::Range(1'000, 1'000'000'000));
  app.add_option("--profile", options.profile, "What to make them of")->check(CLI::ExistingFile);
  app.add_option("--folder", options.folder, "On the disk to be measured (default: that of temporary files)")->check(CLI::ExistingDirectory);
  app.add_option("--threads", options.threads, "Threads that make households; reading and writing has one")->check(CLI::Range(1, 1024));
  app.add_option("--rounds", options.rounds, "Turns of each")->check(CLI::Range(1, 1000));
  app.add_option("--json", options.json, "Writes all of it to this file");
  CLI11_PARSE(app, argc, argv);
  try {
    return puente::bench::measure_in_folder(options);
  } catch (const puente::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
