// A file descriptor with whole reads and writes: a short write, a full disk or an early end is an Error
// (io_error) that names the file. Used where the data must not pass through a library that can lose an error.
// Movable owner; distinct byte ranges may be read and written by several processes at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace puente::io {

class Descriptor {
 public:
  enum class Mode { read, read_write };

  Descriptor() = default;
  Descriptor(std::string path, Mode mode);
  Descriptor(Descriptor&& other) noexcept
      : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  void write_at(std::int64_t offset, std::span<const std::byte> bytes) const;
  /// Parts that lie one after the other in the file.
  void write_at(std::int64_t offset, std::span<const std::span<const std::byte>> parts) const;
  void read_at(std::int64_t offset, std::span<std::byte> bytes) const;
  void resize(std::int64_t bytes) const;
  /// Claims the whole present size on disk, so that later writes cannot meet a full disk.
  void reserve_size() const;
  /// Sets the disk to work on what was just written, where the system can be asked to, so that sync() has little left to wait for.
  void begin_sync(std::int64_t offset, std::int64_t bytes) const;
  void sync() const;
  /// Asks the system to forget its cached pages, so that a read back meets the disk.
  void forget_cache() const;
  void close();

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace puente::io
