#include "io/survey/table_file.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "engine/core/error.hpp"

namespace puente::io {

namespace {

using std::string_literals::operator""s;

constexpr std::size_t head_bytes = 4096;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, FileCloser>;

FileHandle open_for_reading(const std::string& path) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status))
    throw Error(ExitCode::input_missing, path + ": there is no such file; check the name, or give --input FILE");
  if (std::filesystem::is_directory(status))
    throw bad_input(path + ": is a folder, not a survey file; name the file inside it");
  FileHandle file(std::fopen(path.c_str(), "rb"));
  if (!file) throw Error(ExitCode::input_missing, path + ": cannot be opened: " + std::strerror(errno));
  return file;
}

std::string read_up_to(std::FILE* file, std::size_t most, const std::string& path) {
  std::string bytes(most, '\0');
  bytes.resize(std::fread(bytes.data(), 1, most, file));
  if (std::ferror(file)) throw Error(ExitCode::io_error, path + ": cannot be read: " + std::strerror(errno));
  return bytes;
}

bool starts_with(const std::string& bytes, const std::string& magic) { return bytes.compare(0, magic.size(), magic) == 0; }

bool is_dta(const std::string& head) {
  if (starts_with(head, "<stata_dta>")) return true;
  return head.size() > 4 && head[0] >= 102 && head[0] <= 115 && (head[1] == 1 || head[1] == 2) && head[2] == 1 &&
         head[3] == 0;
}

bool is_sas7bdat(const std::string& head) {
  return starts_with(head, "\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\0\x09\xc7\x31\x8c\x18\x1f\x10\x11"s);
}

bool is_por(const std::string& head) {
  return head.substr(0, 400).find("SPSS PORT FILE") != std::string::npos;
}

/// Formats that people try and that no reader here knows.
const char* foreign_format(const std::string& head) {
  if (starts_with(head, "PK\x03\x04")) return "a zip archive or an Excel file: save it as CSV";
  if (starts_with(head, "\xd0\xcf\x11\xe0")) return "an old Excel or Word file: save it as CSV";
  if (starts_with(head, "\x89HDF")) return "an HDF5 file: a population made by Puente needs no import";
  if (starts_with(head, "\xff\xfe") || starts_with(head, "\xfe\xff")) return "UTF-16 text: save it as UTF-8";
  if (starts_with(head, "RDX") || starts_with(head, "X\n")) return "an R file: write it as .dta or CSV";
  if (starts_with(head, "PAR1")) return "a Parquet file: write it as CSV";
  if (starts_with(head, "HEADER RECORD*******LIBRARY")) return "a SAS transport file: write it as .sas7bdat or CSV";
  if (head.find('\0') != std::string::npos) return "binary data of no format known here";
  return nullptr;
}

TableFormat format_of_content(const std::string& head, const std::string& path) {
  if (head.empty()) throw bad_input(path + ": is empty; get the file again, or name another");
  if (is_dta(head)) return TableFormat::dta;
  if (starts_with(head, "$FL2") || starts_with(head, "$FL3")) return TableFormat::sav;
  if (is_sas7bdat(head)) return TableFormat::sas7bdat;
  if (is_por(head)) return TableFormat::por;
  if (starts_with(head, "\x1f\x8b")) return TableFormat::csv_gz;
  if (const char* what = foreign_format(head))
    throw bad_input(path + ": holds " + what + "; Puente reads .dta .sav .zsav .por .sas7bdat .csv .csv.gz");
  return TableFormat::csv;
}

const char* name_of(TableFormat format) {
  switch (format) {
    case TableFormat::csv: return "text";
    case TableFormat::csv_gz: return "gzip-compressed data";
    case TableFormat::dta: return "a Stata file";
    case TableFormat::sav: return "an SPSS system file";
    case TableFormat::por: return "an SPSS portable file";
    case TableFormat::sas7bdat: break;
  }
  return "a SAS data set";
}

std::optional<TableFormat> format_of_extension(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == ".csv" || extension == ".tsv") return TableFormat::csv;
  if (extension == ".gz") return TableFormat::csv_gz;
  if (extension == ".dta") return TableFormat::dta;
  if (extension == ".sav" || extension == ".zsav") return TableFormat::sav;
  if (extension == ".por") return TableFormat::por;
  if (extension == ".sas7bdat") return TableFormat::sas7bdat;
  return std::nullopt;
}

}  // namespace

TableFormat detect_format(const std::string& path) {
  const FileHandle file = open_for_reading(path);
  const TableFormat content = format_of_content(read_up_to(file.get(), head_bytes, path), path);
  const auto extension = format_of_extension(path);
  if (extension && *extension != content)
    throw bad_input(path + ": its name says " + name_of(*extension) + " but it holds " + name_of(content) +
                    "; it is damaged or has the wrong name: rename it or get it again");
  return content;
}

std::unique_ptr<TableFile> open_table(const std::string& path, const TableOptions& options) {
  const TableFormat format = detect_format(path);
  if (format == TableFormat::csv || format == TableFormat::csv_gz)
    return open_csv(path, format == TableFormat::csv_gz, options);
  return open_readstat(path, format, options);
}

std::string read_bytes(const std::string& path) {
  const FileHandle file = open_for_reading(path);
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  std::string bytes = read_up_to(file.get(), failure ? 0 : static_cast<std::size_t>(size), path);
  for (std::string more = read_up_to(file.get(), 1U << 20, path); !more.empty();
       more = read_up_to(file.get(), 1U << 20, path))
    bytes += more;
  return bytes;
}

}  // namespace puente::io
