// Runs the program as a user would and looks at what it prints. Every test works in a temporary folder of its own.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace puente::test {

struct Ran {
  int code = 0;
  std::string text;  ///< standard output and standard error together
};

inline Ran shell(const std::string& command) {
  Ran ran;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) ran.text.append(buffer.data(), n);
  const int status = pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

inline Ran puente(const std::string& arguments) { return shell(std::string(PUENTE_BINARY) + " " + arguments); }

/// Standard output of a command as JSON; the message of a failure otherwise.
inline nlohmann::json puente_json(const std::string& arguments) {
  const Ran ran = shell("(" + std::string(PUENTE_BINARY) + " " + arguments + " --json 2>/dev/null)");
  return ran.code == 0 ? nlohmann::json::parse(ran.text) : nlohmann::json{{"failed", puente(arguments).text}};
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "puente-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name) << content;
    return *this / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace puente::test
