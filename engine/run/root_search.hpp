// Looks for the root of a function whose every call is a walk over the population, so that it asks for several points at
// once: first a grid over the interval, which shows whether there is one change of sign; then points around the secant's
// root and the middle, until the bracket is narrow. Deterministic: the same answers lead to the same questions. Plain
// values of one thread.
#pragma once

#include <vector>

namespace puente {

class RootSearch {
 public:
  /// from < to; tolerance: width of the last bracket, relative to its place.
  RootSearch(double from, double to, double tolerance);

  /// Points to evaluate next, ascending; empty when the search is over.
  std::vector<double> ask() const;
  /// The function at those points, all finite.
  void tell(const std::vector<double>& values);

  /// Changes of sign on the grid; other than 1 ends the search, but for a root on the grid.
  std::size_t sign_changes() const { return changes_; }
  /// Whether the grid only rises or only falls.
  bool monotone() const { return monotone_; }
  bool found() const { return changes_ == 1 && ask().empty(); }
  double root() const { return at_low() ? low_ : high_; }

 private:
  bool at_low() const { return (value_low_ < 0 ? -value_low_ : value_low_) <= (value_high_ < 0 ? -value_high_ : value_high_); }
  bool narrow() const;
  void look_at_grid(const std::vector<double>& values);
  void narrow_to(const std::vector<double>& points, const std::vector<double>& values);

  double from_, to_, tolerance_;
  bool started_ = false, monotone_ = true;
  std::size_t changes_ = 0;
  double low_, high_, value_low_ = 0, value_high_ = 0;
};

}  // namespace puente
