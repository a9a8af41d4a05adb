#include "io/survey/toml_view.hpp"

#include <algorithm>
#include <sstream>

namespace puente::io {

namespace {

/// toml++ counts columns in characters; places count bytes.
std::size_t byte_offset(const std::string& content, const toml::source_position& position) {
  std::size_t at = 0;
  for (toml::source_index line = 1; line < position.line; ++line) {
    at = content.find('\n', at);
    if (at == std::string::npos) return content.size();
    ++at;
  }
  for (toml::source_index column = 1; column < position.column && at < content.size(); ++column) {
    ++at;
    while (at < content.size() && (static_cast<unsigned char>(content[at]) & 0xC0U) == 0x80U) ++at;
  }
  return at;
}

std::size_t opening_quotes(const std::string& content, std::size_t at) {
  for (const char* quotes : {"'''", "\"\"\""})
    if (content.compare(at, 3, quotes) == 0) return content.compare(at + 3, 1, "\n") == 0 ? 4 : 3;
  return at < content.size() && (content[at] == '\'' || content[at] == '"') ? 1 : 0;
}

constexpr std::string_view before_value = "value = ";

/// Moves, because copies of nodes forget their places.
void merge(toml::table& changes, toml::table& onto, bool top) {
  for (auto&& [key, node] : changes) {
    toml::node* known = onto.get(key);
    if (known != nullptr && known->is_table() && node.is_table()) {
      merge(*node.as_table(), *known->as_table(), false);
    } else if (top && known != nullptr && known->is_array_of_tables() && node.is_array_of_tables()) {
      for (toml::node& item : *node.as_array()) known->as_array()->push_back(std::move(item));
    } else {
      onto.insert_or_assign(key, std::move(node));
    }
  }
}

std::string type_name(const toml::node& node) {
  std::ostringstream text;
  text << node.type();
  const std::string name = text.str();
  return (std::string("aeiou").find(name.front()) == std::string::npos ? "a " : "an ") + name;
}

}  // namespace

std::string toml_quoted(const std::string& text) {
  std::string all = "\"";
  for (const char c : text) all += c == '\n' ? std::string("\\n") : c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return all + "\"";
}

TomlFile TomlFile::parse(const std::string& name, std::string content) {
  TomlFile file;
  file.source = std::make_shared<rules::SourceFile>(rules::SourceFile{name, std::move(content)});
  try {
    file.root = toml::parse(file.source->content, name);
  } catch (const toml::parse_error& failure) {
    file.error(file.place(failure.source()), std::string(failure.description()));
    file.diagnostics.throw_if_errors();
  }
  return file;
}

toml::table TomlFile::parse_option(const std::string& option, const std::string& value) {
  options.push_back(std::make_shared<rules::SourceFile>(rules::SourceFile{option, value}));
  try {
    return toml::parse(std::string(before_value) + value, option);
  } catch (const toml::parse_error&) {
    return toml::parse(std::string(before_value) + toml_quoted(value), option);
  }
}

void TomlFile::put_onto(TomlFile other) {
  merge(root, other.root, true);
  root = std::move(other.root);
  base = other.source;
}

rules::Text TomlFile::place(const toml::source_region& region) const {
  if (base && region.path != nullptr && *region.path == base->name) return {"", base, byte_offset(base->content, region.begin)};
  for (const auto& option : options)
    if (region.path != nullptr && *region.path == option->name) {
      const std::size_t at = byte_offset(std::string(before_value) + option->content, region.begin);
      return {"", option, at - std::min(at, before_value.size())};
    }
  return {"", source, byte_offset(source->content, region.begin)};
}

rules::Text TomlFile::text(const toml::value<std::string>& node) const {
  rules::Text text = place(node.source());
  text.offset += opening_quotes(text.file->content, text.offset);
  text.text = node.get();
  return text;
}

const toml::node* TomlView::find(const char* key) {
  asked_.emplace_back(key);
  return table_.get(key);
}

void TomlView::wrong(const toml::node& node, const char* key, const std::string& wanted) {
  file_.error(file_.place(node.source()), path(key) + " wants " + wanted + ", not " + type_name(node));
}

std::optional<rules::Text> TomlView::text(const char* key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = node->as_string()) return file_.text(*value);
  wrong(*node, key, "a text");
  return std::nullopt;
}

std::string TomlView::string(const char* key) {
  const auto found = text(key);
  return found ? found->text : "";
}

std::optional<double> TomlView::number(const char* key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto value = node->value<double>(); value && node->is_number()) return value;
  wrong(*node, key, "a number");
  return std::nullopt;
}

bool TomlView::boolean(const char* key, bool otherwise) {
  const toml::node* node = find(key);
  if (node == nullptr) return otherwise;
  if (const auto* value = node->as_boolean()) return value->get();
  wrong(*node, key, "true or false");
  return otherwise;
}

const toml::table* TomlView::table(const char* key) {
  const toml::node* node = find(key);
  if (node != nullptr && !node->is_table()) wrong(*node, key, "a table");
  return node == nullptr ? nullptr : node->as_table();
}

const toml::array* TomlView::array(const char* key) {
  const toml::node* node = find(key);
  if (node != nullptr && !node->is_array()) wrong(*node, key, "a list");
  return node == nullptr ? nullptr : node->as_array();
}

std::size_t TomlView::choice(const char* key, const std::vector<std::string>& choices, std::size_t otherwise) {
  const auto found = text(key);
  if (!found) return otherwise;
  const auto at = std::find(choices.begin(), choices.end(), found->text);
  if (at != choices.end()) return static_cast<std::size_t>(at - choices.begin());
  std::string all;
  for (const std::string& choice : choices) all += (all.empty() ? "\"" : ", \"") + choice + "\"";
  const std::string near = nearest(found->text, choices);
  file_.error(*found, path(key) + " is one of " + all + ", not \"" + found->text + "\"" + (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
  return otherwise;
}

std::vector<rules::Text> TomlView::texts(const char* key) {
  const toml::node* node = find(key);
  std::vector<rules::Text> all;
  if (node == nullptr) return all;
  if (const auto* value = node->as_string()) return {file_.text(*value)};
  const auto* list = node->as_array();
  if (list == nullptr) wrong(*node, key, "a text or a list of texts");
  else
    for (const toml::node& item : *list) {
      if (const auto* value = item.as_string()) all.push_back(file_.text(*value));
      else wrong(item, key, "texts");
    }
  return all;
}

void TomlView::finish() {
  for (const auto& [key, node] : table_) {
    const std::string name(key.str());
    if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
    const std::string near = nearest(name, asked_);
    file_.error(file_.place(key.source()), "unknown key '" + path(name.c_str()) + "'" +
                                               (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
}

rules::Text TomlView::place(const char* key) const {
  for (const auto& [known, node] : table_)
    if (known.str() == key) return file_.place(known.source());
  return file_.place(table_.source());
}

}  // namespace puente::io
