// Dropout and Gaussian noise. The random numbers are Philox4x32-10 (Salmon and others, 2011) of
// (seed; place, row, step, stream), so they need no order and no memory: the backward pass draws
// the same numbers again.
//
// A counter gives four numbers, for the same place in each of four consecutive cache lines of
// columns.
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/noise.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/layout.h"
#include "kernels/line_sums-inl.h"
#include "kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

template <typename T>
using Tag32 = hn::Rebind<std::uint32_t, Tag<T>>;
template <typename T>
using Vec32 = hn::Vec<Tag32<T>>;

// Both halves of the products of 32-bit numbers.
template <class D, class V>
HWY_INLINE void multiply(D d, V a, V b, V& high, V& low) {
  const hn::Repartition<std::uint64_t, D> wide;
  const auto even = hn::MulEven(a, b);
  const auto odd = hn::MulEven(hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(wide, a))), b);
  high = hn::OddEven(hn::BitCast(d, odd), hn::BitCast(d, hn::ShiftRight<32>(even)));
  low = hn::Mul(a, b);
}

template <typename T>
struct Words {
  Vec32<T> word[4];
};

template <typename T>
HWY_INLINE Words<T> philox(const NoiseWork<T>& w, std::size_t row, std::size_t counter) {
  const Tag32<T> d;
  const auto first = hn::Set(d, 0xD2511F53u), second = hn::Set(d, 0xCD9E8D57u);
  Vec32<T> c0 = hn::Add(hn::Iota(d, 0), hn::Set(d, static_cast<std::uint32_t>(counter)));
  Vec32<T> c1 = hn::Set(d, static_cast<std::uint32_t>(row));
  Vec32<T> c2 = hn::Set(d, static_cast<std::uint32_t>(w.step));
  Vec32<T> c3 = hn::Set(d, w.stream);
  std::uint32_t key0 = static_cast<std::uint32_t>(w.seed);
  std::uint32_t key1 = static_cast<std::uint32_t>(w.seed >> 32);
  for (int round = 0; round < 10; ++round) {
    Vec32<T> high0, low0, high1, low1;
    multiply(d, c0, first, high0, low0);
    multiply(d, c2, second, high1, low1);
    c0 = hn::Xor(hn::Xor(high1, c1), hn::Set(d, key0));
    c2 = hn::Xor(hn::Xor(high0, c3), hn::Set(d, key1));
    c1 = low1, c3 = low0;
    key0 += 0x9E3779B9u, key1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// Uniform numbers in [0, 1), in steps of 2^-24.
template <class V>
HWY_INLINE hn::Vec<Tag<float>> uniform(Tag<float> d, V word) {
  const hn::RebindToSigned<Tag<float>> whole;
  return hn::Mul(hn::ConvertTo(d, hn::BitCast(whole, hn::ShiftRight<8>(word))),
                 hn::Set(d, 0x1p-24f));
}
template <class V>
HWY_INLINE hn::Vec<Tag<double>> uniform(Tag<double> d, V word) {
  const hn::Rebind<std::int32_t, Tag<double>> whole;
  return hn::Mul(hn::PromoteTo(d, hn::BitCast(whole, hn::ShiftRight<8>(word))),
                 hn::Set(d, 0x1p-24));
}

template <typename T>
using Values = hn::Vec<Tag<T>>[4];

// What four vectors of columns, each a line apart, become.
template <typename T>
HWY_INLINE void drop(const NoiseWork<T>& w, const Words<T>& random, Values<T>& x) {
  const Tag<T> d;
  const auto keep = hn::Set(d, static_cast<T>(w.threshold >> 8) * static_cast<T>(0x1p-24));
  for (int j = 0; j < 4; ++j) {
    const auto kept = hn::MulAdd(x[j], hn::Set(d, w.factor), hn::Set(d, w.offset));
    x[j] = hn::IfThenElse(hn::Lt(uniform(d, random.word[j]), keep), kept, hn::Set(d, w.dropped));
  }
}

// Two normal numbers from two uniform ones (Box and Muller, 1958).
template <typename T>
HWY_INLINE void add_normal(const NoiseWork<T>& w, const Words<T>& random, Values<T>& x) {
  const Tag<T> d;
  const auto deviation = hn::Set(d, w.deviation);
  for (int j = 0; j < 4; j += 2) {
    const auto first = hn::Sub(hn::Set(d, T{1}), uniform(d, random.word[j]));
    const auto radius = hn::Sqrt(hn::Mul(hn::Set(d, T{-2}), log_positive(d, first)));
    const auto angle = sin_cos_turn(d, uniform(d, random.word[j + 1]));
    const auto scaled = hn::Mul(radius, deviation);
    x[j] = hn::MulAdd(scaled, angle.cos, x[j]);
    x[j + 1] = hn::MulAdd(scaled, angle.sin, x[j + 1]);
  }
}

template <typename T>
HWY_INLINE void noise_group(const NoiseWork<T>& w, std::size_t row, std::size_t group,
                            std::size_t place, Range lines) {
  const Tag<T> d;
  const Words<T> random = philox(w, w.first_row + row, group * kLine<T> + place);
  const auto inside = [&](std::size_t j) {
    return group * 4 + j >= lines.begin && group * 4 + j < lines.end;
  };
  const std::size_t at = group * 4 * kLine<T> + place;
  Values<T> x;
  for (std::size_t j = 0; j < 4; ++j)
    x[j] = inside(j) ? hn::Load(d, w.x.row(row) + at + j * kLine<T>) : hn::Zero(d);
  if (w.deviation != 0)
    add_normal(w, random, x);
  else
    drop(w, random, x);
  for (std::size_t j = 0; j < 4; ++j)
    if (inside(j)) hn::Store(x[j], d, w.y.row(row) + at + j * kLine<T>);
}

template <typename T>
void noise(const NoiseWork<T>& w, Range lines) {
  const std::size_t lanes = hn::Lanes(Tag<T>());
  for (std::size_t i = 0; i < w.x.rows; ++i)
    for (std::size_t group = lines.begin / 4; group * 4 < lines.end; ++group)
      for (std::size_t place = 0; place < kLine<T>; place += lanes)
        noise_group(w, i, group, place, lines);
}

template <typename T>
void fill(Kernels<T>& k) {
  k.noise = noise<T>;
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
void fill_noise(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
