#include "hpc/write_made.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace puente {

namespace {

constexpr std::int64_t pieces_a_thread = 16;

}  // namespace

void write_made(const std::function<Population(std::int64_t, std::int64_t)>& make, std::int64_t first, std::int64_t last, std::int64_t window,
                io::PopulationWriter& writer, Team& team) {
  const std::int64_t step = window > 0 ? window : made_piece * pieces_a_thread * team.threads();
  std::vector<Population> made(static_cast<std::size_t>((step + made_piece - 1) / made_piece));
  for (std::int64_t begin = first; begin < last; begin += step) {
    const std::int64_t end = std::min(last, begin + step);
    const auto pieces = static_cast<std::size_t>((end - begin + made_piece - 1) / made_piece);
    team.for_each(pieces, [&](std::size_t i, int) {
      const std::int64_t from = begin + static_cast<std::int64_t>(i) * made_piece;
      made[i] = make(from, std::min(end, from + made_piece));
    });
    writer.write(std::span(made).first(pieces));
  }
}

}  // namespace puente
