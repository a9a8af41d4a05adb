// A piece of text the user wrote and where it stands, so that a mistake inside it is reported at its very column.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "engine/core/error.hpp"
#include "engine/core/units.hpp"

namespace puente::rules {

/// A whole file (or an option of the command line), kept for excerpts.
struct SourceFile {
  std::string name;
  std::string content;
};

/// An expression as written: `text` is content[offset, offset + text.size()) of `file`, except where TOML escapes made it
/// differ (positions are then approximate).
struct Text {
  std::string text;
  std::shared_ptr<const SourceFile> file;
  std::size_t offset = 0;
  Unit unit{};  ///< what its writer says it is in, beside it: { value = 48, unit = "ZMW/year" }; unknown: nothing said

  /// An expression that is its own file, as one given on the command line under `name`.
  static Text standalone(std::string name, std::string text);
  /// Where byte `position` of the text stands.
  Place place(std::size_t position) const;
  /// The whole line that holds it.
  std::string excerpt(std::size_t position) const;
  Diagnostic error(std::size_t position, std::string message) const;
};

/// A label as an expression writes it: in quotes, with what would end them escaped.
std::string quoted(const std::string& label);

}  // namespace puente::rules
