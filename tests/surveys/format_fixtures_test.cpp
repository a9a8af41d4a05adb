// One slice of a survey in twelve formats gives one population, by one map; missing codes of Stata and SPSS are missing.
// What may differ, and why: Stata 8 to 13 hold variable labels in ASCII (long names differ) and cut value labels to 32
// characters, so there the codes are compared, without labels.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "io/hdf5/population_file.hpp"
#include "tests/support/data_dir.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

const std::string set = "format_fixtures";

std::string fixture(const std::string& name) { return data_dir() + "/" + set + "/" + name; }

const std::vector<std::string> modern = {"casen_slice_stata14.dta", "casen_slice_stata15.dta", "casen_slice_byte.sav",
                                         "casen_slice_none.sav", "casen_slice_zsav.zsav"};
const std::vector<std::string> old = {"casen_slice_stata8.dta", "casen_slice_stata10.dta", "casen_slice_stata11.dta",
                                      "casen_slice_stata12.dta", "casen_slice_stata13.dta"};
const std::vector<std::string> of_missing = {"tagged_missing_stata14.dta", "user_missing.sav"};

std::string content_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// The map beside this test, its codebook found among the fixtures.
std::string map_text() {
  const std::string text = content_of(PUENTE_SOURCE_DIR "/tests/surveys/format_fixtures/import.toml");
  return std::regex_replace(text, std::regex("casen_slice_codebook.csv"), fixture("casen_slice_codebook.csv"));
}

/// Without the two columns that Stata 13 and older lack, and codes instead of labels.
std::string plain_map_text() {
  const std::string text = std::regex_replace(map_text(), std::regex(R"((fecha|texto_largo) = .*\n)"), "");
  return std::regex_replace(text, std::regex(R"(, labels = "file", unlabelled = "code")"), "");
}

/// Names of one letter are v_ and the letter.
std::string old_map_text() {
  return std::regex_replace(plain_map_text(), std::regex(R"re(= "([a-z])")re"), "= \"v_$1\"");
}

class FormatFixtures : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_data(set)) GTEST_SKIP() << no_data(set);
  }
  std::string import(const std::string& map, const std::string& file) {
    const std::string population = folder_ / (std::to_string(++made_) + ".h5");
    const Ran ran = puente("import " + folder_.write("map.toml", map) + " --input " + fixture(file) + " -o " + population);
    EXPECT_EQ(ran.code, 0) << file << ": " << ran.text;
    said_ = ran.text;
    return population;
  }
  Folder folder_;
  int made_ = 0;
  std::string said_;
};

TEST_F(FormatFixtures, EveryFileOfTheFolderIsCovered) {
  std::set<std::string> covered = {"PROVENANCE.txt", "casen_slice.csv", "casen_slice_codebook.csv"};
  for (const auto* files : {&modern, &old, &of_missing}) covered.insert(files->begin(), files->end());
  for (const auto& entry : std::filesystem::directory_iterator(fixture("")))
    EXPECT_EQ(covered.erase(entry.path().filename().string()), 1u) << entry.path() << " has no test";
  EXPECT_TRUE(covered.empty()) << *covered.begin() << " is not there";
}

TEST_F(FormatFixtures, ModernFilesGiveThePopulationOfTheCsvToTheLastBit) {
  const std::string csv = import(map_text(), "casen_slice.csv");
  for (const std::string& file : modern) {
    const Ran compared = puente("compare " + csv + " " + import(map_text(), file));
    EXPECT_EQ(compared.code, 0) << file << "\n" << compared.text;
  }
}

TEST_F(FormatFixtures, OldFilesDifferFromTheCsvInLongNamesOnly) {
  const std::string csv = import(plain_map_text(), "casen_slice.csv");
  for (const std::string& file : old) {
    const Ran compared = puente("compare " + csv + " " + import(old_map_text(), file));
    EXPECT_EQ(compared.code, 1) << file;
    std::istringstream lines(compared.text);
    std::size_t differences = 0;
    for (std::string line; std::getline(lines, line); ++differences)
      EXPECT_NE(line.find("@long_name: "), std::string::npos) << file << ": " << line;
    EXPECT_GT(differences, 0u);
  }
}

