#include "io/survey/sources.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "io/survey/codebook.hpp"

namespace puente::io {

namespace {

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool continues_name(char c) { return starts_name(c) || (c >= '0' && c <= '9'); }

std::string next_to(const std::string& map_path, const std::string& file) {
  const std::filesystem::path path(file);
  return path.is_absolute() ? file : (std::filesystem::path(map_path).parent_path() / path).string();
}

/// One file of the survey: what is in it and what is wanted of it.
struct SourceFile {
  const MapFile* map = nullptr;
  std::string path;
  std::unique_ptr<TableFile> file;
  std::map<std::string, Want> wanted;

  bool has(const std::string& name) const {
    return file && std::find(file->columns().begin(), file->columns().end(), name) != file->columns().end();
  }
  void want(const std::string& name, Want want) {
    static constexpr int strength[] = {0, 1, 2, 3};  // any < number < text < key
    const auto [at, added] = wanted.emplace(name, want);
    if (!added && strength[static_cast<int>(want)] > strength[static_cast<int>(at->second)]) at->second = want;
  }
};

Want want_of(const MapColumn& column) {
  if (column.category) return Want::text;
  const bool number = column.type || column.unit.known() || column.pick == Pick::min || column.pick == Pick::max ||
                      column.pick == Pick::sum || !column.missing_codes.empty();
  if (column.labels.kind == LabelRule::Kind::given) {
    const auto& choices = column.labels.choices;
    const bool codes = std::all_of(choices.begin(), choices.end(), [](const LabelChoice& c) { return c.code.has_value(); });
    return codes ? Want::number : Want::key;
  }
  return number ? Want::number : Want::any;
}

class Planner {
 public:
  Planner(const SurveyMap& map, const std::vector<std::string>& inputs) : map_(map) {
    name_files(inputs);
    for (SourceFile* source : {&households_, &persons_})
      if (source->map != nullptr) source->file = open_table(source->path, source->map->options);
  }

  Sources read() {
    want_keys();
    want_design();
    for (const MapColumn& column : map_.columns) want_column(column, Want::any);
    want_raw();
    diagnostics_.throw_if_errors();
    sources_.households = read_table(households_);
    sources_.persons = read_table(persons_);
    sources_.households_path = households_.path;
    sources_.persons_path = persons_.path;
    return std::move(sources_);
  }

 private:
  void name_files(const std::vector<std::string>& inputs) {
    if (map_.households) {
      households_.map = &*map_.households;
      households_.path = next_to(map_.path, map_.households->file);
    }
    if (map_.persons) {
      persons_.map = &*map_.persons;
      persons_.path = next_to(map_.path, map_.persons->file);
    }
    std::vector<SourceFile*> order;
    if (map_.persons) order.push_back(&persons_);
    if (map_.households) order.push_back(&households_);
    for (const std::string& input : inputs) name_input(input, order);
  }

  void name_input(const std::string& input, std::vector<SourceFile*>& order) {
    for (SourceFile* source : {&persons_, &households_}) {
      const std::string name = source == &persons_ ? "persons=" : "households=";
      if (input.rfind(name, 0) != 0) continue;
      if (source->map == nullptr) throw Error(ExitCode::usage, "--input " + input + ": the map has no such file");
      source->path = input.substr(name.size());
      order.erase(std::remove(order.begin(), order.end(), source), order.end());
      return;
    }
    if (order.empty()) throw Error(ExitCode::usage, "--input " + input + ": the map names fewer files than there are inputs");
    order.front()->path = input;
    order.erase(order.begin());
  }

  /// All columns of the open files, for suggestions.
  std::vector<std::string> known_names() const {
    std::vector<std::string> names;
    for (const SourceFile* source : {&persons_, &households_})
      if (source->file) names.insert(names.end(), source->file->columns().begin(), source->file->columns().end());
    return names;
  }

  void unknown(const rules::Text& place, const std::string& name, const std::string& where) {
    const std::string near = nearest(name, known_names());
    diagnostics_.add(place.error(0, "there is no column '" + name + "' in " + where +
                                        (near.empty() ? "" : "; did you mean '" + near + "'?")));
  }

  void want_key(const rules::Text& key, SourceFile& source) {
    if (source.map == nullptr) return;
    if (source.has(key.text)) source.want(key.text, Want::key);
    else unknown(key, key.text, source.path);
  }

