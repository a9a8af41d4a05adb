#include "engine/statistics/key_bytes.hpp"

#include "engine/statistics/record_blocks.hpp"
#include "engine/statistics/selection.hpp"

namespace puente {

double KeyBytes::of_record(const LabelFormat& labels) {
  return static_cast<double>(sizeof(RecordBlock)) / RecordBlock::capacity + static_cast<double>(labels.bytes_of_record());
}

void KeyBytes::add(std::size_t n, const double* y, const double* w, double bytes_each) {
  for (std::size_t i = 0; i < n; ++i) bytes_[ordered_bits(y[i]) >> dropped_bits] += w[i] > 0 ? bytes_each : 0.0;
}

void KeyBytes::merge(const KeyBytes& other) {
  for (std::size_t k = 0; k < bytes_.size(); ++k) bytes_[k] += other.bytes_[k];
}

void KeyBytes::reduce(Exchange& exchange) { exchange.max(bytes_); }

std::vector<KeyPart> KeyBytes::parts(double most) const {
  std::vector<KeyPart> parts(1);
  double held = 0;
  for (std::size_t k = 0; k < bytes_.size(); ++k) {
    if (held > 0 && bytes_[k] > 0 && held + bytes_[k] > most) {
      const std::uint64_t border = static_cast<std::uint64_t>(k) << dropped_bits;
      parts.back().last = border - 1;
      parts.push_back({border, ~std::uint64_t{0}});
      held = 0;
    }
    held += bytes_[k];
  }
  return parts;
}

}  // namespace puente
