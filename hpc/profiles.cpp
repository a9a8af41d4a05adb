#include "hpc/profiles.hpp"

#include <algorithm>
#include <cstdio>

#include "engine/core/error.hpp"
#include "engine/population/made_columns.hpp"
#include "hpc/commands.hpp"
#include "hpc/scenario_input.hpp"
#include "hpc/team.hpp"
#include "hpc/together.hpp"
#include "hpc/write_made.hpp"
#include "io/hdf5/describe.hpp"
#include "io/hdf5/population_writer.hpp"
#include "io/toml/profile_reader.hpp"

namespace puente {

namespace {

std::int64_t first_of(std::int64_t households, int rank, int ranks) { return households * rank / ranks; }

std::int64_t count_persons(const PopulationSource& source, std::int64_t first, std::int64_t last, Team& team) {
  const auto pieces = static_cast<std::size_t>((last - first + made_piece - 1) / made_piece);
  std::vector<std::int64_t> persons(static_cast<std::size_t>(team.threads()));
  team.for_each(pieces, [&](std::size_t i, int thread) {
    BlockData block;
    const std::int64_t begin = first + static_cast<std::int64_t>(i) * made_piece;
    source.load(begin, std::min(last, begin + made_piece), {}, block);
    persons[static_cast<std::size_t>(thread)] += static_cast<std::int64_t>(block.rows.persons);
  });
  std::int64_t total = 0;
  for (const std::int64_t n : persons) total += n;
  return total;
}

std::string numbers(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += " " + shortest(value);
  return text + "\n";
}

std::string record(const Solution& solution) {
  std::string text;
  for (const std::string& pass : solution.passes) text += pass + "\n";
  return text + "multipliers of persons by age group, women, households by area:" + numbers(solution.multipliers.common) +
         "multipliers of persons by region and area:" + numbers(solution.multipliers.cell) +
         "households represented by a weight of 1: " + shortest(solution.scale) + "\n";
}

std::string facts(const Profile& profile) {
  std::string text = "  numbers\n";
  for (const Fact& fact : profile.facts)
    text += "    " + fact.name + ": " + fact.status + (fact.year > 0 ? ", " + std::to_string(fact.year) : "") + ", " + fact.source + "\n";
  return text;
}

}  // namespace

Profile read_sound_profile(const std::string& path, std::optional<std::int64_t> households, std::optional<std::uint64_t> seed,
                           Exchange& exchange) {
  Profile profile;
  together(exchange, [&] {
    io::ProfileFile file = io::read_profile(path);
    file.diagnostics.throw_if_errors();
    profile = std::move(file.profile);
    if (households) profile.households = *households;
    if (seed) profile.seed = *seed;
    check_profile(profile);
  });
  return profile;
}

std::string describe_profile(const std::string& path) {
  Exchange alone;
  Team one;
  Profile profile = read_sound_profile(path, std::nullopt, std::nullopt, alone);
  const std::int64_t all = profile.households;
  profile.households = 1 << 14;
  Solution solution;
  const auto source = synthesise(profile, alone, one, &solution);
  std::string text = path + ": a profile\n  title: " + profile.notes.title + "\n" + facts(profile) + "  passes\n";
  for (const std::string& pass : solution.passes) text += "    " + pass + "\n";
  return text + io::describe_made(make_rows(*source, 0, profile.households), all, "a profile; figures when it makes");
}

int check_profile_command(const std::string& path) {
  Exchange alone;
  const io::ProfileFile file = io::read_profile(path);
  std::fputs(file.diagnostics.text().c_str(), stderr);
  if (file.diagnostics.has_errors()) return static_cast<int>(ExitCode::bad_input);
  const Schema schema = check_profile(file.profile);
  std::printf("%s: a profile of %zu regions, %zu household and %zu person columns, no mistakes\n", path.c_str(),
              file.profile.regions.size(), schema.household.size(), schema.person.size());
  return 0;
}

int synthesise_command(const SynthesiseCommand& command, ParallelSession& session) {
  Exchange& exchange = session.exchange();
  OpenMpTeam team(threads_of(command.common, session));
  const Profile profile = read_sound_profile(find_scenario(command.profile), command.households, command.seed, exchange);
  Solution solution;
  const auto source = synthesise(profile, exchange, team, &solution);
  const std::int64_t first = first_of(profile.households, exchange.rank(), exchange.size());
  const std::int64_t last = first_of(profile.households, exchange.rank() + 1, exchange.size());
  Schema schema = source->schema();
  schema.notes.synthesis = record(solution);
  std::int64_t persons = 0;
  together(exchange, [&] { persons = count_persons(*source, first, last, team); });
  io::PopulationWriter writer(command.output, schema, last - first, persons, exchange);
  together(exchange, [&] {
    write_made([&](std::int64_t begin, std::int64_t end) { return make_rows(*source, begin, end); }, first, last, 0, writer, team);
  });
  writer.finish();
  if (exchange.rank() == 0 && !command.common.quiet) {
    for (const std::string& pass : solution.passes) std::printf("%s\n", pass.c_str());
    std::printf("wrote %s: %lld households\n", command.output.c_str(), static_cast<long long>(profile.households));
  }
  return 0;
}

}  // namespace puente
