#include "io/survey/gunzip.hpp"

#include <zlib.h>

#include <algorithm>

#include "engine/core/error.hpp"

namespace puente::io {

namespace {

constexpr int gzip_window = 15 + 16;  ///< zlib: maximal window, gzip header and checksum

class Inflater {
 public:
  explicit Inflater(const std::string& compressed) {
    if (inflateInit2(&stream_, gzip_window) != Z_OK) throw Error(ExitCode::internal, "zlib cannot start");
    next_ = reinterpret_cast<const Bytef*>(compressed.data());
    left_ = compressed.size();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends what fits in `room` more bytes; zlib counts in 32 bits.
  int step(std::string& out, std::size_t room) {
    const std::size_t before = out.size();
    out.resize(before + room);
    stream_.next_in = const_cast<Bytef*>(next_);
    stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(left_, 1U << 30));
    const uInt offered = stream_.avail_in;
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream_.avail_out = static_cast<uInt>(room);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    next_ += offered - stream_.avail_in;
    left_ -= offered - stream_.avail_in;
    out.resize(out.size() - stream_.avail_out);
    return code;
  }
  bool at_end() const { return left_ == 0; }
  void next_member() { inflateReset(&stream_); }
  std::string reason() const { return stream_.msg == nullptr ? "" : std::string(" (") + stream_.msg + ")"; }

 private:
  z_stream stream_{};
  const Bytef* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace

std::string gunzip(const std::string& compressed, const std::string& file) {
  Inflater inflater(compressed);
  std::string out;
  out.reserve(compressed.size() * 6);
  while (true) {
    const std::size_t before = out.size();
    const int code = inflater.step(out, 4U << 20);
    if (code == Z_STREAM_END) {
      if (inflater.at_end()) return out;
      inflater.next_member();
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      throw Error(ExitCode::io_error, file + ": its compressed data are damaged" + inflater.reason() + "; get the file again");
    } else if (inflater.at_end() && out.size() == before) {
      throw Error(ExitCode::io_error, file + ": its compressed data end early; get the file again");
    }
  }
}

}  // namespace puente::io
