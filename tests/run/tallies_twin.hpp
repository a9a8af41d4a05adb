// Scenarios that add what differs from the one they are compared with, against the slow twin in which each adds every record of its
// own. To the bit, however households lie in blocks and threads, and in as many parts as records in order come.
#pragma once

#include "engine/run/passes.hpp"
#include "engine/run/summarise.hpp"
#include "engine/run/tallies.hpp"
#include "tests/run/draw_twin.hpp"

namespace puente::test {

inline Results tallied(const StudyModel& model, PopulationSource& source, bool share, std::int64_t block, int threads, double record_bytes = 0) {
  OpenMpTeam team(threads);
  Exchange alone;
  Diagnostics diagnostics;
  PassSettings settings;
  settings.last = source.households();
  settings.seed = model.seed;
  settings.block_households = block;
  settings.record_bytes = record_bytes;
  Study study(model, source.schema(), diagnostics);
  diagnostics.throw_if_errors();
  study.tallies_share = share;
  BlockRunner runner(study, source, settings, alone, team);
  resolve(study, runner);
  return summarise(study, tally(study, runner));
}

struct Layout {
  std::int64_t block;
  int threads;
};

inline void expect_tallies_as_alone(StudyModel model, PopulationSource& source, const std::vector<Layout>& layouts) {
  for (const Precision precision : {Precision::sketch, Precision::exact}) {
    model.statistics.precision = precision;
    const Results alone = tallied(model, source, false, 1024, 1);
    const auto expect_same = [&](const Results& found, const std::string& where) {
      expect_same_rows(found.variables, alone.variables, where);
      expect_same_rows(found.differences, alone.differences, where + ", difference");
    };
    for (const Layout& layout : layouts)
      expect_same(tallied(model, source, true, layout.block, layout.threads), precision == Precision::sketch ? "of a sketch" : "in order");
    for (const double bytes : {1.0, 20'000.0}) expect_same(tallied(model, source, true, 64, 2, bytes), "in parts");
  }
}

}  // namespace puente::test
