#include "io/survey/keys.hpp"

#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/core/error.hpp"

namespace puente::io {

namespace {

constexpr double exact_whole = 0x1p53;  ///< beyond it, neighbouring whole numbers share one f64

/// "12" but not "012", "+12" or "12.0": text that a whole number gives back.
bool canonical_whole(const std::string& text, std::int64_t& value) {
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() && std::to_string(value) == text;
}

bool all_whole(const TableColumn& column) {
  std::int64_t value = 0;
  if (column.is_text())
    return std::all_of(column.words.begin(), column.words.end(),
                       [&](const std::string& word) { return canonical_whole(word, value); });
  return true;
}

void check_numbers(const Table& table, const TableColumn& column) {
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (column.missing(row))
      throw bad_input(table.place(row) + ": the key '" + column.name + "' is missing; every row needs its key: correct the survey, or choose another key");
    if (column.is_text()) continue;
    const double x = column.numbers[row];
    if (x != std::floor(x) || std::fabs(x) > exact_whole)
      throw bad_input(table.place(row) + ": the key '" + column.name + "' is " + number_text(x) +
                      "; a key is text or a whole number below 2^53");
  }
}

}  // namespace

KeyPart::KeyPart(std::vector<const Table*> tables, const std::string& name) {
  std::vector<const TableColumn*> columns;
  for (const Table* table : tables) {
    columns.push_back(table == nullptr ? nullptr : table->find(name));
    if (columns.back() == nullptr) continue;
    check_numbers(*table, *columns.back());
    whole_ = whole_ && all_whole(*columns.back());
  }
  codes_.resize(columns.size());
  if (!whole_) code_text(columns);
  else
    for (std::size_t file = 0; file < columns.size(); ++file)
      if (columns[file] != nullptr) code_whole(*columns[file], codes_[file]);
}

void KeyPart::code_whole(const TableColumn& column, std::vector<std::int64_t>& codes) const {
  codes.reserve(column.rows());
  if (!column.is_text()) {
    for (const double x : column.numbers) codes.push_back(static_cast<std::int64_t>(x));
    return;
  }
  std::vector<std::int64_t> of_word(column.words.size());
  for (std::size_t i = 0; i < of_word.size(); ++i) canonical_whole(column.words[i], of_word[i]);
  for (const std::int32_t word : column.word_of) codes.push_back(of_word[static_cast<std::size_t>(word)]);
}

void KeyPart::code_text(const std::vector<const TableColumn*>& columns) {
  std::vector<std::vector<std::string>> texts(columns.size());
  for (std::size_t file = 0; file < columns.size(); ++file) {
    if (columns[file] == nullptr) continue;
    if (columns[file]->is_text()) texts[file] = columns[file]->words;
    else
      for (std::size_t row = 0; row < columns[file]->rows(); ++row) texts[file].push_back(columns[file]->cell(row));
    words_.insert(words_.end(), texts[file].begin(), texts[file].end());
  }
  std::sort(words_.begin(), words_.end());
  words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
  const auto rank = [this](const std::string& text) {
    return std::lower_bound(words_.begin(), words_.end(), text) - words_.begin();
  };
  for (std::size_t file = 0; file < columns.size(); ++file) {
    std::vector<std::int64_t> ranks;
    for (const std::string& text : texts[file]) ranks.push_back(rank(text));
    if (columns[file] == nullptr) continue;
    if (!columns[file]->is_text()) codes_[file] = std::move(ranks);
    else
      for (const std::int32_t word : columns[file]->word_of) codes_[file].push_back(ranks[static_cast<std::size_t>(word)]);
  }
}

std::string KeyPart::text(std::int64_t code) const {
  return whole_ ? std::to_string(code) : words_[static_cast<std::size_t>(code)];
}

std::int64_t household_id(const std::vector<KeyPart>& parts, const std::vector<std::int64_t>& key) {
  if (parts.size() == 1 && parts[0].whole()) return key[0];
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : "\x1f") + parts[i].text(key[i]);
  return static_cast<std::int64_t>(XXH3_64bits(text.data(), text.size()) >> 1);
}

std::string key_text(const std::vector<KeyPart>& parts, const std::vector<std::int64_t>& key) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : ", ") + parts[i].text(key[i]);
  return text;
}

}  // namespace puente::io
