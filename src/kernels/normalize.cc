// Normalisation, softmax, PReLU and other work on the values between products.
#include <algorithm>
#include <limits>

#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/normalize.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/layout.h"
#include "kernels/line_sums-inl.h"
#include "kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

// A sum down the rows is one chain of additions, each of which waits some 4 cycles for the previous
// one. This many columns at a time keep the adders busy.
constexpr std::size_t kTogether = 4;

// Calls work.template columns<kVectors>(n) for groups of vectors that cover the lines.
template <typename T, class Work>
HWY_INLINE void in_groups(Range lines, const Work& work) {
  const std::size_t lanes = hn::Lanes(Tag<T>()), end = lines.end * kLine<T>;
  std::size_t n = lines.begin * kLine<T>;
  for (; n + kTogether * lanes <= end; n += kTogether * lanes) work.template columns<kTogether>(n);
  for (; n + 2 * lanes <= end; n += 2 * lanes) work.template columns<2>(n);
  for (; n < end; n += lanes) work.template columns<1>(n);
}

#define LITHE_EACH(v) for (std::size_t v = 0; v < kVectors; ++v)

template <typename T>
struct BatchNormForward {
  const NormWork<T>& w;

  template <std::size_t kVectors>
  HWY_INLINE void columns(std::size_t n) const {
    const Tag<T> d;
    using V = hn::Vec<Tag<T>>;
    const std::size_t lanes = hn::Lanes(d);
    const auto share = hn::Set(d, T{1} / static_cast<T>(w.x.rows));
    V mean[kVectors], squares[kVectors], factor[kVectors], shift[kVectors];
    LITHE_EACH(v) mean[v] = squares[v] = hn::Zero(d);
    for (std::size_t i = 0; i < w.x.rows; ++i)
      LITHE_EACH(v) mean[v] = hn::Add(mean[v], hn::Load(d, w.x.row(i) + n + v * lanes));
    LITHE_EACH(v) mean[v] = hn::Mul(mean[v], share);
    for (std::size_t i = 0; i < w.x.rows; ++i) LITHE_EACH(v) {
        const V x = hn::Sub(hn::Load(d, w.x.row(i) + n + v * lanes), mean[v]);
        squares[v] = hn::MulAdd(x, x, squares[v]);
      }
    LITHE_EACH(v) {
      const std::size_t at = n + v * lanes;
      const V variance = hn::Mul(squares[v], share);
      const V inverse =
          hn::Div(hn::Set(d, T{1}), hn::Sqrt(hn::Add(variance, hn::Set(d, w.epsilon))));
      hn::Store(mean[v], d, w.mean + at);
      hn::Store(inverse, d, w.inverse + at);
      run(w.running_mean + at, mean[v]);
      // The running variance is the unbiased estimate.
      const T rows = static_cast<T>(w.x.rows);
      run(w.running_variance + at,
          hn::Mul(variance, hn::Set(d, rows > 1 ? rows / (rows - 1) : T{1})));
      factor[v] = hn::Mul(inverse, hn::Load(d, w.scale + at));
      shift[v] = hn::Load(d, w.shift + at);
    }
    for (std::size_t i = 0; i < w.x.rows; ++i) LITHE_EACH(v) {
        const V x = hn::Sub(hn::Load(d, w.x.row(i) + n + v * lanes), mean[v]);
        hn::Store(hn::MulAdd(x, factor[v], shift[v]), d, w.y.row(i) + n + v * lanes);
      }
  }

  HWY_INLINE void run(T* at, hn::Vec<Tag<T>> now) const {
    const Tag<T> d;
    const auto before = hn::Load(d, at);
    hn::Store(hn::MulAdd(hn::Set(d, w.momentum), hn::Sub(now, before), before), d, at);
  }
};

template <typename T>
void batch_norm(const NormWork<T>& w, Range lines) {
  in_groups<T>(lines, BatchNormForward<T>{w});
}

// With h = (x - mean) * inverse:
//   dx = scale * inverse * (dy - mean of dy - h * mean of dy h)
template <typename T>
struct BatchNormBackward {
  const NormBackwardWork<T>& w;

