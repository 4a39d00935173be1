// The mathematical functions of all kernels, a vector at a time, for the arguments that
// activations, losses and noise have:
//
//   function         arguments       error in ULP, float32 and float64
//   exp_negative     x <= 0          1.5; 0 where the result would be denormal
//   expm1_negative   x <= 0          2
//   log1p_fraction   0 <= u <= 1     2
//   log_positive     normal x > 0    2
//   sin_cos_turn     0 <= u <= 1     2.5, of the sine and the cosine of 2 pi u
//   normal           any x           4, the density, and 8, the distribution; on SSE4, x^2 more
//
// tests/kernels/math_test.cc checks these errors, and the edges of the ranges. NaN in gives NaN
// out. The functions consist of operations that IEEE 754 rounds in one way alone (no estimates), so
// every instruction set with fused multiply-add gives the same bits. Highway's contrib/math is not
// used, because its bits may change with its version.
//
// There are no branches: the end of a range is a select, and the polynomials are split into odd and
// even powers, which halves their latency.
#if defined(LITHE_KERNELS_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LITHE_KERNELS_MATH_INL_H_
#undef LITHE_KERNELS_MATH_INL_H_
#else
#define LITHE_KERNELS_MATH_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The polynomials are minimax (Remez) for the interval and weight that stand beside them.
template <typename T>
struct MathConstants;

template <>
struct MathConstants<float> {
  static constexpr float kLog2e = 1.44269504f;
  // ln 2 in two parts; an integer of 8 bits times the first is exact.
  static constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  // 1.5 * 2^23 and the exponent's bias: what is added to it is rounded to an integer, whose bits
  // come to stand lowest.
  static constexpr float kRound = 12582912.0f + 127.0f;
  static constexpr int kMantissaBits = 23;
  static constexpr float kExpLow = -87.33f;
  static constexpr float kExpm1Low = -18.0f;  // expm1 rounds to -1 from here on
  // (expm1(r) - r) / r^2 for |r| < ln 2 / 2: 2^-26 of expm1.
  static constexpr float kExp[] = {0.5f, 0.16666548f, 0.041666314f, 0.00836616103f, 0.00139444426f};
  // (2 atanh(s) - 2 s) / s^3 by s^2, for s < 0.172: 2^-29.
  static constexpr float kLog[] = {0.66666764f, 0.399785727f, 0.29848817f};
  // (a + 4) P(normal number < -a) / exp(-a^2 / 2) by 1 - 8 / (a + 4), for 0 <= a < 14: 2^-26.9.
  static constexpr float kNormal[] = {
      0.755285144f,    -0.607896626f,   0.387136877f,   -0.186523199f,   0.0604041517f,
      -0.00752672274f, -0.00351500371f, 0.00157183805f, 0.000184644945f, -0.000129512278f};
  static constexpr float kNormalEnd = 14.0f;
  // The bits of sqrt(1/2), rounded down.
  static constexpr std::int32_t kRootHalfBits = 0x3F3504F3;
  static constexpr float kRoundQuarters = 12582912.0f;  // 1.5 * 2^23: the sum is an integer
  // sin(2 pi r) / r and (cos(2 pi r) - 1) / r^2 by r^2, for |r| <= 1/8: 2^-28 and 2^-30.
  static constexpr float kSin[] = {6.28318528683345039f, -41.3416614549421269f,
                                   81.5923535561761027f, -75.393562832681845f};
  static constexpr float kCos[] = {-19.7392087896984524f, 64.9393687205411558f,
                                   -85.4487637990804219f, 59.4217088311600503f};
};