TEST_F(FormatFixtures, ThePopulationHoldsTheCellsOfTheCsv) {
  const auto all = io::PopulationFile(import(map_text(), "casen_slice_stata15.dta"));
  const Population population = all.read(0, all.households());
  ASSERT_EQ(population.persons(), 1500);
  const Column& income = *population.find(Entity::household, "ypchaj");
  double sum = 0;
  for (std::int64_t h = 0; h < population.households(); ++h)
    sum += income.get(static_cast<std::size_t>(h)) *
           static_cast<double>(population.person_offset[static_cast<std::size_t>(h) + 1] -
                               population.person_offset[static_cast<std::size_t>(h)]);
  EXPECT_EQ(sum, 59660391);  // PROVENANCE.txt
  EXPECT_EQ(population.find(Entity::person, "sexo")->info().labels, (std::vector<std::string>{"Hombre", "Mujer"}));
  EXPECT_EQ(population.find(Entity::person, "fecha")->get(0), 7610);  // 1990-11-02
  std::size_t longest = 0;
  for (const std::string& label : population.find(Entity::person, "texto_largo")->info().labels) longest = std::max(longest, label.size());
  EXPECT_GT(longest, 255u);
}

// Two codes whose labels are cut to the same 32 characters are one class; that is said.
TEST_F(FormatFixtures, CodesOfOneLabelAreReported) {
  const std::string labelled = std::regex_replace(old_map_text(), std::regex(R"(from = "v10" )"), R"(from = "v10", labels = "file" )");
  import(labelled, "casen_slice_stata8.dta");
  EXPECT_NE(said_.find("'v10': the codes 1 and 2 have the same label 'Dispone de energia electrica con'"), std::string::npos) << said_;
}

std::vector<double> values(const Population& population, const std::string& name) {
  const Column& column = *population.find(Entity::person, name);
  std::vector<double> all;
  for (std::size_t i = 0; i < column.rows(); ++i) all.push_back(column.get(i));
  return all;
}

void expect_values(const std::vector<double>& found, const std::vector<double>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (std::isnan(wanted[i])) EXPECT_TRUE(std::isnan(found[i])) << i;
    else EXPECT_EQ(found[i], wanted[i]) << i;
}

constexpr double none = std::numeric_limits<double>::quiet_NaN();
const char* const keys = "format = 1\n[input.persons]\nfile = \"x\"\n[keys]\nhousehold = \"id\"\n[design]\nweight = 1\n[person.columns]\n";

// Bytes of the file: y = 1.5, ., .a, .b, 0, -3.25, 1e300, 2; k = 1, 2, .z, 1, ., 2, 1, 2.
TEST_F(FormatFixtures, TaggedMissingOfStataIsMissing) {
  const std::string map = std::string(keys) + "y = \"y\"\nk = { from = \"k\", labels = \"file\", unlabelled = \"missing\" }\nraw = \"k\"\n";
  const io::PopulationFile file(import(map, "tagged_missing_stata14.dta"));
  const Population population = file.read(0, file.households());
  expect_values(values(population, "y"), {1.5, none, none, none, 0, -3.25, 1e300, 2});
  expect_values(values(population, "raw"), {1, 2, none, 1, none, 2, 1, 2});
  expect_values(values(population, "k"), {0, 1, none, 0, none, 1, 0, 1});
  EXPECT_EQ(population.find(Entity::person, "k")->info().labels, (std::vector<std::string>{"yes", "no"}));
}

// e2 = 1, 2, 98, 99, 1, 5 (98 and 99 are missing); inc = 100, 250.5, -1, -9, 0, 3000 (-9 to -1 are);
// txt = a, b, ñ, zz, "", "" (zz is).
TEST_F(FormatFixtures, UserMissingOfSpssIsMissing) {
  const std::string map = std::string(keys) + "e2 = { from = \"e2\", labels = \"file\", unlabelled = \"code\" }\nraw = \"e2\"\ninc = \"inc\"\ntxt = \"txt\"\n";
  const io::PopulationFile file(import(map, "user_missing.sav"));
  const Population population = file.read(0, file.households());
  expect_values(values(population, "raw"), {1, 2, none, none, 1, 5});
  expect_values(values(population, "inc"), {100, 250.5, none, none, 0, 3000});
  expect_values(values(population, "e2"), {0, 1, none, none, 0, 2});
  EXPECT_EQ(population.find(Entity::person, "e2")->info().labels, (std::vector<std::string>{"Si", "No", "5"}));
  EXPECT_EQ(population.find(Entity::person, "txt")->info().labels, (std::vector<std::string>{"a", "b", "ñ"}));
  expect_values(values(population, "txt"), {0, 1, 2, none, none, none});
}

}  // namespace
}  // namespace puente::test
