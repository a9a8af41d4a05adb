#include "engine/uncertainty/parameter_draws.hpp"

#include <algorithm>

#include "engine/core/elementary.hpp"
#include "engine/uncertainty/correlation.hpp"

namespace puente {

UncertainParameters uncertain_parameters(const std::vector<ParameterValue>& parameters, const std::vector<Correlation>& correlations) {
  UncertainParameters found;
  std::vector<std::size_t> factor_of_group(correlations.size(), parameters.size());
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (!parameters[p].uncertainty) continue;
    const auto group = std::find_if(correlations.begin(), correlations.end(), [p](const Correlation& c) {
      return std::find(c.parameters.begin(), c.parameters.end(), p) != c.parameters.end();
    });
    std::size_t factor = found.factors.size();
    if (group != correlations.end()) {
      std::size_t& known = factor_of_group[static_cast<std::size_t>(group - correlations.begin())];
      if (known < parameters.size()) factor = known;
      known = factor;
    }
    const bool named = group != correlations.end() && !group->name.empty();
    if (factor == found.factors.size()) found.factors.push_back({named ? group->name : parameters[p].name, {}});
    else if (!named) found.factors[factor].name += " + " + parameters[p].name;
    found.factors[factor].parameters.push_back(p);
    found.parameters.push_back(p);
    found.drawn.names.push_back(parameters[p].name);
    found.drawn.factor_of.push_back(factor);
  }
  return found;
}

ParameterDraws::ParameterDraws(const StudyModel& model, DesignKind design, std::int64_t draws, std::uint64_t seed)
    : uncertain_(uncertain_parameters(model.parameters, model.uncertainty.correlations)), design_(design, draws, seed, uncertain_.drawn) {
  for (const ParameterValue& parameter : model.parameters) central_.push_back(parameter.value);
  for (const std::size_t p : uncertain_.parameters) distributions_.emplace_back(*model.parameters[p].uncertainty, model.parameters[p].value);
  std::vector<bool> grouped(uncertain_.parameters.size(), false);
  for (const Correlation& correlation : model.uncertainty.correlations) {
    Group& group = groups_.emplace_back();
    std::vector<std::string> names;
    for (const std::size_t p : correlation.parameters) {
      const auto at = std::find(uncertain_.parameters.begin(), uncertain_.parameters.end(), p);
      if (at == uncertain_.parameters.end()) throw bad_input("parameter '" + model.parameters[p].name + "' is correlated with others but certain");
      group.drawn.push_back(static_cast<std::size_t>(at - uncertain_.parameters.begin()));
      if (grouped[group.drawn.back()]) throw bad_input("parameter '" + model.parameters[p].name + "' stands in two correlations");
      grouped[group.drawn.back()] = true;
      names.push_back(model.parameters[p].name);
    }
    group.root = correlation_root(names, correlation.matrix);
  }
  for (std::size_t i = 0; i < grouped.size(); ++i)
    if (!grouped[i]) alone_.push_back(i);
}

void ParameterDraws::put_group(const Group& group, std::int64_t draw, std::vector<double>& values) const {
  const std::size_t n = group.drawn.size();
  std::vector<double> independent(n);
  for (std::size_t i = 0; i < n; ++i) {
    independent[i] = inverse_normal_cdf(design_.uniform(draw, group.drawn[i]));
    double z = 0;
    for (std::size_t j = 0; j <= i; ++j) z += group.root[i * n + j] * independent[j];
    values[uncertain_.parameters[group.drawn[i]]] = distributions_[group.drawn[i]].at_normal(z);
  }
}

void ParameterDraws::put_draw(std::int64_t draw, std::vector<double>& values) const {
  for (const std::size_t i : alone_) values[uncertain_.parameters[i]] = distributions_[i].quantile(design_.uniform(draw, i));
  for (const Group& group : groups_) put_group(group, draw, values);
}

std::vector<double> ParameterDraws::values(std::int64_t draw) const {
  std::vector<double> values = central_;
  if (draw != 0) put_draw(draw, values);
  return values;
}

std::vector<double> ParameterDraws::values(const Scenario& scenario, std::int64_t draw) const {
  std::vector<double> values = scenario.parameters;
  if (draw == 0) return values;
  put_draw(draw, values);
  for (const std::size_t p : scenario.decided) values[p] = scenario.parameters[p];
  return values;
}

}  // namespace puente
