#include "engine/population/calibration/counts.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/core/error.hpp"
#include "engine/rules/rules.hpp"

namespace puente {

namespace {

constexpr std::int64_t block_households = 1024, window_households = 1 << 18;

/// A value that no total speaks of, or a missing one: how often, and where first.
struct Stray {
  std::int64_t records = 0, first_household = 0;
};
/// By margin and value, text because a missing value has no order. The margin after the last is `size`.
using Strays = std::map<std::pair<std::size_t, std::string>, Stray>;

std::string label_of(const rules::Typed& typed, double value) {
  if (std::isnan(value)) return "";
  if (typed.type == rules::Type::boolean) return value != 0 ? "true" : "false";
  if (typed.type == rules::Type::category) return typed.labels.at(static_cast<std::size_t>(value));
  return shortest(value);
}

class Counter {
 public:
  Counter(const Margins& margins, const Schema& schema);
  const std::vector<rules::Input>& inputs() const { return inputs_; }
  void count(const BlockData& block, CountBlock& counts, Strays& strays) const;
  void report(const Strays& strays, const std::vector<bool>& seen) const;
  std::size_t totals() const { return number_of_totals_; }

 private:
  class Walk;
  void compile(const Schema& schema);
  void check_labels(std::size_t m, Diagnostics& diagnostics) const;
  const rules::Typed& typed(std::size_t m) const { return program_.typed(by_[m]); }
  /// A household's own category counts its members.
  bool counts_members(std::size_t m) const { return margins_.margins[m].counted == Entity::person && typed(m).entity == Entity::household; }
  std::string stray_message(std::size_t m, const std::string& label, const Stray& stray) const;

  const Margins& margins_;
  rules::Program program_;
  std::vector<rules::Output> by_;
  rules::Output size_;
  std::vector<rules::Input> inputs_;                         ///< of the program, and the weight
  std::vector<std::map<std::string, std::int32_t>> totals_;  ///< [margin] by label
  std::size_t number_of_totals_ = 0;
};

Counter::Counter(const Margins& margins, const Schema& schema) : margins_(margins) {
  for (const Margin& margin : margins.margins) {
    totals_.emplace_back();
    for (const MarginTotal& one : margin.totals) totals_.back()[one.label] = static_cast<std::int32_t>(number_of_totals_++);
  }
  compile(schema);
}

void Counter::compile(const Schema& schema) {
  Diagnostics diagnostics;
  rules::Scope scope;
  scope.schema = &schema;
  rules::Compiler compiler(scope, diagnostics);
  for (const Margin& margin : margins_.margins) {
    const rules::Wanted wanted{margin.counted == Entity::household ? std::optional(Entity::household) : std::nullopt, std::nullopt, {},
                               "margin '" + margin.name + "'"};
    by_.push_back(compiler.add(margin.by, wanted));
  }
  diagnostics.throw_if_errors();
  const auto of_household = [&](const Margin& margin) {
    return margin.counted == Entity::person && compiler.typed(by_[static_cast<std::size_t>(&margin - margins_.margins.data())]).entity == Entity::household;
  };
  if (std::any_of(margins_.margins.begin(), margins_.margins.end(), of_household))
    size_ = compiler.add(rules::Text::standalone("size", "size"), {Entity::household, rules::Type::number, {}, "size"});
  diagnostics.throw_if_errors();
  program_ = compiler.finish();
  if (!program_.globals().empty())
    throw bad_input("a margin speaks of each household on its own: quantile, rank, mean_of, sum_of and count_of cannot be used in it");
  for (std::size_t m = 0; m < by_.size(); ++m) check_labels(m, diagnostics);
  diagnostics.throw_if_errors();
  inputs_ = program_.inputs();
  inputs_.push_back({Entity::household, schema.find(Entity::household, "weight")});
}

void Counter::check_labels(std::size_t m, Diagnostics& diagnostics) const {
  const Margin& margin = margins_.margins[m];
  const rules::Typed& typed = program_.typed(by_[m]);
  if (typed.type == rules::Type::number) return;
  const auto labels = typed.type == rules::Type::boolean ? std::vector<std::string>{"true", "false"} : typed.labels;
  for (const MarginTotal& one : margin.totals) {
    if (std::find(labels.begin(), labels.end(), one.label) != labels.end()) continue;
    const std::string near = nearest(one.label, labels);
    diagnostics.add(one.at.error(0, "margin '" + margin.name + "': the survey has no category '" + one.label + "'" +
                                        (near.empty() ? "" : "; did you mean '" + near + "'?")));
  }
}

/// One block's households, one by one.
class Counter::Walk {
 public:
  Walk(const Counter& counter, const BlockData& block, const rules::Workspace& workspace, Strays& strays)
      : counter_(counter), block_(block), strays_(strays), known_(counter.by_.size()) {
    for (const rules::Output by : counter.by_) values_.push_back(counter.program_.result(by, workspace));
    if (counter.size_.index >= 0) size_ = counter.program_.result(counter.size_, workspace);
  }
  void add(std::size_t h, std::vector<Count>& entries) {
    numbers_.clear();
    for (std::size_t m = 0; m < values_.size(); ++m) add_margin(m, h);
    for (const auto& [total, number] : numbers_)
      if (number > 0) entries.push_back({total, number});
  }

