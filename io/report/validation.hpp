// Findings, their simulated values and verdicts, for people and for programs. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/evidence/finding.hpp"

namespace puente::io {

struct Validation {
  struct Row {
    const Finding* finding = nullptr;
    double simulated = 0;  ///< NaN: not simulated
    Verdict verdict = Verdict::not_comparable;
  };
  std::string title;
  std::int64_t households = 0;
  std::vector<Row> rows;
};

/// Whether everything that must close does.
bool all_close(const Validation& validation);
/// What must close, then what is validation, then what cannot be compared.
std::string validation_table(const Validation& validation);
std::string validation_json(const Validation& validation);

}  // namespace puente::io
