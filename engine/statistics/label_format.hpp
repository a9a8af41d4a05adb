// Labels of records kept: whole numbers from 0 on, in as few bytes as their number allows. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>

namespace puente {

struct LabelFormat {
  std::size_t count = 0;  ///< of each record
  std::size_t bytes = 4;  ///< of one

  LabelFormat() = default;
  /// For labels below this number.
  LabelFormat(std::size_t labels, std::size_t values) : count(labels), bytes(values <= 0x100 ? 1 : values <= 0x10000 ? 2 : 4) {}
  std::size_t bytes_of_record() const { return count * bytes; }
  /// Calls what(T()), T being the type of a label.
  template <class What>
  void with_type(What what) const {
    if (bytes == 1) what(std::uint8_t{});
    else if (bytes == 2) what(std::uint16_t{});
    else what(std::uint32_t{});
  }
};

}  // namespace puente
