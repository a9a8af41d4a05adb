// The labels of what is told apart by whole numbers (a group, cells): every value that occurs, ascending. Those that are no
// whole number, and more than can be told apart, are refused. One slot a thread.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "engine/core/exchange.hpp"

namespace puente {

class WholeLabels {
 public:
  explicit WholeLabels(std::size_t threads) : small_(threads), seen_(threads), not_whole_(threads) {}
  /// A value, which may be missing, and of_household() who has it.
  template <class OfHousehold>
  void see(std::size_t thread, double value, OfHousehold&& of_household) {
    if (value >= 0 && value < few && value == std::floor(value)) small_[thread].was[static_cast<std::size_t>(value)] = true;
    else if (!std::isnan(value)) see_other(thread, value, of_household());
  }
  /// Collective. `text`: what it is of, as in "group 'school'"; `kind`: "a group". Throws Error (bad_input) on every rank.
  void finish(const std::string& text, const std::string& kind, Exchange& exchange, std::vector<double>& values, std::vector<std::string>& labels);

 private:
  static constexpr std::size_t most = 1000;
  static constexpr double few = 256;
  /// Which of the whole numbers below `few` there are: they are told apart without a search. A thread's own cache lines.
  struct alignas(64) Small {
    std::array<bool, static_cast<std::size_t>(few)> was{};
  };
  /// The value of the first household that has one which is no label.
  struct First {
    std::int64_t household = std::numeric_limits<std::int64_t>::max();
    double value = 0;
    void note(double x, std::int64_t of) {
      if (of < household) *this = {of, x};
    }
  };
  void see_other(std::size_t thread, double value, std::int64_t household);
  void refuse_fractions(const std::string& text, const std::string& kind, Exchange& exchange) const;

  std::vector<Small> small_;
  std::vector<std::set<double>> seen_;
  std::vector<First> not_whole_;
};

}  // namespace puente
