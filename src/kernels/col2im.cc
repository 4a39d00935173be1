// The gradient of convolutions by their input, dense or without the zeros of the output's gradient.
// See convolution.h for what it computes.
#include "cpu/targets.h"
#include "kernels/convolution.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/col2im.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/nonzeros-inl.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The most vectors of weights in a tile of the input gradient with kColumns columns.
template <std::size_t kColumns>
constexpr std::size_t most_vectors() {
  if (kMaxRows < 12) return kColumns == 1 ? 8 : kColumns == 2 ? 5 : kColumns == 3 ? 3 : 2;
  return kColumns <= 2 ? 10 : kColumns == 3 ? 7 : kColumns <= 6 ? 4 : 2;
}

// Sums of a column that are made at once of the terms that are not zero: beside each term's factor,
// nothing else takes registers.
constexpr std::size_t kMostNonzeroVectors = kMaxRows < 12 ? 10 : 20;

template <typename T>
struct Col2imWork {
  const Col2im<T>& s;
  std::size_t row, kernel_begin;

  // Columns `column`, column + gap, ... and vectors from `first` on, which count from the first
  // kernel row that meets the image.
  template <std::size_t kColumns, std::size_t kVectors>
  HWY_NOINLINE void tile(std::size_t column, std::size_t first) const {
    const Tag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t depth = s.depth, left_row = s.gap * s.dy_column, right_row = s.weight_row;
    const T* const left = s.dy + row * s.dy_row + column * s.dy_column;
    const T* const right = weights(first);
    hn::Vec<Tag<T>> sum[kColumns][kVectors];
    LITHE_UNROLL for (std::size_t m = 0; m < kColumns; ++m) {
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) sum[m][v] = hn::Zero(d);
    }
    // The operand with fewer vectors stays in registers, the other one is streamed.
    for (std::size_t k = 0; k < depth; ++k) {
      if constexpr (kColumns <= kVectors) {
        hn::Vec<Tag<T>> a[kColumns];
        LITHE_UNROLL for (std::size_t m = 0; m < kColumns; ++m) a[m] =
            hn::Set(d, left[m * left_row + k]);
        LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) {
          const auto b = hn::Load(d, right + k * right_row + v * lanes);
          LITHE_UNROLL for (std::size_t m = 0; m < kColumns; ++m) sum[m][v] =
              hn::MulAdd(a[m], b, sum[m][v]);
        }
      } else {
        hn::Vec<Tag<T>> b[kVectors];
        LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) b[v] =
            hn::Load(d, right + k * right_row + v * lanes);
        LITHE_UNROLL for (std::size_t m = 0; m < kColumns; ++m) {
          const auto a = hn::Set(d, left[m * left_row + k]);
          LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) sum[m][v] =
              hn::MulAdd(a, b[v], sum[m][v]);
        }
      }
    }
    add(sum, column, first);
  }

  // The same for a single column, from the terms whose dy is not zero.
  template <std::size_t kVectors>
  HWY_NOINLINE void nonzero_tile(std::size_t column, std::size_t first) const {
    const Tag<T> d;
    const std::size_t lanes = hn::Lanes(d), right_row = s.weight_row;
    const T* const left = s.dy + row * s.dy_row + column * s.dy_column;
    const T* const right = weights(first);
    hn::Vec<Tag<T>> sum[1][kVectors];
    LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) sum[0][v] = hn::Zero(d);
    bool any = false;
    for (std::size_t from = 0; from < s.depth; from += kBits) {
      std::uint64_t bits = nonzero_bits(left + from, s.depth - from);
      any |= bits != 0;
      for (; bits != 0; bits &= bits - 1) {
        const std::size_t k = from + hwy::Num0BitsBelowLS1Bit_Nonzero64(bits);
        const auto a = hn::Set(d, left[k]);
        const T* const b = right + k * right_row;
        LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) sum[0][v] =
            hn::MulAdd(a, hn::Load(d, b + v * lanes), sum[0][v]);
      }
    }
    if (any) add(sum, column, first);
  }

  // The weights from the vector `first` on.
  HWY_INLINE const T* weights(std::size_t first) const {
    return s.weight + kernel_begin * s.lines * kLine<T> + first * hn::Lanes(Tag<T>());
  }

  template <std::size_t kColumns, std::size_t kVectors>
  HWY_INLINE void add(const hn::Vec<Tag<T>> (&sum)[kColumns][kVectors], std::size_t column,
                      std::size_t first) const {
    const Tag<T> d;
    const std::size_t lanes = hn::Lanes(d), in_line = kLine<T> / lanes;
    const std::size_t step = s.gap * s.x_column, down = s.kernel_step * s.x_row;
    std::size_t line = first / in_line, i = 0;
    for (; line >= s.lines; line -= s.lines) ++i;
    T* image = s.x + image_row(kernel_begin + i) + column * s.x_column;
    LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) {
      const std::size_t part = (first + v) % in_line * lanes;
      const Col2imLine& place = s.line[line];
      T* const x = image + place.offset + part;
      if (place.width >= part + lanes) {
        LITHE_UNROLL for (std::size_t m = 0; m < kColumns; ++m)
            hn::StoreU(hn::Add(hn::LoadU(d, x + m * step), sum[m][v]), d, x + m * step);
      } else if (place.width > part) {
        const std::size_t count = place.width - part;
        const auto real = hn::FirstN(d, count);
        LITHE_UNROLL for (std::size_t m = 0; m < kColumns; ++m) store_first(
            d, count, hn::Add(load_part(d, real, x + m * step), sum[m][v]), x + m * step);
      }
      if (part + lanes == kLine<T> && ++line == s.lines) line = 0, image += down;
    }
  }

  HWY_INLINE std::ptrdiff_t image_row(std::size_t i) const {
    return (static_cast<std::ptrdiff_t>(row * s.row_step + i * s.kernel_step) + s.top) *
           static_cast<std::ptrdiff_t>(s.x_row);
  }

  template <std::size_t kColumns, std::size_t kVectors>
  HWY_INLINE void call(std::size_t vectors, std::size_t column, std::size_t first) const {
    if constexpr (kVectors > 0) {
      if (vectors == kVectors)
        tile<kColumns, kVectors>(column, first);
      else
        call<kColumns, kVectors - 1>(vectors, column, first);
    }
  }

  // All vectors for `count` columns from `column` on.
  template <std::size_t kColumns>
  HWY_INLINE void columns(std::size_t count, std::size_t column, std::size_t vectors) const {
    if constexpr (kColumns > 0) {
      if (count != kColumns) return columns<kColumns - 1>(count, column, vectors);
      constexpr std::size_t kMostVectors = most_vectors<kColumns>();
      const std::size_t tiles = divide_up(vectors, kMostVectors);
      for (std::size_t t = 0; t < tiles; ++t) {
        const Range r = share(vectors, t, tiles);
        call<kColumns, kMostVectors>(r.end - r.begin, column, r.begin);
      }
    }
  }

  // All vectors for columns `column`, column + gap, ...
  HWY_INLINE void dense(std::size_t count, std::size_t column, std::size_t vectors) const {
    const std::size_t tiles = divide_up(count, kMaxRows);
    for (std::size_t t = 0; t < tiles; ++t) {
      const Range r = share(count, t, tiles);
      columns<kMaxRows>(r.end - r.begin, column + r.begin * s.gap, vectors);
    }
  }

  template <std::size_t kVectors>
  HWY_INLINE void call_nonzero(std::size_t vectors, std::size_t column, std::size_t first) const {
    if constexpr (kVectors > 0) {
      if (vectors == kVectors)
        nonzero_tile<kVectors>(column, first);
      else
        call_nonzero<kVectors - 1>(vectors, column, first);
    }
  }
  HWY_INLINE void nonzero(std::size_t count, std::size_t column, std::size_t vectors) const {
    const std::size_t tiles = divide_up(vectors, kMostNonzeroVectors);
    for (std::size_t m = 0; m < count; ++m)
      for (std::size_t t = 0; t < tiles; ++t) {
        const Range r = share(vectors, t, tiles);
        call_nonzero<kMostNonzeroVectors>(r.end - r.begin, column + m * s.gap, r.begin);
      }
  }
};

template <bool kNonzero, typename T>
HWY_INLINE void each_row(const Col2im<T>& s) {
  const std::size_t in_line = kLine<T> / hn::Lanes(Tag<T>());
  for (std::size_t row = 0; row < s.rows; ++row) {
    const Range kernel = kernel_rows_at(s, row);
    const Col2imWork<T> work{s, row, kernel.begin};
    const std::size_t vectors = (kernel.end - kernel.begin) * s.lines * in_line;
    for (std::size_t phase = 0; phase < s.gap && phase < s.columns; ++phase) {
      const std::size_t columns = divide_up(s.columns - phase, s.gap);
      if constexpr (kNonzero)
        work.nonzero(columns, phase, vectors);
      else
        work.dense(columns, phase, vectors);
    }
  }
}

template <typename T>
void col2im(const Col2im<T>& s) {
  each_row<false>(s);
}
template <typename T>
void col2im_nonzero(const Col2im<T>& s) {
  each_row<true>(s);
}

template <typename T>
void fill(Kernels<T>& k) {
  k.col2im = col2im<T>;
  k.col2im_nonzero = col2im_nonzero<T>;
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
void fill_col2im(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
