// The stages of products: forward, the gradients of input and weights, and their use.
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/table.h"
#include "plan/stage.h"

namespace lithe::plan {

// The left factor of a product: a slot that a stage fills, or a packed batch, of which there are
// two where one is packed while the other is in use.
template <typename T>
struct Operands {
  kernels::Operand<T> of[2];  // by the parity of the step

  kernels::Operand<T> at(const Batch<T>& batch) const {
    kernels::Operand<T> operand = of[batch.parity];
    operand.rows = batch.rows;
    return operand;
  }
};

template <typename T>
kernels::Range lines_of(std::size_t columns, Share share) {
  return kernels::share(kernels::divide_up(columns, kernels::kLine<T>), share.part, share.parts);
}

template <typename T>
class ForwardStage final : public Stage<T> {
 public:
  ForwardStage(kernels::ForwardProduct<T> product, const Operands<T>& operands,
               void (*kernel)(const kernels::ForwardProduct<T>&, kernels::Range))
      : product_(product), operands_(operands), kernel_(kernel) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::ForwardProduct<T> product = product_;
    product.input = operands_.at(batch);
    // Panel by panel, so that what follows finds the output in the cache.
    kernels::each_panel(lines_of<T>(product.units, share), [&](kernels::Range lines) {
      kernel_(product, lines);
      this->run_lines(batch, lines, share.part);
    });
  }

 private:
  kernels::ForwardProduct<T> product_;
  const Operands<T>& operands_;
  void (*kernel_)(const kernels::ForwardProduct<T>&, kernels::Range);
};

template <typename T>
class TransposeStage final : public Stage<T> {
 public:
  TransposeStage(kernels::DataProduct<T> product,
                 void (*kernel)(const kernels::DataProduct<T>&, kernels::Range))
      : product_(product), kernel_(kernel) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::DataProduct<T> product = product_;
    product.rows = batch.rows;
    kernel_(product, kernels::share(product.units, share.part, share.parts));
  }

 private:
  kernels::DataProduct<T> product_;
  void (*kernel_)(const kernels::DataProduct<T>&, kernels::Range);
};

// The gradient of a layer's input.
template <typename T>
class DataStage final : public Stage<T> {
 public:
  DataStage(kernels::DataProduct<T> product,
            void (*kernel)(const kernels::DataProduct<T>&, kernels::Range))
      : product_(product), kernel_(kernel) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::DataProduct<T> product = product_;
    product.rows = batch.rows;
    const kernels::Range lines = lines_of<T>(product.inputs, share);
    kernel_(product, lines);
    this->run_lines(batch, lines, share.part);
  }

 private:
  kernels::DataProduct<T> product_;
  void (*kernel_)(const kernels::DataProduct<T>&, kernels::Range);
};

// Plain gradient descent: the gradient of weights and biases is used up in registers.
template <typename T>
class SgdStage final : public Stage<T> {
 public:
  SgdStage(kernels::WeightProduct<T> product, const Operands<T>& operands,
           void (*kernel)(const kernels::WeightProduct<T>&, kernels::Range))
      : product_(product), operands_(operands), kernel_(kernel) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::WeightProduct<T> product = product_;
    product.input = operands_.at(batch);
    product.rate = batch.update->rate;
    const kernels::Range lines = lines_of<T>(product.units, share);
    kernel_(product, lines);
    this->run_lines(batch, lines, share.part);
  }

 private:
  kernels::WeightProduct<T> product_;
  const Operands<T>& operands_;
  void (*kernel_)(const kernels::WeightProduct<T>&, kernels::Range);
};

// A trainable parameter: where its values and the optimizer's states of it stand, and how it is
// updated.
template <typename T>
struct TrainableParameter {
  T* value = nullptr;
  std::vector<T*> states;
  bool decays = false;  // weights do, biases do not
  void (*update)(const kernels::UpdateWork<T>&) = nullptr;

  // A step for `rows` rows of `columns` values from `at` on, `stride` apart, as those of the
  // gradient are, or `gradient_stride`.
  void step(const optimizers::Coefficients<T>& c, const T* gradient, std::size_t at,
            std::size_t rows, std::size_t columns, std::size_t stride,
            std::size_t gradient_stride = 0) const {
    if (gradient_stride == 0) gradient_stride = stride;
    kernels::UpdateWork<T> work{rows,  columns,       stride, gradient, gradient_stride,
                                value, states.data(), at,     c};
    if (!decays) work.c.keep = 1, work.c.l1 = work.c.l2 = 0;
    update(work);
  }
};

// A step of a product's biases in `lines`, of at most a panel, by the sums of the columns of dy.
template <typename T>
void update_bias(const TrainableParameter<T>& bias, kernels::Matrix<const T> dy,
                 void (*sums)(kernels::Matrix<const T>, T*, kernels::Range), kernels::Range lines,
                 const optimizers::Coefficients<T>& c, T* scratch) {
  const std::size_t first = lines.begin * kernels::kLine<T>;
  const std::size_t count = kernels::columns_of<T>(lines);
  sums({dy.data + first, dy.stride, dy.rows}, scratch, {0, lines.end - lines.begin});
  bias.step(c, scratch, first, 1, count, count);
}

