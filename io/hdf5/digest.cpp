#include "io/hdf5/digest.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdio>
#include <fstream>
#include <vector>

#include "engine/core/error.hpp"

namespace puente::io {

namespace {

std::string hexadecimal(XXH64_hash_t hash) {
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

}  // namespace

std::string digest_of_text(const std::string& text) { return hexadecimal(XXH3_64bits(text.data(), text.size())); }

std::string digest_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  std::vector<char> bytes(1 << 20);
  do {
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    XXH3_64bits_update(&state, bytes.data(), static_cast<std::size_t>(file.gcount()));
  } while (file);
  if (!file.eof()) throw Error(ExitCode::io_error, path + ": cannot be read; get the file again");
  return hexadecimal(XXH3_64bits_digest(&state));
}

}  // namespace puente::io
