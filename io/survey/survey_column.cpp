#include "io/survey/survey_column.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/core/error.hpp"

namespace puente::io {

namespace {

constexpr double missing_value = std::numeric_limits<double>::quiet_NaN();
constexpr double exact_whole = 0x1p53;

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// A number, or the index of a word.
double raw_value(const TableColumn& column, std::size_t row) {
  if (!column.is_text()) return column.numbers[row];
  return column.word_of[row] < 0 ? missing_value : static_cast<double>(column.word_of[row]);
}

std::string raw_text(const TableColumn& column, double raw) {
  if (std::isnan(raw)) return "missing";
  return column.is_text() ? "'" + column.words[static_cast<std::size_t>(raw)] + "'" : number_text(raw);
}

std::string column_name(const MapColumn& column) {
  return "column '" + column.name + "'" + (column.from == column.name || column.from.empty() ? "" : " (" + column.from + ")");
}

/// The source column behind a map column and the rows it is taken from.
struct Origin {
  const TableColumn* column;
  bool of_persons;  ///< stands in the persons' file
};

Origin origin_of(const SurveyTables& tables, const MapColumn& column) {
  const bool from_households = column.entity == Entity::household && column.file != SourceFileOf::persons &&
                               tables.households != nullptr && tables.households->find(column.from) != nullptr;
  const Table* table = from_households ? tables.households : tables.persons;
  const TableColumn* found = table->find(column.from);
  expect(found != nullptr, "a planned column was not read");
  return {found, !from_households};
}

/// One household's value from its persons' rows.
class Picker {
 public:
  Picker(const ImportContext& context, const MapColumn& column, const TableColumn& source)
      : context_(context), column_(column), source_(source) {}

  double value(std::size_t h) const {
    const Arrangement& a = context_.arrangement;
    if (members(a, h) == 0) return missing_value;
    double picked = raw(a.person_begin[h]);
    for (std::size_t p = a.person_begin[h] + 1; p < a.person_begin[h + 1]; ++p) picked = combined(picked, raw(p), p);
    return picked;
  }

 private:
  double raw(std::size_t p) const { return raw_value(source_, context_.arrangement.person_row[p]); }

  double combined(double picked, double next, std::size_t p) const {
    if (column_.pick == Pick::constant) {
      if (!same(picked, next)) fail(picked, next, p);
      return picked;
    }
    if (std::isnan(picked)) return next;
    if (std::isnan(next) || column_.pick == Pick::first) return picked;
    if (column_.pick == Pick::sum) return picked + next;
    return column_.pick == Pick::min ? std::min(picked, next) : std::max(picked, next);
  }

  [[noreturn]] void fail(double picked, double next, std::size_t p) const {
    throw bad_input(context_.describe(Entity::person, p) + column_name(column_) + " belongs to households but is " +
                    raw_text(source_, next) + " here and " + raw_text(source_, picked) +
                    " for the person before; say which to take with pick = \"first\", \"min\", \"max\" or \"sum\", or "
                    "move the column to [person.columns]");
  }

  const ImportContext& context_;
  const MapColumn& column_;
  const TableColumn& source_;
};

void gather_picked(const Picker& picker, std::vector<double>& values) {
  for (std::size_t h = 0; h < values.size(); ++h) values[h] = picker.value(h);
}

std::vector<double> gather(const ImportContext& context, const MapColumn& column, const Origin& origin) {
  const Arrangement& a = context.arrangement;
  const TableColumn& source = *origin.column;
  std::vector<double> values(a.count(column.entity));
  if (column.entity == Entity::person)
    for (std::size_t p = 0; p < values.size(); ++p) values[p] = raw_value(source, a.person_row[p]);
  else if (!origin.of_persons)
    for (std::size_t h = 0; h < values.size(); ++h) values[h] = raw_value(source, a.household_row[h]);
  else
    gather_picked(Picker(context, column, source), values);
  return values;
}

/// From raw values to indices of labels.
class Labeller {
 public:
  Labeller(const ImportContext& context, const MapColumn& column, const TableColumn& source)
      : context_(context), column_(column), source_(source) {}

  void apply(Prepared& prepared) {
    if (column_.labels.kind == LabelRule::Kind::given) take_choices();
    else if (column_.labels.kind == LabelRule::Kind::file && !source_.value_labels.empty()) take_file_labels();
    else if (source_.is_text()) take_words(prepared.values);
    else fail_unlabelled_file();
    label_rest(prepared.values);
    for (double& value : prepared.values)
      if (!std::isnan(value)) value = index_.at(value);
    prepared.info.labels = std::move(labels_);
    prepared.notes = std::move(notes_);
  }