 private:
  void add_margin(std::size_t m, std::size_t h) {
    if (counter_.typed(m).entity == Entity::person) {
      for (std::int32_t i = block_.person_begin[h]; i < block_.person_begin[h + 1]; ++i) add_record(m, h, values_[m][i], 1);
    } else if (!counter_.counts_members(m)) {
      add_record(m, h, values_[m][h], 1);
    } else if (size_[h] >= 0 && size_[h] < 0x1p15 && size_[h] == std::floor(size_[h])) {
      add_record(m, h, values_[m][h], static_cast<std::int32_t>(size_[h]));
    } else {
      stray(values_.size(), h, shortest(size_[h]));
    }
  }
  void add_record(std::size_t m, std::size_t h, double value, std::int32_t number) {
    const std::int32_t total = total_of(m, value);
    if (total >= 0) numbers_[total] += number;
    else stray(m, h, label_of(counter_.typed(m), value));
  }
  /// The total a value counts towards, or −1. Looking up text is slow, so values are remembered.
  std::int32_t total_of(std::size_t m, double value) {
    if (std::isnan(value)) return -1;
    const auto [place, unknown] = known_[m].emplace(value, -1);
    const auto& totals = counter_.totals_[m];
    if (unknown)
      if (const auto found = totals.find(label_of(counter_.typed(m), value)); found != totals.end()) place->second = found->second;
    return place->second;
  }
  void stray(std::size_t m, std::size_t h, const std::string& label) {
    Stray& found = strays_[{m, label}];
    if (found.records++ == 0) found.first_household = block_.id[h];
  }

  const Counter& counter_;
  const BlockData& block_;
  Strays& strays_;
  std::vector<std::map<double, std::int32_t>> known_;  ///< [margin]
  std::vector<const double*> values_;                  ///< [margin]
  const double* size_ = nullptr;
  std::map<std::int32_t, std::int32_t> numbers_;       ///< of one household, by total
};

void Counter::count(const BlockData& block, CountBlock& counts, Strays& strays) const {
  thread_local rules::Workspace workspace;
  std::vector<const double*> inputs;
  for (std::size_t i = 0; i < program_.inputs().size(); ++i) inputs.push_back(block.inputs[i].data());
  program_.run(block.rows, {inputs, {}, {}, 0, 0}, workspace);
  const BlockColumn& weight = block.inputs.back();
  counts.weight.assign(weight.begin(), weight.end());
  Walk walk(*this, block, workspace, strays);
  for (std::size_t h = 0; h < block.rows.households; ++h) {
    if (weight[h] > 0) walk.add(h, counts.entries);
    counts.end.push_back(static_cast<std::uint32_t>(counts.entries.size()));
  }
}

std::string Counter::stray_message(std::size_t m, const std::string& label, const Stray& stray) const {
  const std::string where = std::to_string(stray.records) + " records of the survey, the first in household " + std::to_string(stray.first_household);
  if (m == by_.size()) return "size is " + label + " in " + where + ": margins of persons need a whole number";
  const std::string margin = "margin '" + margins_.margins[m].name + "'";
  if (label.empty()) return margin + " is missing in " + where + ": give these a category, as with coalesce(…) or if(is_missing(…), …)";
  return margin + " has no total for '" + label + "', which " + where + ", have: add it, or put it into another category";
}

void Counter::report(const Strays& strays, const std::vector<bool>& seen) const {
  Diagnostics diagnostics;
  for (const auto& [what, stray] : strays)
    diagnostics.add(margins_.margins[std::min(what.first, by_.size() - 1)].at.error(0, stray_message(what.first, what.second, stray)));
  std::size_t i = 0;
  for (const Margin& margin : margins_.margins)
    for (const MarginTotal& one : margin.totals)
      if (!seen[i++] && one.total > 0)
        diagnostics.add(one.at.error(0, "margin '" + margin.name + "' has " + total_text(one.total) + " " + counted_as(margin.counted) + " in '" +
                                            one.label + "', but nobody in the survey is there: no weights can reach it"));
  diagnostics.throw_if_errors();
}

void merge(const Strays& from, Strays& into) {
  for (const auto& [what, stray] : from) {
    Stray& all = into[what];
    if (all.records == 0) all.first_household = stray.first_household;
    all.records += stray.records;
  }
}

}  // namespace

SurveyCounts count_survey(const Margins& margins, PopulationSource& survey, Team& team) {
  const Counter counter(margins, survey.schema());
  SurveyCounts counts;
  Strays strays;
  for (std::int64_t first = 0; first < survey.households(); first += window_households) {
    const std::int64_t last = std::min(first + window_households, survey.households());
    survey.open_window(first, last, counter.inputs());
    const auto blocks = static_cast<std::size_t>((last - first + block_households - 1) / block_households);
    const std::size_t before = counts.blocks.size();
    counts.blocks.resize(before + blocks);
    std::vector<Strays> found(blocks);
    team.for_each(blocks, [&](std::size_t i, int) {
      BlockData block;
      const std::int64_t begin = first + static_cast<std::int64_t>(i) * block_households;
      survey.load(begin, std::min(last, begin + block_households), counter.inputs(), block);
      counter.count(block, counts.blocks[before + i], found[i]);
    });
    for (const Strays& one : found) merge(one, strays);
  }
  std::vector<bool> seen(counter.totals());
  for (const CountBlock& block : counts.blocks)
    for (const Count& count : block.entries) seen[static_cast<std::size_t>(count.total)] = true;
  counter.report(strays, seen);
  return counts;
}

}  // namespace puente
