#include "engine/population/synthesis/solution.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "engine/core/error.hpp"
#include "engine/population/synthesis/counted.hpp"

namespace puente {

std::size_t IndexRanks::bin(double index) const {
  const double place = (index - least_) * per_unit_;
  return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins - 1)));
}

void IndexRanks::finish(const std::vector<std::int64_t>& weight) {
  below_.assign(bins + 1, 0);
  std::int64_t total = 0, before = 0;
  for (const std::int64_t w : weight) total += w;
  for (std::size_t b = 0; b < bins; ++b) {
    before += weight[b];
    below_[b + 1] = static_cast<double>(before) / static_cast<double>(total);
  }
}

double IndexRanks::at(double index) const {
  const std::size_t b = bin(index);
  const double within = std::clamp((index - least_) * per_unit_ - static_cast<double>(b), 0.0, 1.0);
  return below_[b] + (below_[b + 1] - below_[b]) * within;
}

namespace {

constexpr std::size_t women = age_groups - 1;  ///< behind the age groups but the last, which follows from the others

}  // namespace

MemberKind kind_of(const Member& member) {
  const std::size_t group = std::min<std::size_t>(static_cast<std::size_t>(member.age) / 5, age_groups - 1);
  return static_cast<MemberKind>(2 * group + (member.sex == Sex::female ? 1 : 0));
}

CalibrationIndex::CalibrationIndex(const Multipliers& multipliers, const Layout& layout) : person_in_(multipliers.cell) {
  const std::vector<double>& common = multipliers.common;
  for (const Cell& cell : layout.cells()) household_in_.push_back(common[age_groups + static_cast<std::size_t>(cell.area)]);
  for (std::size_t kind = 0; kind < member_kinds; ++kind)
    member_[kind] = (kind / 2 + 1 < age_groups ? common[kind / 2] : 0) + (kind % 2 == 1 ? common[women] : 0);
}

double CalibrationIndex::of(const MadeHousehold& made) const {
  std::array<MemberKind, Family::most_members> kinds{};
  const auto members = static_cast<std::size_t>(made.family.members);
  for (std::size_t m = 0; m < members; ++m) kinds[m] = kind_of(made.family.member[m]);
  return of(made.cell, {kinds.data(), members});
}

namespace {

/// Households of a calibration that converge before the last passes, over all, begin from these many.
constexpr std::int64_t sampled = 1 << 18;
/// Cells of traits are weighed over at least these many.
constexpr std::int64_t weighed = 1 << 19;
/// How near weighted totals come to their targets, as a share of all persons.
constexpr double precision = 1e-6;
constexpr std::int64_t chunk = 4096;
/// A rank keeps what it counted of as many households: half a GiB.
constexpr std::int64_t most_kept = 1 << 26;

std::string age_name(std::size_t group) {
  const std::string from = std::to_string(5 * group);
  return group + 1 == age_groups ? from + "+" : from + "-" + std::to_string(5 * group + 4);
}

class Solver {
 public:
  Solver(const Profile& profile, std::int64_t households, Exchange& exchange, Team& team)
      : profile_(profile), maker_(profile, std::max(households, fewest_calibrated)), exchange_(exchange), team_(team) {
    solution_.function = {profile.least_weight, profile.most_weight};
  }
  Solution solve(std::int64_t households);

 private:
  /// Chunk c of this rank's households: the first one's number, and how many.
  using Work = std::function<void(std::size_t c, std::size_t thread, std::int64_t first, std::size_t count)>;
  void walk(std::int64_t stride, const Work& work) const;
  std::size_t threads() const { return static_cast<std::size_t>(team_.threads()); }
  void keep(std::int64_t stride);
  void count_households(std::int64_t first, std::int64_t stride, std::size_t count, CountedHouseholds& counted) const;
  WeightTargets targets() const;
  WeightSums sums(std::int64_t stride);
  static double persons_in(const WeightSums& sums, const WeightTargets& targets);
  double worst(const WeightSums& sums, const WeightTargets& targets, std::size_t& where) const;
  bool calibrate(std::int64_t stride, int most_steps);
  [[noreturn]] void fail(const WeightTargets& targets, const WeightSums& sums, std::size_t where) const;
  void find_index_range();
  void rank_households();
  void solve_traits();
  std::size_t independent(std::size_t from) const;

