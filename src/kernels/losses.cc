// The losses and their gradients, a row of outputs at a time.
//
// A sum over outputs is kept as one running sum for each place in a cache line and folded in a
// fixed tree, so that its bits do not depend on the length of vectors.
#include <cmath>

#include "machine/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/losses.cc"
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

// Running sums, one for each place in a cache line.
template <typename T>
struct LineSums {
  HWY_ALIGN T place[kLine<T>] = {};

  HWY_INLINE void add(std::size_t n, hn::Vec<Tag<T>> v) {
    const Tag<T> d;
    T* at = place + n % kLine<T>;
    hn::Store(hn::Add(hn::Load(d, at), v), d, at);
  }
  HWY_INLINE T fold() {
    for (std::size_t width = kLine<T> / 2; width > 0; width /= 2)
      for (std::size_t j = 0; j < width; ++j) place[j] += place[j + width];
    return place[0];
  }
};

// 1 where the column is the label, 0 elsewhere, for the columns from n on.
template <typename T>
HWY_INLINE hn::Vec<Tag<T>> target(std::size_t n, std::size_t label) {
  const Tag<T> d;
  const auto columns = hn::Iota(d, static_cast<T>(n));
  return hn::IfThenElseZero(hn::Eq(columns, hn::Set(d, static_cast<T>(label))), hn::Set(d, T{1}));
}

template <typename T>
HWY_INLINE hn::Mask<Tag<T>> real_columns(std::size_t n, std::size_t classes) {
  return hn::FirstN(Tag<T>(), classes > n ? classes - n : 0);
}

template <typename T>
void quadratic(const LossWork<T>& w) {
  const Tag<T> d;
  const auto scale = hn::Set(d, w.scale), half = hn::Set(d, T{0.5});
  LineSums<T> sums;
  const std::size_t padded = round_up(w.classes, kLine<T>);
  for (std::size_t i = 0; i < w.output.rows; ++i) {
    const T* a = w.output.data + i * w.output.stride;
    T* da = w.gradient.data + i * w.gradient.stride;
    const auto label = static_cast<std::size_t>(w.labels[w.order[i]]);
    for (std::size_t n = 0; n < padded; n += hn::Lanes(d)) {
      const auto error = hn::IfThenElseZero(real_columns<T>(n, w.classes),
                                            hn::Sub(hn::Load(d, a + n), target<T>(n, label)));
      hn::Store(hn::Mul(error, scale), d, da + n);
      sums.add(n, hn::Mul(half, hn::Mul(error, error)));
    }
  }
  for (std::size_t j = 0; j < kLine<T>; ++j) w.sums[j] += static_cast<double>(sums.place[j]);
}

// With the outputs z shifted by their largest, which cancels and keeps the exponentials in range:
// loss = log(sum of exp z) - z[label], gradient = exp z / sum of exp z - target.
template <typename T>
void cross_entropy(const LossWork<T>& w) {
  const Tag<T> d;
  const std::size_t padded = round_up(w.classes, kLine<T>);
  for (std::size_t i = 0; i < w.output.rows; ++i) {
    const T* z = w.output.data + i * w.output.stride;
    T* dz = w.gradient.data + i * w.gradient.stride;
    const auto label = static_cast<std::size_t>(w.labels[w.order[i]]);
    T largest = z[0];
    for (std::size_t n = 1; n < w.classes; ++n) largest = z[n] > largest ? z[n] : largest;
    const auto shift = hn::Set(d, largest);
    LineSums<T> sums;
    for (std::size_t n = 0; n < padded; n += hn::Lanes(d)) {
      const auto x = hn::Sub(hn::Load(d, z + n), shift);
      const auto e = hn::IfThenElse(hn::Eq(x, x), hn::Exp(d, x), x);
      const auto real = hn::IfThenElseZero(real_columns<T>(n, w.classes), e);
      hn::Store(real, d, dz + n);
      sums.add(n, real);
    }
    const T sum = sums.fold();
    w.sums[i % kLine<T>] +=
        std::log(static_cast<double>(sum)) - static_cast<double>(z[label] - largest);
    const auto scale = hn::Set(d, w.scale), share = hn::Set(d, T{1} / sum);
    for (std::size_t n = 0; n < padded; n += hn::Lanes(d)) {
      const auto p = hn::Mul(hn::Load(d, dz + n), share);
      hn::Store(hn::Mul(hn::Sub(p, target<T>(n, label)), scale), d, dz + n);
    }
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  std::size_t i = 0;
#define LITHE_LOSS(name, help) k.losses[i++] = name<T>;
#include "losses/losses.inc"
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
void fill_losses(Tables& tables) { HWY_DYNAMIC_DISPATCH(fill_both)(tables); }
}  // namespace lithe::kernels
#endif
