#include "engine/run/reduce.hpp"

#include <algorithm>

namespace puente {

void reduce(std::vector<ExactSum>& sums, Exchange& exchange) {
  std::vector<std::int64_t> state;
  state.reserve(sums.size() * ExactSum::state_size);
  for (ExactSum& sum : sums) {
    sum.carry();
    state.insert(state.end(), sum.state().begin(), sum.state().end());
  }
  exchange.sum(state);
  for (std::size_t i = 0; i < sums.size(); ++i)
    std::copy_n(state.begin() + static_cast<std::ptrdiff_t>(i * ExactSum::state_size), ExactSum::state_size,
                sums[i].state().begin());
}

}  // namespace puente
