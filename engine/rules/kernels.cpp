#include "engine/rules/kernels.hpp"

#include <cmath>
#include <limits>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"

namespace puente::rules {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// Conditions are 0, 1 or NaN. The selects below are written on doubles, without short-circuits, to become blends.
inline bool gone(double a) { return a != a; }
inline double truth(bool holds) { return holds ? 1.0 : 0.0; }
inline double compared(double a, double b, bool holds) { return (gone(a) | gone(b)) ? missing : truth(holds); }

struct Negate { double operator()(double a) const { return -a; } };
struct Not { double operator()(double a) const { return 1.0 - a; } };
struct Abs { double operator()(double a) const { return std::fabs(a); } };
struct Sqrt { double operator()(double a) const { return std::sqrt(a); } };
struct Floor { double operator()(double a) const { return std::floor(a); } };
struct Ceil { double operator()(double a) const { return std::ceil(a); } };
/// Halves go away from zero.
struct Round {
  double operator()(double a) const {
    const double whole = std::trunc(a);
    return whole + std::copysign(truth(std::fabs(a - whole) >= 0.5), a);
  }
};
struct IsMissing { double operator()(double a) const { return truth(gone(a)); } };
struct Normal { double operator()(double a) const { return inverse_normal_cdf(a); } };
struct Same { double operator()(double a) const { return a; } };
struct Exp { double operator()(double a) const { return puente::exp(a); } };
struct Log { double operator()(double a) const { return puente::log(a); } };

struct Add { double operator()(double a, double b) const { return a + b; } };
struct Subtract { double operator()(double a, double b) const { return a - b; } };
struct Multiply { double operator()(double a, double b) const { return a * b; } };
struct Divide { double operator()(double a, double b) const { return a / b; } };
struct Power { double operator()(double a, double b) const { return puente::pow(a, b); } };
struct Min { double operator()(double a, double b) const { return ((a < b) | gone(a)) ? a : b; } };
struct Max { double operator()(double a, double b) const { return ((a > b) | gone(a)) ? a : b; } };
struct Less { double operator()(double a, double b) const { return compared(a, b, a < b); } };
struct LessEqual { double operator()(double a, double b) const { return compared(a, b, a <= b); } };
struct Equal { double operator()(double a, double b) const { return compared(a, b, a == b); } };
struct Unequal { double operator()(double a, double b) const { return compared(a, b, a != b); } };
/// Kleene: false wins over missing, and 1·1 = 1, 1·NaN = NaN do the rest.
struct And { double operator()(double a, double b) const { return ((a == 0) | (b == 0)) ? 0.0 : a * b; } };
struct Or { double operator()(double a, double b) const { return ((a == 1) | (b == 1)) ? 1.0 : a + b; } };
// The same where no operand is missing.
struct CompleteMin { double operator()(double a, double b) const { return a < b ? a : b; } };
struct CompleteMax { double operator()(double a, double b) const { return a > b ? a : b; } };
struct CompleteLess { double operator()(double a, double b) const { return truth(a < b); } };
struct CompleteLessEqual { double operator()(double a, double b) const { return truth(a <= b); } };
struct CompleteEqual { double operator()(double a, double b) const { return truth(a == b); } };
struct CompleteUnequal { double operator()(double a, double b) const { return truth(a != b); } };
struct CompleteOr { double operator()(double a, double b) const { return a > b ? a : b; } };
struct CompleteChoose { double operator()(double c, double a, double b) const { return c == 1 ? a : b; } };

struct Coalesce { double operator()(double a, double b) const { return gone(a) ? b : a; } };
struct WithinCut { double operator()(double x, double cut) const { return gone(x) ? missing : truth(x <= cut); } };
struct Choose {
  double operator()(double c, double a, double b) const {
    const double chosen = c == 1 ? a : b;
    return gone(c) ? missing : chosen;
  }
};
struct OrEqual {
  double operator()(double held, double x, double c) const { return x == c ? 1.0 : (gone(c) & (held == 0)) ? missing : held; }
};

/// An operand: a column, or one number for all rows.
template <bool single>
struct Lane {
  explicit Lane(const double* values) : column(values), number(single ? *values : 0) {}
  double operator[](std::size_t i) const {
    if constexpr (single) return number;
    else return column[i];
  }
  const double* column;
  double number;
};

template <class F, bool... single>
void map(const Operands& in, std::size_t n, double* out) {
  static_assert(sizeof...(single) <= 4);
  const auto run = [&]<std::size_t... k>(std::index_sequence<k...>) {
    const auto loop = [n, out](const auto... lane) {
      const F f;
#pragma GCC ivdep
      for (std::size_t i = 0; i < n; ++i) out[i] = f(lane[i]...);
    };
    loop(Lane<single>(in[k])...);
  };
  run(std::make_index_sequence<sizeof...(single)>{});
}

template <class F>
Kernel unary(unsigned singles) {
  return (singles & 1U) != 0 ? &map<F, true> : &map<F, false>;
}

template <class F>
Kernel binary(unsigned singles) {
  constexpr std::array<Kernel, 4> patterns = {&map<F, false, false>, &map<F, true, false>, &map<F, false, true>,
                                              &map<F, true, true>};
  return patterns[singles & 3U];
}

template <class F>
Kernel ternary(unsigned singles) {
  constexpr std::array<Kernel, 8> patterns = {
      &map<F, false, false, false>, &map<F, true, false, false>, &map<F, false, true, false>, &map<F, true, true, false>,
      &map<F, false, false, true>,  &map<F, true, false, true>,  &map<F, false, true, true>,  &map<F, true, true, true>};
  return patterns[singles & 7U];
}

void exp_column(const Operands& in, std::size_t n, double* out) { puente::exp(in[0], n, out); }
void log_column(const Operands& in, std::size_t n, double* out) { puente::log(in[0], n, out); }
void normal_column(const Operands& in, std::size_t n, double* out) { puente::inverse_normal_cdf(in[0], n, out); }
void power_columns(const Operands& in, std::size_t n, double* out) { puente::pow(in[0], in[1], n, out); }
void power_column(const Operands& in, std::size_t n, double* out) { puente::pow(in[0], *in[1], n, out); }

Kernel power_kernel(unsigned singles) {
  if ((singles & 1U) != 0) return binary<Power>(singles);
  return (singles & 2U) != 0 ? &power_column : &power_columns;
}

Kernel unary_kernel(Op op, unsigned singles) {
  switch (op) {
    case Op::negate: return unary<Negate>(singles);
    case Op::logical_not: return unary<Not>(singles);
    case Op::abs: return unary<Abs>(singles);
    case Op::exp: return (singles & 1U) != 0 ? unary<Exp>(singles) : &exp_column;
    case Op::log: return (singles & 1U) != 0 ? unary<Log>(singles) : &log_column;
    case Op::sqrt: return unary<Sqrt>(singles);
    case Op::floor: return unary<Floor>(singles);
    case Op::ceil: return unary<Ceil>(singles);
    case Op::round: return unary<Round>(singles);
    case Op::is_missing: return unary<IsMissing>(singles);
    case Op::normal: return (singles & 1U) != 0 ? unary<Normal>(singles) : &normal_column;
    default: return unary<Same>(singles);
  }
}

/// nullptr where completeness makes no difference.
Kernel complete_kernel(Op op, unsigned singles) {
  switch (op) {
    case Op::min: return binary<CompleteMin>(singles);
    case Op::max: return binary<CompleteMax>(singles);
    case Op::less: return binary<CompleteLess>(singles);
    case Op::less_equal: return binary<CompleteLessEqual>(singles);
    case Op::equal: return binary<CompleteEqual>(singles);
    case Op::unequal: return binary<CompleteUnequal>(singles);
    case Op::logical_and: return binary<Multiply>(singles);
    case Op::logical_or: return binary<CompleteOr>(singles);
    case Op::choose: return ternary<CompleteChoose>(singles);
    default: return nullptr;
  }
}

Kernel binary_kernel(Op op, unsigned singles) {
  switch (op) {
    case Op::add: return binary<Add>(singles);
    case Op::subtract: return binary<Subtract>(singles);
    case Op::multiply: return binary<Multiply>(singles);
    case Op::divide: return binary<Divide>(singles);
    case Op::power: return power_kernel(singles);
    case Op::min: return binary<Min>(singles);
    case Op::max: return binary<Max>(singles);
    case Op::less: return binary<Less>(singles);
    case Op::less_equal: return binary<LessEqual>(singles);
    case Op::equal: return binary<Equal>(singles);
    case Op::unequal: return binary<Unequal>(singles);
    case Op::logical_and: return binary<And>(singles);
    case Op::logical_or: return binary<Or>(singles);
    case Op::coalesce: return binary<Coalesce>(singles);
    default: return binary<WithinCut>(singles);
  }
}

template <class Outer, class Inner>
struct Fused {
  double operator()(double a, double b, double c) const { return Outer{}(Inner{}(a, b), c); }
};

template <class Inner>
struct ChooseWhere {
  double operator()(double a, double b, double then, double otherwise) const { return Inner{}(a, b) == 1 ? then : otherwise; }
};

template <class F>
Kernel quaternary(unsigned singles) {
  constexpr std::array<Kernel, 16> patterns = {
      &map<F, false, false, false, false>, &map<F, true, false, false, false>, &map<F, false, true, false, false>, &map<F, true, true, false, false>,
      &map<F, false, false, true, false>, &map<F, true, false, true, false>, &map<F, false, true, true, false>, &map<F, true, true, true, false>,
      &map<F, false, false, false, true>, &map<F, true, false, false, true>, &map<F, false, true, false, true>, &map<F, true, true, false, true>,
      &map<F, false, false, true, true>, &map<F, true, false, true, true>, &map<F, false, true, true, true>, &map<F, true, true, true, true>};
  return patterns[singles & 15U];
}

Kernel choose_where(Op inner, unsigned singles) {
  switch (inner) {
    case Op::less: return quaternary<ChooseWhere<CompleteLess>>(singles);
    case Op::less_equal: return quaternary<ChooseWhere<CompleteLessEqual>>(singles);
    case Op::equal: return quaternary<ChooseWhere<CompleteEqual>>(singles);
    case Op::unequal: return quaternary<ChooseWhere<CompleteUnequal>>(singles);
    default: return nullptr;
  }
}

template <class Outer>
Kernel fused_with(Op inner, unsigned singles, bool complete) {
  switch (inner) {
    case Op::add: return ternary<Fused<Outer, Add>>(singles);
    case Op::subtract: return ternary<Fused<Outer, Subtract>>(singles);
    case Op::multiply: return ternary<Fused<Outer, Multiply>>(singles);
    default: break;
  }
  if (!complete) return nullptr;
  switch (inner) {
    case Op::logical_and: return ternary<Fused<Outer, Multiply>>(singles);
    case Op::min: return ternary<Fused<Outer, CompleteMin>>(singles);
    case Op::max: return ternary<Fused<Outer, CompleteMax>>(singles);
    case Op::less: return ternary<Fused<Outer, CompleteLess>>(singles);
    case Op::less_equal: return ternary<Fused<Outer, CompleteLessEqual>>(singles);
    case Op::equal: return ternary<Fused<Outer, CompleteEqual>>(singles);
    case Op::unequal: return ternary<Fused<Outer, CompleteUnequal>>(singles);
    default: return nullptr;
  }
}

}  // namespace

Kernel fused_kernel(Op outer, Op inner, unsigned singles, bool complete) {
  if (outer == Op::choose) return complete ? choose_where(inner, singles) : nullptr;
  if (outer == Op::add) return fused_with<Add>(inner, singles, complete);
  const bool product = outer == Op::multiply || (outer == Op::logical_and && complete);
  return product ? fused_with<Multiply>(inner, singles, complete) : nullptr;
}

int operands(Op op) {
  if (op <= Op::input) return 0;
  if (op <= Op::fill) return 1;
  if (op <= Op::within_cut) return 2;
  return op <= Op::or_equal ? 3 : 0;
}

Kernel kernel_of(Op op, unsigned singles, bool complete) {
  expect(has_kernel(op), "an operation has a kernel");
  if (complete)
    if (const Kernel kernel = complete_kernel(op, singles)) return kernel;
  if (op == Op::choose) return ternary<Choose>(singles);
  if (op == Op::or_equal) return ternary<OrEqual>(singles);
  return operands(op) == 1 ? unary_kernel(op, singles) : binary_kernel(op, singles);
}

}  // namespace puente::rules
