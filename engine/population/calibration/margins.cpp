#include "engine/population/calibration/margins.hpp"

#include <algorithm>
#include <cmath>

namespace puente {

double Margin::grand_total() const {
  double sum = 0;
  for (const MarginTotal& one : totals) sum += one.total;
  return sum;
}

bool same_total(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)); }

std::string total_text(double total) {
  const bool whole = total == std::floor(total) && std::abs(total) < 1e15;
  return whole ? std::to_string(static_cast<long long>(total)) : shortest(total);
}

const char* counted_as(Entity counted) { return counted == Entity::person ? "persons" : "households"; }

void check_grand_totals(const Margins& margins, Diagnostics& diagnostics) {
  for (const Entity counted : {Entity::person, Entity::household}) {
    const Margin* first = nullptr;
    for (const Margin& margin : margins.margins) {
      if (margin.counted != counted) continue;
      const std::string total = total_text(margin.grand_total()) + " " + counted_as(counted);
      const auto& population = margins.population(counted);
      if (population && !same_total(*population, margin.grand_total()))
        diagnostics.add(margin.at.error(0, "margin '" + margin.name + "' adds up to " + total + ", but the population has " + total_text(*population)));
      else if (first != nullptr && !same_total(first->grand_total(), margin.grand_total()))
        diagnostics.add(margin.at.error(0, "margin '" + margin.name + "' adds up to " + total + ", but margin '" + first->name + "' to " +
                                               total_text(first->grand_total()) + ": both count everybody, so bring one to the total of the other"));
      if (first == nullptr) first = &margin;
    }
  }
}

}  // namespace puente
