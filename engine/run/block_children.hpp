// The children of a block who choose between school and work, in columns: siblings together, the oldest first. What does
// not depend on a scenario is found once a block. One object a thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/behaviour/latent_choice.hpp"

namespace puente {

using ChildColumns = std::array<std::vector<double>, most_alternatives>;

/// What the programmes of a world are worth to each child: money in each alternative, utility in those that attend.
struct ChoiceValue {
  ChildColumns money;
  std::vector<double> pull;
  bool pays = false, pulls = false;           ///< whether the columns above hold anything
};

/// A programme whose payments depend on siblings.
struct PaidInOrder {
  ChildColumns cash;                          ///< of each child in each alternative
  std::vector<double> spent;                  ///< of households: to those before
};

/// What of the children depends on the coefficients of the schooling model.
struct ChildrenByModel {
  ChildColumns earnings;                      ///< of each alternative
  std::vector<double> wage;                   ///< what it can earn, as the utilities see it
  ChildColumns utility;                       ///< at the policy seen, with the model's own constants; then with all that is drawn of it
  ChildColumns gap;                           ///< of the latent utilities (latent_choice.hpp)
  ChoiceValue observed;
};

/// With what belongs to the model at hand.
struct BlockChildren : ChildrenByModel {
  std::vector<std::int32_t> person, household;
  std::vector<std::int64_t> id;               ///< of the household
  std::vector<std::uint16_t> line;
  std::vector<std::uint8_t> seen, chosen;     ///< states: in the data, in the scenario at hand
  std::vector<std::int32_t> changed;          ///< children whose state is not the one seen
  std::vector<std::int32_t> everybody;
  std::vector<std::vector<std::int32_t>> rounds;  ///< the oldest of each household, then the second, …
  std::vector<double> income;                 ///< of households, in the data
  std::vector<std::vector<double>> contained; ///< of households, of each observed programme: its cash in their income
  std::vector<std::uint8_t> works_when_out;   ///< whether it would work in the market, out of school by choice
  std::vector<ChildColumns> holds;            ///< of each condition of the child alone: 1 where it holds in the alternative
  ChoiceValue now;
  ChildColumns change;
  std::vector<double> income_change;          ///< of households: what of the scenario does not depend on the choice
  std::vector<double> income_of_child;        ///< the same of each child's household
  std::vector<double> attends, works;         ///< of persons: what a condition that reads the choice is shown
  std::vector<double> earnings_change;        ///< of households, by the choices so far

  std::size_t size() const { return person.size(); }
};

}  // namespace puente
