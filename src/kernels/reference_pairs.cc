// The plain reference of the products of bfloat16 pairs. See pairs.h.
#include <bit>
#include <cmath>
#include <cstdint>

#include "kernels/fill.h"
#include "kernels/layout.h"

namespace lithe::kernels {
namespace {

std::uint32_t rounded_bits(float value) {
  const auto u = std::bit_cast<std::uint32_t>(value);
  if (value != value) return (u | 0x400000u) >> 16;
  return (u + 0x7fffu + (u >> 16 & 1u)) >> 16;
}

float make_pair_of(float first, float second) {
  return std::bit_cast<float>(rounded_bits(first) | rounded_bits(second) << 16);
}

// sum + the products of two pairs
float add_pair(float a, float b, float sum) {
  const auto first = [](float v) {
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(v) << 16);
  };
  const auto second = [](float v) {
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(v) & 0xffff0000u);
  };
  return std::fma(first(a), first(b), std::fma(second(a), second(b), sum));
}

void pair_columns(Matrix<const float> x, std::size_t columns, Matrix<float> to, Range lines) {
  for (std::size_t i = 0; i < x.rows; ++i)
    for (std::size_t c = lines.begin * kLine<float>; c < lines.end * kLine<float>; ++c)
      to.row(i)[c] = make_pair_of(2 * c < columns ? x.row(i)[2 * c] : 0,
                                  2 * c + 1 < columns ? x.row(i)[2 * c + 1] : 0);
}

void pair_rows(Matrix<const float> x, Matrix<float> to, Range lines) {
  for (std::size_t i = 0; i < x.rows; i += 2)
    for (std::size_t n = lines.begin * kLine<float>; n < lines.end * kLine<float>; ++n)
      to.row(i / 2)[n] = make_pair_of(x.row(i)[n], i + 1 < x.rows ? x.row(i + 1)[n] : 0);
}

void forward(const ForwardProduct<float>& p, Range lines, float*) {
  const Panels<float> panels{p.inputs, p.units};
  for (std::size_t i = 0; i < p.input.rows; ++i)
    for (std::size_t n = lines.begin * kLine<float>; n < lines.end * kLine<float>; ++n) {
      const auto weight = [&](std::size_t c) {
        if (c >= p.input.depth) return 0.0f;
        return p.weight[panels.at(p.input.index != nullptr ? p.input.index[c] : c, n)];
      };
      float sum = p.bias[n];
      for (std::size_t c = 0; c < p.input.depth; c += 2)
        sum = add_pair(p.input.x[i * p.input.stride + c / 2],
                       make_pair_of(weight(c), weight(c + 1)), sum);
      p.y[i * p.y_stride + n] = sum;
    }
}

void input_gradient(const InputGradientProduct<float>& p, Range lines, float*) {
  const Panels<float> weights{p.inputs, p.units}, gradients{pairs_of(p.units), p.rows};
  for (std::size_t i = 0; i < p.rows; ++i)
    for (std::size_t k = lines.begin * kLine<float>; k < lines.end * kLine<float>; ++k) {
      float sum = 0;
      for (std::size_t n = 0; n < p.units && k < p.inputs; n += 2)
        sum = add_pair(make_pair_of(p.weight[weights.at(k, n)],
                                    n + 1 < p.units ? p.weight[weights.at(k, n + 1)] : 0),
                       p.transposed[gradients.at(n / 2, i)], sum);
      p.dx[i * p.dx_stride + k] = sum;
    }
}

// The gradient of the weight of input c of the operand and unit n.
float paired_weight_gradient(const Operand<float>& input, std::size_t c, const float* dy,
                             std::size_t stride, std::size_t n) {
  float sum = 0;
  for (std::size_t i = 0; i < input.rows; ++i)
    sum = add_pair(input.x[i * input.stride + c], dy[i * stride + n], sum);
  return sum;
}

void sgd(const WeightProduct<float>& p, Range lines) {
  const Panels<float> panels{p.inputs, p.units};
  for (std::size_t n = lines.begin * kLine<float>; n < lines.end * kLine<float>; ++n)
    for (std::size_t c = 0; c < p.input.depth; ++c) {
      float& weight = p.weight[panels.at(p.input.index != nullptr ? p.input.index[c] : c, n)];
      weight = std::fma(-p.rate, paired_weight_gradient(p.input, c, p.dy, p.dy_stride, n), weight);
    }
}

void gradient(const GradientProduct<float>& p, Range lines) {
  for (std::size_t n = lines.begin * kLine<float>; n < lines.end * kLine<float>; ++n) {
    for (std::size_t k = p.first; k < p.end; ++k)
      p.to[(k - p.first) * p.stride + n % kPanel<float>] = 0;
    for (std::size_t c = p.operand_first; c < p.operand_end; ++c) {
      const std::size_t k = p.input.index != nullptr ? p.input.index[c] : c;
      p.to[(k - p.first) * p.stride + n % kPanel<float>] =
          paired_weight_gradient(p.input, c, p.dy, p.dy_stride, n);
    }
  }
}

}  // namespace

void fill_reference_pairs(Tables& tables) {
  Kernels<float>& k = tables.float32;
  k.pair_columns = pair_columns;
  k.pair_rows = pair_rows;
  k.paired = k.paired_emulated = {forward, input_gradient, sgd, sgd, gradient, gradient, false};
}

}  // namespace lithe::kernels
