#include "engine/run/programme_terms.hpp"

#include "engine/core/keep_where.hpp"
#include "engine/run/tallies.hpp"

namespace puente {

namespace {

/// Weights of households in the layer.
struct Weights {
  const BlockProcessor& processor;
  const double* base;
  bool whole;
  explicit Weights(const BlockProcessor& p) : processor(p), base(p.household_weight()), whole(p.whole()) {}
  double operator[](std::size_t h) const { return whole ? base[h] : base[h] * processor.weight_factor(h); }
};

}  // namespace

double* ProgrammeTerms::terms(std::size_t count, std::size_t rows) {
  if (terms_.size() < count * rows) terms_.resize(count * rows);
  return terms_.data();
}

TermColumns ProgrammeTerms::units(const BlockProcessor& processor, std::size_t s, std::size_t p) {
  const CompiledProgramme& compiled = processor.study().scenarios[s].programmes[p];
  const ProgrammeState& state = processor.state().programmes[p];
  const rules::Rows& rows = processor.rows();
  const bool of_persons = compiled.programme->entity == Entity::person;
  const double* eligible = processor.policy(s, compiled.eligible);
  const Weights weight(processor);
  delivery_.look(processor, static_cast<int>(s), p);
  const double* receives = state.receives.data();
  keep_where(of_persons ? rows.persons : 0, [=](std::size_t i) { return (eligible[i] != 0) | (receives[i] != 0); }, concerned_);
  const std::size_t units = of_persons ? concerned_.size() : rows.households;
  const auto used = static_cast<std::size_t>(delivery_.nothing() ? UnitTerm::delivery : UnitTerm::count);
  double* out = terms(used, units);
  const auto fill = [&](std::size_t row, std::size_t unit, std::size_t h) {
    const double w = weight[h];
    out[row] = eligible[unit] != 0 ? w : 0.0;
    out[units + row] = state.receives[unit] * w;
    if (!delivery_.nothing()) out[2 * units + row] = state.receives[unit] != 0 ? delivery_.of(unit, h) * w : 0.0;
  };
  if (of_persons)
    for (std::size_t j = 0; j < units; ++j) {
      const auto i = static_cast<std::size_t>(concerned_[j]);
      fill(j, i, static_cast<std::size_t>(rows.household_of[i]));
    }
  else
    for (std::size_t h = 0; h < units; ++h) fill(h, h, h);
  return TermColumns::all(units, used, units, out);
}

TermColumns ProgrammeTerms::money(const BlockProcessor& processor, const std::vector<double>& of_households) {
  const Weights weight(processor);
  const std::size_t n = of_households.size();
  double* out = terms(1, n);
  for (std::size_t h = 0; h < n; ++h) out[h] = of_households[h] * weight[h];
  return TermColumns::all(n, 1, n, out);
}

}  // namespace puente
