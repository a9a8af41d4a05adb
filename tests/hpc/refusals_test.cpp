// What `run`, `statistics`, `check`, `describe` and `compare` refuse, beside mistakes_test: files that are not what they
// should be, numbers that are none, places without room, and ranks of which one fails.
#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/mount.h>

#include <chrono>

#include "tests/support/program.hpp"
#include "tests/support/survey_map.hpp"

namespace puente::test {
namespace {

const char* const survey = R"(h,p,w,age,income,area
1,1,1,30,100,1
1,2,1,8,100,1
2,1,2,40,-20,2
3,1,1,50,60,2
)";
const std::string map = map_of_persons(R"(income = { from = "income", unit = "ZMW/month/household" }
area = { from = "area", labels = { 1 = "urban", 2 = "rural", 3 = "nowhere" } }
)", R"(age = { from = "age", unit = "years" }
)");
const std::string scenario = R"(format = 1
[population]
source = "p.h5"
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[welfare.lines]
z = 60
)";

class Refusals : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("s.csv", survey);
    const Ran ran = puente("import " + folder_.write("m.toml", map) + " -o " + population_);
    ASSERT_EQ(ran.code, 0) << ran.text;
  }
  std::string run_of(const std::string& content, const std::string& options = "") {
    return "run " + folder_.write("s.toml", content) + " --quiet " + options + " -o " + (folder_ / "out.h5");
  }
  void expect_refused(const std::string& command, int code, const std::string& says) { expect_ended(puente(command), command, code, says); }
  void expect_ended(const Ran& ran, const std::string& command, int code, const std::string& says) {
    EXPECT_EQ(ran.code, code) << command << "\n" << ran.text;
    EXPECT_NE(ran.text.find(says), std::string::npos) << command << "\n" << ran.text;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out.h5")) << command;
  }
  Folder folder_;
  std::string population_ = folder_ / "p.h5";
};

void set_format_version(const std::string& file, int version) {
  const hid_t f = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t attribute = H5Aopen(f, "format_version", H5P_DEFAULT);
  EXPECT_GE(H5Awrite(attribute, H5T_NATIVE_INT, &version), 0);
  H5Aclose(attribute);
  H5Fclose(f);
}

TEST_F(Refusals, FilesOfANewerFormat) {
  const std::string results = folder_ / "r.h5";
  ASSERT_EQ(puente("run " + folder_.write("s.toml", scenario) + " --quiet -o " + results).code, 0);
  set_format_version(population_, 2);
  set_format_version(results, 2);
  for (const std::string& command : {run_of(scenario), "statistics " + population_ + " --welfare income", "check " + (folder_ / "s.toml"),
                                     "describe " + population_, "describe " + results})
    expect_refused(command, 65, "newer Puente");
}

TEST_F(Refusals, FilesThatAreSomethingElse) {
  const std::string text = folder_.write("text.h5", "not HDF5"), empty = folder_.write("empty.h5", ""), none = folder_ / "none.h5";
  for (const std::string& command : std::vector<std::string>{"describe ", "statistics --welfare income ", "compare " + population_ + " ", "run --quiet " + folder_.write("s.toml", scenario) + " --population "}) {
    expect_refused(command + text, 65, "not an HDF5 file");
    expect_refused(command + empty, 65, "is empty");
    expect_refused(command + none, 66, none);
    expect_refused(command + (folder_ / ""), 66, "folder");
  }
  ASSERT_EQ(puente("run " + (folder_ / "s.toml") + " --quiet -o " + (folder_ / "r.h5")).code, 0);
  expect_refused("statistics --welfare income " + (folder_ / "r.h5"), 65, "'puente-results', not 'puente-population'");
  expect_refused("check " + population_, 65, "p.h5:1:1");
  expect_refused("check " + (folder_ / "m.toml"), 65, "[population] is missing");
  EXPECT_EQ(puente("compare " + population_ + " " + (folder_ / "r.h5")).code, 1);
}

TEST_F(Refusals, StatisticsOfNumbersThatAreNone) {
  const std::string all = "statistics " + population_ + " --welfare income ";
  expect_refused(all + "--weight 0", 65, "the weights of all households are zero");
  expect_refused(all + "--weight -1", 65, "the weight is negative: 3 times, first in household 1");
  expect_refused(all + "--weight 'if(id == 2, 1/0, 1)'", 65, "the weight is missing or infinite: 1 time, first in household 2");
  expect_refused(all + "--weight 'if(id == 2, 1e308*10, 1)'", 65, "the weight is missing or infinite: 1 time, first in household 2");
  expect_refused(all + "--where false", 65, "nobody is represented");
  expect_refused(all + "--line z=0/0", 65, "poverty line 'z' is missing or infinite");
  expect_refused(all + "--by 'age/3'", 65, "not a whole number");
  for (const char* infinite : {"if(id == 3, exp(1000), 1)", "if(id == 3, 0/0, 1)", "if(id == 3, log(-1), 1)"})
    expect_refused("statistics " + population_ + " --welfare '" + infinite + "'", 65, "missing or infinite: 1 time, first in household 3");
}

