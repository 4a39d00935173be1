// The drafts of products by a BLAS: what they need besides those of native kernels.
#include "blas/choice.h"
#include "plan/builder.h"

namespace lithe::plan {

template <typename T>
ProductChoice Builder<T>::choose(Product product, const graph::ParameterSpec& weight,
                                 graph::SlotId input) const {
  const bool leaves_out = product != Product::data && indexed(input);
  return choose_product(request_.blas, {product, request_.batch, weight.rows, weight.columns},
                        leaves_out ? request_.kept_columns : 1, kernels_);
}

template <typename T>
std::size_t Builder<T>::give_to_blas(Draft<T>& draft, const graph::ParameterSpec& weight) {
  const kernels::BlasProducts<T> products(request_.blas->handle(), request_.batch);
  draft.info.by_blas = true;
  draft.info.kernel = fmt::format("gemm of {}, {}", blas::short_name(request_.blas->library()),
                                  weight.columns <= kernels::kPanel<T> ? "weights as they lie"
                                  : products.copies(weight.columns)    ? "weights copied in blocks"
                                                                       : "panel by panel");
  const std::size_t scratch =
      book("scratch of a BLAS",
           threads_ * products.scratch_size(weight.rows, weight.columns) * sizeof(T));
  // Each thread has a part of its own, like the columns that it makes.
  draft.uses.uses.push_back({scratch, true, kernels::divide_up(draft.columns, kernels::kLine<T>)});
  return scratch;
}

template <typename T>
BlasWork<T> Builder<T>::blas_work(const Buffers& buffers, const graph::ParameterSpec& weight,
                                  std::size_t scratch) const {
  const kernels::BlasProducts<T> products(request_.blas->handle(), request_.batch);
  return {products, buffers.at<T>(scratch), products.scratch_size(weight.rows, weight.columns)};
}

template <typename T>
void Builder<T>::update_by_blas(Draft<T> draft, const graph::Product& work, std::size_t gradient) {
  const auto& spec = graph_.parameters[work.weight];
  const std::size_t scratch = give_to_blas(draft, spec);
  const auto product = [this, work, gradient, &spec](const Buffers& buffers) {
    kernels::WeightProduct<T> p{};
    p.dy = buffers.at<T>(gradient);
    p.dy_stride = kernels::row_stride<T>(spec.columns);
    p.inputs = spec.rows, p.units = spec.columns;
    p.weight = parameters_.at(work.weight);
    return p;
  };
  if (keeps_gradients()) {
    draft.info.kernel += ", gradient kept";
    const GradientPlace weight = place_gradient(work.weight), bias = place_gradient(work.bias);
    draft.uses.uses.push_back({weight.buffer, true});
    draft.make = [this, work, product, scratch, weight, bias, &spec](const Buffers& buffers) {
      return std::make_unique<BlasGradientStage<T>>(
          product(buffers), operands_of(work.input), blas_work(buffers, spec, scratch),
          kernels_.column_sums, at(buffers, weight), at(buffers, bias));
    };
  } else if (plain_descent() && !kernels::BlasProducts<T>(request_.blas->handle(), request_.batch)
                                     .copies(spec.columns)) {
    draft.info.kernel += ", added to the weights";
    draft.make = [this, work, product, scratch, &spec](const Buffers& buffers) {
      return std::make_unique<BlasSgdStage<T>>(product(buffers), operands_of(work.input),
                                               blas_work(buffers, spec, scratch),
                                               learned(work.bias), kernels_.column_sums);
    };
  } else {
    draft.info.kernel += ", gradient used piece by piece";
    draft.make = [this, work, product, scratch, &spec](const Buffers& buffers) {
      return std::make_unique<BlasUpdateStage<T>>(
          product(buffers), operands_of(work.input), blas_work(buffers, spec, scratch),
          learned(work.weight), learned(work.bias), kernels_.column_sums);
    };
  }
  drafts.push_back(std::move(draft));
}

template class Builder<float>;
template class Builder<double>;

}  // namespace lithe::plan
