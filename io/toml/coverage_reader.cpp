#include "io/toml/coverage_reader.hpp"

#include "io/toml/policy_reader.hpp"

namespace puente::io {

namespace {

/// A number of units, a table { value, unit }, { group, min_share }, or all of them.
void read_quota(TomlView& coverage, Coverage& result) {
  const toml::node* node = coverage.find("quota");
  if (node == nullptr || !node->is_table()) {
    result.quota = quantity(coverage, "quota");
    return;
  }
  TomlView view(coverage.file(), *node->as_table(), coverage.path("quota"));
  result.quota = quantity(view, "value");
  const Unit unit = unit_of(view, "unit");
  if (result.quota) result.quota->unit = unit;
  const auto group = quantity(view, "group"), share = quantity(view, "min_share");
  if (group && share) result.reserve = Reserve{*group, *share};
  else if (group || share || !result.quota)
    view.file().error(view.place(), coverage.path("quota") + " is a number of units, or { group = 'who', min_share = 0.3 } to reserve a share for some");
  for (const char* known : {"source", "status", "note"}) view.string(known);
  view.finish();
}

std::optional<Overlap> read_overlap(TomlView& coverage) {
  const toml::table* table = coverage.table("overlap");
  if (table == nullptr) return std::nullopt;
  TomlView view(coverage.file(), *table, coverage.path("overlap"));
  Overlap overlap;
  overlap.place = place_of(view.place());
  overlap.with = view.string("with");
  const auto value = quantity(view, "value");
  if (overlap.with.empty() || !value)
    view.file().error(view.place(), coverage.path("overlap") + " needs `with`, another programme, and `value`: the share that gets both, \"least\", \"coincidental\" or \"full\"");
  overlap.value = value.value_or(number_text(0, view.place()));
  if (overlap.value.text == "least") overlap.kind = Overlap::Kind::least;
  if (overlap.value.text == "coincidental") overlap.kind = Overlap::Kind::coincidental;
  if (overlap.value.text == "full") overlap.kind = Overlap::Kind::full;
  for (const char* known : {"source", "status", "note"}) view.string(known);
  view.finish();
  return overlap;
}

}  // namespace

Coverage read_coverage(TomlFile& file, TomlView& programme) {
  Coverage coverage;
  coverage.place = place_of(programme.place("coverage"));
  const toml::table* table = programme.table("coverage");
  if (table == nullptr) return coverage;
  TomlView view(file, *table, programme.path("coverage"));
  coverage.mode = static_cast<CoverageMode>(view.choice("mode", {"everyone", "share", "ranked", "observed", "nobody"}, 0));
  coverage.share = quantity(view, "share");
  const std::size_t of = view.choice("of", {"eligible", "takers", "units"}, 0);
  coverage.of_takers = of == 1;
  coverage.of_units = of == 2;
  coverage.by = quantity(view, "by");
  coverage.descending = view.choice("order", {"ascending", "descending"}, 0) == 1;
  read_quota(view, coverage);
  coverage.budget = quantity_with_unit(view, "budget");
  coverage.within = view.text("within");
  coverage.unit_of_draw = view.text("unit_of_draw");
  coverage.keep_observed = view.boolean("keep_observed", true);
  coverage.overlap = read_overlap(view);
  view.finish();
  return coverage;
}

}  // namespace puente::io
