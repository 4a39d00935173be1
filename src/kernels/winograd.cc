// Convolution by Winograd's transforms. See winograd.h for what it computes.
#include "kernels/winograd.h"

#include "machine/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using P = WinogradPoints;

template <typename T>
using Vector = hn::Vec<Tag<T>>;

template <typename T>
HWY_INLINE Vector<T> number(double value) {
  return hn::Set(Tag<T>(), static_cast<T>(value));
}

// Calls out(i, j, value) for the transform of in(i, j), down the columns and along the rows.
template <typename T, class Transform, class In, class Out>
HWY_INLINE void both_ways(const Transform&, const In& in, const Out& out) {
  constexpr std::size_t kFrom = Transform::kFrom, kTo = Transform::kTo;
  Vector<T> half[kTo][kFrom];
  LITHE_UNROLL for (std::size_t j = 0; j < kFrom; ++j) {
    Vector<T> from[kFrom], to[kTo];
    LITHE_UNROLL for (std::size_t i = 0; i < kFrom; ++i) from[i] = in(i, j);
    Transform::apply(from, to);
    LITHE_UNROLL for (std::size_t i = 0; i < kTo; ++i) half[i][j] = to[i];
  }
  LITHE_UNROLL for (std::size_t i = 0; i < kTo; ++i) {
    Vector<T> to[kTo];
    Transform::apply(half[i], to);
    LITHE_UNROLL for (std::size_t j = 0; j < kTo; ++j) out(i, j, to[j]);
  }
}

template <typename T>
struct InputTransform {
  static constexpr std::size_t kFrom = kWinogradIn, kTo = kWinogradIn;

  static HWY_INLINE void apply(const Vector<T> (&d)[kFrom], Vector<T> (&r)[kTo]) {
    const auto product = number<T>(P::a2 * P::b2), sum = number<T>(P::a2 + P::b2);
    const auto a = number<T>(P::a), b = number<T>(P::b), a2 = number<T>(P::a2),
               b2 = number<T>(P::b2);
    r[0] = hn::MulAdd(product, d[0], hn::NegMulAdd(sum, d[2], d[4]));
    r[5] = hn::MulAdd(product, d[1], hn::NegMulAdd(sum, d[3], d[5]));
    const auto even_a = hn::NegMulAdd(b2, d[2], d[4]), odd_a = hn::NegMulAdd(b2, d[1], d[3]);
    const auto even_b = hn::NegMulAdd(a2, d[2], d[4]), odd_b = hn::NegMulAdd(a2, d[1], d[3]);
    r[1] = hn::MulAdd(a, odd_a, even_a);
    r[2] = hn::NegMulAdd(a, odd_a, even_a);
    r[3] = hn::MulAdd(b, odd_b, even_b);
    r[4] = hn::NegMulAdd(b, odd_b, even_b);
  }
};

template <typename T>
struct OutputTransform {
  static constexpr std::size_t kFrom = kWinogradIn, kTo = kWinogradOut;

  static HWY_INLINE void apply(const Vector<T> (&m)[kFrom], Vector<T> (&y)[kTo]) {
    const auto s = hn::Add(m[1], m[2]), t = hn::Sub(m[1], m[2]);
    const auto u = hn::Add(m[3], m[4]), v = hn::Sub(m[3], m[4]);
    y[0] = hn::Add(hn::Add(m[0], s), u);
    y[1] = hn::MulAdd(number<T>(P::b), v, hn::Mul(number<T>(P::a), t));
    y[2] = hn::MulAdd(number<T>(P::b2), u, hn::Mul(number<T>(P::a2), s));
    y[3] = hn::MulAdd(number<T>(P::b3), v, hn::MulAdd(number<T>(P::a3), t, m[5]));
  }
};

template <typename T>
struct WindowTransform {
  static constexpr std::size_t kFrom = kWinogradWindow, kTo = kWinogradIn;

  static HWY_INLINE void apply(const Vector<T> (&g)[kFrom], Vector<T> (&r)[kTo]) {
    const auto even_a = hn::MulAdd(number<T>(P::a2), g[2], g[0]);
    const auto even_b = hn::MulAdd(number<T>(P::b2), g[2], g[0]);
    r[0] = hn::Mul(number<T>(P::n0), g[0]);
    r[1] = hn::Mul(number<T>(P::na), hn::MulAdd(number<T>(P::a), g[1], even_a));
    r[2] = hn::Mul(number<T>(P::na), hn::NegMulAdd(number<T>(P::a), g[1], even_a));
    r[3] = hn::Mul(number<T>(P::nb), hn::MulAdd(number<T>(P::b), g[1], even_b));
    r[4] = hn::Mul(number<T>(P::nb), hn::NegMulAdd(number<T>(P::b), g[1], even_b));
    r[5] = g[2];
  }
};

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

// The product of one place, by register tiles.
template <typename T>
struct PlaceProduct {
  const T* left;
  std::size_t left_row, depth;
  const T* right;
  Panels<T> panels;
  T* to;
  std::size_t to_row;

