// The commands of `puente`, one function each, on options already parsed. Those that run on many ranks take the session.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/behaviour/structure.hpp"
#include "engine/programmes/model.hpp"
#include "engine/run/results.hpp"
#include "hpc/communicator.hpp"

namespace puente {

struct CommonOptions {
  int threads = 0;
  std::int64_t block = 0, window = 0;
  double memory = 0;
  bool json = false, quiet = false;
  std::string precision;  ///< exact or sketch; empty: the scenario's own
};

/// How sure a run is to be of its figures; what is absent is the scenario file's.
struct UncertaintyOptions {
  std::optional<std::int64_t> draws;
  std::string design;
  std::optional<double> level;
  bool save_draws = false;
  std::string only_draws;            ///< "501-1000": a part of the draws, for a job of its own
  std::string extend;                ///< results file whose draws stand for the first
  std::vector<std::string> until_mcse;  ///< VARIABLE=ERROR
  int draw_teams = 1;                ///< teams of ranks that share the draws
  std::int64_t batch = 0;            ///< draws in one walk; 0: as the memory allows
  std::int64_t unit_replicates = 0;  ///< other draws of the units
  std::string sampling, lonely;      ///< method, and rule for strata of one sampling unit
  std::optional<std::int64_t> replicates;
  std::optional<double> fay;
  std::string stratum, psu, psus_there, ssu, ssus_there;  ///< expressions
  std::string interval, replicate_kind, replicate_centre;
  std::vector<std::string> replicate_weights;  ///< columns, or what their names begin with
  std::vector<double> rscales;
  std::string estimation;            ///< fixed or repeated
};

struct RunCommand {
  std::string scenario, output, population;
  std::string margins;               ///< that the population's weights are calibrated to; empty: the scenario's
  std::optional<std::int64_t> households;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> set;
  std::vector<std::string> scenarios;
  UncertaintyOptions uncertainty;
  std::vector<std::string> solves;  ///< on request, to be answered
  bool report_performance = false;
  CommonOptions common;
  std::string command_line;
};

struct StatisticsCommand {
  std::string population, margins, welfare, weight, where, attends, age, sex, count = "persons", bands;
  std::vector<std::string> lines, by, contrasts;
  UncertaintyOptions uncertainty;
  CommonOptions common;
};

struct ImportCommand {
  std::string map, output;
  std::vector<std::string> inputs;
};

struct SynthesiseCommand {
  std::string profile, output;
  std::optional<std::int64_t> households;
  std::optional<std::uint64_t> seed;
  CommonOptions common;
};

struct CalibrateCommand {
  std::string survey, margins, output;
  CommonOptions common;
};

struct ExpandCommand {
  std::string survey, margins, output;  ///< margins may be empty: the survey's own weights
  std::optional<std::int64_t> households;
  std::uint64_t seed = 1;
  CommonOptions common;
};

struct ValidateCommand {
  std::string what;               ///< a pack, a profile, or an evidence file
  RunCommand run;                 ///< options; its scenario and scenarios are the evidence's
};

struct EstimateCommand {
  RunCommand run;                 ///< its scenario, output, population and options
  std::string model = "schooling";
  std::string covariance;         ///< design, household or robust; empty: design where it is known, else robust
  Normalisation normalisation;
  bool household_taste = false;   ///< estimate what siblings share
  bool for_testing = false;       ///< on a population that was made up
};

struct MergeCommand {
  std::vector<std::string> parts;
  std::string output;
  bool json = false, quiet = false;
  std::string command_line;
};

/// What a scenario file comes to: its solves are answered, then it runs. Collective.
struct ScenarioRun {
  Results results;
  std::int64_t households = 0;    ///< simulated
  std::string performance;        ///< where the time went, for people; empty where nobody asked
};
/// `adjust` may change what is asked for, each time the file is read. Warnings are printed.
ScenarioRun run_scenario(const RunCommand& command, ParallelSession& session, const std::function<void(StudyModel&)>& adjust = {});
/// To standard output, by one rank. Collective; throws Error, the same on all ranks, when it cannot be written.
void print(const std::string& text, Exchange& exchange);

int run_command(const RunCommand& command, ParallelSession& session);
int validate_command(const ValidateCommand& command, ParallelSession& session);
int statistics_command(const StatisticsCommand& command, ParallelSession& session);
int check_command(const std::string& scenario, const std::string& population, const std::vector<std::string>& set);
int synthesise_command(const SynthesiseCommand& command, ParallelSession& session);
int calibrate_command(const CalibrateCommand& command, ParallelSession& session);
int expand_command(const ExpandCommand& command, ParallelSession& session);
int estimate_command(const EstimateCommand& command, ParallelSession& session);
int import_command(const ImportCommand& command);
int merge_command(const MergeCommand& command);
int describe_command(const std::string& file);
int compare_command(const std::string& a, const std::string& b);

/// A file, or the name of a pack (its scenario.toml) or of a profile, under the folders where packs are looked for.
std::string find_scenario(const std::string& name);

}  // namespace puente
