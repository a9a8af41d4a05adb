#include "engine/run/following_sums.hpp"

#include <algorithm>

namespace puente {

using Everybody = UnitSums::Everybody;

void FollowingSums::Added::keep(const Units& units) {
  entity = units.entity;
  persons.assign(units.persons.begin(), units.persons.end());
  n = units.terms.n;
  used = units.terms.used;
  terms.resize(n * used);
  for (std::size_t k = 0; k < used; ++k) std::copy_n(units.terms.at(k), n, terms.data() + k * n);
}

bool FollowingSums::Added::is(const Units& units) const {
  if (n != units.terms.n || used != units.terms.used || !std::ranges::equal(persons, units.persons)) return false;
  for (std::size_t k = 0; k < used; ++k)
    if (!std::equal(terms.data() + k * n, terms.data() + (k + 1) * n, units.terms.at(k))) return false;
  return true;
}

/// Whether a term is not zero.
bool FollowingSums::adds_anything(const TermColumns& terms) {
  for (std::size_t k = 0; k < terms.used; ++k)
    if (std::any_of(terms.at(k), terms.at(k) + terms.n, [](double term) { return term != 0; })) return true;
  return false;
}

void FollowingSums::add_units(UnitSums& sums, const rules::Rows& rows, Entity entity, const TermColumns& terms, std::span<const std::int32_t> persons,
                              std::span<const SlotColumn> columns, Everybody who, Sign sign) {
  if (entity == Entity::person) sums.add_persons(table_, rows, terms, persons, columns, who, sign);
  else sums.add(table_, rows, entity, terms, columns, who, sign);
}

void FollowingSums::add(UnitSums& sums, const Units& units, std::size_t layer, FollowingSums* leader, bool keep) {
  if (keep) {
    layers_ = layer + 1;
    added_.resize(std::max(added_.size(), layers_));
    added_[layer].keep(units);
  }
  const bool same = leader != nullptr && layer < leader->layers_ && leader->added_[layer].is(units);
  if (!begun_) {
    begun_ = !same || adds_anything(units.terms);
    if (begun_ && same) leader_ = leader;
  }
  if (leader_ != nullptr && same) return;
  add_units(sums, units.rows, units.entity, units.terms, units.persons, units.slots.all(), Everybody::counts, Sign::plus);
  if (leader_ != nullptr) take_off(sums, units.rows, leader_->added_[layer], units.slots.all(), Everybody::counts);
}

void FollowingSums::stop(UnitSums& sums, const rules::Rows& rows, std::span<const SlotColumn> fixed, const ReceivedBlock& received, std::size_t layer) {
  begun_ = true;
  if (leader_ == nullptr) return;
  const FollowingSums& leader = *leader_;
  complete();
  for (std::size_t l = layer; l < leader.layers_; ++l) {
    take_off(sums, rows, leader.added_[l], fixed, Everybody::counts);
    take_off(sums, rows, leader.added_[l], received.layers[l], Everybody::is_left_out);
  }
}

void FollowingSums::complete() {
  if (leader_ != nullptr) table_.merge(leader_->table_);
  leader_ = nullptr;
}

}  // namespace puente
