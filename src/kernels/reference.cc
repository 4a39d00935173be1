// The plain reference: what every kernel computes, one value at a time, in the same order.
//
// The products give the same bits as the vector kernels; exponentials are the C library's, so the
// activations made from them agree to the errors stated in activations.cc.
#include <cmath>
#include <numbers>

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

// The gradient of the weight of input c of the operand and unit n.
template <typename T>
T weight_gradient(const Operand<T>& input, std::size_t c, const T* dy, std::size_t stride,
                  std::size_t n) {
  T sum = 0;
  for (std::size_t i = 0; i < input.rows; ++i)
    sum = std::fma(input.x[i * input.stride + c], dy[i * stride + n], sum);
  return sum;
}

template <typename T>
void sgd(const WeightProduct<T>& p, Range lines) {
  const Panels<T> panels{p.inputs, p.units};
  for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n) {
    for (std::size_t c = 0; c < p.input.depth; ++c) {
      const std::size_t k = p.input.index != nullptr ? p.input.index[c] : c;
      T& weight = p.weight[panels.at(k, n)];
      weight = std::fma(-p.rate, weight_gradient(p.input, c, p.dy, p.dy_stride, n), weight);
    }
    T sum = 0;
    for (std::size_t i = 0; i < p.input.rows; ++i) sum += p.dy[i * p.dy_stride + n];
    p.bias[n] = std::fma(-p.rate, sum, p.bias[n]);
  }
}

template <typename T>
void gradient(const GradientProduct<T>& p, Range lines) {
  for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n) {
    for (std::size_t k = p.first; k < p.end; ++k)
      p.to[(k - p.first) * p.stride + n % kPanel<T>] = 0;
    for (std::size_t c = p.operand_first; c < p.operand_end; ++c) {
      const std::size_t k = p.input.index != nullptr ? p.input.index[c] : c;
      p.to[(k - p.first) * p.stride + n % kPanel<T>] =
          weight_gradient(p.input, c, p.dy, p.dy_stride, n);
    }
  }
}

template <typename T>
void transpose(const InputGradientProduct<T>& p, Range units) {
  const Panels<T> panels{p.units, p.rows};
  for (std::size_t i = 0; i < p.rows; ++i)
    for (std::size_t n = units.begin; n < units.end; ++n)
      p.transposed[panels.at(n, i)] = p.dy[i * p.dy_stride + n];
}

