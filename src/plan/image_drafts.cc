// The drafts of convolutions and pooling, which go image by image.
#include "plan/builder.h"

namespace lithe::plan {

using kernels::round_up, kernels::kLine;

// The form of a convolution, and buffers for its weights as the kernels take them.
template <typename T>
typename Builder<T>::Moved& Builder<T>::moved(const graph::Operation& operation,
                                              const graph::Convolution& work) {
  Moved& m = moved_[work.output];
  if (m.form != nullptr) return m;
  shared_.forms.push_back(std::make_unique<ConvolutionForm>(form_of<T>(work)));
  m.form = shared_.forms.back().get();
  const ConvolutionForm& f = *m.form;
  std::vector<Use> uses = {{learned_buffer_[work.weight], false},
                           {learned_buffer_[work.bias], false}};
  const auto book_moved = [&](const std::string& what, std::size_t size) {
    const std::size_t buffer = book(what + " of " + operation.label, f.groups * size * sizeof(T));
    lasting.push_back(buffer);
    uses.push_back({buffer, true});
    return buffer;
  };
  // A transposed convolution goes forward by the way back, and back by the correlation.
  const bool both = training() && wanted(work.input), direct = !choice(work).winograd;
  const bool correlates = direct && (!work.transposed || both);
  const bool spreads = direct && !f.depthwise && (work.transposed || both);
  if (f.moved() && correlates) m.weight = book_moved("weights in order", f.weight_size);
  if (f.moved() && !work.transposed) m.bias = book_moved("biases in order", f.bias_size);
  if (spreads) m.spread = book_moved("weights for the way back", f.spread_size);
  if (uses.size() == 2) return m;
  const bool every_step = learns(work.weight) || learns(work.bias);
  add_whole(operation.label + ": weights in the kernels' order", Phase::forward, std::move(uses),
            [this, work, m, every_step](const Buffers& buffers) {
              const ConvolutionForm& form = *m.form;
              std::vector<typename MoveStage<T>::Part> parts;
              const auto add = [&](std::size_t buffer, const std::vector<Move>& moves,
                                   graph::ParameterId from, std::size_t size) {
                if (buffer != kNoBuffer)
                  parts.push_back(
                      {&moves, parameters_.at(from), buffers.at<T>(buffer), form.groups * size});
              };
              add(m.weight, form.weight_moves, work.weight, form.weight_size);
              add(m.bias, form.bias_moves, work.bias, form.bias_size);
              add(m.spread, form.spread_moves, work.weight, form.spread_size);
              return std::make_unique<MoveStage<T>>(std::move(parts), every_step);
            });
  return m;
}

template <typename T>
Draft<T> Builder<T>::draft_convolution(const graph::Operation& operation, const std::string& what,
                                       const graph::Convolution& work,
                                       const ConvolutionForm& form) const {
  const double batch = static_cast<double>(request_.batch);
  const double weights = static_cast<double>(graph_.parameters[work.weight].rows *
                                             graph_.parameters[work.weight].columns);
  const double places = static_cast<double>(form.result.rows * form.result.columns);
  Draft<T> result = draft(operation.label + ": " + what, Phase::backward_and_update);
  result.info.operations = 2 * batch * places * weights;
  result.info.bytes =
      sizeof(T) * (batch * static_cast<double>(work.in.size() + work.out.size()) + weights);
  if (choice(work).winograd) {
    result.info.kernel = "Winograd F(4x4, 3x3), " + result.info.kernel;
    return result;
  }
  result.info.refused = choice(work).refused;
  result.info.kernel += form.depthwise ? ", channel by channel" : "";
  if (form.together > 1) result.info.kernel += fmt::format(", {} columns together", form.together);
  if (form.padded) result.info.kernel += ", image copied between zeros";
  return result;
}

template <typename T>
ConvolutionWork<T> Builder<T>::convolution_work(const Buffers& buffers,
                                                const graph::Convolution& work, const Moved& m,
                                                std::size_t scratch) {
  ConvolutionWork<T> result{};
  result.form = m.form;
  result.kernels = &kernels_;
  const auto or_learned = [&](std::size_t buffer, graph::ParameterId id) -> const T* {
    return buffer == kNoBuffer ? parameters_.at(id) : buffers.at<T>(buffer);
  };
  result.weight = or_learned(m.weight, work.weight);
  result.bias = or_learned(m.bias, work.bias);
  result.spread = m.spread == kNoBuffer ? nullptr : buffers.at<T>(m.spread);
  result.scratch = buffers.at<T>(scratch);
  return result;
}

template <typename T>
std::vector<Use> Builder<T>::convolution_uses(const graph::Convolution& work, const Moved& m,
                                              std::size_t scratch) const {
  std::vector<Use> uses = {{scratch, true, kOwnRows},
                           {learned_buffer_[work.weight], false},
                           {learned_buffer_[work.bias], false}};
  for (const std::size_t buffer : {m.weight, m.bias, m.spread})
    if (buffer != kNoBuffer) uses.push_back({buffer, false});
  return uses;
}

template <typename T>
std::size_t Builder<T>::book_scratch(const graph::Operation& operation,
                                     const ConvolutionForm& form) {
  const std::size_t values = threads_ * ConvolutionWork<T>::scratch_size(form);
  return book("image between zeros of " + operation.label,
              std::max<std::size_t>(64, values * sizeof(T)));
}

// A stage that makes the images in `to` from those in `from`, an image at a time: results from
// images, or the way back.
template <typename T>
void Builder<T>::convolve(Draft<T> draft, const graph::Operation& operation,
                          const graph::Convolution& work, bool spreads, bool with_bias,
                          std::size_t from, std::size_t to, std::size_t columns) {
  const Moved& m = moved_.at(work.output);
  const std::size_t scratch = book_scratch(operation, *m.form);
  const bool forward = spreads == work.transposed;
  add_images(std::move(draft), convolution_uses(work, m, scratch), from, to, columns,
             [this, work, m, scratch, spreads, with_bias, forward, from,
              to](const Buffers& buffers) -> std::unique_ptr<Stage<T>> {
               ConvolutionWork<T> stage = convolution_work(buffers, work, m, scratch);
               if (!with_bias) stage.bias = nullptr;
               const Values<T> source = values(buffers, forward ? work.input : work.output, from);
               const Values<T> target = values(buffers, forward ? work.output : work.input, to);
               stage.image = spreads ? target : source;
               stage.result = spreads ? source : target;
               if (spreads) return std::make_unique<ConvolutionStage<T, true>>(stage);
               return std::make_unique<ConvolutionStage<T, false>>(stage);
             });
}

// What threads share by images, and what comes next is taken along by.
template <typename T>
void Builder<T>::add_images(Draft<T> draft, std::vector<Use> uses, std::size_t from, std::size_t to,
                            std::size_t columns,
                            std::function<std::unique_ptr<Stage<T>>(const Buffers&)> make) {
  draft.uses.workers = shares_rows(draft.info.operations) ? Workers::all : Workers::first;
  draft.uses.uses = std::move(uses);
  draft.uses.uses.push_back({from, false, kOwnRows});
  draft.uses.uses.push_back({to, true, kOwnRows});
  draft.takes = Takes::rows;
  draft.columns = columns;
  draft.result = to;
  draft.make = std::move(make);
  drafts.push_back(std::move(draft));
}

template <typename T>
void Builder<T>::forward(const graph::Operation& operation, const graph::Convolution& work) {
  const ConvolutionForm& form = *moved(operation, work).form;
  if (choice(work).winograd) winograd_weights(operation, work);
  Draft<T> draft = draft_convolution(operation, "forward", work, form);
  draft.info.phase = Phase::forward;
  const std::size_t from = work.input == 0 ? packed_[0] : value_buffer[work.input];
  if (choice(work).winograd)
    return winograd(std::move(draft), operation, work, false, from, value_buffer[work.output]);
  convolve(std::move(draft), operation, work, work.transposed, true, from,
           value_buffer[work.output], columns_of(work.output));
}

template <typename T>
void Builder<T>::backward(const graph::Operation& operation, const graph::Convolution& work) {
  const std::size_t gradient = finished_gradient(work.output);
  const ConvolutionForm& form = *moved_.at(work.output).form;
  if (wanted(work.input)) {
    const std::size_t to =
        book_matrix("gradient of " + graph_.slots[work.input].name, columns_of(work.input));
    contribute(work.input, to);
    Draft<T> draft = draft_convolution(operation, "gradient of its input", work, form);
    if (choice(work).winograd)
      winograd(std::move(draft), operation, work, true, gradient, to);
    else
      convolve(std::move(draft), operation, work, !work.transposed, false, gradient, to,
               columns_of(work.input));
  }
  if (learns(work.weight)) kernel_gradient(operation, work, gradient);
  --owners_[gradient];
}

// In the order in which the kernels take weights, where the form moves them.
template <typename T>
void Builder<T>::direct_gradient(Draft<T> draft, const graph::Operation& operation,
                                 const graph::Convolution& work, std::size_t gradient,
                                 GradientPlace weight, GradientPlace bias) {
  const Moved& m = moved_.at(work.output);
  const std::size_t scratch = book_scratch(operation, *m.form);
  draft.uses.uses = {{use_of_input(work.input).buffer, false},
                     {gradient, false},
                     {scratch, true, kOwnRows},
                     {weight.buffer, true, kOwnRows},
                     {bias.buffer, true, kOwnRows}};
  draft.make = [this, work, m, weight, bias, scratch, gradient](const Buffers& buffers) {
    ConvolutionWork<T> stage = convolution_work(buffers, work, m, scratch);
    const Values<T> in = values(buffers, work.input), out = values(buffers, work.output, gradient);
    stage.image = work.transposed ? out : in;
    stage.result = work.transposed ? in : out;
    return std::make_unique<KernelGradientStage<T>>(stage, at(buffers, weight),
                                                    work.transposed ? nullptr : at(buffers, bias));
  };
  drafts.push_back(std::move(draft));
}

// The gradient of weights and bias, then their update.
template <typename T>
void Builder<T>::kernel_gradient(const graph::Operation& operation, const graph::Convolution& work,
                                 std::size_t gradient) {
  const Moved& m = moved_.at(work.output);
  const ConvolutionForm& f = *m.form;
  const auto& entries = parameters_.entries();
  const GradientPlace weight = place_gradient(work.weight), bias = place_gradient(work.bias);
  const bool by_winograd = choice(work).winograd, moves = f.moved() && !by_winograd;
  GradientPlace made_weight = weight, made_bias = bias;
  if (moves) {
    made_weight = {book("gradient in the kernels' order of " + operation.label,
                        f.groups * f.weight_size * sizeof(T)),
                   0};
    made_bias = {book("bias gradient in the kernels' order of " + operation.label,
                      f.groups * f.bias_size * sizeof(T)),
                 0};
  }
  Draft<T> own = draft_convolution(operation, "gradient of its weights", work, f);
  own.uses.workers =
      threads_ > 1 && own.info.operations >= kWorthSharing ? Workers::all : Workers::first;
  if (by_winograd)
    winograd_gradient(std::move(own), operation, work, gradient, weight, bias);
  else
    direct_gradient(std::move(own), operation, work, gradient, made_weight, made_bias);

  std::vector<Use> uses = {{weight.buffer, true},
                           {bias.buffer, true},
                           {learned_buffer_[work.weight], true},
                           {learned_buffer_[work.bias], true}};
  if (work.transposed) uses.push_back({gradient, false});  // for the bias
  if (moves) uses.push_back({made_weight.buffer, false}), uses.push_back({made_bias.buffer, false});
  add_whole(operation.label + (keeps_gradients() ? ": gradient in order" : ": update"),
            Phase::backward_and_update, uses,
            [this, work, m, weight, bias, made_weight, made_bias, moves, gradient,
             &entries](const Buffers& buffers) {
              const bool update = !keeps_gradients();
              return whole_function<T>(
                  [form = m.form, transposed = work.transposed, moves, update,
                   channels = work.out.channels, dy = values(buffers, work.output, gradient),
                   weight_at = at(buffers, weight), bias_at = at(buffers, bias),
                   from = at(buffers, made_weight), bias_from = at(buffers, made_bias),
                   weight_size = entries[work.weight].size, bias_size = entries[work.bias].size,
                   weights = update ? learned(work.weight) : TrainableParameter<T>{},
                   biases = update ? learned(work.bias)
                                   : TrainableParameter<T>{}](const Batch<T>& batch) {
                    if (moves) fold(form->weight_moves, from, weight_at, weight_size);
                    if (transposed)
                      channel_sums<T>(dy.of(batch), form->image.rows * form->image.columns,
                                      channels, bias_at);
                    else if (moves)
                      fold(form->bias_moves, bias_from, bias_at, bias_size);
                    if (!update) return;
                    weights.step(*batch.update, weight_at, 0, 1, weight_size, weight_size);
                    biases.step(*batch.update, bias_at, 0, 1, bias_size, bias_size);
                  });
            });
  const auto& spec = graph_.parameters;
  const std::size_t made = spec[work.weight].rows * spec[work.weight].columns +
                           spec[work.bias].rows * spec[work.bias].columns;
  double bytes = keeps_gradients() ? 0 : update_bytes(made);
  if (moves) bytes += static_cast<double>(2 * made * sizeof(T));
  if (work.transposed) bytes += static_cast<double>(request_.batch * work.out.size() * sizeof(T));
  drafts.back().info.bytes = bytes;
  if (!keeps_gradients()) bound_units(operation, work.weight);
}

template <typename T>
void Builder<T>::forward(const graph::Operation& operation, const graph::Pool& work) {
  const std::size_t from = work.input == 0 ? packed_[0] : value_buffer[work.input],
                    to = value_buffer[work.output];
  add_lines(
      operation.label, Phase::forward, columns_of(work.output), from, to,
      {{from, false}, {to, true}},
      [this, work](const Buffers& buffers) {
        return line_function<T>(
            [kernel = work.largest ? kernels_.max_pool : kernels_.average_pool,
             shape = pool_shape(work), x = values(buffers, work.input),
             y = values(buffers, work.output)](const Batch<T>& batch, kernels::Range) {
              for (std::size_t i = 0; i < batch.rows; ++i)
                kernel(shape, x.of(batch).row(i), y.of(batch).row(i));
            });
      },
      By::rows);
}

template <typename T>
void Builder<T>::backward(const graph::Operation& operation, const graph::Pool& work) {
  const std::size_t gradient = finished_gradient(work.output);
  const std::size_t to =
      book_matrix("gradient of " + graph_.slots[work.input].name, columns_of(work.input));
  contribute(work.input, to);
  add_lines(
      operation.label + ": back", Phase::backward_and_update, columns_of(work.input), gradient, to,
      {{gradient, false},
       {value_buffer[work.input], false},
       {value_buffer[work.output], false},
       {to, true}},
      [this, work, gradient, to](const Buffers& buffers) {
        return line_function<T>(
            [this_kernels = &kernels_, largest = work.largest, shape = pool_shape(work),
             x = values(buffers, work.input), y = values(buffers, work.output),
             dy = values(buffers, work.output, gradient),
             dx = values(buffers, work.input, to)](const Batch<T>& batch, kernels::Range) {
              for (std::size_t i = 0; i < batch.rows; ++i) {
                const T* const from = dy.of(batch).row(i);
                T* const into = dx.of(batch).row(i);
                if (largest)
                  this_kernels->max_pool_backward(shape, x.of(batch).row(i), y.of(batch).row(i),
                                                  from, into);
                else
                  this_kernels->average_pool_backward(shape, from, into);
              }
            });
      },
      By::rows);
  --owners_[gradient];
}

template class Builder<float>;
template class Builder<double>;

}  // namespace lithe::plan
