// Household and person keys as integers that sort like the keys: whole numbers are themselves, text is its rank among
// the distinct texts of all files. Built once, then read-only.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "io/survey/table.hpp"

namespace puente::io {

/// One column of a key in each file that has it (null: not there).
class KeyPart {
 public:
  /// Throws Error (bad_input) naming the row where a key is missing or has a fraction.
  KeyPart(std::vector<const Table*> tables, const std::string& column);
  bool whole() const { return whole_; }
  /// Code of a row of the file-th table.
  std::int64_t code(std::size_t file, std::size_t row) const { return codes_[file][row]; }
  std::string text(std::int64_t code) const;

 private:
  void code_whole(const TableColumn& column, std::vector<std::int64_t>& codes) const;
  void code_text(const std::vector<const TableColumn*>& columns);

  bool whole_ = true;
  std::vector<std::vector<std::int64_t>> codes_;
  std::vector<std::string> words_;  ///< sorted bytewise; used when not whole
};

/// Stable id of a household: the key itself when it is one whole number, else XXH3 of its text cut to 63 bits.
std::int64_t household_id(const std::vector<KeyPart>& parts, const std::vector<std::int64_t>& key);
std::string key_text(const std::vector<KeyPart>& parts, const std::vector<std::int64_t>& key);

}  // namespace puente::io
