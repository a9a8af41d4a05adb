// Conditions drawn with a probability by cell: which cell a person or household lies in, and who has the trait. A draw
// is keyed on household, line and the place of the trait in the profile. Immutable once its tables are there; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/population/synthesis/maker.hpp"

namespace puente {

/// The cells of one trait: ages first (one for households), then the labels of each variable.
class TraitCells {
 public:
  TraitCells(const Profile& profile, std::size_t trait);
  std::size_t count() const { return count_; }
  /// −1 where nobody has the trait. Member 0 stands for the household.
  std::int64_t cell_of(const MadeHousehold& made, int member) const;
  /// Adds the weight to the cells of all who can have the trait.
  void weigh(const MadeHousehold& made, std::int64_t weight, std::vector<std::int64_t>& cells) const;
  const Trait& trait() const { return *trait_; }
  std::size_t ages() const { return age_band_.size(); }
  int first_age() const { return first_age_; }
  /// Band of age number i, or −1.
  int band(std::size_t i) const { return age_band_[i]; }
  const std::vector<TraitVariable>& variables() const { return variables_; }
  std::size_t labels(std::size_t variable) const { return labels_[variable]; }
  /// Label of a variable in a cell, and the cell's age number.
  std::size_t label(std::size_t cell, std::size_t variable) const;
  std::size_t age(std::size_t cell) const { return cell / per_age_; }
  std::size_t variable_of(const TraitVariable& variable) const;

 private:
  const Trait* trait_;
  std::vector<TraitVariable> variables_;
  std::vector<std::size_t> labels_;
  friend class TraitTables;
  static constexpr std::int32_t nobody = -(1 << 30);  ///< less than any labels make up for
  /// The cell, or a negative number.
  std::int32_t place_of(const MadeHousehold& made, std::size_t member) const {
    const auto part = [this](TraitKey key, auto label) { return stride_[static_cast<std::size_t>(key)] * static_cast<std::int32_t>(label); };
    const Member& who = made.family.member[member];
    std::int32_t cell = first_cell_[static_cast<std::size_t>(who.age)] + part(TraitKey::area, made.area) + part(TraitKey::region, made.region) +
                        part(TraitKey::quartile, made.quartile) + part(TraitKey::sex, who.sex) + part(TraitKey::head_sex, made.head_sex()) +
                        part(TraitKey::livelihood, made.livelihood);
    for (const Earlier& earlier : earlier_) cell += earlier.stride * static_cast<std::int32_t>(made.traits[earlier.trait] >> member & 1U);
    return cell;
  }
  struct Earlier {
    std::size_t trait;
    std::int32_t stride;
  };
  /// By how many cells a label differs from the one before it: by TraitKey, 0 where the cells do not tell it apart; earlier traits.
  std::array<std::int32_t, static_cast<std::size_t>(TraitKey::trait)> stride_{};
  std::vector<Earlier> earlier_;
  std::vector<int> age_band_;
  std::vector<std::int32_t> first_cell_;  ///< of an age in years; 0 where ages make no difference
  int first_age_ = 0;
  std::size_t count_ = 1, per_age_ = 1;
};

std::size_t labels_of(const Profile& profile, const TraitVariable& variable);
/// The label's name, as a profile writes it.
std::string label_name(const Profile& profile, const TraitVariable& variable, std::size_t label);
std::string variable_name(const Profile& profile, const TraitVariable& variable);

/// All traits of a profile, with the probabilities found so far.
class TraitTables {
 public:
  explicit TraitTables(const Profile& profile);
  const TraitCells& cells(std::size_t trait) const { return cells_[trait]; }
  std::size_t solved() const { return probability_.size(); }
  void add(std::vector<double> probability);
  const std::vector<double>& probability(std::size_t trait) const { return probability_[trait]; }
  /// Room for the draws of some households, kept from call to call.
  struct Scratch {
    std::vector<std::uint32_t> place, words;  ///< household of `made` and member: most_members·h + m; four words a place
    std::vector<std::int64_t> number;
    std::vector<std::uint16_t> line;
  };
  /// Draws every trait that has a table.
  void draw(std::span<MadeHousehold> made, Scratch& scratch) const;

 private:
  void draw_of(Entity entity, std::span<MadeHousehold> made, Scratch& scratch) const;
  std::uint64_t key_;
  int youngest_ = 1000, oldest_ = -1;  ///< who can have a person's trait
  std::vector<TraitCells> cells_;
  std::vector<std::vector<double>> probability_;       ///< [trait][cell]
  std::vector<std::vector<std::int64_t>> words_below_;  ///< [trait][cell]: those words w have the trait whose (w + ½)/2³² < probability
};

/// The probabilities by cell that make the weighted margins close, given the weight in each cell: by age band, a logit with
/// a constant for every published number, solved by Newton's method. Throws Error (bad_input) naming margins that
/// contradict one another.
std::vector<double> solve_trait(const Profile& profile, const TraitCells& cells, const std::vector<double>& weight);

}  // namespace puente
