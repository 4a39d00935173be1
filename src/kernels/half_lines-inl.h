// Rows whose last cache line is at most half full: its other half is padding, which needs no
// arithmetic. Included once for each instruction set.
#if defined(LITHE_KERNELS_HALF_LINES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LITHE_KERNELS_HALF_LINES_INL_H
#undef LITHE_KERNELS_HALF_LINES_INL_H
#else
#define LITHE_KERNELS_HALF_LINES_INL_H
#endif

#include "hwy/highway.h"
#include "kernels/layout.h"
#include "kernels/line_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Half a line. Where a layer's last line is at most half full, its other half is padding that needs
// no arithmetic: 8 units of a layer fill one such vector. Zen 4 makes two multiply-adds of 256 bits
// a cycle and one of 512; with AVX2 the half is a vector of the two that a line has.
template <typename T>
using HalfLine = hn::CappedTag<T, kLine<T> / 2>;

template <typename T>
constexpr bool half_empty(std::size_t columns) {
  return (columns - 1) % kLine<T> < kLine<T> / 2;
}

// Calls work(vectors, first, end) for the columns in `lines` of a matrix that has `columns`: for
// whole lines, and for the first half of the last one where the rest is padding. Returns whether it
// left out such a half.
template <typename T, typename Work>
HWY_INLINE bool each_width(Range lines, std::size_t columns, const Work& work) {
  const std::size_t first = lines.begin * kLine<T>, end = lines.end * kLine<T>;
  const bool halved = end > first && end >= columns && half_empty<T>(columns);
  const std::size_t whole = halved ? end - kLine<T> : end;
  if (first < whole) work(Tag<T>(), first, whole);
  if (halved) work(HalfLine<T>(), whole, whole + kLine<T> / 2);
  return halved;
}

// The half that was left out, in `rows` rows.
template <typename T>
HWY_INLINE void clear_half(T* line, std::size_t stride, std::size_t rows) {
  const HalfLine<T> d;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t n = kLine<T> / 2; n < kLine<T>; n += hn::Lanes(d))
      hn::Store(hn::Zero(d), d, line + i * stride + n);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#endif
