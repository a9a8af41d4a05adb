#include "io/survey/watched_file.hpp"

namespace puente::io {

namespace {

/// The length field that opens a label set: nothing at all in its place is the clean end of a Stata file.
constexpr std::size_t opening_of_labels = 4;

}  // namespace

bool WatchedFile::open(const char* path) {
  file_.reset(std::fopen(path, "rb"));
  return file_ != nullptr;
}

std::int64_t WatchedFile::seek(std::int64_t offset, int whence) {
  if (::fseeko(file_.get(), offset, whence) != 0) return -1;
  return ::ftello(file_.get());
}

ssize_t WatchedFile::read(void* bytes, std::size_t count) {
  const std::size_t got = std::fread(bytes, 1, count, file_.get());
  if (got < count && (got > 0 || count > opening_of_labels)) ended_early_ = true;
  return std::ferror(file_.get()) != 0 ? -1 : static_cast<ssize_t>(got);
}

}  // namespace puente::io