  const Profile& profile_;
  HouseholdMaker maker_;
  Exchange& exchange_;
  Team& team_;
  Solution solution_;
  std::vector<CountedHouseholds> kept_;  ///< by chunk, of the stride they were counted at
  std::int64_t kept_stride_ = 0;
  std::vector<std::int64_t> order_;      ///< weight of persons by bin of the welfare index, of the last pass over all
  std::int64_t least_weight_ = 0, most_weight_ = 0;  ///< of a household, likewise
};

/// Of every stride-th household, this rank's part.
struct Part {
  std::int64_t first, last;
  Part(std::int64_t households, std::int64_t stride, const Exchange& exchange) {
    const std::int64_t all = households / stride, rank = exchange.rank(), ranks = exchange.size();
    first = all * rank / ranks;
    last = all * (rank + 1) / ranks;
  }
  std::size_t chunks() const { return static_cast<std::size_t>((last - first + chunk - 1) / chunk); }
};

/// On all threads, a chunk at a time.
void Solver::walk(std::int64_t stride, const Work& work) const {
  const Part part(maker_.households(), stride, exchange_);
  team_.for_each(part.chunks(), [&](std::size_t c, int thread) {
    const std::int64_t begin = part.first + static_cast<std::int64_t>(c) * chunk, end = std::min(part.last, begin + chunk);
    work(c, static_cast<std::size_t>(thread), begin * stride + stride / 2, static_cast<std::size_t>(end - begin));
  });
}

WeightTargets Solver::targets() const {
  const Layout& layout = maker_.layout();
  const double households = static_cast<double>(maker_.households()), persons = households * layout.mean_size();
  WeightTargets targets;
  const auto add = [&](const std::string& name, double total) {
    targets.name.push_back(name);
    targets.total.push_back(total);
  };
  for (std::size_t g = 0; g + 1 < age_groups; ++g) add("persons of " + age_name(g), profile_.age[g] * persons);
  add("women", profile_.female * persons);
  for (std::size_t a = 0; a < profile_.areas.size(); ++a)
    add("households in the area '" + profile_.areas[a].name + "'", layout.area_share(a) * households);
  targets.common = targets.total.size();
  for (const Cell& cell : layout.cells())
    add("persons in the region '" + profile_.regions[static_cast<std::size_t>(cell.region)].name + "', area '" +
            profile_.areas[static_cast<std::size_t>(cell.area)].name + "'",
        cell.persons * persons);
  return targets;
}

WeightSums Solver::sums(std::int64_t stride) {
  const WeightTargets wanted = targets();
  const CalibrationIndex index(solution_.multipliers, maker_.layout());
  std::vector<CountedSums> partial(threads(), CountedSums(wanted.common, wanted.cells()));
  std::vector<CountedHouseholds> counted(threads());
  keep(stride);
  walk(stride, [&](std::size_t c, std::size_t thread, std::int64_t first, std::size_t count) {
    const bool known = !kept_.empty() && !kept_[c].members.empty();
    if (!known) count_households(first, stride, count, counted[thread]);
    if (!known && !kept_.empty()) kept_[c] = counted[thread];
    partial[thread].add(known ? kept_[c] : counted[thread], first, stride, maker_.layout(), index, solution_.function, stride == 1);
  });
  for (std::size_t t = 1; t < partial.size(); ++t) partial[0].merge(partial[t]);
  exchange_.sum(partial[0].weights.state());
  order_ = std::move(partial[0].order);
  least_weight_ = partial[0].least;
  most_weight_ = partial[0].most;
  return std::move(partial[0].weights);
}

/// Passes over the same households know them from the first one, where they are not too many to be kept.
void Solver::keep(std::int64_t stride) {
  if (kept_stride_ == stride) return;
  const Part part(maker_.households(), stride, exchange_);
  kept_.clear();
  kept_.resize(part.last - part.first <= most_kept ? part.chunks() : 0);
  kept_stride_ = stride;
}

void Solver::count_households(std::int64_t first, std::int64_t stride, std::size_t count, CountedHouseholds& counted) const {
  counted.clear();
  HouseholdRun run(maker_, first, stride);
  for (std::size_t done = 0; done < count; done += HouseholdRun::batch)
    for (const MadeHousehold& made : run.next(std::min(HouseholdRun::batch, count - done))) counted.add(made, solution_.ranks);
}

/// Persons of all cells, in records.
double Solver::persons_in(const WeightSums& sums, const WeightTargets& targets) {
  const std::vector<double> reached = sums.totals();
  double persons = 0;
  for (std::size_t c = targets.common; c < reached.size(); ++c) persons += reached[c];
  return persons;
}

/// The largest miss, as a share of all persons, and where.
double Solver::worst(const WeightSums& sums, const WeightTargets& targets, std::size_t& where) const {
  const std::vector<double> reached = sums.totals();
  double most = -1, all = 0;
  for (std::size_t c = 0; c < targets.cells(); ++c) all += targets.total[targets.common + c];
  for (std::size_t i = 0; i < reached.size(); ++i)
    if (const double miss = std::abs(reached[i] - targets.total[i]) / all; miss > most) {
      most = miss;
      where = i;
    }
  return most;
}

void Solver::fail(const WeightTargets& targets, const WeightSums& sums, std::size_t where) const {
  const double one = 100 / (static_cast<double>(maker_.households()) * maker_.layout().mean_size());
  throw bad_input(profile_.path + ": the margins cannot be met together with weights between " + shortest(profile_.least_weight) +
                  " and " + shortest(profile_.most_weight) + " times the mean: " + targets.name[where] + " are to be " +
                  shortest(targets.total[where] * one) + " for 100 persons, and " + shortest(sums.totals()[where] * one) +
                  " is as near as the others let it come; look for a margin that contradicts this one, change how families are made, "
                  "or widen weight_bounds");
}

/// Newton's method on the dual; half the step back when it went too far. False when `most_steps` do not suffice.
bool Solver::calibrate(std::int64_t stride, int most_steps) {
  WeightTargets wanted = targets();
  const double sample = static_cast<double>(maker_.households() / stride) / static_cast<double>(maker_.households());
  for (double& total : wanted.total) total *= sample;
  Multipliers last = solution_.multipliers, change;
  double before = 1e300, length = 1;
  for (int step = 0;; ++step) {
    const WeightSums now = sums(stride);
    std::size_t where = 0;
    const double miss = worst(now, wanted, where);
    const bool met = miss <= precision;
    if (met || step == most_steps) {
      if (stride == 1 && !met) fail(wanted, now, where);
      solution_.passes.push_back((stride == 1 ? std::string("weights, all households: ") : "weights, every " + std::to_string(stride) + "th household: ") +
                                 std::to_string(step) + " Newton steps, largest miss " + shortest(miss) + " of all persons");
      if (stride == 1) solution_.scale = profile_.persons / persons_in(now, wanted);
      return met;
    }
    if (miss > 1.5 * before) {
      length /= 2;
    } else {
      last = solution_.multipliers;
      before = miss;
      length = 1;
      if (!now.step(wanted, change)) {
        if (stride == 1) fail(wanted, now, where);
        return false;
      }
    }
    for (std::size_t i = 0; i < last.common.size(); ++i) solution_.multipliers.common[i] = last.common[i] + length * change.common[i];
    for (std::size_t c = 0; c < last.cell.size(); ++c) solution_.multipliers.cell[c] = last.cell[c] + length * change.cell[c];
  }
}

/// Between which welfare indices any household lies.
void Solver::find_index_range() {
  const WelfareProfile& w = profile_.welfare;
  double least = 0, most = 0;
  const auto widen = [&](const std::vector<double>& shifts) {
    least += *std::min_element(shifts.begin(), shifts.end());
    most += *std::max_element(shifts.begin(), shifts.end());
  };
  std::vector<double> areas, regions;
  for (const Area& area : profile_.areas) areas.push_back(area.welfare);
  for (const Region& region : profile_.regions) regions.push_back(region.welfare);
  for (const auto& shifts : {areas, regions, w.livelihood, {0, w.female_head}, {0, 3.5 * w.log_size}, {-8.5 * w.noise, 8.5 * w.noise}})
    widen(shifts);
  solution_.ranks = IndexRanks(least, most);
}

/// Order of welfare: the weight of persons by index; and how far weights are from one another. The pass that found the
/// weights to be right has summed it up.
void Solver::rank_households() {
  exchange_.sum(order_);
  solution_.ranks.finish(order_);
  std::array<double, 2> ends = {-static_cast<double>(least_weight_), static_cast<double>(most_weight_)};
  exchange_.max(ends);
  solution_.least_weight = -ends[0] * weight_unit;
  solution_.most_weight = ends[1] * weight_unit;
  solution_.passes.push_back("order of welfare: weights between " + shortest(solution_.least_weight) + " and " +
                             shortest(solution_.most_weight) + " times the mean");
}

/// How many traits from this one on need none of each other.
std::size_t Solver::independent(std::size_t from) const {
  std::size_t to = from;
  const auto waits = [from](const auto& part) { return part.by.key == TraitKey::trait && part.by.trait >= from; };
  for (; to < profile_.traits.size(); ++to) {
    const Trait& trait = profile_.traits[to];
    if (std::any_of(trait.margins.begin(), trait.margins.end(), waits) || std::any_of(trait.offsets.begin(), trait.offsets.end(), waits)) break;
  }
  return to;
}

void Solver::solve_traits() {
  TraitTables tables(profile_);
  const CalibrationIndex index(solution_.multipliers, maker_.layout());
  const std::int64_t stride = std::max<std::int64_t>(1, maker_.households() / weighed);
  for (std::size_t from = 0; from < profile_.traits.size();) {
    const std::size_t to = independent(from);
    using Weights = std::vector<std::vector<std::int64_t>>;
    Weights none;
    for (std::size_t t = from; t < to; ++t) none.emplace_back(tables.cells(t).count());
    std::vector<Weights> weights(threads(), none);
    walk(stride, [&](std::size_t, std::size_t thread, std::int64_t first, std::size_t count) {
      TraitTables::Scratch scratch;
      HouseholdRun run(maker_, first, stride);
      for (std::size_t done = 0; done < count; done += HouseholdRun::batch) {
        const std::span<MadeHousehold> made = run.next(std::min(HouseholdRun::batch, count - done));
        for (MadeHousehold& household : made) household.quartile = quartile_of(solution_.ranks.at(household.index));
        tables.draw(made, scratch);
        for (const MadeHousehold& household : made) {
          const std::int64_t weight = solution_.function.at(index.of(household), nullptr);
          for (std::size_t t = from; t < to; ++t) tables.cells(t).weigh(household, weight, weights[thread][t - from]);
        }
      }
    });
    for (std::size_t t = from; t < to; ++t) {
      std::vector<std::int64_t>& total = weights[0][t - from];
      for (std::size_t thread = 1; thread < weights.size(); ++thread)
        for (std::size_t c = 0; c < total.size(); ++c) total[c] += weights[thread][t - from][c];
      exchange_.sum(total);
      std::vector<double> weight(total.size());
      for (std::size_t c = 0; c < total.size(); ++c) weight[c] = static_cast<double>(total[c]) * weight_unit;
      tables.add(solve_trait(profile_, tables.cells(t), weight));
      solution_.passes.push_back("'" + profile_.traits[t].name + "': " + std::to_string(total.size()) + " cells, weighed over " + (stride == 1 ? std::string("all households") : "every " + std::to_string(stride) + "th household"));
    }
    from = to;
  }
  for (std::size_t t = 0; t < profile_.traits.size(); ++t) solution_.traits.push_back(tables.probability(t));
}

Solution Solver::solve(std::int64_t households) {
  const WeightTargets wanted = targets();
  for (std::size_t c = 0; c < wanted.cells(); ++c)
    if (const Cell& cell = maker_.layout().cells()[c]; cell.first == cell.last)
      throw bad_input(profile_.path + ": " + wanted.name[wanted.common + c] + " are " + shortest(100 * cell.persons) +
                      " % of all, and not one of " + std::to_string(maker_.households()) +
                      " households falls there; ask for more --households, or give the area to its neighbours");
  find_index_range();
  solution_.multipliers = {std::vector<double>(wanted.common), std::vector<double>(wanted.cells())};
  if (const std::int64_t stride = maker_.households() / sampled; stride > 3) calibrate(stride, 12);
  calibrate(1, 30);
  solution_.scale *= static_cast<double>(maker_.households()) / static_cast<double>(households);
  kept_.clear();
  rank_households();
  solve_traits();
  return std::move(solution_);
}

}  // namespace

int quartile_of(double rank) { return std::min(3, static_cast<int>(4 * rank)); }

Solution solve_profile(const Profile& profile, std::int64_t households, Exchange& exchange, Team& team) {
  return Solver(profile, households, exchange, team).solve(households);
}

}  // namespace puente
