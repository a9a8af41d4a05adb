// puente: parses the command line before anything of MPI starts, runs one command, and ends every rank with its code.
#include <CLI/CLI.hpp>
#include <csignal>
#include <functional>

#include "engine/core/error.hpp"
#include "hpc/commands.hpp"
#include "hpc/processor.hpp"
#include "hpc/version.hpp"

namespace {

using namespace puente;

/// CLI11's own check prints the whole range of a double.
const CLI::Validator positive(
    [](const std::string& text) {
      double value = 0;
      return CLI::detail::lexical_cast(text, value) && value > 0 ? std::string() : "'" + text + "' is not a number above 0";
    },
    "POSITIVE");

const CLI::Validator not_negative(
    [](const std::string& text) {
      double value = 0;
      return CLI::detail::lexical_cast(text, value) && value >= 0 ? std::string() : "'" + text + "' is not a number of 0 or more";
    },
    "NOT NEGATIVE");

void add_common(CLI::App& app, CommonOptions& common) {
  app.add_option("--threads", common.threads, "threads of each rank (default: the cores it may use)")->check(positive);
  app.add_option("--block", common.block, "households a block (default: 1024); changes no digit")->envname("PUENTE_BLOCK_HOUSEHOLDS")->check(positive);
  app.add_option("--window", common.window, "households read at a time (default: all)")->check(positive);
  app.add_option("--memory", common.memory, "GiB that a rank keeps within: a larger population is read or made a part at a time, and exact order statistics take a walk for each range of welfare whose records fit; chooses --batch for draws")->check(positive);
  app.add_option("--precision", common.precision, "exact: records in order (default); sketch: a histogram with its error bound")
      ->check(CLI::IsMember({"exact", "sketch"}));
  app.add_flag("--json", common.json, "all results as JSON on standard output");
  app.add_flag("--quiet", common.quiet, "no table, no progress");
}

/// What commands that go through a population a window at a time heed.
void add_work(CLI::App& app, CommonOptions& common) {
  app.add_option("--threads", common.threads, "threads of each rank (default: the cores it may use)")->check(positive);
  app.add_option("--window", common.window, "households at a time; changes no digit")->check(positive);
  app.add_flag("--quiet", common.quiet, "no table");
}

void add_uncertainty(CLI::App& app, UncertaintyOptions& options) {
  app.add_option("--draws", options.draws, "draws of the uncertain parameters beyond the central one (default: the scenario's; 0: none)")->check(not_negative);
  app.add_option("--design", options.design, "random, sobol, latin or saltelli: how the draws lie (default: the scenario's, or random)")
      ->check(CLI::IsMember({"random", "sobol", "latin", "saltelli"}));
  app.add_option("--level", options.level, "of the limits beside each figure (default: 0.95)")->check(CLI::Range(0.01, 0.9999));
  app.add_flag("--save-draws", options.save_draws, "all draws of all figures, in the group /draws of the results file");
  app.add_option("--only-draws", options.only_draws, "FIRST-LAST: this part of the draws, for a job of its own; they are saved, and `puente merge` puts parts together");
  app.add_option("--extend", options.extend, "results file with saved draws: only those beyond them are made; with -o a new file, as if all were made at once");
  app.add_option("--until-mcse", options.until_mcse, "VARIABLE=ERROR: draws, a hundred at a time, until the Monte Carlo error of these figures' means is no larger; at most --draws (default: 10000)")
      ->expected(1)->take_all();
  app.add_option("--draw-teams", options.draw_teams, "teams of ranks that share the draws, each with all households (default: 1); changes no digit")->check(positive);
  app.add_option("--batch", options.batch, "draws in one walk over the households (default: 4, or as --memory allows); changes no digit")->check(positive);
  app.add_option("--unit-replicates", options.unit_replicates, "runs with other draws of the households' and persons' chances: the noise of the simulation itself")
      ->check(not_negative);
}

/// Of a survey.
void add_sampling(CLI::App& app, UncertaintyOptions& options) {
  app.add_option("--sampling", options.sampling, "standard errors of a survey's figures: linearised, or replicate weights (bootstrap, jackknife, brr; columns: the survey's own); none (default)")
      ->check(CLI::IsMember(sampling_method_names()));
  app.add_option("--replicates", options.replicates, "of the bootstrap (default: 500)")->check(positive);
  app.add_option("--fay", options.fay, "Fay's factor of brr, or of columns of the kind fay (default: 0)")->check(CLI::Range(0.0, 0.99));
  app.add_option("--replicate-weights", options.replicate_weights, "PREFIX or NAME,NAME,…: the survey's columns of replicate weights, of households")
      ->delimiter(',');
  app.add_option("--replicate-kind", options.replicate_kind, "how they were made: bootstrap, brr, fay, jk1, jk2, jkn, successive_difference")
      ->check(CLI::IsMember(replicate_kind_names()));
  app.add_option("--rscales", options.rscales, "of jkn: (n - 1)/n of each replicate's stratum, or one number for all")->delimiter(',');
  app.add_option("--replicate-centre", options.replicate_centre, "replicates' distance is from their mean (replicates, default) or from the figure (estimate), as R's mse")
      ->check(CLI::IsMember(replicate_centre_names()));
  app.add_option("--interval", options.interval, "limits of a sample: normal (Student's, default), logit for proportions, percentile or bootstrap-t of the bootstrap")
      ->check(CLI::IsMember(interval_names()));
  app.add_option("--lonely-psu", options.lonely, "a stratum of one sampling unit: fail (default), certainty, remove, adjust, average, as R's survey.lonely.psu")
      ->check(CLI::IsMember(lonely_psu_names()));
  app.add_option("--stratum", options.stratum, "EXPR: stratum of a household (default: the column stratum, else one stratum)");
  app.add_option("--psu", options.psu, "EXPR: primary sampling unit of a household (default: the column psu, else each household is its own)");
  app.add_option("--psus-there", options.psus_there, "EXPR: sampling units in a household's stratum, for the finite-population correction");
  app.add_option("--ssu", options.ssu, "EXPR: second-stage unit of a household in its sampling unit (default: the household itself)");
  app.add_option("--ssus-there", options.ssus_there, "EXPR: second-stage units in a household's sampling unit, for the correction of the second stage");
}

void report(const Error& error, ParallelSession* session) {
  if (session != nullptr && session->exchange().rank() != 0) return;
  const std::string text = error.what();
  std::fprintf(stderr, "%s%s%s", text.find("error: ") == std::string::npos ? "puente: " : "", text.c_str(), text.ends_with('\n') ? "" : "\n");
}

/// Commands on many ranks: an Error was agreed on by all, so all leave with its code and MPI ends in order.
int on_all_ranks(const std::function<int(ParallelSession&)>& command) {
  ParallelSession session;
  try {
    return command(session);
  } catch (const Error& error) {
    report(error, &session);
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "puente: this is a bug: %s\n", error.what());
    ParallelSession::abort(static_cast<int>(ExitCode::internal));
  }
}