TEST_F(Refusals, OptionsWithoutSense) {
  const std::string all = "statistics " + population_ + " --welfare income ";
  expect_refused(all + "--by area --by area", 64, "--by area is given twice");
  expect_refused(all + "--line z=1 --line z=2", 64, "--line z is given twice");
  expect_refused(all + "--age-bands 6-13", 64, "--attends");
  expect_refused(all + "--attends true --age age --age-bands 13-6", 64, "--age-bands 13-6");
  expect_refused(all + "--threads 0", 64, "--threads: '0' is not a number above 0");
  expect_refused(run_of(scenario, "--draws -3"), 64, "--draws: '-3' is not a number of 0 or more\n");
  expect_refused(run_of(scenario, "--unit-replicates -1"), 64, "--unit-replicates: '-1' is not a number of 0 or more\n");
  expect_refused(run_of(scenario, "--households 10"), 64, "--households is for recipes");
  expect_refused(run_of(scenario, "--set z"), 64, "KEY=VALUE");
  expect_refused(run_of(scenario, "--scenarios nobody"), 64, "nobody");
}

TEST_F(Refusals, OptionsThatWouldDoNothing) {
  expect_refused(run_of(scenario, "--level 0.9"), 64, "--level is of the limits of draws, unit replicates or a sample");
  expect_refused(run_of(scenario, "--interval logit --unit-replicates 2"), 64, "--interval belongs to limits of a sample");
  expect_refused(run_of(scenario, "--sampling linearised --replicates 20"), 64, "--replicates belongs to the method bootstrap; others have as many as the sample says; the method here is linearised");
  for (const char* method : {"bootstrap", "jackknife", "linearised"})
    expect_refused(run_of(scenario, std::string("--fay 0.3 --sampling ") + method), 64, "--fay belongs to the method brr, or columns of the kind fay");
  expect_refused(run_of(scenario, "--replicate-weights j --sampling linearised"), 64, "--replicate-weights belongs to the survey's own");
  expect_refused(run_of(scenario, "--rscales 0.5"), 64, "--rscales belongs to the survey's own");
  expect_refused(run_of(scenario, "--sampling columns --replicate-weights j --replicate-kind brr --psus-there 9"), 64, "--psus-there belongs to the sample's design");
  expect_refused("statistics " + population_ + " --welfare income --level 0.9", 64, "--level is of the limits");
}

TEST_F(Refusals, MistakesInOptionsAreShownThere) {
  expect_refused(run_of(scenario, "--set 'welfare.lines.z=3 * incme'"), 65, "--set welfare.lines.z:1:5: error: there is no column");
  expect_refused(run_of(scenario, "--set 'welfare.lines.z=[3]'"), 65, "--set welfare.lines.z:1:1: error: welfare.lines.z wants");
  expect_refused(run_of(scenario, "--set welfare.linez.z=3"), 65, "there is no 'welfare.linez.z' in the file to set");
}

TEST_F(Refusals, AGroupWithoutMembersHasCountsAndNoFigures) {
  const auto nobody = puente_json("statistics " + population_ + " --welfare income --line z=60 --by area")["groups"]["area=nowhere"];
  EXPECT_EQ(nobody["persons"], 0);
  EXPECT_TRUE(nobody["mean"].is_null());
  EXPECT_TRUE(nobody["fgt"]["z"]["0"].is_null());
  const Ran table = puente("statistics " + population_ + " --welfare income --by area");
  EXPECT_NE(table.text.find("area=nowhere                         -"), std::string::npos) << table.text;
  EXPECT_EQ(table.text.find("nan"), std::string::npos) << table.text;
}

TEST_F(Refusals, QuantilesThatNeedThemselves) {
  expect_refused(run_of(scenario + "[variables]\nq = 'quantile(r, 0.5)'\nr = 'income - q'\n[groups]\nb = 'r > 0'\n"), 65, "in a circle");
}

