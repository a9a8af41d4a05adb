#include "engine/run/reaching_effects.hpp"

#include <algorithm>

namespace puente {

bool ReachingEffects::equal(const Reached& before, const CompiledEffect& effect, const std::array<const double*, 4>& columns, std::size_t units) {
  if (before.kind != effect.effect->kind || before.ownership_in_odds != effect.effect->ownership_in_odds ||
      before.log_odds != effect.shift.log_odds || before.matrix != effect.effect->matrix)
    return false;
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (before.columns[c].size() != (columns[c] == nullptr ? 0 : units) || !std::equal(before.columns[c].begin(), before.columns[c].end(), columns[c]))
      return false;
  return true;
}

void ReachingEffects::see(const CompiledEffect& effect, const Columns& columns, std::size_t units) {
  const std::array<const double*, 4> of_units = {columns.reach, columns.size, columns.level, columns.relative};
  if (seen_ == reached_.size()) reached_.emplace_back();
  Reached& reached = reached_[seen_++];
  if (same_ && equal(reached, effect, of_units, units)) return;
  same_ = false;
  reached.kind = effect.effect->kind;
  reached.ownership_in_odds = effect.effect->ownership_in_odds;
  reached.log_odds = effect.shift.log_odds;
  reached.matrix = effect.effect->matrix;
  for (std::size_t c = 0; c < of_units.size(); ++c)
    if (of_units[c] == nullptr) reached.columns[c].clear();
    else reached.columns[c].assign(of_units[c], of_units[c] + units);
}

bool ReachingEffects::same() {
  if (seen_ == 0) return false;  // nothing is drawn, and what was drawn last stays known
  const bool same = same_ && seen_ == reached_.size();
  reached_.resize(seen_);
  known_ = true;
  return same;
}

}  // namespace puente
