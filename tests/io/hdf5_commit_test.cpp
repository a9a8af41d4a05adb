// The promise of every output: whole under its final name or not there at all, an older file untouched, the
// right exit code; and that damaged files are found out. Full disks are small tmpfs mounts (where the test
// may mount) and, for everybody, a limit on the size of files.
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <random>

#include "io/hdf5/commit.hpp"
#include "io/hdf5/compare.hpp"
#include "io/hdf5/descriptor.hpp"
#include "io/hdf5/population_file.hpp"
#include "io/hdf5/population_writer.hpp"
#include "io/hdf5/results_file.hpp"
#include "tests/io/hdf5_fixtures.hpp"
#include "tests/io/hdf5_results_fixture.hpp"

namespace puente::io {
namespace {

using namespace puente::test;

/// Runs an action in a process of its own and returns its exit code, that of the Error if it threw one.
int exit_code_in_child(const std::function<void()>& prepare, const std::function<void()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    prepare();
    ::_exit(static_cast<int>(outcome_of(action).code));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(Commit, TheFinalNameAppearsWithTheWholeContent) {
  const Folder folder;
  {
    OutputFile output(folder.file("out.txt"), 10);
    EXPECT_FALSE(std::filesystem::exists(folder.file("out.txt")));
    put_content(output.temporary(), "content");
    output.commit();
  }
  EXPECT_EQ(content_of(folder.file("out.txt")), "content");
  EXPECT_EQ(folder.files(), 1u);
  write_whole_file(folder.file("out.txt"), "newer");
  EXPECT_EQ(content_of(folder.file("out.txt")), "newer");
}

TEST(Commit, WithoutCommitTheOlderFileStays) {
  const Folder folder;
  put_content(folder.file("out.txt"), "older");
  { const OutputFile output(folder.file("out.txt"), 10); }
  EXPECT_EQ(content_of(folder.file("out.txt")), "older");
  EXPECT_EQ(folder.files(), 1u);
}

TEST(Commit, WritesThroughASymbolicLink) {
  const Folder folder;
  put_content(folder.file("real"), "older");
  std::filesystem::create_symlink("real", folder.file("link"));
  write_whole_file(folder.file("link"), "newer");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("link")));
  EXPECT_EQ(content_of(folder.file("real")), "newer");
}

TEST(Commit, RefusesPlacesThatCannotHoldAFile) {
  const Folder folder;
  for (const std::string& path :
       {folder.file("absent/out.h5"), folder.path().string(), std::string("/dev/null"), std::string()}) {
    const Outcome outcome = outcome_of([&] { write_results(small_results(), path); });
    EXPECT_EQ(outcome.code, ExitCode::cannot_create) << path;
  }
  const Outcome outcome = outcome_of([&] { OutputFile(folder.file("out"), std::uint64_t{1} << 62); });
  EXPECT_EQ(outcome.code, ExitCode::cannot_create);
  EXPECT_NE(outcome.message.find("the disk has"), std::string::npos) << outcome.message;
  EXPECT_EQ(folder.files(), 0u);
}

TEST(Commit, RefusesAFolderItMayNotWrite) {
  const Folder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
  const auto as_anybody = [] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(99);
  };
  EXPECT_EQ(exit_code_in_child(as_anybody, [&] { write_results(small_results(), folder.file("r.h5")); }), 73);
  EXPECT_EQ(
      exit_code_in_child(as_anybody, [&] { write_population(rich_population(0, 9), folder.file("p.h5")); }),
      73);
  EXPECT_EQ(folder.files(), 0u);
}

/// Files cannot grow beyond `bytes`: what a quota or a full disk does, without leave to mount.
std::function<void()> limit_file_size(rlim_t bytes) {
  return [bytes] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, bytes};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(99);
  };
}

