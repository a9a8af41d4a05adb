// A survey file, opened: its columns can be listed, and those the map names are read. The format is told by the
// content, and an extension that says otherwise is refused. One thread an object.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/survey/table.hpp"

namespace puente::io {

struct TableOptions {
  std::string encoding;          ///< "" = as the file says, or detected
  std::optional<char> delimiter; ///< CSV
  std::optional<char> decimal;   ///< CSV: '.' or ','
  std::vector<std::string> missing_texts = {"", "NA", "NaN", "."};  ///< CSV: cells that mean missing
};

/// What the map needs of a column, which matters for CSV, whose cells are all text.
enum class Want {
  any,     ///< numbers, dates or text by content; both kinds in one column is an error
  number,  ///< text is an error
  text,    ///< every cell as text
  key,     ///< numbers if all are, else text
};

struct WantedColumn {
  std::string name;
  Want want = Want::any;
};

class TableFile {
 public:
  virtual ~TableFile() = default;
  virtual const std::vector<std::string>& columns() const = 0;
  /// Reads the wanted columns, each of which must be among columns(). Throws Error on text where numbers are wanted
  /// (row, column, value), rows of another width, and files that end early.
  virtual Table read(std::span<const WantedColumn> wanted) = 0;
};

enum class TableFormat { csv, csv_gz, dta, sav, por, sas7bdat };

/// Tells the format of a file. Throws Error when it is missing, a directory, empty, unreadable, none of the formats,
/// or another one than its extension says.
TableFormat detect_format(const std::string& path);

std::unique_ptr<TableFile> open_table(const std::string& path, const TableOptions& options);

/// The readers behind open_table.
std::unique_ptr<TableFile> open_csv(const std::string& path, bool compressed, const TableOptions& options);
std::unique_ptr<TableFile> open_readstat(const std::string& path, TableFormat format, const TableOptions& options);

/// The whole file. Throws Error.
std::string read_bytes(const std::string& path);

}  // namespace puente::io