int alone(const std::function<int()>& command) {
  try {
    return command();
  } catch (const Error& error) {
    report(error, nullptr);
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "puente: this is a bug: %s\n", error.what());
    return static_cast<int>(ExitCode::internal);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file-size limit is an error of the write, not the end of the process
  CLI::App app("Puente simulates every household of a country under social-protection and rural-development policy.", "puente");
  app.set_version_flag("--version", std::string("puente ") + PUENTE_VERSION + " (" + git_commit() + ", " + compiler() + ")");
  app.require_subcommand(1);

  RunCommand run;
  for (int i = 0; i < argc; ++i) run.command_line += std::string(i == 0 ? "" : " ") + argv[i];
  CLI::App* run_app = app.add_subcommand("run", "run a scenario file or pack; `mpirun -n 8 puente run …` does it on eight ranks");
  run_app->add_option("scenario", run.scenario, "scenario file, or the name of a pack")->required();
  run_app->add_option("-o,--output", run.output, "results file (netCDF-4)");
  run_app->add_option("--population", run.population, "population file instead of the scenario's own");
  run_app->add_option("--margins", run.margins, "margins (TOML) to calibrate the survey's weights to first; replicates of the sample calibrate anew");
  run_app->add_option("--households", run.households, "households of a recipe or profile")->check(positive);
  run_app->add_option("--seed", run.seed, "seed of all draws");
  run_app->add_option("--set", run.set, "KEY=VALUE: one key path from the file's root")->expected(1)->take_all();
  run_app->add_option("--solve", run.solves, "answer these solves that the file has on request: A,B")->delimiter(',');
  run_app->add_option("--scenarios", run.scenarios, "only these, and what they are compared with: A,B")->delimiter(',');
  run_app->add_flag("--report-performance", run.report_performance, "where the time went, on standard error and in the results' provenance: each pass, memory, threads, ranks");
  add_uncertainty(*run_app, run.uncertainty);
  add_sampling(*run_app, run.uncertainty);
  run_app->add_option("--estimation", run.uncertainty.estimation, "repeated: replicates estimate the schooling model anew; fixed (default)")
      ->check(CLI::IsMember({"fixed", "repeated"}));
  add_common(*run_app, run.common);

  ValidateCommand validate;
  CLI::App* validate_app = app.add_subcommand("validate", "published findings against simulated, a line a finding; exit 1 if one that must close does not");
  validate_app->add_option("what", validate.what, "pack, profile, or an evidence file (TOML)")->required();
  validate_app->add_option("--population", validate.run.population, "population file instead of the scenario's own");
  validate_app->add_option("--households", validate.run.households, "households of a recipe or profile")->check(positive);
  validate_app->add_option("--seed", validate.run.seed, "seed of all draws");
  validate_app->add_option("--set", validate.run.set, "KEY=VALUE: one key path from the scenario file's root")->expected(1)->take_all();
  add_common(*validate_app, validate.run.common);

  StatisticsCommand statistics;
  CLI::App* statistics_app = app.add_subcommand("statistics", "poverty and inequality of a population as it is");
  statistics_app->add_option("population", statistics.population, "population file")->required();
  statistics_app->add_option("--margins", statistics.margins, "margins (TOML) to calibrate the survey's weights to first; replicates of the sample calibrate anew");
  statistics_app->add_option("--welfare", statistics.welfare, "welfare of a person: an expression over columns")->required();
  statistics_app->add_option("--line", statistics.lines, "[NAME=]EXPR: a poverty line")->expected(1)->take_all();
  statistics_app->add_option("--by", statistics.by, "[NAME=]EXPR: a grouping")->expected(1)->take_all();
  statistics_app->add_option("--contrast", statistics.contrasts, "A - B: the figures of one group less those of another, as in 'area=rural - area=urban'")->expected(1)->take_all();
  statistics_app->add_option("--weight", statistics.weight, "weight of a record instead of the household's");
  statistics_app->add_option("--count", statistics.count, "persons, households or records")->check(CLI::IsMember({"persons", "households", "records"}));
  statistics_app->add_option("--where", statistics.where, "records that count");
  statistics_app->add_option("--attends", statistics.attends, "who attends school");
  statistics_app->add_option("--age", statistics.age, "age in years");
  statistics_app->add_option("--sex", statistics.sex, "sex");
  statistics_app->add_option("--age-bands", statistics.bands, "as in 6-13,14-17");
  statistics_app->add_option("--level", statistics.uncertainty.level, "of the limits beside each figure (default: 0.95)")->check(CLI::Range(0.01, 0.9999));
  add_sampling(*statistics_app, statistics.uncertainty);
  add_common(*statistics_app, statistics.common);

  SynthesiseCommand synthesise;
  CLI::App* synthesise_app = app.add_subcommand("synthesise", "a population of every household, from a profile of published margins");
  synthesise_app->add_option("profile", synthesise.profile, "profile (TOML), or its name (zambia)")->required();
  synthesise_app->add_option("-o,--output", synthesise.output, "population file to write")->required();
  synthesise_app->add_option("--households", synthesise.households, "households to make (default: the profile's)")->check(positive);
  synthesise_app->add_option("--seed", synthesise.seed, "seed of all draws");
  add_common(*synthesise_app, synthesise.common);

  CalibrateCommand calibrate;
  CLI::App* calibrate_app = app.add_subcommand("calibrate", "new weights for a survey that meet published margins, as near to its own as they allow");
  calibrate_app->add_option("survey", calibrate.survey, "population file made by `puente import`")->required();
  calibrate_app->add_option("margins", calibrate.margins, "margins (TOML, kind = \"margins\")")->required();
  calibrate_app->add_option("-o,--output", calibrate.output, "population file to write")->required();
  add_work(*calibrate_app, calibrate.common);

  ExpandCommand expand;
  CLI::App* expand_app = app.add_subcommand("expand", "a nation of clones of a survey's households, as many of each as its weight says");
  expand_app->add_option("survey", expand.survey, "population file made by `puente import`")->required();
  expand_app->add_option("margins", expand.margins, "margins to calibrate the weights to first (TOML, kind = \"margins\")");
  expand_app->add_option("-o,--output", expand.output, "population file to write")->required();
  expand_app->add_option("--households", expand.households, "households to make (default: as many as the weights add up to)")->check(positive);
  expand_app->add_option("--seed", expand.seed, "seed of the draw that says where the first clone falls (default: 1)");
  add_work(*expand_app, expand.common);

  EstimateCommand estimate;
  CLI::App* estimate_app = app.add_subcommand("estimate", "the schooling model of a scenario, estimated on its population");
  estimate_app->add_option("scenario", estimate.run.scenario, "scenario file with [schooling], or the name of a pack")->required();
  estimate_app->add_option("--model", estimate.model, "what to estimate: schooling")->check(CLI::IsMember({"schooling"}));
  estimate_app->add_option("-o,--output", estimate.run.output, "model file to write (TOML); the table alone without it");
  estimate_app->add_option("--population", estimate.run.population, "population file instead of the scenario's own");
  estimate_app->add_option("--margins", estimate.run.margins, "margins (TOML) to calibrate the survey's weights to first");
  estimate_app->add_option("--households", estimate.run.households, "households of a recipe or profile")->check(positive);
  estimate_app->add_option("--seed", estimate.run.seed, "seed of all draws");
  estimate_app->add_option("--set", estimate.run.set, "KEY=VALUE: one key path from the file's root")->expected(1)->take_all();
  estimate_app->add_option("--covariance", estimate.covariance, "design: strata and sampling units; household: siblings together; robust (default: design where it is known)")
      ->check(CLI::IsMember({"design", "household", "robust"}));
  estimate_app->add_option("--K", estimate.normalisation.k, "a child's whole contribution over its market earnings (default: 1)")->check(positive);
  estimate_app->add_option("--D", estimate.normalisation.d, "two states: what a child at school contributes, over the same (default: 0)")->check(CLI::Range(0.0, 0.99));
  estimate_app->add_option("--alpha0", estimate.normalisation.alpha_0, "utility of a unit of money out of school, where nothing identifies it");
  estimate_app->add_flag("--household-taste", estimate.household_taste, "estimate what siblings share in their taste for school, too");
  estimate_app->add_flag("--for-testing", estimate.for_testing, "a synthetic population too");
  add_work(*estimate_app, estimate.run.common);

  std::string check_scenario, check_population;
  std::vector<std::string> check_set;
  CLI::App* check_app = app.add_subcommand("check", "every mistake of a scenario file, at its line and column");
  check_app->add_option("scenario", check_scenario, "scenario file, or the name of a pack")->required();
  check_app->add_option("--population", check_population, "population file instead of the scenario's own");
  check_app->add_option("--set", check_set, "KEY=VALUE")->expected(1)->take_all();

  ImportCommand import;
  CLI::App* import_app = app.add_subcommand("import", "a survey (.dta .sav .zsav .por .sas7bdat .csv .csv.gz) to a population");
  import_app->add_option("map", import.map, "map of the survey (TOML)")->required();
  import_app->add_option("--input", import.inputs, "file instead of the map's: persons, then households")->expected(1)->take_all();
  import_app->add_option("-o,--output", import.output, "population file to write")->required();

  std::string described, a, b;
  CLI::App* describe_app = app.add_subcommand("describe", "what a population, scenario or results file holds");
  describe_app->add_option("file", described)->required();
  CLI::App* compare_app = app.add_subcommand("compare", "the differences of two files; exit 0 when bit-identical outside /provenance, else 1");
  compare_app->add_option("a", a)->required();
  compare_app->add_option("b", b)->required();

  MergeCommand merge;
  merge.command_line = run.command_line;
  CLI::App* merge_app = app.add_subcommand("merge", "results of jobs that ran apart become one study: parts of its draws, some of its scenarios, or both");
  merge_app->add_option("parts", merge.parts, "results files")->required()->expected(-2);
  merge_app->add_option("-o,--output", merge.output, "results file to write")->required();
  merge_app->add_flag("--json", merge.json, "all results as JSON on standard output");
  merge_app->add_flag("--quiet", merge.quiet, "no table");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
  }
  if (run_app->parsed()) return on_all_ranks([&](ParallelSession& session) { return run_command(run, session); });
  if (validate_app->parsed()) return on_all_ranks([&](ParallelSession& session) { return validate_command(validate, session); });
  if (statistics_app->parsed()) return on_all_ranks([&](ParallelSession& session) { return statistics_command(statistics, session); });
  if (synthesise_app->parsed()) return on_all_ranks([&](ParallelSession& session) { return synthesise_command(synthesise, session); });
  if (calibrate_app->parsed()) return on_all_ranks([&](ParallelSession& session) { return calibrate_command(calibrate, session); });
  if (expand_app->parsed()) return on_all_ranks([&](ParallelSession& session) { return expand_command(expand, session); });
  if (estimate_app->parsed()) return on_all_ranks([&](ParallelSession& session) { return estimate_command(estimate, session); });
  if (check_app->parsed()) return alone([&] { return check_command(check_scenario, check_population, check_set); });
  if (merge_app->parsed()) return alone([&] { return merge_command(merge); });
  if (import_app->parsed()) return alone([&] { return import_command(import); });
  if (describe_app->parsed()) return alone([&] { return describe_command(described); });
  return alone([&] { return compare_command(a, b); });
}
