#include "engine/statistics/limb_table.hpp"

#include <algorithm>

#include "engine/core/wide.hpp"

namespace puente {

std::int64_t LimbTable::weighted_records(const double* w, std::size_t n) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < n; ++i) count += w[i] > 0;
  return count;
}

void LimbTable::make_room(std::size_t additions) {
  if (additions_ + static_cast<std::int64_t>(additions) > limb_additions) flush_all();
  additions_ += static_cast<std::int64_t>(additions);
}

void LimbTable::flush_all() {
  additions_ = 0;
  for (std::size_t i = 0; i < limbs_.size(); ++i) flush(limbs_[i], sums_[i]);
}

PUENTE_WIDE void LimbTable::add_to_first(const TermColumns& records) {
  make_room(records.n);
  if (!records_.empty()) records_[0] += weighted_records(records.at(0), records.n);
  for (std::size_t k = 0; k < records.used; ++k) {
    const double* terms = records.at(k);
    if (add_terms(terms, records.n, limbs_[k])) continue;
    for (std::size_t i = 0; i < records.n; ++i) sums_[k].add(terms[i]);
  }
}

/// Cuts the terms of a run of records into rows of pieces, but for those that are zero for all of them; false when a term
/// does not fit.
bool LimbTable::cut(const TermColumns& records, std::size_t first, std::size_t n) {
  cut_.clear();
  for (std::size_t k = 0; k < records.used; ++k) {
    const double* terms = records.at(k) + first;
    if (all_zero(terms, n)) continue;
    Limbs* pieces = pieces_.data() + cut_.size();
    cut_.push_back(k);
    if (all_within(terms, n, limb_reach[1])) {
      cut_low_terms(terms, n, pieces, terms_);
      continue;
    }
    switch (limbs_needed(largest_magnitude_bits(terms, n))) {
      case 3: cut_terms<3>(terms, n, pieces, terms_); break;
      case 4: cut_terms<4>(terms, n, pieces, terms_); break;
      default: return false;
    }
  }
  return true;
}

void LimbTable::add_row(const Limbs* row, std::size_t slot) {
  Limbs* to = limbs_.data() + slot * terms_;
  const std::size_t terms = cut_.size();
  for (std::size_t j = 0; j < terms; ++j) add_limbs(to[cut_[j]], row[j]);
}

void LimbTable::add_plainly(const TermColumns& records, std::size_t i, std::size_t slot) {
  for (std::size_t k = 0; k < records.used; ++k) sums_[slot * terms_ + k].add(records.at(k)[i]);
}

void LimbTable::add_by_slot(const TermColumns& records, std::span<const std::int32_t* const> columns, std::size_t first) {
  if (columns.empty()) return;
  make_room(records.n);
  const double* w = records.at(0);
  for (std::size_t begin = 0; begin < records.n; begin += piece_rows) {
    const std::size_t n = std::min(piece_rows, records.n - begin);
    const bool fits = cut(records, begin, n);
    for (const std::int32_t* column : columns)
      for (std::size_t i = 0; i < n; ++i) {
        const std::int32_t slot = column[first + begin + i];
        if (slot < 0) continue;
        if (!records_.empty()) records_[static_cast<std::size_t>(slot)] += w[begin + i] > 0;
        if (fits) add_row(pieces_.data() + i * terms_, static_cast<std::size_t>(slot));
        else add_plainly(records, begin + i, static_cast<std::size_t>(slot));
      }
  }
}

void LimbTable::merge(LimbTable& other) {
  flush_all();
  other.flush_all();
  for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i].merge(other.sums_[i]);
  for (std::size_t s = 0; s < records_.size(); ++s) records_[s] += other.records_[s];
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
