// Every mistake of a profile at its place, margins by name with their totals.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/population/synthetic.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ProfileMistakes : public testing::Test {
 protected:
  /// Zambia's profile with one piece of text replaced; what `check` says of it.
  Ran check(const std::string& from, const std::string& to) {
    std::string text = content_of(profile_path("zambia"));
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return puente("check " + folder_.write("profile.toml", text));
  }
  void expect_says(const std::string& from, const std::string& to, const std::vector<std::string>& said) {
    const Ran ran = check(from, to);
    EXPECT_EQ(ran.code, 65) << to << ran.text;
    EXPECT_NE(ran.text.find("profile.toml:"), std::string::npos) << ran.text;
    for (const std::string& part : said) EXPECT_NE(ran.text.find(part), std::string::npos) << part << "\n" << ran.text;
  }
  Folder folder_;
};

TEST_F(ProfileMistakes, TheProfileItselfHasNone) {
  for (const char* country : countries) {
    const Ran ran = puente("check " + profile_path(country));
    EXPECT_EQ(ran.code, 0) << ran.text;
    EXPECT_NE(ran.text.find("no mistakes"), std::string::npos) << ran.text;
  }
}

TEST_F(ProfileMistakes, SharesThatDoNotAddUp) {
  expect_says("share = 8.905", "share = 18.905", {"the shares of regions add up to 110", "not 100"});
  expect_says("ages = [16.03", "ages = [26.03", {"people.ages add up to 109.99", ":19:1", "not 100"});
  expect_says("rural = { farm = 62", "rural = { farm = 72", {"livelihoods.rural add up to 110"});
}

TEST_F(ProfileMistakes, NegativeShares) {
  expect_says("share = 8.905", "share = -8.905", {"regions.table.share is -8.905: it lies between 0 and 100"});
  expect_says("rural = { farm = 62", "rural = { farm = -62", {"livelihoods.rural.farm is -62"});
}

TEST_F(ProfileMistakes, CategoriesMissedAndUnknown) {
  expect_says("ages = [16.03, ", "ages = [", {"people.ages has 16 numbers, not 17", "five-year groups"});
  expect_says("rural = { farm = 62, ", "rural = { ", {"livelihoods.rural misses the category 'farm'"});
  expect_says("rural = { farm = 62, ", "rural = { fram = 62, ", {"'fram' is no category", "did you mean 'farm'", "misses the category 'farm'"});
  expect_says("shares = { rural = [49.92, ", "shares = { rurl = [49.92, ", {"'rurl' is no label of 'area'", "did you mean 'rural'", "misses 'rural'"});
  expect_says("by = \"area\"", "by = \"aera\"", {"'aera' is no variable of traits", "did you mean 'area'"});
}

TEST_F(ProfileMistakes, MarginsThatContradictOneAnother) {
  expect_says("share = 39.", "share = 49.", {"areas.urban.share is 49.", "the regions' own shares make it 39."});
  expect_says("[household_size]\nvalue = 5.08", "[household_size]\nvalue = 5.98", {"household_size is 5.98", "make it 5.08"});
  expect_says("decile_thresholds = [0.46", "decile_thresholds = [0.3", {"between the shares 0 and 0.1 of persons", "contradict one another"});
  expect_says("gap = 32.7", "gap = 72.7", {"the gap at 2.15 is 72.7", "more than the headcount"});
}

TEST_F(ProfileMistakes, NumbersWithoutSource) {
  expect_says("source = \"UN WPP 2019, five-year shares\"\n", "", {"people says neither where its numbers come from"});
  expect_says("status = \"published\" }\n# 0-4", "status = \"certain\" }\n# 0-4", {"is one of \"published\", \"derived\", \"assumed\""});
}

TEST_F(ProfileMistakes, ColumnsLeftOutMustExist) {
  const Ran ran = check("leave_out = [\"child_works\"]", "leave_out = [\"chld_works\"]");
  EXPECT_EQ(ran.code, 65) << ran.text;
  EXPECT_NE(ran.text.find("no column 'chld_works' to leave out; did you mean 'child_works'?"), std::string::npos) << ran.text;
}

TEST_F(ProfileMistakes, ManyAtOnce) {
  std::string text = content_of(profile_path("zambia"));
  for (const auto& [from, to] : {std::pair{"household_size = 5.31", "household_size = 0"}, {"births =", "birhts ="}, {"area == ", "area == "}})
    if (const std::size_t at = text.find(from); at != std::string::npos) text.replace(at, std::string(from).size(), to);
  const Ran ran = puente("check " + folder_.write("profile.toml", text));
  for (const char* said : {"areas.rural.household_size is 0", "births is missing", "unknown key 'areas.rural.family.birhts'", "did you mean 'births'"})
    EXPECT_NE(ran.text.find(said), std::string::npos) << said << ran.text;
}

/// Attendance that no weights can bring about is named when the passes run, before anything is written.
TEST_F(ProfileMistakes, AnImpossibleMarginStopsTheSynthesis) {
  std::string text = content_of(profile_path("lesotho"));
  const std::size_t at = text.find("household_size = 4.17");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 21, "household_size = 14.17");
  text.erase(text.find("[household_size]"), text.find("[livelihoods]") - text.find("[household_size]"));
  const Ran ran = puente("synthesise " + folder_.write("profile.toml", text) + " -o " + (folder_ / "p.h5") + " --households 1000");
  EXPECT_EQ(ran.code, 65) << ran.text;
  EXPECT_NE(ran.text.find("margins cannot be met together"), std::string::npos) << ran.text;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "p.h5"));
}

/// A variant says only what differs; each mistake is placed in the file that makes it.
TEST_F(ProfileMistakes, VariantsOfABase) {
  const std::string head = "format = 1\nkind = \"profile\"\n";
  std::string zambia = content_of(profile_path("zambia"));
  folder_.write("zambia.toml", zambia);
  const Ran sound = puente("check " + folder_.write("variant.toml", head + "base = \"zambia.toml\"\n[people]\nfemale = 51\n"));
  EXPECT_EQ(sound.code, 0) << sound.text;
  const auto said_of = [&](const std::string& variant) { return puente("check " + folder_.write("variant.toml", head + variant)).text; };
  EXPECT_NE(said_of("base = \"zambia.toml\"\n[people]\nfemale = -51\n").find("variant.toml:5:"), std::string::npos);
  EXPECT_NE(said_of("base = \"variant2.toml\"\n").find("variant2.toml"), std::string::npos);
  folder_.write("second.toml", head + "base = \"zambia.toml\"\n");
  EXPECT_NE(said_of("base = \"second.toml\"\n").find("has a base itself"), std::string::npos);
  zambia.replace(zambia.find("share = 8.905"), 13, "share = 18.905");
  folder_.write("zambia.toml", zambia);
  const std::string text = said_of("base = \"zambia.toml\"\n");
  EXPECT_NE(text.find("zambia.toml:"), std::string::npos) << text;
  EXPECT_NE(text.find("the shares of regions add up to 110"), std::string::npos) << text;
}

}  // namespace
}  // namespace puente::test