TEST_F(Refusals, ExpressionsOfTenThousandOperators) {
  const auto times = [](const std::string& text) {
    std::string all;
    for (int i = 0; i < 10'000; ++i) all += text;
    return all;
  };
  const auto group = [](const std::string& condition) { return scenario + "[groups]\ng = '" + condition + "'\n"; };
  EXPECT_EQ(puente(run_of(group(times("size + ") + "size > 3"))).code, 0);
  std::filesystem::remove(folder_ / "out.h5");
  for (const std::string& nested : {times("(") + "size > 3" + times(")"), times("not ") + "true", times("-") + "1 > 0", times("2^") + "1 > 0", times("if(true, ") + "true"})
    expect_refused(run_of(group(nested)), 65, "s.toml:10:");
}

TEST_F(Refusals, PlacesWithoutRoom) {
  folder_.write("file", "");
  expect_refused("run " + folder_.write("s.toml", scenario) + " --quiet -o " + (folder_ / "file/out.h5"), 73, "cannot create");
  expect_refused("run " + (folder_ / "s.toml") + " --quiet -o " + (folder_ / ""), 73, "folder");
  expect_refused("run " + (folder_ / "s.toml") + " --quiet -o /proc/out.h5", 73, "cannot create '/proc/out.h5'");
}

// The limit is met before the first byte is written; HDF5 must not bring the program down at its end.
TEST_F(Refusals, ALimitOnFileSize) {
  for (const std::string& command : {run_of(scenario), "import " + (folder_ / "m.toml") + " -o " + (folder_ / "out.h5")})
    for (const int kibibytes : {4, 16, 40}) {
      const Ran ran = shell("bash -c 'ulimit -f " + std::to_string(kibibytes) + "; " PUENTE_BINARY " " + command + "'");
      expect_ended(ran, command, 73, "raise the limit (ulimit -f)");
    }
}

TEST_F(Refusals, AFullDisk) {
  const std::string disk = folder_ / "disk";
  std::filesystem::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=16k") != 0) GTEST_SKIP() << "this process may not mount a small tmpfs; run the test as root to try a full disk";
  folder_.write("s.toml", scenario);
  for (const std::string& command : {"run " + (folder_ / "s.toml") + " --quiet -o ", "import " + (folder_ / "m.toml") + " -o "}) {
    const Ran ran = puente(command + disk + "/out.h5");
    EXPECT_EQ(ran.code, 73) << ran.text;
    EXPECT_NE(ran.text.find("the disk has"), std::string::npos) << ran.text;
    EXPECT_TRUE(std::filesystem::is_empty(disk)) << command;
  }
  EXPECT_EQ(::umount(disk.c_str()), 0);
}

TEST_F(Refusals, AScreenThatIsFull) {
  const Ran ran = shell(std::string(PUENTE_BINARY) + " run " + folder_.write("s.toml", scenario) + " --json > /dev/full");
  EXPECT_EQ(ran.code, 74) << ran.text;
}

#ifdef PUENTE_HAS_MPI
// One rank's household is wrong, or nobody's file is there: all ranks end with the same code, soon.
TEST_F(Refusals, RanksEndTogether) {
  const std::string recipe = "format = 1\n[population]\nhouseholds = 5000\n[population.recipe.household]\nsize = '2'\nincome = 'if(id == 4999, 0/0, 1)'\n"
                             "[welfare]\nresource = 'income'\n[welfare.lines]\nz = 60\n";
  const std::string good = "format = 1\n[population]\nhouseholds = 5000\n[population.recipe.household]\nsize = '2'\n[welfare]\nresource = 'size'\n[welfare.lines]\nz = 60\n";
  folder_.write("good.toml", good);
  const std::string out = folder_ / "out.h5";
  struct Case {
    std::string command;
    int code;
    const char* says;
  };
  for (const Case& wrong : {Case{run_of(recipe), 65, "first in household 4999"}, Case{"run " + (folder_ / "none.toml") + " -o " + out, 66, "none.toml"},
                            Case{"run " + (folder_ / "good.toml") + " --quiet -o " + (folder_ / "absent/out.h5"), 73, "cannot create"},
                            Case{"run " + (folder_ / "good.toml") + " --population " + (folder_ / "none.h5") + " -o " + out, 66, "none.h5"},
                            Case{"statistics " + population_ + " --welfare 'if(id == 3, 0/0, 1)'", 65, "first in household 3"},
                            Case{"statistics " + population_ + " --welfare incme", 65, "did you mean 'income'"}}) {
    const auto start = std::chrono::steady_clock::now();
    expect_ended(shell(std::string("timeout 60 mpirun -n 3 ") + PUENTE_BINARY + " " + wrong.command), wrong.command, wrong.code, wrong.says);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30)) << wrong.command;
  }
}
#endif

}  // namespace
}  // namespace puente::test
