// The plain reference: what every kernel computes, one value at a time, in the same order.
//
// The products give the same bits as the vector kernels; exponentials are the C library's, so the
// activations made from them agree to the errors that activations.inc states.
#include <algorithm>
#include <cmath>

#include "activations/plain.h"
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
void forward_onto(const ForwardProduct<T>& p, Matrix<const T> from, Range lines) {
  const Panels<T> panels{p.inputs, p.units};
  for (std::size_t i = 0; i < p.input.rows; ++i)
    for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n) {
      T sum = from.row(i)[n];
      for (std::size_t k = 0; k < p.input.depth; ++k)
        sum = std::fma(p.input.x[i * p.input.stride + k], p.weight[panels.at(k, n)], sum);
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
    if (p.bias == nullptr) continue;
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
  const auto value = [&](std::size_t i, std::size_t k) {
    return reinterpret_cast<const Source*>(data + p.order[i] * p.row_stride)[k];
  };
  p.depth = 0;
  for (std::size_t k = 0; k < p.columns; ++k) {
    const std::size_t partner = p.in_pairs && (k ^ 1) < p.columns ? k ^ 1 : k;
    bool any = false;
    for (std::size_t i = 0; i < p.rows; ++i) {
      any = any || value(i, k) != 0 || value(i, partner) != 0;
      p.x[i * p.stride + p.depth] = static_cast<T>(value(i, k)) / p.divisor;
    }
    p.index[p.depth] = static_cast<std::uint32_t>(k);
    p.depth += any;
  }
}

template <class Function, typename T>
void activate(Matrix<const T> x, Matrix<T> y, std::size_t columns, Range lines, T argument) {
  for (std::size_t i = 0; i < y.rows; ++i)
    for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; ++n)
      y.data[i * y.stride + n] =
          n < columns ? Function::forward(x.data[i * x.stride + n], argument) : T{0};
}

template <class Function, typename T>
void differentiate(Matrix<const T> x_or_y, Matrix<T> dy, std::size_t columns, Range lines,
                   T argument) {
  for (std::size_t i = 0; i < dy.rows; ++i)
    for (std::size_t n = lines.begin * kLine<T>; n < std::min(columns, lines.end * kLine<T>); ++n)
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
  k.forward_onto = forward_onto<T>;
  k.pack_bytes = pack<std::uint8_t, T>;
  k.pack_nonzero_bytes = pack_nonzero<std::uint8_t, T>;
  k.pack_nonzero_float32 = pack_nonzero<float, T>;
  k.pack_int32 = pack<std::int32_t, T>;
  k.pack_float32 = pack<float, T>;
  k.pack_float64 = pack<double, T>;
  std::size_t i = 0;
#define LITHE_ACTIVATION(name, ...)                            \
  k.activations[i++] = {activate<activations::plain::name, T>, \
                        differentiate<activations::plain::name, T>};
#include "activations/activations.inc"
}

}  // namespace

void fill_reference(Tables& tables) {
  fill(tables.float32);
  fill(tables.float64);
  fill_reference_pairs(tables);
  fill_reference_layers(tables);
  fill_reference_images(tables);
  fill_reference_winograd(tables);
  fill_reference_losses(tables);
  fill_reference_recurrent(tables);
  fill_reference_attention(tables);
}

}  // namespace lithe::kernels
