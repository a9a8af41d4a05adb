// Reads how sure a parameter is. What a scenario sets is a choice and not checked against the bounds of its draws.
#pragma once

#include <optional>
#include <vector>

#include "engine/programmes/model.hpp"
#include "io/survey/toml_view.hpp"

namespace puente::io {

/// The keys of a parameter that tell its distribution, unchecked; empty when there is none. Without `distribution`, `se` alone
/// means normal, `low` and `high` alone pert.
std::optional<Uncertainty> read_uncertainty(TomlView& parameter);

/// [[correlations]] of a file: `parameters` with a correlation `matrix`, or a `covariance`, which gives normal parameters their se.
std::vector<Correlation> read_correlations(TomlFile& file, TomlView& root, std::vector<ParameterValue>& parameters);

/// `draws`, `design` and `level` of [run]; the plan has its correlations already.
void read_draws(TomlView& run, const std::vector<ParameterValue>& parameters, UncertaintyPlan& plan);

/// Reports what is wrong with the distributions of a file's own parameters.
void check_uncertainty(TomlFile& file, const std::vector<ParameterValue>& parameters);

/// [sampling]: how the standard errors of a survey's figures are found.
SamplingPlan read_sampling(TomlFile& file, TomlView& root);

}  // namespace puente::io
