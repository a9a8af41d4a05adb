// TOML with places: a table that is asked for its keys one by one, reports values of the wrong type, and at the end the
// keys nobody asked for, each at its line and column with the nearest known key. One thread an object.
#pragma once

#include <toml++/toml.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/error.hpp"
#include "engine/rules/text.hpp"

namespace puente::io {

struct TomlFile {
  std::shared_ptr<const rules::SourceFile> source;
  std::vector<std::shared_ptr<const rules::SourceFile>> options;  ///< values given on the command line, each its own file
  std::shared_ptr<const rules::SourceFile> base;                  ///< the file this one changes, if any
  toml::table root;
  Diagnostics diagnostics;

  /// Throws Error (bad_input) on a syntax error, which stops the reader and comes alone.
  static TomlFile parse(const std::string& name, std::string content);
  /// A value written as TOML, or as a bare word that stands for a text, under the name of the option that gives it.
  toml::table parse_option(const std::string& option, const std::string& value);
  /// Puts what is here onto another file: tables are merged key by key, lists of tables at the top are added to its own,
  /// anything else replaces. Places stay those of the file a value stands in.
  void put_onto(TomlFile other);
  /// Where a node or key stands, as an empty piece of text.
  rules::Text place(const toml::source_region& region) const;
  /// The content of a string node, placed after its opening quotes.
  rules::Text text(const toml::value<std::string>& node) const;
  void error(const rules::Text& place, const std::string& message) { diagnostics.add(place.error(0, message)); }
};

/// As a TOML basic string.
std::string toml_quoted(const std::string& text);

class TomlView {
 public:
  TomlView(TomlFile& file, const toml::table& table, std::string path) : file_(file), table_(table), path_(std::move(path)) {}

  const toml::node* find(const char* key);
  std::optional<rules::Text> text(const char* key);
  std::string string(const char* key);
  std::optional<double> number(const char* key);
  bool boolean(const char* key, bool otherwise);
  const toml::table* table(const char* key);
  const toml::array* array(const char* key);
  /// Index of the string value among `choices`, or `otherwise` when the key is absent or wrong.
  std::size_t choice(const char* key, const std::vector<std::string>& choices, std::size_t otherwise);
  /// A string or an array of strings.
  std::vector<rules::Text> texts(const char* key);
  /// Reports every key that was not asked for.
  void finish();

  rules::Text place(const char* key) const;
  rules::Text place() const { return file_.place(table_.source()); }
  std::string path(const char* key) const { return path_.empty() ? key : path_ + "." + key; }
  void wrong(const toml::node& node, const char* key, const std::string& wanted);
  TomlFile& file() { return file_; }

 private:
  TomlFile& file_;
  const toml::table& table_;
  std::string path_;
  std::vector<std::string> asked_;
};

}  // namespace puente::io
