// Reads one effect of a programme. Keys by kind, beside `outcome`, `kind`, `source`, `status` and `note`:
//   relative       size, on = "net" | "gross", costs            level × (1 + size)
//   absolute       size                                         level + size
//   points, odds   size, base                                   a condition: probability + size, or its odds × size
//   relative_share size, base                                   a condition: mean share of those reached × (1 + size)
//   two_part       size, ownership = "points" | "odds", base,   who owns, then how much: `level` for those who come to own,
//                  level, relative                              × (1 + relative) for those who own already
//   transition     matrix, base = [shares]                      classes in order: row without, column with the programme
// A key that its kind does not use is a mistake.
#pragma once

#include "engine/programmes/effects.hpp"
#include "engine/programmes/model.hpp"
#include "io/survey/toml_view.hpp"

namespace puente::io {

Effect read_effect(TomlFile& file, const toml::table& table, const std::string& path);

}  // namespace puente::io