  template <std::size_t kVectors>
  HWY_INLINE void columns(std::size_t n) const {
    const Tag<T> d;
    using V = hn::Vec<Tag<T>>;
    const std::size_t lanes = hn::Lanes(d);
    const auto share = hn::Set(d, T{1} / static_cast<T>(w.x.rows));
    V mean[kVectors], inverse[kVectors], sum[kVectors], sum_h[kVectors], factor[kVectors];
    LITHE_EACH(v) {
      mean[v] = hn::Load(d, w.mean + n + v * lanes);
      inverse[v] = hn::Load(d, w.inverse + n + v * lanes);
      sum[v] = sum_h[v] = hn::Zero(d);
    }
    const auto normal = [&](std::size_t i, std::size_t v) {
      return hn::Mul(hn::Sub(hn::Load(d, w.x.row(i) + n + v * lanes), mean[v]), inverse[v]);
    };
    for (std::size_t i = 0; i < w.x.rows; ++i) LITHE_EACH(v) {
        const V dy = hn::Load(d, w.dy.row(i) + n + v * lanes);
        sum[v] = hn::Add(sum[v], dy);
        sum_h[v] = hn::MulAdd(dy, normal(i, v), sum_h[v]);
      }
    LITHE_EACH(v) {
      hn::Store(sum[v], d, w.shift_gradient + n + v * lanes);
      hn::Store(sum_h[v], d, w.scale_gradient + n + v * lanes);
      sum[v] = hn::Mul(sum[v], share);
      sum_h[v] = hn::Mul(sum_h[v], share);
      factor[v] = hn::Mul(hn::Load(d, w.scale + n + v * lanes), inverse[v]);
    }
    for (std::size_t i = 0; i < w.x.rows; ++i) LITHE_EACH(v) {
        T* const at = w.dy.row(i) + n + v * lanes;
        const V centred = hn::Sub(hn::Load(d, at), sum[v]);
        hn::Store(hn::Mul(factor[v], hn::NegMulAdd(normal(i, v), sum_h[v], centred)), d, at);
      }
  }
};

template <typename T>
void batch_norm_backward(const NormBackwardWork<T>& w, Range lines) {
  in_groups<T>(lines, BatchNormBackward<T>{w});
}

// Calls work(n, vector of the columns from n on) for a row.
template <typename T, class Work>
HWY_INLINE void along(const T* row, std::size_t columns, const Work& work) {
  const Tag<T> d;
  for (std::size_t n = 0; n < columns; n += hn::Lanes(d))
    work(n, hn::IfThenElseZero(real_columns<T>(n, columns), hn::Load(d, row + n)));
}

template <typename T>
void layer_norm(const NormWork<T>& w) {
  const Tag<T> d;
  const T count = static_cast<T>(w.columns);
  for (std::size_t i = 0; i < w.x.rows; ++i) {
    const T* x = w.x.row(i);
    LineSums<T> sum, squares;
    along(x, w.columns, [&](std::size_t n, auto v) { sum.add(n, v); });
    const T mean = sum.fold() / count;
    const auto centre = hn::Set(d, mean);
    along(x, w.columns, [&](std::size_t n, auto v) {
      const auto c = hn::IfThenElseZero(real_columns<T>(n, w.columns), hn::Sub(v, centre));
      squares.add(n, hn::Mul(c, c));
    });
    const auto variance = hn::Set(d, squares.fold() / count + w.epsilon);
    const auto inverse = hn::Div(hn::Set(d, T{1}), hn::Sqrt(variance));
    w.mean[i] = mean;
    w.inverse[i] = hn::GetLane(inverse);
    T* const y = w.y.row(i);
    along(x, w.columns, [&](std::size_t n, auto v) {
      const auto h = hn::Mul(hn::Sub(v, centre), inverse);
      hn::Store(hn::MulAdd(h, hn::Load(d, w.scale + n), hn::Load(d, w.shift + n)), d, y + n);
    });
  }
}

// With h = (x - mean) * inverse and g = dy * scale:
//   dx = inverse * (g - mean of g - h * mean of g h)
template <typename T>
void layer_norm_row(const NormBackwardWork<T>& w, std::size_t i) {
  const Tag<T> d;
  const T* const x = w.x.row(i);
  T* const dy = w.dy.row(i);
  const auto mean = hn::Set(d, w.mean[i]), inverse = hn::Set(d, w.inverse[i]);
  const auto normal = [&](std::size_t n) {
    return hn::Mul(hn::Sub(hn::Load(d, x + n), mean), inverse);
  };
  LineSums<T> sum, sum_h;
  along(dy, w.columns, [&](std::size_t n, auto v) {
    const auto h = normal(n), g = hn::Mul(v, hn::Load(d, w.scale + n));
    hn::Store(hn::Add(hn::Load(d, w.shift_gradient + n), v), d, w.shift_gradient + n);
    hn::Store(hn::MulAdd(v, h, hn::Load(d, w.scale_gradient + n)), d, w.scale_gradient + n);
    sum.add(n, g);
    sum_h.add(n, hn::Mul(g, h));
  });
  const T count = static_cast<T>(w.columns);
  const auto mean_g = hn::Set(d, sum.fold() / count), mean_gh = hn::Set(d, sum_h.fold() / count);
  along(dy, w.columns, [&](std::size_t n, auto v) {
    const auto centred = hn::Sub(hn::Mul(v, hn::Load(d, w.scale + n)), mean_g);
    const auto dx = hn::Mul(inverse, hn::NegMulAdd(normal(n), mean_gh, centred));
    hn::Store(hn::IfThenElseZero(real_columns<T>(n, w.columns), dx), d, dy + n);
  });
}

