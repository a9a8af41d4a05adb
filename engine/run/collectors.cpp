#include "engine/run/collectors.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/error.hpp"
#include "engine/run/alignment_item.hpp"
#include "engine/run/coverage_items.hpp"
#include "engine/run/gather.hpp"
#include "engine/run/levy_item.hpp"
#include "engine/run/shift_item.hpp"
#include "engine/run/whole_labels.hpp"

namespace puente {

namespace {

bool bound_ready(const Study& study, const BoundProgram& bound) {
  if (!bound.ready()) return false;
  if (bound.world == World::data) return true;
  if (bound.world == World::none) return study.none_world_ready();
  return scenario_ready(study, static_cast<std::size_t>(bound.scenario));
}

class GlobalItem : public Item {
 public:
  GlobalItem(Study& study, BoundProgram& owner, std::size_t index, std::size_t threads)
      : study_(study), owner_(owner), index_(index), x_(threads), w_(threads), sums_(threads), missing_(threads) {
    const rules::Global& global = *bound().global;
    const std::size_t cells = std::max<std::size_t>(1, global.by_labels);
    for (auto& sums : sums_) sums.resize(2 * cells);
    p_.assign(threads, NAN);
  }
  int scenario() const override {
    return bound().argument->world == World::scenario ? bound().argument->scenario : -1;
  }
  bool ready() const override { return bound_ready(study_, *bound().argument); }
  std::string text() const override { return bound().global->text; }
  void collect(BlockProcessor& processor, std::size_t thread) override;
  void finish(Exchange& exchange, Team&) override;

 private:
  BoundGlobal& bound() { return owner_.globals[index_]; }
  const BoundGlobal& bound() const { return owner_.globals[index_]; }
  void finish_sums(Exchange& exchange, rules::GlobalValue& value);
  void finish_order(Exchange& exchange, rules::GlobalValue& value);
  double agreed_p(Exchange& exchange) const;

