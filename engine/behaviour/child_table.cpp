#include "engine/behaviour/child_table.hpp"

#include <algorithm>
#include <cmath>

namespace puente {

PackedColumn::PackedColumn(std::vector<double> values) {
  const auto is_small = [](double x) { return std::abs(x) <= 127 && x == std::floor(x); };
  if (!std::all_of(values.begin(), values.end(), is_small)) {
    wide_ = std::move(values);
    wide_.shrink_to_fit();
    return;
  }
  small_.resize(values.size());
  std::transform(values.begin(), values.end(), small_.begin(), [](double x) { return static_cast<std::int8_t>(x); });
}

void PackedColumn::unpack(std::size_t first, std::size_t n, double* out) const {
  if (wide_.empty()) std::copy_n(small_.data() + first, n, out);
  else std::copy_n(wide_.data() + first, n, out);
}

void PackedColumn::unpack_equal(std::size_t first, std::size_t n, double label, double* out) const {
  unpack(first, n, out);
  for (std::size_t i = 0; i < n; ++i) out[i] = out[i] == label ? 1 : 0;
}

std::size_t ChildTable::add_column(const std::function<std::vector<double>(const ChildChunk&)>& values, Team& team) {
  team.for_each(chunks.size(), [&](std::size_t c, int) { chunks[c].columns.emplace_back(values(chunks[c])); });
  return columns++;
}

}  // namespace puente