template <typename T>
void layer_norm_backward(const NormBackwardWork<T>& w) {
  const std::size_t padded = round_up(w.columns, kLine<T>);
  for (std::size_t n = 0; n < padded; ++n) w.scale_gradient[n] = w.shift_gradient[n] = 0;
  for (std::size_t i = 0; i < w.x.rows; ++i) layer_norm_row(w, i);
}

template <typename T>
void rms_norm(const NormWork<T>& w) {
  const Tag<T> d;
  const T count = static_cast<T>(w.columns);
  for (std::size_t i = 0; i < w.x.rows; ++i) {
    const T* x = w.x.row(i);
    LineSums<T> squares;
    along(x, w.columns, [&](std::size_t n, auto v) { squares.add(n, hn::Mul(v, v)); });
    const auto mean = hn::Set(d, squares.fold() / count + w.epsilon);
    const auto inverse = hn::Div(hn::Set(d, T{1}), hn::Sqrt(mean));
    w.inverse[i] = hn::GetLane(inverse);
    T* const y = w.y.row(i);
    along(x, w.columns, [&](std::size_t n, auto v) {
      hn::Store(hn::Mul(hn::Mul(v, inverse), hn::Load(d, w.scale + n)), d, y + n);
    });
  }
}

// With h = x * inverse and g = dy * scale: dx = inverse * (g - h * mean of g h)
template <typename T>
void rms_norm_backward(const NormBackwardWork<T>& w) {
  const Tag<T> d;
  const T count = static_cast<T>(w.columns);
  std::fill_n(w.scale_gradient, round_up(w.columns, kLine<T>), T{0});
  for (std::size_t i = 0; i < w.x.rows; ++i) {
    const T* const x = w.x.row(i);
    T* const dy = w.dy.row(i);
    const auto inverse = hn::Set(d, w.inverse[i]);
    LineSums<T> sum;
    along(dy, w.columns, [&](std::size_t n, auto v) {
      const auto h = hn::Mul(hn::Load(d, x + n), inverse);
      T* const gradient = w.scale_gradient + n;
      hn::Store(hn::MulAdd(v, h, hn::Load(d, gradient)), d, gradient);
      sum.add(n, hn::Mul(hn::Mul(v, hn::Load(d, w.scale + n)), h));
    });
    const auto mean = hn::Set(d, sum.fold() / count);
    along(dy, w.columns, [&](std::size_t n, auto v) {
      const auto h = hn::Mul(hn::Load(d, x + n), inverse);
      const auto g = hn::Mul(v, hn::Load(d, w.scale + n));
      const auto dx = hn::Mul(inverse, hn::NegMulAdd(h, mean, g));
      hn::Store(hn::IfThenElseZero(real_columns<T>(n, w.columns), dx), d, dy + n);
    });
  }
}

// Calls work(i, n) for each vector of the lines in each row.
template <typename T, class Work>
HWY_INLINE void each_vector(std::size_t rows, Range lines, const Work& work) {
  const std::size_t lanes = hn::Lanes(Tag<T>()), end = lines.end * kLine<T>;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t n = lines.begin * kLine<T>; n < end; n += lanes) work(i, n);
}

template <typename T>
void affine(Matrix<const T> x, Matrix<T> y, const T* factor, const T* offset, Range lines) {
  const Tag<T> d;
  each_vector<T>(x.rows, lines, [&](std::size_t i, std::size_t n) {
    hn::Store(
        hn::MulAdd(hn::Load(d, x.row(i) + n), hn::Load(d, factor + n), hn::Load(d, offset + n)), d,
        y.row(i) + n);
  });
}

template <typename T>
void add(Matrix<const T> a, Matrix<const T> b, Matrix<T> y, Range lines) {
  const Tag<T> d;
  each_vector<T>(a.rows, lines, [&](std::size_t i, std::size_t n) {
    hn::Store(hn::Add(hn::Load(d, a.row(i) + n), hn::Load(d, b.row(i) + n)), d, y.row(i) + n);
  });
}

// log(x), or of the smallest normal number where x is below it.
template <class D, class V>
HWY_INLINE V log_at_least(D d, V x) {
  return log_positive(d, at_least(d, x, std::numeric_limits<hn::TFromD<D>>::min()));
}

