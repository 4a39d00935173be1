// The activations and their derivatives, a vector at a time.
//
// Errors of the functions, in units in the last place of the exact value, in float32 and float64
// alike; tested in tests/kernels:
//
//   identity, relu      0         softplus        2
//   leaky_relu          0.5       silu            4
//   sigmoid, tanh       3         mish            5
//   elu, selu           2.5       gelu            9; ln(x / y) more on SSE4, which has no fused
//   hard_sigmoid        2                         multiply-add
//   hard_swish          3         gelu_tanh       5 + 3.5 ln(x / y), from the rounding of the cubic
//
// A value nearer to 0 than an exponential that is normal times x (1e-35, 1e-305 in float64) may be
// 0. Derivatives are sums that cancel: their error is absolute, 4 epsilons (of elu, of alpha where
// that is above 1), the rounding of the y that they are computed from included.
//
// NaN stays NaN, so that a training run that fails is noticed. Functions and derivatives of
// infinities are their limits, and no finite x gives NaN.
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

// forward: f(x). derivative: f'(x), from y = f(x) or from x, as the row in activations.inc says. a:
// the argument.
struct identity {
  template <class D, class V>
  static HWY_INLINE V forward(D, V x, V) {
    return x;
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V, V) {
    return constant(d, 1);
  }
};

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

struct sigmoid {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V = V()) {
    const V e = exp_negative(d, minus_abs(d, x)), one = constant(d, 1);
    return hn::Div(hn::IfNegativeThenElse(x, e, one), hn::Add(one, e));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D, V y, V) {
    return hn::NegMulAdd(y, y, y);
  }
};

// With m = exp(-2 |x|) - 1: -m / (2 + m).
struct tanh {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V) {
    const V two = constant(d, 2), m = expm1_negative(d, hn::Mul(two, minus_abs(d, x)));
    return hn::CopySign(hn::Div(m, hn::Add(two, m)), x);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V y, V) {
    return hn::NegMulAdd(y, y, constant(d, 1));
  }
};

struct relu {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V) {
    return hn::IfThenZeroElse(hn::Le(x, hn::Zero(d)), x);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V y, V) {
    return by_sign(d, y, constant(d, 1), hn::Zero(d));
  }
};

struct leaky_relu {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V slope) {
    // A slope of 0 gives 0 for minus infinity too.
    const V below = hn::IfThenElseZero(hn::Gt(slope, hn::Zero(d)), hn::Mul(slope, x));
    return by_sign(d, x, x, below);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V y, V slope) {
    return by_sign(d, y, constant(d, 1), slope);
  }
};

struct elu {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V alpha) {
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(alpha, expm1_negative(d, x)));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V y, V alpha) {
    return hn::IfThenElse(hn::Gt(y, hn::Zero(d)), constant(d, 1), hn::Add(y, alpha));
  }
};

// kScale * elu(x) with alpha = kScaledAlpha / kScale.
struct selu {
  static constexpr double kScale = 1.05070098735548049342, kScaledAlpha = 1.75809934084737685994;

  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V) {
    const V below = hn::Mul(constant(d, kScaledAlpha), expm1_negative(d, x));
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Mul(constant(d, kScale), x), below);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V y, V) {
    const V below = hn::Add(y, constant(d, kScaledAlpha));
    return hn::IfThenElse(hn::Gt(y, hn::Zero(d)), constant(d, kScale), below);
  }
};

struct gelu {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V) {
    return hn::Mul(above_bound(d, x, kFar), normal(d, x).below);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const Normal<V> n = normal(d, x);
    return hn::MulAdd(within_bound(d, x, kFar), n.density, n.below);
  }
};

// x sigmoid(v) with v = 2 sqrt(2 / pi) x (1 + kCubic x^2), at x = 30 above 1000.
struct gelu_tanh {
  static constexpr double kLinear = 1.59576912160573071176, kCubic = 0.044715;

