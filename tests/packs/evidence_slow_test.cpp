// The evidence of every pack and every profile: what must close does, and another value of a parameter moves the finding that
// it holds, so that no number of a finding is anywhere but in the files. Small builds look only at whether every row is sound and can be simulated.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/support/program.hpp"
#include "tests/support/scale.hpp"

namespace puente::test {
namespace {

namespace fs = std::filesystem;

const bool full_size = scaled(100) == 100;

std::vector<std::string> evidence_files() {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(PUENTE_SOURCE_DIR) / "scenarios"))
    if (entry.path().filename().string().ends_with("evidence.toml")) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

std::string name_of(const std::string& file) {
  const fs::path path(file);
  const std::string folder = path.parent_path().filename().string(), stem = path.stem().stem().string();
  std::string name = path.filename() == "evidence.toml" ? folder : folder == "profiles" ? stem : folder + "_" + stem;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// A profile is validated by its own name, a pack by its folder, other evidence by its file.
std::string subject_of(const std::string& file) {
  const fs::path path(file);
  if (path.filename() == "evidence.toml") return path.parent_path().string();
  const std::string scenario = (path.parent_path() / path.stem().stem()).string() + ".toml";
  return fs::exists(scenario) ? scenario : file;
}

nlohmann::json validate(const std::string& file, const std::string& options = "") {
  const std::string small = full_size ? "" : " --households 3000";
  const Ran ran = shell(std::string("(") + PUENTE_BINARY + " validate " + subject_of(file) + " --json" + small + " " + options + " 2>/dev/null)");
  EXPECT_TRUE(ran.code == 0 || ran.code == 1) << puente("validate " + subject_of(file) + small + " " + options).text;
  return ran.code == 0 || ran.code == 1 ? json_of(ran.text) : nlohmann::json{{"findings", nlohmann::json::array()}};
}

class Evidence : public testing::TestWithParam<std::string> {};

TEST_P(Evidence, ClosesWhereItMust) {
  if (!full_size && !GetParam().ends_with("/evidence.toml")) GTEST_SKIP() << "profiles and choices close at full size only";
  const auto json = validate(GetParam());
  EXPECT_FALSE(json["findings"].empty());
  for (const auto& finding : json["findings"]) {
    const std::string verdict = finding["verdict"];
    const bool judged = verdict != "not comparable" && verdict != "not modelled yet" && verdict != "contradictory in the source";
    const bool closes = verdict != "DOES NOT CLOSE", simulated = !finding["simulated"].is_null();
    EXPECT_TRUE(closes || !full_size) << finding.dump(2);
    EXPECT_TRUE(simulated || !judged || !full_size) << finding.dump(2);
  }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Evidence, testing::ValuesIn(evidence_files()), [](const auto& file) { return name_of(file.param); });

/// Halves the parameter behind a finding that is one number typed into one parameter.
TEST(ZambianEvidence, AnotherParameterMovesWhatItHolds) {
  if (!full_size) GTEST_SKIP() << "the build at full size looks at it";
  const std::string file = std::string(PUENTE_SOURCE_DIR) + "/scenarios/zambia_casu_hgsf/evidence.toml";
  const auto before = validate(file);
  for (std::size_t i = 0; i < before["findings"].size(); ++i) {
    const auto& finding = before["findings"][i];
    const bool one = finding["role"] == "input" && finding["form"] == "point" && finding["sets"].size() == 1;
    if (!one || finding["simulated"].is_null()) continue;
    const std::string key = finding["sets"][0];
    const auto after = validate(file, "--set " + key + "=" + nlohmann::json(finding["value"].get<double>() / 2).dump());
    EXPECT_NE(after["findings"][i]["simulated"], finding["simulated"]) << finding.dump(2);
    EXPECT_EQ(after["findings"][i]["verdict"], "DOES NOT CLOSE") << finding.dump(2);
    return;
  }
  FAIL() << "no finding is one number in one parameter";
}

}  // namespace
}  // namespace puente::test
