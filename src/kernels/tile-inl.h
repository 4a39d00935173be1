// The register tile that every product is made of, and how tiles cover a matrix. Included once for
// each instruction set.
#if defined(LITHE_KERNELS_TILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LITHE_KERNELS_TILE_INL_H
#undef LITHE_KERNELS_TILE_INL_H
#else
#define LITHE_KERNELS_TILE_INL_H
#endif

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "kernels/half_lines-inl.h"
#include "kernels/layout.h"
#include "kernels/line_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The tile. Fused multiply-add takes 4 cycles and two start in each, so 8 independent accumulators
// are the least. A step of the reduction loads kRows + kVectors operands for kRows x kVectors
// multiply-adds, with two loads a cycle as well: the tile must be wide both ways. With 32 registers
// 14 x 2 leaves 4 for operands; with 16, 6 x 2 leaves 4. NEON's short vectors fill a line with 4.
#if HWY_TARGET == HWY_AVX3
constexpr std::size_t kMaxRows = 14, kMaxVectors = 2;
#elif HWY_ARCH_ARM_A64
constexpr std::size_t kMaxRows = 6, kMaxVectors = 4;
#else
constexpr std::size_t kMaxRows = 6, kMaxVectors = 2;
#endif

#define LITHE_UNROLL HWY_PRAGMA_UNROLL_FULL
#if HWY_COMPILER_CLANG
#define HWY_PRAGMA_UNROLL_FULL _Pragma("clang loop unroll(full)")
#else
#define HWY_PRAGMA_UNROLL_FULL _Pragma("GCC unroll 16")
#endif

// Broadcast operand: element (m, k) of the tile's left factor stands at p[m * row + k * step].
template <typename T>
struct Left {
  const T* p;
  std::size_t row, step;
};

// Vector operand: row k stands at p + k * step, or at p + index[k] * step.
template <typename T, bool kIndexed>
struct Right {
  const T* p;
  std::size_t step;
  const std::uint32_t* index;

  HWY_INLINE const T* row(std::size_t k) const { return p + (kIndexed ? index[k] : k) * step; }
};

// Rows that an index names are prefetched this many steps before their use. A step has about ten
// multiply-adds for each vector, two a cycle, so six steps outlast the 14 cycles of the next cache.
constexpr std::size_t kAhead = 6;

template <std::size_t kVectors, typename T>
HWY_INLINE void prefetch(const T* row) {
  LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) hwy::Prefetch(row + v * kLine<T>);
}

// How a step of the reduction is added to a sum, in vectors of D: by a fused multiply-add.
// pairs-inl.h has another.
template <typename T, class Vectors = Tag<T>>
struct Fused {
  using D = Vectors;
  using V = hn::Vec<D>;
  template <class Others>
  using With = Fused<T, Others>;
  static constexpr bool kAnyWidth = true;
  static HWY_INLINE V add(V a, V b, V sum) { return hn::MulAdd(a, b, sum); }
};

template <typename T, std::size_t kRows, std::size_t kVectors, class Arithmetic = Fused<T>>
struct Tile {
  using D = typename Arithmetic::D;
  using V = hn::Vec<D>;
  V sum[kRows][kVectors];

  template <bool kIndexed>
  HWY_INLINE void accumulate(Left<T> left, Right<T, kIndexed> right, std::size_t depth) {
    const D d;
    for (std::size_t k = 0; k < depth; ++k) {
      const T* HWY_RESTRICT row = right.row(k);
      if constexpr (kIndexed) prefetch<kVectors>(right.row(k + kAhead));
      V b[kVectors];
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) b[v] =
          hn::Load(d, row + v * hn::Lanes(d));
      LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
        const V a = hn::Set(d, left.p[m * left.row + k * left.step]);
        LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) sum[m][v] =
            Arithmetic::add(a, b[v], sum[m][v]);
      }
    }
  }
};

// Calls work.template tile<kRows, kVectors>(first_row, first_column) so that tiles cover rows x
// the columns of [line_begin, line_end). Rows are divided into tiles of nearly equal height.
template <std::size_t kVectors, std::size_t kRows, typename Work>
HWY_INLINE void call_rows(std::size_t rows, const Work& work, std::size_t row, std::size_t column) {
  if constexpr (kRows > 0) {
    if (rows == kRows) {
      work.template tile<kRows, kVectors>(row, column);
    } else {
      call_rows<kVectors, kRows - 1>(rows, work, row, column);
    }
  }
}

template <std::size_t kVectors, typename Work>
HWY_INLINE void column_of_tiles(std::size_t rows, const Work& work, std::size_t column) {
  const std::size_t tiles = divide_up(rows, kMaxRows);
  for (std::size_t t = 0; t < tiles; ++t) {
    const Range r = share(rows, t, tiles);
    call_rows<kVectors, kMaxRows>(r.end - r.begin, work, r.begin, column);
  }
}

