// What images go through besides convolutions that mix their channels: pooling, convolution channel
// by channel, and normalisation of channels.
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/images.cc"
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

template <typename T, typename Work>
HWY_INLINE void each_window(const PoolShape& s, const Work& work) {
  for (std::size_t r = 0; r < s.out_rows; ++r) {
    const PoolShape::Span rows = s.rows_of(r);
    for (std::size_t c = 0; c < s.out_columns; ++c)
      work((r * s.out_columns + c) * s.channels, rows, s.columns_of(c));
  }
}

// Windows of 2x2 side by side, by far the most usual.
HWY_INLINE bool by_twos(const PoolShape& s) {
  return s.window_rows == 2 && s.window_columns == 2 && s.step_rows == 2 && s.step_columns == 2 &&
         s.top == 0 && s.left == 0 && 2 * s.out_rows <= s.in_rows &&
         2 * s.out_columns <= s.in_columns;
}

// Calls work(where a window's first value stands, where its output does).
template <typename Work>
HWY_INLINE void each_two(const PoolShape& s, const Work& work) {
  for (std::size_t r = 0; r < s.out_rows; ++r)
    for (std::size_t c = 0; c < s.out_columns; ++c)
      work((2 * r * s.in_columns + 2 * c) * s.channels, (r * s.out_columns + c) * s.channels);
}

template <typename T>
void max_pool(const PoolShape& s, const T* x, T* y) {
  const std::size_t right = s.channels, below = s.in_columns * s.channels;
  each_channel<T>(s.channels, [&](std::size_t n, const auto& load, const auto& store) {
    if (by_twos(s))
      return each_two(s, [&](std::size_t from, std::size_t to) {
        const T* const at = x + from + n;
        store(hn::Max(hn::Max(load(at), load(at + right)),
                      hn::Max(load(at + below), load(at + below + right))),
              y + to + n);
      });
    each_window<T>(s, [&](std::size_t to, PoolShape::Span rows, PoolShape::Span columns) {
      auto most = load(x + (rows.begin * s.in_columns + columns.begin) * s.channels + n);
      for (std::size_t r = rows.begin; r < rows.end; ++r)
        for (std::size_t c = columns.begin; c < columns.end; ++c)
          most = hn::Max(most, load(x + (r * s.in_columns + c) * s.channels + n));
      store(most, y + to + n);
    });
  });
}

template <typename T>
void max_pool_backward(const PoolShape& s, const T* x, const T* y, const T* dy, T* dx) {
  const bool twos = by_twos(s);
  if (!twos || 2 * s.out_rows < s.in_rows || 2 * s.out_columns < s.in_columns)
    for (std::size_t i = 0; i < s.inputs(); ++i) dx[i] = 0;
  const std::size_t right = s.channels, below = s.in_columns * s.channels;
  each_channel<T>(s.channels, [&](std::size_t n, const auto& load, const auto& store) {
    if (twos)
      return each_two(s, [&](std::size_t to, std::size_t from) {
        const auto most = load(y + from + n), gradient = load(dy + from + n);
        const T* const at = x + to + n;
        T* const into = dx + to + n;
        const auto a = hn::Eq(load(at), most), b = hn::Eq(load(at + right), most),
                   c = hn::Eq(load(at + below), most), d = hn::Eq(load(at + below + right), most);
        const auto ab = hn::Or(a, b), abc = hn::Or(ab, c);
        store(hn::IfThenElseZero(a, gradient), into);
        store(hn::IfThenElseZero(hn::AndNot(a, b), gradient), into + right);
        store(hn::IfThenElseZero(hn::AndNot(ab, c), gradient), into + below);
        store(hn::IfThenElseZero(hn::AndNot(abc, d), gradient), into + below + right);
      });
    each_window<T>(s, [&](std::size_t from, PoolShape::Span rows, PoolShape::Span columns) {
      const auto most = load(y + from + n), gradient = load(dy + from + n);
      auto left = hn::Eq(most, most);  // channels whose largest value has not been met
      for (std::size_t r = rows.begin; r < rows.end; ++r)
        for (std::size_t c = columns.begin; c < columns.end; ++c) {
          const std::size_t at = (r * s.in_columns + c) * s.channels + n;
          const auto here = hn::And(left, hn::Eq(load(x + at), most));
          left = hn::AndNot(here, left);
          store(hn::Add(load(dx + at), hn::IfThenElseZero(here, gradient)), dx + at);
        }
    });
  });
}