// The gradient of weights and biases: kept in `weight_gradient` and `bias_gradient`.
template <typename T>
class GradientStage final : public Stage<T> {
 public:
  using Kernel = void (*)(const kernels::GradientProduct<T>&, kernels::Range);
  using ColumnSums = void (*)(kernels::Matrix<const T>, T*, kernels::Range);

  GradientStage(kernels::GradientProduct<T> product, kernels::Panels<T> panels,
                const Operands<T>& operands, Kernel kernel, ColumnSums sums, T* weight_gradient,
                T* bias_gradient)
      : product_(product),
        panels_(panels),
        operands_(operands),
        kernel_(kernel),
        sums_(sums),
        weight_gradient_(weight_gradient),
        bias_gradient_(bias_gradient) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::GradientProduct<T> product = product_;
    product.input = operands_.at(batch);
    product.first = product.kept_first = 0;
    product.end = panels_.rows;
    product.kept_end = product.input.depth;
    const kernels::Range lines = lines_of<T>(panels_.columns, share);
    kernels::each_panel(lines, [&](kernels::Range piece) {
      const std::size_t panel = piece.begin / 2 * kernels::kPanel<T>;
      product.stride = panels_.width(panel);
      product.to = weight_gradient_ + panels_.column_start(panel);
      kernel_(product, piece);
    });
    sums_({product.dy, product.dy_stride, batch.rows}, bias_gradient_, lines);
  }

 private:
  kernels::GradientProduct<T> product_;
  kernels::Panels<T> panels_;
  const Operands<T>& operands_;
  Kernel kernel_;
  ColumnSums sums_;
  T *weight_gradient_, *bias_gradient_;
};

// Inputs whose weights' gradient is made before it is used: four tiles, 7 KiB. With as much of the
// weights and of each of two optimizer arrays that is 28 KiB, and stays in the nearest cache.
inline constexpr std::size_t kBlockInputs = 56;

// The gradient of weights and biases, block by block, each used by the optimizer at once.
template <typename T>
class UpdateStage final : public Stage<T> {
 public:
  using Kernel = typename GradientStage<T>::Kernel;
  using ColumnSums = typename GradientStage<T>::ColumnSums;

  // Values of scratch for each thread.
  static constexpr std::size_t kScratch = kBlockInputs * kernels::kPanel<T>;

  UpdateStage(kernels::GradientProduct<T> product, kernels::Panels<T> panels,
              const Operands<T>& operands, Kernel kernel, ColumnSums sums,
              TrainableParameter<T> weight, TrainableParameter<T> bias, T* scratch)
      : product_(product),
        panels_(panels),
        operands_(operands),
        kernel_(kernel),
        sums_(sums),
        weight_(weight),
        bias_(bias),
        scratch_(scratch),
        prefetch_(weight_.states.begin(), weight_.states.end()) {
    prefetch_.insert(prefetch_.begin(), weight_.value);
  }

  void run(const Batch<T>& batch, Share share) override {
    kernels::GradientProduct<T> product = product_;
    product.input = operands_.at(batch);
    T* const scratch = scratch_ + share.part * kScratch;
    const kernels::Range lines = lines_of<T>(panels_.columns, share);
    kernels::each_panel(lines, [&](kernels::Range piece) {
      update_panel(product, piece, *batch.update, scratch);
      update_bias(bias_, {product.dy, product.dy_stride, batch.rows}, sums_, piece, *batch.update,
                  scratch);
    });
    this->run_lines(batch, lines, share.part);
  }

 private:
  void update_panel(kernels::GradientProduct<T>& product, kernels::Range piece,
                    const optimizers::Coefficients<T>& c, T* scratch) const {
    const std::size_t panel = piece.begin / 2 * kernels::kPanel<T>;
    const std::size_t offset = piece.begin % 2 * kernels::kLine<T>;
    const std::size_t width = panels_.width(panel), start = panels_.column_start(panel);
    product.stride = width;
    product.to = scratch;
    product.kept_end = 0;
    for (std::size_t k = 0; k < panels_.rows; k += kBlockInputs) {
      product.first = k;
      product.end = std::min(panels_.rows, k + kBlockInputs);
      product.kept_first = product.kept_end;
      product.kept_end = kept_before(product.input, product.end, product.kept_first);
      const std::size_t at = start + k * width;
      product.prefetch = prefetch_;
      product.prefetch_at = at;
      kernel_(product, piece);
      weight_.step(c, scratch + offset, at + offset, product.end - k,
                   (piece.end - piece.begin) * kernels::kLine<T>, width);
    }
  }

  // How many columns that the operand keeps stand before input `end`.
  static std::size_t kept_before(const kernels::Operand<T>& input, std::size_t end,
                                 std::size_t from) {
    if (input.index == nullptr) return end;
    return static_cast<std::size_t>(
        std::lower_bound(input.index + from, input.index + input.depth, end) - input.index);
  }

  kernels::GradientProduct<T> product_;
  kernels::Panels<T> panels_;
  const Operands<T>& operands_;
  Kernel kernel_;
  ColumnSums sums_;
  TrainableParameter<T> weight_, bias_;
  T* scratch_;
  std::vector<const T*> prefetch_;  // the weights and their states, which follow the gradient
};

}  // namespace lithe::plan
