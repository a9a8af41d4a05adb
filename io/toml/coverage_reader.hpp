// Reads the coverage of a programme:
//   mode           "everyone" | "share" | "ranked" | "observed" | "nobody"
//   share, of      share of the "eligible" weight, of the weight of "takers", or of the number of "units" of draw
//   by, order      ranked: an expression, "ascending" | "descending"
//   quota, budget  ranked: units or money; quota = { group, min_share } reserves a share of what is covered (besides: value, unit)
//   within, unit_of_draw, keep_observed
//   overlap        { with, value }: the joint share, "least", "coincidental" or "full"
#pragma once

#include "engine/programmes/model.hpp"
#include "io/survey/toml_view.hpp"

namespace puente::io {

/// The `coverage` of a programme's table; everyone where there is none.
Coverage read_coverage(TomlFile& file, TomlView& programme);

}  // namespace puente::io
