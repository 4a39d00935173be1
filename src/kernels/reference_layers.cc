// The plain reference of normalisation, noise, optimizers and the rest of what stands between
// products: one value at a time.
#include <Random123/philox.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "hwy/base.h"
#include "kernels/fill.h"
#include "kernels/layout.h"
#include "optimizers/rules.h"

namespace lithe::kernels {
namespace {

// The operations of the formulas, for plain numbers.
template <typename T>
T MulAdd(T a, T b, T c) {
  return std::fma(a, b, c);
}
template <typename T>
T NegMulAdd(T a, T b, T c) {
  return std::fma(-a, b, c);
}
template <typename T>
T Add(T a, T b) {
  return a + b;
}
template <typename T>
T Sub(T a, T b) {
  return a - b;
}
template <typename T>
T Mul(T a, T b) {
  return a * b;
}
template <typename T>
T Div(T a, T b) {
  return a / b;
}
template <typename T>
T Sqrt(T a) {
  return std::sqrt(a);
}
template <typename T>
T Min(T a, T b) {
  return std::min(a, b);
}
template <typename T>
T Max(T a, T b) {
  return std::max(a, b);
}
template <typename T>
T sign(T a) {
  return static_cast<T>((a > 0) - (a < 0));
}

namespace formulas {
using namespace optimizers;  // NOLINT(google-build-using-namespace): as list.inc names its structs
#define LITHE_OPTIMIZER_FORMULA
#include "optimizers/list.inc"
}  // namespace formulas

// What the gradient becomes before the update.
template <typename T>
T prepared(T g, T w, const optimizers::Coefficients<T>& c) {
  g *= c.scale;
  if (c.clip > 0) g = std::min(std::max(g, -c.clip), c.clip);
  return std::fma(c.l2, w, std::fma(c.l1, sign(w), g));
}

template <template <class> class C, bool kPrepared, typename T, std::size_t... kState>
void update_all(const UpdateWork<T>& work, std::index_sequence<kState...>) {
  std::array<T, sizeof(C<T>) / sizeof(T)> values;
  std::copy_n(work.c.own.begin(), values.size(), values.begin());
  const auto c = std::bit_cast<C<T>>(values);
  for (std::size_t row = 0; row < work.rows; ++row)
    for (std::size_t column = 0; column < work.columns; ++column) {
      const std::size_t i = work.first + row * work.stride + column;
      T& w = work.weight[i];
      T g = work.gradient[row * work.gradient_stride + column];
      if (kPrepared) g = prepared(g, w, work.c);
      w = formulas::step(c, g, w * work.c.keep, work.states[kState][i]...);
    }
}

template <template <class> class C, std::size_t kStates, bool kPrepared, typename T>
void update(const UpdateWork<T>& work) {
  update_all<C, kPrepared>(work, std::make_index_sequence<kStates>());
}

template <typename T>
void column_sums(Matrix<const T> x, T* sums, Range lines) {
  for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n) {
    sums[n] = 0;
    for (std::size_t i = 0; i < x.rows; ++i) sums[n] += x.row(i)[n];
  }
}

template <typename T>
double sum_of_squares(const T* values, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i)
    sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  return sum;
}

template <typename T>
void blend(T* average, const T* weight, T decay, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    average[i] = std::fma(1 - decay, weight[i] - average[i], average[i]);
}

template <typename T>
void max_norm(T* weight, std::size_t inputs, std::size_t units, T most, Range lines) {
  const Panels<T> panels{inputs, units};
  for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n) {
    T sum = 0;
    for (std::size_t k = 0; k < inputs; ++k)
      sum = std::fma(weight[panels.at(k, n)], weight[panels.at(k, n)], sum);
    const T norm = std::sqrt(sum);
    for (std::size_t k = 0; k < inputs && norm > most; ++k) weight[panels.at(k, n)] *= most / norm;
  }
}