TEST(FullDisk, ALimitOnFilesIsKnownBeforehand) {
  const Population population = rich_population(0, 30'000);
  for (const rlim_t limit : {0, 100, 3'000, 20'000, 100'000, 1'000'000}) {
    const Folder folder;
    put_content(folder.file("p.h5"), "older");
    EXPECT_EQ(exit_code_in_child(limit_file_size(limit),
                                 [&] { write_population(population, folder.file("p.h5")); }),
              73)
        << limit;
    EXPECT_EQ(content_of(folder.file("p.h5")), "older");
    EXPECT_EQ(folder.files(), 1u) << limit;
  }
}

// A limit just below what is needed: HDF5, which composes in memory, must not meet it and bring the program down.
TEST(FullDisk, LimitsJustTooSmallAreErrorsToo) {
  const Population population = rich_population(0, 300'000);
  const Folder whole;
  write_population(population, whole.file("p.h5"));
  write_results(small_results(), whole.file("r.h5"));
  for (const char* name : {"p.h5", "r.h5"}) {
    const auto size = static_cast<rlim_t>(std::filesystem::file_size(whole.file(name)));
    for (const rlim_t below : {rlim_t{1}, rlim_t{1'000}, size / 10, size / 2, size - 1}) {
      const Folder folder;
      const int code = exit_code_in_child(limit_file_size(size - below), [&] {
        if (*name == 'p') write_population(population, folder.file(name));
        else write_results(small_results(), folder.file(name));
      });
      EXPECT_EQ(code, 73) << name << " " << size - below << " of " << size;
      EXPECT_EQ(folder.files(), 0u) << name << " " << size - below;
    }
  }
}

// Here the limit strikes in the middle, as a disk does that somebody else fills.
TEST(FullDisk, StrikingInTheMiddleEndsWith74AndLeavesNothing) {
  for (const rlim_t limit : {0, 100, 4'095, 5'000, 99'999}) {
    const Folder folder;
    const auto write = [&] {
      const OutputFile output(folder.file("out"), 0);
      const Descriptor file(output.temporary(), Descriptor::Mode::read_write);
      file.write_at(0, std::vector<std::byte>(100'000));
    };
    EXPECT_EQ(exit_code_in_child(limit_file_size(limit), write), 74) << limit;
    EXPECT_EQ(folder.files(), 0u) << limit;
  }
}

/// A file system of its own size, if this process may mount.
class SmallDisk {
 public:
  explicit SmallDisk(std::size_t kilobytes) {
    const std::string size = "size=" + std::to_string(kilobytes) + "k";
    mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, size.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount(folder_.path().c_str());
  }
  bool mounted() const { return mounted_; }
  const Folder& folder() const { return folder_; }

 private:
  Folder folder_;
  bool mounted_ = false;
};

#define SKIP_UNLESS_MOUNTED(disk) \
  if (!(disk).mounted())          \
  GTEST_SKIP() << "this process may not mount a small tmpfs; run the test as root to try a full disk"

TEST(FullDisk, AnySizeOfDiskGivesTheWholeFileOrNone) {
  const Population population = rich_population(0, 20'000);
  int whole = 0, refused = 0;
  for (std::size_t kilobytes = 4; kilobytes < 8'000; kilobytes = kilobytes * 3 / 2) {
    const SmallDisk disk(kilobytes);
    SKIP_UNLESS_MOUNTED(disk);
    const std::string path = disk.folder().file("p.h5");
    const Outcome outcome = outcome_of([&] { write_population(population, path); });
    if (outcome.code == ExitCode::done) {
      ++whole;
      expect_same(PopulationFile(path).read(0, 20'000), population);
      continue;
    }
    ++refused;
    EXPECT_TRUE(outcome.code == ExitCode::cannot_create || outcome.code == ExitCode::io_error)
        << outcome.message;
    EXPECT_EQ(disk.folder().files(), 0u) << kilobytes;
  }
  EXPECT_GT(whole, 0);
  EXPECT_GT(refused, 5);
}

void fill_disk(const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  const std::string block(4096, 'x');
  while (out.write(block.data(), 4096).flush()) continue;
}

TEST(FullDisk, RoomOnceClaimedIsNotTakenByOthers) {
  const SmallDisk disk(8'000);
  SKIP_UNLESS_MOUNTED(disk);
  const Population population = rich_population(0, 40'000);
  Exchange alone;
  const std::string path = disk.folder().file("p.h5");
  PopulationWriter writer(path, population.schema(), population.households(), population.persons(), alone);
  fill_disk(disk.folder().file("greedy"));
  writer.write(population);
  writer.finish();
  expect_same(PopulationFile(path).read(0, 40'000), population);
}

TEST(FullDisk, FilledByOthersMeanwhileEndsWith74) {
  const SmallDisk disk(4'000);
  SKIP_UNLESS_MOUNTED(disk);
  const MemoryFile memory;
  const Descriptor content(memory.path(), Descriptor::Mode::read_write);
  content.write_at(0, std::vector<std::byte>(1'000'000, std::byte{7}));
  const Outcome outcome = outcome_of([&] {
    const OutputFile output(disk.folder().file("out"), static_cast<std::uint64_t>(memory.size()));
    fill_disk(disk.folder().file("greedy"));
    output.fill(memory);
  });
  EXPECT_EQ(outcome.code, ExitCode::io_error) << outcome.message;
  EXPECT_EQ(disk.folder().files(), 1u);
}

TEST(FullDisk, EveryRankFailsAlike) {
  const SmallDisk disk(500);
  SKIP_UNLESS_MOUNTED(disk);
  const auto errors = on_ranks(3, [&](Exchange& exchange) {
    const std::int64_t begin = exchange.rank() * 9'000;
    write_population(rich_population(begin, begin + 9'000), disk.folder().file("p.h5"), exchange);
  });
  for (const std::string& error : errors) EXPECT_EQ(error.substr(0, 2), "73") << error;
  EXPECT_EQ(disk.folder().files(), 0u);
}

TEST(Writer, GivenUpLeavesNothing) {
  const Folder folder;
  {
    Exchange alone;
    const Population population = rich_population(0, 10);
    PopulationWriter writer(folder.file("p.h5"), population.schema(), 10, population.persons(), alone);
    writer.write(population);
  }
  EXPECT_EQ(folder.files(), 0u);
}

void expect_refused_when_cut(const Folder& folder, const std::string& whole,
                             const std::function<void(const std::string&)>& open) {
  const std::string path = folder.file("cut.h5");
  for (int tenth = 0; tenth < 10; ++tenth) {
    put_content(path, whole.substr(0, whole.size() * static_cast<std::size_t>(tenth) / 10));
    const Outcome outcome = outcome_of([&] { open(path); });
    EXPECT_EQ(outcome.code, tenth == 0 ? ExitCode::bad_input : ExitCode::io_error)
        << tenth << ": " << outcome.message;
    EXPECT_NE(outcome.message.find(path), std::string::npos) << outcome.message;
  }
  put_content(path, whole.substr(0, whole.size() - 1));
  EXPECT_EQ(outcome_of([&] { open(path); }).code, ExitCode::io_error);
}

TEST(Damage, FilesCutAnywhereAreRefused) {
  const Folder folder;
  write_population(rich_population(0, 5'000), folder.file("p.h5"));
  write_results(small_results(), folder.file("r.h5"));
  const auto read_all = [](const std::string& path) {
    const PopulationFile file(path);
    file.read(0, file.households());
  };
  expect_refused_when_cut(folder, content_of(folder.file("p.h5")), read_all);
  expect_refused_when_cut(folder, content_of(folder.file("r.h5")),
                          [](const std::string& path) { read_results(path); });
}

// Whatever a flipped bit hits, values are never read wrong: refused, or (in bytes that carry no value) read
// right.
TEST(Damage, FlippedBitsOfValuesAreFound) {
  const Folder folder;
  const Population population = rich_population(0, 40'000);
  write_population(population, folder.file("p.h5"));
  const std::string whole = content_of(folder.file("p.h5"));
  std::mt19937_64 random(20240101);
  int found = 0;
  for (int trial = 0; trial < 60; ++trial) {
    std::string flipped = whole;
    // The first pages hold the structure of the file, where HDF5 itself is not safe against damage.
    const std::size_t at = whole.size() / 5 + random() % (whole.size() - whole.size() / 5);
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (random() % 8)));
    put_content(folder.file("f.h5"), flipped);
    const Outcome outcome =
        outcome_of([&] { expect_same(PopulationFile(folder.file("f.h5")).read(0, 40'000), population); });
    found += outcome.code == ExitCode::io_error;
    EXPECT_TRUE(outcome.code == ExitCode::io_error || outcome.code == ExitCode::done) << outcome.message;
  }
  EXPECT_GT(found, 40);
}

TEST(Damage, AWindowFindsItInTheBlocksItTouches) {
  const Folder folder;
  write_population(rich_population(0, 40'000), folder.file("p.h5"));
  std::string bytes = content_of(folder.file("p.h5"));
  // Weight 1 + 12/8 of household 39,998 is the only such run of bytes near the end of its column.
  const double last_weights[] = {cell(rich_schema().household[1], 39'997),
                                 cell(rich_schema().household[1], 39'998),
                                 cell(rich_schema().household[1], 39'999)};
  const std::string needle(reinterpret_cast<const char*>(last_weights), sizeof last_weights);
  const std::size_t at = bytes.rfind(needle);
  ASSERT_NE(at, std::string::npos);
  bytes[at + 6] = static_cast<char>(bytes[at + 6] ^ 1);
  put_content(folder.file("p.h5"), bytes);
  const PopulationFile file(folder.file("p.h5"));
  expect_same(file.read(0, 1'000), rich_population(0, 1'000));
  // Only the last household of the block is asked for, not the damaged one; the block is refused all the
  // same.
  const Outcome outcome = outcome_of([&] { file.read(39'999, 40'000); });
  EXPECT_EQ(outcome.code, ExitCode::io_error);
  EXPECT_NE(outcome.message.find("/household/weight"), std::string::npos) << outcome.message;
  EXPECT_EQ(outcome_of([&] { file.verify(); }).code, ExitCode::io_error);
}

TEST(Damage, OtherFilesUnderTheName) {
  const Folder folder;
  write_results(small_results(), folder.file("r.h5"));
  put_content(folder.file("text.h5"), "id,weight\n1,2\n");
  EXPECT_EQ(outcome_of([&] { PopulationFile(folder.file("text.h5")); }).code, ExitCode::bad_input);
  EXPECT_EQ(outcome_of([&] { PopulationFile(folder.file("r.h5")); }).code, ExitCode::bad_input);
  EXPECT_EQ(outcome_of([&] { PopulationFile(folder.file("absent.h5")); }).code, ExitCode::input_missing);
  EXPECT_EQ(outcome_of([&] { PopulationFile(folder.path().string()); }).code, ExitCode::input_missing);
  write_population(rich_population(0, 3), folder.file("p.h5"));
  EXPECT_EQ(outcome_of([&] { read_results(folder.file("p.h5")); }).code, ExitCode::bad_input);
  EXPECT_EQ(outcome_of([&] { compare_files(folder.file("p.h5"), folder.file("text.h5")); }).code,
            ExitCode::bad_input);
}

}  // namespace
}  // namespace puente::io
