#include "io/toml/margins_reader.hpp"

#include <cmath>

#include "io/survey/toml_view.hpp"
#include "io/toml/profile_values.hpp"
#include "io/toml/read_text.hpp"

namespace puente::io {

namespace {

class Reader {
 public:
  explicit Reader(TomlFile& file) : file_(file) {}
  Margins read();

 private:
  void bounds(TomlView& root);
  void population(TomlView& root);
  void add(const toml::table& table, std::size_t number);
  void numbers(TomlView& view, Margin& margin);
  std::vector<MarginTotal> read_table(TomlView& view, const char* key);
  void shares_to_totals(TomlView& view, Margin& margin);

  TomlFile& file_;
  Margins margins_;
};

void Reader::bounds(TomlView& root) {
  const toml::array* limits = root.array("weight_bounds");
  if (limits == nullptr) return;
  const bool two = limits->size() == 2 && (*limits)[0].is_number() && (*limits)[1].is_number();
  if (two) {
    margins_.least = *(*limits)[0].value<double>();
    margins_.most = *(*limits)[1].value<double>();
  }
  const bool sound = two && margins_.least >= 0 && margins_.least < 1 && margins_.most > 1 && std::isfinite(margins_.most);
  if (sound) return;
  file_.error(root.place("weight_bounds"),
              "weight_bounds are two numbers, the least and the most of a new weight in the survey's own, on either side of 1, as in [0.2, 5]");
}

void Reader::population(TomlView& root) {
  const toml::table* table = root.table("population");
  if (table == nullptr) return;
  TomlView view(file_, *table, "population");
  for (const auto& [key, number] : {std::pair{"persons", &margins_.persons}, {"households", &margins_.households}}) {
    *number = view.number(key);
    if (*number && !(**number > 0 && std::isfinite(**number))) file_.error(view.place(key), "population." + std::string(key) + " is a number above 0");
  }
  view.finish();
}

std::vector<MarginTotal> Reader::read_table(TomlView& view, const char* key) {
  std::vector<MarginTotal> totals;
  const toml::table* table = view.table(key);
  if (table == nullptr) return totals;
  for (const auto& [label, node] : *table) {
    MarginTotal one{std::string(label.str()), 0, file_.place(label.source())};
    const std::string what = view.path(key) + "." + one.label;
    if (!node.is_number()) {
      file_.error(one.at, what + " is not a number");
      continue;
    }
    one.total = *node.value<double>();
    if (!(one.total >= 0 && std::isfinite(one.total))) file_.error(one.at, what + " is " + total_text(one.total) + ": it cannot be negative, and is finite");
    totals.push_back(std::move(one));
  }
  if (totals.empty()) file_.error(view.place(key), view.path(key) + " names no category");
  return totals;
}

void Reader::shares_to_totals(TomlView& view, Margin& margin) {
  const auto& population = margins_.population(margin.counted);
  if (!population) {
    const std::string what = counted_as(margin.counted);
    file_.error(view.place("shares"), "shares need the population they are shares of: population = { " + what + " = … }");
    return;
  }
  std::vector<double> shares;
  for (const MarginTotal& one : margin.totals) shares.push_back(one.total);
  ProfileValues::add_up(file_, view.place("shares"), "the shares of margin '" + margin.name + "'", shares);
  for (std::size_t i = 0; i < shares.size(); ++i) margin.totals[i].total = shares[i] * *population;
}

void Reader::numbers(TomlView& view, Margin& margin) {
  const bool totals = view.find("totals") != nullptr, shares = view.find("shares") != nullptr;
  if (totals == shares) {
    file_.error(margin.at, "margin '" + margin.name + "' gives either totals = { category = number, … } or shares = { … } in percent");
    return;
  }
  margin.totals = read_table(view, totals ? "totals" : "shares");
  if (shares && !margin.totals.empty()) shares_to_totals(view, margin);
}

void Reader::add(const toml::table& table, std::size_t number) {
  TomlView view(file_, table, "margins[" + std::to_string(number) + "]");
  Margin margin;
  margin.at = view.place();
  margin.name = view.string("name");
  if (margin.name.empty()) file_.error(margin.at, "a margin has a `name`");
  for (const Margin& other : margins_.margins)
    if (other.name == margin.name) file_.error(view.place("name"), "the name '" + margin.name + "' is given to two margins");
  if (const auto by = view.text("by")) margin.by = *by;
  else file_.error(margin.at, "margin '" + margin.name + "' does not say what it is `by`: an expression over the survey's columns");
  margin.counted = view.choice("count", {"persons", "households"}, 0) == 0 ? Entity::person : Entity::household;
  numbers(view, margin);
  margin.source = view.string("source");
  margin.year = static_cast<int>(view.number("year").value_or(0));
  const std::vector<std::string> known = {"published", "derived", "assumed"};
  if (view.find("status") != nullptr) margin.status = known[view.choice("status", known, 0)];
  view.finish();
  margins_.margins.push_back(std::move(margin));
}

Margins Reader::read() {
  TomlView root(file_, file_.root, "");
  if (root.number("format").value_or(0) != 1) file_.error(root.place(), "a file of margins begins with format = 1");
  if (root.string("kind") != "margins") file_.error(root.place(), "a file of margins says kind = \"margins\"");
  root.string("title");
  bounds(root);
  population(root);
  const toml::array* all = root.array("margins");
  for (std::size_t i = 0; all != nullptr && i < all->size(); ++i) {
    if (const toml::table* table = (*all)[i].as_table()) add(*table, i);
    else file_.error(file_.place((*all)[i].source()), "a margin is a table: [[margins]]");
  }
  if (margins_.margins.empty()) file_.error(root.place(), "no [[margins]]");
  root.finish();
  file_.diagnostics.throw_if_errors();
  check_grand_totals(margins_, file_.diagnostics);
  file_.diagnostics.throw_if_errors();
  return std::move(margins_);
}

}  // namespace

Margins read_margins(const std::string& path) {
  TomlFile file = TomlFile::parse(path, read_text(path));
  return Reader(file).read();
}

}  // namespace puente::io
