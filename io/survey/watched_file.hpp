// A file under ReadStat's read calls that knows whether it ended in the middle of something. Stata 12 and older end with
// label sets, as many as there are: ReadStat takes a cut one for the end of the file, and labels would be lost unseen.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <memory>

namespace puente::io {

class WatchedFile {
 public:
  /// False when the file cannot be opened.
  bool open(const char* path);
  void close() { file_.reset(); }
  /// The new position, -1 on failure.
  std::int64_t seek(std::int64_t offset, int whence);
  ssize_t read(void* bytes, std::size_t count);
  bool ended_early() const { return ended_early_; }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Closer> file_;
  bool ended_early_ = false;
};

}  // namespace puente::io
