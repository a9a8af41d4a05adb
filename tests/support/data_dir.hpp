// Where the reference surveys lie. They are not part of the repository: PUENTE_DATA_DIR names their folder, else they
// are looked for beside the checkout.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace puente::test {

inline std::string data_dir() {
  const char* given = std::getenv("PUENTE_DATA_DIR");
  return given != nullptr ? given : PUENTE_SOURCE_DIR "/../shared/data";
}

inline bool has_data(const std::string& set) { return std::filesystem::is_directory(data_dir() + "/" + set); }

inline std::string no_data(const std::string& set) {
  return "the survey " + set + " is not in " + data_dir() + "; set PUENTE_DATA_DIR to the folder of surveys";
}

}  // namespace puente::test