  template <std::size_t kRows, std::size_t kVectors>
  HWY_NOINLINE void tile(std::size_t row, std::size_t column) const {
    const Tag<T> d;
    Tile<T, kRows, kVectors> t;
    clear(t);
    t.accumulate(
        Left<T>{left + row * left_row, left_row, 1},
        Right<T, false>{right + panels.column_start(column), panels.width(column), nullptr}, depth);
    T* const at = to + row * to_row + column;
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v)
          hn::Store(t.sum[m][v], d, at + m * to_row + v * hn::Lanes(d));
    }
  }
};

template <typename T>
struct WinogradWork {
  const Winograd<T>& w;
  WinogradForm<T> form;

  // The 6x6 pixels that tile (tile_row, tile_column) looks at, transformed, into place `slot`.
  void take_in(std::size_t tile_row, std::size_t tile_column, std::size_t slot) const {
    const Tag<T> d;
    const auto top =
        static_cast<std::ptrdiff_t>(tile_row * kWinogradOut) - static_cast<std::ptrdiff_t>(w.top);
    const auto left = static_cast<std::ptrdiff_t>(tile_column * kWinogradOut) -
                      static_cast<std::ptrdiff_t>(w.left);
    const bool inside = top >= 0 && left >= 0 &&
                        static_cast<std::size_t>(top) + kWinogradIn <= w.x_rows &&
                        static_cast<std::size_t>(left) + kWinogradIn <= w.x_columns;
    const T* const from = inside ? pixel(top, left) : between_zeros(top, left);
    const std::size_t row = (inside ? w.x_columns : kWinogradIn) * w.depth;
    T* const to = w.scratch + slot * form.input_row();
    each_channel<T>(w.depth, [&](std::size_t n, const auto& load, const auto&) {
      both_ways<T>(
          InputTransform<T>(),
          [&](std::size_t i, std::size_t j) { return load(from + i * row + j * w.depth + n); },
          [&](std::size_t i, std::size_t j, Vector<T> value) {
            hn::Store(value, d, to + (i * kWinogradIn + j) * form.input_apart() + n);
          });
    });
  }

  const T* pixel(std::ptrdiff_t row, std::ptrdiff_t column) const {
    return w.x + (row * static_cast<std::ptrdiff_t>(w.x_columns) + column) *
                     static_cast<std::ptrdiff_t>(w.depth);
  }

  // A copy of the pixels from a place at the image's edge on, with zeros for those outside.
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

  // Tile (tile_row, tile_column) of the output from place `slot`: what of it exists.
  void put_out(std::size_t tile_row, std::size_t tile_column, std::size_t slot) const {
    const Tag<T> d;
    const std::size_t top = tile_row * kWinogradOut, left = tile_column * kWinogradOut;
    const std::size_t rows = w.rows - top, columns = w.columns - left;
    const T* const from = w.scratch + form.output_start() + slot * form.output_row();
    T* const y = w.y + (top * w.columns + left) * w.units;
    each_channel<T>(w.units, [&](std::size_t n, const auto&, const auto& store) {
      const auto bias = w.bias == nullptr ? hn::Zero(d) : hn::Load(d, w.bias + n);
      both_ways<T>(
          OutputTransform<T>(),
          [&](std::size_t i, std::size_t j) {
            return hn::Load(d, from + (i * kWinogradIn + j) * form.output_apart() + n);
          },
          [&](std::size_t i, std::size_t j, Vector<T> value) {
            if (i < rows && j < columns)
              store(hn::Add(value, bias), y + (i * w.columns + j) * w.units + n);
          });
    });
  }

  void product(std::size_t place, std::size_t tiles) const {
    const PlaceProduct<T> product{w.scratch + place * form.input_apart(),
                                  form.input_row(),
                                  w.depth,
                                  w.weight + place * form.weight_apart(),
                                  form.panels(),
                                  w.scratch + form.output_start() + place * form.output_apart(),
                                  form.output_row()};
    cover<T>(tiles, {0, divide_up(w.units, kLine<T>)}, product);
  }
};

template <typename T>
void winograd(const Winograd<T>& w) {
  const WinogradWork<T> work{w, {w.depth, w.units}};
  const std::size_t across = divide_up(w.columns, kWinogradOut);
  const std::size_t tiles = divide_up(w.rows, kWinogradOut) * across;
  const std::size_t blocks = divide_up(tiles, WinogradForm<T>::kTiles);
  for (std::size_t block = 0; block < blocks; ++block) {
    const Range r = share(tiles, block, blocks);
    for (std::size_t t = r.begin; t < r.end; ++t) work.take_in(t / across, t % across, t - r.begin);
    for (std::size_t place = 0; place < kWinogradPlaces; ++place)
      work.product(place, r.end - r.begin);
    for (std::size_t t = r.begin; t < r.end; ++t) work.put_out(t / across, t % across, t - r.begin);
  }
}

void fill(Tables& tables) {
  tables.float32.winograd = winograd<float>;
  tables.float32.winograd_weights = winograd_weights<float>;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lithe::kernels {
namespace {
HWY_EXPORT(fill);
}
void fill_winograd(Tables& tables) { HWY_DYNAMIC_DISPATCH(fill)(tables); }
}  // namespace lithe::kernels
#endif
