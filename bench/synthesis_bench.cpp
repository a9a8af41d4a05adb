// Households of a profile by the thousand: all columns into compact storage, the core alone, and the household maker, beside
// a pass of the weights' calibration.
#include "bench/kernel.hpp"
#include "engine/population/made_columns.hpp"
#include "engine/population/synthesis/synthesis_source.hpp"
#include "io/toml/profile_reader.hpp"

namespace puente::bench {

namespace {

constexpr std::int64_t block = 1024, households = 1 << 18;

const Profile& zambia() {
  static const Profile profile = [] {
    io::ProfileFile file = io::read_profile(PUENTE_SOURCE_DIR "/scenarios/profiles/zambia.toml");
    file.diagnostics.throw_if_errors();
    file.profile.households = households;
    return file.profile;
  }();
  return profile;
}

const PopulationSource& source() {
  static Exchange alone;
  static Team one;
  static const auto made = synthesise(zambia(), alone, one);
  return *made;
}

void all_columns(benchmark::State& state) {
  const PopulationSource& population = source();
  std::int64_t first = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(make_rows(population, first, first + block).persons());
    first = (first + block) % households;
  }
  count(state, block);
}

void families_and_traits(benchmark::State& state) {
  const PopulationSource& population = source();
  BlockData data;
  std::int64_t first = 0;
  for (auto _ : state) {
    population.load(first, first + block, {}, data);
    benchmark::DoNotOptimize(data.rows.persons);
    first = (first + block) % households;
  }
  count(state, block);
}

void maker(benchmark::State& state) {
  const HouseholdMaker maker(zambia(), households);
  std::int64_t first = 0;
  for (auto _ : state) {
    HouseholdRun run(maker, first);
    for (std::int64_t h = 0; h < block; h += HouseholdRun::batch) benchmark::DoNotOptimize(run.next(HouseholdRun::batch)[0].index);
    first = (first + block) % households;
  }
  count(state, block);
}

void passes(benchmark::State& state) {
  Exchange alone;
  Team one;
  for (auto _ : state) benchmark::DoNotOptimize(solve_profile(zambia(), households, alone, one).scale);
  count(state, households);
}

BENCHMARK(triad);
BENCHMARK(all_columns);
BENCHMARK(families_and_traits);
BENCHMARK(maker);
BENCHMARK(passes)->Iterations(1);

}  // namespace

}  // namespace puente::bench
