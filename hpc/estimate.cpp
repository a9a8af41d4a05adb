// `puente estimate`: the schooling model, from the population of a scenario.
#include "engine/core/error.hpp"
#include "hpc/commands.hpp"
#include "hpc/estimation.hpp"
#include "hpc/scenario_input.hpp"
#include "hpc/team.hpp"
#include "hpc/together.hpp"
#include "io/hdf5/commit.hpp"
#include "io/hdf5/digest.hpp"
#include "io/report/estimation.hpp"
#include "io/toml/profile_reader.hpp"
#include "io/toml/read_text.hpp"
#include "io/toml/schooling_model_writer.hpp"

namespace puente {

namespace {

constexpr std::int64_t window_households = 1 << 18;

const SchoolingChoice& choice_of(const io::ScenarioFile& file) {
  if (file.model.schooling) return *file.model.schooling;
  throw bad_input(file.path + ": there is no [schooling], which says who the children are and what they choose by, as in children = '6 <= age <= 15'");
}

void require_survey(const std::string& origin, const EstimateCommand& command) {
  if (command.for_testing) return;
  if (origin == "synthetic")
    throw bad_input("this population is synthetic: estimating on it would recover the assumptions that it was made from. Estimate on a survey, or add --for-testing");
  if (origin == "clone")
    throw bad_input("this population repeats a survey's households: standard errors would be too small. Estimate on the survey itself, or add --for-testing");
}

/// The default: the survey's design where it is known.
CovarianceKind covariance_of(const EstimateCommand& command, const ChildTable& table) {
  const bool design = !table.sampling_units.empty();
  if (command.covariance == "robust" && command.household_taste)
    throw bad_input("--covariance robust takes siblings to be independent, but --household-taste says that they share something: take household or design");
  if (command.covariance.empty()) return design ? CovarianceKind::design : command.household_taste ? CovarianceKind::household : CovarianceKind::robust;
  if (command.covariance == "design" && !design)
    throw bad_input("--covariance design needs the primary sampling unit of each household: the population has no column `psu`. Name it in the import's [design], or take robust or household");
  return command.covariance == "design" ? CovarianceKind::design : command.covariance == "household" ? CovarianceKind::household : CovarianceKind::robust;
}

std::string digest_of_population(const io::ScenarioFile& file) {
  if (file.recipe && file.population_source.empty()) return io::digest_of_text(file.content);
  return io::digest_of_file(file.population_source);
}

std::string ages_text(const ChildData& data) {
  return data.ages ? ", aged " + std::to_string(data.ages->first) + " to " + std::to_string(data.ages->second) : "";
}

io::Provenance provenance_of(const io::ScenarioFile& file, const PopulationSource& source, const ChildData& data, const SchoolingEstimate& estimate,
                             const std::string& children) {
  double total = 0;
  for (const double w : estimate.weight) total += w;
  io::Provenance facts = {{"program", "puente " PUENTE_VERSION},
                          {"population", source.schema().notes.title},
                          {"population_digest", "xxh3-64 " + digest_of_population(file)},
                          {"children", children},
                          {"number_of_children", static_cast<double>(estimate.children)},
                          {"weight_of_children", total},
                          {"log_pseudolikelihood", estimate.log_likelihood},
                          {"pseudo_r2", io::pseudo_r2(estimate)},
                          {"standard_errors", io::covariance_text(estimate)}};
  if (data.ages) {
    facts.emplace_back("youngest", static_cast<double>(data.ages->first));
    facts.emplace_back("oldest", static_cast<double>(data.ages->second));
  }
  if (estimate.earnings) facts.emplace_back("number_of_earners", static_cast<double>(estimate.earners));
  return facts;
}

}  // namespace

int estimate_command(const EstimateCommand& command, ParallelSession& session) {
  Exchange& exchange = session.exchange();
  OpenMpTeam team(threads_of(command.run.common, session));
  io::ScenarioOverrides overrides = overrides_of(command.run.set, {});
  overrides.schooling_model = false;  // it is what comes out
  io::ScenarioFile file = read_for(command.run, overrides, exchange);
  ChildQuestion question;
  together(exchange, [&] { question = question_of(choice_of(file)); });
  RunOptions options = options_of(command.run.common);
  if (options.window_households == 0) options.window_households = window_households;
  const auto source = population_of(file, command.run, options, exchange, team).source;
  if (options.window_households == 0) options.window_households = window_households;
  const std::string origin = origin_of(file, *source);
  together(exchange, [&] { require_survey(origin, command); });
  ChildData data = children_of(file.model, question, *source, options, exchange, team);
  data.plan.normalisation = command.normalisation;
  data.plan.covariance = covariance_of(command, data.table);
  data.plan.household_taste = command.household_taste;
  const SchoolingEstimate estimate = estimate_schooling(data.plan, data.table, exchange, team);
  SchoolingModel model = model_of(data, estimate);
  const PopulationNotes& notes = source->schema().notes;
  model.title = file.model.title;
  model.source = "estimated on " + (notes.title.empty() ? std::string("a population without a title") : notes.title) + ages_text(data) +
                 (origin == "synthetic" ? " (synthetic: for testing)" : "");
  model.status = "estimated";
  together(exchange, [&] {
    if (exchange.rank() != 0 || command.run.output.empty()) return;
    io::write_whole_file(command.run.output, io::schooling_model_text(model, estimate.structure.not_identified,
                                                                      provenance_of(file, *source, data, estimate, question.children.text)));
  });
  const io::EstimationReport report{model.source, data.plan.alternatives, data.income_unit.text(), data.notes, command.normalisation};
  if (!command.run.common.quiet) print(io::estimation_table(estimate, report), exchange);
  return 0;
}

}  // namespace puente