template <>
struct MathConstants<double> {
  static constexpr double kLog2e = 1.4426950408889634;
  static constexpr double kLn2High = 6.93147180369123816490e-01;
  static constexpr double kLn2Low = 1.90821492927058770002e-10;
  static constexpr double kRound = 6755399441055744.0 + 1023.0;
  static constexpr int kMantissaBits = 52;
  static constexpr double kExpLow = -708.39;
  static constexpr double kExpm1Low = -40.0;
  // 2^-55
  static constexpr double kExp[] = {0.50000000000000033,    0.16666666666666682,
                                    0.041666666666589781,   0.0083333333333162219,
                                    0.0013888888928214008,  0.00019841269899780809,
                                    2.4801508589128137e-05, 2.7557230584300883e-06,
                                    2.7624922478470286e-07, 2.5113723442833037e-08};
  // 2^-58
  static constexpr double kLog[] = {0.66666666666666996, 0.39999999999609726, 0.28571428704492946,
                                    0.2222220206270123,  0.18183398732025025, 0.15317966348296527,
                                    0.14759411109255335};
  // For 0 <= a < 39: 2^-59.
  static constexpr double kNormal[] = {
      0.75528513041575152,    -0.60789664197189208,    0.38713740074221487,
      -0.18652185795965862,   0.060396574890919659,    -0.0075401889666835186,
      -0.0034796923670203251, 0.00163081845698244,     0.00013334430815480181,
      -0.0002310949307086415, -1.9082299890341715e-06, 3.5144667768175568e-05,
      7.1654654887549348e-07, -5.9201335293870714e-06, -6.2937098064285125e-07,
      1.0215258163003576e-06, 2.7123245018680774e-07,  -1.5502929160221221e-07,
      -8.478076819137496e-08, 1.3454084945369113e-08,  1.9228589546699285e-08,
      1.7574607489018351e-09, -2.4164771299715166e-09, -6.7095466506235767e-10};
  static constexpr double kNormalEnd = 39.0;
  static constexpr std::int64_t kRootHalfBits = 0x3FE6A09E667F3BCC;
  static constexpr double kRoundQuarters = 6755399441055744.0;  // 1.5 * 2^52
  // 2^-69 and 2^-72.
  static constexpr double kSin[] = {
      6.28318530717958648, -41.3417022403997601, 81.6052492760749269, -76.7058597529966892,
      42.0586939287265969, -15.0946403793322575, 3.81978697902594551, -0.711614973216383767};
  static constexpr double kCos[] = {
      -19.7392088021787172, 64.9393940226682915, -85.4568172066936839, 60.2446413718543206,
      -26.4262567777730693, 7.90353560818237245, -1.71433307613173014, 0.27973725444652509};
};

// Not-a-number stays: x86 returns the second operand, and NEON's instructions would return the
// number.
template <class D, class V>
HWY_INLINE V at_least(D d, V x, hn::TFromD<D> bound) {
#if HWY_TARGET == HWY_NEON
  return hn::IfThenElse(hn::Lt(x, hn::Set(d, bound)), hn::Set(d, bound), x);
#else
  return hn::Max(hn::Set(d, bound), x);
#endif
}
template <class D, class V>
HWY_INLINE V at_most(D d, V x, hn::TFromD<D> bound) {
#if HWY_TARGET == HWY_NEON
  return hn::IfThenElse(hn::Lt(hn::Set(d, bound), x), hn::Set(d, bound), x);
#else
  return hn::Min(hn::Set(d, bound), x);
#endif
}

template <class D, class V>
HWY_INLINE V minus_abs(D d, V x) {
  return hn::Or(x, hn::SignBit(d));
}

// c[kFirst] + c[kFirst + 2] x2 + c[kFirst + 4] x2^2 + ...
template <std::size_t kFirst, class D, class V, std::size_t kCount>
HWY_INLINE V every_second_power(D d, V x2, const hn::TFromD<D> (&c)[kCount]) {
  if constexpr (kFirst + 2 >= kCount) {
    return hn::Set(d, c[kFirst]);
  } else {
    return hn::MulAdd(every_second_power<kFirst + 2>(d, x2, c), x2, hn::Set(d, c[kFirst]));
  }
}

