// How ranks agree on how something ended that each of them did alone.
#pragma once

#include <string>
#include <utility>

#include "engine/core/error.hpp"
#include "engine/core/exchange.hpp"

namespace puente {

/// Runs what one rank does alone and has all ranks agree on how it ended.
template <class Work>
void together(Exchange& exchange, Work&& work) {
  int code = 0;
  std::string message;
  try {
    std::forward<Work>(work)();
  } catch (const Error& error) {
    code = static_cast<int>(error.code());
    message = error.what();
  }
  exchange.agree(code, message);
}

}  // namespace puente
