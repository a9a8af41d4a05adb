#include "hpc/progress.hpp"

#include <unistd.h>

#include <cstdio>

namespace puente {

namespace {

double seconds(std::chrono::steady_clock::duration span) { return std::chrono::duration<double>(span).count(); }

}  // namespace

Progress::Progress() : terminal_(isatty(STDERR_FILENO) != 0), start_(Clock::now()), pass_start_(start_), told_(start_) {}

std::string Progress::clock_text(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  char text[32];
  std::snprintf(text, sizeof text, "%02ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  return text;
}

void Progress::tell(const std::string& pass, double share) {
  const Clock::time_point now = Clock::now();
  if (pass != pass_) {
    pass_ = pass;
    pass_start_ = now;
  }
  if (seconds(now - told_) < (terminal_ ? seconds_between_bars : seconds_between_lines)) return;
  told_ = now;
  drawn_ = true;
  if (terminal_) draw_bar(share);
  else write_line(share, now);
}

void Progress::draw_bar(double share) const {
  constexpr int width = 30;
  const int full = static_cast<int>(share * width);
  std::fprintf(stderr, "\r%-12s [%-*.*s] %3.0f %%", pass_.c_str(), width, full, "##############################", 100 * share);
}

/// What is left of the pass, at its speed so far.
void Progress::write_line(double share, Clock::time_point now) const {
  const double spent = seconds(now - pass_start_);
  const std::string left = share > 0.01 ? ", about " + clock_text(spent * (1 - share) / share) + " left in it" : "";
  std::fprintf(stderr, "[%s] %s: %.0f %%%s\n", clock_text(seconds(now - start_)).c_str(), pass_.c_str(), 100 * share, left.c_str());
}

void Progress::end() {
  if (terminal_ && drawn_) std::fprintf(stderr, "\r\033[K");
}

}  // namespace puente
