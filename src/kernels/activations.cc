// The activations and their derivatives, a vector at a time, by the formulas of
// activations/formulas.inc.
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/activations.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/layout.h"
#include "kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <typename T>
using Tag = hn::CappedTag<T, kLine<T>>;

template <class D>
HWY_INLINE hn::Vec<D> constant(D d, double value) {
  return hn::Set(d, static_cast<hn::TFromD<D>>(value));
}

// x clipped to a bound beyond which the exponential that it is multiplied by is 0: infinity times 0
// would be NaN.
template <class D, class V>
HWY_INLINE V above_bound(D d, V x, double bound) {
  return at_least(d, x, static_cast<hn::TFromD<D>>(-bound));
}
template <class D, class V>
HWY_INLINE V within_bound(D d, V x, double bound) {
  return at_most(d, above_bound(d, x, bound), static_cast<hn::TFromD<D>>(bound));
}
// exp(-kFar) is 0 in float64 too.
constexpr double kFar = 710;

// `above` where x > 0, `other` where x <= 0, NaN where x is NaN.
template <class D, class V>
HWY_INLINE V by_sign(D d, V x, V above, V other) {
  const V zero = hn::Zero(d);
  return hn::IfThenElse(hn::Gt(x, zero), above, hn::IfThenElse(hn::Le(x, zero), other, x));
}

// 1 / (1 + exp(-x)) by the exponential that does not overflow, and the same of -x.
template <class V>
struct Logistic {
  V of_x, of_minus_x;
};

template <class D, class V>
HWY_INLINE Logistic<V> logistic(D d, V x) {
  const V e = exp_negative(d, minus_abs(d, x)), one = constant(d, 1);
  const V large = hn::Div(one, hn::Add(one, e)), small = hn::Mul(e, large);
  return {hn::IfNegativeThenElse(x, small, large), hn::IfNegativeThenElse(x, large, small)};
}

#define LITHE_ACTIVATION_VECTORS
#include "activations/formulas.inc"

// Two vectors at a time, so that the operations of one hide the latency of the other. A row of a
// panel is two lines.
template <class Function, typename T>
void forward(Matrix<const T> x, Matrix<T> y, Range lines, T argument) {
  const Tag<T> d;
  const auto a = hn::Set(d, argument);
  const std::size_t step = hn::Lanes(d), begin = lines.begin * kLine<T>, end = lines.end * kLine<T>;
  for (std::size_t i = 0; i < y.rows; ++i) {
    const T* from = x.data + i * x.stride;
    T* to = y.data + i * y.stride;
    std::size_t n = begin;
    for (; n + 2 * step <= end; n += 2 * step) {
      const auto first = hn::Load(d, from + n), second = hn::Load(d, from + n + step);
      hn::Store(Function::forward(d, first, a), d, to + n);
      hn::Store(Function::forward(d, second, a), d, to + n + step);
    }
    if (n < end) hn::Store(Function::forward(d, hn::Load(d, from + n), a), d, to + n);
  }
}

template <class Function, typename T>
void backward(Matrix<const T> x_or_y, Matrix<T> dy, Range lines, T argument) {
  const Tag<T> d;
  const auto a = hn::Set(d, argument);
  const std::size_t step = hn::Lanes(d), begin = lines.begin * kLine<T>, end = lines.end * kLine<T>;
  for (std::size_t i = 0; i < dy.rows; ++i) {
    const T* from = x_or_y.data + i * x_or_y.stride;
    T* to = dy.data + i * dy.stride;
    std::size_t n = begin;
    for (; n + 2 * step <= end; n += 2 * step) {
      const auto first = Function::derivative(d, hn::Load(d, from + n), a);
      const auto second = Function::derivative(d, hn::Load(d, from + n + step), a);
      hn::Store(hn::Mul(hn::Load(d, to + n), first), d, to + n);
      hn::Store(hn::Mul(hn::Load(d, to + n + step), second), d, to + n + step);
    }
    if (n < end) {
      const auto last = Function::derivative(d, hn::Load(d, from + n), a);
      hn::Store(hn::Mul(hn::Load(d, to + n), last), d, to + n);
    }
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  std::size_t i = 0;
#define LITHE_ACTIVATION(name, ...) k.activations[i++] = {forward<name, T>, backward<name, T>};
#include "activations/activations.inc"
}

void fill_both(Tables& tables) {
  fill(tables.float32);
  fill(tables.float64);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lithe::kernels {
void fill_activations(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
