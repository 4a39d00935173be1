// The transforms of Winograd's convolution, and their adjoints, as winograd.h states them.
// Included once for each instruction set.
#if defined(LITHE_KERNELS_WINOGRAD_TRANSFORMS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LITHE_KERNELS_WINOGRAD_TRANSFORMS_INL_H
#undef LITHE_KERNELS_WINOGRAD_TRANSFORMS_INL_H
#else
#define LITHE_KERNELS_WINOGRAD_TRANSFORMS_INL_H
#endif

#include "hwy/highway.h"
#include "kernels/tile-inl.h"
#include "kernels/winograd.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using P = WinogradPoints;

template <typename T>
using Vector = hn::Vec<Tag<T>>;

template <typename T>
HWY_INLINE Vector<T> number(double value) {
  return hn::Set(Tag<T>(), static_cast<T>(value));
}

// Calls out(i, j, value) for the transform of in(i, j), down the columns and along the rows.
template <typename T, class Transform, class In, class Out>
HWY_INLINE void both_ways(const Transform&, const In& in, const Out& out) {
  constexpr std::size_t kFrom = Transform::kFrom, kTo = Transform::kTo;
  Vector<T> half[kTo][kFrom];
  LITHE_UNROLL for (std::size_t j = 0; j < kFrom; ++j) {
    Vector<T> from[kFrom], to[kTo];
    LITHE_UNROLL for (std::size_t i = 0; i < kFrom; ++i) from[i] = in(i, j);
    Transform::apply(from, to);
    LITHE_UNROLL for (std::size_t i = 0; i < kTo; ++i) half[i][j] = to[i];
  }
  LITHE_UNROLL for (std::size_t i = 0; i < kTo; ++i) {
    Vector<T> to[kTo];
    Transform::apply(half[i], to);
    LITHE_UNROLL for (std::size_t j = 0; j < kTo; ++j) out(i, j, to[j]);
  }
}

template <typename T>
struct InputTransform {
  static constexpr std::size_t kFrom = kWinogradIn, kTo = kWinogradIn;

  static HWY_INLINE void apply(const Vector<T> (&d)[kFrom], Vector<T> (&r)[kTo]) {
    const auto product = number<T>(P::a2 * P::b2), sum = number<T>(P::a2 + P::b2);
    const auto a = number<T>(P::a), b = number<T>(P::b), a2 = number<T>(P::a2),
               b2 = number<T>(P::b2);
    r[0] = hn::MulAdd(product, d[0], hn::NegMulAdd(sum, d[2], d[4]));
    r[5] = hn::MulAdd(product, d[1], hn::NegMulAdd(sum, d[3], d[5]));
    const auto even_a = hn::NegMulAdd(b2, d[2], d[4]), odd_a = hn::NegMulAdd(b2, d[1], d[3]);
    const auto even_b = hn::NegMulAdd(a2, d[2], d[4]), odd_b = hn::NegMulAdd(a2, d[1], d[3]);
    r[1] = hn::MulAdd(a, odd_a, even_a);
    r[2] = hn::NegMulAdd(a, odd_a, even_a);
    r[3] = hn::MulAdd(b, odd_b, even_b);
    r[4] = hn::NegMulAdd(b, odd_b, even_b);
  }
};

template <typename T>
struct OutputTransform {
  static constexpr std::size_t kFrom = kWinogradIn, kTo = kWinogradOut;

  static HWY_INLINE void apply(const Vector<T> (&m)[kFrom], Vector<T> (&y)[kTo]) {
    const auto s = hn::Add(m[1], m[2]), t = hn::Sub(m[1], m[2]);
    const auto u = hn::Add(m[3], m[4]), v = hn::Sub(m[3], m[4]);
    y[0] = hn::Add(hn::Add(m[0], s), u);
    y[1] = hn::MulAdd(number<T>(P::b), v, hn::Mul(number<T>(P::a), t));
    y[2] = hn::MulAdd(number<T>(P::b2), u, hn::Mul(number<T>(P::a2), s));
    y[3] = hn::MulAdd(number<T>(P::b3), v, hn::MulAdd(number<T>(P::a3), t, m[5]));
  }
};

template <typename T>
struct WindowTransform {
  static constexpr std::size_t kFrom = kWinogradWindow, kTo = kWinogradIn;

  static HWY_INLINE void apply(const Vector<T> (&g)[kFrom], Vector<T> (&r)[kTo]) {
    const auto even_a = hn::MulAdd(number<T>(P::a2), g[2], g[0]);
    const auto even_b = hn::MulAdd(number<T>(P::b2), g[2], g[0]);
    r[0] = hn::Mul(number<T>(P::n0), g[0]);
    r[1] = hn::Mul(number<T>(P::na), hn::MulAdd(number<T>(P::a), g[1], even_a));
    r[2] = hn::Mul(number<T>(P::na), hn::NegMulAdd(number<T>(P::a), g[1], even_a));
    r[3] = hn::Mul(number<T>(P::nb), hn::MulAdd(number<T>(P::b), g[1], even_b));
    r[4] = hn::Mul(number<T>(P::nb), hn::NegMulAdd(number<T>(P::b), g[1], even_b));
    r[5] = g[2];
  }
};

// The adjoints of A and of G.
template <typename T>
struct OutputGradient {
  static constexpr std::size_t kFrom = kWinogradOut, kTo = kWinogradIn;

  static HWY_INLINE void apply(const Vector<T> (&y)[kFrom], Vector<T> (&m)[kTo]) {
    const auto a = number<T>(P::a), b = number<T>(P::b), a2 = number<T>(P::a2),
               b2 = number<T>(P::b2);
    const auto even_a = hn::MulAdd(a2, y[2], y[0]), odd_a = hn::MulAdd(a2, y[3], y[1]);
    const auto even_b = hn::MulAdd(b2, y[2], y[0]), odd_b = hn::MulAdd(b2, y[3], y[1]);
    m[0] = y[0];
    m[1] = hn::MulAdd(a, odd_a, even_a);
    m[2] = hn::NegMulAdd(a, odd_a, even_a);
    m[3] = hn::MulAdd(b, odd_b, even_b);
    m[4] = hn::NegMulAdd(b, odd_b, even_b);
    m[5] = y[3];
  }
};

template <typename T>
struct WindowGradient {
  static constexpr std::size_t kFrom = kWinogradIn, kTo = kWinogradWindow;

  static HWY_INLINE void apply(const Vector<T> (&r)[kFrom], Vector<T> (&g)[kTo]) {
    const auto na = number<T>(P::na), nb = number<T>(P::nb);
    const auto s = hn::Mul(na, hn::Add(r[1], r[2])), t = hn::Mul(na, hn::Sub(r[1], r[2]));
    const auto u = hn::Mul(nb, hn::Add(r[3], r[4])), v = hn::Mul(nb, hn::Sub(r[3], r[4]));
    g[0] = hn::Add(hn::MulAdd(number<T>(P::n0), r[0], s), u);
    g[1] = hn::MulAdd(number<T>(P::b), v, hn::Mul(number<T>(P::a), t));
    g[2] = hn::MulAdd(number<T>(P::b2), u, hn::MulAdd(number<T>(P::a2), s, r[5]));
  }
};

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#endif
