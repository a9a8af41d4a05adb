// Runs policies given as text, as a user would.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/support/program.hpp"

namespace puente::test {

/// The text with the first `from` replaced.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// A hundred thousand households of one person, to which columns are added.
const std::string many_households = R"(format = 1
[population]
households = 100000
[population.recipe.household]
size = '1'
income = '100'
)";

/// Four households of one person with income 10, 20, 30, 40, to which columns are added.
const std::string four_households = R"(format = 1
[population]
households = 4
[population.recipe.household]
size = { value = '1' }
income = { value = '10*(id + 1)' }
)";

/// Households of one to five persons with weights that no share meets at a household's border.
const std::string uneven_households = R"(format = 1
[population]
households = 3000
[population.recipe]
persons = '1 + floor(5*uniform("size"))'
[population.recipe.household]
income = 'exp(5 + normal("income"))'
weight = { value = '0.5 + uniform("w")', type = "f64" }
)";

class Policies : public testing::Test {
 protected:
  /// All that `run --json` says of a scenario file.
  nlohmann::json run(const std::string& content, const std::string& options = "") {
    const nlohmann::json json = puente_json("run " + folder_.write("policy.toml", content) + " " + options);
    EXPECT_FALSE(json.contains("failed")) << json["failed"].get<std::string>();
    return json["scenarios"];
  }
  /// A file's programme in no scenario, as observed, and for everyone; as observed, every outcome is that of the data, which
  /// are the file without the programme, to the last bit.
  nlohmann::json run_worlds(const std::string& content, const std::string& programme) {
    const auto data = run(content.substr(0, content.find("[programmes.")));
    const auto s = run(content + "[scenarios.none]\n[scenarios.seen]\nprogrammes = { " + programme +
                       " = \"observed\" }\n[scenarios.all]\nprogrammes = [\"" + programme + "\"]\n");
    for (const auto& [group, figures] : data["data"]["groups"].items())
      for (const auto& [name, value] : figures["outcomes"].items())
        EXPECT_EQ(s["seen"]["groups"][group]["outcomes"][name], value) << group << ' ' << name;
    return s;
  }
  Ran check(const std::string& content) { return puente("check " + folder_.write("policy.toml", content)); }
  /// `check` finds the mistake and says it at a line.
  void expect_mistake(const std::string& content, const std::string& says, int line) {
    const Ran ran = check(content);
    EXPECT_EQ(ran.code, 65) << ran.text;
    EXPECT_NE(ran.text.find(says), std::string::npos) << ran.text;
    EXPECT_NE(ran.text.find("policy.toml:" + std::to_string(line) + ":"), std::string::npos) << ran.text;
  }
  void expect_refused(const std::string& content, const std::string& says) {
    const Ran ran = puente("run " + folder_.write("policy.toml", content) + " --quiet");
    EXPECT_EQ(ran.code, 65) << ran.text;
    EXPECT_NE(ran.text.find(says), std::string::npos) << ran.text;
  }
  /// The same results, to the last bit, however the work is laid out.
  void expect_same_for_all_layouts(std::string content) {
    const std::string many = "households = 100000";
    if (content.find(many) != std::string::npos) content = with(content, many, "households = 10000");
    const std::string file = folder_.write("policy.toml", content), base = folder_ / "base.h5", other = folder_ / "other.h5";
    const Ran first = puente("run " + file + " --quiet --threads 1 -o " + base);
    ASSERT_EQ(first.code, 0) << first.text;
    const auto same = [&](const std::string& prefix, const std::string& options) {
      const Ran ran = shell(prefix + PUENTE_BINARY + " run " + file + " --quiet " + options + " -o " + other);
      ASSERT_EQ(ran.code, 0) << prefix << options << ran.text;
      const Ran compared = puente("compare " + base + " " + other);
      EXPECT_EQ(compared.code, 0) << prefix << options << compared.text;
    };
    for (const char* block : {"2", "64", "1024"}) same("", std::string("--threads 2 --block ") + block);
#ifdef PUENTE_HAS_MPI
    same("mpirun -n 3 ", "--threads 1 --block 64 --window 1000");
#endif
  }
  static double outcome(const nlohmann::json& scenario, const std::string& name, const std::string& group = "all") {
    return scenario["groups"][group]["outcomes"][name];
  }
  static double mean(const nlohmann::json& scenario) { return scenario["groups"]["all"]["mean"]; }
  Folder folder_;
};

}  // namespace puente::test
