#include "io/toml/read_text.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/core/error.hpp"

namespace puente::io {

std::string read_text(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) throw Error(ExitCode::input_missing, path + ": there is no such file; check the name");
  if (std::filesystem::is_directory(path, ignored)) throw Error(ExitCode::input_missing, path + ": is a folder, not a file; name the file inside it");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file || file.bad()) throw Error(ExitCode::io_error, path + ": cannot be read; get the file again");
  return content.str();
}

}  // namespace puente::io
