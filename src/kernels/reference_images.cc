// The plain reference of convolution, pooling and the normalisation of channels: one value at a
// time.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/fill.h"
#include "kernels/layout.h"

namespace lithe::kernels {
namespace {

// The row of the image that kernel row i covers for a row of the output; null outside the image.
template <typename T, class Work>
auto* row_at(const Work& w, T* x, std::size_t row, std::size_t i) {
  const std::ptrdiff_t at =
      static_cast<std::ptrdiff_t>(row * w.row_step + i * w.kernel_step) + w.top;
  const bool inside = at >= 0 && at < static_cast<std::ptrdiff_t>(w.x_rows);
  return inside ? x + at * static_cast<std::ptrdiff_t>(w.x_row) : nullptr;
}

// Calls work(weights' row, pointer into the image) for each term of an output element.
template <typename T, class Work>
void each_term(const Correlation<T>& c, std::size_t row, std::size_t column, const Work& work) {
  for (std::size_t i = 0; i < c.kernel_rows; ++i) {
    const T* x = row_at(c, c.x, row, i);
    std::size_t weight = i * c.depth;
    for (std::size_t j = 0; j < c.runs; ++j)
      for (std::size_t k = 0; k < c.run[j].depth; ++k, ++weight)
        if (x != nullptr)
          work(weight, x + static_cast<std::ptrdiff_t>(column * c.x_column + k) + c.run[j].offset);
  }
}

template <typename T>
std::size_t units_at(const Correlation<T>& c, std::size_t column) {
  return column + 1 < c.columns ? c.units : c.last_units;
}

template <typename T>
void correlate(const Correlation<T>& c) {
  const Panels<T> panels{c.kernel_rows * c.depth, c.units};
  for (std::size_t row = 0; row < c.rows; ++row)
    for (std::size_t column = 0; column < c.columns; ++column)
      for (std::size_t n = 0; n < units_at(c, column); ++n) {
        T sum = c.bias == nullptr ? 0 : c.bias[n];
        each_term(c, row, column, [&](std::size_t weight, const T* x) {
          sum = std::fma(*x, c.weight[panels.at(weight, n)], sum);
        });
        c.y[row * c.y_row + column * c.y_column + n] = sum;
      }
}

template <typename T>
void kernel_gradient(const KernelGradient<T>& g, Range tiles) {
  if (tiles.begin > 0 || tiles.end == 0) return;
  const Correlation<T>& c = g.form;
  const Panels<T> panels{c.kernel_rows * c.depth, c.units};
  if (g.first) std::fill_n(g.weight, panels.size(), T{0});
  for (std::size_t row = 0; row < c.rows; ++row)
    for (std::size_t column = 0; column < c.columns; ++column)
      for (std::size_t n = 0; n < units_at(c, column); ++n) {
        const T dy = g.dy[row * c.y_row + column * c.y_column + n];
        each_term(c, row, column, [&](std::size_t weight, const T* x) {
          T& to = g.weight[panels.at(weight, n)];
          to = std::fma(*x, dy, to);
        });
      }
}

template <typename T>
void kernel_gradient_nonzero(const KernelGradient<T>& g, Range units) {
  const Correlation<T>& c = g.form;
  const std::size_t row_size = turned_row<T>(c.depth), unit_size = c.kernel_rows * row_size;
  for (std::size_t n = units.begin; n < units.end; ++n) {
    T* const weight = g.weight + n * unit_size;
    if (g.first) std::fill_n(weight, unit_size, T{0});
    for (std::size_t row = 0; row < c.rows; ++row)
      for (std::size_t column = 0; column < c.columns; ++column) {
        const T dy = g.dy[row * c.y_row + column * c.y_column + n];
        if (dy == 0) continue;
        each_term(c, row, column, [&](std::size_t at, const T* x) {
          T& to = weight[at / c.depth * row_size + at % c.depth];
          to = std::fma(*x, dy, to);
        });
      }
  }
}

template <typename T>
void kernel_bias_gradient(const KernelGradient<T>& g) {
  const Correlation<T>& c = g.form;
  const std::size_t width = round_up(c.units, kLine<T>), in_fours = c.rows / 4 * 4;
  std::vector<T> sums(4 * width, T{0});
  for (std::size_t row = 0; row < c.rows; ++row)
    for (std::size_t column = 0; column < c.columns; ++column)
      for (std::size_t n = 0; n < units_at(c, column); ++n)
        sums[(row < in_fours ? row % 4 : 0) * width + n] +=
            g.dy[row * c.y_row + column * c.y_column + n];
  for (std::size_t n = 0; n < width; ++n) {
    const T all = (sums[n] + sums[width + n]) + (sums[2 * width + n] + sums[3 * width + n]);
    g.bias[n] = g.first ? all : g.bias[n] + all;
  }
}

template <typename T>
std::size_t weight_tiles(const Correlation<T>&) {
  return 1;
}

// `skip`: zeros of dy are left out, and sums that have no other terms.
template <typename T>
void col2im_of(const Col2im<T>& s, bool skip) {
  for (std::size_t row = 0; row < s.rows; ++row)
    for (std::size_t phase = 0; phase < s.gap; ++phase)
      for (std::size_t column = phase; column < s.columns; column += s.gap)
        for (std::size_t line = 0; line < s.kernel_rows * s.lines; ++line) {
          T* const x = row_at(s, s.x, row, line / s.lines);
          const T* const dy = s.dy + row * s.dy_row + column * s.dy_column;
          const bool empty = std::all_of(dy, dy + s.depth, [](T value) { return value == 0; });
          if (x == nullptr || (skip && empty)) continue;
          const Col2imLine& place = s.line[line % s.lines];
          for (std::size_t n = 0; n < place.width; ++n) {
            T sum = 0;
            for (std::size_t k = 0; k < s.depth; ++k)
              if (!skip || dy[k] != 0)
                sum = std::fma(dy[k], s.weight[k * s.weight_row + line * kLine<T> + n], sum);
            x[static_cast<std::ptrdiff_t>(column * s.x_column + n) + place.offset] += sum;
          }
        }
}

template <typename T>
void col2im(const Col2im<T>& s) {
  col2im_of(s, /*skip=*/false);
}

template <typename T>
void col2im_nonzero(const Col2im<T>& s) {
  col2im_of(s, /*skip=*/true);
}

// Calls work(weights' row, offset in the image) for the taps inside the image in an output row.
template <typename T, class Work>
void each_tap(const Correlation<T>& c, std::size_t row, const Work& work) {
  for (std::size_t i = 0; i < c.kernel_rows; ++i) {
    const std::ptrdiff_t at =
        static_cast<std::ptrdiff_t>(row * c.row_step + i * c.kernel_step) + c.top;
    const bool inside = at >= 0 && at < static_cast<std::ptrdiff_t>(c.x_rows);
    for (std::size_t j = 0; j < c.runs && inside; ++j)
      work(i * c.runs + j, at * static_cast<std::ptrdiff_t>(c.x_row) + c.run[j].offset);
  }
}

template <typename T>
void depthwise(const Correlation<T>& c) {
  const Panels<T> panels{c.kernel_rows * c.runs, c.units};
  for (std::size_t row = 0; row < c.rows; ++row)
    for (std::size_t column = 0; column < c.columns; ++column)
      for (std::size_t n = 0; n < c.units; ++n) {
        T sum = c.bias == nullptr ? 0 : c.bias[n];
        each_tap(c, row, [&](std::size_t tap, std::ptrdiff_t at) {
          sum = std::fma(c.x[at + static_cast<std::ptrdiff_t>(column * c.x_column + n)],
                         c.weight[panels.at(tap, n)], sum);
        });
        c.y[row * c.y_row + column * c.y_column + n] = sum;
      }
}

template <typename T>
void depthwise_col2im(const Correlation<T>& c, T* x, const T* dy) {
  const Panels<T> panels{c.kernel_rows * c.runs, c.units};
  for (std::size_t row = 0; row < c.rows; ++row)
    each_tap(c, row, [&](std::size_t tap, std::ptrdiff_t at) {
      for (std::size_t column = 0; column < c.columns; ++column)
        for (std::size_t n = 0; n < c.units; ++n) {
          T& to = x[at + static_cast<std::ptrdiff_t>(column * c.x_column + n)];
          to = std::fma(dy[row * c.y_row + column * c.y_column + n], c.weight[panels.at(tap, n)],
                        to);
        }
    });
}

template <typename T>
void depthwise_gradient(const KernelGradient<T>& g, Range lines) {
  const Correlation<T>& c = g.form;
  const Panels<T> panels{c.kernel_rows * c.runs, c.units};
  const std::size_t end = std::min(lines.end * kLine<T>, round_up(c.units, kLine<T>));
  for (std::size_t n = lines.begin * kLine<T>; n < end; ++n) {
    for (std::size_t tap = 0; tap < panels.rows && g.first; ++tap) g.weight[panels.at(tap, n)] = 0;
    T bias = g.first || g.bias == nullptr ? 0 : g.bias[n];
    for (std::size_t row = 0; row < c.rows && n < c.units; ++row) {
      const T* const dy = g.dy + row * c.y_row + n;
      each_tap(c, row, [&](std::size_t tap, std::ptrdiff_t at) {
        T& sum = g.weight[panels.at(tap, n)];
        for (std::size_t column = 0; column < c.columns; ++column)
          sum = std::fma(c.x[at + static_cast<std::ptrdiff_t>(column * c.x_column + n)],
                         dy[column * c.y_column], sum);
      });
      for (std::size_t column = 0; column < c.columns; ++column) bias += dy[column * c.y_column];
    }
    if (g.bias != nullptr) g.bias[n] = bias;
  }
}

// Calls work(index into the output, window) for every window and channel.
template <class Work>
void each_window(const PoolShape& s, const Work& work) {
  for (std::size_t r = 0; r < s.out_rows; ++r)
    for (std::size_t c = 0; c < s.out_columns; ++c)
      for (std::size_t n = 0; n < s.channels; ++n)
        work((r * s.out_columns + c) * s.channels + n, n, s.rows_of(r), s.columns_of(c));
}

template <class Work>
void each_in_window(const PoolShape& s, std::size_t n, PoolShape::Span rows,
                    PoolShape::Span columns, const Work& work) {
  for (std::size_t r = rows.begin; r < rows.end; ++r)
    for (std::size_t c = columns.begin; c < columns.end; ++c)
      work((r * s.in_columns + c) * s.channels + n);
}

template <typename T>
void max_pool(const PoolShape& s, const T* x, T* y) {
  each_window(s, [&](std::size_t to, std::size_t n, auto rows, auto columns) {
    T most = x[(rows.begin * s.in_columns + columns.begin) * s.channels + n];
    each_in_window(s, n, rows, columns, [&](std::size_t at) { most = std::max(most, x[at]); });
    y[to] = most;
  });
}

template <typename T>
void max_pool_backward(const PoolShape& s, const T* x, const T* y, const T* dy, T* dx) {
  std::fill_n(dx, s.inputs(), T{0});
  each_window(s, [&](std::size_t from, std::size_t n, auto rows, auto columns) {
    bool met = false;
    each_in_window(s, n, rows, columns, [&](std::size_t at) {
      if (met || x[at] != y[from]) return;
      met = true;
      dx[at] += dy[from];
    });
  });
}

template <typename T>
T share_of(PoolShape::Span rows, PoolShape::Span columns) {
  return T{1} / static_cast<T>((rows.end - rows.begin) * (columns.end - columns.begin));
}

template <typename T>
void average_pool(const PoolShape& s, const T* x, T* y) {
  each_window(s, [&](std::size_t to, std::size_t n, auto rows, auto columns) {
    T sum = 0;
    each_in_window(s, n, rows, columns, [&](std::size_t at) { sum += x[at]; });
    y[to] = sum * share_of<T>(rows, columns);
  });
}

template <typename T>
void average_pool_backward(const PoolShape& s, const T* dy, T* dx) {
  std::fill_n(dx, s.inputs(), T{0});
  each_window(s, [&](std::size_t from, std::size_t n, auto rows, auto columns) {
    const T part = dy[from] * share_of<T>(rows, columns);
    each_in_window(s, n, rows, columns, [&](std::size_t at) { dx[at] += part; });
  });
}

// Adds up term(x, sum) over the pixels of a channel with four sums in turn, which start again with
// each image.
template <typename T, class Term>
T sum_over(Matrix<const T> x, std::size_t pixels, const Term& term) {
  T sums[4] = {};
  for (std::size_t i = 0; i < x.rows; ++i)
    for (std::size_t p = 0; p < pixels; ++p) sums[p % 4] = term(i, p, sums[p % 4]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

template <typename T>
void channel_norm(const NormWork<T>& w, std::size_t channels, Range lines) {
  const std::size_t pixels = w.columns / channels;
  const T count = static_cast<T>(w.x.rows * pixels), share = T{1} / count;
  const std::size_t end = std::min(channels, lines.end * kLine<T>);
  for (std::size_t n = lines.begin * kLine<T>; n < end; ++n) {
    const auto x = [&](std::size_t i, std::size_t p) { return w.x.row(i)[p * channels + n]; };
    const T mean = share * sum_over(w.x, pixels, [&](std::size_t i, std::size_t p, T sum) {
                     return sum + x(i, p);
                   });
    const T variance = share * sum_over(w.x, pixels, [&](std::size_t i, std::size_t p, T sum) {
                         const T centred = x(i, p) - mean;
                         return std::fma(centred, centred, sum);
                       });
    w.mean[n] = mean;
    w.inverse[n] = T{1} / std::sqrt(variance + w.epsilon);
    const auto run = [&](T& at, T now) { at = std::fma(w.momentum, now - at, at); };
    run(w.running_mean[n], mean);
    run(w.running_variance[n], variance * (count > 1 ? count / (count - 1) : T{1}));
    const T factor = w.inverse[n] * w.scale[n];
    for (std::size_t i = 0; i < w.x.rows; ++i)
      for (std::size_t p = 0; p < pixels; ++p)
        w.y.row(i)[p * channels + n] = std::fma(x(i, p) - mean, factor, w.shift[n]);
  }
}

template <typename T>
void channel_norm_backward(const NormBackwardWork<T>& w, std::size_t channels, Range lines) {
  const std::size_t pixels = w.columns / channels;
  const T share = T{1} / static_cast<T>(w.x.rows * pixels);
  const std::size_t end = std::min(channels, lines.end * kLine<T>);
  for (std::size_t n = lines.begin * kLine<T>; n < end; ++n) {
    const auto dy = [&](std::size_t i, std::size_t p) -> T& {
      return w.dy.row(i)[p * channels + n];
    };
    const auto normal = [&](std::size_t i, std::size_t p) {
      return (w.x.row(i)[p * channels + n] - w.mean[n]) * w.inverse[n];
    };
    const T sum =
        sum_over(w.x, pixels, [&](std::size_t i, std::size_t p, T all) { return all + dy(i, p); });
    const T sum_h = sum_over(w.x, pixels, [&](std::size_t i, std::size_t p, T all) {
      return std::fma(dy(i, p), normal(i, p), all);
    });
    w.shift_gradient[n] = sum;
    w.scale_gradient[n] = sum_h;
    const T factor = w.scale[n] * w.inverse[n];
    for (std::size_t i = 0; i < w.x.rows; ++i)
      for (std::size_t p = 0; p < pixels; ++p)
        dy(i, p) = factor * std::fma(-normal(i, p), sum_h * share, dy(i, p) - sum * share);
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  k.correlate = correlate<T>;
  k.correlate_columns = correlate<T>;
  k.kernel_gradient = kernel_gradient<T>;
  k.kernel_gradient_nonzero = kernel_gradient_nonzero<T>;
  k.weight_tiles = weight_tiles<T>;
  k.kernel_bias_gradient = kernel_bias_gradient<T>;
  k.col2im = col2im<T>;
  k.col2im_nonzero = col2im_nonzero<T>;
  k.depthwise = depthwise<T>;
  k.depthwise_col2im = depthwise_col2im<T>;
  k.depthwise_gradient = depthwise_gradient<T>;
  k.max_pool = max_pool<T>;
  k.max_pool_backward = max_pool_backward<T>;
  k.average_pool = average_pool<T>;
  k.average_pool_backward = average_pool_backward<T>;
  k.channel_norm = channel_norm<T>;
  k.channel_norm_backward = channel_norm_backward<T>;
}

}  // namespace

void fill_reference_images(Tables& tables) {
  fill(tables.float32);
  fill(tables.float64);
}

}  // namespace lithe::kernels
