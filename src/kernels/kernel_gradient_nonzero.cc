// The gradient of a convolution's weights without the zeros of the output's gradient. See
// convolution.h for what it computes.
#include "cpu/targets.h"
#include "kernels/convolution.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/kernel_gradient_nonzero.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/nonzeros-inl.h"
#include "kernels/tile-inl.h"
#include "kernels/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Sums of a tile. Each has a fused multiply-add a term, of 4 cycles and two a cycle, so 8 are the
// least; 12 leave 4 of 16 registers for the factor, a vector and a mask.
constexpr std::size_t kMostSums = 12, kMostSumVectors = 4, kMostSumRows = 6;

// The values of a unit that are not zero, in the order of their places, and where what they
// multiply in the image begins.
template <typename T>
struct Terms {
  T value[kMostPlaces];
  std::uint32_t offset[kMostPlaces];
  std::size_t count;

  HWY_INLINE void list(const T* values, const std::uint32_t* offsets, std::size_t places) {
    count = 0;
    for (std::size_t from = 0; from < places; from += kBits)
      for (std::uint64_t bits = nonzero_bits(values + from, places - from); bits != 0;
           bits &= bits - 1) {
        const std::size_t at = from + hwy::Num0BitsBelowLS1Bit_Nonzero64(bits);
        value[count] = values[at], offset[count] = offsets[at];
        ++count;
      }
  }
};

template <typename T>
struct NonzeroGradientWork {
  const KernelGradient<T>& g;
  const Correlation<T>& c = g.form;

  // Rows of the output, all of which meet the same kernel rows, and how far what a place meets in
  // the image stands behind what the first one meets.
  struct Piece {
    Range rows, kernel;
    std::uint32_t offset[kMostPlaces];
  };