template <typename T>
void batch_norm(const NormWork<T>& w, Range lines) {
  const T rows = static_cast<T>(w.x.rows);
  for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n) {
    T sum = 0, squares = 0;
    for (std::size_t i = 0; i < w.x.rows; ++i) sum += w.x.row(i)[n];
    const T mean = sum * (1 / rows);
    for (std::size_t i = 0; i < w.x.rows; ++i) {
      const T x = w.x.row(i)[n] - mean;
      squares = std::fma(x, x, squares);
    }
    const T variance = squares * (1 / rows), inverse = 1 / std::sqrt(variance + w.epsilon);
    const T drawn = variance * (rows > 1 ? rows / (rows - 1) : T{1});
    w.mean[n] = mean, w.inverse[n] = inverse;
    w.running_mean[n] = std::fma(w.momentum, mean - w.running_mean[n], w.running_mean[n]);
    w.running_variance[n] =
        std::fma(w.momentum, drawn - w.running_variance[n], w.running_variance[n]);
    for (std::size_t i = 0; i < w.x.rows; ++i)
      w.y.row(i)[n] = std::fma(w.x.row(i)[n] - mean, inverse * w.scale[n], w.shift[n]);
  }
}

template <typename T>
void batch_norm_backward(const NormBackwardWork<T>& w, Range lines) {
  const T rows = static_cast<T>(w.x.rows);
  for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n) {
    const auto normal = [&](std::size_t i) { return (w.x.row(i)[n] - w.mean[n]) * w.inverse[n]; };
    T sum = 0, sum_h = 0;
    for (std::size_t i = 0; i < w.x.rows; ++i) {
      sum += w.dy.row(i)[n];
      sum_h = std::fma(w.dy.row(i)[n], normal(i), sum_h);
    }
    w.shift_gradient[n] = sum, w.scale_gradient[n] = sum_h;
    const T mean = sum * (1 / rows), mean_h = sum_h * (1 / rows);
    for (std::size_t i = 0; i < w.x.rows; ++i)
      w.dy.row(i)[n] =
          w.scale[n] * w.inverse[n] * std::fma(-normal(i), mean_h, w.dy.row(i)[n] - mean);
  }
}

template <typename T>
void layer_norm(const NormWork<T>& w) {
  const T count = static_cast<T>(w.columns);
  for (std::size_t i = 0; i < w.x.rows; ++i) {
    T sum = 0, squares = 0;
    for (std::size_t n = 0; n < w.columns; ++n) sum += w.x.row(i)[n];
    w.mean[i] = sum / count;
    for (std::size_t n = 0; n < w.columns; ++n)
      squares += (w.x.row(i)[n] - w.mean[i]) * (w.x.row(i)[n] - w.mean[i]);
    w.inverse[i] = 1 / std::sqrt(squares / count + w.epsilon);
    for (std::size_t n = 0; n < w.columns; ++n)
      w.y.row(i)[n] = std::fma((w.x.row(i)[n] - w.mean[i]) * w.inverse[i], w.scale[n], w.shift[n]);
  }
}

template <typename T>
void layer_norm_backward(const NormBackwardWork<T>& w) {
  const T count = static_cast<T>(w.columns);
  std::fill_n(w.scale_gradient, round_up(w.columns, kLine<T>), T{0});
  std::fill_n(w.shift_gradient, round_up(w.columns, kLine<T>), T{0});
  for (std::size_t i = 0; i < w.x.rows; ++i) {
    T* const dy = w.dy.row(i);
    const auto normal = [&](std::size_t n) { return (w.x.row(i)[n] - w.mean[i]) * w.inverse[i]; };
    T sum = 0, sum_h = 0;
    for (std::size_t n = 0; n < w.columns; ++n) {
      w.shift_gradient[n] += dy[n];
      w.scale_gradient[n] = std::fma(dy[n], normal(n), w.scale_gradient[n]);
      sum += dy[n] * w.scale[n];
      sum_h += dy[n] * w.scale[n] * normal(n);
    }
    for (std::size_t n = 0; n < w.columns; ++n)
      dy[n] = w.inverse[i] * (dy[n] * w.scale[n] - sum / count - normal(n) * sum_h / count);
  }
}

