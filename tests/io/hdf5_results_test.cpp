// results.h5 and the comparison of files: what goes in comes out, identical results make identical bytes, and
// every difference outside /provenance is found.
#include "io/hdf5/compare.hpp"
#include "io/hdf5/describe.hpp"
#include "io/hdf5/population_writer.hpp"
#include "io/hdf5/results_file.hpp"
#include "tests/io/hdf5_fixtures.hpp"
#include "tests/io/hdf5_results_fixture.hpp"

namespace puente::io {
namespace {

using namespace puente::test;

void expect_same_variables(const std::vector<Variable>& a, const std::vector<Variable>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].name, b[i].name);
    EXPECT_EQ(a[i].dimensions, b[i].dimensions);
    EXPECT_EQ(a[i].units, b[i].units);
    EXPECT_EQ(a[i].long_name, b[i].long_name);
    EXPECT_EQ(a[i].comment, b[i].comment);
    ASSERT_EQ(a[i].values.size(), b[i].values.size());
    EXPECT_TRUE(same_bytes(a[i].values.data(), b[i].values.data(), 8 * a[i].values.size())) << a[i].name;
  }
}

TEST(Results, ComeBackWhole) {
  const Folder folder;
  const Results results = small_results();
  write_results(results, folder.file("r.h5"));
  const Results back = read_results(folder.file("r.h5"));
  EXPECT_EQ(back.title, results.title);
  ASSERT_EQ(back.dimensions.size(), results.dimensions.size());
  for (std::size_t i = 0; i < results.dimensions.size(); ++i) {
    EXPECT_EQ(back.dimensions[i].name, results.dimensions[i].name);
    EXPECT_EQ(back.dimensions[i].labels, results.dimensions[i].labels);
    EXPECT_EQ(back.dimensions[i].values, results.dimensions[i].values);
    EXPECT_EQ(back.dimensions[i].units, results.dimensions[i].units);
  }
  expect_same_variables(back.variables, results.variables);
  expect_same_variables(back.differences, results.differences);
  EXPECT_EQ(back.provenance, results.provenance);
}

TEST(Results, NothingAtAllIsAFileToo) {
  const Folder folder;
  write_results(Results{}, folder.file("r.h5"));
  EXPECT_TRUE(read_results(folder.file("r.h5")).variables.empty());
}

TEST(Results, IdenticalOnesMakeIdenticalBytes) {
  const Folder folder;
  write_results(small_results(), folder.file("a.h5"));
  write_results(small_results(), folder.file("b.h5"));
  EXPECT_TRUE(content_of(folder.file("a.h5")) == content_of(folder.file("b.h5")));
}

/// Writes both and compares.
std::vector<Difference> differences(const Results& a, const Results& b) {
  const Folder folder;
  write_results(a, folder.file("a.h5"));
  write_results(b, folder.file("b.h5"));
  return compare_files(folder.file("a.h5"), folder.file("b.h5"));
}

TEST(Compare, ProvenanceDoesNotCount) {
  Results other = small_results();
  other.provenance["ranks"] = 8.0;
  other.provenance["host"] = "elsewhere";
  EXPECT_TRUE(differences(small_results(), other).empty());
}

TEST(Compare, OneBitOfOneValueCounts) {
  Results other = small_results();
  double& value = other.variables[1].values[7];
  value = std::nextafter(value, 1e9);
  const auto found = differences(small_results(), other);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].path, "/fgt");
  EXPECT_NE(found[0].text.find("1 of 24 values differ, first at [0, 1, 0, 1]"), std::string::npos)
      << found[0].text;
}

TEST(Compare, SignOfZeroAndBitsOfNaNCount) {
  Results plus = small_results(), minus = small_results();
  plus.variables[0].values[0] = 0.0;
  minus.variables[0].values[0] = -0.0;
  EXPECT_EQ(differences(plus, minus).size(), 1u);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  plus.variables[0].values[0] = nan;
  minus.variables[0].values[0] = nan;
  EXPECT_TRUE(differences(plus, minus).empty());
  minus.variables[0].values[0] = -nan;
  EXPECT_EQ(differences(plus, minus).size(), 1u);
}

TEST(Compare, FindsEveryKindOfDifference) {
  const auto path_of_change = [](const std::function<void(Results&)>& change) {
    Results other = small_results();
    change(other);
    const auto found = differences(small_results(), other);
    return found.empty() ? std::string("nothing") : found[0].path;
  };
  EXPECT_EQ(path_of_change([](Results& r) { r.title = "another"; }), "/@title");
  EXPECT_EQ(path_of_change([](Results& r) { r.variables[0].units = "ZMW"; }), "/households@units");
  EXPECT_EQ(path_of_change([](Results& r) { r.variables[1].comment.clear(); }), "/fgt@comment");
  EXPECT_EQ(path_of_change([](Results& r) { r.variables.pop_back(); }), "/total");
  EXPECT_EQ(path_of_change([](Results& r) { r.dimensions[0].labels[1] = "both!"; }), "/difference/scenario");
  EXPECT_EQ(path_of_change([](Results& r) { r.differences[0].values[3] += 1; }), "/difference/fgt");
  EXPECT_EQ(path_of_change([](Results& r) { r.variables[0].name = "people"; }), "/households");
  EXPECT_EQ(path_of_change([](Results& r) {
              r.dimensions[1].labels.push_back("c");
              r.variables[0].values.push_back(1);
              r.variables[1].values.resize(36);
              r.differences[0].values.resize(36);
            }),
            "/difference/fgt");
}

TEST(Compare, PopulationsTooAndCountsWhatDiffers) {
  const Folder folder;
  Population a = rich_population(0, 3'000'00);
  write_population(a, folder.file("a.h5"));
  write_population(a, folder.file("same.h5"));
  a.household[2].set(299'999, 17);
  a.household[2].set(123, 18);
  write_population(a, folder.file("b.h5"));
  EXPECT_TRUE(compare_files(folder.file("a.h5"), folder.file("same.h5")).empty());
  const auto found = compare_files(folder.file("a.h5"), folder.file("b.h5"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].path, "/household/income");
  EXPECT_NE(found[0].text.find("2 of 300000 values differ, first at [123]"), std::string::npos)
      << found[0].text;
}

TEST(Describe, TellsColumnsUnitsLabelsAndMemory) {
  const Folder folder;
  write_population(rich_population(0, 1000), folder.file("p.h5"));
  const std::string text = describe_file(folder.file("p.h5"));
  for (const char* part :
       {"1000 households, 2250 persons", "ZMW/month/household", "4 labels: Luapula, North Western, 北部",
        "ordered, 3 labels", "91 missing", "all blocks agree", "größe"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
  // 8 id + 8 weight + 4 income + 1 rural + 2 größe + 4 district + 1 province + 1 status + 8 household; 2 + 1
  // + 8 + 2 + 1 a person.
  EXPECT_NE(
      text.find(
          "memory: 76.5 bytes a household with its persons (37.0 household columns, 31.5 person columns"),
      std::string::npos)
      << text;
}

TEST(Describe, TellsDimensionsAndVariables) {
  const Folder folder;
  write_results(small_results(), folder.file("r.h5"));
  const std::string text = describe_file(folder.file("r.h5"));
  for (const char* part :
       {"reference, both", "(scenario, group, line, alpha)", "0, 1, 2", "Foster-Greer-Thorbecke"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
}

}  // namespace
}  // namespace puente::io
