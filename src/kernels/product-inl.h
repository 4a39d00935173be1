// The products of a dense layer by register tiles. See product.h for what they compute.
//
// One micro-kernel serves all three: a tile of kRows x kVectors accumulators, to which the outer
// product of kRows scalars (broadcast) and kVectors vectors is added for each step of the
// reduction. `Arithmetic` says how: by fused multiply-adds, or by pairs of bfloat16 values
// (pairs-inl.h). Included once for each instruction set.
#if defined(LITHE_KERNELS_PRODUCT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LITHE_KERNELS_PRODUCT_INL_H
#undef LITHE_KERNELS_PRODUCT_INL_H
#else
#define LITHE_KERNELS_PRODUCT_INL_H
#endif

#include "hwy/highway.h"
#include "kernels/product.h"
#include "kernels/tile-inl.h"
#include "kernels/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <typename T, bool kIndexed, class Arithmetic>
struct ForwardWork {
  const ForwardProduct<T>& p;
  Panels<T> panels;

  template <std::size_t kRows, std::size_t kVectors>
  HWY_NOINLINE void tile(std::size_t row, std::size_t column) const {
    const typename Arithmetic::D d;
    Tile<T, kRows, kVectors, Arithmetic> t;
    LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) {
      const auto bias = hn::Load(d, p.bias + column + v * hn::Lanes(d));
      LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) t.sum[m][v] = bias;
    }
    t.template accumulate<kIndexed>(
        {p.input.x + row * p.input.stride, p.input.stride, 1},
        {p.weight + panels.column_start(column), panels.width(column), p.input.index},
        p.input.depth);
    T* y = p.y + row * p.y_stride + column;
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v)
          hn::Store(t.sum[m][v], d, y + m * p.y_stride + v * hn::Lanes(d));
    }
  }
};

template <typename T, bool kIndexed, class Arithmetic = Fused<T>>
void forward(const ForwardProduct<T>& p, Range lines) {
  const bool halved =
      cover_real<T, Arithmetic>(p.input.rows, lines, p.units, [&]<class Chosen>(Chosen) {
        return ForwardWork<T, kIndexed, Chosen>{p, {p.inputs, p.units}};
      });
  if (halved) clear_half(p.y + (lines.end - 1) * kLine<T>, p.y_stride, p.input.rows);
}

template <typename T>
struct OntoWork {
  const ForwardProduct<T>& p;
  Matrix<const T> from;
  Panels<T> panels;

  template <std::size_t kRows, std::size_t kVectors>
  HWY_NOINLINE void tile(std::size_t row, std::size_t column) const {
    const Tag<T> d;
    Tile<T, kRows, kVectors> t;
    const T* first = from.row(row) + column;
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) t.sum[m][v] =
          hn::Load(d, first + m * from.stride + v * hn::Lanes(d));
    }
    t.template accumulate<false>(
        {p.input.x + row * p.input.stride, p.input.stride, 1},
        {p.weight + panels.column_start(column), panels.width(column), nullptr}, p.input.depth);
    T* y = p.y + row * p.y_stride + column;
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v)
          hn::Store(t.sum[m][v], d, y + m * p.y_stride + v * hn::Lanes(d));
    }
  }
};

template <typename T>
void forward_onto(const ForwardProduct<T>& p, Matrix<const T> from, Range lines) {
  cover<T>(p.input.rows, lines, OntoWork<T>{p, from, {p.inputs, p.units}});
}

template <typename T, bool kIndexed, class Arithmetic>
struct SgdWork {
  const WeightProduct<T>& p;
  Panels<T> panels;

  template <std::size_t kRows, std::size_t kVectors>
  HWY_NOINLINE void tile(std::size_t row, std::size_t column) const {
    const typename Arithmetic::D d;
    // Copies, because for all the compiler knows a stored weight may change p.
    T* const weight = p.weight + panels.column_start(column);
    const std::size_t width = panels.width(column);
    const std::uint32_t* const index = p.input.index;
    const auto row_of = [=](std::size_t m) {
      return weight + (kIndexed ? index[row + m] : row + m) * width;
    };
#pragma GCC unroll 1
    for (std::size_t m = 0; m < kRows; ++m) prefetch<kVectors>(row_of(m));
    Tile<T, kRows, kVectors, Arithmetic> t;
    clear(t);
    t.template accumulate<false>({p.input.x + row, 1, p.input.stride},
                                 {p.dy + column, p.dy_stride, nullptr}, p.input.rows);
    const auto rate = hn::Set(d, p.rate);
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) {
        T* const at = row_of(m) + v * hn::Lanes(d);
        hn::Store(hn::NegMulAdd(rate, t.sum[m][v], hn::Load(d, at)), d, at);
      }
    }
  }
};

