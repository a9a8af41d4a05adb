#include "io/hdf5/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "engine/core/error.hpp"

namespace puente::io {

namespace {

Error failure(const char* doing, const std::string& path, int code) {
  return {ExitCode::io_error, std::string("cannot ") + doing + " '" + path + "': " + std::strerror(code)};
}

/// Repeats an interrupted or short transfer until all is moved; `move` is preadv or pwritev.
template <class Move>
void transfer(std::int64_t offset, std::vector<iovec> parts, const char* doing, const std::string& path, Move&& move) {
  constexpr std::size_t parts_a_call = 1024;  // IOV_MAX of Linux and the BSDs
  std::erase_if(parts, [](const iovec& part) { return part.iov_len == 0; });
  for (std::size_t next = 0; next < parts.size();) {
    const ssize_t moved = move(&parts[next], static_cast<int>(std::min(parts.size() - next, parts_a_call)), offset);
    if (moved < 0 && errno == EINTR) continue;
    if (moved < 0) throw failure(doing, path, errno);
    if (moved == 0)
      throw Error(ExitCode::io_error, "'" + path + "' ends too early: it was cut short or is being changed");
    offset += moved;
    auto whole = static_cast<std::size_t>(moved);
    for (; next < parts.size() && whole >= parts[next].iov_len; ++next) whole -= parts[next].iov_len;
    if (whole == 0) continue;
    parts[next].iov_base = static_cast<std::byte*>(parts[next].iov_base) + whole;
    parts[next].iov_len -= whole;
  }
}

}  // namespace

Descriptor::Descriptor(std::string path, Mode mode) : path_(std::move(path)) {
  fd_ = ::open(path_.c_str(), (mode == Mode::read ? O_RDONLY : O_RDWR) | O_CLOEXEC);
  if (fd_ < 0) throw failure("open", path_, errno);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

void Descriptor::write_at(std::int64_t offset, std::span<const std::byte> bytes) const {
  write_at(offset, {&bytes, 1});
}

void Descriptor::write_at(std::int64_t offset, std::span<const std::span<const std::byte>> parts) const {
  std::vector<iovec> all;
  for (const auto& part : parts) all.push_back({const_cast<std::byte*>(part.data()), part.size()});
  transfer(offset, std::move(all), "write", path_,
           [this](const iovec* part, int n, std::int64_t at) { return ::pwritev(fd_, part, n, at); });
}

void Descriptor::read_at(std::int64_t offset, std::span<std::byte> bytes) const {
  transfer(offset, {{bytes.data(), bytes.size()}}, "read", path_,
           [this](const iovec* part, int n, std::int64_t at) { return ::preadv(fd_, part, n, at); });
}

void Descriptor::resize(std::int64_t bytes) const {
  if (::ftruncate(fd_, bytes) != 0) throw failure("resize", path_, errno);
}

void Descriptor::reserve_size() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) throw failure("examine", path_, errno);
  if (status.st_size == 0) return;
  const int code = ::posix_fallocate(fd_, 0, status.st_size);
  // A file system that cannot reserve says so; the read back after writing then stands alone against a full
  // disk.
  if (code != 0 && code != EOPNOTSUPP && code != EINVAL)
    throw failure("reserve room on disk for", path_, code);
}

void Descriptor::begin_sync([[maybe_unused]] std::int64_t offset, [[maybe_unused]] std::int64_t bytes) const {
#ifdef __linux__
  ::sync_file_range(fd_, offset, bytes, SYNC_FILE_RANGE_WRITE);  // a wish: what fails, sync() is told of
#endif
}

void Descriptor::sync() const {
  // EINVAL: the file system has nothing to sync for this kind of object (folders on some of them).
  if (::fsync(fd_) != 0 && errno != EINVAL) throw failure("bring to disk", path_, errno);
}

void Descriptor::forget_cache() const { ::posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED); }

void Descriptor::close() {
  if (::close(std::exchange(fd_, -1)) != 0) throw failure("close", path_, errno);
}

}  // namespace puente::io
