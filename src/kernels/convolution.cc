// Convolutions by register tiles. See convolution.h for what they compute.
#include "kernels/convolution.h"

#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/convolution.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// A tile of kBands bands, each of which multiplies the same left factors by a right factor of its
// own: where one vector of units leaves registers free, the values loaded serve two rows.
template <typename T, std::size_t kBands, std::size_t kRows, std::size_t kVectors>
struct BandTile {
  using V = hn::Vec<Tag<T>>;
  V sum[kBands][kRows][kVectors];

  // Element (m, k) of the left factor is left[m * row + k * step]; row k of a band's right factor
  // stands at right[band] + k * right_step. Bands whose right factor is null are left out.
  HWY_INLINE void accumulate(const T* left, std::size_t row, std::size_t step,
                             const T* const (&right)[kBands], std::size_t right_step,
                             std::size_t depth) {
    bool all = true;
    for (const T* band : right) all &= band != nullptr;
    if (all) {
      for (std::size_t k = 0; k < depth; ++k) {
        V b[kBands][kVectors];
        LITHE_UNROLL for (std::size_t band = 0; band < kBands; ++band)
            load(right[band] + k * right_step, b[band]);
        add(left + k * step, row, b);
      }
      return;
    }
    LITHE_UNROLL for (std::size_t band = 0; band < kBands; ++band) {
      if (right[band] == nullptr) continue;
      for (std::size_t k = 0; k < depth; ++k) {
        V b[kVectors];
        load(right[band] + k * right_step, b);
        add(left + k * step, row, b, sum[band]);
      }
    }
  }

  static HWY_INLINE void load(const T* from, V (&b)[kVectors]) {
    const Tag<T> d;
    LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) b[v] =
        hn::LoadU(d, from + v * hn::Lanes(d));
  }
  HWY_INLINE void add(const T* left, std::size_t row, const V (&b)[kBands][kVectors]) {
    const Tag<T> d;
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      const V a = hn::Set(d, left[m * row]);
      LITHE_UNROLL for (std::size_t band = 0; band < kBands; ++band) {
        LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) sum[band][m][v] =
            hn::MulAdd(a, b[band][v], sum[band][m][v]);
      }
    }
  }
  static HWY_INLINE void add(const T* left, std::size_t row, const V (&b)[kVectors],
                             V (&to)[kRows][kVectors]) {
    const Tag<T> d;
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      const V a = hn::Set(d, left[m * row]);
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) to[m][v] =
          hn::MulAdd(a, b[v], to[m][v]);
    }
  }
};

// Columns of the output, or rows of the weights, that a tile holds at most. With one vector and two
// bands 24 sums leave 8 of 32 registers; 12 leave 4 of 16.
template <std::size_t kBands>
inline constexpr std::size_t kMost = kBands == 1 || kMaxRows < 12 ? kMaxRows : 12;

// Calls work.template tile<kBands, n, kVectors>(...) for the n <= kRows that is `rows`.
template <std::size_t kBands, std::size_t kVectors, std::size_t kRows, typename Work,
          typename... Arguments>
HWY_INLINE void call_tile(std::size_t rows, const Work& work, Arguments... arguments) {
  if constexpr (kRows > 0) {
    if (rows == kRows)
      work.template tile<kBands, kRows, kVectors>(arguments...);
    else
      call_tile<kBands, kVectors, kRows - 1>(rows, work, arguments...);
  }
}

template <typename T>
HWY_INLINE const T* image_row(const Correlation<T>& c, std::size_t row, std::size_t i) {
  return c.x + (static_cast<std::ptrdiff_t>(row * c.row_step + i * c.kernel_step) + c.top) *
                   static_cast<std::ptrdiff_t>(c.x_row);
}

template <typename T>
struct CorrelateWork {
  const Correlation<T>& c;
  Panels<T> panels;