 private:
  /// Two codes with one label are one class: rules can tell them only by their label. A file that cuts its labels
  /// may do that unseen, so it is noted; a map that gives labels means it.
  void add(double raw, const std::string& label) {
    const auto known = std::find(labels_.begin(), labels_.end(), label);
    const bool new_code = index_.emplace(raw, static_cast<double>(known - labels_.begin())).second;
    if (known == labels_.end()) labels_.push_back(label);
    else if (new_code && column_.labels.kind == LabelRule::Kind::file) note_shared(static_cast<double>(known - labels_.begin()), raw, label);
  }

  void note_shared(double index, double raw, const std::string& label) {
    const auto first = std::find_if(index_.begin(), index_.end(), [&](const auto& entry) { return entry.second == index; });
    notes_.push_back(column_name(column_) + ": the codes " + raw_text(source_, first->first) + " and " + raw_text(source_, raw) +
                     " have the same label '" + label + "' and are one class; give labels in the map to tell them apart");
  }

  void add_word(const std::string& word, const std::string& label) {
    const auto at = std::find(source_.words.begin(), source_.words.end(), word);
    if (at != source_.words.end()) add(static_cast<double>(at - source_.words.begin()), label);
    else if (std::find(labels_.begin(), labels_.end(), label) == labels_.end()) labels_.push_back(label);
  }

  void take_choices() {
    for (const LabelChoice& choice : column_.labels.choices) {
      if (source_.is_text()) add_word(choice.key, choice.label);
      else if (choice.code) add(*choice.code, choice.label);
      else
        throw bad_input(context_.map.path + ": labels of " + column_name(column_) + ": '" + choice.key +
                        "' is not a number, but the column holds numbers");
    }
  }

  void take_file_labels() {
    for (const ValueLabel& value : source_.value_labels) {
      if (!source_.is_text()) add(value.code, value.label);
      else add_word(std::isnan(value.code) ? value.text : number_text(value.code), value.label);
    }
  }

  /// The distinct words in use, sorted bytewise.
  void take_words(const std::vector<double>& values) {
    std::map<std::string, double> used;
    std::vector<char> seen(source_.words.size());
    for (const double value : values)
      if (!std::isnan(value) && !seen[static_cast<std::size_t>(value)]++)
        used.emplace(source_.words[static_cast<std::size_t>(value)], value);
    for (const auto& [word, raw] : used) {
      index_.emplace(raw, static_cast<double>(labels_.size()));
      labels_.push_back(word);
    }
  }

  [[noreturn]] void fail_unlabelled_file() const {
    throw bad_input(context_.map.path + ": labels of " + column_name(column_) +
                    ": the file has no value labels for it; write labels = { 1 = \"…\" }, name a codebook, or leave "
                    "out labels to keep the numbers");
  }

  void label_rest(std::vector<double>& values) {
    std::map<double, std::pair<std::size_t, std::size_t>> rest;  // value -> first row, count
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!std::isnan(values[i]) && index_.count(values[i]) == 0) ++rest.emplace(values[i], std::pair(i, 0)).first->second.second;
    if (rest.empty()) return;
    if (column_.unlabelled == Unlabelled::error) fail_rest(rest);
    for (const auto& [raw, where] : rest)
      if (column_.unlabelled == Unlabelled::code)
        add(raw, source_.is_text() ? source_.words[static_cast<std::size_t>(raw)] : number_text(raw));
    if (column_.unlabelled == Unlabelled::missing)
      for (double& value : values)
        if (rest.count(value) > 0) value = missing_value;
  }

  [[noreturn]] void fail_rest(const std::map<double, std::pair<std::size_t, std::size_t>>& rest) const {
    std::string all;
    std::size_t named = 0;
    for (const auto& [raw, where] : rest)
      if (named++ < 10) all += (all.empty() ? "" : ", ") + raw_text(source_, raw) + " (" + std::to_string(where.second) + "×)";
    if (rest.size() > 10) all += ", …";
    throw bad_input(context_.describe(column_.entity, rest.begin()->second.first) + column_name(column_) +
                    " has values without a label: " + all +
                    "; give them labels, or say unlabelled = \"code\" or \"missing\"");
  }

