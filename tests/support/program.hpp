// Runs the program as a user would and looks at what it prints. Every test works in a temporary folder of its own.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace puente::test {

struct Ran {
  int code = 0;
  std::string text;  ///< standard output and standard error together
};

Ran shell(const std::string& command);
Ran puente(const std::string& arguments);

/// Read in one place, because the reader of JSON takes seconds to compile.
nlohmann::json json_of(const std::string& text);
nlohmann::json json_of_file(const std::string& path);

/// Standard output of a command as JSON; the message of a failure otherwise.
nlohmann::json puente_json(const std::string& arguments);

class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const;
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace puente::test
