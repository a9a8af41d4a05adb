// The estimates of real surveys equal those of R (nnet::multinom, glm, lm, and a sandwich written there by hand) to six digits.
// Skipped where R with nnet, or the survey, is not at hand.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "engine/run/child_survey.hpp"
#include "hpc/file_source.hpp"
#include "io/toml/scenario_file.hpp"
#include "tests/support/data_dir.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

bool has_r() { return shell("Rscript -e 'stopifnot(requireNamespace(\"nnet\"))'").code == 0; }

struct Line {
  std::string name;
  double estimate = 0, errors[3] = {};  ///< robust, household, design
};

/// What the engine's walk finds of the children, for another program to work on.
class Compared : public testing::Test {
 protected:
  explicit Compared(std::string survey) : survey_(std::move(survey)) {}
  void SetUp() override {
    if (!has_r()) GTEST_SKIP() << "R with the package nnet is not installed (r-base-core, r-cran-nnet)";
    if (!has_data(survey_)) GTEST_SKIP() << no_data(survey_);
    import();
  }
  virtual void import() = 0;
  void import(const std::string& map, const std::string& inputs) {
    const Ran ran = puente("import " + map + inputs + " -o " + (folder_ / "survey.h5"));
    ASSERT_EQ(ran.code, 0) << ran.text;
  }
  void compare(const std::string& schooling);

 private:
  ChildData children(const std::string& scenario);
  void write(const ChildData& data);
  std::vector<Line> by_r();
  std::string survey_;
  void expect_equal(const SchoolingEstimate& found, std::size_t kind, const std::vector<Line>& lines);
  Folder folder_;
};

ChildData Compared::children(const std::string& scenario) {
  io::ScenarioOverrides overrides;
  overrides.schooling_model = false;
  const io::ScenarioFile file = io::read_scenario_file(scenario, overrides);
  file.diagnostics.throw_if_errors();
  FileSource source(file.population_source);
  PassSettings settings;
  settings.last = source.households();
  Exchange alone;
  Team one;
  return survey_children(file.model, question_of(*file.model.schooling), source, settings, alone, one);
}

void Compared::write(const ChildData& data) {
  std::ostringstream text, units;
  text.precision(17);
  units.precision(17);
  text << "weight,state,household,stratum,psu,income,earnings,attending";
  const auto heading = [&](const char* prefix, const std::vector<Regressor>& all, std::size_t first) {
    for (std::size_t k = first; k < all.size(); ++k) text << ",\"" << prefix << all[k].name << '"';
  };
  const std::optional<EarningsData>& earnings = data.plan.earnings;
  heading("x:", data.plan.covariates, 1);
  if (earnings) heading("z:", earnings->covariates, earnings->attending ? 2 : 1);
  text << "\n";
  std::size_t number = 0;
  for (const ChildChunk& chunk : data.table.chunks)
    for (std::size_t h = 0, i = 0; h < chunk.households.size(); ++h, ++number)
      for (; i < chunk.households[h].end; ++i) {
        const auto value = [&](std::size_t column) { return chunk.columns[column][i]; };
        const auto raw = [&](const Regressor& regressor) {
          double x = 0;
          load_raw(regressor, chunk, i, 1, &x);
          text << "," << x;
        };
        const int state = chunk.state[i];
        text << value(data.table.weight) << "," << state << "," << number << "," << chunk.households[h].stratum << "," << chunk.households[h].psu << ","
             << value(data.plan.income) << "," << (earnings ? value(earnings->earnings) : 0) << "," << (state > 0 ? 1 : 0);
        for (std::size_t k = 1; k < data.plan.covariates.size(); ++k) raw(data.plan.covariates[k]);
        for (std::size_t k = earnings && earnings->attending ? 2 : 1; earnings && k < earnings->covariates.size(); ++k) raw(earnings->covariates[k]);
        text << "\n";
      }
  units << "stratum,psu\n";
  for (const SamplingUnit& unit : data.table.sampling_units) units << unit.stratum << "," << unit.psu << "\n";
  folder_.write("children.csv", text.str());
  folder_.write("units.csv", units.str());
}

std::vector<Line> Compared::by_r() {
  const Ran ran = shell("Rscript " PUENTE_SOURCE_DIR "/tests/behaviour/r/estimate.R " + (folder_ / "children.csv") + " " + (folder_ / "units.csv"));
  EXPECT_EQ(ran.code, 0) << ran.text;
  std::istringstream text(ran.text);
  std::vector<Line> lines;
  for (std::string row; std::getline(text, row);) {
    std::istringstream cells(row);
    Line line;
    std::getline(cells, line.name, '\t');
    cells >> line.estimate >> line.errors[0] >> line.errors[1] >> line.errors[2];
    EXPECT_TRUE(cells) << row;
    lines.push_back(line);
  }
  return lines;
}