  const ImportContext& context_;
  const MapColumn& column_;
  const TableColumn& source_;
  std::vector<std::string> labels_, notes_;
  std::map<double, double> index_;
};

void fail_text(const ImportContext& context, const MapColumn& column, const TableColumn& source, const std::vector<double>& raw) {
  for (std::size_t i = 0; i < raw.size(); ++i)
    if (!std::isnan(raw[i]))
      throw bad_input(context.describe(column.entity, i) + column_name(column) + " holds the text " +
                      raw_text(source, raw[i]) + " where the map wants a number; give it labels or type = \"category\"");
}

bool wants_number(const MapColumn& column) {
  return column.type || column.unit.known() || !column.missing_codes.empty() || column.name == "weight" ||
         column.pick == Pick::min || column.pick == Pick::max || column.pick == Pick::sum;
}

bool becomes_category(const MapColumn& column, const TableColumn& source) {
  return source.is_text() || column.category || column.labels.kind != LabelRule::Kind::none;
}

void clear_missing_codes(const MapColumn& column, std::vector<double>& values) {
  if (column.missing_codes.empty()) return;
  for (double& value : values)
    if (std::find(column.missing_codes.begin(), column.missing_codes.end(), value) != column.missing_codes.end())
      value = missing_value;
}

ColumnInfo info_of(const MapColumn& column, const TableColumn* source) {
  ColumnInfo info;
  info.name = column.name;
  info.entity = column.entity;
  info.unit = column.unit;
  info.ordered = column.ordered;
  info.long_name = !column.long_name.empty() ? column.long_name : source != nullptr ? source->label : "";
  if (source != nullptr && source->kind == TableColumn::Kind::date) {
    info.long_name += info.long_name.empty() ? "days since 1970-01-01" : " (days since 1970-01-01)";
    if (!info.unit.known()) info.unit = Unit::parse("days");
  }
  return info;
}

ColumnType smallest_whole(double lowest, double highest) {
  const double most = std::max(-lowest, highest);
  if (most <= std::numeric_limits<std::int8_t>::max()) return ColumnType::i8;
  if (most <= std::numeric_limits<std::int16_t>::max()) return ColumnType::i16;
  if (most <= std::numeric_limits<std::int32_t>::max()) return ColumnType::i32;
  return most <= exact_whole ? ColumnType::i64 : ColumnType::f64;
}

ColumnType smallest_type(const std::vector<double>& values) {
  double lowest = 0, highest = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    if (value != std::floor(value) || (value == 0 && std::signbit(value))) return ColumnType::f64;
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
  }
  return smallest_whole(lowest, highest);
}

bool stores_exactly(ColumnType type, double value) {
  if (std::isinf(value)) return false;
  return type != ColumnType::boolean || std::isnan(value) || value == 0 || value == 1;
}

}  // namespace

Prepared prepare(const ImportContext& context, const MapColumn& column) {
  const Origin origin = origin_of(context.tables, column);
  const TableColumn& source = *origin.column;
  Prepared prepared{info_of(column, &source), gather(context, column, origin), {}};
  if (source.is_text() && wants_number(column)) fail_text(context, column, source, prepared.values);
  else clear_missing_codes(column, prepared.values);
  if (becomes_category(column, source)) Labeller(context, column, source).apply(prepared);
  return prepared;
}

Prepared prepare_raw(const ImportContext& context, const std::string& name, Entity entity) {
  MapColumn column;
  column.name = column.from = name;
  column.entity = entity;
  return prepare(context, column);
}

void apply_missing_rule(const ImportContext& context, const MapColumn& column, Prepared& prepared) {
  using Kind = MissingRule::Kind;
  const auto is_missing = [](double value) { return std::isnan(value); };
  const auto first = std::find_if(prepared.values.begin(), prepared.values.end(), is_missing);
  if (first == prepared.values.end() || column.missing.kind == Kind::keep) return;
  if (column.missing.kind == Kind::error || column.missing.kind == Kind::drop) {
    const auto count = std::count_if(first, prepared.values.end(), is_missing);
    throw bad_input(context.describe(column.entity, static_cast<std::size_t>(first - prepared.values.begin())) +
                    column_name(column) + " is missing (in " + std::to_string(count) +
                    " rows); say what that means with missing = \"drop\", \"missing\" or a value");
  }
  double value = column.missing.value;
  const auto& labels = prepared.info.labels;
  if (!column.missing.label.empty() || !labels.empty()) {
    const std::string label = column.missing.label.empty() ? number_text(value) : column.missing.label;
    const auto at = std::find(labels.begin(), labels.end(), label);
    value = static_cast<double>(at - labels.begin());
    if (at == labels.end()) prepared.info.labels.push_back(label);
  }
  std::replace_if(first, prepared.values.end(), is_missing, value);
}

Column store(const ImportContext& context, const MapColumn& column, Prepared prepared) {
  ColumnInfo info = std::move(prepared.info);
  info.type = column.type && info.labels.empty() ? *column.type : smallest_type(prepared.values);
  if (!info.labels.empty()) info.type = smallest_whole(0, static_cast<double>(info.labels.size()));
  Column stored(info, prepared.values.size());
  for (std::size_t i = 0; i < prepared.values.size(); ++i) {
    const double value = prepared.values[i];
    if (stores_exactly(info.type, value) && stored.set(i, value)) continue;
    throw bad_input(context.describe(column.entity, i) + column_name(column) + " holds " + number_text(value) +
                    ", which " + (std::isinf(value) ? "is not a finite number" : std::string("does not fit the type ") + name_of(info.type)) +
                    "; correct the survey" + (std::isinf(value) ? "" : column.type ? ", or leave out type to have it chosen" : ", or list it in missing_codes"));
  }
  return stored;
}

}  // namespace puente::io
