// What changes the money of households: columns whose difference counts as far as it passes through to welfare. A loop
// for each shape, so that no question is asked inside it and several changes are added up in one walk. Pure.
#pragma once

#include <cstddef>
#include <vector>

namespace puente {

/// pass × (now − before), money of households; an absent side is nothing.
struct MoneyChange {
  const double* now = nullptr;
  const double* before = nullptr;
  double pass = 0;
};

/// Calls f with the function of a household that `change` is.
template <class F>
void with_change(const MoneyChange& change, F&& f) {
  const auto [now, before, pass] = change;
  if (now != nullptr && before != nullptr) f([=](std::size_t h) { return pass * (now[h] - before[h]); });
  else if (now != nullptr) f([=](std::size_t h) { return pass * now[h]; });
  else if (before != nullptr) f([=](std::size_t h) { return -(pass * before[h]); });
  else f([](std::size_t) { return 0.0; });
}

/// Calls f with the sum of two, added in their order.
template <class F>
void with_changes(const MoneyChange& first, const MoneyChange& second, F&& f) {
  with_change(first, [&](auto a) {
    with_change(second, [&](auto b) { f([=](std::size_t h) { return 0 + a(h) + b(h); }); });
  });
}

}  // namespace puente
