// Which `puente statistics --json` gives which figure of a survey's reference.json: figures.json beside each survey's map
// says so, and these ask for them one by one. Whoever asks says what to do with what is found (Figures), and may ask of
// other populations than the survey (Answers).
#pragma once

#include <cmath>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <vector>

#include "tests/support/program.hpp"

namespace puente::test {

using nlohmann::json;

inline const std::string folder_of_maps = PUENTE_SOURCE_DIR "/tests/surveys/";

inline std::string digits(double x) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", x);
  return text;
}

inline std::string quote(const std::string& text) {
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
  Question of_population(const std::string& other_population) const {
    Question other = *this;
    other.population = other_population;
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
  Answers() = default;
  virtual ~Answers() = default;
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  virtual const json& group(const Question& question, const std::string& name) {
    const json& answer = answer_to(question);
    if (!answer.contains("groups")) throw std::runtime_error(question.text() + ": " + answer.dump());
    if (!answer["groups"].contains(name)) throw std::runtime_error(question.text() + " has no group " + name);
    return answer["groups"][name];
  }
  /// Sum of the weights of the records below a line.
  virtual double below(const Question& question, const std::string& name, const std::string& line) {
    const json& answer = answer_to(question);
    if (answer.contains("failed") && answer["failed"].get<std::string>().find("nobody is represented") != std::string::npos) return 0;
    return Answers::group(question, name).at("poor_persons").at(line);
  }
  /// Sum of the weights of the records: those below a line that nobody reaches. Nobody is none.
  double weight(const Question& question, const std::string& name) { return below(question.with_lines({"everybody=1e15"}), name, "everybody"); }

 protected:
  const json& answer_to(const Question& question) {
    const std::string text = question.text();
    if (known_.count(text) == 0) known_[text] = puente_json(text);
    return known_[text];
  }

 private:
  std::map<std::string, json> known_;
};

/// The figures of a reference.json and what is found in their place.
class Figures {
 public:
  explicit Figures(json reference) : reference_(std::move(reference)) {}
  virtual ~Figures() = default;
  Figures(const Figures&) = delete;
  Figures& operator=(const Figures&) = delete;

  const json& at(const std::string& pointer) const { return reference_.at(json::json_pointer(pointer)); }
  bool has(const std::string& pointer) const { return reference_.contains(json::json_pointer(pointer)); }
  const json& reference() const { return reference_; }

  virtual void near(double found, const std::string& pointer) = 0;
  /// A count, or what is known without rounding.
  virtual void same(double found, const std::string& pointer) = 0;
  virtual void holds(bool true_of_it, const std::string& pointer) = 0;
  /// Whether smallest and largest values are asked for.
  virtual bool wants_range() const { return true; }

 private:
  json reference_;
};

/// Nobody is below the smallest value or above the largest, and somebody is at each, to 1e-12.
inline void compare_range(Answers& answers, const Question& question, const std::string& group, const std::string& low,
                   const std::string& high, Figures& figures) {
  if (!figures.wants_range()) return;
  const auto count = [&](const char* relation, double value) {
    const std::string condition = "(" + question.welfare + ") " + relation + " " + digits(value);
    return answers.weight(question.also_where(condition).unweighted(), group);
  };
  const double smallest = figures.at(low), largest = figures.at(high);
  const double below = smallest - 1e-12 * std::fabs(smallest), above = largest + 1e-12 * std::fabs(largest);
  const double at_smallest = smallest + 1e-12 * std::fabs(smallest), at_largest = largest - 1e-12 * std::fabs(largest);
  const bool is_smallest = count("<", below) == 0 && count("<=", at_smallest) > 0;
  const bool is_largest = count(">", above) == 0 && count(">=", at_largest) > 0;
  figures.holds(is_smallest, low);
  figures.holds(is_largest, high);
}

inline void compare_distribution(Answers& answers, const Question& question, const json& entry, Figures& figures) {
  const std::string at = entry["reference"], name = entry.value("group", "all");
  const json& group = answers.group(question, name);
  figures.near(answers.weight(question, name), at + "/sum_weights");
  for (const auto& [ours, theirs] : {std::pair{"mean", "mean"}, {"gini", "gini"}, {"palma", "palma"}, {"s80_s20", "S80S20"}})
    figures.near(group.at(ours), at + "/" + theirs);
  figures.near(group.at("ge").at("1"), at + "/theil_t_pos");
  figures.near(group.at("ge").at("0"), at + "/mld_pos");
  for (const auto& [p, theirs] : {std::pair{"0.1", "p10"}, {"0.25", "p25"}, {"0.5", "median"}, {"0.75", "p75"}, {"0.9", "p90"}})
    figures.near(group.at("quantile").at(p), at + "/" + theirs);
  for (std::size_t d = 0; d < 10; ++d) figures.near(group.at("decile_share").at(d), at + "/decile_shares/" + std::to_string(d));
  for (std::size_t q = 0; q < 5; ++q) {
    const double share = group.at("decile_share").at(2 * q).get<double>() + group.at("decile_share").at(2 * q + 1).get<double>();
    figures.near(share, at + "/quintile_shares/" + std::to_string(q));
  }
  figures.same(answers.weight(question.unweighted(), name), at + "/n_records");
  const std::string welfare = "(" + question.welfare + ")";
  figures.same(answers.weight(question.unweighted().also_where(welfare + " == 0"), name), at + "/n_zero");
  figures.same(answers.weight(question.unweighted().also_where(welfare + " < 0"), name), at + "/n_negative");
  compare_range(answers, question, name, at + "/min", at + "/max", figures);
}

inline std::string expression_of(const Question& question, const std::string& line) {
  for (const std::string& given : question.lines)
    if (given.compare(0, line.size() + 1, line + "=") == 0) return given.substr(line.size() + 1);
  throw std::runtime_error("no line " + line);
}

inline void compare_poverty(Answers& answers, const Question& question, const json& entry, Figures& figures) {
  const std::string at = entry["reference"], name = entry.value("group", "all"), line = entry["line"];
  const json& group = answers.group(question, name);
  for (const char* alpha : {"0", "1", "2"}) figures.near(group.at("fgt").at(line).at(alpha), at + "/fgt" + alpha);
  figures.near(group.at("watts").at(line), at + "/watts");
  if (figures.has(at + "/n_poor_records"))
    figures.same(answers.below(question.unweighted(), name, line), at + "/n_poor_records");
  if (!figures.has(at + "/n_y_equal_z")) return;
  const std::string equal = "(" + question.welfare + ") == (" + expression_of(question, line) + ")";
  figures.same(answers.weight(question.unweighted().also_where(equal), name), at + "/n_y_equal_z");
}

/// One figure an answer holds, under the group's name; {} stands for each name.
inline void compare_value(Answers& answers, const Question& question, const json& entry, Figures& figures) {
  const json names = entry.value("names", json{{"", ""}});
  for (const auto& [theirs, ours] : names.items()) {
    std::string group = entry.value("group", "all");
    if (const auto hole = group.find("{}"); hole != std::string::npos) group.replace(hole, 2, ours.get<std::string>());
    const std::string at = entry["reference"].get<std::string>() + (theirs.empty() ? "" : "/" + theirs);
    figures.near(answers.group(question, group).at(json::json_pointer(entry["value"].get<std::string>())), at);
  }
}

/// Weighted share of a group or condition among all.
inline void compare_share(Answers& answers, const Question& question, const json& entry, Figures& figures) {
  const json names = entry.value("names", json{{"", ""}});
  const Question part = entry.contains("of") ? question.also_where(entry["of"]) : question;
  for (const auto& [theirs, ours] : names.items()) {
    std::string group = entry.value("group", "all");
    if (const auto hole = group.find("{}"); hole != std::string::npos) group.replace(hole, 2, ours.get<std::string>());
    const std::string whole = entry.contains("of") ? group : "all";
    const std::string at = entry["reference"].get<std::string>() + (theirs.empty() ? "" : "/" + theirs);
    figures.near(answers.weight(part, group) / answers.weight(question, whole), at);
  }
}

inline void compare_total(Answers& answers, const Question& question, const json& entry, Figures& figures) {
  const json& group = answers.group(question, entry.value("group", "all"));
  figures.near(group.at("mean").get<double>() * answers.weight(question, entry.value("group", "all")), entry["reference"]);
}

/// The four figures of an attendance rate, in one age band.
inline void compare_attendance(Answers& answers, const Question& question, const json& entry, Figures& figures) {
  const std::string name = entry.value("group", "all"), band = entry["band"], at = entry["reference"];
  const json& group = answers.group(question, name);
  const bool by_sex = entry.contains("sex");
  const json& rate = by_sex ? group.at("attendance_by_sex").at(entry["sex"].get<std::string>()).at(band) : group.at("attendance").at(band);
  if (!figures.at(at).is_object()) {
    figures.near(rate, at);
    return;
  }
  figures.near(rate, at + "/rate");
  const auto dash = band.find('-');
  std::string in_band = band.substr(0, dash) + " <= (" + question.age + ") and (" + question.age + ") <= " + band.substr(dash + 1);
  if (by_sex) in_band += " and " + question.sex + " == \"" + entry["sex"].get<std::string>() + "\"";
  const Question asked = question.also_where(in_band);
  figures.near(answers.weight(asked, name), at + "/sum_w");
  figures.same(answers.weight(asked.unweighted(), name), at + "/n");
  figures.same(answers.weight(asked.unweighted().also_where(question.attends), name), at + "/n_yes");
}

/// Two other mean log deviations: logs of positive values over the weights of all, and PovcalNet's, which takes 0 for 1.
/// With s the positive's share of the weights, μ the mean and L ours (all of the positive): s (L + ln s) [+ (1 − s) ln μ].
inline void compare_mld_of_all(Answers& answers, const Question& question, const json& entry, Figures& figures) {
  const Question positive = question.also_where("(" + question.welfare + ") > 0");
  const double share = answers.weight(positive, "all") / answers.weight(question, "all");
  const json& group = answers.group(question, "all");
  const double all = share * (group.at("ge").at("0").get<double>() + std::log(share));
  const bool zero_is_one = entry.value("zero_is_one", false);
  figures.near(zero_is_one ? all + (1 - share) * std::log(group.at("mean").get<double>()) : all, entry["reference"]);
}

inline void compare_figure(Answers& answers, const Question& question, const json& entry, Figures& figures) {
  const std::string kind = entry["kind"];
  if (kind == "distribution") compare_distribution(answers, question, entry, figures);
  else if (kind == "poverty") compare_poverty(answers, question, entry, figures);
  else if (kind == "value") compare_value(answers, question, entry, figures);
  else if (kind == "share") compare_share(answers, question, entry, figures);
  else if (kind == "total") compare_total(answers, question, entry, figures);
  else if (kind == "attendance") compare_attendance(answers, question, entry, figures);
  else if (kind == "records") figures.same(answers.weight(question.unweighted(), entry.value("group", "all")), entry["reference"]);
  else if (kind == "sum_of_weights") figures.near(answers.weight(question, "all"), entry["reference"]);
  else if (kind == "range") compare_range(answers, question, "all", entry["reference"].get<std::string>() + entry["low"].get<std::string>(), entry["reference"].get<std::string>() + entry["high"].get<std::string>(), figures);
  else if (kind == "mld_of_all") compare_mld_of_all(answers, question, entry, figures);
  else throw std::runtime_error("no such kind of figure: " + kind);
}

/// Asks for every figure that figures.json lists, of populations by name.
inline void compare_all(Answers& answers, const json& listed, const std::map<std::string, std::string>& populations, Figures& figures) {
  for (const json& entry : listed["statistics"]) {
    const Question question = Question::of(populations.at(entry.value("population", "survey")), entry["options"]);
    for (const json& figure : entry["figures"]) compare_figure(answers, question, figure, figures);
  }
}

}  // namespace puente::test