template <typename T>
void mean(const MeanWork<T>& w, Range lines) {
  const Tag<T> d;
  const auto count = hn::Set(d, w.count), one = hn::Set(d, T{1});
  each_vector<T>(w.from.rows, lines, [&](std::size_t i, std::size_t n) {
    auto v = hn::Div(hn::Load(d, w.from.row(i) + n), count);
    if (w.link == Link::log) v = log_at_least(d, v);
    if (w.link == Link::logit) v = hn::Sub(log_at_least(d, v), log_at_least(d, hn::Sub(one, v)));
    hn::Store(hn::IfThenElseZero(real_columns<T>(n, w.columns), v), d, w.to.row(i) + n);
  });
}

// From y = link(m): the derivative of log is 1 / m = exp(-y), that of logit 1 / (m (1 - m)) =
// 2 + exp(-|y|) + exp(|y|).
template <typename T>
void mean_backward(const MeanWork<T>& w, Range lines) {
  const Tag<T> d;
  const auto count = hn::Set(d, w.count), two = hn::Set(d, T{2}), one = hn::Set(d, T{1});
  each_vector<T>(w.from.rows, lines, [&](std::size_t i, std::size_t n) {
    const auto y = hn::Load(d, w.from.row(i) + n);
    auto g = hn::Div(hn::Load(d, w.to.row(i) + n), count);
    if (w.link == Link::log) {
      const auto e = exp_parts(d, hn::Neg(y));
      g = hn::Mul(g, hn::MulAdd(e.scale, e.rest, e.scale));
    } else if (w.link == Link::logit) {
      const auto e = exp_negative(d, minus_abs(d, y));
      g = hn::Mul(g, hn::Add(two, hn::Add(e, hn::Div(one, e))));
    }
    hn::Store(hn::IfThenElseZero(real_columns<T>(n, w.columns), g), d, w.to.row(i) + n);
  });
}

template <typename T>
void prelu(Matrix<const T> x, Matrix<T> y, const T* slope, Range lines) {
  const Tag<T> d;
  each_vector<T>(x.rows, lines, [&](std::size_t i, std::size_t n) {
    const auto v = hn::Load(d, x.row(i) + n);
    const auto low = hn::Mul(v, hn::Load(d, slope + n));
    hn::Store(hn::IfThenElse(hn::Gt(v, hn::Zero(d)), v, low), d, y.row(i) + n);
  });
}

template <typename T>
void prelu_backward(Matrix<const T> x, Matrix<T> dy, const T* slope, T* slope_gradient,
                    Range lines) {
  const Tag<T> d;
  for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; n += hn::Lanes(d)) {
    const auto s = hn::Load(d, slope + n);
    auto sum = hn::Zero(d);
    for (std::size_t i = 0; i < x.rows; ++i) {
      const auto v = hn::Load(d, x.row(i) + n), g = hn::Load(d, dy.row(i) + n);
      const auto positive = hn::Gt(v, hn::Zero(d));
      sum = hn::Add(sum, hn::IfThenZeroElse(positive, hn::Mul(g, v)));
      hn::Store(hn::IfThenElse(positive, g, hn::Mul(g, s)), d, dy.row(i) + n);
    }
    hn::Store(sum, d, slope_gradient + n);
  }
}

template <typename T>
void softmax(Matrix<const T> x, Matrix<T> y, std::size_t columns) {
  const Tag<T> d;
  for (std::size_t i = 0; i < x.rows; ++i) {
    const T* const z = x.row(i);
    T largest = z[0];
    for (std::size_t n = 1; n < columns; ++n) largest = z[n] > largest ? z[n] : largest;
    const auto shift = hn::Set(d, largest);
    T* const to = y.row(i);
    LineSums<T> sums;
    along(z, columns, [&](std::size_t n, auto v) {
      const auto shifted = hn::Sub(v, shift);
      const auto e = hn::IfThenElseZero(real_columns<T>(n, columns), exp_negative(d, shifted));
      hn::Store(e, d, to + n);
      sums.add(n, e);
    });
    const auto share = hn::Set(d, T{1} / sums.fold());
    along(to, columns, [&](std::size_t n, auto v) { hn::Store(hn::Mul(v, share), d, to + n); });
  }
}

// dx = y * (dy - sum of dy y)
template <typename T>
void softmax_backward(Matrix<const T> y, Matrix<T> dy, std::size_t columns) {
  const Tag<T> d;
  for (std::size_t i = 0; i < y.rows; ++i) {
    LineSums<T> sums;
    T* const g = dy.row(i);
    along(y.row(i), columns,
          [&](std::size_t n, auto v) { sums.add(n, hn::Mul(v, hn::Load(d, g + n))); });
    const auto sum = hn::Set(d, sums.fold());
    along(y.row(i), columns, [&](std::size_t n, auto v) {
      hn::Store(hn::Mul(v, hn::Sub(hn::Load(d, g + n), sum)), d, g + n);
    });
  }
}

template <typename T>
void fill(Kernels<T>& k) {
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
void fill_layers(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