template <typename T>
void input_gradient(const InputGradientProduct<T>& p, Range lines) {
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

template <typename Source, typename T>
void pack_nonzero(Pack<T>& p) {
  const auto* data = static_cast<const std::uint8_t*>(p.data);
  p.depth = 0;
  for (std::size_t k = 0; k < p.columns; ++k) {
    bool any = false;
    for (std::size_t i = 0; i < p.rows; ++i) {
      const Source value = reinterpret_cast<const Source*>(data + p.order[i] * p.row_stride)[k];
      any = any || value != 0;
      p.x[i * p.stride + p.depth] = static_cast<T>(value) / p.divisor;
    }
    p.index[p.depth] = static_cast<std::uint32_t>(k);
    p.depth += any;
  }
}

// `above` where x > 0, `other` where x <= 0, NaN where x is NaN.
template <typename T>
T by_sign(T x, T above, T other) {
  if (std::isnan(x)) return x;
  return x > 0 ? above : other;
}

// x * factor, and 0 where the factor is 0, even if x is infinite.
template <typename T>
T limited(T x, T factor) {
  return factor == 0 && !std::isnan(x) ? 0 : x * factor;
}

// forward: f(x). derivative: f'(x), from y = f(x) or from x, as the row in activations.inc says. a:
// the argument.
struct identity {
  template <typename T>
  static T forward(T x, T) {
    return x;
  }
  template <typename T>
  static T derivative(T, T) {
    return 1;
  }
};

struct sigmoid {
  template <typename T>
  static T forward(T x, T) {
    return 1 / (1 + std::exp(-x));
  }
  template <typename T>
  static T derivative(T y, T) {
    return y - y * y;
  }
};

struct tanh {
  template <typename T>
  static T forward(T x, T) {
    return std::tanh(x);
  }
  template <typename T>
  static T derivative(T y, T) {
    return 1 - y * y;
  }
};

struct relu {
  template <typename T>
  static T forward(T x, T) {
    return x <= 0 ? 0 : x;
  }
  template <typename T>
  static T derivative(T y, T) {
    return by_sign<T>(y, 1, 0);
  }
};

struct leaky_relu {
  template <typename T>
  static T forward(T x, T a) {
    return by_sign(x, x, limited(x, a));
  }
  template <typename T>
  static T derivative(T y, T a) {
    return by_sign(y, T{1}, a);
  }
};

struct elu {
  template <typename T>
  static T forward(T x, T a) {
    return x > 0 ? x : a * std::expm1(x);
  }
  template <typename T>
  static T derivative(T y, T a) {
    return y > 0 ? 1 : y + a;
  }
};

struct selu {
  static constexpr double kScale = 1.05070098735548049342, kScaledAlpha = 1.75809934084737685994;

  template <typename T>
  static T forward(T x, T) {
    return x > 0 ? static_cast<T>(kScale) * x : static_cast<T>(kScaledAlpha) * std::expm1(x);
  }
  template <typename T>
  static T derivative(T y, T) {
    return y > 0 ? static_cast<T>(kScale) : y + static_cast<T>(kScaledAlpha);
  }
};

struct gelu {
  template <typename T>
  static constexpr T kRoot = 1 / std::numbers::sqrt2_v<T>;

  template <typename T>
  static T forward(T x, T) {
    return limited(x, std::erfc(-x * kRoot<T>) / 2);
  }
  template <typename T>
  static T derivative(T x, T) {
    const T density = std::exp(-x * x / 2) * kRoot<T> * std::numbers::inv_sqrtpi_v<T>;
    return std::erfc(-x * kRoot<T>) / 2 + limited(x, density);
  }
};

struct gelu_tanh {
  static constexpr double kLinear = 1.59576912160573071176, kCubic = 0.044715;

  template <typename T>
  static T inner(T x) {
    return static_cast<T>(kLinear) * (x + static_cast<T>(kCubic) * x * x * x);
  }
  template <typename T>
  static T forward(T x, T) {
    return limited(x, sigmoid::forward(inner(x), T{}));
  }
  template <typename T>
  static T derivative(T x, T) {
    const T s = sigmoid::forward(inner(x), T{});
    const T slope = static_cast<T>(kLinear) * (1 + 3 * static_cast<T>(kCubic) * x * x);
    return s + limited(x * slope, s * sigmoid::forward(-inner(x), T{}));
  }
};

struct silu {
  template <typename T>
  static T forward(T x, T) {
    return limited(x, sigmoid::forward(x, T{}));
  }
  template <typename T>
  static T derivative(T x, T) {
    const T s = sigmoid::forward(x, T{});
    return s + limited(x, s * sigmoid::forward(-x, T{}));
  }
};

struct softplus {
  template <typename T>
  static T forward(T x, T) {
    return std::max(x, T{0}) + std::log1p(std::exp(-std::abs(x)));
  }
  template <typename T>
  static T derivative(T y, T) {
    return -std::expm1(-y);
  }
};

struct mish {
  template <typename T>
  static T forward(T x, T) {
    return limited(x, std::tanh(softplus::forward(x, T{})));
  }
  template <typename T>
  static T derivative(T x, T) {
    const T y = softplus::forward(x, T{}), t = std::tanh(y), cosh = std::cosh(y);
    return t + limited(x, sigmoid::forward(x, T{}) / (cosh * cosh));
  }
};

struct hard_sigmoid {
  template <typename T>
  static T forward(T x, T) {
    return std::min(std::max(x + 3, T{0}), T{6}) / 6;
  }
  template <typename T>
  static T derivative(T y, T) {
    return y < 1 ? by_sign(y, T{1} / 6, T{0}) : by_sign(y, T{0}, T{0});
  }
};

struct hard_swish {
  template <typename T>
  static T forward(T x, T) {
    return limited(x, hard_sigmoid::forward(x, T{}));
  }
  template <typename T>
  static T derivative(T x, T) {
    if (x < -3) return 0;
    return x > 3 ? 1 : x / 3 + static_cast<T>(0.5);
  }
};

template <class Function, typename T>
void activate(Matrix<const T> x, Matrix<T> y, Range lines, T argument) {
  for (std::size_t i = 0; i < y.rows; ++i)
    for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n)
      y.data[i * y.stride + n] = Function::forward(x.data[i * x.stride + n], argument);
}

template <class Function, typename T>
void differentiate(Matrix<const T> x_or_y, Matrix<T> dy, Range lines, T argument) {
  for (std::size_t i = 0; i < dy.rows; ++i)
    for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n)
      dy.data[i * dy.stride + n] *=
          Function::derivative(x_or_y.data[i * x_or_y.stride + n], argument);
}

template <typename T>
void fill(Kernels<T>& k) {
  k.isa = cpu::Isa::scalar;
  k.forward = k.forward_indexed = forward<T>;
  k.sgd = k.sgd_indexed = sgd<T>;
  k.gradient = k.gradient_indexed = gradient<T>;
  k.transpose = transpose<T>;
  k.input_gradient = input_gradient<T>;
  k.pack_bytes = pack<std::uint8_t, T>;
  k.pack_nonzero_bytes = pack_nonzero<std::uint8_t, T>;
  k.pack_nonzero_float32 = pack_nonzero<float, T>;
  k.pack_float32 = pack<float, T>;
  k.pack_float64 = pack<double, T>;
  std::size_t i = 0;
#define LITHE_ACTIVATION(name, derivative_from, argument, fallback, low, high, help) \
  k.activations[i++] = {activate<name, T>, differentiate<name, T>};
#include "activations/activations.inc"
}

}  // namespace

void fill_reference(Tables& tables) {
  fill(tables.float32);
  fill(tables.float64);
  fill_reference_layers(tables);
  fill_reference_images(tables);
  fill_reference_winograd(tables);
  fill_reference_losses(tables);
}

}  // namespace lithe::kernels