  // The output's columns from `column` on in kBands rows from `row` on, of the units from `unit`.
  template <std::size_t kBands, std::size_t kColumns, std::size_t kVectors>
  HWY_NOINLINE void tile(std::size_t row, std::size_t column, std::size_t unit,
                         Range kernel) const {
    const Tag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    BandTile<T, kBands, kColumns, kVectors> t;
    LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) {
      const auto bias = c.bias == nullptr ? hn::Zero(d) : hn::Load(d, c.bias + unit + v * lanes);
      LITHE_UNROLL for (std::size_t band = 0; band < kBands; ++band) {
        LITHE_UNROLL for (std::size_t m = 0; m < kColumns; ++m) t.sum[band][m][v] = bias;
      }
    }
    const std::size_t width = panels.width(unit), x_column = c.x_column;
    const T* const weight = c.weight + panels.column_start(unit);
    // The row of the image that kernel row i of the first band covers is covered by kernel row i -
    // b of band b.
    for (std::size_t i = kernel.begin; i < kernel.end + kBands - 1; ++i) {
      const T* left = image_row(c, row, i) + column * x_column;
      const T* right[kBands];
      LITHE_UNROLL for (std::size_t band = 0; band < kBands; ++band) {
        const bool meets = i >= kernel.begin + band && i < kernel.end + band;
        right[band] = meets ? weight + (i - band) * c.depth * width : nullptr;
      }
      for (std::size_t j = 0; j < c.runs; ++j) {
        t.accumulate(left + c.run[j].offset, x_column, 1, right, width, c.run[j].depth);
        if (c.runs == 1) break;
        LITHE_UNROLL for (std::size_t band = 0; band < kBands; ++band) {
          if (right[band] != nullptr) right[band] += c.run[j].depth * width;
        }
      }
    }
    LITHE_UNROLL for (std::size_t band = 0; band < kBands; ++band)
        store(t.sum[band], row + band, column, unit);
  }

  template <std::size_t kColumns, std::size_t kVectors>
  HWY_INLINE void store(const hn::Vec<Tag<T>> (&sum)[kColumns][kVectors], std::size_t row,
                        std::size_t column, std::size_t unit) const {
    const Tag<T> d;
    const std::size_t lanes = hn::Lanes(d), stride = c.y_column;
    T* const y = c.y + row * c.y_row + column * stride + unit;
    const bool has_last = column + kColumns == c.columns && c.last_units < c.units;
    if (!has_last && c.units >= unit + kVectors * lanes) {
      LITHE_UNROLL for (std::size_t m = 0; m < kColumns; ++m) {
        LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v)
            hn::StoreU(sum[m][v], d, y + m * stride + v * lanes);
      }
      return;
    }
    const std::size_t whole = kColumns - has_last;
    for (std::size_t v = 0; v < kVectors; ++v) {
      const std::size_t n = unit + v * lanes;
      LITHE_UNROLL for (std::size_t m = 0; m < kColumns; ++m) {
        if (m < whole) store_real(n, c.units, sum[m][v], y + m * stride + v * lanes);
      }
      if (has_last)
        store_real(n, c.last_units, sum[kColumns - 1][v], y + (kColumns - 1) * stride + v * lanes);
    }
  }

  // A vector of the units from n on, of `units`.
  static HWY_INLINE void store_real(std::size_t n, std::size_t units, hn::Vec<Tag<T>> v, T* to) {
    store_first(Tag<T>(), units > n ? units - n : 0, v, to);
  }
};

template <std::size_t kBands, std::size_t kVectors, typename Work>
HWY_INLINE void row_of_tiles(const Work& work, std::size_t row, std::size_t unit, Range kernel) {
  const std::size_t columns = work.c.columns, tiles = divide_up(columns, kMost<kBands>);
  for (std::size_t t = 0; t < tiles; ++t) {
    const Range r = share(columns, t, tiles);
    call_tile<kBands, kVectors, kMost<kBands>>(r.end - r.begin, work, row, r.begin, unit, kernel);
  }
}

template <typename T>
void correlate(const Correlation<T>& c) {
  const CorrelateWork<T> work{c, {c.kernel_rows * c.depth, c.units}};
  each_column<T>({0, divide_up(c.units, kLine<T>)}, [&]<std::size_t kVectors>(std::size_t unit) {
    std::size_t row = 0;
    if constexpr (kVectors == 1)
      for (; c.row_step == c.kernel_step && row + 2 <= c.rows; row += 2) {
        const Range one = kernel_rows_at(c, row), two = kernel_rows_at(c, row + 1);
        if (one.begin == two.begin && one.end == two.end) {
          row_of_tiles<2, 1>(work, row, unit, one);
        } else {
          row_of_tiles<1, 1>(work, row, unit, one);
          row_of_tiles<1, 1>(work, row + 1, unit, two);
        }
      }
    for (; row < c.rows; ++row) row_of_tiles<1, kVectors>(work, row, unit, kernel_rows_at(c, row));
  });
}

