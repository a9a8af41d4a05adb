// What Puente says when something is wrong. `Error` is bad input or a failed resource and always carries what a
// user needs: what is wrong, why, what to do, and the exit code of its kind. `expect` is for our own bugs.
// Immutable after construction; safe to copy between threads.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace puente {

/// Exit codes (sysexits), documented in the README.
enum class ExitCode : int {
  done = 0,
  different = 1,
  usage = 64,
  bad_input = 65,
  input_missing = 66,
  internal = 70,
  cannot_create = 73,
  io_error = 74,
  stopped_early = 75,
};

class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

inline Error bad_input(const std::string& message) { return {ExitCode::bad_input, message}; }

/// A place in a text the user wrote. Lines and columns count from 1; 0 means "not known".
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
};

/// One mistake of the user's, at its place. `excerpt` is the offending line; the caret is put under `place.column`.
struct Diagnostic {
  enum class Severity { note, warning, error };
  Severity severity = Severity::error;
  Place place;
  std::string message;
  std::string excerpt;
};

/// Collects every mistake of a file so that all are reported in one go. Not thread-safe.
class Diagnostics {
 public:
  void add(Diagnostic diagnostic) { all_.push_back(std::move(diagnostic)); }
  bool has_errors() const;
  const std::vector<Diagnostic>& all() const { return all_; }
  /// `file:line:column: error: message`, the line, a caret; sorted by place.
  std::string text() const;
  /// Throws `Error` (bad_input) with text() if there are errors.
  void throw_if_errors() const;

 private:
  std::vector<Diagnostic> all_;
};

/// The candidate nearest to `name` by edit distance, or "" when nothing is near enough to suggest.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

/// A number as messages say it: the fewest digits that read back as it.
std::string shortest(double x);

/// Our own invariants: compiled in always, cheap, and reported as a bug (exit 70).
[[noreturn]] void fail_expectation(const char* what, const char* file, int line);
inline void expect(bool holds, const char* what, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (!holds) fail_expectation(what, file, line);
}

}  // namespace puente
