// Stata, SPSS and SAS files through ReadStat (https://github.com/WizardMac/ReadStat, 1.1). Only the columns the map
// names are decoded. System, tagged and user-defined missing values all become missing.
#include "engine/core/error.hpp"
#include "io/survey/table_file.hpp"

#ifndef PUENTE_HAS_READSTAT

namespace puente::io {

std::unique_ptr<TableFile> open_readstat(const std::string& path, TableFormat, const TableOptions&) {
  throw bad_input(path + ": this Puente was built without the reader for Stata, SPSS and SAS files; build it with "
                         "-DPUENTE_READSTAT=ON, or save the survey as CSV");
}

}  // namespace puente::io

#else

#include <readstat.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

#include "io/survey/watched_file.hpp"

namespace puente::io {

namespace {

enum class DateScale { none, stata_days, stata_milliseconds, spss_seconds, sas_days, sas_seconds };

bool begins(const std::string& text, const char* start) { return text.rfind(start, 0) == 0; }

DateScale sas_scale(const std::string& format) {
  if (begins(format, "DATETIME")) return DateScale::sas_seconds;
  for (const char* name : {"DATE", "DDMMYY", "MMDDYY", "YYMMDD", "E8601DA"})
    if (begins(format, name)) return DateScale::sas_days;
  return DateScale::none;
}

/// Which numbers are dates is told by the display format of the variable.
DateScale date_scale(TableFormat file, const std::string& format) {
  if (file == TableFormat::dta) {
    if (begins(format, "%td") || begins(format, "%d") || begins(format, "%-td")) return DateScale::stata_days;
    return begins(format, "%tc") ? DateScale::stata_milliseconds : DateScale::none;
  }
  if (file == TableFormat::sas7bdat) return sas_scale(format);
  for (const char* name : {"DATE", "ADATE", "EDATE", "SDATE", "JDATE"})
    if (begins(format, name)) return DateScale::spss_seconds;
  return DateScale::none;
}

/// Days since 1970-01-01. Stata and SAS count from 1960-01-01 (3,653 days before), SPSS from 1582-10-14 (141,428).
double to_days(DateScale scale, double x) {
  switch (scale) {
    case DateScale::none: return x;
    case DateScale::stata_days:
    case DateScale::sas_days: return x - 3653;
    case DateScale::stata_milliseconds: return x / 86'400'000 - 3653;
    case DateScale::spss_seconds: return x / 86'400 - 141'428;
    case DateScale::sas_seconds: break;
  }
  return x / 86'400 - 3653;
}

/// What is gathered for one variable of the file.
struct Variable {
  std::string name, label, label_set;
  bool text = false;
  DateScale date = DateScale::none;
  std::vector<std::pair<double, double>> missing_ranges;
  int column = -1;  ///< index into Table::columns when wanted
};

struct Reading {
  TableFormat format = TableFormat::dta;
  std::int64_t promised_rows = -1;
  std::int64_t rows = 0;
  std::vector<Variable> variables;
  std::map<std::string, std::vector<ValueLabel>> label_sets;
  std::map<std::string, int> wanted;  ///< empty while only the header is read
  Table table;
  std::vector<WordCollector> words;
  std::string message;    ///< ReadStat's own words on a failure
  std::string exception;  ///< ours: nothing may be thrown through C
};

Reading& reading(void* context) { return *static_cast<Reading*>(context); }

std::string or_empty(const char* text) { return text == nullptr ? "" : text; }

int on_metadata(readstat_metadata_t* metadata, void* context) {
  reading(context).promised_rows = readstat_get_row_count(metadata);
  return READSTAT_HANDLER_OK;
}

std::vector<std::pair<double, double>> missing_ranges(const readstat_variable_t* variable) {
  std::vector<std::pair<double, double>> ranges;
  if (readstat_variable_get_type_class(variable) == READSTAT_TYPE_CLASS_STRING) return ranges;
  for (int i = 0; i < readstat_variable_get_missing_ranges_count(variable); ++i)
    ranges.emplace_back(readstat_double_value(readstat_variable_get_missing_range_lo(variable, i)),
                        readstat_double_value(readstat_variable_get_missing_range_hi(variable, i)));
  return ranges;
}

void start_column(Reading& r, Variable& variable, int column) {
  variable.column = column;
  TableColumn& target = r.table.columns[static_cast<std::size_t>(column)];
  target.name = variable.name;
  target.label = variable.label;
  target.kind = variable.text                      ? TableColumn::Kind::text
                : variable.date == DateScale::none ? TableColumn::Kind::number
                                                   : TableColumn::Kind::date;
  if (r.promised_rows <= 0) return;
  const auto rows = static_cast<std::size_t>(std::min<std::int64_t>(r.promised_rows, 1 << 24));
  if (variable.text) target.word_of.reserve(rows);
  else target.numbers.reserve(rows);
}

int on_variable(int index, readstat_variable_t* variable, const char* label_set, void* context) {
  Reading& r = reading(context);
  Variable known;
  known.name = or_empty(readstat_variable_get_name(variable));
  known.label = or_empty(readstat_variable_get_label(variable));
  known.label_set = or_empty(label_set);
  known.text = readstat_variable_get_type_class(variable) == READSTAT_TYPE_CLASS_STRING;
  if (!known.text) known.date = date_scale(r.format, or_empty(readstat_variable_get_format(variable)));
  known.missing_ranges = missing_ranges(variable);
  const auto wanted = r.wanted.find(known.name);
  if (wanted != r.wanted.end()) start_column(r, known, wanted->second);
  if (r.variables.size() <= static_cast<std::size_t>(index)) r.variables.resize(static_cast<std::size_t>(index) + 1);
  r.variables[static_cast<std::size_t>(index)] = std::move(known);
  return wanted == r.wanted.end() ? READSTAT_HANDLER_SKIP_VARIABLE : READSTAT_HANDLER_OK;
}

/// Fixed-width files pad text with blanks.
std::string_view trimmed(const char* text) {
  std::string_view view(text);
  while (!view.empty() && view.back() == ' ') view.remove_suffix(1);
  return view;
}

void store_text(Reading& r, TableColumn& column, int index, const char* text, bool missing) {
  const std::string_view word = text == nullptr ? std::string_view() : trimmed(text);
  if (missing || word.empty()) WordCollector::add_missing(column);
  else r.words[static_cast<std::size_t>(index)].add(word, column);
}

int on_value(int row, readstat_variable_t* variable, readstat_value_t value, void* context) {
  Reading& r = reading(context);
  r.rows = std::max<std::int64_t>(r.rows, row + 1);
  const Variable& known = r.variables[static_cast<std::size_t>(readstat_variable_get_index(variable))];
  TableColumn& column = r.table.columns[static_cast<std::size_t>(known.column)];
  const bool missing = readstat_value_is_missing(value, variable) != 0;
  if (known.text)
    store_text(r, column, known.column, missing ? nullptr : readstat_string_value(value), missing);
  else
    column.numbers.push_back(missing ? std::numeric_limits<double>::quiet_NaN()
                                     : to_days(known.date, readstat_double_value(value)));
  return READSTAT_HANDLER_OK;
}

int on_value_label(const char* set, readstat_value_t value, const char* label, void* context) {
  Reading& r = reading(context);
  if (readstat_value_is_tagged_missing(value) || readstat_value_is_system_missing(value)) return READSTAT_HANDLER_OK;
  ValueLabel known;
  known.label = or_empty(label);
  if (readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING) known.text = or_empty(readstat_string_value(value));
  else known.code = readstat_double_value(value);
  r.label_sets[or_empty(set)].push_back(std::move(known));
  return READSTAT_HANDLER_OK;
}

void on_error(const char* message, void* context) { reading(context).message = or_empty(message); }

/// C++ exceptions must not cross C frames: they are kept and thrown after the parse.
template <auto handler, class... Arguments>
int guarded(Arguments... arguments) {
  void* context = std::get<sizeof...(Arguments) - 1>(std::make_tuple(arguments...));
  try {
    return handler(arguments...);
  } catch (const std::exception& failure) {
    reading(context).exception = failure.what();
    return READSTAT_HANDLER_ABORT;
  }
}

struct ParserFree {
  void operator()(readstat_parser_t* parser) const { readstat_parser_free(parser); }
};
using Parser = std::unique_ptr<readstat_parser_t, ParserFree>;

Parser make_parser(const std::string& encoding, bool with_values) {
  Parser parser(readstat_parser_init());
  if (!parser) throw Error(ExitCode::internal, "out of memory");
  readstat_set_metadata_handler(parser.get(), guarded<on_metadata, readstat_metadata_t*, void*>);
  readstat_set_variable_handler(parser.get(), guarded<on_variable, int, readstat_variable_t*, const char*, void*>);
  readstat_set_error_handler(parser.get(), on_error);
  if (with_values) {
    readstat_set_value_handler(parser.get(), guarded<on_value, int, readstat_variable_t*, readstat_value_t, void*>);
    readstat_set_value_label_handler(parser.get(),
                                     guarded<on_value_label, const char*, readstat_value_t, const char*, void*>);
  }
  if (!encoding.empty()) readstat_set_file_character_encoding(parser.get(), encoding.c_str());
  return parser;
}

WatchedFile& watched(void* context) { return *static_cast<WatchedFile*>(context); }

int whence_of(readstat_io_flags_t flag) {
  return flag == READSTAT_SEEK_SET ? SEEK_SET : flag == READSTAT_SEEK_CUR ? SEEK_CUR : SEEK_END;
}

void watch(readstat_parser_t* parser, WatchedFile& file) {
  readstat_set_open_handler(parser, [](const char* path, void* f) { return watched(f).open(path) ? 0 : -1; });
  readstat_set_close_handler(parser, [](void* f) { return watched(f).close(), 0; });
  readstat_set_seek_handler(parser, [](readstat_off_t offset, readstat_io_flags_t whence, void* f) -> readstat_off_t {
    return watched(f).seek(offset, whence_of(whence));
  });
  readstat_set_read_handler(parser, [](void* bytes, std::size_t count, void* f) { return watched(f).read(bytes, count); });
  readstat_set_update_handler(parser, [](long, readstat_progress_handler, void*, void*) { return READSTAT_OK; });
  readstat_set_io_ctx(parser, &file);
}

readstat_error_t parse(readstat_parser_t* parser, TableFormat format, const std::string& path, Reading& r) {
  switch (format) {
    case TableFormat::dta: return readstat_parse_dta(parser, path.c_str(), &r);
    case TableFormat::por: return readstat_parse_por(parser, path.c_str(), &r);
    case TableFormat::sas7bdat: return readstat_parse_sas7bdat(parser, path.c_str(), &r);
    default: return readstat_parse_sav(parser, path.c_str(), &r);
  }
}

[[noreturn]] void fail(const std::string& path, readstat_error_t code, const std::string& message) {
  const std::string reason = std::string(readstat_error_message(code)) + (message.empty() ? "" : " (" + message + ")");
  switch (code) {
    case READSTAT_ERROR_CONVERT:
    case READSTAT_ERROR_CONVERT_BAD_STRING:
    case READSTAT_ERROR_CONVERT_SHORT_STRING:
    case READSTAT_ERROR_UNSUPPORTED_CHARSET:
      throw bad_input(path + ": its text cannot be converted to UTF-8: " + reason +
                      "; say in the map how it is written, as in encoding = \"windows-1252\"");
    case READSTAT_ERROR_MALLOC:
    case READSTAT_ERROR_READ:
    case READSTAT_ERROR_SEEK:
    case READSTAT_ERROR_PARSE:
    case READSTAT_ERROR_ROW_COUNT_MISMATCH:
      throw Error(ExitCode::io_error, path + ": ends early or is damaged: " + reason + "; get the file again");
    default: throw bad_input(path + ": cannot be read: " + reason);
  }
}

void run_parser(const std::string& path, const std::string& encoding, bool with_values, Reading& r) {
  const Parser parser = make_parser(encoding, with_values);
  WatchedFile file;
  if (r.format == TableFormat::dta) watch(parser.get(), file);
  const readstat_error_t code = parse(parser.get(), r.format, path, r);
  if (!r.exception.empty()) throw Error(ExitCode::internal, path + ": " + r.exception);
  if (code != READSTAT_OK) fail(path, code, r.message);
  if (file.ended_early()) throw Error(ExitCode::io_error, path + ": ends early, in its value labels; get the file again");
}

/// Stata 13 and later close their file with a tag, so that a cut in the value labels after the data shows.
void check_end(const std::string& path) {
  constexpr std::string_view opening = "<stata_dta>", closing = "</stata_dta>";
  std::ifstream file(path, std::ios::binary);
  std::string start(opening.size(), '\0'), end(closing.size(), '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  if (start != opening) return;
  file.seekg(-static_cast<std::streamoff>(closing.size()), std::ios::end);
  file.read(end.data(), static_cast<std::streamsize>(end.size()));
  if (end != closing)
    throw Error(ExitCode::io_error, path + ": ends early: its closing tag is not there; get the file again");
}

bool defined_missing(const Variable& variable, double code) {
  return std::any_of(variable.missing_ranges.begin(), variable.missing_ranges.end(),
                     [code](const auto& range) { return code >= range.first && code <= range.second; });
}

std::vector<ValueLabel> labels_of(const Reading& r, const Variable& variable) {
  std::vector<ValueLabel> labels;
  const auto set = r.label_sets.find(variable.label_set);
  if (variable.label_set.empty() || set == r.label_sets.end()) return labels;
  for (const ValueLabel& label : set->second)
    if (!defined_missing(variable, label.code)) labels.push_back(label);
  std::stable_sort(labels.begin(), labels.end(), [](const ValueLabel& a, const ValueLabel& b) {
    return std::isnan(a.code) ? a.text < b.text : a.code < b.code;
  });
  return labels;
}

class ReadstatFile : public TableFile {
 public:
  ReadstatFile(std::string path, TableFormat format, const TableOptions& options)
      : path_(std::move(path)), format_(format), encoding_(options.encoding) {
    if (format_ == TableFormat::dta) check_end(path_);
    Reading header;
    header.format = format_;
    run_parser(path_, encoding_, false, header);
    for (Variable& variable : header.variables) columns_.push_back(variable.name);
  }

  const std::vector<std::string>& columns() const override { return columns_; }

  Table read(std::span<const WantedColumn> wanted) override {
    Reading r;
    r.format = format_;
    r.table.file = path_;
    r.table.columns.resize(wanted.size());
    r.words.resize(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) r.wanted[wanted[i].name] = static_cast<int>(i);
    run_parser(path_, encoding_, true, r);
    finish(r, wanted);
    return std::move(r.table);
  }

 private:
  void finish(Reading& r, std::span<const WantedColumn> wanted) const {
    if (r.promised_rows >= 0 && r.rows != r.promised_rows)
      throw Error(ExitCode::io_error, path_ + ": ends early: it promises " + std::to_string(r.promised_rows) +
                                          " rows and holds " + std::to_string(r.rows) + "; get the file again");
    r.table.rows = static_cast<std::size_t>(r.rows);
    for (const Variable& variable : r.variables)
      if (variable.column >= 0)
        r.table.columns[static_cast<std::size_t>(variable.column)].value_labels = labels_of(r, variable);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      expect(r.table.columns[i].rows() == r.table.rows, "a wanted column was not read to its end");
      check_kind(r.table, r.table.columns[i], wanted[i].want);
    }
  }

  static void check_kind(const Table& table, const TableColumn& column, Want want) {
    if (want != Want::number || !column.is_text()) return;
    for (std::size_t row = 0; row < table.rows; ++row)
      if (!column.missing(row))
        throw bad_input(table.place(row) + ": column '" + column.name + "' holds the text '" + column.cell(row) +
                        "' where the map wants a number; give it labels, or leave out its type");
  }

  std::string path_;
  TableFormat format_;
  std::string encoding_;
  std::vector<std::string> columns_;
};

}  // namespace

std::unique_ptr<TableFile> open_readstat(const std::string& path, TableFormat format, const TableOptions& options) {
  return std::make_unique<ReadstatFile>(path, format, options);
}

}  // namespace puente::io

#endif