// Rows of dy that all tiles use before the next rows are read: 16 KiB of a panel's width, so that
// they stay in the nearest cache.
template <typename T>
std::size_t rows_at_once(const Correlation<T>& c) {
  const std::size_t width = c.units < kPanel<T> ? c.units : kPanel<T>;
  const std::size_t rows = (16 << 10) / (c.columns * width * sizeof(T));
  return rows == 0 ? 1 : rows;
}

template <typename T>
struct KernelGradientWork {
  const KernelGradient<T>& g;
  Panels<T> panels;
  Range rows;  // of the output
  bool first;

  // The weights' rows from k on of run j in kBands kernel rows from i on.
  template <std::size_t kBands, std::size_t kRows, std::size_t kVectors>
  HWY_NOINLINE void tile(std::size_t i, std::size_t j, std::size_t before, std::size_t k,
                         std::size_t unit) const {
    const Tag<T> d;
    const std::size_t lanes = hn::Lanes(d), width = panels.width(unit);
    const Correlation<T>& c = g.form;
    T* to[kBands];
    for (std::size_t band = 0; band < kBands; ++band)
      to[band] = g.weight + panels.column_start(unit) + ((i + band) * c.depth + before + k) * width;
    BandTile<T, kBands, kRows, kVectors> t;
    LITHE_UNROLL for (std::size_t band = 0; band < kBands; ++band) {
      LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
        LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) t.sum[band][m][v] =
            first ? hn::Zero(d) : hn::Load(d, to[band] + m * width + v * lanes);
      }
    }
    const bool whole = c.last_units == c.units && c.units >= unit + kVectors * lanes;
    const std::size_t columns = c.columns - !whole;
    const std::ptrdiff_t at = c.run[j].offset + static_cast<std::ptrdiff_t>(k);
    // The row of the image that kernel row i covers for output row `row` is multiplied by row - b
    // of dy in band b.
    for (std::size_t row = rows.begin; row < rows.end + kBands - 1; ++row) {
      if (!inside(row, i)) continue;
      const T* left = image_row(c, row, i) + at;
      const T* right[kBands];
      LITHE_UNROLL for (std::size_t band = 0; band < kBands; ++band) {
        const bool meets = row >= rows.begin + band && row < rows.end + band;
        right[band] = meets ? g.dy + (row - band) * c.y_row + unit : nullptr;
      }
      t.accumulate(left, 1, c.x_column, right, c.y_column, columns);
      if (whole) continue;
      left += columns * c.x_column;
      LITHE_UNROLL for (std::size_t band = 0; band < kBands; ++band) {
        if (right[band] == nullptr) continue;
        hn::Vec<Tag<T>> b[kVectors];
        LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) b[v] =
            hn::IfThenElseZero(real_columns<T>(unit + v * lanes, c.last_units),
                               hn::LoadU(d, right[band] + columns * c.y_column + v * lanes));
        t.add(left, 1, b, t.sum[band]);
      }
    }
    LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) {
      const auto real = real_columns<T>(unit + v * lanes, c.units);
      LITHE_UNROLL for (std::size_t band = 0; band < kBands; ++band) {
        LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) hn::Store(
            hn::IfThenElseZero(real, t.sum[band][m][v]), d, to[band] + m * width + v * lanes);
      }
    }
  }

  HWY_INLINE bool inside(std::size_t row, std::size_t i) const {
    const Correlation<T>& c = g.form;
    const std::ptrdiff_t x =
        static_cast<std::ptrdiff_t>(row * c.row_step + i * c.kernel_step) + c.top;
    return x >= 0 && x < static_cast<std::ptrdiff_t>(c.x_rows);
  }
};

// Whether kernel rows are done in pairs: the second covers what the first covers a row later.
template <typename T>
HWY_INLINE bool in_pairs(const Correlation<T>& c) {
  return c.units <= kLine<T> && c.row_step == c.kernel_step;
}

