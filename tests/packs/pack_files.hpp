// The scenario files of all packs, for tests of each.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace puente::test {

/// Below scenarios/.
inline std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const auto& pack : std::filesystem::directory_iterator(std::filesystem::path(PUENTE_SOURCE_DIR) / "scenarios"))
    for (const char* name : {"scenario.toml", "schooling.toml"})
      if (std::filesystem::exists(pack.path() / name)) files.push_back(pack.path().filename().string() + "/" + name);
  std::sort(files.begin(), files.end());
  return files;
}

inline std::string name_of_file(const testing::TestParamInfo<std::string>& file) {
  std::string name = file.param.substr(0, file.param.size() - 5);
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

}  // namespace puente::test
