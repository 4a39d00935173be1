// The activations and their derivatives, a vector at a time.
//
// Errors against the exact value, tested in tests/kernels: sigmoid 4 ULP, tanh 5 ULP; the others
// are exact. Sigmoid does not fall below 1.6e-38 (2.4e-307 in float64), close to the smallest
// normal number: it stays there for arguments that are more negative. Not-a-number stays
// not-a-number, so that a training run that fails is noticed.
#include "machine/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/activations.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/layout.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <typename T>
using Tag = hn::CappedTag<T, kLine<T>>;

template <class D, class V>
HWY_INLINE V keep_nan(D, V x, V y) {
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

// forward: f(x). backward: dy * f'(x), with y = f(x).
struct identity {
  template <class D, class V>
  static HWY_INLINE V forward(D, V x) {
    return x;
  }
  template <class D, class V>
  static HWY_INLINE V backward(D, V, V dy) {
    return dy;
  }
};

struct sigmoid {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x) {
    using T = hn::TFromD<D>;
    // Beyond the bound the exponential would leave the range.
    const V bound = hn::Set(d, static_cast<T>(sizeof(T) == 4 ? 87 : 706));
    const V e = hn::Exp(d, hn::Min(hn::Neg(x), bound));
    const V one = hn::Set(d, T{1});
    return keep_nan(d, x, hn::Div(one, hn::Add(one, e)));
  }
  template <class D, class V>
  static HWY_INLINE V backward(D, V y, V dy) {
    return hn::Mul(dy, hn::NegMulAdd(y, y, y));
  }
};

struct tanh {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x) {
    return keep_nan(d, x, hn::Tanh(d, x));
  }
  template <class D, class V>
  static HWY_INLINE V backward(D d, V y, V dy) {
    return hn::Mul(dy, hn::NegMulAdd(y, y, hn::Set(d, hn::TFromD<D>{1})));
  }
};

struct relu {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x) {
    return hn::IfThenElse(hn::Le(x, hn::Zero(d)), hn::Zero(d), x);
  }
  template <class D, class V>
  static HWY_INLINE V backward(D d, V y, V dy) {
    return hn::IfThenElseZero(hn::Gt(y, hn::Zero(d)), dy);
  }
};

template <class Function, typename T>
void forward(Matrix<T> y, Range lines) {
  const Tag<T> d;
  for (std::size_t i = 0; i < y.rows; ++i) {
    T* row = y.data + i * y.stride;
    for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; n += hn::Lanes(d))
      hn::Store(Function::forward(d, hn::Load(d, row + n)), d, row + n);
  }
}

template <class Function, typename T>
void backward(Matrix<const T> y, Matrix<T> dy, Range lines) {
  const Tag<T> d;
  for (std::size_t i = 0; i < y.rows; ++i) {
    const T* value = y.data + i * y.stride;
    T* row = dy.data + i * dy.stride;
    for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; n += hn::Lanes(d))
      hn::Store(Function::backward(d, hn::Load(d, value + n), hn::Load(d, row + n)), d, row + n);
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  std::size_t i = 0;
#define LITHE_ACTIVATION(name, help) k.activations[i++] = {forward<name, T>, backward<name, T>};
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
namespace {
HWY_EXPORT(fill_both);
}
void fill_activations(Tables& tables) { HWY_DYNAMIC_DISPATCH(fill_both)(tables); }
}  // namespace lithe::kernels
#endif
