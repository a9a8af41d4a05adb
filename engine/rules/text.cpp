#include "engine/rules/text.hpp"

#include <algorithm>

namespace puente::rules {

namespace {

std::size_t in_file(const Text& text, std::size_t position) {
  return std::min(text.offset + std::min(position, text.text.size()), text.file->content.size());
}

std::size_t line_begin(const std::string& content, std::size_t at) {
  const auto newline = at == 0 ? std::string::npos : content.rfind('\n', at - 1);
  return newline == std::string::npos ? 0 : newline + 1;
}

}  // namespace

Text Text::standalone(std::string name, std::string text) {
  auto file = std::make_shared<SourceFile>(SourceFile{std::move(name), text});
  return {std::move(text), std::move(file), 0};
}

Place Text::place(std::size_t position) const {
  if (!file) return {};
  const std::size_t at = in_file(*this, position);
  const auto begin = file->content.begin();
  const auto lines = std::count(begin, begin + static_cast<std::ptrdiff_t>(at), '\n');
  return {file->name, static_cast<int>(lines) + 1, static_cast<int>(at - line_begin(file->content, at)) + 1};
}

std::string Text::excerpt(std::size_t position) const {
  if (!file) return text;
  const std::size_t at = in_file(*this, position);
  const std::size_t begin = line_begin(file->content, at);
  std::string line = file->content.substr(begin, std::min(file->content.find('\n', at), file->content.size()) - begin);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

Diagnostic Text::error(std::size_t position, std::string message) const {
  return {Diagnostic::Severity::error, place(position), std::move(message), excerpt(position)};
}

std::string quoted(const std::string& label) {
  std::string text = "\"";
  for (const char c : label) text += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
  return text + "\"";
}

}  // namespace puente::rules
