#include "io/survey/text_encoding.hpp"

#include <iconv.h>

#include <cerrno>

#include "engine/core/error.hpp"

namespace puente::io {

namespace {

/// Length of the UTF-8 sequence that starts at `text`, or 0 (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool canonical = !(lead == 0xE0 && byte(1) < 0xA0) && !(lead == 0xED && byte(1) > 0x9F);
    return canonical && follows(1) && follows(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool canonical = !(lead == 0xF0 && byte(1) < 0x90) && !(lead == 0xF4 && byte(1) > 0x8F);
    return canonical && follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

class Converter {
 public:
  Converter(const std::string& encoding, const std::string& file) : handle_(iconv_open("UTF-8", encoding.c_str())) {
    if (handle_ == reinterpret_cast<iconv_t>(-1))
      throw bad_input(file + ": there is no encoding '" + encoding + "'; try \"UTF-8\", \"windows-1252\" or \"latin1\"");
  }
  ~Converter() { iconv_close(handle_); }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  iconv_t get() const { return handle_; }

 private:
  iconv_t handle_;
};

}  // namespace

std::size_t invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text.substr(i, 4));
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

std::string to_utf8(const std::string& text, const std::string& encoding, const std::string& file) {
  const Converter converter(encoding, file);
  std::string converted(text.size() * 3 + 4, '\0');
  char* in = const_cast<char*>(text.data());
  char* out = converted.data();
  std::size_t in_left = text.size(), out_left = converted.size();
  if (iconv(converter.get(), &in, &in_left, &out, &out_left) == static_cast<std::size_t>(-1))
    throw bad_input(file + ": byte " + std::to_string(text.size() - in_left) + " is not " + encoding +
                    "; say in the map how the file is written, as in encoding = \"windows-1252\"");
  converted.resize(converted.size() - out_left);
  return converted;
}

}  // namespace puente::io
