// The margins a survey is calibrated to, as written: how many persons or households there are in each category of an
// expression over the survey's columns. Plain data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/population/column.hpp"
#include "engine/rules/text.hpp"

namespace puente {

/// One published number: how many there are in one category.
struct MarginTotal {
  std::string label;  ///< of a category; "true" and "false" of a condition; the digits of a whole number
  double total = 0;
  rules::Text at;
};

struct Margin {
  std::string name;
  rules::Text by, at;
  Entity counted = Entity::person;
  std::vector<MarginTotal> totals;
  std::string source, status;
  int year = 0;

  double grand_total() const;
};

struct Margins {
  double least = 0.2, most = 5;  ///< of a new weight in the survey's own
  std::optional<double> persons, households;
  std::vector<Margin> margins;

  const std::optional<double>& population(Entity counted) const { return counted == Entity::person ? persons : households; }
};

/// Margins of equal quantities have one grand total, that of the population where it is given. Mistakes go to `diagnostics`.
void check_grand_totals(const Margins& margins, Diagnostics& diagnostics);

/// Whether two totals are the same to the precision that margins are met with.
bool same_total(double a, double b);

/// A number of persons or households as messages say it: whole numbers with all their digits.
std::string total_text(double total);
const char* counted_as(Entity counted);  ///< "persons" or "households"

}  // namespace puente