void Compared::expect_equal(const SchoolingEstimate& found, std::size_t kind, const std::vector<Line>& lines) {
  const auto six_digits = [](double mine, double theirs, const std::string& what) { EXPECT_NEAR(mine, theirs, 5e-7 * std::abs(theirs)) << what; };
  std::size_t at = 0;
  const auto compare = [&](const EquationEstimate& equation) {
    for (std::size_t k = 0; k < equation.names.size(); ++k, ++at) {
      ASSERT_LT(at, lines.size());
      six_digits(equation.standard_errors[k], lines[at].errors[kind], "standard error of " + lines[at].name);
      // A coefficient within its error of 0 has its digits in units of the error.
      EXPECT_NEAR(equation.coefficients[k], lines[at].estimate, 5e-7 * std::max(std::abs(lines[at].estimate), lines[at].errors[kind])) << lines[at].name;
    }
  };
  if (found.earnings) compare(*found.earnings);
  for (const EquationEstimate& equation : found.utilities) compare(equation);
  ASSERT_EQ(at + 1, lines.size());
  six_digits(found.log_likelihood, lines[at].estimate, "log-likelihood");
}

void Compared::compare(const std::string& schooling) {
  const std::string scenario = folder_.write("scenario.toml", "format = 1\n[population]\nsource = \"survey.h5\"\n" + schooling);
  ChildData data = children(scenario);
  write(data);
  const std::vector<Line> lines = by_r();
  Exchange alone;
  Team one;
  for (const CovarianceKind kind : {CovarianceKind::robust, CovarianceKind::household, CovarianceKind::design}) {
    data.plan.covariance = kind;
    expect_equal(estimate_schooling(data.plan, data.table, alone, one), static_cast<std::size_t>(kind), lines);
  }
}

class Casen : public Compared {
 protected:
  Casen() : Compared("casen_1990_chile") {}
  void import() override { Compared::import(PUENTE_SOURCE_DIR "/scenarios/chile_casen_1990/import.toml", " --input " + data_dir() + "/casen_1990_chile/persons.sav"); }
};

/// What both surveys know of a child; [schooling] is left open.
std::string asked(const std::string& years_of_school, const std::string& resource) {
  return "[variables]\nschooling_of_head = 'coalesce(head(" + years_of_school + "), 0)'\n[welfare]\nresource = '" + resource + R"('
pass_through = { transfers = 1 }
[schooling.covariates]
age = 'age'
sex = 'sex'
area = 'area'
head_school = 'schooling_of_head'
size = 'size'
[schooling]
)";
}

const std::string casen = asked("years_of_school", "income");

TEST_F(Casen, TwoStatesFrom6To17) { compare(casen + "children = '6 <= age <= 17'\n"); }

TEST_F(Casen, ThreeStatesFrom12To17) { compare(casen + "children = '12 <= age <= 17'\nworks = 'coalesce(works, false)'\n"); }

TEST_F(Casen, ThreeStatesWithWhatChildrenCanEarn) {
  compare(casen + "children = '12 <= age <= 17'\nworks = 'coalesce(works, false)'\nearnings = 'coalesce(earnings, 0)'\n"
          "[schooling.earnings_covariates]\nage = 'age'\nsex = 'sex'\nregion = 'region'\n");
}

class Synthetic : public Compared {
 protected:
  Synthetic() : Compared("wb_synth_2023") {}
  void import() override {
    std::ifstream reference(PUENTE_SOURCE_DIR "/tests/surveys/wb_synth_2023/import.toml");
    std::ostringstream map;
    map << reference.rdbuf() << "works = { value = 'act_status == 1' }\nschooling_years = \"yrs_school\"\n";
    Folder folder;
    const std::string data = data_dir() + "/wb_synth_2023/WLD_2023_SYNTH-SVY-";
    Compared::import(folder.write("import.toml", map.str()), " --input " + data + "IND-EN_v01_M.dta --input " + data + "HLD-EN_v01_M.dta");
  }
};

const std::string synthetic = asked("schooling_years", "total");

TEST_F(Synthetic, TwoStatesFrom6To17) { compare(synthetic + "children = '6 <= age <= 17'\n"); }
TEST_F(Synthetic, ThreeStatesFrom15To18) { compare(synthetic + "children = '15 <= age <= 18'\nworks = 'works'\n"); }

}  // namespace
}  // namespace puente::test
