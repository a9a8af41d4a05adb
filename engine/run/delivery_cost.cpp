#include "engine/run/delivery_cost.hpp"

#include "engine/run/members.hpp"

namespace puente {

void DeliveryCost::look(const BlockProcessor& processor, int s, std::size_t p) {
  const Study& study = processor.study();
  const bool observed = s < 0;
  const auto& programmes = observed ? study.observed : study.scenarios[static_cast<std::size_t>(s)].programmes;
  const auto column = [&](Output output) {
    if (output.index < 0) return static_cast<const double*>(nullptr);
    return observed ? processor.data(output) : processor.policy(static_cast<std::size_t>(s), output);
  };
  const CompiledProgramme& programme = programmes[p];
  alone_ = column(programme.cost_per_recipient);
  joint_ = programme.joint_with < 0 ? nullptr : column(programme.cost_joint);
  if (joint_ == nullptr) return;
  const auto other = static_cast<std::size_t>(programme.joint_with);
  const auto& receives = (observed ? processor.observed(other) : processor.state().programmes[other]).receives;
  if (programmes[other].programme->entity == Entity::household) gets_both_.assign(receives.begin(), receives.end());
  else any_of_members(processor.rows(), receives.data(), gets_both_);
}

}  // namespace puente
