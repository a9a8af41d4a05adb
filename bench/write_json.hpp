// What a program found, for other programs.
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/core/error.hpp"

namespace puente::bench {

/// Throws Error (cannot_create).
inline void write_json(const std::string& path, const nlohmann::json& all) {
  FILE* file = std::fopen(path.c_str(), "w");
  const std::string text = all.dump(1) + "\n";
  const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if ((file != nullptr && std::fclose(file) != 0) || !written) throw Error(ExitCode::cannot_create, path + " cannot be written");
}

}  // namespace puente::bench
