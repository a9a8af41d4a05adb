// Every survey, imported by its own map, gives every figure of its reference.json to 1e-12: `puente import`, then
// `puente statistics --json`. Which command gives which figure is data: figures.json beside each map. A figure that is
// neither compared nor left out with a reason fails the test.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/support/data_dir.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

using nlohmann::json;

const std::string folder_of_maps = PUENTE_SOURCE_DIR "/tests/surveys/";

std::string digits(double x) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", x);
  return text;
}

std::string quote(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// The options of one `puente statistics`; a copy with another weight or condition asks a question beside it.
struct Question {
  std::string population, welfare, weight, count, where, attends, age, sex, bands;
  std::vector<std::string> lines, by;

  static Question of(const std::string& population, const json& options) {
    const auto text = [&](const char* key) { return options.value(key, std::string()); };
    return {population,     text("welfare"), text("weight"), text("count"), text("where"),
            text("attends"), text("age"),     text("sex"),    text("bands"), options.value("lines", std::vector<std::string>()),
            options.value("by", std::vector<std::string>())};
  }
  Question also_where(const std::string& condition) const {
    Question other = *this;
    other.where = where.empty() ? condition : "(" + where + ") and (" + condition + ")";
    return other;
  }
  Question unweighted() const {
    Question other = *this;
    other.weight = "1";
    return other;
  }
  Question with_lines(std::vector<std::string> other_lines) const {
    Question other = *this;
    other.lines = std::move(other_lines);
    return other;
  }
  std::string text() const {
    std::string all = "statistics " + population + " --welfare " + quote(welfare);
    const auto add = [&all](const char* option, const std::string& value) {
      if (!value.empty()) all += std::string(" ") + option + " " + quote(value);
    };
    add("--weight", weight);
    add("--count", count);
    add("--where", where);
    add("--attends", attends);
    add("--age", age);
    add("--sex", sex);
    add("--age-bands", bands);
    for (const std::string& line : lines) add("--line", line);
    for (const std::string& group : by) add("--by", group);
    return all;
  }
};

/// Asks each question once.
class Answers {
 public:
  const json& group(const Question& question, const std::string& name) {
    const json& answer = answer_to(question);
    if (!answer.contains("groups")) throw std::runtime_error(question.text() + ": " + answer.dump());
    if (!answer["groups"].contains(name)) throw std::runtime_error(question.text() + " has no group " + name);
    return answer["groups"][name];
  }
  /// Sum of the weights of the records: those below a line that nobody reaches. Nobody is none.
  double weight(const Question& question, const std::string& name) {
    const Question all = question.with_lines({"everybody=1e15"});
    const json& answer = answer_to(all);
    if (answer.contains("failed") && answer["failed"].get<std::string>().find("nobody is represented") != std::string::npos) return 0;
    return group(all, name).at("poor_persons").at("everybody");
  }

 private:
  const json& answer_to(const Question& question) {
    const std::string text = question.text();
    if (known_.count(text) == 0) known_[text] = puente_json(text);
    return known_[text];
  }

  std::map<std::string, json> known_;
};

class Comparison {
 public:
  explicit Comparison(json reference) : reference_(std::move(reference)) {}

  const json& at(const std::string& pointer) const { return reference_.at(json::json_pointer(pointer)); }
  bool has(const std::string& pointer) const { return reference_.contains(json::json_pointer(pointer)); }

  void near(double found, const std::string& pointer) {
    seen_.insert(pointer);
    const double wanted = at(pointer).get<double>();
    EXPECT_LE(std::fabs(found - wanted), 1e-12 * std::fabs(wanted)) << pointer << ": found " << digits(found) << ", wanted " << digits(wanted);
  }
  void same(double found, const std::string& pointer) {
    seen_.insert(pointer);
    EXPECT_EQ(found, at(pointer).get<double>()) << pointer;
  }
  void holds(bool true_of_it, const std::string& pointer) {
    seen_.insert(pointer);
    EXPECT_TRUE(true_of_it) << pointer << " is not " << at(pointer);
  }
  void leave_out(const std::string& prefix) { left_out_.push_back(prefix); }
  std::size_t compared() const { return seen_.size(); }

  void expect_complete() const {
    const json leaves = reference_.flatten();
    for (const auto& [pointer, value] : leaves.items()) {
      if (!value.is_number() || seen_.count(pointer) > 0) continue;
      const bool out = std::any_of(left_out_.begin(), left_out_.end(), [&p = pointer](const std::string& prefix) {
        return p.compare(0, prefix.size(), prefix) == 0;
      });
      EXPECT_TRUE(out) << pointer << " is not compared";
    }
  }

 private:
  json reference_;
  std::set<std::string> seen_;
  std::vector<std::string> left_out_;
};

/// Nobody is below the smallest value or above the largest, and somebody is at each, to 1e-12.
void compare_range(Answers& answers, const Question& question, const std::string& group, const std::string& low,
                   const std::string& high, Comparison& comparison) {
  const auto count = [&](const char* relation, double value) {
    const std::string condition = "(" + question.welfare + ") " + relation + " " + digits(value);
    return answers.weight(question.also_where(condition).unweighted(), group);
  };
  const double smallest = comparison.at(low), largest = comparison.at(high);
  const double below = smallest - 1e-12 * std::fabs(smallest), above = largest + 1e-12 * std::fabs(largest);
  const double at_smallest = smallest + 1e-12 * std::fabs(smallest), at_largest = largest - 1e-12 * std::fabs(largest);
  const bool is_smallest = count("<", below) == 0 && count("<=", at_smallest) > 0;
  const bool is_largest = count(">", above) == 0 && count(">=", at_largest) > 0;
  comparison.holds(is_smallest, low);
  comparison.holds(is_largest, high);
}

void compare_distribution(Answers& answers, const Question& question, const json& entry, Comparison& comparison) {
  const std::string at = entry["reference"], name = entry.value("group", "all");
  const json& group = answers.group(question, name);
  comparison.near(answers.weight(question, name), at + "/sum_weights");
  for (const auto& [ours, theirs] : {std::pair{"mean", "mean"}, {"gini", "gini"}, {"palma", "palma"}, {"s80_s20", "S80S20"}})
    comparison.near(group.at(ours), at + "/" + theirs);
  comparison.near(group.at("ge").at("1"), at + "/theil_t_pos");
  comparison.near(group.at("ge").at("0"), at + "/mld_pos");
  for (const auto& [p, theirs] : {std::pair{"0.1", "p10"}, {"0.25", "p25"}, {"0.5", "median"}, {"0.75", "p75"}, {"0.9", "p90"}})
    comparison.near(group.at("quantile").at(p), at + "/" + theirs);
  for (std::size_t d = 0; d < 10; ++d) comparison.near(group.at("decile_share").at(d), at + "/decile_shares/" + std::to_string(d));
  for (std::size_t q = 0; q < 5; ++q) {
    const double share = group.at("decile_share").at(2 * q).get<double>() + group.at("decile_share").at(2 * q + 1).get<double>();
    comparison.near(share, at + "/quintile_shares/" + std::to_string(q));
  }
  comparison.same(answers.weight(question.unweighted(), name), at + "/n_records");
  const std::string welfare = "(" + question.welfare + ")";
  comparison.same(answers.weight(question.unweighted().also_where(welfare + " == 0"), name), at + "/n_zero");
  comparison.same(answers.weight(question.unweighted().also_where(welfare + " < 0"), name), at + "/n_negative");
  compare_range(answers, question, name, at + "/min", at + "/max", comparison);
}

std::string expression_of(const Question& question, const std::string& line) {
  for (const std::string& given : question.lines)
    if (given.compare(0, line.size() + 1, line + "=") == 0) return given.substr(line.size() + 1);
  throw std::runtime_error("no line " + line);
}

void compare_poverty(Answers& answers, const Question& question, const json& entry, Comparison& comparison) {
  const std::string at = entry["reference"], name = entry.value("group", "all"), line = entry["line"];
  const json& group = answers.group(question, name);
  for (const char* alpha : {"0", "1", "2"}) comparison.near(group.at("fgt").at(line).at(alpha), at + "/fgt" + alpha);
  comparison.near(group.at("watts").at(line), at + "/watts");
  if (comparison.has(at + "/n_poor_records"))
    comparison.same(answers.group(question.unweighted(), name).at("poor_persons").at(line), at + "/n_poor_records");
  if (!comparison.has(at + "/n_y_equal_z")) return;
  const std::string equal = "(" + question.welfare + ") == (" + expression_of(question, line) + ")";
  comparison.same(answers.weight(question.unweighted().also_where(equal), name), at + "/n_y_equal_z");
}

/// One figure an answer holds, under the group's name; {} stands for each name.
void compare_value(Answers& answers, const Question& question, const json& entry, Comparison& comparison) {
  const json names = entry.value("names", json{{"", ""}});
  for (const auto& [theirs, ours] : names.items()) {
    std::string group = entry.value("group", "all");
    if (const auto hole = group.find("{}"); hole != std::string::npos) group.replace(hole, 2, ours.get<std::string>());
    const std::string at = entry["reference"].get<std::string>() + (theirs.empty() ? "" : "/" + theirs);
    comparison.near(answers.group(question, group).at(json::json_pointer(entry["value"].get<std::string>())), at);
  }
}

/// Weighted share of a group or condition among all.
void compare_share(Answers& answers, const Question& question, const json& entry, Comparison& comparison) {
  const json names = entry.value("names", json{{"", ""}});
  const Question part = entry.contains("of") ? question.also_where(entry["of"]) : question;
  for (const auto& [theirs, ours] : names.items()) {
    std::string group = entry.value("group", "all");
    if (const auto hole = group.find("{}"); hole != std::string::npos) group.replace(hole, 2, ours.get<std::string>());
    const std::string whole = entry.contains("of") ? group : "all";
    const std::string at = entry["reference"].get<std::string>() + (theirs.empty() ? "" : "/" + theirs);
    comparison.near(answers.weight(part, group) / answers.weight(question, whole), at);
  }
}

void compare_total(Answers& answers, const Question& question, const json& entry, Comparison& comparison) {
  const json& group = answers.group(question, entry.value("group", "all"));
  comparison.near(group.at("mean").get<double>() * answers.weight(question, entry.value("group", "all")), entry["reference"]);
}

/// The four figures of an attendance rate, in one age band.
void compare_attendance(Answers& answers, const Question& question, const json& entry, Comparison& comparison) {
  const std::string name = entry.value("group", "all"), band = entry["band"], at = entry["reference"];
  const json& group = answers.group(question, name);
  const bool by_sex = entry.contains("sex");
  const json& rate = by_sex ? group.at("attendance_by_sex").at(entry["sex"].get<std::string>()).at(band) : group.at("attendance").at(band);
  if (!comparison.at(at).is_object()) {
    comparison.near(rate, at);
    return;
  }
  comparison.near(rate, at + "/rate");
  const auto dash = band.find('-');
  std::string in_band = band.substr(0, dash) + " <= (" + question.age + ") and (" + question.age + ") <= " + band.substr(dash + 1);
  if (by_sex) in_band += " and " + question.sex + " == \"" + entry["sex"].get<std::string>() + "\"";
  const Question asked = question.also_where(in_band);
  comparison.near(answers.weight(asked, name), at + "/sum_w");
  comparison.same(answers.weight(asked.unweighted(), name), at + "/n");
  comparison.same(answers.weight(asked.unweighted().also_where(question.attends), name), at + "/n_yes");
}

/// Two other mean log deviations: logs of positive values over the weights of all, and PovcalNet's, which takes 0 for 1.
/// With s the positive's share of the weights, μ the mean and L ours (all of the positive): s (L + ln s) [+ (1 − s) ln μ].
void compare_mld_of_all(Answers& answers, const Question& question, const json& entry, Comparison& comparison) {
  const Question positive = question.also_where("(" + question.welfare + ") > 0");
  const double share = answers.weight(positive, "all") / answers.weight(question, "all");
  const json& group = answers.group(question, "all");
  const double all = share * (group.at("ge").at("0").get<double>() + std::log(share));
  const bool zero_is_one = entry.value("zero_is_one", false);
  comparison.near(zero_is_one ? all + (1 - share) * std::log(group.at("mean").get<double>()) : all, entry["reference"]);
}

void compare_figure(Answers& answers, const Question& question, const json& entry, Comparison& comparison) {
  const std::string kind = entry["kind"];
  if (kind == "distribution") compare_distribution(answers, question, entry, comparison);
  else if (kind == "poverty") compare_poverty(answers, question, entry, comparison);
  else if (kind == "value") compare_value(answers, question, entry, comparison);
  else if (kind == "share") compare_share(answers, question, entry, comparison);
  else if (kind == "total") compare_total(answers, question, entry, comparison);
  else if (kind == "attendance") compare_attendance(answers, question, entry, comparison);
  else if (kind == "records") comparison.same(answers.weight(question.unweighted(), entry.value("group", "all")), entry["reference"]);
  else if (kind == "sum_of_weights") comparison.near(answers.weight(question, "all"), entry["reference"]);
  else if (kind == "range") compare_range(answers, question, "all", entry["reference"].get<std::string>() + entry["low"].get<std::string>(), entry["reference"].get<std::string>() + entry["high"].get<std::string>(), comparison);
  else if (kind == "mld_of_all") compare_mld_of_all(answers, question, entry, comparison);
  else FAIL() << "no such kind of figure: " << kind;
}

void compare_survey(const std::string& set, const json& figures, const json& inputs, Comparison& comparison) {
  const Folder folder;
  std::map<std::string, std::string> populations;
  for (const auto& [name, input] : inputs.items()) {
    const std::string population = folder / (name + ".h5");
    const std::string map = folder_of_maps + figures.value("map", set + "/import.toml");
    std::string command = "import " + map + " -o " + population;
    for (const json& file : input) {
      const std::string text = file;
      const auto equals = text.find('=');
      const std::string role = equals == std::string::npos ? "" : text.substr(0, equals + 1);
      command += " --input " + role + data_dir() + "/" + set + "/" + text.substr(role.size());
    }
    const Ran ran = puente(command);
    ASSERT_EQ(ran.code, 0) << ran.text;
    populations[name] = population;
  }
  Answers answers;
  for (const json& entry : figures["statistics"]) {
    const Question question = Question::of(populations.at(entry.value("population", "survey")), entry["options"]);
    for (const json& figure : entry["figures"]) compare_figure(answers, question, figure, comparison);
  }
}

class Survey : public testing::TestWithParam<const char*> {};

TEST_P(Survey, EveryReferenceFigureIsReproduced) {
  const std::string set = GetParam();
  if (!has_data(set)) GTEST_SKIP() << no_data(set);
  const json figures = json::parse(std::ifstream(folder_of_maps + set + "/figures.json"));
  for (const json& inputs : figures["inputs"]) {
    Comparison comparison(json::parse(std::ifstream(data_dir() + "/" + set + "/reference.json")));
    for (const auto& [prefix, reason] : figures["left_out"].items()) comparison.leave_out(prefix);
    compare_survey(set, figures, inputs, comparison);
    comparison.expect_complete();
    EXPECT_EQ(comparison.compared(), figures["compared"].get<std::size_t>());
  }
}

INSTANTIATE_TEST_SUITE_P(Surveys, Survey,
                         testing::Values("casen_1990_chile", "wb_synth_2023", "eusilc_synth_at", "ghana_glss_synth",
                                         "ilocos_fies", "sdcmicro_testdata", "bigcity_population", "pip_oracles"),
                         [](const auto& survey) { return std::string(survey.param); });

}  // namespace
}  // namespace puente::test
