#include "io/survey/codebook.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "engine/core/error.hpp"
#include "io/survey/table_file.hpp"

namespace puente::io {

namespace {

constexpr std::array<const char*, 4> needed = {"variable", "label", "code", "value_label"};

Table read_codebook(const std::string& path) {
  const auto file = open_table(path, {.encoding = "", .delimiter = {}, .decimal = {}, .missing_texts = {""}});
  std::vector<WantedColumn> wanted;
  for (const char* name : needed) {
    if (std::find(file->columns().begin(), file->columns().end(), name) == file->columns().end())
      throw bad_input(path + ": a codebook has the columns variable, label, code and value_label; '" + name + "' is not there");
    wanted.push_back({name, Want::text});
  }
  return file->read(wanted);
}

ValueLabel value_label(const std::string& code, const std::string& label) {
  ValueLabel value;
  value.label = label;
  const auto end = std::from_chars(code.data(), code.data() + code.size(), value.code);
  if (end.ec != std::errc() || end.ptr != code.data() + code.size()) {
    value.code = std::numeric_limits<double>::quiet_NaN();
    value.text = code;
  }
  return value;
}

}  // namespace

void apply_codebook(const std::string& path, Table& table) {
  const Table book = read_codebook(path);
  for (TableColumn& column : table.columns) {
    const bool labelled = !column.value_labels.empty();
    for (std::size_t row = 0; row < book.rows; ++row) {
      if (book.columns[0].cell(row) != column.name) continue;
      if (column.label.empty()) column.label = book.columns[1].cell(row);
      if (!labelled && !book.columns[2].missing(row))
        column.value_labels.push_back(value_label(book.columns[2].cell(row), book.columns[3].cell(row)));
    }
    std::stable_sort(column.value_labels.begin(), column.value_labels.end(),
                     [](const ValueLabel& a, const ValueLabel& b) { return a.code < b.code; });
  }
}

}  // namespace puente::io
