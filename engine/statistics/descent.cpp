#include "engine/statistics/descent.hpp"

#include <algorithm>

namespace puente {

namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

/// Adds over ranks, in parts of 48 bits that cannot overflow.
void sum_over_ranks(std::vector<Wide>& weights, Exchange& exchange) {
  if (exchange.size() == 1) return;
  constexpr int part_bits = 48, parts = 3;
  constexpr Wide mask = (static_cast<Wide>(1) << part_bits) - 1;
  std::vector<std::int64_t> state;
  state.reserve(parts * weights.size());
  for (const Wide weight : weights)
    for (int part = 0; part < parts; ++part) state.push_back(static_cast<std::int64_t>((weight >> (part * part_bits)) & mask));
  exchange.sum(state);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = 0;
    for (int part = 0; part < parts; ++part) weights[i] += static_cast<Wide>(state[parts * i + static_cast<std::size_t>(part)]) << (part * part_bits);
  }
}

}  // namespace

Descent::Descent(const DescentItems& items, Exchange& exchange) : items_(items), exchange_(exchange), total_(items.groups) {
  for (std::size_t i = 0; i < items.count; ++i) total_[items.group(i)] += fixed_weight(items.weight(i));
  sum_over_ranks(total_, exchange);
}

/// A root for each group that has a threshold; its items are all of the group's.
std::vector<Descent::Node> Descent::roots(std::span<const std::size_t> group) const {
  std::vector<Node> nodes;
  std::vector<std::size_t> of_group(items_.groups, nowhere);
  for (std::size_t t = 0; t < group.size(); ++t) {
    if (of_group[group[t]] == nowhere) {
      of_group[group[t]] = nodes.size();
      nodes.emplace_back().at.here = total_[group[t]];
    }
    nodes[of_group[group[t]]].thresholds.push_back(t);
  }
  for (std::size_t i = 0; i < items_.count; ++i)
    if (const std::size_t node = of_group[items_.group(i)]; node != nowhere) nodes[node].items.push_back(static_cast<std::uint32_t>(i));
  return nodes;
}

std::vector<Landing> Descent::find(std::span<const Wide> threshold, std::span<const std::size_t> group) {
  std::vector<Node> nodes = roots(group);
  for (Node& node : nodes)
    std::erase_if(node.thresholds, [&](std::size_t t) { return threshold[t] > node.at.here; });
  std::erase_if(nodes, [](const Node& node) { return node.thresholds.empty(); });
  for (std::size_t word = 0; word < items_.words; ++word)
    for (int left = 64; left > 0;) {
      const int bits = std::min(left, nodes.size() > 64 ? 8 : 12);
      left -= bits;
      nodes = step(std::move(nodes), threshold, word, left, bits);
    }
  std::vector<Landing> landings(threshold.size());
  for (const Node& node : nodes)
    for (const std::size_t t : node.thresholds) landings[t] = node.at;
  return landings;
}

std::vector<Wide> Descent::weigh_cells(const std::vector<Node>& nodes, std::size_t word, int shift, int bits) const {
  const std::size_t cells = std::size_t{1} << bits;
  std::vector<Wide> weights(nodes.size() * cells);
  for (std::size_t k = 0; k < nodes.size(); ++k)
    for (const std::uint32_t i : nodes[k].items) weights[k * cells + cell_of(items_.key(i, word), shift, bits)] += fixed_weight(items_.weight(i));
  sum_over_ranks(weights, exchange_);
  return weights;
}

/// From each node to those of its cells in which a threshold lies.
std::vector<Descent::Node> Descent::step(std::vector<Node> nodes, std::span<const Wide> threshold, std::size_t word, int shift,
                                         int bits) const {
  const std::size_t cells = std::size_t{1} << bits;
  const std::vector<Wide> weights = weigh_cells(nodes, word, shift, bits);
  std::vector<Node> next;
  std::vector<std::size_t> child_of(cells);
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    std::fill(child_of.begin(), child_of.end(), nowhere);
    std::sort(nodes[k].thresholds.begin(), nodes[k].thresholds.end(), [&](std::size_t a, std::size_t b) { return threshold[a] < threshold[b]; });
    Wide before = nodes[k].at.before;
    std::size_t cell = 0;
    for (const std::size_t t : nodes[k].thresholds) {
      for (; before + weights[k * cells + cell] < threshold[t]; ++cell) before += weights[k * cells + cell];
      if (child_of[cell] == nowhere) {
        child_of[cell] = next.size();
        Landing landing{true, nodes[k].at.key, before, weights[k * cells + cell]};
        landing.key[word] |= static_cast<std::uint64_t>(cell) << shift;
        next.push_back({{}, {}, landing});
      }
      next[child_of[cell]].thresholds.push_back(t);
    }
    for (const std::uint32_t i : nodes[k].items) {
      const std::size_t child = child_of[cell_of(items_.key(i, word), shift, bits)];
      if (child != nowhere) next[child].items.push_back(i);
    }
    nodes[k].items = {};
  }
  return next;
}

}  // namespace puente
