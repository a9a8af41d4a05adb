#include "engine/statistics/limb_table.hpp"

#include <algorithm>
#include <bit>

#include "engine/core/wide.hpp"

namespace puente {

namespace {

/// Rows of cells that a crossing may have: with those of the other tables of a scenario they shall stay near the core.
constexpr std::size_t most_bytes = 32 << 10;
constexpr std::size_t most_cells = 2048;  ///< so many carried limbs add up in one
constexpr int limb_bits = 50;             ///< between the exponents of two limbs

/// Leaves less than 2^50 in `limb` and gives the rest to the next.
void carry_over(std::int64_t& limb, std::int64_t& next) {
  const std::int64_t rest = limb >> limb_bits;
  limb -= rest << limb_bits;
  next += rest;
}

template <Sign sign = Sign::plus>
void add_pair(LimbPair& to, const LimbPair& pair) {
  to.low += sign == Sign::plus ? pair.low : -pair.low;
  to.high += sign == Sign::plus ? pair.high : -pair.high;
}

template <Sign sign>
void add_two(LimbPair* to, const LimbPair* pairs) {
  Counts sum, more;
  std::memcpy(&sum, to, sizeof sum);
  std::memcpy(&more, pairs, sizeof more);
  if constexpr (sign == Sign::plus) sum += more;
  else sum -= more;
  std::memcpy(to, &sum, sizeof sum);
}

void add_term(ExactSum& sum, double term, Sign sign) {
  if (sign == Sign::plus) sum.add(term);
  else sum.take_off(term);
}

}  // namespace

LimbTable::LimbTable(std::size_t slots, std::size_t terms, Records records)
    : terms_(terms), slots_(slots), first_(terms), lower_(slots * row_pairs()), upper_(lower_.size()), sums_(slots * terms),
      records_(records == Records::counted ? slots : 0), added_up_(terms) {
  for (Pieces* pieces : {&pieces_, &before_}) {
    pieces->lower.resize(piece_rows * row_pairs());
    pieces->upper.resize(piece_rows * terms);
    pieces->upper_terms.reserve(terms);
  }
}

std::int64_t LimbTable::weighted_records(const double* w, std::size_t n) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < n; ++i) count += w[i] > 0;
  return count;
}

void LimbTable::make_room(std::size_t additions) {
  if (additions_ + static_cast<std::int64_t>(additions) > limb_additions) carry();
  additions_ += static_cast<std::int64_t>(additions);
}

/// What is left in a limb is as much as four additions at most.
void LimbTable::carry() {
  for (std::size_t row = 0; row < lower_.size(); row += row_pairs())
    for (std::size_t i = row + 1; i <= row + terms_; ++i) {
      carry_over(lower_[i].low, lower_[i].high);
      carry_over(lower_[i].high, upper_[i].low);
      carry_over(upper_[i].low, upper_[i].high);
    }
  for (std::size_t k = 0; slots_ > 0 && k < terms_; ++k) flush(first_[k], sums_[k]);
  additions_ = 4;
}

/// Adds cells up to the slots of their labels, and empties them.
void LimbTable::fold(const Plan& plan, const Cells& cells) {
  const std::size_t length = row_pairs();
  for (std::size_t cell = 0; cell < cells.crossing.cells; ++cell) {
    const std::size_t from = (cells.first_row + cell) * length;
    for (std::size_t a = 0; a < cells.crossing.columns.size(); ++a) {
      const std::int32_t slot = cells.crossing.slot_of(cell, a, plan.ranges);
      if (slot < 0) continue;
      const std::size_t to = static_cast<std::size_t>(slot) * length;
      for (std::size_t k = 0; k < length; ++k) {
        add_pair(lower_[to + k], lower_[from + k]);
        add_pair(upper_[to + k], upper_[from + k]);
      }
    }
    std::fill_n(lower_.begin() + static_cast<std::ptrdiff_t>(from), length, LimbPair{});
    std::fill_n(upper_.begin() + static_cast<std::ptrdiff_t>(from), length, LimbPair{});
  }
}

void LimbTable::flush_all() {
  carry();
  for (const Plan& plan : plans_)
    for (const Cells& cells : plan.cells) {
      if (!cells.crossing.crossed()) continue;
      fold(plan, cells);
      carry();
    }
  for (std::size_t slot = 0; slot < slots_; ++slot) {
    LimbPair* const low = lower_.data() + slot * row_pairs();
    LimbPair* const high = upper_.data() + slot * row_pairs();
    if (!records_.empty()) records_[slot] += low->low;
    *low = {};
    for (std::size_t k = 0; k < terms_; ++k) {
      Limbs limbs{{low[k + 1].low, low[k + 1].high, high[k + 1].low, high[k + 1].high}};
      flush(limbs, sums_[slot * terms_ + k]);
      low[k + 1] = high[k + 1] = {};
    }
  }
  additions_ = 0;
}