// c[0] + c[1] x + c[2] x^2 + ...
template <class D, class V, std::size_t kCount>
HWY_INLINE V polynomial(D d, V x, const hn::TFromD<D> (&c)[kCount]) {
  const V x2 = hn::Mul(x, x);
  return hn::MulAdd(every_second_power<1>(d, x2, c), x, every_second_power<0>(d, x2, c));
}

// exp(x) = scale * (1 + rest), with scale a power of two and |rest| < 0.42, where it is normal.
template <class V>
struct ExpParts {
  V scale, rest;
};

template <class D, class V>
HWY_INLINE ExpParts<V> exp_parts(D d, V x) {
  using T = hn::TFromD<D>;
  using C = MathConstants<T>;
  const hn::RebindToSigned<D> di;
  const V round = hn::Set(d, C::kRound);
  const V shifted = hn::MulAdd(x, hn::Set(d, C::kLog2e), round);
  const V n = hn::Sub(shifted, round);
  const V scale = hn::BitCast(d, hn::ShiftLeft<C::kMantissaBits>(hn::BitCast(di, shifted)));
  V r = hn::NegMulAdd(n, hn::Set(d, C::kLn2High), x);
  r = hn::NegMulAdd(n, hn::Set(d, C::kLn2Low), r);
  return {scale, hn::MulAdd(hn::Mul(r, r), polynomial(d, r, C::kExp), r)};
}

// exp(x) for x <= 0; 0 below kExpLow, where it would not be normal.
template <class D, class V>
HWY_INLINE V exp_negative(D d, V x) {
  const ExpParts<V> e = exp_parts(d, x);
  const auto vanished = hn::Lt(x, hn::Set(d, MathConstants<hn::TFromD<D>>::kExpLow));
  return hn::IfThenZeroElse(vanished, hn::MulAdd(e.scale, e.rest, e.scale));
}

// exp(x) - 1 for x <= 0.
template <class D, class V>
HWY_INLINE V expm1_negative(D d, V x) {
  using T = hn::TFromD<D>;
  const ExpParts<V> e = exp_parts(d, at_least(d, x, MathConstants<T>::kExpm1Low));
  return hn::MulAdd(e.scale, e.rest, hn::Sub(e.scale, hn::Set(d, T{1})));
}

// log(2^k (1 + f)) for 1 + f between sqrt(1/2) and sqrt(2), with `high` and `low` the parts of
// k ln 2, the first exact.
//
// With s = f / (2 + f), log(1 + f) = 2 atanh(s) = f - (f^2 / 2 - s (f^2 / 2 + s^2 P(s^2))), a small
// correction to f.
template <class D, class V>
HWY_INLINE V log_scaled(D d, V f, V high, V low) {
  using T = hn::TFromD<D>;
  const V s = hn::Div(f, hn::Add(hn::Set(d, T{2}), f));
  const V z = hn::Mul(s, s), square = hn::Mul(hn::Mul(f, hn::Set(d, T{0.5})), f);
  const V rest = hn::MulAdd(z, polynomial(d, z, MathConstants<T>::kLog), square);
  const V log = hn::Sub(f, hn::Sub(square, hn::MulAdd(s, rest, low)));
  return hn::Add(log, high);
}

// log(1 + u) for 0 <= u <= 1.
template <class D, class V>
HWY_INLINE V log1p_fraction(D d, V u) {
  using T = hn::TFromD<D>;
  using C = MathConstants<T>;
  const V one = hn::Set(d, T{1}), half = hn::Set(d, T{0.5});
  const auto halved = hn::Gt(u, hn::Set(d, static_cast<T>(0.41421356)));
  const V f = hn::IfThenElse(halved, hn::Mul(hn::Sub(u, one), half), u);
  return log_scaled(d, f, hn::IfThenElseZero(halved, hn::Set(d, C::kLn2High)),
                    hn::IfThenElseZero(halved, hn::Set(d, C::kLn2Low)));
}

