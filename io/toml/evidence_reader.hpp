// evidence.toml: what is published of a case study or of a country, finding by finding, with its form and its role. Every
// mistake is reported at its place, all in one go.
#pragma once

#include <string>
#include <vector>

#include "engine/evidence/finding.hpp"

namespace puente::io {

struct EvidenceFile {
  std::string path, title;
  std::string scenario;              ///< path of the scenario file that is run
  std::vector<std::string> set;      ///< with these settings, each KEY=VALUE as after --set
  std::vector<Finding> findings;
  Diagnostics diagnostics;
};

/// `settings`: the file whose key paths `sets` of a finding name; empty: the scenario file. Throws Error when a file cannot
/// be opened or is not TOML; other mistakes are in `diagnostics`.
EvidenceFile read_evidence(const std::string& path, const std::string& settings);

}  // namespace puente::io
