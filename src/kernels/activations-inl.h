// The formulas of the activations (activations/formulas.inc), a vector at a time, and what they are
// made of. Included once for each instruction set.
#if defined(LITHE_KERNELS_ACTIVATIONS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LITHE_KERNELS_ACTIVATIONS_INL_H
#undef LITHE_KERNELS_ACTIVATIONS_INL_H
#else
#define LITHE_KERNELS_ACTIVATIONS_INL_H
#endif

#include "hwy/highway.h"
#include "kernels/line_sums-inl.h"
#include "kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

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

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#endif
