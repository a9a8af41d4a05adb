#include "tests/support/program.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace puente::test {

Ran shell(const std::string& command) {
  Ran ran;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) ran.text.append(buffer.data(), n);
  const int status = pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

Ran puente(const std::string& arguments) { return shell(std::string(PUENTE_BINARY) + " " + arguments); }

nlohmann::json json_of(const std::string& text) { return nlohmann::json::parse(text); }

nlohmann::json json_of_file(const std::string& path) { return nlohmann::json::parse(std::ifstream(path)); }

nlohmann::json puente_json(const std::string& arguments) {
  const Ran ran = shell("(" + std::string(PUENTE_BINARY) + " " + arguments + " --json 2>/dev/null)");
  return ran.code == 0 ? json_of(ran.text) : nlohmann::json{{"failed", puente(arguments).text}};
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "puente-XXXXXX").string();
  path_ = mkdtemp(name.data());
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::operator/(const std::string& name) const { return (path_ / name).string(); }

std::string Folder::write(const std::string& name, const std::string& content) const {
  std::ofstream(path_ / name) << content;
  return *this / name;
}

}  // namespace puente::test