  template <class D, class V>
  static HWY_INLINE V inner(D d, V x, V square) {
    const V scaled = hn::Mul(constant(d, kLinear), x);
    return hn::Mul(scaled, hn::MulAdd(constant(d, kCubic), square, constant(d, 1)));
  }
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V) {
    const V near = within_bound(d, x, 30);
    return hn::Mul(above_bound(d, x, 30), sigmoid::forward(d, inner(d, near, hn::Mul(near, near))));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const V near = within_bound(d, x, 30), square = hn::Mul(near, near);
    const Logistic<V> s = logistic(d, inner(d, near, square));
    // x v'
    const V slope = hn::MulAdd(constant(d, 3 * kCubic * kLinear), square, constant(d, kLinear));
    const V change = hn::Mul(hn::Mul(near, slope), s.of_minus_x);
    return hn::MulAdd(change, s.of_x, s.of_x);
  }
};

struct silu {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V) {
    return hn::Mul(above_bound(d, x, kFar), sigmoid::forward(d, x));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const Logistic<V> s = logistic(d, x);
    return hn::MulAdd(hn::Mul(within_bound(d, x, kFar), s.of_minus_x), s.of_x, s.of_x);
  }
};

struct softplus {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V) {
    const V log = log1p_fraction(d, exp_negative(d, minus_abs(d, x)));
    return hn::Add(at_least(d, x, 0), log);
  }
  // y is not negative.
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V y, V) {
    return hn::Neg(expm1_negative(d, hn::Neg(y)));
  }
};

// x w / (w + 2) with w = e (e + 2) and e = exp(x): tanh(log(1 + e)) = ((1 + e)^2 - 1) / ((1 + e)^2
// + 1). Where x > 0 both sides of the fraction are multiplied by exp(-2 x), so that nothing
// overflows: with e = exp(-|x|), (2 e + 1) / (2 e + 1 + 2 e^2).
struct mish {
  template <class V>
  struct Fraction {
    V e, square, above, below;  // square: the 2 of the denominator / 2
  };
  template <class D, class V>
  static HWY_INLINE Fraction<V> fraction(D d, V x) {
    const V e = exp_negative(d, minus_abs(d, x));
    const V one = constant(d, 1), two = constant(d, 2), e2 = hn::Mul(e, e);
    const V above = hn::MulAdd(two, e, hn::IfNegativeThenElse(x, e2, one));
    const V square = hn::IfNegativeThenElse(x, one, e2);
    return {e, square, above, hn::MulAdd(two, square, above)};
  }
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V) {
    const Fraction<V> f = fraction(d, x);
    return hn::Mul(above_bound(d, x, kFar), hn::Div(f.above, f.below));
  }
  // (above + x * 4 (1 + e) (x > 0 ? e^2 : e) / below) / below
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const Fraction<V> f = fraction(d, x);
    const V inverse = hn::Div(constant(d, 1), f.below);
    const V power = hn::IfNegativeThenElse(x, f.e, f.square);
    const V change = hn::Mul(hn::MulAdd(f.e, power, power), hn::Mul(constant(d, 4), inverse));
    return hn::Mul(hn::MulAdd(within_bound(d, x, kFar), change, f.above), inverse);
  }
};

struct hard_sigmoid {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V = V()) {
    const V relu6 = at_most(d, at_least(d, hn::Add(x, constant(d, 3)), 0), 6);
    return hn::Mul(relu6, constant(d, 1.0 / 6));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V y, V) {
    const V rising = hn::IfThenElseZero(hn::Lt(y, constant(d, 1)), constant(d, 1.0 / 6));
    return by_sign(d, y, rising, hn::Zero(d));
  }
};

struct hard_swish {
  template <class D, class V>
  static HWY_INLINE V forward(D d, V x, V) {
    return hn::Mul(above_bound(d, x, 3), hard_sigmoid::forward(d, x));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, V x, V) {
    const V three = constant(d, 3);
    const V rising = hn::MulAdd(x, constant(d, 1.0 / 3), constant(d, 0.5));
    const V above = hn::IfThenElse(hn::Gt(x, three), constant(d, 1), rising);
    return hn::IfThenZeroElse(hn::Lt(x, hn::Neg(three)), above);
  }
};

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
#define LITHE_ACTIVATION(name, derivative_from, argument, fallback, low, high, help) \
  k.activations[i++] = {forward<name, T>, backward<name, T>};
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
