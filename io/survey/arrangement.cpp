#include "io/survey/arrangement.hpp"

#include <algorithm>
#include <numeric>

#include "engine/core/error.hpp"
#include "io/survey/keys.hpp"

namespace puente::io {

namespace {

constexpr std::size_t household_file = 0, person_file = 1;
constexpr std::size_t most_members = 32'767;

/// Rows of one file in the order of their household key.
class KeyedRows {
 public:
  KeyedRows(const std::vector<KeyPart>& parts, std::size_t file, std::size_t rows, const KeyPart* within)
      : parts_(parts), file_(file), within_(within), order_(rows) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    const auto before = [this](std::size_t a, std::size_t b) { return row_before(a, b); };
    if (!std::is_sorted(order_.begin(), order_.end(), before)) std::stable_sort(order_.begin(), order_.end(), before);
  }
  std::size_t size() const { return order_.size(); }
  std::size_t row(std::size_t i) const { return order_[i]; }
  std::vector<std::int64_t> key(std::size_t i) const {
    std::vector<std::int64_t> key;
    for (const KeyPart& part : parts_) key.push_back(part.code(file_, order_[i]));
    return key;
  }
  bool same_household(std::size_t i, std::size_t j) const { return compare(order_[i], order_[j]) == 0; }
  /// First position after i that belongs to another household.
  std::size_t run_end(std::size_t i) const {
    std::size_t end = i + 1;
    while (end < size() && same_household(i, end)) ++end;
    return end;
  }

 private:
  int compare(std::size_t a, std::size_t b) const {
    for (const KeyPart& part : parts_) {
      const std::int64_t left = part.code(file_, a), right = part.code(file_, b);
      if (left != right) return left < right ? -1 : 1;
    }
    return 0;
  }
  bool row_before(std::size_t a, std::size_t b) const {
    const int order = compare(a, b);
    if (order != 0) return order < 0;
    return within_ != nullptr && within_->code(file_, a) < within_->code(file_, b);
  }

  const std::vector<KeyPart>& parts_;
  std::size_t file_;
  const KeyPart* within_;
  std::vector<std::size_t> order_;
};

class Arranger {
 public:
  Arranger(const SurveyMap& map, const SurveyTables& tables) : map_(map), tables_(tables) {
    for (const rules::Text& key : map.household_key) parts_.emplace_back(files(), key.text);
    if (map.person_key && tables.persons != nullptr)
      person_.emplace(std::vector<const Table*>{nullptr, tables.persons}, map.person_key->text);
  }

  Arrangement arrange() {
    if (parts_.empty()) rows_are_households();
    else if (tables_.households == nullptr) by_persons();
    else if (tables_.persons == nullptr) by_households();
    else joined();
    check_ids();
    set_lines();
    return std::move(result_);
  }

 private:
  std::vector<const Table*> files() const { return {tables_.households, tables_.persons}; }
  const KeyPart* person_key() const { return person_ ? &*person_ : nullptr; }

  /// Without a key every row is a household of its own, numbered from 1.
  void rows_are_households() {
    const bool persons = tables_.persons != nullptr;
    const std::size_t rows = persons ? tables_.persons->rows : tables_.households->rows;
    for (std::size_t row = 0; row < rows; ++row) {
      result_.id.push_back(static_cast<std::int64_t>(row) + 1);
      if (persons) result_.person_row.push_back(row);
      else result_.household_row.push_back(row);
      result_.person_begin.push_back(result_.person_row.size());
    }
  }

  void add_household(const std::vector<std::int64_t>& key, const Table& table, std::size_t row) {
    const std::int64_t id = household_id(parts_, key);
    if (id < 0)
      throw bad_input(table.place(row) + ": the household key " + key_text(parts_, key) + " is negative; keys are 0 or more: choose another key, or make it text in the survey");
    result_.id.push_back(id);
  }

  void add_members(const KeyedRows& rows, std::size_t first, std::size_t last) {
    if (last - first > most_members)
      throw bad_input("household " + key_text(parts_, rows.key(first)) + " has " + std::to_string(last - first) +
                      " persons; at most 32,767 can be held, so the household key is probably not the right column");
    for (std::size_t i = first; i < last; ++i) {
      if (person_ && i > first && person_code(rows.row(i)) == person_code(rows.row(i - 1)))
        throw bad_input(tables_.persons->place(rows.row(i)) + ": household " + key_text(parts_, rows.key(i)) +
                        " has the person '" + person_->text(person_code(rows.row(i))) + "' twice, first in " +
                        tables_.persons->place(rows.row(i - 1)) + "; correct the key '" + map_.person_key->text + "'");
      result_.person_row.push_back(rows.row(i));
    }
  }

  std::int64_t person_code(std::size_t row) const { return person_->code(person_file, row); }

  void by_persons() {
    const KeyedRows rows(parts_, person_file, tables_.persons->rows, person_key());
    for (std::size_t i = 0; i < rows.size();) {
      const std::size_t end = rows.run_end(i);
      add_household(rows.key(i), *tables_.persons, rows.row(i));
      add_members(rows, i, end);
      result_.person_begin.push_back(result_.person_row.size());
      i = end;
    }
  }

  void add_row_of_households(const KeyedRows& rows, std::size_t i) {
    if (i > 0 && rows.same_household(i - 1, i))
      throw bad_input(tables_.households->place(rows.row(i)) + ": the household " + key_text(parts_, rows.key(i)) +
                      " stands twice, first in " + tables_.households->place(rows.row(i - 1)) + "; correct the key");
    add_household(rows.key(i), *tables_.households, rows.row(i));
    result_.household_row.push_back(rows.row(i));
  }

