#include "hpc/driver.hpp"

#include <algorithm>

#include "engine/core/error.hpp"
#include "engine/population/made_columns.hpp"
#include "engine/run/passes.hpp"
#include "engine/run/summarise.hpp"
#include "engine/run/tallies.hpp"
#include "hpc/file_source.hpp"
#include "hpc/progress.hpp"

namespace puente {

namespace {

/// A made population kept in memory: made once, in pieces by all threads, each piece a population of its own.
class MadeSource : public PopulationSource {
 public:
  MadeSource(const PopulationSource& made, std::int64_t first, std::int64_t last, Team& team)
      : schema_(made.schema()), total_(made.households()), first_(first), piece_(size_of_piece(last - first, team.threads())) {
    const auto pieces = static_cast<std::size_t>((last - first + piece_ - 1) / piece_);
    pieces_.resize(pieces);
    team.for_each(pieces, [&](std::size_t i, int) {
      const std::int64_t from = first + static_cast<std::int64_t>(i) * piece_;
      pieces_[i] = make_rows(made, from, std::min(last, from + piece_));
    });
  }
  const Schema& schema() const override { return schema_; }
  std::int64_t households() const override { return total_; }
  std::int64_t persons() const override { return -1; }
  std::int64_t cut_at(double share) const override { return share >= 1 ? total_ : static_cast<std::int64_t>(share * static_cast<double>(total_)); }
  void load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, BlockData& block) const override {
    const auto [population, begin] = piece_of(first, last);
    load_from(population, begin, first, last, wanted, block);
  }
  void announce(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, ReadAhead& ahead) const override {
    const auto [population, begin] = piece_of(first, last);
    announce_from(population, begin, first, last, wanted, ahead);
  }
  /// Pieces hold at least so many: a multiple of every block size that is a power of two up to it, and columns of doubles
  /// fill large pages.
  static constexpr std::int64_t least_piece = 1 << 18;

 private:
  struct Piece {
    const Population& population;
    std::int64_t begin;
  };
  /// As large as leaves each thread a few to make: the larger, the more columns of small numbers fill large pages too.
  static std::int64_t size_of_piece(std::int64_t households, int threads) {
    std::int64_t piece = least_piece;
    while (piece < 8 * least_piece && households >= 8 * piece * threads) piece *= 2;
    return piece;
  }
  Piece piece_of(std::int64_t first, std::int64_t last) const {
    const auto at = static_cast<std::size_t>((first - first_) / piece_);
    const std::int64_t begin = first_ + static_cast<std::int64_t>(at) * piece_;
    expect(last - begin <= piece_, "a block lies within one piece");
    return {pieces_[at], begin};
  }

  Schema schema_;
  std::int64_t total_, first_, piece_;
  std::vector<Population> pieces_;
};

std::int64_t part(const PopulationSource& source, int rank, int ranks) {
  return source.cut_at(static_cast<double>(rank) / static_cast<double>(ranks));
}

Error nobody_is_represented(bool in_replicate) {
  if (!in_replicate) return bad_input("the weights of all households are zero: nobody is represented");
  return bad_input("nobody is in the domain (`where`, or all whose weight is above zero): its sampling units are too few; "
                   "take --sampling linearised, or a domain of more sampling units");
}

}  // namespace

double record_bytes(const RunOptions& options, const Exchange& exchange) { return (exchange.size() == 1 ? 0.3 : 0.1) * options.memory * 0x1p30; }

std::unique_ptr<PopulationSource> open_population(const std::string& path, const RunOptions&) {
  return std::make_unique<FileSource>(path);
}

std::unique_ptr<PopulationSource> keep_in_memory(std::unique_ptr<PopulationSource> source, const RunOptions& options,
                                                 Exchange& exchange, Team& team) {
  const bool whole_blocks = options.block_households <= MadeSource::least_piece && (options.block_households & (options.block_households - 1)) == 0;
  if (options.window_households > 0 || !whole_blocks) return source;
  return std::make_unique<MadeSource>(*source, part(*source, exchange.rank(), exchange.size()),
                                      part(*source, exchange.rank() + 1, exchange.size()), team);
}

SurveyDesign design_of(const SampleFrame& frame, const SamplingPlan& plan) {
  return SurveyDesign({frame.stratum, frame.psu, frame.ssu}, {FinitePopulation::Unit::count, frame.psus_there, frame.ssus_there}, plan.lonely);
}

Finished run_study(StudyModel model, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team,
                   Diagnostics& diagnostics) {
  const auto begin = [&](const char* name) {
    if (options.watch != nullptr) options.watch->part(name);
  };
  begin("compile");
  if (source.households() == 0) throw bad_input("the population has no households");
  const std::uint64_t seed = model.seed;
  const SamplingPlan sampling = model.sampling;
  const std::size_t asked = model.asked.size();
  if (sampling.method != SamplingMethod::none)
    for (AskedExpression& question : frame_questions(source.schema(), sampling)) model.asked.push_back(std::move(question));
  Study study(std::move(model), source.schema(), diagnostics);
  diagnostics.throw_if_errors();
  PassSettings settings;
  settings.first = part(source, exchange.rank(), exchange.size());
  settings.last = part(source, exchange.rank() + 1, exchange.size());
  if (options.block_households > 0) settings.block_households = options.block_households;
  settings.window_households = options.window_households;
  settings.record_bytes = record_bytes(options, exchange);
  settings.seed = seed;
  settings.watch = options.watch;
  Progress progress;
  if (!options.quiet && exchange.rank() == 0)
    settings.progress = [&progress](const std::string& pass, double share) { progress.tell(pass, share); };
  BlockRunner runner(study, source, settings, exchange, team);
  resolve(study, runner);
  study.name_contrasts(diagnostics);
  diagnostics.throw_if_errors();
  const Totals totals = tally(study, runner);
  progress.end();
  begin("results");
  const double everybody = totals.scenarios[static_cast<std::size_t>(study.reference)].welfare[0].weight;
  if (!(everybody > 0)) throw nobody_is_represented(options.replicate);
  Finished finished{summarise(study, totals), {}, {}, {}};
  add_contrasts(study.contrasts, finished.results);
  if (sampling.method != SamplingMethod::none) finished.frame = find_frame(study, asked, runner);
  if (sampling.method != SamplingMethod::none && sampling.linearises())
    finished.sampling = sampling_errors(study, sample_of(study, *finished.frame, runner), design_of(*finished.frame, sampling), finished.results, options.sampling_variance);
  return finished;
}

}  // namespace puente
