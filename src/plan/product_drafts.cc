// The drafts of products: forward, and the three things that backward takes.
#include "plan/builder.h"

namespace lithe::plan {

using kernels::row_stride;

template <typename T>
Draft<T> Builder<T>::draft_product(const graph::Operation& operation, const std::string& what,
                                   const graph::ParameterSpec& weight, int passes) const {
  const double batch = static_cast<double>(request_.batch);
  const double inputs = static_cast<double>(weight.rows),
               units = static_cast<double>(weight.columns);
  Draft<T> result;
  result.info.name = operation.label + ": " + what;
  result.info.phase = Phase::backward_and_update;
  result.info.operations = 2 * batch * inputs * units;
  result.info.bytes = sizeof(T) * (batch * (inputs + units) + passes * inputs * units);
  return result;
}

template <typename T>
void Builder<T>::forward(const graph::Operation& operation, const graph::Product& work) {
  const auto& spec = graph_.parameters[work.weight];
  Draft<T> draft = draft_product(operation, "forward", spec, 1);
  const ProductChoice choice = choose(Product::forward, spec, work.input);
  describe_product(choice, request_.isa, indexed(work.input), draft.info);
  draft.info.phase = Phase::forward;
  const std::size_t own = lines_if_shared(spec.columns, draft.info.operations);
  draft.uses = {workers_for(spec.columns, draft.info.operations),
                {use_of_input(work.input),
                 {learned_buffer_[work.weight], false, own},
                 {learned_buffer_[work.bias], false, own},
                 {value_buffer[work.output], true, own}}};
  draft.takes = Takes::lines;
  draft.columns = spec.columns;
  draft.result = value_buffer[work.output];
  const std::size_t scratch = choice.by_blas ? give_to_blas(draft, spec) : kNoBuffer;
  draft.make = [this, work, &spec, scratch](const Buffers& buffers) -> std::unique_ptr<Stage<T>> {
    kernels::ForwardProduct<T> product{};
    product.weight = parameters_.at(work.weight);
    product.bias = parameters_.at(work.bias);
    product.inputs = spec.rows, product.units = spec.columns;
    const Values<T> y = values(buffers, work.output);
    product.y = y.data;
    product.y_stride = y.stride;
    Operands<T>& operands = operands_of(work.input);
    if (work.input != 0) {
      const Values<T> x = values(buffers, work.input);
      operands.of[0] = operands.of[1] = {x.data, x.stride, request_.batch, spec.rows, nullptr};
    }
    if (scratch != kNoBuffer)
      return std::make_unique<BlasForwardStage<T>>(product, operands,
                                                   blas_work(buffers, spec, scratch));
    return std::make_unique<ForwardStage<T>>(
        product, operands, indexed(work.input) ? kernels_.forward_indexed : kernels_.forward);
  };
  drafts.push_back(std::move(draft));
}

// The gradient of the input is taken with the weights as they were, so it comes before the update.
template <typename T>
void Builder<T>::backward(const graph::Operation& operation, const graph::Product& work) {
  const std::size_t gradient = finished_gradient(work.output);
  if (wanted(work.input)) data(operation, work, gradient);
  if (learns(work.weight)) update(operation, work, gradient);
}

template <typename T>
std::size_t Builder<T>::transpose(const graph::Operation& operation, const graph::Product& work,
                                  std::size_t gradient) {
  const std::size_t units = columns_of(work.output);
  const std::size_t transposed = book("transposed gradient of " + graph_.slots[work.output].name,
                                      kernels::Panels<T>{units, request_.batch}.size() * sizeof(T));
  Draft<T> own = draft(operation.label + ": transpose the gradient", Phase::backward_and_update);
  own.info.bytes = 2 * static_cast<double>(request_.batch * units * sizeof(T));
  own.uses = {workers_for(units, 8 * static_cast<double>(request_.batch * units)),
              {{gradient, false}, {transposed, true}}};
  own.make = [this, units, gradient, transposed](const Buffers& buffers) {
    kernels::DataProduct<T> product{};
    product.dy = buffers.at<T>(gradient);
    product.dy_stride = row_stride<T>(units);
    product.units = units;
    product.transposed = buffers.at<T>(transposed);
    return std::make_unique<TransposeStage<T>>(product, kernels_.transpose);
  };
  drafts.push_back(std::move(own));
  return transposed;
}

template <typename T>
void Builder<T>::data(const graph::Operation& operation, const graph::Product& work,
                      std::size_t gradient) {
  const auto& spec = graph_.parameters[work.weight];
  const ProductChoice choice = choose(Product::data, spec, work.input);
  const std::size_t transposed = choice.by_blas ? kNoBuffer : transpose(operation, work, gradient);
  const std::size_t result = book_matrix("gradient of " + graph_.slots[work.input].name, spec.rows);
  contribute(work.input, result);
  Draft<T> draft = draft_product(operation, "gradient of its input", spec, 1);
  describe_product(choice, request_.isa, false, draft.info);
  draft.info.refused = choice.refused;  // the tiles have no other form
  const std::size_t own = lines_if_shared(spec.rows, draft.info.operations);
  draft.uses = {workers_for(spec.rows, draft.info.operations),
                {{gradient, false}, {learned_buffer_[work.weight], false}, {result, true, own}}};
  draft.takes = Takes::lines;
  draft.columns = spec.rows;
  draft.result = result;
  const std::size_t scratch = choice.by_blas ? give_to_blas(draft, spec) : kNoBuffer;
  if (!choice.by_blas) draft.uses.uses.push_back({transposed, false});
  draft.make = [this, work, &spec, gradient, result, transposed,
                scratch](const Buffers& buffers) -> std::unique_ptr<Stage<T>> {
    kernels::DataProduct<T> product{};
    product.dy = buffers.at<T>(gradient);
    product.dy_stride = row_stride<T>(spec.columns);
    product.weight = parameters_.at(work.weight);
    product.inputs = spec.rows, product.units = spec.columns;
    product.dx = buffers.at<T>(result);
    product.dx_stride = row_stride<T>(spec.rows);
    if (scratch != kNoBuffer)
      return std::make_unique<BlasDataStage<T>>(product, blas_work(buffers, spec, scratch));
    product.transposed = buffers.at<T>(transposed);
    return std::make_unique<DataStage<T>>(product, kernels_.data);
  };
  drafts.push_back(std::move(draft));
}

template <typename T>
void Builder<T>::update(const graph::Operation& operation, const graph::Product& work,
                        std::size_t gradient) {
  const auto& spec = graph_.parameters[work.weight];
  const optimizers::Rule& rule = request_.optimizer->rule;
  const std::string what =
      keeps_gradients() ? "gradient of its weights"
                        : fmt::format("gradient of its weights, {}", optimizers::row(rule).name);
  Draft<T> draft =
      draft_product(operation, what, spec, 2 + 2 * static_cast<int>(optimizers::row(rule).states));
  const ProductChoice choice = choose(Product::weights, spec, work.input);
  describe_product(choice, request_.isa, indexed(work.input), draft.info);
  const std::size_t own = lines_if_shared(spec.columns, draft.info.operations);
  draft.uses = {workers_for(spec.columns, draft.info.operations),
                {use_of_input(work.input),
                 {gradient, false},
                 {learned_buffer_[work.weight], true, own},
                 {learned_buffer_[work.bias], true, own}}};
  draft.takes = Takes::lines;
  draft.columns = spec.columns;
  draft.result = learned_buffer_[work.weight];
  if (choice.by_blas)
    update_by_blas(std::move(draft), work, gradient);
  else if (keeps_gradients())
    keep_gradient(std::move(draft), work, gradient);
  else if (plain_descent())
    sgd(std::move(draft), work, gradient);
  else
    update_by_blocks(std::move(draft), work, gradient);
  if (!keeps_gradients()) bound_units(operation, work.weight);
}

template <typename T>
bool Builder<T>::plain_descent() const {
  return std::holds_alternative<optimizers::Sgd>(request_.optimizer->rule) && !prepared() &&
         request_.optimizer->regularization.weight_decay == 0;
}

template <typename T>
void Builder<T>::sgd(Draft<T> draft, const graph::Product& work, std::size_t gradient) {
  draft.info.kernel += ", gradient used in registers";
  draft.make = [this, work, gradient](const Buffers& buffers) {
    const auto& spec = graph_.parameters[work.weight];
    kernels::WeightProduct<T> product{};
    product.dy = buffers.at<T>(gradient);
    product.dy_stride = row_stride<T>(spec.columns);
    product.inputs = spec.rows, product.units = spec.columns;
    product.weight = parameters_.at(work.weight);
    product.bias = parameters_.at(work.bias);
    return std::make_unique<SgdStage<T>>(product, operands_of(work.input),
                                         indexed(work.input) ? kernels_.sgd_indexed : kernels_.sgd);
  };
  drafts.push_back(std::move(draft));
}

template <typename T>
void Builder<T>::keep_gradient(Draft<T> draft, const graph::Product& work, std::size_t gradient) {
  draft.info.kernel += ", gradient kept";
  const GradientPlace weight = place_gradient(work.weight), bias = place_gradient(work.bias);
  draft.uses.uses.push_back({weight.buffer, true});
  draft.make = [this, work, gradient, weight, bias](const Buffers& buffers) {
    const auto& spec = graph_.parameters[work.weight];
    kernels::GradientProduct<T> product{};
    product.dy = buffers.at<T>(gradient);
    product.dy_stride = row_stride<T>(spec.columns);
    return std::make_unique<GradientStage<T>>(
        product, kernels::Panels<T>{spec.rows, spec.columns}, operands_of(work.input),
        indexed(work.input) ? kernels_.gradient_indexed : kernels_.gradient, kernels_.column_sums,
        at(buffers, weight), at(buffers, bias));
  };
  drafts.push_back(std::move(draft));
}

template <typename T>
void Builder<T>::update_by_blocks(Draft<T> draft, const graph::Product& work,
                                  std::size_t gradient) {
  draft.info.kernel += ", gradient used block by block";
  const std::size_t scratch =
      book("blocks of gradients", threads_ * UpdateStage<T>::kScratch * sizeof(T));
  draft.uses.uses.push_back({scratch, true, draft.uses.uses[2].own_columns});
  draft.make = [this, work, gradient, scratch](const Buffers& buffers) {
    const auto& spec = graph_.parameters[work.weight];
    kernels::GradientProduct<T> product{};
    product.dy = buffers.at<T>(gradient);
    product.dy_stride = row_stride<T>(spec.columns);
    return std::make_unique<UpdateStage<T>>(
        product, kernels::Panels<T>{spec.rows, spec.columns}, operands_of(work.input),
        indexed(work.input) ? kernels_.gradient_indexed : kernels_.gradient, kernels_.column_sums,
        learned(work.weight), learned(work.bias), buffers.at<T>(scratch));
  };
  drafts.push_back(std::move(draft));
}

template class Builder<float>;
template class Builder<double>;

}  // namespace lithe::plan
