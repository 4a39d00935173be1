// Sums whose bits do not depend on the length of vectors: one running sum for each place in a cache
// line, folded in a fixed tree. Included once for each instruction set.
#if defined(LITHE_KERNELS_LINE_SUMS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LITHE_KERNELS_LINE_SUMS_INL_H
#undef LITHE_KERNELS_LINE_SUMS_INL_H
#else
#define LITHE_KERNELS_LINE_SUMS_INL_H
#endif

#include "hwy/highway.h"
#include "kernels/layout.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Vectors are never longer than a cache line, so that a line always holds whole vectors.
template <typename T>
using Tag = hn::CappedTag<T, kLine<T>>;

template <typename T>
struct LineSums {
  HWY_ALIGN T place[kLine<T>] = {};

  // Adds the values of the columns from n on.
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

template <typename T>
HWY_INLINE hn::Mask<Tag<T>> real_columns(std::size_t n, std::size_t columns) {
  return hn::FirstN(Tag<T>(), columns > n ? columns - n : 0);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#endif