template <typename T>
void average_pool(const PoolShape& s, const T* x, T* y) {
  const Tag<T> d;
  each_channel<T>(s.channels, [&](std::size_t n, const auto& load, const auto& store) {
    each_window<T>(s, [&](std::size_t to, PoolShape::Span rows, PoolShape::Span columns) {
      auto sum = hn::Zero(d);
      for (std::size_t r = rows.begin; r < rows.end; ++r)
        for (std::size_t c = columns.begin; c < columns.end; ++c)
          sum = hn::Add(sum, load(x + (r * s.in_columns + c) * s.channels + n));
      const std::size_t count = (rows.end - rows.begin) * (columns.end - columns.begin);
      store(hn::Mul(sum, hn::Set(d, T{1} / static_cast<T>(count))), y + to + n);
    });
  });
}

template <typename T>
void average_pool_backward(const PoolShape& s, const T* dy, T* dx) {
  const Tag<T> d;
  for (std::size_t i = 0; i < s.inputs(); ++i) dx[i] = 0;
  each_channel<T>(s.channels, [&](std::size_t n, const auto& load, const auto& store) {
    each_window<T>(s, [&](std::size_t from, PoolShape::Span rows, PoolShape::Span columns) {
      const std::size_t count = (rows.end - rows.begin) * (columns.end - columns.begin);
      const auto part = hn::Mul(load(dy + from + n), hn::Set(d, T{1} / static_cast<T>(count)));
      for (std::size_t r = rows.begin; r < rows.end; ++r)
        for (std::size_t c = columns.begin; c < columns.end; ++c) {
          T* const at = dx + (r * s.in_columns + c) * s.channels + n;
          store(hn::Add(load(at), part), at);
        }
    });
  });
}

// Convolution channel by channel: each run is one column of the kernel, all channels deep, and
// row i * runs + j of the weights belongs to kernel row i and run j.
template <typename T, typename Work>
HWY_INLINE void each_tap(const Correlation<T>& c, std::size_t row, const Work& work) {
  for (std::size_t i = 0; i < c.kernel_rows; ++i) {
    const std::ptrdiff_t at =
        static_cast<std::ptrdiff_t>(row * c.row_step + i * c.kernel_step) + c.top;
    if (at < 0 || at >= static_cast<std::ptrdiff_t>(c.x_rows)) continue;
    for (std::size_t j = 0; j < c.runs; ++j)
      work(i * c.runs + j, at * static_cast<std::ptrdiff_t>(c.x_row) + c.run[j].offset);
  }
}

template <typename T>
void depthwise(const Correlation<T>& c) {
  const Tag<T> d;
  constexpr std::size_t kColumns = 8;  // as many sums are under way
  const Panels<T> panels{c.kernel_rows * c.runs, c.units};
  each_channel<T>(c.units, [&](std::size_t n, const auto& load, const auto& store) {
    const T* const weight = c.weight + panels.column_start(n);
    const std::size_t width = panels.width(n);
    const auto bias = c.bias == nullptr ? hn::Zero(d) : hn::Load(d, c.bias + n);
    for (std::size_t row = 0; row < c.rows; ++row) {
      std::size_t column = 0;
      for (; column + kColumns <= c.columns; column += kColumns) {
        hn::Vec<Tag<T>> sum[kColumns];
        for (auto& s : sum) s = bias;
        each_tap(c, row, [&](std::size_t tap, std::ptrdiff_t at) {
          const auto w = hn::Load(d, weight + tap * width);
          const T* const x = c.x + at + column * c.x_column + n;
          LITHE_UNROLL for (std::size_t m = 0; m < kColumns; ++m) sum[m] =
              hn::MulAdd(load(x + m * c.x_column), w, sum[m]);
        });
        LITHE_UNROLL for (std::size_t m = 0; m < kColumns; ++m)
            store(sum[m], c.y + row * c.y_row + (column + m) * c.y_column + n);
      }
      for (; column < c.columns; ++column) {
        auto sum = bias;
        each_tap(c, row, [&](std::size_t tap, std::ptrdiff_t at) {
          sum = hn::MulAdd(load(c.x + at + column * c.x_column + n),
                           hn::Load(d, weight + tap * width), sum);
        });
        store(sum, c.y + row * c.y_row + column * c.y_column + n);
      }
    }
  });
}

