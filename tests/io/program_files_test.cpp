// The files that `puente import` and `puente run` make open in h5py, xarray (both engines) with pandas, and R, with labels
// and units.
#include <gtest/gtest.h>

#include "tests/support/program.hpp"
#include "tests/support/survey_map.hpp"

namespace puente::test {
namespace {

constexpr int not_installed = 77, no_program = 127;

// 45, 20 and 40 a head for 4, 1 and 2 persons represented: the mean is (180 + 20 + 80)/7 = 40; below 41 are 3 of 7.
const char* const survey = R"(h,p,w,area,age,spending
1,1,2,1,40,90
1,2,2,1,9,90
2,1,1,2,52,20
3,1,1,2,33,80
3,2,1,2,12,80
)";
const std::string map = map_of_persons(R"(area = { from = "area", labels = { 1 = "urban", 2 = "rural" } }
consumption = { from = "spending", unit = "ZMW@2015/month/household" }
)", R"(age = { from = "age", unit = "years", long_name = "age last birthday" }
)", "title = \"Three households\"\ncurrency = \"ZMW\"\nprice_reference = \"2015\"\n");
// 14 a child: households 1 (weight 2) and 3: spending 42, a mean of 42/7 = 6 more; household 3 rises to 47 a head.
const char* const policy = R"(format = 1
title = "A grant"
[population]
source = "p.h5"
[parameters]
grant = { value = 14, unit = "ZMW@2015/month", se = 2 }
[welfare]
resource = 'consumption'
scale = 'size'
pass_through = { transfers = 1 }
[welfare.lines]
national = { value = 41, unit = "ZMW@2015/month/person" }
[groups]
area = 'area'
[programmes.child_grant]
eligible = 'any(age < 14)'
cash = { amount = 'grant*count(age < 14)' }
[scenarios.none]
[scenarios.grant]
programmes = ["child_grant"]
)";

class ProgramFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("s.csv", survey);
    const Ran imported = puente("import " + folder_.write("m.toml", map) + " -o " + (folder_ / "p.h5"));
    ASSERT_EQ(imported.code, 0) << imported.text;
    const Ran ran = puente("run " + folder_.write("s.toml", policy) + " --quiet --threads 1 --batch 25 --draws 50 -o " + (folder_ / "r.h5"));
    ASSERT_EQ(ran.code, 0) << ran.text;
  }
  void expect_opened(const std::string& reader) {
    const Ran opened = shell(reader + " " + (folder_ / "p.h5") + " " + (folder_ / "r.h5"));
    if (opened.code == not_installed || opened.code == no_program) GTEST_SKIP() << "not installed: " << opened.text;
    EXPECT_EQ(opened.code, 0) << opened.text;
  }
  Folder folder_;
};

class ProgramFilesInPython : public ProgramFiles, public testing::WithParamInterface<const char*> {};

// Debian's packages belong to Debian's Python, which need not be the first on the path.
TEST_P(ProgramFilesInPython, Open) {
  expect_opened(std::string("env -u PYTHONPATH /usr/bin/python3 " PUENTE_SOURCE_DIR "/tests/io/python/read_program_files.py ") + GetParam());
}

INSTANTIATE_TEST_SUITE_P(Readers, ProgramFilesInPython, testing::Values("h5py", "xarray_h5netcdf", "xarray_netcdf4"),
                         [](const auto& reader) { return std::string(reader.param); });

TEST_F(ProgramFiles, OpenInR) { expect_opened("Rscript " PUENTE_SOURCE_DIR "/tests/io/r/read_program_files.R"); }

}  // namespace
}  // namespace puente::test
