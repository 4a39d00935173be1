// The plain reference: what every kernel computes, one value at a time, in the same order.
//
// The products give the same bits as the vector kernels; exponentials are the C library's, so the
// activations made from them agree to the errors stated in activations.cc.
#include <algorithm>
#include <cmath>

#include "kernels/fill.h"
#include "kernels/layout.h"

namespace lithe::kernels {
namespace {

template <typename T>
void forward(const ForwardProduct<T>& p, Range lines) {
  const Panels<T> panels{p.inputs, p.units};
  for (std::size_t i = 0; i < p.input.rows; ++i)
    for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n) {
      T sum = p.bias[n];
      for (std::size_t c = 0; c < p.input.depth; ++c) {
        const std::size_t k = p.input.index != nullptr ? p.input.index[c] : c;
        sum = std::fma(p.input.x[i * p.input.stride + c], p.weight[panels.at(k, n)], sum);
      }
      p.y[i * p.y_stride + n] = sum;
    }
}

template <typename T>
void finish(GradientUse use, T rate, T gradient, T* at) {
  *at = use == GradientUse::sgd ? std::fma(-rate, gradient, *at) : gradient;
}

template <typename T, GradientUse kUse>
void weights(const WeightProduct<T>& p, Range lines) {
  const Panels<T> panels{p.inputs, p.units};
  for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n) {
    for (std::size_t c = 0; c < p.input.depth; ++c) {
      T sum = 0;
      for (std::size_t i = 0; i < p.input.rows; ++i)
        sum = std::fma(p.input.x[i * p.input.stride + c], p.dy[i * p.dy_stride + n], sum);
      const std::size_t k = p.input.index != nullptr ? p.input.index[c] : c;
      finish(kUse, p.rate, sum, p.weight + panels.at(k, n));
    }
    T sum = 0;
    for (std::size_t i = 0; i < p.input.rows; ++i) sum += p.dy[i * p.dy_stride + n];
    finish(kUse, p.rate, sum, p.bias + n);
  }
}

template <typename T>
void transpose(const DataProduct<T>& p, Range units) {
  const Panels<T> panels{p.units, p.rows};
  for (std::size_t i = 0; i < p.rows; ++i)
    for (std::size_t n = units.begin; n < units.end; ++n)
      p.transposed[panels.at(n, i)] = p.dy[i * p.dy_stride + n];
}

template <typename T>
void data(const DataProduct<T>& p, Range lines) {
  const Panels<T> panels{p.inputs, p.units};
  for (std::size_t i = 0; i < p.rows; ++i)
    for (std::size_t k = lines.begin * kLine<T>; k < lines.end * kLine<T>; ++k) {
      T sum = 0;
      for (std::size_t n = 0; n < p.units && k < p.inputs; ++n)
        sum = std::fma(p.weight[panels.at(k, n)], p.dy[i * p.dy_stride + n], sum);
      p.dx[i * p.dx_stride + k] = sum;
    }
}

template <typename Source, typename T>
void pack(Pack<T>& p) {
  p.depth = p.columns;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const auto* row = static_cast<const std::uint8_t*>(p.data) + p.order[i] * p.row_stride;
    for (std::size_t k = 0; k < p.columns; ++k)
      p.x[i * p.stride + k] = static_cast<T>(reinterpret_cast<const Source*>(row)[k]) / p.divisor;
  }
}

template <typename T>
void pack_nonzero(Pack<T>& p) {
  const auto* data = static_cast<const std::uint8_t*>(p.data);
  p.depth = 0;
  for (std::size_t k = 0; k < p.columns; ++k) {
    bool any = false;
    for (std::size_t i = 0; i < p.rows; ++i) {
      const std::uint8_t value = data[p.order[i] * p.row_stride + k];
      any = any || value != 0;
      p.x[i * p.stride + p.depth] = static_cast<T>(value) / p.divisor;
    }
    p.index[p.depth] = static_cast<std::uint32_t>(k);
    p.depth += any;
  }
}

