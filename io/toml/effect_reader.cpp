#include "io/toml/effect_reader.hpp"

#include <algorithm>

#include "io/toml/policy_reader.hpp"

namespace puente::io {

namespace {

const std::vector<std::string> kinds = {"relative", "absolute", "points", "odds", "two_part", "relative_share", "transition"};

/// Keys that only some kinds use.
struct KeyOfKinds {
  const char* key;
  std::vector<EffectKind> kinds;
};

const std::vector<KeyOfKinds>& keys_of_kinds() {
  using K = EffectKind;
  static const std::vector<KeyOfKinds> keys = {
      {"size", {K::relative, K::absolute, K::points, K::odds, K::two_part, K::relative_share}},
      {"on", {K::relative}},
      {"costs", {K::relative}},
      {"base", {K::points, K::odds, K::two_part, K::relative_share, K::transition}},
      {"ownership", {K::two_part}},
      {"level", {K::two_part}},
      {"relative", {K::two_part}},
      {"matrix", {K::transition}}};
  return keys;
}

void check_keys(TomlView& view, const toml::table& table, EffectKind kind) {
  for (const KeyOfKinds& known : keys_of_kinds()) {
    if (!table.contains(known.key) || std::find(known.kinds.begin(), known.kinds.end(), kind) != known.kinds.end()) continue;
    std::string users;
    for (const EffectKind user : known.kinds) users += (users.empty() ? "\"" : ", \"") + kinds[static_cast<std::size_t>(user)] + "\"";
    view.file().error(view.place(known.key), view.path(known.key) + " is for effects of kind " + users + ", not \"" +
                                                 kinds[static_cast<std::size_t>(kind)] + "\"");
  }
}

TransitionMatrix read_matrix(TomlView& view) {
  TransitionMatrix matrix;
  const toml::array* rows = view.array("matrix");
  if (rows == nullptr) {
    if (view.find("matrix") == nullptr) view.file().error(view.place(), view.path("matrix") + " is missing: one row a class without the programme, one column a class with it");
    return matrix;
  }
  for (const toml::node& row : *rows) {
    std::vector<double>& shares = matrix.emplace_back();
    const toml::array* columns = row.as_array();
    if (columns == nullptr) {
      view.wrong(row, "matrix", "a list of rows, each a list of shares");
      return {};
    }
    for (const toml::node& share : *columns) {
      if (!share.is_number()) view.wrong(share, "matrix", "numbers");
      shares.push_back(share.value<double>().value_or(0));
    }
  }
  return matrix;
}

/// Numbers or expressions, one a class.
std::vector<rules::Text> read_shares(TomlView& view) {
  std::vector<rules::Text> shares;
  const toml::array* list = view.array("base");
  if (list == nullptr) return shares;
  for (const toml::node& share : *list) {
    if (const auto* text = share.as_string()) shares.push_back(view.file().text(*text));
    else if (share.is_number()) shares.push_back(number_text(*share.value<double>(), view.file().place(share.source())));
    else view.wrong(share, "base", "numbers or expressions");
  }
  return shares;
}

}  // namespace

Effect read_effect(TomlFile& file, const toml::table& table, const std::string& path) {
  TomlView view(file, table, path);
  Effect effect;
  effect.place = place_of(view.place());
  effect.outcome = view.string("outcome");
  if (effect.outcome.empty()) file.error(view.place(), path + " has no outcome");
  effect.kind = static_cast<EffectKind>(view.choice("kind", kinds, 0));
  effect.size = quantity_with_unit(view, "size");
  const bool gross = view.choice("on", {"net", "gross"}, 0) == 1;
  effect.costs = view.text("costs");
  if (gross && !effect.costs) file.error(view.place(), path + ": on = \"gross\" needs `costs`, the column of what it costs to earn the outcome");
  if (!gross && effect.costs) file.error(view.place(), path + ": `costs` is for on = \"gross\"");
  if (effect.kind == EffectKind::transition) {
    effect.matrix = read_matrix(view);
    effect.base_shares = read_shares(view);
  } else {
    effect.base = quantity(view, "base");
  }
  effect.ownership_in_odds = view.choice("ownership", {"points", "odds"}, 0) == 1;
  effect.level = quantity_with_unit(view, "level");
  effect.relative = quantity_with_unit(view, "relative");
  view.find("matrix");
  check_keys(view, table, effect.kind);
  for (const char* key : {"source", "status", "note"}) view.string(key);
  view.finish();
  return effect;
}

}  // namespace puente::io
