#include "io/toml/solve_reader.hpp"

#include <cmath>

#include "io/toml/policy_reader.hpp"

namespace puente::io {

namespace {

void read_between(TomlView& view, Solve& solve) {
  const toml::array* between = view.array("between");
  const bool two = between != nullptr && between->size() == 2 && (*between)[0].is_number() && (*between)[1].is_number();
  if (two) {
    solve.from = *(*between)[0].value<double>();
    solve.to = *(*between)[1].value<double>();
  }
  if (!two || !(solve.from < solve.to) || !std::isfinite(solve.from) || !std::isfinite(solve.to))
    view.file().error(two ? view.place("between") : view.place(), view.path("between") + " is two numbers, the lower first, as in between = [0, 100]");
}

}  // namespace

std::vector<Solve> read_solves(TomlFile& file, TomlView& root) {
  std::vector<Solve> solves;
  const toml::table* tables = root.table("solve");
  if (tables == nullptr) return solves;
  TomlView outer(file, *tables, "solve");
  for (const auto& [name, node] : in_file_order(*tables)) {
    const toml::table* table = outer.table(name.c_str());
    if (table == nullptr) continue;
    TomlView view(file, *table, outer.path(name.c_str()));
    const auto target = view.text("target"), scenario = view.text("scenario"), parameter = view.text("parameter");
    const bool everywhere = view.boolean("everywhere", false);
    if (!target || !parameter || (!scenario && !everywhere))
      file.error(view.place(), "a solve needs `scenario` (or everywhere = true), `parameter` and a `target`, as in target = 'cost(\"cash\") == cost(\"meals\")'");
    if (scenario && everywhere)
      file.error(view.place("everywhere"), view.path("everywhere") + " changes the file itself, all scenarios and what is seen in the data: leave out `scenario`");
    Solve solve{name, scenario ? scenario->text : "", parameter ? parameter->text : "", everywhere, view.boolean("on_request", false),
                Target(target.value_or(rules::Text{"0 == 0", view.place().file, view.place().offset}), file.diagnostics), 0, 0, 1e-9, view.place()};
    read_between(view, solve);
    solve.tolerance = view.number("tolerance").value_or(1e-9);
    if (!(solve.tolerance > 0 && solve.tolerance < 1)) file.error(view.place("tolerance"), view.path("tolerance") + " lies between 0 and 1");
    for (const char* known : {"source", "status", "note"}) view.string(known);
    view.finish();
    if (target && scenario.has_value() != everywhere && parameter && solve.from < solve.to) solves.push_back(std::move(solve));
  }
  return solves;
}

}  // namespace puente::io
