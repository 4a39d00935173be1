// The drafts of normalisation.
#include "plan/builder.h"

namespace lithe::plan {

using graph::ParameterId, graph::SlotId;

// By running statistics: outside training, and where the layer is frozen.
template <typename T>
bool Builder<T>::fixed(const graph::BatchNorm& work) const {
  return !learns(work.scale);
}

template <typename T>
void Builder<T>::fixed_norm(const graph::Operation& operation, SlotId input, SlotId output,
                            std::vector<ParameterId> numbers, double epsilon) {
  const std::size_t columns = columns_of(output);
  const std::size_t factor = book_vector("factors of " + operation.label, columns);
  const std::size_t offset = book_vector("offsets of " + operation.label, columns);
  lasting.push_back(factor);
  lasting.push_back(offset);
  norm_numbers_[output] = {factor, offset};
  const std::size_t from = value_buffer[input], to = value_buffer[output];
  std::vector<Use> uses = {{from, false}, {to, true}, {factor, false}, {offset, false}};
  for (const ParameterId id : numbers) uses.push_back({learned_buffer_[id], false});
  add_lines(operation.label + ": by fixed mean and variance", Phase::forward, columns, from, to,
            uses, [this, input, output, numbers, epsilon, factor, offset](const Buffers& buffers) {
              typename FixedNormWork<T>::Numbers known{
                  parameters_.at(numbers[0]),
                  parameters_.at(numbers[1]),
                  numbers.size() > 2 ? parameters_.at(numbers[2]) : nullptr,
                  numbers.size() > 2 ? parameters_.at(numbers[3]) : nullptr,
                  epsilon,
                  columns_of(output),
                  graph_.parameters[numbers[0]].columns};
              return std::make_unique<FixedNormWork<T>>(
                  known, values(buffers, input), values(buffers, output), buffers.at<T>(factor),
                  buffers.at<T>(offset), kernels_);
            });
}

template <typename T>
void Builder<T>::fixed_norm_backward(const graph::Operation& operation, SlotId input,
                                     SlotId output) {
  if (!wanted(input)) return;
  const std::size_t gradient = own_gradient(output), factor = norm_numbers_[output].first;
  const std::size_t zeros = book_vector("zeros", columns_of(output));
  lasting.push_back(zeros);
  add_lines(
      operation.label + ": back", Phase::backward_and_update, columns_of(output), gradient,
      gradient, {{factor, false}, {zeros, false}, {gradient, true}},
      [this, output, gradient, factor, zeros](const Buffers& buffers) {
        return line_function<T>([kernel = kernels_.affine, dy = values(buffers, output, gradient),
                                 factors = buffers.at<T>(factor), none = buffers.at<T>(zeros)](
                                    const Batch<T>& batch, kernels::Range lines) {
          kernel(dy.of(batch), dy.of(batch), factors, none, lines);
        });
      });
  contribute(input, gradient);
  --owners_[gradient];
}

template <typename T>
void Builder<T>::forward(const graph::Operation& operation, const graph::BatchNorm& work) {
  if (fixed(work))
    return fixed_norm(operation, work.input, work.output,
                      {work.mean, work.variance, work.scale, work.shift}, work.epsilon);
  const std::size_t columns = columns_of(work.output);
  const std::size_t mean = book_vector("means of " + operation.label, work.channels);
  const std::size_t inverse =
      book_vector("inverse deviations of " + operation.label, work.channels);
  norm_numbers_[work.output] = {mean, inverse};
  const std::size_t from = value_buffer[work.input], to = value_buffer[work.output];
  add_lines(
      operation.label, Phase::forward, work.channels, from, to,
      {{from, false},
       {to, true},
       {mean, true},
       {inverse, true},
       {learned_buffer_[work.scale], false},
       {learned_buffer_[work.shift], false},
       {learned_buffer_[work.mean], true},
       {learned_buffer_[work.variance], true}},
      [this, work, mean, inverse, columns](const Buffers& buffers) {
        kernels::NormWork<T> norm{};
        norm.columns = columns;
        norm.scale = parameters_.at(work.scale), norm.shift = parameters_.at(work.shift);
        norm.mean = buffers.at<T>(mean), norm.inverse = buffers.at<T>(inverse);
        norm.running_mean = parameters_.at(work.mean);
        norm.running_variance = parameters_.at(work.variance);
        norm.epsilon = static_cast<T>(work.epsilon);
        norm.momentum = static_cast<T>(work.momentum);
        return line_function<T>(
            [all = &kernels_, norm, channels = work.channels, x = values(buffers, work.input),
             y = values(buffers, work.output)](const Batch<T>& batch, kernels::Range lines) {
              kernels::NormWork<T> now = norm;
              now.x = x.of(batch), now.y = y.of(batch);
              if (channels == now.columns)
                all->batch_norm(now, lines);
              else
                all->channel_norm(now, channels, lines);
            });
      },
      By::lines, columns);
}

template <typename T>
kernels::NormBackwardWork<T> Builder<T>::norm_backward(const Buffers& buffers, SlotId output,
                                                       ParameterId scale_id, GradientPlace scale,
                                                       GradientPlace shift) {
  kernels::NormBackwardWork<T> norm{};
  norm.columns = columns_of(output);
  norm.scale = parameters_.at(scale_id);
  norm.mean = buffers.at<T>(norm_numbers_[output].first);
  norm.inverse = buffers.at<T>(norm_numbers_[output].second);
  norm.scale_gradient = at(buffers, scale);
  norm.shift_gradient = at(buffers, shift);
  return norm;
}

template <typename T>
std::vector<Use> Builder<T>::norm_backward_uses(SlotId input, SlotId output, std::size_t gradient,
                                                ParameterId scale_id, GradientPlace scale,
                                                GradientPlace shift) const {
  return {{value_buffer[input], false},
          {gradient, true},
          {norm_numbers_[output].first, false},
          {norm_numbers_[output].second, false},
          {learned_buffer_[scale_id], false},
          {scale.buffer, true},
          {shift.buffer, true}};
}

template <typename T>
void Builder<T>::backward(const graph::Operation& operation, const graph::BatchNorm& work) {
  if (fixed(work)) return fixed_norm_backward(operation, work.input, work.output);
  const std::size_t gradient = own_gradient(work.output);
  const GradientPlace scale = place_gradient(work.scale), shift = place_gradient(work.shift);
  add_lines(
      operation.label + ": back", Phase::backward_and_update, work.channels, gradient, gradient,
      norm_backward_uses(work.input, work.output, gradient, work.scale, scale, shift),
      [this, work, gradient, scale, shift](const Buffers& buffers) {
        return line_function<T>(
            [all = &kernels_, channels = work.channels,
             norm = norm_backward(buffers, work.output, work.scale, scale, shift),
             x = values(buffers, work.input), dy = values(buffers, work.output, gradient)](
                const Batch<T>& batch, kernels::Range lines) {
              kernels::NormBackwardWork<T> now = norm;
              now.x = x.of(batch), now.dy = dy.of(batch);
              if (channels == now.columns)
                all->batch_norm_backward(now, lines);
              else
                all->channel_norm_backward(now, channels, lines);
            });
      },
      By::lines, columns_of(work.output));
  update_vectors(operation, {work.scale, work.shift}, {scale, shift}, gradient);
  contribute(work.input, gradient);
  --owners_[gradient];
}

template <typename T>
void Builder<T>::forward(const graph::Operation& operation, const graph::LayerNorm& work) {
  const std::size_t mean = book("means of " + operation.label, request_.batch * sizeof(T));
  const std::size_t inverse =
      book("inverse deviations of " + operation.label, request_.batch * sizeof(T));
  norm_numbers_[work.output] = {mean, inverse};
  add_whole(operation.label, Phase::forward,
            {{value_buffer[work.input], false},
             {value_buffer[work.output], true},
             {mean, true},
             {inverse, true},
             {learned_buffer_[work.scale], false},
             {learned_buffer_[work.shift], false}},
            [this, work, mean, inverse](const Buffers& buffers) {
              kernels::NormWork<T> norm{};
              norm.columns = columns_of(work.output);
              norm.scale = parameters_.at(work.scale), norm.shift = parameters_.at(work.shift);
              norm.mean = buffers.at<T>(mean), norm.inverse = buffers.at<T>(inverse);
              norm.epsilon = static_cast<T>(work.epsilon);
              return whole_function<T>([kernel = kernels_.layer_norm, norm,
                                        x = values(buffers, work.input),
                                        y = values(buffers, work.output)](const Batch<T>& batch) {
                kernels::NormWork<T> now = norm;
                now.x = x.of(batch), now.y = y.of(batch);
                kernel(now);
              });
            });
}

template <typename T>
void Builder<T>::backward(const graph::Operation& operation, const graph::LayerNorm& work) {
  const std::size_t gradient = own_gradient(work.output);
  // Where the layer is frozen they are made as well, and left alone.
  const GradientPlace scale = place_gradient(work.scale), shift = place_gradient(work.shift);
  add_whole(operation.label + ": back", Phase::backward_and_update,
            norm_backward_uses(work.input, work.output, gradient, work.scale, scale, shift),
            [this, work, gradient, scale, shift](const Buffers& buffers) {
              return whole_function<T>(
                  [kernel = kernels_.layer_norm_backward,
                   norm = norm_backward(buffers, work.output, work.scale, scale, shift),
                   x = values(buffers, work.input),
                   dy = values(buffers, work.output, gradient)](const Batch<T>& batch) {
                    kernels::NormBackwardWork<T> now = norm;
                    now.x = x.of(batch), now.dy = dy.of(batch);
                    kernel(now);
                  });
            });
  update_vectors(operation, {work.scale, work.shift}, {scale, shift}, gradient);
  contribute(work.input, gradient);
  --owners_[gradient];
}

template <typename T>
void Builder<T>::forward(const graph::Operation& operation, const graph::Standardize& work) {
  // A negative epsilon: the second number is a deviation, not a variance.
  fixed_norm(operation, work.input, work.output, {work.mean, work.deviation}, -1);
}

template <typename T>
void Builder<T>::backward(const graph::Operation& operation, const graph::Standardize& work) {
  fixed_norm_backward(operation, work.input, work.output);
}

template class Builder<float>;
template class Builder<double>;

}  // namespace lithe::plan
