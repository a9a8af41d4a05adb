#include "engine/population/column.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "engine/population/first_where.hpp"

namespace puente {

namespace {

constexpr std::array<const char*, 7> type_names = {"bool", "i8", "i16", "i32", "i64", "f32", "f64"};

/// Small integers in which a missing one is to be found are widened first: it is found among equals, in loops that vectorise.
template <bool complete, class T>
void convert(const T* __restrict in, std::size_t n, double* __restrict out) {
  if constexpr (complete || std::is_floating_point_v<T>) {
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<double>(in[i]);
    return;
  }
  constexpr T missing = std::numeric_limits<T>::lowest();
  const auto value = [](auto x) { return x == missing ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(x); };
  if constexpr (sizeof(T) < sizeof(std::int32_t)) {
    constexpr std::size_t run = 256;
    std::int32_t wide[run];
    for (std::size_t first = 0; first < n; first += run) {
      const std::size_t rows = std::min(run, n - first);
      for (std::size_t i = 0; i < rows; ++i) wide[i] = in[first + i];
      for (std::size_t i = 0; i < rows; ++i) out[first + i] = value(wide[i]);
    }
  } else {
    for (std::size_t i = 0; i < n; ++i) out[i] = value(in[i]);
  }
}

/// Calls f with a null pointer of the C++ type that stores `type`.
template <class F>
decltype(auto) with_type(ColumnType type, F&& f) {
  switch (type) {
    case ColumnType::boolean:
    case ColumnType::i8: return f(static_cast<std::int8_t*>(nullptr));
    case ColumnType::i16: return f(static_cast<std::int16_t*>(nullptr));
    case ColumnType::i32: return f(static_cast<std::int32_t*>(nullptr));
    case ColumnType::i64: return f(static_cast<std::int64_t*>(nullptr));
    case ColumnType::f32: return f(static_cast<float*>(nullptr));
    case ColumnType::f64: break;
  }
  return f(static_cast<double*>(nullptr));
}

}  // namespace

std::size_t bytes_of(ColumnType type) {
  return with_type(type, [](auto* t) { return sizeof(*t); });
}

const char* name_of(ColumnType type) { return type_names[static_cast<std::size_t>(type)]; }

bool parse_column_type(const std::string& text, ColumnType& type) {
  for (std::size_t i = 0; i < type_names.size(); ++i) {
    if (text == type_names[i]) {
      type = static_cast<ColumnType>(i);
      return true;
    }
  }
  return false;
}

std::int64_t missing_code(ColumnType type) {
  return with_type(type, []<class T>(T*) -> std::int64_t {
    if constexpr (std::is_floating_point_v<T>) return 0;
    else return std::numeric_limits<T>::lowest();
  });
}

std::ptrdiff_t first_missing(const ColumnView& view) {
  return with_type(view.type, [&]<class T>(T*) -> std::ptrdiff_t {
    return first_where(static_cast<const T*>(view.data), view.rows, [](T x) {
      if constexpr (std::is_floating_point_v<T>) return x != x;
      else return x == std::numeric_limits<T>::lowest();
    });
  });
}

void to_f64(const ColumnView& view, std::size_t first, std::size_t n, double* out) {
  with_type(view.type, [&]<class T>(T*) {
    const T* in = static_cast<const T*>(view.data) + first;
    if (view.complete) convert<true>(in, n, out);
    else convert<false>(in, n, out);
  });
}

Column::Column(ColumnInfo info, std::size_t rows)
    : info_(std::move(info)), rows_(rows), bytes_(rows * bytes_of(info_.type), std::byte{0}) {}

Column Column::unset(ColumnInfo info, std::size_t rows) {
  Column column(std::move(info), 0);
  column.bytes_.resize(rows * bytes_of(column.info_.type));
  column.rows_ = rows;
  return column;
}

bool Column::set(std::size_t row, double x) {
  return with_type(info_.type, [&]<class T>(T*) {
    T* values = as<T>();
    if constexpr (std::is_floating_point_v<T>) {
      values[row] = static_cast<T>(x);
      return true;
    } else {
      constexpr T lowest = std::numeric_limits<T>::lowest();
      values[row] = lowest;
      if (std::isnan(x)) return true;
      // The bounds are powers of two, exact in double for every integer type.
      const double bound = -static_cast<double>(lowest);
      if (!(x > -bound && x < bound) || x != std::floor(x)) return false;
      values[row] = static_cast<T>(x);
      return true;
    }
  });
}

void Column::append(const double* values, std::size_t n) {
  with_type(info_.type, [&]<class T>(T*) {
    bytes_.resize((rows_ + n) * sizeof(T));
    T* out = as<T>() + rows_;
    constexpr auto lowest = static_cast<double>(std::numeric_limits<T>::lowest());
    for (std::size_t i = 0; i < n; ++i) {
      if constexpr (std::is_floating_point_v<T>) out[i] = static_cast<T>(values[i]);
      else out[i] = static_cast<T>(values[i] != values[i] ? lowest : values[i]);
    }
  });
  rows_ += n;
}

void Column::append_ids(std::span<const std::int64_t> ids) {
  bytes_.resize((rows_ + ids.size()) * sizeof(std::int64_t));
  std::copy(ids.begin(), ids.end(), as<std::int64_t>() + rows_);
  rows_ += ids.size();
}

double Column::get(std::size_t row) const {
  double x = 0;
  to_f64(view(), row, 1, &x);
  return x;
}

}  // namespace puente
