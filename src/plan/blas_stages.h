// The stages of products by a BLAS, in the place of those in product_stages.h.
#pragma once

#include "kernels/blas_products.h"
#include "plan/product_stages.h"

namespace lithe::plan {

// What they have in common: the library, and scratch for each thread.
template <typename T>
struct BlasWork {
  kernels::BlasProducts<T> products;
  T* scratch;
  std::size_t scratch_size;  // of a thread

  T* scratch_of(Share share) const { return scratch + share.part * scratch_size; }
};

template <typename T>
class BlasForwardStage final : public Stage<T> {
 public:
  BlasForwardStage(kernels::ForwardProduct<T> product, const Operands<T>& operands,
                   BlasWork<T> work)
      : product_(product), operands_(operands), work_(work) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::ForwardProduct<T> product = product_;
    product.input = operands_.at(batch);
    const kernels::Range lines = lines_of<T>(product.units, share);
    work_.products.forward(product, lines, work_.scratch_of(share));
    this->run_lines(batch, lines, share.part);
  }

 private:
  kernels::ForwardProduct<T> product_;
  const Operands<T>& operands_;
  BlasWork<T> work_;
};

template <typename T>
class BlasDataStage final : public Stage<T> {
 public:
  BlasDataStage(kernels::DataProduct<T> product, BlasWork<T> work)
      : product_(product), work_(work) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::DataProduct<T> product = product_;
    product.rows = batch.rows;
    const kernels::Range lines = lines_of<T>(product.inputs, share);
    work_.products.data(product, lines, work_.scratch_of(share));
    this->run_lines(batch, lines, share.part);
  }

 private:
  kernels::DataProduct<T> product_;
  BlasWork<T> work_;
};

// Plain gradient descent where the weights are a BLAS's matrix as they lie: the product adds to
// them.
template <typename T>
class BlasSgdStage final : public Stage<T> {
 public:
  BlasSgdStage(kernels::WeightProduct<T> product, const Operands<T>& operands, BlasWork<T> work,
               TrainableParameter<T> bias, typename GradientStage<T>::ColumnSums sums)
      : product_(product), operands_(operands), work_(work), bias_(bias), sums_(sums) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::WeightProduct<T> product = product_;
    product.input = operands_.at(batch);
    product.rate = batch.update->rate;
    const kernels::Range lines = lines_of<T>(product.units, share);
    work_.products.sgd(product, lines);
    kernels::each_panel(lines, [&](kernels::Range piece) {
      update_bias(bias_, {product.dy, product.dy_stride, batch.rows}, sums_, piece, *batch.update,
                  work_.scratch_of(share));
    });
    this->run_lines(batch, lines, share.part);
  }

 private:
  kernels::WeightProduct<T> product_;
  const Operands<T>& operands_;
  BlasWork<T> work_;
  TrainableParameter<T> bias_;
  typename GradientStage<T>::ColumnSums sums_;
};

// The gradient of weights and biases, piece by piece: used by the optimizer at once.
template <typename T>
class BlasUpdateStage final : public Stage<T> {
 public:
  BlasUpdateStage(kernels::WeightProduct<T> product, const Operands<T>& operands, BlasWork<T> work,
                  TrainableParameter<T> weight, TrainableParameter<T> bias,
                  typename GradientStage<T>::ColumnSums sums)
      : product_(product),
        operands_(operands),
        work_(work),
        weight_(weight),
        bias_(bias),
        sums_(sums) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::WeightProduct<T> product = product_;
    product.input = operands_.at(batch);
    const kernels::Panels<T> panels{product.inputs, product.units};
    const kernels::Range lines = lines_of<T>(product.units, share);
    T* const scratch = work_.scratch_of(share);
    work_.products.gradient(product, lines, scratch, [&](const kernels::GradientPiece<T>& piece) {
      kernels::each_panel(piece.lines, [&](kernels::Range own) {
        const std::size_t column = own.begin * kernels::kLine<T>;
        weight_.step(*batch.update,
                     piece.values + (own.begin - piece.lines.begin) * kernels::kLine<T>,
                     panels.at(piece.first, column), piece.inputs, kernels::columns_of<T>(own),
                     panels.width(column), piece.stride);
      });
    });
    kernels::each_panel(lines, [&](kernels::Range own) {
      update_bias(bias_, {product.dy, product.dy_stride, batch.rows}, sums_, own, *batch.update,
                  scratch);
    });
    this->run_lines(batch, lines, share.part);
  }

 private:
  kernels::WeightProduct<T> product_;
  const Operands<T>& operands_;
  BlasWork<T> work_;
  TrainableParameter<T> weight_, bias_;
  typename GradientStage<T>::ColumnSums sums_;
};

// The same, kept as the weights lie.
template <typename T>
class BlasGradientStage final : public Stage<T> {
 public:
  BlasGradientStage(kernels::WeightProduct<T> product, const Operands<T>& operands,
                    BlasWork<T> work, typename GradientStage<T>::ColumnSums sums, T* weight,
                    T* bias)
      : product_(product),
        operands_(operands),
        work_(work),
        sums_(sums),
        weight_(weight),
        bias_(bias) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::WeightProduct<T> product = product_;
    product.input = operands_.at(batch);
    const kernels::Range lines = lines_of<T>(product.units, share);
    work_.products.gradient(product, lines, work_.scratch_of(share),
                            [&](const auto& piece) { keep(product, piece); });
    sums_({product.dy, product.dy_stride, batch.rows}, bias_, lines);
  }

 private:
  void keep(const kernels::WeightProduct<T>& product, const kernels::GradientPiece<T>& piece) {
    const kernels::Panels<T> panels{product.inputs, product.units};
    kernels::each_panel(piece.lines, [&](kernels::Range own) {
      const std::size_t column = own.begin * kernels::kLine<T>;
      const T* from = piece.values + (own.begin - piece.lines.begin) * kernels::kLine<T>;
      T* to = weight_ + panels.at(piece.first, column);
      for (std::size_t k = 0; k < piece.inputs; ++k)
        std::copy_n(from + k * piece.stride, kernels::columns_of<T>(own),
                    to + k * panels.width(column));
    });
  }

  kernels::WeightProduct<T> product_;
  const Operands<T>& operands_;
  BlasWork<T> work_;
  typename GradientStage<T>::ColumnSums sums_;
  T *weight_, *bias_;
};

}  // namespace lithe::plan
