// Transposing in registers. Included once for each instruction set.
#if defined(LITHE_KERNELS_TRANSPOSE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LITHE_KERNELS_TRANSPOSE_INL_H
#undef LITHE_KERNELS_TRANSPOSE_INL_H
#else
#define LITHE_KERNELS_TRANSPOSE_INL_H
#endif

#include "hwy/highway.h"
#include "kernels/layout.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Transposes within 128-bit blocks: each of four vectors has a piece of one row in each block, and
// each result has a piece of all four rows. A block holds two doubles, so two vectors are
// transposed then.
template <class D, class V>
HWY_INLINE void turn_blocks(D d, V (&v)[4]) {
  const V a = hn::InterleaveLower(d, v[0], v[2]), b = hn::InterleaveLower(d, v[1], v[3]);
  const V e = hn::InterleaveUpper(d, v[0], v[2]), f = hn::InterleaveUpper(d, v[1], v[3]);
  v[0] = hn::InterleaveLower(d, a, b), v[1] = hn::InterleaveUpper(d, a, b);
  v[2] = hn::InterleaveLower(d, e, f), v[3] = hn::InterleaveUpper(d, e, f);
}
template <class D, class V>
HWY_INLINE void turn_blocks(D d, V (&v)[2]) {
  const V a = hn::InterleaveLower(d, v[0], v[1]);
  v[1] = hn::InterleaveUpper(d, v[0], v[1]);
  v[0] = a;
}

// Values in a block, which is the number of rows that are transposed at a time.
template <typename T>
inline constexpr std::size_t kBlock = 16 / sizeof(T);

template <typename T>
using BlockTag = hn::FixedTag<T, kBlock<T>>;

// The vector whose blocks stand at p, p + step, ...
template <typename T>
HWY_INLINE hn::Vec<Tag<T>> load_blocks(const T* p, std::size_t step) {
  const Tag<T> d;
  const BlockTag<T> block;
  if constexpr (HWY_MAX_BYTES == 16) {
    return hn::LoadU(block, p);
  } else if constexpr (hn::MaxLanes(d) == 2 * kBlock<T>) {
    return hn::Combine(d, hn::LoadU(block, p + step), hn::LoadU(block, p));
  } else {
    const hn::Half<Tag<T>> half;
    return hn::Combine(
        d, hn::Combine(half, hn::LoadU(block, p + 3 * step), hn::LoadU(block, p + 2 * step)),
        hn::Combine(half, hn::LoadU(block, p + step), hn::LoadU(block, p)));
  }
}

// Block after block of a vector, of a line or half a line.
template <typename T, class V>
HWY_INLINE void store_blocks(V v, T* p, std::size_t step) {
  const hn::DFromV<V> d;
  const BlockTag<T> block;
  if constexpr (hn::MaxLanes(d) == kBlock<T>) {
    hn::StoreU(v, block, p);
  } else {
    const hn::Half<hn::DFromV<V>> half;
    store_blocks<T>(hn::LowerHalf(half, v), p, step);
    store_blocks<T>(hn::UpperHalf(half, v), p + hn::MaxLanes(d) / 2 / kBlock<T> * step, step);
  }
}

// Columns `columns` of up to a vector of rows become rows: column n goes to to + n * to_stride,
// with a value for each row.
template <typename T>
HWY_INLINE void turn_rows(const T* from, std::size_t from_stride, std::size_t rows, Range columns,
                          T* to, std::size_t to_stride) {
  const Tag<T> d;
  std::size_t n = columns.begin;
  for (; rows == hn::Lanes(d) && n + kBlock<T> <= columns.end; n += kBlock<T>) {
    // Vector j has the blocks of rows j, j + kBlock, ...
    hn::Vec<Tag<T>> v[kBlock<T>];
    LITHE_UNROLL for (std::size_t j = 0; j < kBlock<T>; ++j) v[j] =
        load_blocks(from + j * from_stride + n, kBlock<T> * from_stride);
    turn_blocks(d, v);
    LITHE_UNROLL for (std::size_t j = 0; j < kBlock<T>; ++j)
        hn::Store(v[j], d, to + (n + j) * to_stride);
  }
  for (; n < columns.end; ++n)
    for (std::size_t i = 0; i < rows; ++i) to[n * to_stride + i] = from[i * from_stride + n];
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#endif
