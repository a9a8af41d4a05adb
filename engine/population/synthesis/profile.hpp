// A profile: what is published (or openly assumed) about a country's households, from which a population is synthesised.
// Plain data. Shares are fractions [0, 1] that add up; whoever fills it in (io/toml/profile_reader) has checked that.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/population/derived_source.hpp"
#include "engine/population/population.hpp"

namespace puente {

/// Where a number or table of the profile comes from.
struct Fact {
  std::string name, source, status;
  int year = 0;
};

/// Five-year groups 0–4, 5–9, …, 75–79, 80 and over.
constexpr std::size_t age_groups = 17;
/// Groups of heads: 15–19, …, 75–79, 80 and over.
constexpr std::size_t head_groups = age_groups - 3;
/// Groups of mothers at birth: 15–19, …, 45–49.
constexpr std::size_t birth_groups = 7;

/// How families of one area are made. Probabilities [0, 1], ages in years.
struct FamilyPattern {
  std::array<double, head_groups> head_age{};
  double female_head = 0;
  double partner_of_man = 0, partner_of_woman = 0;
  double age_gap = 0, age_gap_spread = 0;  ///< husband's age less wife's: mean and standard deviation
  double births = 0;                       ///< of a woman by 50, alive
  std::array<double, birth_groups> birth_age{};
  double leave_age = 0, leave_spread = 0;  ///< of children from home: median, and the scale of a logistic curve
  double lone_father = 0;                  ///< who of the men without partner live with their children
  double parent = 0, parent_female = 0;    ///< a parent of the head lives along; is a woman
  double others = 0;                       ///< mean number of other members
  std::array<double, age_groups> other_age{};
};

struct Area {
  std::string name;
  double household_size = 0;               ///< mean persons of a household
  FamilyPattern family;
  std::vector<double> livelihood;          ///< shares, in the order of Profile::livelihoods
  double welfare = 0;                      ///< shift of the welfare index
};

struct Region {
  std::string name;
  std::vector<double> share;               ///< of the country's persons, one an area
  double welfare = 0;
  std::vector<double> numbers;             ///< in the order of Profile::region_numbers
};

/// A level of places inside regions: districts, then schools inside districts.
struct UnitLevel {
  std::string name, long_name;
  std::vector<std::int64_t> count;         ///< in each region, of each unit of the level above (of the region for the first)
};

/// An order in (0, 1) of the units of a level, drawn once: `draw < 38/116` holds for exactly 38 of 116.
struct UnitDraw {
  std::string name;
  std::size_t level = 0;
};

/// A point of the welfare distribution: share of persons below, level there, and mean of all up to there × share.
struct WelfarePoint {
  double p = 0, level = 0, cumulative = 0;
};

struct WelfareProfile {
  std::string unit;                        ///< of a person
  double mean = 0, lowest = 0, highest = 0;
  std::vector<WelfarePoint> points;        ///< rising
  double female_head = 0, log_size = 0, noise = 1;  ///< of the index; noise is a standard deviation
  std::vector<double> livelihood;
};

/// What cells of a trait are told apart by.
enum class TraitKey : std::uint8_t { area, region, quartile, sex, head_sex, livelihood, trait };

struct TraitVariable {
  TraitKey key = TraitKey::area;
  std::size_t trait = 0;                   ///< an earlier one
};

/// Published shares of those who have the trait, by age band and label of one variable; missing where not published.
struct TraitMargin {
  TraitVariable by;
  std::vector<std::vector<double>> share;  ///< [label][band]
  Place place;
};

/// Known log odds ratios.
struct TraitOffset {
  TraitVariable by;
  std::vector<double> log_odds;            ///< [label]
};

struct AgeBand {
  int from = 0, to = 0;
  double slope = 0;                        ///< log odds a year of age
};

/// A condition of persons (or households) that is drawn with a probability by cell, such that margins close.
struct Trait {
  std::string name, long_name;
  Entity entity = Entity::person;
  std::vector<AgeBand> bands;              ///< of persons; outside them nobody has it. One band of all for households
  std::vector<TraitMargin> margins;
  std::vector<TraitOffset> offsets;
};

constexpr std::size_t most_traits = 16;

/// A number of each livelihood, for expressions.
struct LivelihoodNumber {
  std::string name;
  std::vector<double> value;               ///< in the order of Profile::livelihoods
};

struct Profile {
  std::string path;
  PopulationNotes notes;
  std::int64_t households = 0;             ///< records to make
  std::uint64_t seed = 0;
  double persons = 0;                      ///< of the country
  std::array<double, age_groups> age{};    ///< shares
  double female = 0;
  double least_weight = 0.25, most_weight = 4;  ///< bounds of the calibrated weight, relative to the mean
  std::vector<Area> areas;
  std::vector<Region> regions;
  std::vector<std::string> region_numbers;
  std::vector<std::string> livelihoods;
  std::vector<LivelihoodNumber> livelihood_numbers;
  std::vector<UnitLevel> units;
  std::vector<UnitDraw> draws;
  WelfareProfile welfare;
  std::vector<Trait> traits;
  Derivation derivation;                   ///< columns and variables by expression
  std::vector<Fact> facts;
};

}  // namespace puente