template <typename T, bool kIndexed, class Arithmetic = Fused<T>>
void sgd(const WeightProduct<T>& p, Range lines) {
  cover_real<T, Arithmetic>(p.input.depth, lines, p.units, [&]<class Chosen>(Chosen) {
    return SgdWork<T, kIndexed, Chosen>{p, {p.inputs, p.units}};
  });
  if (p.bias == nullptr) return;
  const Tag<T> d;
  const auto rate = hn::Set(d, p.rate);
  for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; n += hn::Lanes(d)) {
    auto sum = hn::Zero(d);
    for (std::size_t i = 0; i < p.input.rows; ++i)
      sum = hn::Add(sum, hn::Load(d, p.dy + i * p.dy_stride + n));
    hn::Store(hn::NegMulAdd(rate, sum, hn::Load(d, p.bias + n)), d, p.bias + n);
  }
}

template <typename T, bool kIndexed, class Arithmetic>
struct GradientWork {
  const GradientProduct<T>& p;

  template <std::size_t kRows, std::size_t kVectors>
  HWY_NOINLINE void tile(std::size_t row, std::size_t column) const {
    const typename Arithmetic::D d;
    const std::size_t kept = p.operand_first + row, stride = p.stride;
    const std::uint32_t* const index = p.input.index;
    const auto place_of = [=, first = p.first](std::size_t m) {
      return ((kIndexed ? index[kept + m] : kept + m) - first) * stride + column % kPanel<T>;
    };
    const auto fetch = [&](const T* array) {
#pragma GCC unroll 1
      for (std::size_t m = 0; m < kRows; ++m)
        prefetch<kVectors>(array + p.prefetch_at + place_of(m));
    };
    if (p.prefetch_weight != nullptr) {
      fetch(p.prefetch_weight);
      for (const T* state : p.prefetch_states) fetch(state);
    }
    Tile<T, kRows, kVectors, Arithmetic> t;
    clear(t);
    t.template accumulate<false>({p.input.x + kept, 1, p.input.stride},
                                 {p.dy + column, p.dy_stride, nullptr}, p.input.rows);
    T* const to = p.to;
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v)
          hn::Store(t.sum[m][v], d, to + place_of(m) + v * hn::Lanes(d));
    }
  }
};

template <typename T, bool kIndexed, class Arithmetic = Fused<T>>
void gradient(const GradientProduct<T>& p, Range lines) {
  const Tag<T> d;
  if (kIndexed)
    for (std::size_t k = 0; k < p.end - p.first; ++k)
      for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; n += hn::Lanes(d))
        hn::Store(hn::Zero(d), d, p.to + k * p.stride + n % kPanel<T>);
  const bool halved = cover_real<T, Arithmetic>(
      p.operand_end - p.operand_first, lines, p.units,
      [&]<class Chosen>(Chosen) { return GradientWork<T, kIndexed, Chosen>{p}; });
  if (halved && !kIndexed)
    clear_half(p.to + (lines.end - 1) * kLine<T> % kPanel<T>, p.stride, p.end - p.first);
}

// dy^T in panels, so that the input gradient reads vectors of examples.
template <typename T>
void transpose(const InputGradientProduct<T>& p, Range units) {
  const std::size_t lanes = hn::Lanes(Tag<T>());
  const Panels<T> panels{p.units, p.rows};
  for (std::size_t column = 0; column < p.rows; column += lanes)
    turn_rows(p.dy + column * p.dy_stride, p.dy_stride,
              p.rows - column < lanes ? p.rows - column : lanes, units,
              p.transposed + panels.column_start(column), panels.width(column));
}

template <typename T, class Arithmetic>
struct InputGradientWork {
  const InputGradientProduct<T>& p;
  std::size_t first_input;
  Panels<T> weights, gradients;

