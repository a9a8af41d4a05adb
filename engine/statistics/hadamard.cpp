#include "engine/statistics/hadamard.hpp"

#include <utility>

namespace puente {

namespace {

bool is_prime(std::size_t n) {
  if (n < 2) return false;
  for (std::size_t d = 2; d * d <= n; ++d)
    if (n % d == 0) return false;
  return true;
}

bool paley_one(std::size_t order) { return order >= 4 && order % 4 == 0 && is_prime(order - 1); }
bool paley_two(std::size_t order) { return order >= 12 && order % 4 == 0 && (order / 2 - 1) % 4 == 1 && is_prime(order / 2 - 1); }
bool can_make(std::size_t order) {
  return order <= 2 ? order > 0 : order % 4 == 0 && (paley_one(order) || paley_two(order) || can_make(order / 2));
}

/// +1 for squares modulo the prime q, −1 for others, 0 for 0.
std::vector<int> residues(std::size_t q) {
  std::vector<int> character(q, -1);
  for (std::size_t x = 1; x < q; ++x) character[x * x % q] = 1;
  character[0] = 0;
  return character;
}

/// S of Paley's matrices: a border of ones about Q, Q(i, j) = χ(i − j); `sign` is the border's left column.
std::vector<int> bordered(std::size_t q, int sign) {
  const std::vector<int> character = residues(q);
  const std::size_t n = q + 1;
  std::vector<int> s(n * n, 0);
  for (std::size_t i = 1; i < n; ++i) {
    s[i] = 1;
    s[i * n] = sign;
    for (std::size_t j = 1; j < n; ++j) s[i * n + j] = character[(i + q - j) % q];
  }
  return s;
}

/// I + S, S skew, for primes of the form 4k + 3 (Paley 1933, type I).
std::vector<std::int8_t> first_type(std::size_t order) {
  const std::vector<int> s = bordered(order - 1, -1);
  std::vector<std::int8_t> h(order * order);
  for (std::size_t i = 0; i < h.size(); ++i) h[i] = static_cast<std::int8_t>(s[i] + (i % (order + 1) == 0 ? 1 : 0));
  return h;
}

/// S symmetric, for primes of the form 4k + 1: ±1 becomes ±[1 1; 1 −1], 0 becomes [1 −1; −1 −1] (type II).
std::vector<std::int8_t> second_type(std::size_t order) {
  const std::size_t half = order / 2;
  const std::vector<int> s = bordered(half - 1, 1);
  constexpr int of_one[] = {1, 1, 1, -1}, of_zero[] = {1, -1, -1, -1};
  std::vector<std::int8_t> h(order * order);
  for (std::size_t i = 0; i < order; ++i)
    for (std::size_t j = 0; j < order; ++j) {
      const int entry = s[i / 2 * half + j / 2];
      const std::size_t cell = 2 * (i % 2) + j % 2;
      h[i * order + j] = static_cast<std::int8_t>(entry == 0 ? of_zero[cell] : entry * of_one[cell]);
    }
  return h;
}

std::vector<std::int8_t> make(std::size_t order) {
  if (order == 1) return {1};
  if (paley_one(order)) return first_type(order);
  if (paley_two(order)) return second_type(order);
  const std::size_t half = order / 2;
  const std::vector<std::int8_t> quarter = make(half);
  std::vector<std::int8_t> h(order * order);
  for (std::size_t i = 0; i < order; ++i)
    for (std::size_t j = 0; j < order; ++j) {
      const std::int8_t entry = quarter[i % half * half + j % half];
      h[i * order + j] = static_cast<std::int8_t>(i >= half && j >= half ? -entry : entry);
    }
  return h;
}

}  // namespace

Hadamard hadamard(std::size_t least) {
  std::size_t order = least == 0 ? 1 : least;
  while (!can_make(order)) ++order;
  Hadamard matrix{order, make(order)};
  for (std::size_t i = 0; i < order; ++i)
    if (matrix.at(i, 0) < 0)
      for (std::size_t j = 0; j < order; ++j) matrix.entry[i * order + j] = static_cast<std::int8_t>(-matrix.entry[i * order + j]);
  return matrix;
}

}  // namespace puente
