// Convolutions whose vectors go along the columns of the output. See convolution.h for what they
// compute.
#include "cpu/targets.h"
#include "kernels/convolution.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/correlate_columns.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/half_lines-inl.h"
#include "kernels/tile-inl.h"
#include "kernels/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Sums of a tile: of up to 6 units in each of 2 rows. A step loads a vector for each row and a
// weight for each unit, 8 values for 12 multiply-adds, where two of both start in a cycle; 16
// registers leave 4 for them. A tile has at least the units that a block has, to transpose them.
constexpr std::size_t kMostColumnUnits = 6;

// Half lines: an image is seldom many whole lines wide.
template <typename T>
struct ColumnsWork {
  using D = HalfLine<T>;
  const Correlation<T>& c;

  // Units from `unit` on, in kRows rows from `row` on, of a vector of columns from `column` on.
  template <std::size_t kRows, std::size_t kUnits>
  HWY_NOINLINE void tile(std::size_t row, std::size_t column, std::size_t unit,
                         Range kernel) const {
    const D d;
    const std::size_t width = round_up(c.units, kLine<T>), depth = c.depth;
    const std::size_t down = c.row_step * c.x_row;
    hn::Vec<D> sum[kRows][kUnits];
    LITHE_UNROLL for (std::size_t n = 0; n < kUnits; ++n) {
      const auto bias = hn::Set(d, c.bias == nullptr ? T{0} : c.bias[unit + n]);
      LITHE_UNROLL for (std::size_t r = 0; r < kRows; ++r) sum[r][n] = bias;
    }
    const T* weight = c.weight + kernel.begin * depth * width + unit;
    for (std::size_t i = kernel.begin; i < kernel.end; ++i) {
      const std::ptrdiff_t at =
          static_cast<std::ptrdiff_t>(row * c.row_step + i * c.kernel_step) + c.top;
      const T* const x = c.x + at * static_cast<std::ptrdiff_t>(c.x_row) + column;
      for (std::size_t k = 0; k < depth; ++k, weight += width) {
        hn::Vec<D> v[kRows];
        LITHE_UNROLL for (std::size_t r = 0; r < kRows; ++r) v[r] = hn::LoadU(d, x + r * down + k);
        LITHE_UNROLL for (std::size_t n = 0; n < kUnits; ++n) {
          const auto w = hn::Set(d, weight[n]);
          LITHE_UNROLL for (std::size_t r = 0; r < kRows; ++r) sum[r][n] =
              hn::MulAdd(v[r], w, sum[r][n]);
        }
      }
    }
    LITHE_UNROLL for (std::size_t r = 0; r < kRows; ++r)
        store(sum[r], c.y + (row + r) * c.y_row + column * c.y_column + unit);
  }

  // In blocks of units; where these are no whole blocks the last one overlaps the one before.
  template <std::size_t kUnits>
  HWY_INLINE void store(const hn::Vec<D> (&sum)[kUnits], T* to) const {
    constexpr std::size_t kWide = kBlock<T>;
    LITHE_UNROLL for (std::size_t n = 0; n < kUnits; n += kWide) {
      const std::size_t first = n + kWide <= kUnits ? n : kUnits - kWide;
      hn::Vec<D> v[kWide];
      LITHE_UNROLL for (std::size_t j = 0; j < kWide; ++j) v[j] = sum[first + j];
      turn_blocks(D(), v);
      LITHE_UNROLL for (std::size_t j = 0; j < kWide; ++j)
          store_blocks<T>(v[j], to + j * c.y_column + first, kWide * c.y_column);
    }
  }

  template <std::size_t kRows>
  HWY_INLINE void rows(std::size_t row, Range kernel) const {
    constexpr std::size_t kWide = hn::MaxLanes(D());
    const std::size_t tiles = divide_up(c.units, kMostColumnUnits);
    const std::size_t units = std::max(kLeastColumnUnits, divide_up(c.units, tiles));
    for (std::size_t t = 0; t < tiles; ++t) {
      const std::size_t unit = std::min(t * units, c.units - units);
      for (std::size_t at = 0; at < c.columns; at += kWide) {
        const std::size_t column = std::min(at, c.columns - kWide);
        if (units == 4)
          tile<kRows, 4>(row, column, unit, kernel);
        else if (units == 5)
          tile<kRows, 5>(row, column, unit, kernel);
        else
          tile<kRows, 6>(row, column, unit, kernel);
      }
    }
  }
};

template <typename T>
void correlate_columns(const Correlation<T>& c) {
  const ColumnsWork<T> work{c};
  for (std::size_t row = 0; row < c.rows;) {
    const Range one = kernel_rows_at(c, row), two = kernel_rows_at(c, row + 1);
    const bool both = row + 1 < c.rows && one.begin == two.begin && one.end == two.end;
    if (both)
      work.template rows<2>(row, one);
    else
      work.template rows<1>(row, one);
    row += both ? 2 : 1;
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  k.correlate_columns = correlate_columns<T>;
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
void fill_correlate_columns(cpu::Isa isa, Tables& tables) {
  LITHE_VERSION_FOR(isa, fill_both)(tables);
}
}  // namespace lithe::kernels
#endif