// Into the image, which `x` is here: in the order of rows, taps and columns.
template <typename T>
void depthwise_col2im(const Correlation<T>& c, T* x, const T* dy) {
  const Tag<T> d;
  const Panels<T> panels{c.kernel_rows * c.runs, c.units};
  each_channel<T>(c.units, [&](std::size_t n, const auto& load, const auto& store) {
    const T* const weight = c.weight + panels.column_start(n);
    const std::size_t width = panels.width(n);
    for (std::size_t row = 0; row < c.rows; ++row)
      each_tap(c, row, [&](std::size_t tap, std::ptrdiff_t at) {
        const auto w = hn::Load(d, weight + tap * width);
        for (std::size_t column = 0; column < c.columns; ++column) {
          T* const to = x + at + column * c.x_column + n;
          store(hn::MulAdd(load(dy + row * c.y_row + column * c.y_column + n), w, load(to)), to);
        }
      });
  });
}

// Threads take shares of the channels' lines.
template <typename T>
void depthwise_gradient(const KernelGradient<T>& g, Range lines) {
  const Tag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  const Correlation<T>& c = g.form;
  const Panels<T> panels{c.kernel_rows * c.runs, c.units};
  each_channel<T>(c.units, [&](std::size_t n, const auto& load, const auto&) {
    if (n < lines.begin * kLine<T> || n >= lines.end * kLine<T>) return;
    T* const weight = g.weight + panels.column_start(n);
    const std::size_t width = panels.width(n);
    auto bias = hn::Zero(d);
    if (g.first) {
      for (std::size_t tap = 0; tap < panels.rows; ++tap)
        hn::Store(hn::Zero(d), d, weight + tap * width);
      // What stands beside the last channels of a line belongs to nobody.
      for (std::size_t rest = n + lanes; rest % kLine<T> != 0 && rest >= c.units; rest += lanes)
        for (std::size_t tap = 0; tap < panels.rows; ++tap)
          hn::Store(hn::Zero(d), d, weight + tap * width + rest - n);
    } else if (g.bias != nullptr) {
      bias = hn::Load(d, g.bias + n);
    }
    for (std::size_t row = 0; row < c.rows; ++row) {
      const T* const dy = g.dy + row * c.y_row + n;
      each_tap(c, row, [&](std::size_t tap, std::ptrdiff_t at) {
        auto sum = hn::Load(d, weight + tap * width);
        const T* const x = c.x + at + n;
        for (std::size_t column = 0; column < c.columns; ++column)
          sum = hn::MulAdd(load(x + column * c.x_column), load(dy + column * c.y_column), sum);
        hn::Store(sum, d, weight + tap * width);
      });
      for (std::size_t column = 0; column < c.columns; ++column)
        bias = hn::Add(bias, load(dy + column * c.y_column));
    }
    if (g.bias != nullptr) hn::Store(bias, d, g.bias + n);
  });
}

// Batch normalisation of channels: as of columns (normalize.cc), over all pixels of all images.
template <typename T, typename Work>
HWY_INLINE void each_pixel(Matrix<const T> x, std::size_t pixels, std::size_t channels,
                           const Work& work) {
  for (std::size_t i = 0; i < x.rows; ++i)
    for (std::size_t p = 0; p < pixels; ++p) work(x.row(i) + p * channels, i, p * channels);
}

