// What an item's threads and ranks have gathered, put together. Collective where an exchange is taken; one thread.
#pragma once

#include <vector>

#include "engine/run/reduce.hpp"

namespace puente {

template <class T>
std::vector<T> joined(std::vector<std::vector<T>>& parts) {
  std::vector<T> all;
  for (auto& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
    part = {};
  }
  return all;
}

/// Adds every rank's and thread's sums: `parts` are of equal length.
inline std::vector<double> total(std::vector<std::vector<ExactSum>>& parts, Exchange& exchange) {
  for (std::size_t t = 1; t < parts.size(); ++t)
    for (std::size_t i = 0; i < parts[0].size(); ++i) parts[0][i].merge(parts[t][i]);
  reduce(parts[0], exchange);
  std::vector<double> values;
  for (const ExactSum& sum : parts[0]) values.push_back(sum.value());
  return values;
}

}  // namespace puente
