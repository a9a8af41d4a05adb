// The files open in the tools analysts use (h5py, h5netcdf, netCDF4, xarray with pandas, R), with names,
// labels and units, and a population made by such a tool opens here.
#include <cstdlib>

#include "io/hdf5/population_file.hpp"
#include "io/hdf5/population_writer.hpp"
#include "io/hdf5/results_file.hpp"
#include "tests/io/hdf5_fixtures.hpp"
#include "tests/io/hdf5_results_fixture.hpp"

namespace puente::io {
namespace {

using namespace puente::test;

constexpr int not_installed = 77;

struct Script {
  int code = -1;
  std::string said;
};

Script run(const Folder& folder, const std::string& command) {
  const std::string log = folder.file("log");
  const int status = std::system((command + " > '" + log + "' 2>&1").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content_of(log)};
}

std::string script(const std::string& name) { return "'" PUENTE_SOURCE_DIR "/tests/io/" + name + "' "; }

// Debian's packages belong to Debian's Python, which need not be the first on the path.
const std::string python = "env -u PYTHONPATH /usr/bin/python3 ";

class Reader : public testing::TestWithParam<const char*> {};

TEST_P(Reader, OpensBothFiles) {
  const Folder folder;
  write_population(rich_population(0, 8), folder.file("p.h5"));
  write_results(small_results(), folder.file("r.h5"));
  const Script done = run(folder, python + script("python/read_files.py") + GetParam() + " " +
                                      folder.file("p.h5") + " " + folder.file("r.h5"));
  if (done.code == not_installed || done.code == 127)
    GTEST_SKIP() << GetParam() << " is not installed: " << done.said;
  EXPECT_EQ(done.code, 0) << done.said;
}

INSTANTIATE_TEST_SUITE_P(Python, Reader,
                         testing::Values("h5py", "h5netcdf", "netcdf4", "xarray_h5netcdf", "xarray_netcdf4"));

TEST(R, OpensBothFiles) {
  const Folder folder;
  write_population(rich_population(0, 8), folder.file("p.h5"));
  write_results(small_results(), folder.file("r.h5"));
  const Script done =
      run(folder, "Rscript " + script("r/read_files.R") + folder.file("p.h5") + " " + folder.file("r.h5"));
  if (done.code == not_installed || done.code == 127)
    GTEST_SKIP() << "R or hdf5r is not installed: " << done.said;
  EXPECT_EQ(done.code, 0) << done.said;
}

// A population without a household still opens.
TEST_P(Reader, OpensEmptyOnes) {
  const Folder folder;
  write_population(rich_population(0, 0), folder.file("p.h5"));
  const std::string reader = GetParam();
  const std::string module = reader.substr(0, reader.find('_'));
  const std::string path = "'" + folder.file("p.h5") + "'";
  std::string body = "f = " + module + ".File(" + path + ", 'r'); f['household/id'][:]";
  if (module == "netcdf4") body = "f = netCDF4.Dataset(" + path + "); f['household/id'][:]";
  if (module == "xarray")
    body = "xarray.open_dataset(" + path + ", group='household', engine='" + reader.substr(7) + "').load()";
  const std::string name = module == "netcdf4" ? "netCDF4" : module;
  const Script present = run(folder, python + "-c 'import " + name + "'");
  if (present.code != 0) GTEST_SKIP() << name << " is not installed: " << present.said;
  const Script done = run(folder, python + "-c \"import " + name + "; " + body + "\"");
  EXPECT_EQ(done.code, 0) << done.said;
}

class MadeByH5py : public testing::Test {
 protected:
  /// False when h5py is not installed.
  bool make(const std::string& options) {
    const Script made = run(folder_, python + script("python/write_population.py") + path() + " " + options);
    EXPECT_TRUE(made.code == 0 || made.code == not_installed || made.code == 127) << made.said;
    return made.code == 0;
  }
  std::string path() const { return folder_.file("p.h5"); }
  Outcome opened() const {
    return outcome_of([this] {
      const PopulationFile file(path());
      file.read(0, file.households());
    });
  }

 private:
  Folder folder_;
};

TEST_F(MadeByH5py, OpensHere) {
  if (!make("")) GTEST_SKIP() << "h5py is not installed";
  const PopulationFile file(path());
  EXPECT_FALSE(file.has_checksums());
  const Population all = file.read(0, 3);
  validate(all);
  EXPECT_EQ(all.find(Entity::household, "id")->as<std::int64_t>()[0], 3);
  EXPECT_EQ(all.find(Entity::household, "weight")->as<double>()[2], 3.5);
  EXPECT_EQ(all.find(Entity::household, "rural")->info().type, ColumnType::boolean);
  EXPECT_EQ(all.find(Entity::household, "rural")->get(2), 1);
  const Column& region = *all.find(Entity::household, "region");
  EXPECT_EQ(region.info().labels, (std::vector<std::string>{"the North", "the South"}));
  EXPECT_EQ(region.get(0), 1);
  EXPECT_TRUE(std::isnan(region.get(2)));
  EXPECT_EQ(all.find(Entity::person, "age")->get(1), 7);
  EXPECT_EQ(file.read(2, 3).persons(), 2);
}

TEST_F(MadeByH5py, IsRefusedWithTheReason) {
  struct Case {
    const char* options;
    const char* reason;
  };
  for (const Case& bad :
       {Case{"version=2", "newer Puente"}, Case{"format=puente-results", "not 'puente-population'"},
        Case{"offset=bad", "does not ascend"}, Case{"code=bad", "the code 7"},
        Case{"drop=household/id", "no column household.id"}, Case{"drop=person", "no group /person"},
        Case{"drop=household/person_offset", "no /household/person_offset"}}) {
    if (!make(bad.options)) GTEST_SKIP() << "h5py is not installed";
    const Outcome outcome = opened();
    EXPECT_EQ(outcome.code, ExitCode::bad_input) << bad.options;
    EXPECT_NE(outcome.message.find(bad.reason), std::string::npos) << outcome.message;
    EXPECT_NE(outcome.message.find(path()), std::string::npos) << outcome.message;
  }
}

}  // namespace
}  // namespace puente::io