template <typename T>
void channel_norm(const NormWork<T>& w, std::size_t channels, Range lines) {
  const Tag<T> d;
  const std::size_t pixels = w.columns / channels;
  const T count = static_cast<T>(w.x.rows * pixels);
  const auto share = hn::Set(d, T{1} / count);
  each_channel<T>(channels, [&](std::size_t n, const auto& load, const auto& store) {
    if (n < lines.begin * kLine<T> || n >= lines.end * kLine<T>) return;
    // Of four pixels in a row each has its own sum, so that four additions are under way.
    hn::Vec<Tag<T>> sums[4];
    const auto clear_sums = [&] {
      for (auto& s : sums) s = hn::Zero(d);
    };
    const auto fold = [&] {
      return hn::Mul(hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3])), share);
    };
    const auto sum_over = [&](const auto& term) {
      clear_sums();
      for (std::size_t i = 0; i < w.x.rows; ++i) {
        const T* x = w.x.row(i) + n;
        std::size_t p = 0;
        for (; p + 4 <= pixels; p += 4, x += 4 * channels)
          LITHE_UNROLL for (std::size_t j = 0; j < 4; ++j) sums[j] =
              term(load(x + j * channels), sums[j]);
        for (std::size_t j = 0; p < pixels; ++p, ++j, x += channels)
          sums[j] = term(load(x), sums[j]);
      }
      return fold();
    };
    const auto mean = sum_over([](auto x, auto sum) { return hn::Add(sum, x); });
    const auto variance = sum_over([&](auto x, auto sum) {
      const auto centred = hn::Sub(x, mean);
      return hn::MulAdd(centred, centred, sum);
    });
    const auto inverse =
        hn::Div(hn::Set(d, T{1}), hn::Sqrt(hn::Add(variance, hn::Set(d, w.epsilon))));
    const auto run = [&](T* at, hn::Vec<Tag<T>> now) {
      const auto before = load(at);
      store(hn::MulAdd(hn::Set(d, w.momentum), hn::Sub(now, before), before), at);
    };
    store(mean, w.mean + n);
    store(inverse, w.inverse + n);
    run(w.running_mean + n, mean);
    run(w.running_variance + n,
        hn::Mul(variance, hn::Set(d, count > 1 ? count / (count - 1) : T{1})));
    const auto factor = hn::Mul(inverse, load(w.scale + n)), shift = load(w.shift + n);
    each_pixel<T>(w.x, pixels, channels, [&](const T* x, std::size_t i, std::size_t at) {
      store(hn::MulAdd(hn::Sub(load(x + n), mean), factor, shift), w.y.row(i) + at + n);
    });
  });
}

template <typename T>
void channel_norm_backward(const NormBackwardWork<T>& w, std::size_t channels, Range lines) {
  const Tag<T> d;
  const std::size_t pixels = w.columns / channels;
  const auto share = hn::Set(d, T{1} / static_cast<T>(w.x.rows * pixels));
  each_channel<T>(channels, [&](std::size_t n, const auto& load, const auto& store) {
    if (n < lines.begin * kLine<T> || n >= lines.end * kLine<T>) return;
    const auto mean = load(w.mean + n), inverse = load(w.inverse + n);
    const auto normal = [&](const T* x) { return hn::Mul(hn::Sub(load(x), mean), inverse); };
    hn::Vec<Tag<T>> sums[4], sums_h[4];
    for (auto& s : sums) s = hn::Zero(d);
    for (auto& s : sums_h) s = hn::Zero(d);
    const auto add = [&](const T* x, const T* at, std::size_t j) {
      const auto dy = load(at);
      sums[j] = hn::Add(sums[j], dy);
      sums_h[j] = hn::MulAdd(dy, normal(x), sums_h[j]);
    };
    for (std::size_t i = 0; i < w.x.rows; ++i) {
      const T *x = w.x.row(i) + n, *dy = w.dy.row(i) + n;
      std::size_t p = 0;
      for (; p + 4 <= pixels; p += 4, x += 4 * channels, dy += 4 * channels)
        LITHE_UNROLL for (std::size_t j = 0; j < 4; ++j)
            add(x + j * channels, dy + j * channels, j);
      for (std::size_t j = 0; p < pixels; ++p, ++j, x += channels, dy += channels) add(x, dy, j);
    }
    auto sum = hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3]));
    auto sum_h = hn::Add(hn::Add(sums_h[0], sums_h[1]), hn::Add(sums_h[2], sums_h[3]));
    store(sum, w.shift_gradient + n);
    store(sum_h, w.scale_gradient + n);
    sum = hn::Mul(sum, share);
    sum_h = hn::Mul(sum_h, share);
    const auto factor = hn::Mul(load(w.scale + n), inverse);
    each_pixel<T>(w.x, pixels, channels, [&](const T* x, std::size_t i, std::size_t at) {
      T* const dy = w.dy.row(i) + at + n;
      const auto centred = hn::Sub(load(dy), sum);
      store(hn::Mul(factor, hn::NegMulAdd(normal(x + n), sum_h, centred)), dy);
    });
  });
}

template <typename T>
void fill(Kernels<T>& k) {
  k.max_pool = max_pool<T>;
  k.max_pool_backward = max_pool_backward<T>;
  k.average_pool = average_pool<T>;
  k.average_pool_backward = average_pool_backward<T>;
  k.depthwise = depthwise<T>;
  k.depthwise_col2im = depthwise_col2im<T>;
  k.depthwise_gradient = depthwise_gradient<T>;
  k.channel_norm = channel_norm<T>;
  k.channel_norm_backward = channel_norm_backward<T>;
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
void fill_images(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
