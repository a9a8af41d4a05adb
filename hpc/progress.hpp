// Progress of long work on standard error: a bar on a terminal, a line now and then in a batch log. One rank speaks, and
// of it one thread; short work says nothing in a log.
#pragma once

#include <chrono>
#include <string>

namespace puente {

class Progress {
 public:
  Progress();
  /// `share` [0, 1] of the pass is done.
  void tell(const std::string& pass, double share);
  /// Takes the bar away.
  void end();

  /// "00:03:12".
  static std::string clock_text(double seconds);

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr double seconds_between_lines = 30, seconds_between_bars = 0.1;
  void draw_bar(double share) const;
  void write_line(double share, Clock::time_point now) const;

  bool terminal_;
  bool drawn_ = false;
  std::string pass_;
  Clock::time_point start_, pass_start_, told_;
};

}  // namespace puente
