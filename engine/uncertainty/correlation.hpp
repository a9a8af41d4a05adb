// Correlation matrices: are they possible, and the triangle that makes independent normals correlated. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace puente {

/// What is wrong with a correlation matrix (row by row), telling the pair of parameters that is to blame. `covariance`: what the matrix was
/// made from, for the words; empty where correlations were given.
std::optional<std::string> correlation_mistake(const std::vector<std::string>& names, const std::vector<double>& matrix,
                                               const std::vector<double>& covariance = {});

/// L with L·L' = matrix, row by row with zeros above the diagonal; matrices of less than full rank are fine.
/// Throws Error (bad_input) where the matrix is not positive semi-definite.
std::vector<double> correlation_root(const std::vector<std::string>& names, const std::vector<double>& matrix);

}  // namespace puente
