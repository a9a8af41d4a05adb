// The part of BlockProcessor that finances a scenario: what every household pays.
#include <algorithm>

#include "engine/run/members.hpp"
#include "engine/run/process_block.hpp"

namespace puente {

/// What the levy is on: 1 a household that pays (flat), or its money, as far as it is above zero (proportional).
void BlockProcessor::levy_base(std::size_t s, std::vector<double>& base) {
  const CompiledLevy& levy = study_.scenarios[s].levy;
  const rules::Rows& rows = block_.rows;
  if (levy.flat) base.assign(rows.households, 1);
  else if (levy.on.index >= 0) base.assign(policy(s, levy.on), policy(s, levy.on) + rows.households);
  else resource_of_households(base);
  require_present(base.data(), Entity::household, [] { return "what the levy is on is missing"; });
  for (double& money : base) money = std::max(0.0, money);
  if (levy.who.index < 0) return;
  const double* pays = policy(s, levy.who);
  require_present(pays, Entity::household, [] { return "who pays the levy is missing"; });
  for (std::size_t h = 0; h < base.size(); ++h) base[h] = pays[h] != 0 ? base[h] : 0.0;
}

/// The observed resource, in all, of each household.
void BlockProcessor::resource_of_households(std::vector<double>& money) {
  const double* resource = data(study_.resource);
  const rules::Rows& rows = block_.rows;
  if (study_.record_entity == Entity::person) return sum_to_households(rows, resource, money);
  money.assign(resource, resource + rows.households);
  const double* scale = data(study_.scale);
  for (std::size_t h = 0; study_.resource_per_person && h < money.size(); ++h) money[h] *= scale[h];
}

/// Lowers the change of money by the levy, as far as it passes through to welfare.
void BlockProcessor::levy(std::size_t s) {
  const CompiledLevy& levy = study_.scenarios[s].levy;
  state_.levy.clear();
  if (!levy.needed || levy.rate == 0) return;
  levy_base(s, state_.levy);
  for (double& paid : state_.levy) paid *= levy.rate;
  state_.changes.push_back({nullptr, state_.levy.data(), levy.pass});
}

}  // namespace puente
