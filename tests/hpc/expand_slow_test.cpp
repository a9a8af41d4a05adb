// CASEN 1990 cloned to 3 million households keeps every figure of reference.json within one standard error of the survey,
// and calibrated it meets totals of regions exactly.
//
// Which error: the survey's households are put into 20 random groups, and a figure's standard error is the spread of its
// 20 values over √20 (Wolter, Introduction to Variance Estimation, 2007, chapter 2); counts and totals are scaled to the survey's households.
// It is the error of a simple sample of households, smaller than that of the real one, which was drawn by comuna. Expansion
// only rounds each household's weight to whole clones, and so should be far inside: the largest ratio is printed.
//
// Figures by group are asked of the clones themselves. Counts of records are the survey's own notion: they are asked of the
// clones laid together by their source household, each with the weight that its clones have.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "io/hdf5/population_file.hpp"
#include "io/hdf5/population_writer.hpp"
#include "tests/support/data_dir.hpp"
#include "tests/support/reference_figures.hpp"
#include "tests/support/scale.hpp"

namespace puente::test {
namespace {

const std::int64_t nation = scaled(3'000'000);
constexpr std::size_t parts = 20, fewest_parts = 15;

/// Answers of one of the random groups of the survey's households.
class OfPart : public Answers {
 public:
  void choose(std::size_t part) { part_ = "part=" + std::to_string(part); }

  const json& group(const Question& question, const std::string& name) override { return Answers::group(split(question, name), part_); }
  double below(const Question& question, const std::string& name, const std::string& line) override {
    const Question asked = split(question, name);
    const json& answer = answer_to(asked);
    const bool nobody = answer.contains("groups") && !answer["groups"].contains(part_);
    return nobody ? 0 : Answers::below(asked, part_, line) * times_all(question);
  }

 private:
  /// The question by part, where the group's condition holds.
  static Question split(const Question& question, const std::string& name) {
    Question asked = name == "all" ? question : question.also_where(condition(question, name));
    asked.by = {"part=floor(" + std::to_string(parts) + " * uniform(\"part\"))"};
    return asked;
  }
  static std::string condition(const Question& question, const std::string& name) {
    const std::string by = name.substr(0, name.find('=')), label = name.substr(name.find('=') + 1);
    std::string grouped = by;
    for (const std::string& entry : question.by)
      if (entry.starts_with(by + "=")) grouped = entry.substr(by.size() + 1);
    const bool number = label.find_first_not_of("0123456789") == std::string::npos;
    return "(" + grouped + ") == " + (number ? label : '"' + label + '"');
  }
  /// How much larger the survey is than the part, in its households.
  double times_all(const Question& question) {
    Question households;
    households.population = question.population;
    households.welfare = "size";
    households.weight = question.weight;
    households.count = "households";
    households.lines = {"everybody=1e15"};
    const Question asked = split(households, "all");
    return Answers::below(asked, "all", "everybody") / Answers::below(asked, part_, "everybody");
  }

  std::string part_;
};

/// Values of each figure, one a part.
class Spread : public Figures {
 public:
  using Figures::Figures;
  void near(double found, const std::string& pointer) override { values_[pointer].push_back(found); }
  void same(double found, const std::string& pointer) override { near(found, pointer); }
  void holds(bool /*true_of_it*/, const std::string& /*pointer*/) override {}
  bool wants_range() const override { return false; }

  double standard_error(const std::string& pointer) const {
    const auto found = values_.find(pointer);
    if (found == values_.end() || found->second.size() < fewest_parts) throw std::runtime_error(pointer + " is in too few parts");
    const auto n = static_cast<double>(found->second.size());
    double mean = 0, squares = 0;
    for (const double value : found->second) mean += value / n;
    for (const double value : found->second) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / (n - 1) / n);
  }

 private:
  std::map<std::string, std::vector<double>> values_;
};

/// Of the clones where a group's own statistics are asked for, of the clones by source household where records are counted.
class OfClones : public Answers {
 public:
  OfClones(std::string clones, std::string sources) : clones_(std::move(clones)), sources_(std::move(sources)) {}
  const json& group(const Question& question, const std::string& name) override { return Answers::group(question.of_population(clones_), name); }
  double below(const Question& question, const std::string& name, const std::string& line) override {
    return Answers::below(question.of_population(sources_), name, line);
  }

 private:
  std::string clones_, sources_;
};

class WithinError : public Figures {
 public:
  WithinError(json reference, const Spread& spread) : Figures(std::move(reference)), spread_(spread) {}
  void near(double found, const std::string& pointer) override {
    seen_.insert(pointer);
    const double wanted = at(pointer).get<double>(), off = std::fabs(found - wanted), error = spread_.standard_error(pointer);
    EXPECT_LE(off, error + 1e-12 * std::fabs(wanted)) << pointer << ": found " << found << ", wanted " << wanted;
    if (error > 0) ratios_.push_back({off / error, pointer});
  }
  void same(double found, const std::string& pointer) override { near(found, pointer); }
  void holds(bool true_of_it, const std::string& pointer) override {
    seen_.insert(pointer);
    EXPECT_TRUE(true_of_it) << pointer << " is not " << at(pointer);
  }
  std::size_t compared() const { return seen_.size(); }
  void print() {
    std::sort(ratios_.rbegin(), ratios_.rend());
    std::printf("%zu figures compared, %zu of them with a sampling error; farthest off, in standard errors:\n", seen_.size(), ratios_.size());
    for (std::size_t i = 0; i < std::min<std::size_t>(5, ratios_.size()); ++i) std::printf("  %.3f %s\n", ratios_[i].first, ratios_[i].second.c_str());
  }