template <typename T>
void rms_norm(const NormWork<T>& w) {
  for (std::size_t i = 0; i < w.x.rows; ++i) {
    T squares = 0;
    for (std::size_t n = 0; n < w.columns; ++n) squares += w.x.row(i)[n] * w.x.row(i)[n];
    w.inverse[i] = 1 / std::sqrt(squares / static_cast<T>(w.columns) + w.epsilon);
    for (std::size_t n = 0; n < w.columns; ++n)
      w.y.row(i)[n] = w.x.row(i)[n] * w.inverse[i] * w.scale[n];
  }
}

template <typename T>
void rms_norm_backward(const NormBackwardWork<T>& w) {
  std::fill_n(w.scale_gradient, round_up(w.columns, kLine<T>), T{0});
  for (std::size_t i = 0; i < w.x.rows; ++i) {
    T* const dy = w.dy.row(i);
    const auto normal = [&](std::size_t n) { return w.x.row(i)[n] * w.inverse[i]; };
    T sum = 0;
    for (std::size_t n = 0; n < w.columns; ++n) {
      w.scale_gradient[n] = std::fma(dy[n], normal(n), w.scale_gradient[n]);
      sum += dy[n] * w.scale[n] * normal(n);
    }
    const T mean = sum / static_cast<T>(w.columns);
    for (std::size_t n = 0; n < w.columns; ++n)
      dy[n] = w.inverse[i] * (dy[n] * w.scale[n] - normal(n) * mean);
  }
}

// Calls work(i, n) for each value of the lines in each row.
template <typename T, class Work>
void each(std::size_t rows, Range lines, const Work& work) {
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n) work(i, n);
}

template <typename T>
void affine(Matrix<const T> x, Matrix<T> y, const T* factor, const T* offset, Range lines) {
  each<T>(x.rows, lines, [&](std::size_t i, std::size_t n) {
    y.row(i)[n] = std::fma(x.row(i)[n], factor[n], offset[n]);
  });
}

template <typename T>
void add(Matrix<const T> a, Matrix<const T> b, Matrix<T> y, Range lines) {
  each<T>(a.rows, lines,
          [&](std::size_t i, std::size_t n) { y.row(i)[n] = a.row(i)[n] + b.row(i)[n]; });
}

template <typename T>
T log_at_least(T x) {
  return std::log(std::max(x, std::numeric_limits<T>::min()));
}

template <typename T>
void mean(const MeanWork<T>& w, Range lines) {
  each<T>(w.from.rows, lines, [&](std::size_t i, std::size_t n) {
    const T m = w.from.row(i)[n] / w.count;
    T y = m;
    if (w.link == Link::log) y = log_at_least(m);
    if (w.link == Link::logit) y = log_at_least(m) - log_at_least(1 - m);
    w.to.row(i)[n] = n < w.columns ? y : 0;
  });
}

template <typename T>
void mean_backward(const MeanWork<T>& w, Range lines) {
  each<T>(w.from.rows, lines, [&](std::size_t i, std::size_t n) {
    const T y = w.from.row(i)[n];
    T slope = 1;
    if (w.link == Link::log) slope = std::exp(-y);
    if (w.link == Link::logit) slope = 2 + std::exp(-y) + std::exp(y);
    w.to.row(i)[n] = n < w.columns ? w.to.row(i)[n] / w.count * slope : 0;
  });
}

template <typename T>
void prelu(Matrix<const T> x, Matrix<T> y, const T* slope, Range lines) {
  each<T>(x.rows, lines, [&](std::size_t i, std::size_t n) {
    const T value = x.row(i)[n];
    y.row(i)[n] = value > 0 ? value : value * slope[n];
  });
}

template <typename T>
void prelu_backward(Matrix<const T> x, Matrix<T> dy, const T* slope, T* slope_gradient,
                    Range lines) {
  for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n) {
    T sum = 0;
    for (std::size_t i = 0; i < x.rows; ++i) {
      const bool positive = x.row(i)[n] > 0;
      sum += positive ? 0 : dy.row(i)[n] * x.row(i)[n];
      if (!positive) dy.row(i)[n] *= slope[n];
    }
    slope_gradient[n] = sum;
  }
}

