// Convolution by Winograd's transforms. See winograd.h for what it computes.
#include "kernels/winograd.h"

#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/tile-inl.h"
#include "kernels/winograd_transforms-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <typename T>
void winograd_weights(const WinogradWeights<T>& w) {
  const Tag<T> d;
  const WinogradForm<T> form{w.depth, w.units};
  const Panels<T> from{kWinogradWindow * kWinogradWindow * w.depth, w.units}, to = form.panels();
  for (std::size_t n = 0; n < to.padded_columns(); n += hn::Lanes(d)) {
    const T* const window = w.window + from.column_start(n);
    T* const weight = w.weight + to.column_start(n);
    const std::size_t width = to.width(n);
    for (std::size_t k = 0; k < w.depth; ++k)
      both_ways<T>(
          WindowTransform<T>(),
          [&](std::size_t i, std::size_t j) {
            return hn::Load(d, window + ((i * kWinogradWindow + j) * w.depth + k) * width);
          },
          [&](std::size_t i, std::size_t j, Vector<T> value) {
            hn::Store(value, d, weight + (i * kWinogradIn + j) * form.weight_apart() + k * width);
          });
  }
}

// For the input channels in `rows`.
template <typename T>
void winograd_windows(const WinogradWindows<T>& w, Range rows) {
  const Tag<T> d;
  const WinogradForm<T> form{w.depth, w.units};
  const Panels<T> to{kWinogradWindow * kWinogradWindow * w.depth, w.units}, from = form.panels();
  for (std::size_t n = 0; n < from.padded_columns(); n += hn::Lanes(d)) {
    T* const window = w.window + to.column_start(n);
    const T* const sums = w.sums + from.column_start(n);
    const auto real = real_columns<T>(n, w.units);
    const std::size_t width = from.width(n);
    for (std::size_t k = rows.begin; k < rows.end; ++k)
      both_ways<T>(
          WindowGradient<T>(),
          [&](std::size_t i, std::size_t j) {
            return hn::Load(d, sums + (i * kWinogradIn + j) * form.weight_apart() + k * width);
          },
          [&](std::size_t i, std::size_t j, Vector<T> value) {
            // No tile writes the padding behind the last unit.
            hn::Store(hn::IfThenElseZero(real, value), d,
                      window + ((i * kWinogradWindow + j) * w.depth + k) * width);
          });
  }
}

// The product of one place, by register tiles: to = left right, or to += left right.
template <typename T>
struct PlaceProduct {
  Left<T> left;
  const T* right;
  Panels<T> right_form;
  std::size_t depth;  // of the sums
  T* to;
  Panels<T> to_form;
  std::size_t first;  // row of `to`
  bool adds;

  template <std::size_t kRows, std::size_t kVectors>
  HWY_NOINLINE void tile(std::size_t row, std::size_t column) const {
    const Tag<T> d;
    const std::size_t lanes = hn::Lanes(d), width = to_form.width(column);
    T* const at = to + to_form.column_start(column) + (first + row) * width;
    Tile<T, kRows, kVectors> t;
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) t.sum[m][v] =
          adds ? hn::Load(d, at + m * width + v * lanes) : hn::Zero(d);
    }
    t.accumulate(
        Left<T>{left.p + row * left.row, left.row, left.step},
        Right<T, false>{right + right_form.column_start(column), right_form.width(column), nullptr},
        depth);
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v)
          hn::Store(t.sum[m][v], d, at + m * width + v * lanes);
    }
  }
};

template <typename T>
struct WinogradWork {
  const Winograd<T>& w;
  WinogradForm<T> form;

