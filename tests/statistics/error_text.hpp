// What an act that goes wrong says.
#pragma once

#include <string>

#include "engine/core/error.hpp"

namespace puente::testing {

template <class Act>
std::string error_text(const Act& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace puente::testing