template <typename T>
void softmax(Matrix<const T> x, Matrix<T> y, std::size_t columns) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    const T largest = *std::max_element(x.row(i), x.row(i) + columns);
    T sum = 0;
    for (std::size_t n = 0; n < columns; ++n) sum += y.row(i)[n] = std::exp(x.row(i)[n] - largest);
    for (std::size_t n = 0; n < columns; ++n) y.row(i)[n] /= sum;
  }
}

template <typename T>
void softmax_backward(Matrix<const T> y, Matrix<T> dy, std::size_t columns) {
  for (std::size_t i = 0; i < y.rows; ++i) {
    T sum = 0;
    for (std::size_t n = 0; n < columns; ++n) sum += y.row(i)[n] * dy.row(i)[n];
    for (std::size_t n = 0; n < columns; ++n) dy.row(i)[n] = y.row(i)[n] * (dy.row(i)[n] - sum);
  }
}

template <typename T>
void noise(const NoiseWork<T>& w, Range lines) {
  each<T>(w.x.rows, lines, [&](std::size_t i, std::size_t n) {
    const std::size_t line = n / kLine<T>, word = line % 4;
    const auto place = static_cast<std::uint32_t>(line / 4 * kLine<T> + n % kLine<T>);
    const auto random = r123::Philox4x32{}(
        {{place, static_cast<std::uint32_t>(w.first_row + i), static_cast<std::uint32_t>(w.step),
          w.stream}},
        {{static_cast<std::uint32_t>(w.seed), static_cast<std::uint32_t>(w.seed >> 32)}});
    const auto uniform = [&random](std::size_t at) {
      return static_cast<T>(random[at] >> 8) * static_cast<T>(0x1p-24);
    };
    const T x = w.x.row(i)[n];
    if (w.deviation != 0) {
      const T radius = std::sqrt(-2 * std::log(1 - uniform(word / 2 * 2)));
      const T angle = static_cast<T>(2 * std::numbers::pi) * uniform(word / 2 * 2 + 1);
      w.y.row(i)[n] =
          x + w.deviation * radius * (word % 2 == 0 ? std::cos(angle) : std::sin(angle));
    } else {
      const T keep = static_cast<T>(w.threshold >> 8) * static_cast<T>(0x1p-24);
      w.y.row(i)[n] = uniform(word) < keep ? std::fma(x, w.factor, w.offset) : w.dropped;
    }
  });
}

template <typename T>
void fill(Kernels<T>& k) {
  using namespace optimizers;  // NOLINT(google-build-using-namespace): as above
  static constexpr UpdateKernels<T> kUpdates[] = {
#define LITHE_OPTIMIZER(Name)                           \
  {update<Name::Coefficients, Name::kStates, false, T>, \
   update<Name::Coefficients, Name::kStates, true, T>},
#include "optimizers/list.inc"
  };
  k.updates = kUpdates;
  k.column_sums = column_sums<T>;
  k.sum_of_squares = sum_of_squares<T>;
  k.blend = blend<T>;
  k.max_norm = max_norm<T>;
  k.batch_norm = batch_norm<T>;
  k.batch_norm_backward = batch_norm_backward<T>;
  k.layer_norm = layer_norm<T>;
  k.layer_norm_backward = layer_norm_backward<T>;
  k.rms_norm = rms_norm<T>;
  k.rms_norm_backward = rms_norm_backward<T>;
  k.affine = affine<T>;
  k.add = add<T>;
  k.mean = mean<T>;
  k.mean_backward = mean_backward<T>;
  k.prelu = prelu<T>;
  k.prelu_backward = prelu_backward<T>;
  k.softmax = softmax<T>;
  k.softmax_backward = softmax_backward<T>;
  k.noise = noise<T>;
}

}  // namespace

void fill_reference_layers(Tables& tables) {
  fill(tables.float32);
  fill(tables.float64);
}

}  // namespace lithe::kernels