  void want_keys() {
    for (const rules::Text& key : map_.household_key) {
      want_key(key, households_);
      want_key(key, persons_);
    }
    if (map_.person_key) want_key(*map_.person_key, persons_);
  }

  void want_design() {
    want_column(map_.weight, Want::number);
    if (map_.stratum) want_column(*map_.stratum, Want::key);
    if (map_.psu) want_column(*map_.psu, Want::key);
  }

  void want_column(const MapColumn& column, Want least) {
    if (column.from.empty()) return;
    Want want = want_of(column);
    if (want == Want::any) want = least;
    const bool may_be_household = column.entity == Entity::household && column.file != SourceFileOf::persons;
    const bool may_be_person = column.file != SourceFileOf::households;
    if (may_be_household && households_.has(column.from)) households_.want(column.from, want);
    else if (may_be_person && persons_.has(column.from)) persons_.want(column.from, want);
    else unknown(column.place, column.from, column.entity == Entity::person || !households_.file ? persons_path_or_households() : files_text());
  }

  std::string persons_path_or_households() const { return persons_.file ? persons_.path : households_.path; }
  std::string files_text() const {
    return persons_.file ? households_.path + " or " + persons_.path : households_.path;
  }

  /// Takes the names of an expression that are source columns, `first` file first.
  void want_names(const rules::Text& expression, bool persons_first, const std::set<std::string>& taken,
                  std::vector<RawColumn>& raw) {
    for (const std::string& name : names_in(expression.text)) {
      if (taken.count(name) > 0) continue;
      const bool in_persons = persons_.has(name) && (persons_first || !households_.has(name));
      if (!in_persons && !households_.has(name)) continue;
      (in_persons ? persons_ : households_).want(name, Want::any);
      const auto same = [&](const RawColumn& known) { return known.name == name; };
      if (std::none_of(raw.begin(), raw.end(), same))
        raw.push_back({name, in_persons ? Entity::person : Entity::household});
    }
  }

  void want_raw() {
    if (map_.person_filter) want_names(*map_.person_filter, true, {"id", "line"}, sources_.in_person_filter);
    if (map_.household_filter) want_names(*map_.household_filter, false, {"id", "line"}, sources_.in_household_filter);
    std::set<std::string> taken = {"weight", "id", "line", "stratum", "psu"};
    for (const MapColumn& column : map_.columns) taken.insert(column.name);
    for (const MapColumn* column : derived()) want_names(*column->value, false, taken, sources_.in_derived);
  }

  std::vector<const MapColumn*> derived() const {
    std::vector<const MapColumn*> found;
    for (const MapColumn& column : map_.columns)
      if (column.value) found.push_back(&column);
    if (map_.weight.value) found.push_back(&map_.weight);
    for (const auto* design : {&map_.stratum, &map_.psu})
      if (*design && (*design)->value) found.push_back(&**design);
    return found;
  }

  std::unique_ptr<Table> read_table(SourceFile& source) const {
    if (!source.file) return nullptr;
    std::vector<WantedColumn> wanted;
    if (source.wanted.empty()) source.want(source.file->columns().front(), Want::key);
    for (const auto& [name, want] : source.wanted) wanted.push_back({name, want});
    auto table = std::make_unique<Table>(source.file->read(wanted));
    source.file.reset();
    if (!source.map->codebook.empty()) apply_codebook(next_to(map_.path, source.map->codebook), *table);
    return table;
  }

  const SurveyMap& map_;
  SourceFile households_, persons_;
  Diagnostics diagnostics_;
  Sources sources_;
};

}  // namespace

Sources read_sources(const SurveyMap& map, const std::vector<std::string>& inputs) { return Planner(map, inputs).read(); }

std::vector<std::string> names_in(const std::string& expression) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < expression.size();) {
    const char c = expression[i];
    if (c == '"' || c == '\'' || c == '`') {
      const std::size_t end = std::min(expression.find(c, i + 1), expression.size());
      if (c == '`') names.push_back(expression.substr(i + 1, end - i - 1));
      i = end + 1;
    } else if (starts_name(c)) {
      const std::size_t start = i;
      while (i < expression.size() && continues_name(expression[i])) ++i;
      names.push_back(expression.substr(start, i - start));
    } else {
      ++i;
    }
  }
  return names;
}

}  // namespace puente::io
