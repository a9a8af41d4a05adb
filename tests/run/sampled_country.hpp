// A small survey under a stratified two-stage design, with replicate weights of its own, and a study of it. Six strata of five to nine
// sampling units of four households of two.
#pragma once

#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "engine/core/error.hpp"
#include "tests/hpc/layouts.hpp"
#include "tests/support/survey_map.hpp"

namespace puente::test {

class SampledCountry : public SameBits {
 protected:
  static constexpr int strata = 6;
  static int units(int stratum) { return 5 + stratum % 5; }
  struct Household {
    int number, stratum, unit, weight;
    double income;
  };

  void SetUp() override {
    make_households();
    folder_.write("s.csv", csv_of(columns_of_jackknife()));
    import_survey("j", columns_of_jackknife().size(), "s.h5");
    scenario_ = folder_.write("s.toml", R"(format = 1
[population]
source = "s.h5"
[parameters]
grant = { value = 12, se = 2 }
[welfare]
resource = 'income'
pass_through = { transfers = 1, in_kind = 1 }
[welfare.lines]
line = 60
relative = '0.6 * quantile(welfare, 0.5)'
[groups]
child = 'age < 18'
south = 'region == 1'
[programmes.grant]
eligible = 'income < 100'
cash = { amount = 'grant' }
cost = { per_recipient = 2, fixed = 500 }
[programmes.meals]
entity = "person"
eligible = 'age < 12'
condition = 'attends'
in_kind = { amount = 4, valued_at = 1 }
[scenarios.none]
[scenarios.grant]
programmes = ["grant"]
[scenarios.both]
programmes = ["grant", "meals"]
[statistics]
age_bands = [[6, 13]]
outcomes = ["income"]
[run]
seed = 4
)");
  }

  void make_households() {
    int h = 0;
    for (int stratum = 0; stratum < strata; ++stratum)
      for (int unit = 0; unit < units(stratum); ++unit)
        for (int k = 0; k < 4; ++k) {
          ++h;
          const int level = (h * 7919 + unit * 104729) % 997;
          households_.push_back({h, stratum, unit, 20 + h % 11, 40 + 10 * stratum + 3 * unit + level / 9.0});
        }
  }

  /// [replicate][household]: one sampling unit left out each, the others of its stratum n/(n − 1).
  std::vector<std::vector<double>> columns_of_jackknife() const {
    std::vector<std::vector<double>> columns;
    for (int stratum = 0; stratum < strata; ++stratum)
      for (int unit = 0; unit < units(stratum); ++unit) {
        columns.emplace_back();
        for (const Household& h : households_) {
          const double n = units(stratum);
          columns.back().push_back(h.stratum != stratum ? h.weight : h.unit == unit ? 0.0 : h.weight * n / (n - 1));
        }
      }
    return columns;
  }
  static std::string rscales() {
    std::string text;
    for (int stratum = 0; stratum < strata; ++stratum)
      for (int unit = 0; unit < units(stratum); ++unit) text += (text.empty() ? "" : ",") + shortest((units(stratum) - 1.0) / units(stratum));
    return text;
  }

  /// Persons, with columns of replicate weights j1, j2, …; one that is missing (NaN) stands empty.
  std::string csv_of(const std::vector<std::vector<double>>& replicates) const {
    std::string csv = "h,p,w,stratum,unit,there,income,region,age,goes";
    for (std::size_t r = 0; r < replicates.size(); ++r) csv += ",j" + std::to_string(r + 1);
    csv += "\n";
    for (std::size_t i = 0; i < households_.size(); ++i) {
      const Household& h = households_[i];
      for (int p = 1; p <= 2; ++p) {
        csv += std::to_string(h.number) + "," + std::to_string(p) + "," + std::to_string(h.weight) + "," + std::to_string(h.stratum) + "," + std::to_string(h.unit) + "," +
               std::to_string(12 + h.stratum) + "," + shortest(h.income) + "," + std::to_string(h.number % 2) + "," + std::to_string(p == 1 ? 40 : 6 + h.number % 8) + "," +
               std::to_string((h.number + h.unit) % 3 > 0 ? 1 : 0);
        for (const std::vector<double>& column : replicates) csv += "," + (column[i] == column[i] ? shortest(column[i]) : std::string());
        csv += "\n";
      }
    }
    return csv;
  }

  void import_survey(const std::string& prefix, std::size_t replicates, const std::string& to) {
    std::string columns = "there = \"there\"\nincome = \"income\"\nregion = \"region\"\n";
    for (std::size_t r = 1; r <= replicates; ++r) columns += prefix + std::to_string(r) + " = \"" + prefix + std::to_string(r) + "\"\n";
    std::string map = map_of_persons(columns, "age = \"age\"\ngoes = \"goes\"\nattends = { value = 'goes == 1' }\n");
    map.insert(map.find("weight = \"w\"\n"), "stratum = \"stratum\"\npsu = \"unit\"\n");
    const Ran ran = puente("import " + folder_.write("map.toml", map) + " -o " + folder_ / to);
    ASSERT_EQ(ran.code, 0) << ran.text;
  }

  /// The scenario with one piece of its text in another's place, in a file of its own.
  std::string with(const std::string& piece, const std::string& other) {
    std::ifstream file(scenario_);
    std::ostringstream text;
    text << file.rdbuf();
    std::string all = text.str();
    EXPECT_NE(all.find(piece), std::string::npos) << piece;
    return folder_.write("with.toml", all.replace(all.find(piece), piece.size(), other));
  }
  void expect_refusal(const std::string& command, int code, const std::string& said) {
    const Ran ran = puente(command);
    EXPECT_EQ(ran.code, code) << command;
    EXPECT_NE(ran.text.find(said), std::string::npos) << command << "\n" << ran.text;
  }
  /// What a run's or a survey's table says.
  std::string words(const std::string& command) {
    const Ran ran = puente(command + " --threads 1");
    EXPECT_EQ(ran.code, 0) << ran.text;
    return ran.text;
  }

  nlohmann::json scenario(const std::string& options, const std::string& name = "both") { return puente_json("run " + scenario_ + " --threads 1 " + options).at("scenarios").at(name); }
  nlohmann::json group(const std::string& options, const std::string& name = "all") { return scenario(options, "grant").at("groups").at(name); }

  std::vector<Household> households_;
  std::string scenario_;
};

}  // namespace puente::test
