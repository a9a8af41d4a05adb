// `puente expand`: a survey's households cloned to a nation.
#include <cmath>
#include <memory>

#include "engine/core/error.hpp"
#include "engine/core/random.hpp"
#include "engine/population/calibration/clones.hpp"
#include "engine/statistics/exact_sum.hpp"
#include "hpc/commands.hpp"
#include "hpc/file_source.hpp"
#include "hpc/scenario_input.hpp"
#include "hpc/survey_weights.hpp"
#include "hpc/team.hpp"
#include "hpc/together.hpp"
#include "hpc/write_made.hpp"
#include "io/hdf5/population_file.hpp"

namespace puente {

namespace {

Population read_whole(const std::string& path) {
  const io::PopulationFile file(path);
  return file.read(0, file.households());
}

std::vector<double> own_weights(const Population& survey) {
  const auto* weight = survey.find(Entity::household, "weight")->as<double>();
  return {weight, weight + survey.households()};
}

/// As many as the weights say the country has.
std::int64_t all_households(const std::vector<double>& weight) {
  ExactSum sum;
  for (const double w : weight) sum.add(w);
  const double total = sum.value();
  if (!(total >= 1 && total < 1e12))
    throw bad_input("the weights of the survey add up to " + shortest(total) + " households, which cannot be made; say how many with --households");
  return std::llround(total);
}

std::unique_ptr<Clones> make_clones(const ExpandCommand& command, std::string& report, Team& team) {
  Population survey = read_whole(command.survey);
  std::vector<double> weight = own_weights(survey);
  if (!command.margins.empty()) {
    const auto calibrated = calibrate_survey(std::make_unique<FileSource>(command.survey), command.margins, team);
    weight = calibrated->calibration().weight;
    survey.notes.calibration = record_of(*calibrated);
    report = report_of(*calibrated);
  }
  const std::int64_t clones = command.households ? *command.households : all_households(weight);
  const double uniform = uniform_of_bits(draw_bits(purpose_key(command.seed, "expand"), {}));
  return std::make_unique<Clones>(std::move(survey), weight, clones, uniform);
}

}  // namespace

int expand_command(const ExpandCommand& command, ParallelSession& session) {
  Exchange& exchange = session.exchange();
  OpenMpTeam team(threads_of(command.common, session));
  std::string report;
  std::unique_ptr<Clones> clones;
  together(exchange, [&] { clones = make_clones(command, report, team); });
  const std::int64_t first = clones->households() * exchange.rank() / exchange.size();
  const std::int64_t last = clones->households() * (exchange.rank() + 1) / exchange.size();
  io::PopulationWriter writer(command.output, clones->schema(), last - first, clones->persons(first, last), exchange);
  together(exchange, [&] {
    write_made([&](std::int64_t begin, std::int64_t end) { return clones->make(begin, end); }, first, last, command.common.window, writer, team);
  });
  writer.finish();
  if (!command.common.quiet)
    print(report + "wrote " + command.output + ": " + std::to_string(clones->households()) + " households\n", exchange);
  return 0;
}

}  // namespace puente