  Study& study_;
  BoundProgram& owner_;
  std::size_t index_;
  std::vector<std::vector<double>> x_, w_;
  std::vector<std::vector<ExactSum>> sums_;
  std::vector<std::int64_t> missing_;
  std::vector<double> p_;
};

void GlobalItem::collect(BlockProcessor& processor, std::size_t thread) {
  const BoundProgram& argument = *bound().argument;
  const rules::Global& global = *bound().global;
  processor.run(argument);
  const rules::Rows& rows = processor.rows();
  const std::size_t n = rows.count(global.entity);
  const auto column = [&](Output output) { return output.index < 0 ? nullptr : processor.result(argument, output); };
  const double *x = column(global.x), *where = column(global.where), *by = column(global.by), *p = column(global.p);
  const double* size = processor.size();
  const auto& factor = processor.state().weight_factor;
  const bool sums = global.kind == rules::Global::Kind::mean_of || global.kind == rules::Global::Kind::sum_of ||
                    global.kind == rules::Global::Kind::count_of;
  const bool layered = argument.world == World::scenario && !factor.empty();
  for (std::size_t i = 0; i < n; ++i) {
    const auto h = global.entity == Entity::household ? i : static_cast<std::size_t>(rows.household_of[i]);
    double w = processor.counted_weight(h);
    if (global.entity == Entity::household && !global.weigh_households) w *= size[h];
    if (layered) w *= factor[h];
    if (p != nullptr) p_[thread] = p[i];
    if (w == 0 || (where != nullptr && where[i] == 0)) continue;
    const double counted = x == nullptr ? 1.0 : x[i];
    const bool unknown = std::isnan(counted) || (where != nullptr && std::isnan(where[i])) || (by != nullptr && std::isnan(by[i]));
    if (unknown) {
      ++missing_[thread];
      continue;
    }
    if (!sums) {
      x_[thread].push_back(counted);
      w_[thread].push_back(w);
      continue;
    }
    const auto cell = by == nullptr ? 0 : static_cast<std::size_t>(by[i]);
    sums_[thread][2 * cell].add(w * counted);
    sums_[thread][2 * cell + 1].add(w);
  }
}

void GlobalItem::finish_sums(Exchange& exchange, rules::GlobalValue& value) {
  const std::vector<double> totals = total(sums_, exchange);
  for (std::size_t cell = 0; 2 * cell < totals.size(); ++cell) {
    const double sum = totals[2 * cell], weight = totals[2 * cell + 1];
    switch (bound().global->kind) {
      case rules::Global::Kind::mean_of: value.values.push_back(weight > 0 ? sum / weight : NAN); break;
      default: value.values.push_back(sum); break;  // of x, or of a condition: the weight of those of whom it is true
    }
  }
}

/// Every rank knows p unless it has no household; the ranks that do agree.
double GlobalItem::agreed_p(Exchange& exchange) const {
  double known[] = {-1.0};
  for (const double p : p_)
    if (!std::isnan(p)) known[0] = p;
  exchange.max(known);
  if (!(known[0] >= 0 && known[0] <= 1))
    throw bad_input(bound().global->text + ": the share is " + shortest(known[0]) + ", not between 0 and 1");
  return known[0];
}

void GlobalItem::finish_order(Exchange& exchange, rules::GlobalValue& value) {
  const std::vector<double> x = joined(x_), w = joined(w_);
  const auto kind = bound().global->kind;
  if (kind == rules::Global::Kind::quantile) {
    const double p[] = {agreed_p(exchange)};
    value.values = weighted_quantiles(x, w, p, exchange);
    return;
  }
  RankTable table = rank_table(x, w, exchange);
  if (kind == rules::Global::Kind::rank) {
    value.keys = std::move(table.values);
    value.values = std::move(table.mid_ranks);
    return;
  }
  const double p = agreed_p(exchange);
  value.values = {NAN};
  for (std::size_t i = 0; i < table.values.size(); ++i) {
    const bool below = bound().global->inclusive ? table.mid_ranks[i] <= p : table.mid_ranks[i] < p;
    if (below) value.values[0] = table.values[i];
  }
}

void GlobalItem::finish(Exchange& exchange, Team&) {
  std::int64_t missing[] = {0};
  for (const std::int64_t count : missing_) missing[0] += count;
  exchange.sum(missing);
  if (missing[0] > 0)
    throw bad_input(bound().global->text + ": " + std::to_string(missing[0]) +
                    " of its values are missing; leave them out with `where`, or give a rule under [missing]");
  rules::GlobalValue value;
  const auto kind = bound().global->kind;
  const bool order = kind == rules::Global::Kind::quantile || kind == rules::Global::Kind::rank || kind == rules::Global::Kind::rank_cut;
  if (order) finish_order(exchange, value);
  else finish_sums(exchange, value);
  owner_.values[index_] = std::move(value);
  bound().resolved = true;
}

/// Limits of the deciles of reference welfare.
class DecileItem : public Item {
 public:
  DecileItem(Study& study, std::size_t threads) : study_(study), y_(threads), w_(threads) {}
  int scenario() const override { return study_.reference; }
  bool ready() const override { return scenario_ready(study_, static_cast<std::size_t>(study_.reference)); }
  std::string text() const override { return "deciles of reference welfare"; }
  void collect(BlockProcessor& processor, std::size_t thread) override {
    const auto& y = processor.state().welfare;
    const auto w = processor.record_weight();
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (w[i] == 0) continue;
      y_[thread].push_back(y[i]);
      w_[thread].push_back(w[i]);
    }
  }
  void finish(Exchange& exchange, Team&) override {
    const std::vector<double> y = joined(y_), w = joined(w_);
    constexpr double shares[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
    study_.decile_limit = weighted_quantiles(y, w, shares, exchange);
    study_.deciles_resolved = true;
  }

 private:
  Study& study_;
  std::vector<std::vector<double>> y_, w_;
};

/// The labels of all groups given by whole numbers.
class LabelItem : public Item {
 public:
  LabelItem(Study& study, std::size_t threads) : study_(study) {
    for (CompiledGrouping& grouping : study.groupings)
      if (!grouping.labels_known) found_.push_back({&grouping, WholeLabels(threads)});
  }
  int scenario() const override { return study_.reference; }
  bool ready() const override {
    return study_.group_program->ready() && scenario_ready(study_, static_cast<std::size_t>(study_.reference));
  }
  std::string text() const override {
    std::string text;
    for (const Found& found : found_) text += (text.empty() ? "" : ", ") + name(found);
    return text;
  }
  void collect(BlockProcessor& processor, std::size_t thread) override {
    processor.run(*study_.group_program);
    for (Found& found : found_) {
      const double* value = processor.result(*study_.group_program, found.grouping->output);
      const Entity entity = found.grouping->entity;
      for (std::size_t i = 0; i < processor.rows().count(entity); ++i)
        found.labels.see(thread, value[i], [&] { return processor.household_id(entity, i); });
    }
  }
  void finish(Exchange& exchange, Team&) override {
    for (Found& found : found_) {
      found.labels.finish(name(found), "a group", exchange, found.grouping->values, found.grouping->labels);
      found.grouping->labels_known = true;
    }
  }

 private:
  struct Found {
    CompiledGrouping* grouping;
    WholeLabels labels;
  };
  static std::string name(const Found& found) { return "group '" + found.grouping->name + "'"; }

  Study& study_;
  std::vector<Found> found_;
};

void add_globals(Study& study, BoundProgram& bound, std::size_t threads, std::vector<std::unique_ptr<Item>>& items) {
  for (std::size_t g = 0; g < bound.globals.size(); ++g) {
    add_globals(study, *bound.globals[g].argument, threads, items);
    if (!bound.globals[g].resolved) items.push_back(std::make_unique<GlobalItem>(study, bound, g, threads));
  }
}

}  // namespace

bool scenario_ready(const Study& study, std::size_t s) { return study.scenarios[s].levy.resolved && unfinanced_ready(study, s); }

std::vector<std::unique_ptr<Item>> unresolved_items(Study& study, std::size_t threads) {
  std::vector<std::unique_ptr<Item>> items;
  for (const auto& bound : study.bound)
    if (bound) add_globals(study, *bound, threads, items);
  add_coverage_items(study, threads, items);
  add_shift_items(study, threads, items);
  add_levy_items(study, threads, items);
  add_alignment_item(study, threads, items);
  if (!study.deciles_resolved) items.push_back(std::make_unique<DecileItem>(study, threads));
  if (!study.labels_known()) items.push_back(std::make_unique<LabelItem>(study, threads));
  return items;
}

}  // namespace puente