  template <std::size_t kRows, std::size_t kVectors>
  HWY_NOINLINE void tile(std::size_t row, std::size_t column) const {
    if (column >= p.rows) return;  // a whole tile of padding
    const Tag<T> d;
    Tile<T, kRows, kVectors, Arithmetic> t;
    clear(t);
    const std::size_t input = first_input + row;
    const std::size_t width = gradients.width(column);
    const T* dy = p.transposed + gradients.column_start(column);
    for (std::size_t n = 0; n < p.units; n += kPanel<T>) {
      const std::size_t depth = p.units - n < kPanel<T> ? p.units - n : kPanel<T>;
      if (column == 0) fetch_rows<kRows>(input + kRows, n);
      t.template accumulate<false>({p.weight + weights.at(input, n), weights.width(n), 1},
                                   {dy + n * width, width, nullptr}, depth);
    }
    // Whole blocks of inputs are transposed in registers, the rest in memory.
    constexpr std::size_t kTurned = kRows / kBlock<T> * kBlock<T>;
    const std::size_t lanes = hn::Lanes(d), stride = p.dx_stride;
    T* const dx = p.dx + column * stride + input;
    const std::size_t examples = p.rows - column;
    LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) {
      if (examples >= (v + 1) * lanes) {
        T* const to = dx + v * lanes * stride;
        LITHE_UNROLL for (std::size_t m = 0; m < kTurned; m += kBlock<T>) {
          hn::Vec<Tag<T>> block[kBlock<T>];
          LITHE_UNROLL for (std::size_t j = 0; j < kBlock<T>; ++j) block[j] = t.sum[m + j][v];
          turn_blocks(d, block);
          LITHE_UNROLL for (std::size_t j = 0; j < kBlock<T>; ++j)
              store_blocks<T>(block[j], to + j * stride + m, kBlock<T> * stride);
        }
        store_rows<kTurned>(t, v, lanes, to);
      } else if (examples > v * lanes) {
        store_rows<0>(t, v, examples - v * lanes, dx + v * lanes * stride);
      }
    }
  }

  // Prefetches the weights of the next row of tiles in this panel. They are far from those of the
  // previous panel, so the hardware does not prefetch them.
  template <std::size_t kRows>
  HWY_INLINE void fetch_rows(std::size_t input, std::size_t n) const {
    if (input + kRows > p.inputs) return;
    const T* row = p.weight + weights.at(input, n);
    const std::size_t count = kRows * weights.width(n);
#pragma GCC unroll 1
    for (std::size_t i = 0; i < count; i += kLine<T>) hwy::Prefetch(row + i);
  }

  // The rows of the tile from kFirst on, for `examples` examples, one value at a time.
  template <std::size_t kFirst, std::size_t kRows, std::size_t kVectors>
  HWY_INLINE void store_rows(const Tile<T, kRows, kVectors, Arithmetic>& t, std::size_t v,
                             std::size_t examples, T* to) const {
    if constexpr (kFirst < kRows) {
      const Tag<T> d;
      HWY_ALIGN T buffer[kRows - kFirst][kLine<T>];
      LITHE_UNROLL for (std::size_t m = kFirst; m < kRows; ++m)
          hn::Store(t.sum[m][v], d, buffer[m - kFirst]);
      for (std::size_t i = 0; i < examples; ++i, to += p.dx_stride)
        LITHE_UNROLL for (std::size_t m = kFirst; m < kRows; ++m) to[m] = buffer[m - kFirst][i];
    }
  }
};

// Sets the values from column `last` to the end of its line to zero, in every row.
template <typename T>
void clear_padding(const InputGradientProduct<T>& p, std::size_t last) {
  const Tag<T> d;
  const std::size_t lanes = hn::Lanes(d), end = round_up(last, kLine<T>);
  for (std::size_t n = last / lanes * lanes; n < end; n += lanes) {
    const auto padding = hn::Not(hn::FirstN(d, last > n ? last - n : 0));
    for (std::size_t i = 0; i < p.rows; ++i)
      hn::BlendedStore(hn::Zero(d), padding, d, p.dx + i * p.dx_stride + n);
  }
}

template <typename T, class Arithmetic = Fused<T>>
void input_gradient(const InputGradientProduct<T>& p, Range lines) {
  const std::size_t first = lines.begin * kLine<T>;
  const std::size_t padded = lines.end * kLine<T>, last = padded < p.inputs ? padded : p.inputs;
  // The weights of a row of tiles are read once, and stay in the nearest cache for all examples.
  if (last > first)
    cover_by_rows<T>(
        last - first, {0, divide_up(p.rows, kLine<T>)},
        InputGradientWork<T, Arithmetic>{p, first, {p.inputs, p.units}, {p.units, p.rows}});
  if (last < padded) clear_padding(p, last);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#endif
