// Which Puente this is: written into every results file's provenance and into `--version`. Pure; thread-safe.
#pragma once

#include <string>

namespace puente {

/// The commit this was built from, with "-dirty" when files differed from it; "unknown" outside a git checkout.
std::string git_commit();

/// Name and version of the compiler, as in "GNU 12.2.0".
std::string compiler();

}  // namespace puente
