// What people give to `puente import`: each mistake gets its place, its reason and a remedy, its exit code and no file.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/support/data_dir.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

std::string bytes_of(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

std::string map_of(const std::string& file) {
  return "format = 1\n[input.persons]\nfile = \"" + file +
         "\"\n[keys]\nhousehold = \"h\"\nperson = \"p\"\n[design]\nweight = \"w\"\n[person.columns]\nage = { from = \"age\", type = \"i16\" }\n";
}

const std::string header = "h,p,w,age\n";

class ImportMistakes : public testing::Test {
 protected:
  Ran import(const std::string& map, const std::string& options = "") {
    return puente("import " + map + " " + options + " -o " + (folder_ / "out.h5"));
  }
  void expect_refused(const std::string& map, int code, const std::vector<std::string>& says, const std::string& options = "") {
    const Ran ran = import(map, options);
    EXPECT_EQ(ran.code, code) << options << ran.text;
    for (const std::string& words : says) EXPECT_NE(ran.text.find(words), std::string::npos) << words << "\n" << ran.text;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out.h5"));
  }
  /// A file of persons with the columns h, p, w, age.
  void expect_content_refused(const std::string& content, int code, const std::vector<std::string>& says) {
    folder_.write("s.csv", content);
    expect_refused(folder_.write("map.toml", map_of("s.csv")), code, says);
  }
  void expect_file_refused(const std::string& file, int code, const std::vector<std::string>& says) {
    expect_refused(folder_.write("map.toml", map_of(file)), code, says);
  }
  Folder folder_;
};

TEST_F(ImportMistakes, FilesThatAreNone) {
  std::filesystem::create_directory(folder_ / "folder.csv");
  folder_.write("empty.csv", "");
  expect_file_refused("none.csv", 66, {"none.csv: there is no such file", "check the name"});
  expect_file_refused("folder.csv", 65, {"is a folder", "name the file inside it"});
  expect_file_refused("empty.csv", 65, {"empty.csv: is empty", "get the file again"});
  expect_refused(folder_ / "none.toml", 66, {"there is no such file", "check the name"});
  expect_refused(folder_ / "folder.csv", 66, {"is a folder"});
  expect_refused(folder_.write("empty.toml", ""), 65, {"write format = 1", "[input.persons]", "[design]"});
}

TEST_F(ImportMistakes, AnotherFormatUnderTheName) {
  const std::string sav = "$FL2@(#) SPSS DATA FILE", csv = header + "1,1,1,30\n";
  for (const auto& [name, content, holds] : {std::tuple{"a.dta", sav, "an SPSS system file"}, {"a.csv", sav, "an SPSS system file"},
                                             {"a.sav", csv, "text"}, {"a.csv.gz", csv, "text"}, {"a.sas7bdat", csv, "text"}}) {
    folder_.write(name, content);
    expect_file_refused(name, 65, {std::string("but it holds ") + holds, "rename it or get it again"});
  }
  folder_.write("b.csv", "\x89HDF\r\n\x1a\n");
  expect_file_refused("b.csv", 65, {"an HDF5 file"});
  folder_.write("c.csv", "PK\x03\x04zip");
  expect_file_refused("c.csv", 65, {"Excel", "save it as CSV"});
}

TEST_F(ImportMistakes, RowsThatMakeNoSense) {
  expect_content_refused(header, 65, {"no household is left", "holds no row"});
  expect_content_refused(header + "1,1,1,30\n1,1,1,31\n", 65, {"line 3 of", "household 1 has the person '1' twice", "line 2", "correct the key"});
  expect_content_refused(header + ",1,1,30\n", 65, {"line 2 of", "the key 'h' is missing", "choose another key"});
  expect_content_refused(header + "-4,1,1,30\n", 65, {"line 2 of", "the household key -4 is negative"});
  expect_content_refused(header + "1,1,1\n", 65, {"s.csv:2:", "has 3 cells where the first line names 4"});
  expect_content_refused(header + "1,1,1,99999\n", 65, {"line 2 of", "column 'age' holds 99999", "type i16", "leave out type"});
  expect_content_refused(header + "1,1,1,30.5\n", 65, {"column 'age' holds 30.5"});
  expect_content_refused(header + "1,1,1,inf\n", 65, {"column 'age' holds inf", "not a finite number"});
  expect_content_refused("h,p,w,age,age\n1,1,1,30,31\n", 65, {"s.csv:1: two columns are named 'age'; rename one"});
  expect_content_refused("h,p,w,years\n1,1,1,30\n", 65, {"map.toml:10:", "there is no column 'age'"});
  expect_content_refused(header + "1,1,1,30\n1,2,2,30\n", 65, {"line 3 of", "'weight' (w) belongs to households but is 2 here and 1", "pick ="});
}

TEST_F(ImportMistakes, WeightsThatMakeNoSense) {
  expect_content_refused(header + "1,1,2,30\n7,1,-2,30\n", 65, {"line 3 of", "household 7", "the weight 'w' is -2", "correct the survey"});
  for (const char* weight : {"NaN", "", "NA", "."})
    expect_content_refused(header + "1,1,2,30\n7,1," + weight + ",30\n", 65, {"line 3 of", "household 7", "'weight' (w) is missing", "missing = "});
  for (const char* weight : {"inf", "-inf"})
    expect_content_refused(header + "1,1,2,30\n7,1," + weight + ",30\n", 65, {"line 3 of", "household 7", weight, "not a finite number"});
  expect_content_refused(header + "1,1,2,30\n7,1,1e999,30\n", 65, {"'1e999' at line 3", "correct the file"});
  expect_content_refused(header + "1,1,0,30\n2,1,0,30\n", 65, {"all weights are 0", "[design]"});
}

TEST_F(ImportMistakes, TheOneBadCellOfAMillionLines) {
  std::string content = header;
  content.reserve(24'000'000);
  for (int i = 1; i <= 1'000'000; ++i) {
    const std::string number = std::to_string(i);
    content += number + ",1,1.5," + (i == 777'777 ? "forty" : std::to_string(i % 90)) + "\n";
  }
  expect_content_refused(content, 65, {"column 'age' holds text where the map wants a number: 'forty' at line 777778"});
}

TEST_F(ImportMistakes, PersonsAndHouseholdsThatDoNotMeet) {
  const std::string map = folder_.write("map.toml", "format = 1\n[input.households]\nfile = \"h.csv\"\n[input.persons]\nfile = \"p.csv\"\n"
                                                    "[keys]\nhousehold = \"h\"\nperson = \"p\"\n[design]\nweight = \"w\"\n[person.columns]\nage = \"age\"\n");
  folder_.write("h.csv", "h,w\n1,1\n2,2\n");
  folder_.write("p.csv", "h,p,age\n1,1,30\n3,1,30\n2,1,3\n");
  expect_refused(map, 65, {"line 3 of", "p.csv: the person's household 3 is not in", "h.csv", "add the household"});
  folder_.write("p.csv", "h,p,age\n1,1,30\n");
  expect_refused(map, 65, {"line 3 of", "h.csv: household 2: has no person in", "allow_empty_households"});
  folder_.write("h.csv", "h,w\n1,1\n2,2\n1,3\n");
  expect_refused(map, 65, {"line 4 of", "the household 1 stands twice, first in line 2"});
}

TEST_F(ImportMistakes, PlacesThatTakeNoFile) {
  folder_.write("s.csv", header + "1,1,1,30\n");
  const std::string map = folder_.write("map.toml", map_of("s.csv"));
  const Ran nowhere = puente("import " + map + " -o " + (folder_ / "absent/out.h5"));
  EXPECT_EQ(nowhere.code, 73) << nowhere.text;
  EXPECT_EQ(puente("import " + map + " -o " + (folder_ / "")).code, 73);
  EXPECT_EQ(puente("import " + map).code, 64);
  EXPECT_EQ(import(map).code, 0);
}

/// Cuts a file at every tenth of its length and before its last byte.
std::vector<std::string> cuts(const std::string& bytes) {
  std::vector<std::string> all;
  for (std::size_t tenth = 0; tenth < 10; ++tenth) all.push_back(bytes.substr(0, bytes.size() * tenth / 10));
  all.push_back(bytes.substr(0, bytes.size() - 1));
  return all;
}

class Cut : public ImportMistakes {
 protected:
  void expect_cuts_refused(const std::string& map, const std::string& file, const std::string& extension, const std::string& more = "") {
    const std::string bytes = bytes_of(file);
    ASSERT_GT(bytes.size(), 100u) << file;
    const std::vector<std::string> all = cuts(bytes);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string cut = folder_.write("cut" + extension, all[i]);
      const bool empty = i == 0;
      expect_refused(map, empty ? 65 : 74, {"cut" + extension + ": ", empty ? "is empty" : "early", "get the file again"}, "--input " + cut + more);
    }
  }
};

TEST_F(Cut, SpssAndGzipAtEveryTenth) {
  if (!has_data("casen_1990_chile")) GTEST_SKIP() << no_data("casen_1990_chile");
  const std::string map = PUENTE_SOURCE_DIR "/scenarios/chile_casen_1990/import.toml", survey = data_dir() + "/casen_1990_chile/persons";
  expect_cuts_refused(map, survey + ".sav", ".sav");
  expect_cuts_refused(map, survey + ".csv.gz", ".csv.gz");
}

TEST_F(Cut, StataOfTodayAtEveryTenth) {
  if (!has_data("wb_synth_2023")) GTEST_SKIP() << no_data("wb_synth_2023");
  const std::string survey = data_dir() + "/wb_synth_2023/WLD_2023_SYNTH-SVY-";
  expect_cuts_refused(PUENTE_SOURCE_DIR "/tests/surveys/wb_synth_2023/import.toml", survey + "IND-EN_v01_M.dta", ".dta",
                      " --input households=" + survey + "HLD-EN_v01_M.dta");
}

// Value labels come last in Stata 12 and older: a cut there loses labels, not rows.
TEST_F(Cut, OlderStataAtEveryTenth) {
  if (!has_data("format_fixtures")) GTEST_SKIP() << no_data("format_fixtures");
  const std::string map = folder_.write("map.toml", "format = 1\n[input.persons]\nfile = \"x\"\n[keys]\nhousehold = \"hhid\"\n[design]\nweight = \"expr\"\n"
                                                    "[person.columns]\nage = \"edad\"\n");
  for (const char* release : {"8", "10", "11", "12", "13"})
    expect_cuts_refused(map, data_dir() + "/format_fixtures/casen_slice_stata" + release + ".dta", ".dta");
  for (const char* kind : {"none.sav", "byte.sav"}) expect_cuts_refused(map, data_dir() + "/format_fixtures/casen_slice_" + kind, ".sav");
  expect_cuts_refused(map, data_dir() + "/format_fixtures/casen_slice_zsav.zsav", ".zsav");
}

// A population cut anywhere is refused by every command that reads one.
TEST_F(Cut, PopulationsAtEveryTenth) {
  std::string content = header;
  for (int i = 1; i <= 20'000; ++i) content += std::to_string(i) + ",1,1.5," + std::to_string(i % 90) + "\n";
  folder_.write("s.csv", content);
  ASSERT_EQ(import(folder_.write("map.toml", map_of("s.csv"))).code, 0);
  const std::string whole = bytes_of(folder_ / "out.h5"), results = folder_ / "r.h5";
  const std::string scenario = folder_.write("s.toml", "format = 1\n[population]\nsource = \"cut.h5\"\n[welfare]\nresource = 'mean(age)'\n[welfare.lines]\nz = 30\n");
  for (const std::string& part : cuts(whole)) {
    const std::string cut = folder_.write("cut.h5", part);
    for (const std::string& command : {"describe " + cut, "statistics " + cut + " --welfare 'mean(age)'", "compare " + cut + " " + (folder_ / "out.h5"),
                                       "run " + scenario + " -o " + results}) {
      const Ran ran = puente(command);
      EXPECT_EQ(ran.code, part.empty() ? 65 : 74) << part.size() << " of " << whole.size() << ": " << command << "\n" << ran.text;
      EXPECT_NE(ran.text.find("cut.h5"), std::string::npos) << command << "\n" << ran.text;
    }
    EXPECT_FALSE(std::filesystem::exists(results));
  }
}

TEST_F(ImportMistakes, HouseholdsOfAnySize) {
  std::string content = "h,p,w,age\n";
  for (int i = 1; i <= 100; ++i) content += "5," + std::to_string(i) + ",2.5," + std::to_string(i) + "\n";
  folder_.write("s.csv", content);
  ASSERT_EQ(import(folder_.write("map.toml", map_of("s.csv"))).code, 0);
  const auto all = puente_json("statistics " + (folder_ / "out.h5") + " --welfare 'sum(age)/size' --line z=60")["groups"]["all"];
  EXPECT_EQ(all["households"], 2.5);
  EXPECT_EQ(all["persons"], 250);
  EXPECT_EQ(all["mean"], 50.5);
  EXPECT_EQ(all["gini"], 0);
  EXPECT_EQ(all["fgt"]["z"]["0"], 1);
}

TEST_F(ImportMistakes, AHouseholdWithoutPersonsIsKeptWhenTheMapAllowsIt) {
  folder_.write("h.csv", "h,w,income,n\n1,1,10,1\n2,2,40,3\n");
  folder_.write("p.csv", "h,p,age\n1,1,30\n");
  const std::string map = "format = 1\n[input.households]\nfile = \"h.csv\"\n[input.persons]\nfile = \"p.csv\"\n"
                          "[keys]\nhousehold = \"h\"\nperson = \"p\"\n[design]\nweight = \"w\"\n[household.columns]\nincome = \"income\"\n";
  ASSERT_EQ(import(folder_.write("sized.toml", map + "size = \"n\"\n[person.columns]\nage = \"age\"\n")).code, 0);
  const std::string welfare = "statistics " + (folder_ / "out.h5") + " --welfare income ";
  const auto sized = puente_json(welfare)["groups"]["all"];
  EXPECT_EQ(sized["persons"], 1 * 1 + 2 * 3);
  EXPECT_EQ(sized["mean"], (1 * 10 + 2 * 3 * 40) / 7.0);
  ASSERT_EQ(import(folder_.write("allowed.toml", "allow_empty_households = true\n" + map + "[person.columns]\nage = \"age\"\n")).code, 0);
  EXPECT_EQ(puente_json(welfare + "--count households")["groups"]["all"]["mean"], (10 + 2 * 40) / 3.0);
  EXPECT_EQ(puente_json(welfare)["groups"]["all"]["mean"], 10);  // of persons: nobody lives in the second
}

}  // namespace
}  // namespace puente::test