  // Transforms the 6x6 pixels of tile (tile_row, tile_column) into place `slot`, for some of the
  // channels.
  void take_in(std::size_t tile_row, std::size_t tile_column, std::size_t slot, Range some) const {
    const Tag<T> d;
    const auto top =
        static_cast<std::ptrdiff_t>(tile_row * kWinogradOut) - static_cast<std::ptrdiff_t>(w.top);
    const auto left = static_cast<std::ptrdiff_t>(tile_column * kWinogradOut) -
                      static_cast<std::ptrdiff_t>(w.left);
    const bool inside = top >= 0 && left >= 0 &&
                        static_cast<std::size_t>(top) + kWinogradIn <= w.x_rows &&
                        static_cast<std::size_t>(left) + kWinogradIn <= w.x_columns;
    const T* const from = (inside ? pixel(top, left) : between_zeros(top, left)) + some.begin;
    const std::size_t row = (inside ? w.x_columns : kWinogradIn) * w.depth;
    T* const to = w.scratch + slot * form.input_row() + some.begin;
    each_channel<T>(some.end - some.begin, [&](std::size_t n, const auto& load, const auto&) {
      both_ways<T>(
          InputTransform<T>(),
          [&](std::size_t i, std::size_t j) { return load(from + i * row + j * w.depth + n); },
          // The last vector of a row may reach into the next row, but not to channels in use there.
          [&](std::size_t i, std::size_t j, Vector<T> value) {
            hn::StoreU(value, d, to + (i * kWinogradIn + j) * form.input_apart() + n);
          });
    });
  }

  const T* pixel(std::ptrdiff_t row, std::ptrdiff_t column) const {
    return w.x + (row * static_cast<std::ptrdiff_t>(w.x_columns) + column) *
                     static_cast<std::ptrdiff_t>(w.depth);
  }

  // A copy of 6x6 pixels at the image's edge, with zero padding.
  const T* between_zeros(std::ptrdiff_t top, std::ptrdiff_t left) const {
    const auto in = [](std::ptrdiff_t at, std::size_t size) {
      return at >= 0 && at < static_cast<std::ptrdiff_t>(size);
    };
    T* const border = w.scratch + form.border_start();
    T* to = border;
    for (std::ptrdiff_t r = top; r < top + static_cast<std::ptrdiff_t>(kWinogradIn); ++r)
      for (std::ptrdiff_t c = left; c < left + static_cast<std::ptrdiff_t>(kWinogradIn); ++c) {
        const bool exists = in(r, w.x_rows) && in(c, w.x_columns);
        const T* const from = exists ? pixel(r, c) : w.x;
        each_channel<T>(w.depth, [&](std::size_t n, const auto& load, const auto& store) {
          store(exists ? load(from + n) : hn::Zero(Tag<T>()), to + n);
        });
        to += w.depth;
      }
    return border;
  }

  // Calls work(n, load, store, at, exists) for the vectors of units of tile (tile_row,
  // tile_column): pixel (i, j) stands at at(i, j), counted from the output's start, where exists(i,
  // j).
  template <class Work>
  HWY_INLINE void each_unit(std::size_t tile_row, std::size_t tile_column, const Work& work) const {
    const std::size_t top = tile_row * kWinogradOut, left = tile_column * kWinogradOut;
    const std::size_t rows = w.rows - top, columns = w.columns - left;
    each_channel<T>(w.units, [&](std::size_t n, const auto& load, const auto& store) {
      work(
          n, load, store,
          [&](std::size_t i, std::size_t j) {
            return ((top + i) * w.columns + left + j) * w.units + n;
          },
          [&](std::size_t i, std::size_t j) { return i < rows && j < columns; });
    });
  }

  T* output_place(std::size_t n, std::size_t slot) const {
    const Panels<T> panels = form.output_panels();
    return w.scratch + form.output_start() + panels.column_start(n) + slot * panels.width(n);
  }

  // Makes tile (tile_row, tile_column) of the output from place `slot`.
  void put_out(std::size_t tile_row, std::size_t tile_column, std::size_t slot) const {
    const Tag<T> d;
    each_unit(
        tile_row, tile_column,
        [&](std::size_t n, const auto&, const auto& store, const auto& at, const auto& exists) {
          const T* const from = output_place(n, slot);
          const auto bias = w.bias == nullptr ? hn::Zero(d) : hn::Load(d, w.bias + n);
          both_ways<T>(
              OutputTransform<T>(),
              [&](std::size_t i, std::size_t j) {
                return hn::Load(d, from + (i * kWinogradIn + j) * form.output_apart());
              },
              [&](std::size_t i, std::size_t j, Vector<T> value) {
                if (exists(i, j)) store(hn::Add(value, bias), w.y + at(i, j));
              });
        });
  }

