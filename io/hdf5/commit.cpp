#include "io/hdf5/commit.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "engine/core/error.hpp"
#include "io/hdf5/descriptor.hpp"

namespace puente::io {

namespace {

namespace fs = std::filesystem;

Error cannot_create(const std::string& path, const std::string& why) {
  return {ExitCode::cannot_create, "cannot create '" + path + "': " + why};
}

std::string folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

/// The name that is really replaced: behind a symbolic link, what it points at.
std::string real_target(const std::string& path) {
  std::error_code problem;
  if (!fs::is_symlink(path, problem)) return path;
  const fs::path target = fs::weakly_canonical(path, problem);
  return problem ? path : target.string();
}

void check_target(const std::string& path) {
  if (path.empty()) throw cannot_create(path, "the name is empty; give the output a name");
  std::error_code problem;
  const fs::file_status status = fs::status(path, problem);
  if (fs::is_directory(status)) throw cannot_create(path, "it is a folder; give a file name inside it");
  if (fs::exists(status) && !fs::is_regular_file(status))
    throw cannot_create(path, "it is a device or pipe, which cannot be replaced; give the name of a file");
  if (!fs::is_directory(folder_of(path), problem))
    throw cannot_create(path, "the folder '" + folder_of(path) + "' does not exist; make it first");
}

void check_room(const std::string& path, std::uint64_t expected_bytes) {
  struct statvfs disk {};
  if (::statvfs(folder_of(path).c_str(), &disk) != 0) throw cannot_create(path, std::strerror(errno));
  const double room = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  const double needed = 1.2 * static_cast<double>(expected_bytes);
  if (needed > room)
    throw cannot_create(path, "it needs about " + std::to_string(static_cast<std::uint64_t>(needed)) +
                                  " bytes and the disk has " +
                                  std::to_string(static_cast<std::uint64_t>(room)) +
                                  " left; free some or write elsewhere");
}

void check_limit(const std::string& path, std::uint64_t expected_bytes) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) throw cannot_create(path, std::strerror(errno));
  if (limit.rlim_cur != RLIM_INFINITY && expected_bytes > limit.rlim_cur)
    throw cannot_create(path, "it needs about " + std::to_string(expected_bytes) +
                                  " bytes and files may not exceed " + std::to_string(limit.rlim_cur) +
                                  " here; raise the limit (ulimit -f)");
}

/// A new empty file beside `path`; a name left behind by a killed process is passed over, not reused.
std::string make_temporary(const std::string& path) {
  const std::string stem = path + ".tmp." + std::to_string(::getpid());
  for (int attempt = 0; attempt < 1000; ++attempt) {
    std::string name = attempt == 0 ? stem : stem + "." + std::to_string(attempt);
    const int fd = ::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (fd >= 0) {
      ::close(fd);
      return name;
    }
    if (errno != EEXIST) throw cannot_create(path, std::strerror(errno));
  }
  throw cannot_create(path, "too many temporary files '" + stem + ".*' lie there; remove them");
}

}  // namespace

OutputFile::OutputFile(const std::string& path, std::uint64_t expected_bytes) : path_(real_target(path)) {
  check_target(path_);
  check_room(path_, expected_bytes);
  check_limit(path_, expected_bytes);
  temporary_ = make_temporary(path_);
}

OutputFile::~OutputFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void OutputFile::fill(const MemoryFile& memory) const {
  const Descriptor file(temporary_, Descriptor::Mode::read_write);
  memory.copy_to(file);
  file.sync();
}

void OutputFile::commit() {
  Descriptor(temporary_, Descriptor::Mode::read_write).sync();
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    throw Error(ExitCode::io_error,
                "cannot rename '" + temporary_ + "' to '" + path_ + "': " + std::strerror(errno));
  committed_ = true;
  Descriptor(folder_of(path_), Descriptor::Mode::read).sync();
}

void write_whole_file(const std::string& path, std::string_view content) {
  OutputFile output(path, content.size());
  Descriptor file(output.temporary(), Descriptor::Mode::read_write);
  file.resize(static_cast<std::int64_t>(content.size()));
  file.reserve_size();
  file.write_at(0, std::as_bytes(std::span(content)));
  file.close();
  output.commit();
}

}  // namespace puente::io
