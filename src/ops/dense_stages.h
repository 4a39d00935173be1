// The stages of a dense layer: forward, the gradients of input and weights, and their use. Products
// is NativeProducts or BlasProducts.
#pragma once

#include "kernels/table.h"
#include "ops/dense_products.h"
#include "plan/trainable.h"
#include "plan/values.h"

namespace lithe::ops {

using plan::Batch, plan::Operands, plan::Share, plan::Stage, plan::TrainableParameter;
using plan::lines_of;

template <typename T, class Products>
class ForwardStage final : public Stage<T> {
 public:
  ForwardStage(kernels::ForwardProduct<T> product, const Operands<T>& operands, Products products)
      : product_(product), operands_(operands), products_(products) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::ForwardProduct<T> product = product_;
    product.input = operands_.at(batch);
    products_.forward(product, lines_of<T>(product.units, share), share.part,
                      [&](kernels::Range lines) { this->run_epilogue(batch, lines, share.part); });
  }

 private:
  kernels::ForwardProduct<T> product_;
  const Operands<T>& operands_;
  Products products_;
};

// What the native gradient of the input reads instead of dy.
template <typename T>
class TransposeStage final : public Stage<T> {
 public:
  TransposeStage(kernels::InputGradientProduct<T> product, std::size_t positions,
                 void (*kernel)(const kernels::InputGradientProduct<T>&, kernels::Range))
      : product_(product), positions_(positions), kernel_(kernel) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::InputGradientProduct<T> product = product_;
    product.rows = batch.rows * positions_;
    kernel_(product, kernels::share(product.units, share.part, share.parts));
  }

 private:
  kernels::InputGradientProduct<T> product_;
  std::size_t positions_;
  void (*kernel_)(const kernels::InputGradientProduct<T>&, kernels::Range);
};

template <typename T, class Products>
class InputGradientStage final : public Stage<T> {
 public:
  InputGradientStage(kernels::InputGradientProduct<T> product, std::size_t positions,
                     Products products)
      : product_(product), positions_(positions), products_(products) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::InputGradientProduct<T> product = product_;
    product.rows = batch.rows * positions_;
    const kernels::Range lines = lines_of<T>(product.inputs, share);
    products_.input_gradient(product, lines, share.part);
    this->run_epilogue(batch, lines, share.part);
  }

 private:
  kernels::InputGradientProduct<T> product_;
  std::size_t positions_;
  Products products_;
};

// What the stages below have in common: the product, its input, and the gradient of the bias.
template <typename T, class Products>
struct WeightGradient {
  using ColumnSums = void (*)(kernels::Matrix<const T>, T*, kernels::Range);

  kernels::WeightProduct<T> product;
  const Operands<T>& operands;
  Products products;
  ColumnSums sums;

  kernels::WeightProduct<T> at(const Batch<T>& batch) const {
    kernels::WeightProduct<T> now = product;
    now.input = operands.at(batch);
    if (batch.update != nullptr) now.rate = batch.update->rate;
    return now;
  }

  // A step of the biases in `lines`, by the sums of the columns of dy; `scratch`: of a panel.
  void update_bias(const TrainableParameter<T>& bias, std::size_t rows, kernels::Range lines,
                   const optimizers::Coefficients<T>& c, T* scratch) const {
    if (bias.value == nullptr) return;
    kernels::each_panel(lines, [&](kernels::Range piece) {
      const std::size_t first = piece.begin * kernels::kLine<T>;
      const std::size_t count = kernels::columns_of<T>(piece);
      sums({product.dy + first, product.dy_stride, rows}, scratch, {0, piece.end - piece.begin});
      bias.step(c, scratch, first, 1, count, count);
    });
  }
};

// Plain gradient descent: the gradient is used up as soon as it is made, in registers where the
// kernels are native.
template <typename T, class Products>
class SgdStage final : public Stage<T> {
 public:
  SgdStage(WeightGradient<T, Products> gradient, TrainableParameter<T> bias)
      : gradient_(gradient), bias_(bias) {}

  void run(const Batch<T>& batch, Share share) override {
    const kernels::WeightProduct<T> product = gradient_.at(batch);
    const kernels::Range lines = lines_of<T>(product.units, share);
    gradient_.products.sgd(product, lines, share.part, [&](T* scratch) {
      gradient_.update_bias(bias_, product.input.rows, lines, *batch.update, scratch);
    });
    this->run_epilogue(batch, lines, share.part);
  }

 private:
  WeightGradient<T, Products> gradient_;
  TrainableParameter<T> bias_;
};

// The gradient of weights and biases, piece by piece, each used by the optimizer at once.
template <typename T, class Products>
class UpdateStage final : public Stage<T> {
 public:
  // `scratch`: a panel for each thread.
  UpdateStage(WeightGradient<T, Products> gradient, TrainableParameter<T> weight,
              TrainableParameter<T> bias, T* scratch)
      : gradient_(gradient), weight_(weight), bias_(bias), scratch_(scratch) {}

  void run(const Batch<T>& batch, Share share) override {
    const kernels::WeightProduct<T> product = gradient_.at(batch);
    const kernels::Panels<T> panels{product.inputs, product.units};
    const kernels::Range lines = lines_of<T>(product.units, share);
    gradient_.products.each_gradient(
        product, lines, share.part, weight_, [&](const kernels::GradientPiece<T>& piece) {
          kernels::each_panel(piece.lines, [&](kernels::Range own) {
            const std::size_t column = own.begin * kernels::kLine<T>;
            weight_.step(*batch.update,
                         piece.values + (own.begin - piece.lines.begin) * kernels::kLine<T>,
                         panels.at(piece.first, column), piece.inputs, kernels::columns_of<T>(own),
                         panels.width(column), piece.stride);
          });
        });
    gradient_.update_bias(bias_, product.input.rows, lines, *batch.update,
                          scratch_ + share.part * kernels::kPanel<T>);
    this->run_epilogue(batch, lines, share.part);
  }

 private:
  WeightGradient<T, Products> gradient_;
  TrainableParameter<T> weight_, bias_;
  T* scratch_;
};

// The gradient of weights and biases, kept.
template <typename T, class Products>
class KeepGradientStage final : public Stage<T> {
 public:
  KeepGradientStage(WeightGradient<T, Products> gradient, T* weight, T* bias)
      : gradient_(gradient), weight_(weight), bias_(bias) {}

  void run(const Batch<T>& batch, Share share) override {
    const kernels::WeightProduct<T> product = gradient_.at(batch);
    const kernels::Range lines = lines_of<T>(product.units, share);
    gradient_.products.keep_gradient(product, lines, share.part, weight_);
    if (bias_ != nullptr)
      gradient_.sums({product.dy, product.dy_stride, product.input.rows}, bias_, lines);
  }

 private:
  WeightGradient<T, Products> gradient_;
  T *weight_, *bias_;
};

}  // namespace lithe::ops
