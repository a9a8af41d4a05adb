// What reached an outcome when it was last drawn, so that it is not drawn again in a scenario where the same reaches the same units:
// what is drawn is a function of that and of the data. Values are compared, not where they come from. Of one block and one thread.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "engine/programmes/effects.hpp"
#include "engine/run/study.hpp"

namespace puente {

class ReachingEffects {
 public:
  /// Columns of an effect by unit; null: it has none.
  struct Columns {
    const double *reach = nullptr, *size = nullptr, *level = nullptr, *relative = nullptr;
  };

  /// Nothing is drawn yet of this block.
  void forget() { known_ = false; }
  /// A scenario: then `see` for each of its effects in their order, then `same`.
  void begin() {
    seen_ = 0;
    same_ = known_;
  }
  void see(const CompiledEffect& effect, const Columns& columns, std::size_t units);
  /// Whether these are all of the effects seen before, and no others. What is seen now is known from here on.
  bool same();

 private:
  struct Reached {
    EffectKind kind = EffectKind::relative;
    bool ownership_in_odds = false;
    double log_odds = 0;
    TransitionMatrix matrix;
    std::array<std::vector<double>, 4> columns;
  };
  static bool equal(const Reached& before, const CompiledEffect& effect, const std::array<const double*, 4>& columns, std::size_t units);

  bool known_ = false, same_ = false;
  std::size_t seen_ = 0;
  std::vector<Reached> reached_;
};

}  // namespace puente
