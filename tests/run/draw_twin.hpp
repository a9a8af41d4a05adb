// What draws share is what each would be by itself: draws_together with what every scenario reads, against the slow twin in which
// every scenario counts as reading every parameter, so that nothing is shared. To the bit.
#pragma once

#include <gtest/gtest.h>

#include <bit>

#include "engine/run/draw_study.hpp"
#include "hpc/driver.hpp"
#include "hpc/team.hpp"

namespace puente::test {

/// Draws that move one parameter each by a hundredth, towards zero, and two that move them all.
inline std::vector<ParameterSet> moved_one_by_one(const StudyModel& model) {
  ParameterSet central, all;
  for (const ParameterValue& parameter : model.parameters) central.push_back(parameter.value);
  std::vector<ParameterSet> draws;
  for (std::size_t j = 0; j < central.size(); ++j) {
    draws.push_back(central);
    draws.back()[j] *= 0.99;
    all.push_back(draws.back()[j]);
  }
  draws.push_back(all);
  draws.push_back(std::move(all));
  return draws;
}

inline void expect_same_rows(const std::vector<Variable>& shared, const std::vector<Variable>& alone, const std::string& where) {
  ASSERT_EQ(shared.size(), alone.size());
  for (std::size_t v = 0; v < shared.size(); ++v) {
    ASSERT_EQ(shared[v].name, alone[v].name);
    ASSERT_EQ(shared[v].values.size(), alone[v].values.size());
    for (std::size_t i = 0; i < shared[v].values.size(); ++i)
      ASSERT_TRUE((std::isnan(shared[v].values[i]) && std::isnan(alone[v].values[i])) ||
                  std::bit_cast<std::uint64_t>(shared[v].values[i]) == std::bit_cast<std::uint64_t>(alone[v].values[i]))
          << shared[v].name << "[" << i << "] " << where << ": " << shared[v].values[i] << ", not " << alone[v].values[i];
  }
}

/// How many scenarios ran where `all` would have, over batches of `together` draws.
struct Shared {
  std::size_t ran = 0, all = 0;
};

inline Shared expect_draws_as_alone(const StudyModel& model, PopulationSource& source, const std::vector<ParameterSet>& draws, std::size_t together) {
  const ParametersRead read = parameters_read(model, source.schema());
  const ParametersRead everything(model.scenarios.size(), std::vector<bool>(model.parameters.size(), true));
  OpenMpTeam team(1);
  Exchange exchange;
  RunOptions quiet;
  quiet.quiet = true;
  Shared counted;
  for (std::size_t first = 0; first < draws.size(); first += together) {
    const std::span<const ParameterSet> batch = std::span(draws).subspan(first, std::min(together, draws.size() - first));
    const DrawsTogether some = draws_together(model, read, batch), twin = draws_together(model, everything, batch);
    counted.ran += some.study.scenarios.size();
    counted.all += twin.study.scenarios.size();
    Diagnostics unheard;
    const Results shared = run_study(some.study, source, quiet, exchange, team, unheard).results;
    const Results alone = run_study(twin.study, source, quiet, exchange, team, unheard).results;
    for (std::size_t k = 0; k < batch.size(); ++k) {
      const Results mine = results_of_draw(model, some, shared, k), own = results_of_draw(model, twin, alone, k);
      const std::string where = "of draw " + std::to_string(first + k);
      expect_same_rows(mine.variables, own.variables, where);
      expect_same_rows(mine.differences, own.differences, where + ", difference");
    }
  }
  return counted;
}

}  // namespace puente::test