// Calls work.template operator()<kVectors>(column) for the columns at which tiles of such vectors
// begin.
template <class D, typename Work>
HWY_INLINE void each_column_by(D d, std::size_t column, std::size_t end, const Work& work) {
  using T = hn::TFromD<D>;
  const std::size_t lanes = hn::Lanes(d);
  while (column < end) {
    // A tile stays within one panel.
    const std::size_t panel_end = (column / kPanel<T> + 1) * kPanel<T>;
    const std::size_t left = (panel_end < end ? panel_end : end) - column;
    if (left >= kMaxVectors * lanes) {
      work.template operator()<kMaxVectors>(column);
      column += kMaxVectors * lanes;
    } else {
      work.template operator()<1>(column);
      column += lanes;
    }
  }
}

template <typename T, typename Work>
HWY_INLINE void each_column(Range lines, const Work& work) {
  each_column_by(Tag<T>(), lines.begin * kLine<T>, lines.end * kLine<T>, work);
}

template <typename T, typename Work>
HWY_INLINE void cover(std::size_t rows, Range lines, const Work& work) {
  each_column<T>(lines, [&]<std::size_t kVectors>(std::size_t column) {
    column_of_tiles<kVectors>(rows, work, column);
  });
}

// Covers rows x the columns in `lines` with tiles that make(arithmetic) makes, without the empty
// half of the last line where the arithmetic has vectors of that width. Returns whether it left
// that out.
template <typename T, class Arithmetic, typename Make>
HWY_INLINE bool cover_real(std::size_t rows, Range lines, std::size_t columns, const Make& make) {
  if constexpr (!Arithmetic::kAnyWidth) {
    cover<T>(rows, lines, make(Arithmetic()));
    return false;
  } else {
    return each_width<T>(lines, columns, [&]<class D>(D d, std::size_t first, std::size_t end) {
      const auto work = make(typename Arithmetic::template With<D>());
      each_column_by(d, first, end, [&]<std::size_t kVectors>(std::size_t column) {
        column_of_tiles<kVectors>(rows, work, column);
      });
    });
  }
}

// The same, row of tiles by row of tiles.
template <typename T, typename Work>
HWY_INLINE void cover_by_rows(std::size_t rows, Range lines, const Work& work) {
  const std::size_t tiles = divide_up(rows, kMaxRows);
  for (std::size_t t = 0; t < tiles; ++t) {
    const Range r = share(rows, t, tiles);
    each_column<T>(lines, [&]<std::size_t kVectors>(std::size_t column) {
      call_rows<kVectors, kMaxRows>(r.end - r.begin, work, r.begin, column);
    });
  }
}

// The values in the mask, from any address. Nothing else is read, except by instruction sets
// without masked loads.
template <class D, typename T>
HWY_INLINE hn::Vec<D> load_part(D d, hn::Mask<D> mask, const T* from) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  return hn::MaskedLoad(mask, d, from);
#else
  return hn::IfThenElseZero(mask, hn::LoadU(d, from));
#endif
}

// The first `count` values of a vector, or all, to any address. Nothing else is written, as it may
// be another thread's. Without AVX-512 half by half: a masked store of AVX2 takes AMD's processors
// some 40 steps.
template <class D, typename T>
HWY_INLINE void store_first(D d, std::size_t count, hn::Vec<D> v, T* to) {
  if (count >= hn::Lanes(d)) return hn::StoreU(v, d, to);
#if HWY_TARGET == HWY_AVX3
  hn::BlendedStore(v, hn::FirstN(d, count), d, to);
#else
  if constexpr (hn::MaxLanes(d) > 1) {
    const hn::Half<D> half;
    const std::size_t lanes = hn::Lanes(half);
    auto part = hn::LowerHalf(half, v);
    if (count > lanes) {
      hn::StoreU(part, half, to);
      part = hn::UpperHalf(half, v), to += lanes, count -= lanes;
    }
    store_first(half, count, part, to);
  }
#endif
}

// Calls work(n, load, store) for the channels from n on, a vector at a time. For the last vector,
// `load` and `store` touch only channels that exist.
template <typename T, typename Work>
HWY_INLINE void each_channel(std::size_t channels, const Work& work) {
  const Tag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t n = 0;
  for (; n + lanes <= channels; n += lanes)
    work(
        n, [d](const T* at) { return hn::LoadU(d, at); },
        [d](hn::Vec<Tag<T>> v, T* at) { hn::StoreU(v, d, at); });
  if (n == channels) return;
  const std::size_t rest = channels - n;
  work(
      n, [d, real = hn::FirstN(d, rest)](const T* at) { return load_part(d, real, at); },
      [d, rest](hn::Vec<Tag<T>> v, T* at) { store_first(d, rest, v, at); });
}

template <typename T, std::size_t kRows, std::size_t kVectors, class Arithmetic>
HWY_INLINE void clear(Tile<T, kRows, kVectors, Arithmetic>& t) {
  LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
    LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) t.sum[m][v] =
        hn::Zero(typename Arithmetic::D());
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#endif
