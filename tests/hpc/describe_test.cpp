// `puente describe` says how much memory a household takes: of a population file, and of what a recipe would make.
#include <gtest/gtest.h>

#include "tests/support/data_dir.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

double bytes_a_household(const std::string& text) {
  const std::string before = "memory: ";
  const auto at = text.find(before);
  return at == std::string::npos ? -1 : std::stod(text.substr(at + before.size()));
}

TEST(Describe, TheReferenceWorkload) {
  const Ran ran = puente("describe reference");
  ASSERT_EQ(ran.code, 0) << ran.text;
  // id 8, size 1, income 4, weight 8, land 4, rural 1, kids 1; no persons; person_offset 8.
  EXPECT_NE(ran.text.find("memory: 35.0 bytes a household with its persons (27.0 household columns, 0.0 person columns, 8.0 person_offset)"), std::string::npos)
      << ran.text;
  for (const char* shown : {"3000000 households made by a recipe", "scenarios: none, grant", "ZMW/month/household"})
    EXPECT_NE(ran.text.find(shown), std::string::npos) << shown << "\n" << ran.text;
}

TEST(Describe, ARecipeWithPersonsAndParameters) {
  const Folder folder;
  const std::string file = folder.write("s.toml", R"(format = 1
title = "Couples"
[population]
households = 100000
[population.recipe]
persons = '2'
[population.recipe.household]
income = { value = 'level', type = "f32" }
[population.recipe.person]
age = { value = '30', type = "i8", unit = "years" }
[parameters]
level = 100
[welfare]
resource = 'income'
[welfare.lines]
z = 60
)");
  const Ran ran = puente("describe " + file);
  ASSERT_EQ(ran.code, 0) << ran.text;
  EXPECT_EQ(bytes_a_household(ran.text), 8 + 8 + 4 + 2 * 1 + 8) << ran.text;  // id, weight, income; two ages; offset
  EXPECT_NE(ran.text.find("100000 households made by a recipe; figures of the first 65536 with 131072 persons"), std::string::npos) << ran.text;
}

TEST(Describe, CasenFitsInTwoHundredBytes) {
  if (!has_data("casen_1990_chile")) GTEST_SKIP() << no_data("casen_1990_chile");
  const Folder folder;
  const Ran made = puente("import " PUENTE_SOURCE_DIR "/scenarios/chile_casen_1990/import.toml --input " + data_dir() + "/casen_1990_chile/persons.sav -o " + (folder / "c.h5"));
  ASSERT_EQ(made.code, 0) << made.text;
  const double bytes = bytes_a_household(puente("describe " + (folder / "c.h5")).text);
  EXPECT_GT(bytes, 50);
  EXPECT_LE(bytes, 200);
}

TEST(Describe, AScenarioWhosePopulationIsNotThere) {
  const Folder folder;
  const Ran ran = puente("describe " + folder.write("s.toml", "format = 1\n[population]\nsource = \"none.h5\"\n[welfare]\nresource = 'income'\n[welfare.lines]\nz = 60\n"));
  EXPECT_EQ(ran.code, 0) << ran.text;
  EXPECT_NE(ran.text.find("none.h5, which is not there yet"), std::string::npos) << ran.text;
  EXPECT_EQ(puente("describe no_such_pack").code, 66);
  EXPECT_EQ(puente("describe " + (folder / "none.toml")).code, 66);
  EXPECT_EQ(puente("describe " + folder.write("bad.toml", "format = ")).code, 65);
}

}  // namespace
}  // namespace puente::test
