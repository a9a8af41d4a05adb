#include "engine/run/faults.hpp"

#include <algorithm>
#include <cstring>
#include <sstream>

#include "engine/core/error.hpp"

namespace puente {

void Faults::add(const std::string& what, std::int64_t household, std::int64_t count) {
  auto [it, fresh] = faults_.try_emplace(what, Fault{0, household});
  it->second.count += count;
  it->second.first = std::min(it->second.first, household);
}

void Faults::merge(const Faults& other) {
  for (const auto& [what, fault] : other.faults_) add(what, fault.first, fault.count);
}

void Faults::throw_together(Exchange& exchange) const {
  std::ostringstream mine;
  for (const auto& [what, fault] : faults_) mine << fault.count << ' ' << fault.first << ' ' << what << '\n';
  const std::string text = mine.str();
  const auto bytes = exchange.gather_all(std::as_bytes(std::span(text.data(), text.size())));
  if (bytes.empty()) return;
  Faults all;
  std::istringstream lines(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  std::int64_t count = 0, first = 0;
  for (std::string what; lines >> count >> first && lines.get() && std::getline(lines, what);)
    all.add(what, first, count);
  std::string message;
  for (const auto& [what, fault] : all.faults_)
    message += what + ": " + std::to_string(fault.count) + (fault.count == 1 ? " time" : " times") +
               ", first in household " + std::to_string(fault.first) + "\n";
  message.pop_back();
  throw bad_input(message);
}

}  // namespace puente
