// The households of CASEN 1990 read from the CSV by these few lines alone, and what the pack's policies do to each,
// worked out the slow way: scores, order, the budget spent from the poorest up, meals and welfare. Of the engine it uses
// the keyed draws only, which break ties, and the hash that makes ids of keys.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "engine/core/random.hpp"
#include "tests/support/program.hpp"

namespace puente::test::casen {

struct Person {
  int line = 0, age = 0;
  bool attends = false, fed = false;  ///< meals received at school
  double schooling = 0;
  std::map<std::string, int> goods;   ///< p5 … p9: 1 is yes

  bool eligible() const { return 6 <= age && age <= 13 && attends; }
};

struct Home {
  std::int64_t id = 0;
  double weight = 0, income = 0;  ///< income a head
  bool rural = false;
  std::vector<Person> persons;    ///< in the order of their lines
  double score = 0, tie = 0;
  double served = 0;              ///< part of the weight that the budget of the transfer reaches

  double size() const { return static_cast<double>(persons.size()); }
  bool has(const char* good) const {
    return std::any_of(persons.begin(), persons.end(), [good](const Person& p) { return p.goods.at(good) == 1; });
  }
  /// The programme is for those aged 6 to 13 who attend: older pupils who are fed have their meals in every scenario.
  double meals_observed() const {
    return static_cast<double>(std::count_if(persons.begin(), persons.end(), [](const Person& p) { return p.eligible() && p.fed; }));
  }
  double meals_for_all() const {
    return static_cast<double>(std::count_if(persons.begin(), persons.end(), [](const Person& p) { return p.eligible(); }));
  }
};

constexpr double meal_value = 1500, cash_a_head = 2500, cash_admin = 150, budget = 5.0e9;

inline double cost_of_transfer(const Home& home) { return home.weight * (cash_a_head * home.size() + cash_admin); }

inline std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream rest(line);
  for (std::string cell; std::getline(rest, cell, ',');) cells.push_back(cell);
  for (std::string& cell : cells)
    if (cell.size() > 1 && cell.front() == '"') cell = cell.substr(1, cell.size() - 2);
  return cells;
}

/// Persons without a poverty status are left out, as in the official figures.
inline std::vector<Home> read(const std::string& csv_gz) {
  std::istringstream lines(shell("zcat " + csv_gz).text);
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> names = cells_of(line);
  std::map<std::string, Home> homes;
  while (std::getline(lines, line)) {
    const std::vector<std::string> cells = cells_of(line);
    const auto cell = [&](const char* name) {
      const auto at = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
      return at < cells.size() ? cells[at] : std::string();
    };
    const auto number = [&](const char* name) { return cell(name).empty() ? 0 : std::stoi(cell(name)); };
    if (cell("corte").empty()) continue;
    Home& home = homes[cell("hhid")];
    home.id = static_cast<std::int64_t>(XXH3_64bits(cell("hhid").data(), cell("hhid").size()) >> 1);
    home.weight = number("expr");
    home.income = number("ypchaj");
    home.rural = number("z") == 2;
    Person person{number("o"), number("edad"), number("e2") == 1, number("e6") >= 1 && number("e6") <= 4, static_cast<double>(number("esc")), {}};
    for (const char* good : {"p5", "p6", "p7", "p8", "p9"}) person.goods[good] = number(good);
    home.persons.push_back(std::move(person));
  }
  std::vector<Home> all;
  for (auto& [key, home] : homes) {
    std::sort(home.persons.begin(), home.persons.end(), [](const Person& a, const Person& b) { return a.line < b.line; });
    all.push_back(std::move(home));
  }
  return all;
}

inline double score_of(const Home& home) {
  const double goods = (home.has("p6") ? 2 : 0) + (home.has("p5") ? 1 : 0) + (home.has("p7") ? 1 : 0) + (home.has("p8") ? 2 : 0) + (home.has("p9") ? 3 : 0);
  return goods + 0.4 * home.persons.front().schooling - 0.7 * home.size() + (home.rural ? -1 : 0);
}

/// Serves the homes from the lowest score up, ties by their draw; the first that does not fit is served in part and ends the
/// list. The homes are left in that order; returns the place of the one at the margin.
inline std::size_t spend_budget(std::vector<Home>& homes) {
  const std::uint64_t key = purpose_key(1990, "programme.transfer.coverage");
  for (Home& home : homes) {
    home.score = score_of(home);
    home.tie = uniform_of_bits(draw_bits(key, {home.id, 0, 0, 0}));
  }
  std::sort(homes.begin(), homes.end(), [](const Home& a, const Home& b) { return a.score != b.score ? a.score < b.score : a.tie < b.tie; });
  double left = budget;
  for (std::size_t i = 0; i < homes.size(); ++i) {
    const double cost = cost_of_transfer(homes[i]);
    homes[i].served = std::min(1.0, left / cost);
    if (cost > left) return i;
    left -= cost;
  }
  return homes.size();
}

/// Welfare a head, in the part of the weight that is served or not.
inline double welfare(const Home& home, const std::string& scenario, bool served) {
  const bool none = scenario == "none", all = scenario == "universal_meals" || scenario == "both";
  const double meals = none ? 0 : all ? home.meals_for_all() : home.meals_observed();
  const bool cash = scenario == "transfer" || scenario == "both";
  return home.income + meal_value * (meals - home.meals_observed()) / home.size() + (cash && served ? cash_a_head : 0);
}

}  // namespace puente::test::casen