  // kRows kernel rows from i on, and vectors of the run from value k on.
  template <std::size_t kRows, std::size_t kVectors>
  HWY_NOINLINE void tile(const Piece& piece, const Terms<T>& terms, T* weight, std::size_t i,
                         std::size_t k) const {
    const Tag<T> d;
    const std::size_t lanes = hn::Lanes(d), row = turned_row<T>(c.depth);
    const std::size_t down = c.kernel_step * c.x_row;
    const T* const x = image_row(piece.rows.begin, i) + k;
    // The last vector may reach over the end of the run.
    const auto real = hn::FirstN(d, c.depth - k - (kVectors - 1) * lanes);
    T* const to = weight + i * row + k;
    hn::Vec<Tag<T>> sum[kRows][kVectors];
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) sum[m][v] =
          hn::Load(d, to + m * row + v * lanes);
    }
    for (std::size_t t = 0; t < terms.count; ++t) {
      const auto dy = hn::Set(d, terms.value[t]);
      const T* const at = x + terms.offset[t];
      LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
        LITHE_UNROLL for (std::size_t v = 0; v + 1 < kVectors; ++v) sum[m][v] =
            hn::MulAdd(hn::LoadU(d, at + m * down + v * lanes), dy, sum[m][v]);
        constexpr std::size_t kLast = kVectors - 1;
        sum[m][kLast] =
            hn::MulAdd(load_part(d, real, at + m * down + kLast * lanes), dy, sum[m][kLast]);
      }
    }
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v)
          hn::Store(sum[m][v], d, to + m * row + v * lanes);
    }
  }

  template <std::size_t kRows, std::size_t kVectors, typename... Arguments>
  HWY_INLINE void call(std::size_t rows, std::size_t vectors, const Arguments&... arguments) const {
    if constexpr (kVectors > 1) {
      if (vectors < kVectors)
        return call<most_rows(kVectors - 1), kVectors - 1>(rows, vectors, arguments...);
    }
    if constexpr (kRows > 1) {
      if (rows < kRows) return call<kRows - 1, kVectors>(rows, vectors, arguments...);
    }
    tile<kRows, kVectors>(arguments...);
  }

  static constexpr std::size_t most_rows(std::size_t vectors) {
    return kMostSums / vectors < kMostSumRows ? kMostSums / vectors : kMostSumRows;
  }

  // All weights of a unit.
  void tiles(const Piece& piece, const Terms<T>& terms, T* weight) const {
    const std::size_t lanes = hn::Lanes(Tag<T>()), vectors = divide_up(c.depth, lanes);
    const std::size_t across = divide_up(vectors, kMostSumVectors);
    for (std::size_t a = 0; a < across; ++a) {
      const Range v = share(vectors, a, across);
      const std::size_t kernel_rows = piece.kernel.end - piece.kernel.begin;
      const std::size_t down = divide_up(kernel_rows, most_rows(v.end - v.begin));
      for (std::size_t b = 0; b < down; ++b) {
        const Range r = share(kernel_rows, b, down);
        call<most_rows(kMostSumVectors), kMostSumVectors>(
            r.end - r.begin, v.end - v.begin, piece, terms, weight, piece.kernel.begin + r.begin,
            v.begin * lanes);
      }
    }
  }

  HWY_INLINE const T* image_row(std::size_t row, std::size_t i) const {
    return c.x +
           (static_cast<std::ptrdiff_t>(row * c.row_step + i * c.kernel_step) + c.top) *
               static_cast<std::ptrdiff_t>(c.x_row) +
           c.run->offset;
  }

  void place(Piece& piece) const {
    std::uint32_t* to = piece.offset;
    for (std::size_t r = 0; r < piece.rows.end - piece.rows.begin; ++r)
      for (std::size_t column = 0; column < c.columns; ++column)
        *to++ = static_cast<std::uint32_t>(r * c.row_step * c.x_row + column * c.x_column);
  }

  // Units are turned in blocks, to a row of places for each.
  void run(Range units, Piece& piece) const {
    const std::size_t lanes = hn::Lanes(Tag<T>()), row = c.kernel_rows * turned_row<T>(c.depth);
    const std::size_t places = (piece.rows.end - piece.rows.begin) * c.columns;
    HWY_ALIGN T turned[kBlock<T>][kMostPlaces];
    Terms<T> terms;
    place(piece);
    const T* const dy = g.dy + piece.rows.begin * c.y_row;
    for (std::size_t unit = units.begin; unit < units.end; unit += kBlock<T>) {
      const std::size_t block = units.end - unit < kBlock<T> ? units.end - unit : kBlock<T>;
      for (std::size_t p = 0; p < places; p += lanes) {
        const std::size_t count = places - p < lanes ? places - p : lanes;
        turn_rows(dy + p * c.y_column + unit, c.y_column, count, {0, block}, turned[0] + p,
                  kMostPlaces);
      }
      for (std::size_t n = 0; n < block; ++n) {
        terms.list(turned[n], piece.offset, places);
        if (terms.count > 0) tiles(piece, terms, g.weight + (unit + n) * row);
      }
    }
  }
};

template <typename T>
void kernel_gradient_nonzero(const KernelGradient<T>& g, Range units) {
  const Correlation<T>& c = g.form;
  const std::size_t unit = c.kernel_rows * turned_row<T>(c.depth);
  if (g.first)
    for (std::size_t i = units.begin * unit; i < units.end * unit; ++i) g.weight[i] = 0;
  const NonzeroGradientWork<T> work{g};
  typename NonzeroGradientWork<T>::Piece piece;
  const std::size_t most = kMostPlaces / c.columns;
  for (std::size_t row = 0; row < c.rows; row = piece.rows.end) {
    piece.kernel = kernel_rows_at(c, row), piece.rows = {row, row + 1};
    for (std::size_t next = row + 1; next < c.rows && next - row < most; ++next) {
      const Range kernel = kernel_rows_at(c, next);
      if (kernel.begin != piece.kernel.begin || kernel.end != piece.kernel.end) break;
      piece.rows.end = next + 1;
    }
    work.run(units, piece);
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  k.kernel_gradient_nonzero = kernel_gradient_nonzero<T>;
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
void fill_kernel_gradient_nonzero(cpu::Isa isa, Tables& tables) {
  LITHE_VERSION_FOR(isa, fill_both)(tables);
}
}  // namespace lithe::kernels
#endif
