// What the spread of each figure over draws of parameters rests on: shares of its variance by factor, and the figure where a
// parameter is low and where it is high.
#pragma once

#include <cstddef>

#include "engine/run/saved_draws.hpp"

namespace puente {

/// The tornado wants so many draws at the least: two in each tenth.
constexpr std::size_t fewest_tornado_draws = 20;

/// For each variable over scenarios that is drawn, after the dimension `factor`
/// (a parameter, or correlated ones together): under `sensitivity` NAME, its first-order index, and NAME_mcse, the Monte Carlo error of
/// that; of saltelli also NAME_total and NAME_total_mcse. After the dimension `parameter`: under `tornado` NAME_low and NAME_high, the mean over
/// draws whose parameter is in its lowest and highest tenth. Differences likewise, under `sensitivity/difference` and
/// `tornado/difference`. With too few draws, or a part of a row of saltelli, they are left out, and the provenance's `uncertainty` says so.
void add_sensitivities(const SavedDraws& draws, Results& results);

/// Takes out what it put in.
void take_sensitivities(Results& results);

}  // namespace puente