  // Transforms the gradient of a tile of the output into place `slot`.
  void take_gradient(const WinogradGradient<T>& g, std::size_t tile_row, std::size_t tile_column,
                     std::size_t slot) const {
    const Tag<T> d;
    each_unit(
        tile_row, tile_column,
        [&](std::size_t n, const auto& load, const auto&, const auto& at, const auto& exists) {
          T* const to = output_place(n, slot);
          auto sum = hn::Zero(d);
          both_ways<T>(
              OutputGradient<T>(),
              [&](std::size_t i, std::size_t j) {
                const auto value = exists(i, j) ? load(g.dy + at(i, j)) : hn::Zero(d);
                sum = hn::Add(sum, value);
                return value;
              },
              [&](std::size_t i, std::size_t j, Vector<T> value) {
                hn::Store(value, d, to + (i * kWinogradIn + j) * form.output_apart());
              });
          if (g.bias != nullptr) hn::Store(hn::Add(hn::Load(d, g.bias + n), sum), d, g.bias + n);
        });
  }

  T* input_matrix(std::size_t place) const { return w.scratch + place * form.input_apart(); }
  T* output_matrix(std::size_t place) const {
    return w.scratch + form.output_start() + place * form.output_apart();
  }

  // M = V U
  void product(std::size_t place, std::size_t tiles) const {
    cover<T>(tiles, unit_lines(),
             PlaceProduct<T>{{input_matrix(place), form.input_row(), 1},
                             w.weight + place * form.weight_apart(),
                             form.panels(),
                             w.depth,
                             output_matrix(place),
                             form.output_panels(),
                             0,
                             false});
  }

  // dU += V' dM, for the rows of some channels
  void gradient(std::size_t place, std::size_t tiles, Range some, T* sums, bool adds) const {
    cover<T>(some.end - some.begin, unit_lines(),
             PlaceProduct<T>{{input_matrix(place) + some.begin, 1, form.input_row()},
                             output_matrix(place),
                             form.output_panels(),
                             tiles,
                             sums + place * form.weight_apart(),
                             form.panels(),
                             some.begin,
                             adds});
  }

  Range unit_lines() const { return {0, divide_up(w.units, kLine<T>)}; }
};

// Calls work(tiles, across) for the blocks of tiles: tile t is t % across in row t / across.
template <typename T, class Work>
HWY_INLINE void each_block(const Winograd<T>& w, const Work& work) {
  const std::size_t across = divide_up(w.columns, kWinogradOut);
  const std::size_t tiles = divide_up(w.rows, kWinogradOut) * across;
  const std::size_t blocks = divide_up(tiles, WinogradForm<T>::kTiles);
  for (std::size_t block = 0; block < blocks; ++block) work(share(tiles, block, blocks), across);
}

template <typename T>
void winograd(const Winograd<T>& w) {
  const WinogradWork<T> work{w, {w.depth, w.units}};
  each_block(w, [&](Range r, std::size_t across) {
    for (std::size_t t = r.begin; t < r.end; ++t)
      work.take_in(t / across, t % across, t - r.begin, {0, w.depth});
    for (std::size_t place = 0; place < kWinogradPlaces; ++place)
      work.product(place, r.end - r.begin);
    for (std::size_t t = r.begin; t < r.end; ++t) work.put_out(t / across, t % across, t - r.begin);
  });
}

template <typename T>
void winograd_gradient(const WinogradGradient<T>& g, Range some) {
  const Winograd<T>& w = g.form;
  const WinogradWork<T> work{w, {w.depth, w.units}};
  each_block(w, [&](Range r, std::size_t across) {
    for (std::size_t t = r.begin; t < r.end; ++t) {
      work.take_in(t / across, t % across, t - r.begin, some);
      work.take_gradient(g, t / across, t % across, t - r.begin);
    }
    for (std::size_t place = 0; place < kWinogradPlaces; ++place)
      work.gradient(place, r.end - r.begin, some, g.sums, !g.first || r.begin > 0);
  });
}

void fill(Tables& tables) {
  tables.float32.winograd = winograd<float>;
  tables.float32.winograd_weights = winograd_weights<float>;
  tables.float32.winograd_gradient = winograd_gradient<float>;
  tables.float32.winograd_windows = winograd_windows<float>;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lithe::kernels {
void fill_winograd(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill)(tables); }
}  // namespace lithe::kernels
#endif