// Calls work(i, j, before, k, rows, bands) for each tile of the weights' rows: rows k to k + rows
// of run j, which stands behind `before` rows of other runs, in `bands` kernel rows from i on.
template <typename T, typename Work>
HWY_INLINE void each_weight_tile(const Correlation<T>& c, bool pairs, const Work& work) {
  for (std::size_t i = 0; i < c.kernel_rows;) {
    const std::size_t bands = pairs && i + 2 <= c.kernel_rows ? 2 : 1;
    std::size_t before = 0;
    for (std::size_t j = 0; j < c.runs; ++j) {
      const std::size_t most = bands == 2 ? kMost<2> : kMost<1>;
      const std::size_t tiles = divide_up(c.run[j].depth, most);
      for (std::size_t t = 0; t < tiles; ++t) {
        const Range r = share(c.run[j].depth, t, tiles);
        work(i, j, before, r.begin, r.end - r.begin, bands);
      }
      before += c.run[j].depth;
    }
    i += bands;
  }
}

// The sums of dy over columns, four rows at a time, so that four additions overlap.
template <typename T>
void kernel_bias_gradient(const KernelGradient<T>& g) {
  const Tag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  const Correlation<T>& c = g.form;
  constexpr std::size_t kTogether = 4;
  for (std::size_t unit = 0; unit < c.units; unit += lanes) {
    const auto real = real_columns<T>(unit, c.units), last = real_columns<T>(unit, c.last_units);
    hn::Vec<Tag<T>> sum[kTogether];
    LITHE_UNROLL for (std::size_t b = 0; b < kTogether; ++b) sum[b] = hn::Zero(d);
    const T* const dy = g.dy + unit;
    const auto add = [&](std::size_t row, std::size_t column, std::size_t b) {
      const auto value = hn::LoadU(d, dy + row * c.y_row + column * c.y_column);
      sum[b] = hn::Add(sum[b], hn::IfThenElseZero(column + 1 < c.columns ? real : last, value));
    };
    std::size_t row = 0;
    for (; row + kTogether <= c.rows; row += kTogether)
      for (std::size_t column = 0; column < c.columns; ++column)
        LITHE_UNROLL for (std::size_t b = 0; b < kTogether; ++b) add(row + b, column, b);
    for (; row < c.rows; ++row)
      for (std::size_t column = 0; column < c.columns; ++column) add(row, column, 0);
    const auto all = hn::Add(hn::Add(sum[0], sum[1]), hn::Add(sum[2], sum[3]));
    hn::Store(g.first ? all : hn::Add(hn::Load(d, g.bias + unit), all), d, g.bias + unit);
  }
}

// The share of tiles [tiles.begin, tiles.end) of the weights' rows.
template <typename T>
void kernel_gradient(const KernelGradient<T>& g, Range tiles) {
  const Correlation<T>& c = g.form;
  const Panels<T> panels{c.kernel_rows * c.depth, c.units};
  const std::size_t step = rows_at_once(c);
  for (std::size_t row = 0; row < c.rows; row += step) {
    const Range rows{row, row + step < c.rows ? row + step : c.rows};
    const KernelGradientWork<T> work{g, panels, rows, g.first && row == 0};
    each_column<T>({0, divide_up(c.units, kLine<T>)}, [&]<std::size_t kVectors>(std::size_t unit) {
      std::size_t tile = 0;
      each_weight_tile(c, in_pairs(c),
                       [&](std::size_t i, std::size_t j, std::size_t before, std::size_t k,
                           std::size_t count, std::size_t bands) {
                         const std::size_t number = tile++;
                         if (number < tiles.begin || number >= tiles.end) return;
                         if (kVectors == 1 && bands == 2)
                           return call_tile<2, 1, kMost<2>>(count, work, i, j, before, k, unit);
                         for (std::size_t band = i; band < i + bands; ++band)
                           call_tile<1, kVectors, kMost<1>>(count, work, band, j, before, k, unit);
                       });
    });
  }
}

template <typename T>
std::size_t weight_tiles(const Correlation<T>& c) {
  std::size_t count = 0;
  each_weight_tile(c, in_pairs(c), [&](auto...) { ++count; });
  return count;
}

template <typename T>
void fill(Kernels<T>& k) {
  k.correlate = correlate<T>;
  k.kernel_gradient = kernel_gradient<T>;
  k.weight_tiles = weight_tiles<T>;
  k.kernel_bias_gradient = kernel_bias_gradient<T>;
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
void fill_convolutions(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
