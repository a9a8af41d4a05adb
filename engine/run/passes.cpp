#include "engine/run/passes.hpp"

#include <algorithm>

#include "engine/core/error.hpp"
#include "engine/run/collectors.hpp"

namespace puente {

namespace {

using Items = std::vector<std::unique_ptr<Item>>;

[[noreturn]] void fail_circular(const Items& items) {
  std::string message = "these quantities of the whole population wait for one another in a circle:";
  for (const auto& item : items) message += "\n  " + item->text();
  throw bad_input(message + "\ntake the one that a policy decides out of what decides the policy, or anchor it with reference(...)");
}

void collect_block(BlockProcessor& processor, std::size_t thread, const Items& items, std::size_t scenarios) {
  for (const auto& item : items)
    if (item->scenario() < 0) item->collect(processor, thread);
  for (std::size_t s = 0; s < scenarios; ++s) {
    const auto wants = [s](const auto& item) { return item->scenario() == static_cast<int>(s); };
    if (std::none_of(items.begin(), items.end(), wants)) continue;
    const std::size_t layers = processor.begin_scenario(s);
    for (std::size_t layer = 0; layer < layers; ++layer) {
      processor.simulate(s, layer);
      for (const auto& item : items)
        if (wants(item)) item->collect(processor, thread);
    }
  }
}

}  // namespace

void resolve(Study& study, BlockRunner& runner) {
  for (int number = 1;; ++number) {
    Items items = unresolved_items(study, static_cast<std::size_t>(runner.team().threads()));
    if (items.empty()) return study.number_slots();
    Items now;
    for (auto& item : items)
      if (item->ready()) now.push_back(std::move(item));
    std::erase(items, nullptr);
    if (now.empty()) fail_circular(items);
    runner.pass("pass " + std::to_string(number), [&](BlockProcessor& processor, int thread) {
      collect_block(processor, static_cast<std::size_t>(thread), now, study.scenarios.size());
    });
    for (const auto& item : now) item->finish(runner.exchange(), runner.team());
  }
}

}  // namespace puente
