#include "io/hdf5/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/core/error.hpp"

namespace puente::io {

namespace {

Error failure(const char* doing, const std::string& path, int code) {
  return {ExitCode::io_error, std::string("cannot ") + doing + " '" + path + "': " + std::strerror(code)};
}

/// Repeats an interrupted or short transfer until all is moved; `move` is pread or pwrite on the rest.
template <class Byte, class Move>
void transfer(std::int64_t offset, std::span<Byte> bytes, const char* doing, const std::string& path,
              Move&& move) {
  while (!bytes.empty()) {
    const ssize_t moved = move(bytes.data(), bytes.size(), offset);
    if (moved < 0 && errno == EINTR) continue;
    if (moved < 0) throw failure(doing, path, errno);
    if (moved == 0)
      throw Error(ExitCode::io_error, "'" + path + "' ends too early: it was cut short or is being changed");
    bytes = bytes.subspan(static_cast<std::size_t>(moved));
    offset += moved;
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
  transfer(offset, bytes, "write", path_, [this](const std::byte* data, std::size_t n, std::int64_t at) {
    return ::pwrite(fd_, data, n, at);
  });
}

void Descriptor::read_at(std::int64_t offset, std::span<std::byte> bytes) const {
  transfer(offset, bytes, "read", path_,
           [this](std::byte* data, std::size_t n, std::int64_t at) { return ::pread(fd_, data, n, at); });
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

void Descriptor::sync() const {
  // EINVAL: the file system has nothing to sync for this kind of object (folders on some of them).
  if (::fsync(fd_) != 0 && errno != EINVAL) throw failure("bring to disk", path_, errno);
}

void Descriptor::forget_cache() const { ::posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED); }

void Descriptor::close() {
  if (::close(std::exchange(fd_, -1)) != 0) throw failure("close", path_, errno);
}

}  // namespace puente::io
