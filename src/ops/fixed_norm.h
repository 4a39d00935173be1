// y = (x - mean) / deviation * scale + shift by fixed numbers: what batch_norm does outside
// training and where it is frozen, and standardize always.
#pragma once

#include <cmath>
#include <vector>

#include "ops/op.h"

namespace lithe::ops {

// As y = x * factor + offset. These two are worked out anew before each run, for the numbers may
// have changed.
template <typename T>
class FixedNorm final : public plan::ElementwiseOp<T> {
 public:
  struct Numbers {
    const T *mean, *variance;  // or a deviation, where epsilon is negative
    const T *scale, *shift;    // null: 1 and 0
    double epsilon;
    std::size_t columns, channels;  // column n has the numbers of channel n % channels
  };

  FixedNorm(Numbers numbers, plan::Values<T> x, plan::Values<T> y, T* factor, T* offset,
            const kernels::Kernels<T>& kernels)
      : numbers_(numbers), x_(x), y_(y), factor_(factor), offset_(offset), kernels_(kernels) {}

  void prime() override {
    const Numbers& k = numbers_;
    for (std::size_t column = 0; column < k.columns; ++column) {
      const std::size_t n = column % k.channels;
      const double spread = static_cast<double>(k.variance[n]);
      const double deviation = k.epsilon < 0 ? spread : std::sqrt(spread + k.epsilon);
      const double scale = k.scale != nullptr ? static_cast<double>(k.scale[n]) : 1;
      const double factor = deviation > 0 ? scale / deviation : 0;
      const double shift = k.shift != nullptr ? static_cast<double>(k.shift[n]) : 0;
      factor_[column] = static_cast<T>(factor);
      offset_[column] = static_cast<T>(shift - factor * static_cast<double>(k.mean[n]));
    }
  }
  void run(const plan::Batch<T>& batch, kernels::Range lines, std::size_t) override {
    kernels_.affine(x_.of(batch), y_.of(batch), factor_, offset_, lines);
  }

 private:
  Numbers numbers_;
  plan::Values<T> x_, y_;
  T *factor_, *offset_;
  const kernels::Kernels<T>& kernels_;
};

// The factors of the forward pass, which the backward pass multiplies by.
struct FixedFactors {
  BufferId factor = kNoBuffer, offset = kNoBuffer;
};

// `numbers`: mean and variance, scale and shift; or mean and deviation, with a negative epsilon.
template <typename T>
void lower_fixed_norm(Lowering<T>& lowering, const Operation& operation, FixedFactors& factors,
                      SlotId input, SlotId output, const std::vector<ParameterId>& numbers,
                      double epsilon) {
  const std::size_t columns = lowering.columns(output);
  factors.factor = lowering.book_vector("factors of " + operation.label, columns);
  factors.offset = lowering.book_vector("offsets of " + operation.label, columns);
  lowering.persist(factors.factor);
  lowering.persist(factors.offset);
  const BufferId from = lowering.value(input), to = lowering.value(output);
  std::vector<Access> access = {
      {from, false}, {to, true}, {factors.factor, false}, {factors.offset, false}};
  for (const ParameterId id : numbers) access.push_back({lowering.parameter(id), false});
  lowering.add({.name = operation.label + ": by fixed mean and variance",
                .phase = Phase::forward,
                .columns = columns,
                .from = from,
                .to = to,
                .access = std::move(access)},
               [&lowering, input, output, numbers, epsilon, factors](const Buffers& buffers) {
                 auto& p = lowering.parameters();
                 const bool scaled = numbers.size() > 2;
                 const typename FixedNorm<T>::Numbers known{
                     p.at(numbers[0]),
                     p.at(numbers[1]),
                     scaled ? p.at(numbers[2]) : nullptr,
                     scaled ? p.at(numbers[3]) : nullptr,
                     epsilon,
                     lowering.columns(output),
                     lowering.graph().parameters[numbers[0]].columns};
                 return std::make_unique<FixedNorm<T>>(
                     known, lowering.values(buffers, input), lowering.values(buffers, output),
                     buffers.template at<T>(factors.factor), buffers.template at<T>(factors.offset),
                     lowering.kernels());
               });
}

template <typename T>
void lower_fixed_norm_backward(Lowering<T>& lowering, const Operation& operation,
                               const FixedFactors& factors, SlotId input, SlotId output) {
  if (!lowering.wanted(input)) return;
  const BufferId gradient = lowering.own_gradient(output), factor = factors.factor;
  const BufferId zeros = lowering.book_vector("zeros", lowering.columns(output));
  lowering.persist(zeros);
  lowering.add(
      {.name = operation.label + ": backward",
       .phase = Phase::backward_and_update,
       .columns = lowering.columns(output),
       .from = gradient,
       .to = gradient,
       .access = {{factor, false}, {zeros, false}, {gradient, true}}},
      [&lowering, output, gradient, factor, zeros](const Buffers& buffers) {
        return plan::elementwise_function<T>(
            [kernel = lowering.kernels().affine, dy = lowering.values(buffers, output, gradient),
             factors = buffers.template at<T>(factor), none = buffers.template at<T>(zeros)](
                const plan::Batch<T>& batch, kernels::Range lines) {
              kernel(dy.of(batch), dy.of(batch), factors, none, lines);
            });
      });
  lowering.pass_gradient(input, gradient);
}

}  // namespace lithe::ops
