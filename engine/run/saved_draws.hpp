// Draws that stand in a results file, so that a later run takes up where this one ended and separate jobs become one study.
// Group `draws`: every figure of every draw, the variable's dimensions after `draw`, which counts from 1; `parameter_value`,
// the uncertain parameters themselves, and `parameter_factor`, which of them are drawn together. Group `draws/difference`: the same of the differences. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/run/realisations.hpp"
#include "engine/run/results.hpp"
#include "engine/uncertainty/parameter_draws.hpp"

namespace puente {

/// The uncertain parameters in draws first, first + 1, …
struct DrawnValues {
  DesignKind design = DesignKind::random;
  std::size_t first = 1;
  DrawnParameters of;
  std::vector<std::string> factors;  ///< names, to which DrawnParameters::factor_of refers
  std::vector<double> values;        ///< [draw - first][parameter]
  std::vector<double> of_draw_1;     ///< [parameter], whatever `first` is: tells studies apart that draw otherwise

  std::size_t count() const { return of.names.empty() ? 0 : values.size() / of.names.size(); }
  /// Draws that belong together: a row of `saltelli`, else 1.
  std::size_t row_length() const { return puente::row_length(design, factors.size()); }
  /// Whether both draw the same parameters the same way.
  bool same_draws(const DrawnValues& other) const;
  /// Of one parameter, a value a draw.
  std::vector<double> column(std::size_t parameter) const;
};
DrawnValues drawn_values(const ParameterDraws& draws, std::size_t first, std::size_t count);

struct SavedDraws {
  DrawnValues drawn;
  Realisations figures;

  std::size_t first() const { return drawn.first; }
  std::size_t end() const { return drawn.first + figures.count(); }
};

void save_draws(const SavedDraws& draws, Results& results);

/// Throws Error (bad_input) where the results hold none.
SavedDraws saved_draws(const Results& results);

/// Takes out what save_draws put in.
void take_draws(Results& results);

/// "10 draws (11 to 20 alone; in sketches, the Gini off by 3e-06 at most; fewer than such limits want: 40)": which, where the first are
/// not here; of what precision, where `central` is exact; and whether limits at the level have draws beyond them.
std::string in_words(const SavedDraws& draws, const Results& central, double level);

/// Puts the draws that follow at the end. Throws Error (bad_input) where they do not follow or are of another study.
void append(SavedDraws& draws, const SavedDraws& more);

}  // namespace puente
