// The part of BlockProcessor that decides who is covered: the order of coverage, the cuts, units of draw.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "engine/core/random.hpp"
#include "engine/run/process_block.hpp"

namespace puente {

namespace {

/// Part of a unit that a cut serves: 0, 1, or a fraction of a record at its margin. Whole units are not divided.
double served(const Cut& cut, const SelectionKey& key, bool whole_units) {
  if (cut.all || key < cut.key) return 1;
  return key == cut.key && !whole_units ? cut.fraction : 0.0;
}

}  // namespace

/// The label of `within` and the stratum in it.
std::int32_t BlockProcessor::cut_group(std::size_t s, std::size_t p, std::size_t unit) const {
  const CompiledProgramme& compiled = study_.scenarios[s].programmes[p];
  const double label = compiled.within.index < 0 ? 0.0 : policy(s, compiled.within)[unit];
  if (std::isnan(label)) return -1;
  const std::size_t stratum = compiled.units.counted ? 0 : this->stratum(s, compiled, unit);
  const std::size_t strata = compiled.units.counted ? 1 : compiled.strata();
  return static_cast<std::int32_t>(static_cast<std::size_t>(label) * strata + stratum);
}

std::size_t BlockProcessor::stratum(std::size_t s, const CompiledProgramme& p, std::size_t unit) const {
  if (p.reserved_for.index >= 0) return policy(s, p.reserved_for)[unit] != 0 ? 1 : 0;
  return p.overlaps >= 0 && state_.programmes[static_cast<std::size_t>(p.overlaps)].offered[unit] != 0 ? 1 : 0;
}

/// A record at the margin of the programme overlapped is in both strata, each with its part of the weight: first among
/// the clients, last among the others. So what both programmes serve of it is one part, inside the other.
std::optional<SplitUnit> BlockProcessor::split_unit(std::size_t s, std::size_t p, std::size_t unit, const SelectionKey& key) const {
  const CompiledProgramme& compiled = study_.scenarios[s].programmes[p];
  if (compiled.overlaps < 0 || compiled.units.counted) return std::nullopt;
  const double part = state_.programmes[static_cast<std::size_t>(compiled.overlaps)].offered[unit];
  if (part == 0 || part == 1) return std::nullopt;
  SplitUnit split{part, key, key};
  if (key[0] == 0) return split;  // who is observed comes first everywhere
  split.first[0] = 1;
  split.last[0] = std::numeric_limits<std::uint64_t>::max();
  return split;
}

/// Order of coverage: units observed in the programme first (where they are kept), then by the expression (ranked),
/// then by the unit's draw, then by household. A unit of draw (a school, a village) has one draw for all.
void BlockProcessor::selection_keys(std::size_t s, std::size_t p, std::vector<SelectionKey>& keys) {
  const CompiledProgramme& compiled = study_.scenarios[s].programmes[p];
  const Programme& programme = *compiled.programme;
  const Entity entity = programme.entity;
  const std::size_t n = block_.rows.count(entity);
  keys.resize(n);
  const double* uniform = unit_uniforms(compiled.draw_key, entity);
  const auto column = [&](Output output) { return output.index >= 0 ? policy(s, output) : nullptr; };
  const double *by = column(compiled.by), *area = column(compiled.unit_of_draw), *reserved = column(compiled.reserved_for);
  const double* kept = kept_offer(compiled);
  const auto require = [&](const double* values, const char* what) {
    if (values != nullptr) require_present(values, entity, [&] { return "programme '" + programme.name + "': coverage." + what + " is missing"; });
  };
  require(by, "by");
  require(area, "unit_of_draw");
  require(column(compiled.within), "within");
  require(reserved, "quota.group");
  for (std::size_t i = 0; i < n; ++i) {
    const double rank = by == nullptr ? 0.0 : (programme.coverage.descending ? -by[i] : by[i]);
    const std::uint64_t place = std::isnan(rank) ? 1 : std::max<std::uint64_t>(1, ordered_bits(rank));
    keys[i][0] = kept != nullptr && kept[i] != 0 ? 0 : place;
    if (area == nullptr) {
      keys[i][1] = std::bit_cast<std::uint64_t>(uniform[i]);
      keys[i][2] = static_cast<std::uint64_t>(household_id(entity, i));
    } else {
      keys[i] = unit_key(compiled, area[i]);
      keys[i][0] = place;  // whole units come in by the unit's draw alone; those observed are in beforehand
    }
  }
}

const double* BlockProcessor::kept_offer(const CompiledProgramme& p) const {
  const bool keep = p.observed_index >= 0 && p.programme->coverage.keep_observed;
  return keep ? observed_[static_cast<std::size_t>(p.observed_index)].offered.data() : nullptr;
}

SelectionKey unit_key(const CompiledProgramme& p, double unit_of_draw) {
  const auto unit = std::isnan(unit_of_draw) ? std::uint64_t{0} : std::bit_cast<std::uint64_t>(unit_of_draw + 0.0);
  return {1, draw_bits(p.draw_key, {static_cast<std::int64_t>(unit >> 1), 0, 1, 0}), unit};
}

/// Nobody else bars, keeps or draws.
bool BlockProcessor::all_eligible_are_takers(const CompiledProgramme& p) const {
  return p.excluded_by.empty() && p.observed_index < 0 && p.take_up.index < 0 && !p.cut_needed;
}

/// Who is offered programme p and takes it up: 0, 1, or the served fraction of a record at the margin of a cut.
void BlockProcessor::offer(std::size_t s, std::size_t p) {
  const CompiledProgramme& compiled = study_.scenarios[s].programmes[p];
  const CoverageMode mode = compiled.programme->coverage.mode;
  state_.programmes.resize(std::max(p + 1, state_.programmes.size()));
  ProgrammeState& state = state_.programmes[p];
  if (mode == CoverageMode::observed) {
    state.offered = observed_[static_cast<std::size_t>(compiled.observed_index)].offered;
    return;
  }
  if (mode == CoverageMode::everyone && all_eligible_are_takers(compiled)) {
    state.offered = {policy(s, compiled.eligible), block_.rows.count(compiled.programme->entity)};
    require_eligibility(s, compiled);
    return;
  }
  std::vector<double>& offered = state.own_offered;
  find_pool(s, p, offered);
  state.offered = offered;
  take_up(compiled, *study_.policies[study_.scenarios[s].policy], offered);
  if (mode == CoverageMode::nobody) std::fill(offered.begin(), offered.end(), 0.0);
  if (!compiled.cut_needed) return;
  if (compiled.units.counted) return cut_units(s, p, offered);
  selection_keys(s, p, keys_);
  const bool whole_units = compiled.unit_of_draw.index >= 0;
  const double* kept = whole_units ? kept_offer(compiled) : nullptr;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    if (offered[i] == 0 || (kept != nullptr && kept[i] != 0)) continue;
    const std::int32_t group = cut_group(s, p, i);
    if (group < 0) continue;
    const auto g = static_cast<std::size_t>(group);
    if (const auto split = split_unit(s, p, i, keys_[i]))
      offered[i] = split->part * served(compiled.cuts[g], split->first, false) +
                   (1 - split->part) * served(compiled.cuts[g - 1], split->last, false);
    else offered[i] = served(compiled.cuts[g], keys_[i], whole_units);
  }
}

void BlockProcessor::cut_units(std::size_t s, std::size_t p, std::vector<double>& offered) {
  const CompiledProgramme& compiled = study_.scenarios[s].programmes[p];
  const double* unit = policy(s, compiled.unit_of_draw);
  for (std::size_t i = 0; i < offered.size(); ++i) {
    if (offered[i] == 0) continue;
    const std::int32_t label = cut_group(s, p, i);
    const bool in = label >= 0 && std::binary_search(compiled.units.in.begin(), compiled.units.in.end(), DrawUnit{label, unit[i] + 0.0});
    if (!in) offered[i] = 0;
  }
}

}  // namespace puente
