#include "engine/run/whole_labels.hpp"

#include <cstring>

#include "engine/core/error.hpp"

namespace puente {

void WholeLabels::see_other(std::size_t thread, double value, std::int64_t household) {
  if (seen_[thread].size() <= most) seen_[thread].insert(value);
  if (value != std::floor(value)) not_whole_[thread].note(value, household);
}

void WholeLabels::refuse_fractions(const std::string& text, const std::string& kind, Exchange& exchange) const {
  First first;
  for (const First& of_thread : not_whole_) first.note(of_thread.value, of_thread.household);
  const auto bytes = exchange.gather_all(std::as_bytes(std::span(&first, 1)));
  for (int rank = 0; rank < exchange.size(); ++rank) {
    First of_rank;
    std::memcpy(&of_rank, bytes.data() + static_cast<std::size_t>(rank) * sizeof of_rank, sizeof of_rank);
    first.note(of_rank.value, of_rank.household);
  }
  if (first.household != std::numeric_limits<std::int64_t>::max())
    throw bad_input(text + " has the value " + shortest(first.value) + ", which is not a whole number, first in household " +
                    std::to_string(first.household) + ": " + kind + " is a category, a condition or a whole number; floor(…) makes one");
}

void WholeLabels::finish(const std::string& text, const std::string& kind, Exchange& exchange, std::vector<double>& values, std::vector<std::string>& labels) {
  refuse_fractions(text, kind, exchange);
  std::vector<double> mine;
  for (const auto& seen : seen_) mine.insert(mine.end(), seen.begin(), seen.end());
  for (const Small& small : small_)
    for (std::size_t value = 0; value < small.was.size(); ++value)
      if (small.was[value]) mine.push_back(static_cast<double>(value));
  const auto bytes = exchange.gather_all(std::as_bytes(std::span(mine)));
  const auto* received = reinterpret_cast<const double*>(bytes.data());
  const std::set<double> all(received, received + bytes.size() / sizeof(double));
  if (all.size() > most)
    throw bad_input(text + " has more than 1,000 values: " + kind + " is a category, a condition or a whole number with at most 1,000 values");
  for (const double value : all) {
    values.push_back(value);
    labels.push_back(std::to_string(static_cast<std::int64_t>(value)));
  }
}

}  // namespace puente