// forward: f(x). derivative: f'(x), from y = f(x).
struct identity {
  template <typename T>
  static T forward(T x) {
    return x;
  }
  template <typename T>
  static T derivative(T) {
    return 1;
  }
};

struct sigmoid {
  template <typename T>
  static T forward(T x) {
    return 1 / (1 + std::exp(-x));
  }
  template <typename T>
  static T derivative(T y) {
    return y - y * y;
  }
};

struct tanh {
  template <typename T>
  static T forward(T x) {
    return std::tanh(x);
  }
  template <typename T>
  static T derivative(T y) {
    return 1 - y * y;
  }
};

struct relu {
  template <typename T>
  static T forward(T x) {
    return x <= 0 ? 0 : x;
  }
  template <typename T>
  static T derivative(T y) {
    return y > 0 ? 1 : 0;
  }
};

template <class Function, typename T>
void activate(Matrix<T> y, Range lines) {
  for (std::size_t i = 0; i < y.rows; ++i)
    for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n) {
      T& value = y.data[i * y.stride + n];
      value = Function::forward(value);
    }
}

template <class Function, typename T>
void differentiate(Matrix<const T> y, Matrix<T> dy, Range lines) {
  for (std::size_t i = 0; i < y.rows; ++i)
    for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n)
      dy.data[i * dy.stride + n] *= Function::derivative(y.data[i * y.stride + n]);
}

// Each: the loss of one example with outputs a, and its gradient.
template <typename T>
double quadratic(const T* a, std::size_t classes, std::size_t label, T* da) {
  double sum = 0;
  for (std::size_t n = 0; n < classes; ++n) {
    da[n] = a[n] - (n == label ? 1 : 0);
    sum += static_cast<double>(da[n]) * static_cast<double>(da[n]);
  }
  return sum / 2;
}

template <typename T>
double cross_entropy(const T* z, std::size_t classes, std::size_t label, T* dz) {
  const T largest = *std::max_element(z, z + classes);
  T sum = 0;
  for (std::size_t n = 0; n < classes; ++n) sum += dz[n] = std::exp(z[n] - largest);
  for (std::size_t n = 0; n < classes; ++n) dz[n] = dz[n] / sum - (n == label ? 1 : 0);
  return std::log(static_cast<double>(sum)) - static_cast<double>(z[label] - largest);
}

template <typename T, double (*kLoss)(const T*, std::size_t, std::size_t, T*)>
void loss(const LossWork<T>& w) {
  for (std::size_t i = 0; i < w.output.rows; ++i) {
    T* gradient = w.gradient.data + i * w.gradient.stride;
    std::fill_n(gradient, round_up(w.classes, kLine<T>), T{0});
    w.sums[0] +=
        kLoss(w.output.data + i * w.output.stride, w.classes,
              static_cast<std::size_t>(w.labels[w.order[i]]), gradient);
    for (std::size_t n = 0; n < w.classes; ++n) gradient[n] *= w.scale;
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  k.isa = machine::Isa::scalar;
  k.forward = k.forward_indexed = forward<T>;
  k.store_gradient = k.store_gradient_indexed = weights<T, GradientUse::store>;
  k.sgd = k.sgd_indexed = weights<T, GradientUse::sgd>;
  k.transpose = transpose<T>;
  k.data = data<T>;
  k.pack_bytes = pack<std::uint8_t, T>;
  k.pack_nonzero_bytes = pack_nonzero<T>;
  k.pack_float32 = pack<float, T>;
  k.pack_float64 = pack<double, T>;
  std::size_t i = 0;
#define LITHE_ACTIVATION(name, help) \
  k.activations[i++] = {activate<name, T>, differentiate<name, T>};
#include "activations/activations.inc"
  i = 0;
#define LITHE_LOSS(name, help) k.losses[i++] = loss<T, name<T>>;
#include "losses/losses.inc"
}

}  // namespace

void fill_reference(Tables& tables) {
  fill(tables.float32);
  fill(tables.float64);
}

}  // namespace lithe::kernels
