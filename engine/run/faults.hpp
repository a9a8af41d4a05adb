// What goes wrong for single households while a pass runs: gathered by kind with a count and the lowest household id,
// so that the message is the same for every layout, and thrown once after the pass. One object a thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/core/exchange.hpp"

namespace puente {

class Faults {
 public:
  void add(const std::string& what, std::int64_t household, std::int64_t count = 1);
  void merge(const Faults& other);
  bool empty() const { return faults_.empty(); }
  /// Collective: throws Error (bad_input) on every rank when any rank has a fault.
  void throw_together(Exchange& exchange) const;

 private:
  struct Fault { std::int64_t count = 0, first = 0; };
  std::map<std::string, Fault> faults_;
};

}  // namespace puente