PUENTE_WIDE void LimbTable::add_to_first(const TermColumns& records, Sign sign) {
  make_room(records.n);
  if (!records_.empty()) records_[0] += (sign == Sign::plus ? 1 : -1) * weighted_records(records.at(0), records.n);
  for (std::size_t k = 0; k < records.used; ++k) {
    const double* terms = records.at(k);
    Limbs sum;
    if (!add_terms(terms, records.n, sum)) {
      for (std::size_t i = 0; i < records.n; ++i) add_term(sums_[k], terms[i], sign);
      continue;
    }
    first_[k].set(sign == Sign::plus ? first_[k].counts() + sum.counts() : first_[k].counts() - sum.counts());
  }
}

const LimbTable::Plan& LimbTable::plan_of(std::span<const SlotLabels> columns) {
  const auto same = [&](const Plan& plan) { return std::ranges::equal(plan.ranges, columns, {}, {}, &SlotLabels::range); };
  if (const auto known = std::find_if(plans_.begin(), plans_.end(), same); known != plans_.end()) return *known;
  Plan plan;
  for (const SlotLabels& column : columns) plan.ranges.push_back(column.range);
  for (Crossing& crossing : cross(plan.ranges, std::min(most_cells, most_bytes / (row_pairs() * sizeof(LimbPair))))) plan.cells.push_back(with_rows(std::move(crossing)));
  return plans_.emplace_back(std::move(plan));
}

LimbTable::Cells LimbTable::with_rows(Crossing crossing) {
  Cells cells{std::move(crossing), lower_.size() / row_pairs()};
  if (!cells.crossing.crossed()) return cells;
  lower_.resize(lower_.size() + cells.crossing.cells * row_pairs());
  upper_.resize(lower_.size());
  return cells;
}

/// Cuts the terms of a run of records into rows of pieces; false when a term does not fit.
bool LimbTable::cut(const TermColumns& records, std::size_t first, std::size_t n, Pieces& cut) const {
  cut.upper_terms.clear();
  cut.used = 1 + records.used;
  const std::size_t stride = row_pairs();
  const double* w = records.at(0) + first;
  for (std::size_t i = 0; !records_.empty() && i < n; ++i) cut.lower[i * stride].low = w[i] > 0;
  for (std::size_t k = 0; k < records.used; ++k) {
    const double* terms = records.at(k) + first;
    LimbPair* const pieces = cut.lower.data() + 1 + k;
    if (cut_low_terms(terms, n, pieces, stride)) continue;
    if (limbs_needed(largest_magnitude_bits(terms, n)) > limb_count) return false;
    cut_terms(terms, n, pieces, stride, cut.upper.data() + cut.upper_terms.size(), terms_);
    cut.upper_terms.push_back(k);
  }
  for (; cut.used % 2 != 0; ++cut.used)
    for (std::size_t i = 0; i < n; ++i) cut.lower[i * stride + cut.used] = {};
  return true;
}

/// Into pieces_; false where both do not fit, or not into the same pieces.
bool LimbTable::cut_change(const TermColumns& now, const TermColumns& before, std::size_t first, std::size_t n) {
  if (!cut(now, first, n, pieces_) || !cut(before, first, n, before_) || pieces_.used != before_.used || pieces_.upper_terms != before_.upper_terms) return false;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t row = i * row_pairs();
    for (std::size_t k = 0; k < pieces_.used; k += 2) add_two<Sign::minus>(&pieces_.lower[row + k], &before_.lower[row + k]);
    for (std::size_t j = 0; j < pieces_.upper_terms.size(); ++j) add_pair<Sign::minus>(pieces_.upper[i * terms_ + j], before_.upper[i * terms_ + j]);
  }
  return true;
}