 private:
  const Spread& spread_;
  std::set<std::string> seen_;
  std::vector<std::pair<double, std::string>> ratios_;
};

int column(const io::PopulationFile& file, const std::string& name) {
  const auto& columns = file.schema().household;
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const ColumnInfo& info) { return info.name == name; });
  if (found == columns.end()) throw std::runtime_error("clones have no column " + name);
  return static_cast<int>(found - columns.begin());
}

/// The survey with the weights that its clones have together.
void lay_together(const std::string& clones, const std::string& survey, const std::string& sources) {
  const io::PopulationFile file(clones);
  const Population made = file.read(0, file.households(), {{column(file, "source_id"), column(file, "weight")}, {}});
  std::map<double, double> weight;
  for (std::size_t k = 0; k < static_cast<std::size_t>(made.households()); ++k)
    weight[made.find(Entity::household, "source_id")->get(k)] += made.find(Entity::household, "weight")->get(k);
  const io::PopulationFile from(survey);
  Population all = from.read(0, from.households());
  EXPECT_EQ(static_cast<std::int64_t>(weight.size()), all.households()) << "a household of the survey has no clone";
  Column* weights = all.find(Entity::household, "weight");
  for (std::size_t h = 0; h < static_cast<std::size_t>(all.households()); ++h) weights->set(h, weight[all.find(Entity::household, "id")->get(h)]);
  io::write_population(all, sources);
}

class Chile : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_data("casen_1990_chile")) GTEST_SKIP() << no_data("casen_1990_chile");
    if (nation != 3'000'000) GTEST_SKIP() << "the build at full size looks at it";
    const std::string map = PUENTE_SOURCE_DIR "/scenarios/chile_casen_1990/import.toml";
    ASSERT_EQ(puente("import " + map + " --input " + data_dir() + "/casen_1990_chile/persons.sav -o " + survey()).code, 0);
    ASSERT_EQ(puente("expand " + survey() + " --households " + std::to_string(nation) + " --quiet -o " + clones()).code, 0);
  }
  std::string survey() const { return folder_ / "survey.h5"; }
  std::string clones() const { return folder_ / "clones.h5"; }
  Folder folder_;
};

TEST_F(Chile, EveryReferenceFigureIsKept) {
  const json listed = json_of_file(folder_of_maps + "casen_1990_chile/figures.json");
  const json reference = json_of_file(data_dir() + "/casen_1990_chile/reference.json");
  Spread spread(reference);
  OfPart part;
  for (std::size_t p = 0; p < parts; ++p) {
    part.choose(p);
    compare_all(part, listed, {{"survey", survey()}}, spread);
  }
  const std::string sources = folder_ / "sources.h5";
  lay_together(clones(), survey(), sources);
  OfClones expanded(clones(), sources);
  WithinError within(reference, spread);
  compare_all(expanded, listed, {{"survey", clones()}}, within);
  within.print();
  EXPECT_EQ(within.compared(), listed["compared"].get<std::size_t>());
}

TEST_F(Chile, CalibratedItMeetsTotalsOfRegionsExactly) {
  const auto persons = [](const std::string& file) {
    std::map<std::string, double> found;
    const json groups = puente_json("statistics " + file + " --welfare income --line poor=poverty_line --by region")["groups"];
    for (const auto& [group, values] : groups.items())
      if (group.starts_with("region=")) found[group] = values["persons"].get<double>();
    return found;
  };
  std::map<std::string, double> totals = persons(clones());
  ASSERT_EQ(totals.size(), 13u);
  std::string text = "format = 1\nkind = \"margins\"\n[[margins]]\nname = \"region\"\nby = 'region'\ntotals = {";
  double factor = 0.9;
  for (auto& [group, total] : totals) {
    total = std::round(total * factor);
    factor += 0.02;
    text += (text.back() == '{' ? " \"" : ", \"") + group.substr(7) + "\" = " + std::to_string(std::llround(total));
  }
  const std::string met = folder_ / "met.h5";
  const Ran ran = puente("calibrate " + clones() + " " + folder_.write("regions.toml", text + " }\n") + " -o " + met);
  ASSERT_EQ(ran.code, 0) << ran.text;
  const auto calibrated = persons(met);
  for (const auto& [group, total] : totals) EXPECT_NEAR(calibrated.at(group) / total, 1, 1e-9) << group;
}

}  // namespace
}  // namespace puente::test
