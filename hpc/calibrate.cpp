// `puente calibrate`: a survey with new weights.
#include <algorithm>

#include "engine/core/error.hpp"
#include "hpc/commands.hpp"
#include "hpc/file_source.hpp"
#include "hpc/scenario_input.hpp"
#include "hpc/survey_weights.hpp"
#include "hpc/team.hpp"
#include "hpc/together.hpp"
#include "io/hdf5/population_file.hpp"
#include "io/hdf5/population_writer.hpp"

namespace puente {

namespace {

constexpr std::int64_t window_households = 1 << 18;

/// Rows [first, last) of the survey as they are, with their new weights.
void write_reweighted(const io::PopulationFile& survey, const std::vector<double>& weight, std::int64_t first, std::int64_t last,
                      std::int64_t window, io::PopulationWriter& writer) {
  for (std::int64_t begin = first; begin < last; begin += window) {
    const std::int64_t end = std::min(last, begin + window);
    Population rows = survey.read(begin, end);
    std::copy(weight.begin() + begin, weight.begin() + end, rows.find(Entity::household, "weight")->as<double>());
    writer.write(rows);
  }
}

}  // namespace

int calibrate_command(const CalibrateCommand& command, ParallelSession& session) {
  Exchange& exchange = session.exchange();
  OpenMpTeam team(threads_of(command.common, session));
  std::unique_ptr<CalibratedSource> calibrated;
  std::unique_ptr<io::PopulationFile> survey;
  std::int64_t first = 0, last = 0, persons = 0;
  together(exchange, [&] {
    calibrated = calibrate_survey(std::make_unique<FileSource>(command.survey), command.margins, team);
    survey = std::make_unique<io::PopulationFile>(command.survey);
    first = survey->households() * exchange.rank() / exchange.size();
    last = survey->households() * (exchange.rank() + 1) / exchange.size();
    const std::vector<std::int64_t> offsets = survey->person_offsets(first, last);
    persons = offsets.back() - offsets.front();
  });
  Schema schema = survey->schema();
  schema.notes.calibration = record_of(*calibrated);
  if (schema.notes.origin.empty()) schema.notes.origin = "survey";
  io::PopulationWriter writer(command.output, schema, last - first, persons, exchange);
  together(exchange, [&] {
    const std::int64_t window = command.common.window > 0 ? command.common.window : window_households;
    write_reweighted(*survey, calibrated->calibration().weight, first, last, window, writer);
  });
  writer.finish();
  if (!command.common.quiet)
    print(report_of(*calibrated) + "wrote " + command.output + ": " + std::to_string(survey->households()) + " households\n", exchange);
  return 0;
}

}  // namespace puente