/// Adds the pieces of n records to these rows; a negative one takes nothing.
template <Sign sign>
void LimbTable::add_rows(const std::int32_t* row, std::size_t n) {
  const std::size_t length = row_pairs();
  for (std::size_t i = 0; i < n; ++i) {
    if (row[i] < 0) continue;
    const LimbPair* piece = pieces_.lower.data() + i * length;
    LimbPair* to = lower_.data() + static_cast<std::size_t>(row[i]) * length;
    for (std::size_t k = 0; k < pieces_.used; k += 2) add_two<sign>(to + k, piece + k);
    if (pieces_.upper_terms.empty()) continue;
    to = upper_.data() + static_cast<std::size_t>(row[i]) * length + 1;
    for (std::size_t j = 0; j < pieces_.upper_terms.size(); ++j) add_pair<sign>(to[pieces_.upper_terms[j]], pieces_.upper[i * terms_ + j]);
  }
}

void LimbTable::add_plainly(const TermColumns& records, const std::int32_t* slot, std::size_t first, std::size_t n, Sign sign) {
  for (std::size_t i = 0; i < n; ++i) {
    if (slot[i] < 0) continue;
    if (!records_.empty() && records.at(0)[first + i] > 0) records_[static_cast<std::size_t>(slot[i])] += sign == Sign::plus ? 1 : -1;
    for (std::size_t k = 0; k < records.used; ++k) add_term(sums_[static_cast<std::size_t>(slot[i]) * terms_ + k], records.at(k)[first + i], sign);
  }
}

/// The run in pieces_ to the rows of its records.
template <Sign sign>
inline void LimbTable::add_pieces(const Plan& plan, std::span<const SlotLabels> columns, std::size_t at, std::size_t n) {
  for (const Cells& cells : plan.cells) {
    if (cells.crossing.crossed() && cells.crossing.find_cells(columns, at, n, static_cast<std::int32_t>(cells.first_row), row_.data())) {
      add_rows<sign>(row_.data(), n);
      continue;
    }
    for (const std::size_t c : cells.crossing.columns) add_rows<sign>(columns[c].slot + at, n);
  }
}

template <Sign sign>
inline void LimbTable::add_by_slot(const TermColumns& records, std::span<const SlotLabels> columns, std::size_t first, const Plan& plan) {
  for (std::size_t begin = 0; begin < records.n; begin += piece_rows) {
    const std::size_t n = std::min(piece_rows, records.n - begin), at = first + begin;
    if (cut(records, begin, n, pieces_)) add_pieces<sign>(plan, columns, at, n);
    else
      for (const SlotLabels& column : columns) add_plainly(records, column.slot + at, begin, n, sign);
  }
}

PUENTE_WIDE void LimbTable::add_by_slot(const TermColumns& records, std::span<const SlotLabels> columns, std::size_t first, Sign sign) {
  if (columns.empty()) return;
  make_room(records.n);
  const Plan& plan = plan_of(columns);
  if (sign == Sign::plus) add_by_slot<Sign::plus>(records, columns, first, plan);
  else add_by_slot<Sign::minus>(records, columns, first, plan);
}

PUENTE_WIDE void LimbTable::add_changes_by_slot(const TermColumns& now, const TermColumns& before, std::span<const SlotLabels> columns, std::size_t first) {
  if (columns.empty()) return;
  make_room(2 * now.n);
  const Plan& plan = plan_of(columns);
  for (std::size_t begin = 0; begin < now.n; begin += piece_rows) {
    const std::size_t n = std::min(piece_rows, now.n - begin), at = first + begin;
    if (cut_change(now, before, begin, n)) {
      add_pieces<Sign::plus>(plan, columns, at, n);
      continue;
    }
    add_by_slot<Sign::plus>(now.part(begin, n), columns, at, plan);
    add_by_slot<Sign::minus>(before.part(begin, n), columns, at, plan);
  }
}

void LimbTable::merge(LimbTable& other, std::size_t first, std::size_t last) {
  flush_all();
  other.flush_all();
  for (std::size_t i = first * terms_; i < last * terms_; ++i) sums_[i].merge(other.sums_[i]);
  for (std::size_t s = first; s < std::min(last, records_.size()); ++s) records_[s] += other.records_[s];
}

void LimbTable::reduce(Exchange& exchange) {
  flush_all();
  std::vector<std::int64_t> state(records_);
  for (ExactSum& sum : sums_) {
    sum.carry();
    state.insert(state.end(), sum.state().begin(), sum.state().end());
  }
  exchange.sum(state);
  std::copy_n(state.begin(), records_.size(), records_.begin());
  auto from = state.begin() + static_cast<std::ptrdiff_t>(records_.size());
  for (ExactSum& sum : sums_) {
    std::copy_n(from, +ExactSum::state_size, sum.state().begin());
    from += ExactSum::state_size;
  }
}

}  // namespace puente
