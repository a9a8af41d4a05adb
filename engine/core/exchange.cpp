#include "engine/core/exchange.hpp"

#include <string>

#include "engine/core/error.hpp"

namespace puente {

void Exchange::agree(int exit_code, const std::string& message) {
  if (exit_code != 0) throw Error(static_cast<ExitCode>(exit_code), message);
}

void Team::for_each(std::size_t n, const std::function<void(std::size_t, int)>& task) {
  for (std::size_t i = 0; i < n; ++i) task(i, 0);
}

}  // namespace puente
