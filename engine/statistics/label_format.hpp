// Labels of records kept: slots, or none, in as few bytes as the number of slots allows. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>

namespace puente {

struct LabelFormat {
  std::size_t count = 0;  ///< of each record
  std::size_t bytes = 4;  ///< of one

  LabelFormat() = default;
  /// For slots below this number.
  LabelFormat(std::size_t labels, std::size_t slots) : count(labels), bytes(slots < 0xff ? 1 : slots < 0xffff ? 2 : 4) {}
  std::size_t bytes_of_record() const { return count * bytes; }
  /// Calls what(T()), T being the type of a label.
  template <class What>
  void with_type(What what) const {
    if (bytes == 1) what(std::uint8_t{});
    else if (bytes == 2) what(std::uint16_t{});
    else what(std::uint32_t{});
  }
  /// A negative slot, of a record in none, is the largest number of the type.
  template <class T>
  static std::int32_t slot(T label) { return label == static_cast<T>(-1) ? -1 : static_cast<std::int32_t>(label); }
};

}  // namespace puente