  void by_households() {
    const KeyedRows rows(parts_, household_file, tables_.households->rows, nullptr);
    for (std::size_t i = 0; i < rows.size(); ++i) add_row_of_households(rows, i);
    result_.person_begin.resize(rows.size() + 1);
  }

  [[noreturn]] void fail_orphan(const KeyedRows& persons, std::size_t i) const {
    throw bad_input(tables_.persons->place(persons.row(i)) + ": the person's household " +
                    key_text(parts_, persons.key(i)) + " is not in " + tables_.households->file +
                    "; correct the key, or add the household");
  }

  void joined() {
    const KeyedRows households(parts_, household_file, tables_.households->rows, nullptr);
    const KeyedRows persons(parts_, person_file, tables_.persons->rows, person_key());
    std::size_t next = 0;
    for (std::size_t i = 0; i < households.size(); ++i) {
      add_row_of_households(households, i);
      const auto key = households.key(i);
      if (next < persons.size() && persons.key(next) < key) fail_orphan(persons, next);
      if (next < persons.size() && persons.key(next) == key) {
        const std::size_t end = persons.run_end(next);
        add_members(persons, next, end);
        next = end;
      }
      result_.person_begin.push_back(result_.person_row.size());
    }
    if (next < persons.size()) fail_orphan(persons, next);
  }

  void check_ids() const {
    std::vector<std::int64_t> ids = result_.id;
    std::sort(ids.begin(), ids.end());
    const auto twin = std::adjacent_find(ids.begin(), ids.end());
    if (twin != ids.end())
      throw bad_input("two household keys have the same hash " + std::to_string(*twin) +
                      ", which would give them the same random draws; rename one of them");
  }

  bool keys_can_be_lines() const {
    if (!person_ || !person_->whole()) return false;
    return std::all_of(result_.person_row.begin(), result_.person_row.end(), [this](std::size_t row) {
      return person_code(row) >= 1 && person_code(row) <= static_cast<std::int64_t>(most_members);
    });
  }

  void set_lines() {
    result_.lines_are_keys = keys_can_be_lines();
    for (std::size_t h = 0; h < result_.households(); ++h)
      for (std::size_t p = result_.person_begin[h]; p < result_.person_begin[h + 1]; ++p)
        result_.line.push_back(static_cast<std::int16_t>(
            result_.lines_are_keys ? person_code(result_.person_row[p])
                                   : static_cast<std::int64_t>(p - result_.person_begin[h]) + 1));
  }

  const SurveyMap& map_;
  const SurveyTables& tables_;
  std::vector<KeyPart> parts_;
  std::optional<KeyPart> person_;
  Arrangement result_;
};

bool kept(const std::vector<char>& mask, std::size_t i) { return mask.empty() || mask[i] != 0; }

std::string describe_key(const std::vector<rules::Text>& key, const Table& table, std::size_t row) {
  std::string text;
  for (const rules::Text& part : key) text += (text.empty() ? "" : ", ") + table.find(part.text)->cell(row);
  return text.empty() ? "" : "household " + text + ": ";
}

}  // namespace

Arrangement arrange(const SurveyMap& map, const SurveyTables& tables) { return Arranger(map, tables).arrange(); }

Kept keep(Arrangement& a, const std::vector<char>& persons, const std::vector<char>& households, bool keep_empty) {
  Kept counts;
  Arrangement next;
  next.lines_are_keys = a.lines_are_keys;
  for (std::size_t h = 0; h < a.households(); ++h) {
    if (!kept(households, h)) {
      ++counts.households_dropped;
      counts.members_of_dropped += members(a, h);
      continue;
    }
    for (std::size_t p = a.person_begin[h]; p < a.person_begin[h + 1]; ++p) {
      if (!kept(persons, p)) continue;
      next.person_row.push_back(a.person_row[p]);
      next.line.push_back(a.line[p]);
    }
    const std::size_t left = next.person_row.size() - next.person_begin.back();
    counts.persons_dropped += members(a, h) - left;
    if (left == 0 && members(a, h) > 0 && !keep_empty) {
      ++counts.households_left_empty;
      continue;
    }
    next.id.push_back(a.id[h]);
    if (!a.household_row.empty()) next.household_row.push_back(a.household_row[h]);
    next.person_begin.push_back(next.person_row.size());
  }
  a = std::move(next);
  return counts;
}

std::string describe_household(const SurveyMap& map, const SurveyTables& tables, const Arrangement& a, std::size_t h) {
  const bool own = !a.household_row.empty();
  if (!own && members(a, h) == 0) return "household " + std::to_string(a.id[h]) + ": ";
  const Table& table = own ? *tables.households : *tables.persons;
  const std::size_t row = own ? a.household_row[h] : a.person_row[a.person_begin[h]];
  return table.place(row) + ": " + describe_key(map.household_key, table, row);
}

std::string describe_person(const SurveyMap& map, const SurveyTables& tables, const Arrangement& a, std::size_t p) {
  const std::size_t row = a.person_row[p];
  std::string text = tables.persons->place(row) + ": " + describe_key(map.household_key, *tables.persons, row);
  if (map.person_key) text += "person " + tables.persons->find(map.person_key->text)->cell(row) + ": ";
  return text;
}

}  // namespace puente::io