// log(x) for x > 0 that is normal.
template <class D, class V>
HWY_INLINE V log_positive(D d, V x) {
  using T = hn::TFromD<D>;
  using C = MathConstants<T>;
  const hn::RebindToSigned<D> di;
  const auto bits = hn::BitCast(di, x);
  const auto exponent =
      hn::ShiftRight<C::kMantissaBits>(hn::Sub(bits, hn::Set(di, C::kRootHalfBits)));
  const V scaled = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<C::kMantissaBits>(exponent)));
  const V k = hn::ConvertTo(d, exponent);
  const V log = log_scaled(d, hn::Sub(scaled, hn::Set(d, T{1})),
                           hn::Mul(k, hn::Set(d, C::kLn2High)), hn::Mul(k, hn::Set(d, C::kLn2Low)));
  return hn::IfThenElse(hn::Eq(x, x), log, x);
}

// The sine and the cosine of 2 pi u for 0 <= u <= 1.
template <class V>
struct SinCos {
  V sin, cos;
};

// u = q / 4 + r with an integer q and |r| <= 1/8, both exact.
template <class D, class V>
HWY_INLINE SinCos<V> sin_cos_turn(D d, V u) {
  using T = hn::TFromD<D>;
  using C = MathConstants<T>;
  const hn::RebindToSigned<D> di;
  const V round = hn::Set(d, C::kRoundQuarters), one = hn::Set(d, T{1});
  const V shifted = hn::MulAdd(u, hn::Set(d, T{4}), round);
  const V r = hn::NegMulAdd(hn::Sub(shifted, round), hn::Set(d, T{0.25}), u);
  const V z = hn::Mul(r, r);
  const V sin = hn::Mul(r, polynomial(d, z, C::kSin));
  const V cos = hn::MulAdd(z, polynomial(d, z, C::kCos), one);
  // The lowest bits of q: the first swaps the two, the second turns both signs; the cosine's turns
  // where they differ.
  const auto q = hn::BitCast(di, shifted), unit = hn::Set(di, 1);
  const auto swap = hn::MaskFromVec(hn::BitCast(d, hn::Neg(hn::And(q, unit))));
  constexpr int kToSign = 8 * sizeof(T) - 2;
  const V sign = hn::SignBit(d);
  const V sin_sign = hn::And(hn::BitCast(d, hn::ShiftLeft<kToSign>(q)), sign);
  const V cos_sign = hn::And(hn::BitCast(d, hn::ShiftLeft<kToSign>(hn::Add(q, unit))), sign);
  return {hn::Xor(hn::IfThenElse(swap, cos, sin), sin_sign),
          hn::Xor(hn::IfThenElse(swap, sin, cos), cos_sign)};
}

// The density of the standard normal distribution at x, and its distribution function. Both are 0
// below -kNormalEnd. Without fused multiply-add (SSE4) the last bits of the square are lost.
template <class V>
struct Normal {
  V density, below;
};

template <class D, class V>
HWY_INLINE Normal<V> normal(D d, V x) {
  using T = hn::TFromD<D>;
  using C = MathConstants<T>;
  const V a = at_most(d, hn::Abs(x), C::kNormalEnd);
  const V half = hn::Set(d, T{0.5}), one = hn::Set(d, T{1});
  // The rounding of a^2 would be an error of many units of its exponential.
  const V square = hn::Mul(a, a), lost = hn::MulSub(a, a, square);
  const V rounded = exp_negative(d, hn::Neg(hn::Mul(half, square)));
  const V e = hn::NegMulAdd(rounded, hn::Mul(half, lost), rounded);
  const V q = hn::Div(one, hn::Add(a, hn::Set(d, T{4})));
  const V z = hn::NegMulAdd(hn::Set(d, T{8}), q, one);
  const V tail = hn::Mul(hn::Mul(e, q), polynomial(d, z, C::kNormal));
  const V density = hn::Mul(e, hn::Set(d, static_cast<T>(0.39894228040143267794)));
  return {density, hn::IfNegativeThenElse(x, tail, hn::Sub(one, tail))};
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#endif  // LITHE_KERNELS_MATH_INL_H_
