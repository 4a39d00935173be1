// The drafts of what stands between products, normalisation excepted.
#include "plan/builder.h"

namespace lithe::plan {

using graph::SlotId;

template <typename T>
void Builder<T>::forward(const graph::Operation& operation, const graph::Activate& work) {
  const std::size_t from = value_buffer[work.input], to = value_buffer[work.output];
  add_lines(operation.label + ": activation", Phase::forward, columns_of(work.output), from, to,
            {{from, false}, {to, true}}, [this, work](const Buffers& buffers) {
              return line_function<T>(
                  [kernel = kernels_.of(work.activation).forward,
                   argument = static_cast<T>(work.argument), x = values(buffers, work.input),
                   y = values(buffers, work.output)](const Batch<T>& batch, kernels::Range lines) {
                    kernel(x.of(batch), y.of(batch), lines, argument);
                  });
            });
}

template <typename T>
void Builder<T>::backward(const graph::Operation& operation, const graph::Activate& work) {
  const bool from_output =
      activations::row(work.activation).derivative_from == activations::DerivativeFrom::output;
  const SlotId saved = from_output ? work.output : work.input;
  const std::size_t gradient = own_gradient(work.output);
  add_lines(operation.label + ": back through the activation", Phase::backward_and_update,
            columns_of(work.output), gradient, gradient,
            {{value_buffer[saved], false}, {gradient, true}},
            [this, work, saved, gradient](const Buffers& buffers) {
              return line_function<T>([kernel = kernels_.of(work.activation).backward,
                                       argument = static_cast<T>(work.argument),
                                       from = values(buffers, saved),
                                       dy = values(buffers, work.output, gradient)](
                                          const Batch<T>& batch, kernels::Range lines) {
                kernel(from.of(batch), dy.of(batch), lines, argument);
              });
            });
  contribute(work.input, gradient);
  --owners_[gradient];  // it is the input's from here on
}

// The slopes that the kernels read, one for each column: as they are learned, or, of an image,
// spread from its channels. This comes before all else, so that what makes an image can take PReLU
// along.
template <typename T>
void Builder<T>::slopes_by_column(const graph::Operation& operation, const graph::Prelu& work) {
  const std::size_t columns = columns_of(work.output), learned = learned_buffer_[work.slope];
  if (work.channels == columns) {
    slope_buffer_[work.output] = learned;
    return;
  }
  const std::size_t spread = book_vector("slopes by column of " + operation.label, columns);
  lasting.push_back(spread);
  slope_buffer_[work.output] = spread;
  add_whole(operation.label + ": slopes by column", Phase::forward,
            {{learned, false}, {spread, true}},
            [this, work, spread, columns](const Buffers& buffers) {
              return std::make_unique<ByColumnStage<T>>(parameters_.at(work.slope), work.channels,
                                                        buffers.at<T>(spread), columns,
                                                        learns(work.slope));
            });
}

template <typename T>
const T* Builder<T>::slopes(const Buffers& buffers, const graph::Prelu& work) const {
  return work.channels == columns_of(work.output) ? parameters_.at(work.slope)
                                                  : buffers.at<T>(slope_buffer_.at(work.output));
}

template <typename T>
void Builder<T>::forward(const graph::Operation& operation, const graph::Prelu& work) {
  const std::size_t from = value_buffer[work.input], to = value_buffer[work.output];
  add_lines(
      operation.label + ": activation", Phase::forward, columns_of(work.output), from, to,
      {{from, false}, {slope_buffer_.at(work.output), false}, {to, true}},
      [this, work](const Buffers& buffers) {
        return line_function<T>([kernel = kernels_.prelu, slope = slopes(buffers, work),
                                 x = values(buffers, work.input), y = values(buffers, work.output)](
                                    const Batch<T>& batch, kernels::Range lines) {
          kernel(x.of(batch), y.of(batch), slope, lines);
        });
      });
}

// The gradient of each column's slope, added up over an image's pixels.
template <typename T>
void Builder<T>::backward(const graph::Operation& operation, const graph::Prelu& work) {
  const std::size_t gradient = own_gradient(work.output), columns = columns_of(work.output);
  const GradientPlace slope = place_gradient(work.slope);
  const bool by_channel = work.channels != columns;
  const GradientPlace by_column =
      by_channel
          ? GradientPlace{book_vector("gradients by column of " + operation.label, columns), 0}
          : slope;
  add_lines(
      operation.label + ": back through the activation", Phase::backward_and_update, columns,
      gradient, gradient,
      {{value_buffer[work.input], false},
       {slope_buffer_.at(work.output), false},
       {by_column.buffer, true},
       {gradient, true}},
      [this, work, gradient, by_column](const Buffers& buffers) {
        return line_function<T>([kernel = kernels_.prelu_backward, slope = slopes(buffers, work),
                                 slope_gradient = at(buffers, by_column),
                                 x = values(buffers, work.input),
                                 dy = values(buffers, work.output, gradient)](
                                    const Batch<T>& batch, kernels::Range lines) {
          kernel(x.of(batch), dy.of(batch), slope, slope_gradient, lines);
        });
      },
      By::lines);
  if (by_channel)
    add_whole(operation.label + ": gradient of each channel's slope", Phase::backward_and_update,
              {{by_column.buffer, false}, {slope.buffer, true}},
              [this, work, by_column, slope, columns](const Buffers& buffers) {
                return whole_function<T>([from = at(buffers, by_column), to = at(buffers, slope),
                                          size = parameters_.entries()[work.slope].size,
                                          channels = work.channels, columns](const Batch<T>&) {
                  channel_sums<T>({from, columns, 1}, columns / channels, channels, to);
                  std::fill(to + channels, to + size, T{0});
                });
              });
  update_vectors(operation, {work.slope}, {slope}, gradient);
  contribute(work.input, gradient);
  --owners_[gradient];
}

template <typename T>
void Builder<T>::forward(const graph::Operation& operation, const graph::Softmax& work) {
  add_whole(operation.label + ": softmax", Phase::forward,
            {{value_buffer[work.input], false}, {value_buffer[work.output], true}},
            [this, work](const Buffers& buffers) {
              return whole_function<T>([kernel = kernels_.softmax, x = values(buffers, work.input),
                                        y = values(buffers, work.output)](const Batch<T>& batch) {
                kernel(x.of(batch), y.of(batch), x.columns);
              });
            });
}

template <typename T>
void Builder<T>::backward(const graph::Operation& operation, const graph::Softmax& work) {
  const std::size_t gradient = own_gradient(work.output);
  add_whole(operation.label + ": back through softmax", Phase::backward_and_update,
            {{value_buffer[work.output], false}, {gradient, true}},
            [this, work, gradient](const Buffers& buffers) {
              return whole_function<T>(
                  [kernel = kernels_.softmax_backward, y = values(buffers, work.output),
                   dy = values(buffers, work.output, gradient)](const Batch<T>& batch) {
                    kernel(y.of(batch), dy.of(batch), y.columns);
                  });
            });
  contribute(work.input, gradient);
  --owners_[gradient];
}

template <typename T>
void Builder<T>::disturb(const std::string& name, Phase phase, const graph::Operation& operation,
                         const graph::Disturb& work, std::size_t from, std::size_t to) {
  add_lines(
      name, phase, columns_of(work.output), from, to, {{from, false}, {to, true}},
      [this, &operation, work, from, to, phase](const Buffers& buffers) {
        auto noise = make_noise<T>(work.noise, work.amount, phase == Phase::backward_and_update);
        noise.seed = request_.seed;
        // The low byte names the use, as in base/random.h; the rest the layer.
        noise.stream = static_cast<std::uint32_t>(base::Use::disturb) |
                       static_cast<std::uint32_t>(operation.layer << 8);
        const auto input = phase == Phase::forward ? work.input : work.output;
        if (work.channels > 0)
          return line_function<T>(
              [dropout =
                   ChannelDropout<T>{request_.seed, static_cast<std::uint32_t>(operation.layer),
                                     work.channels, work.amount},
               x = values(buffers, input, from), y = values(buffers, work.output, to)](
                  const Batch<T>& batch, kernels::Range) { dropout.run(x, y, batch); });
        return line_function<T>(
            [kernel = kernels_.disturb, noise, x = values(buffers, input, from),
             y = values(buffers, work.output, to)](const Batch<T>& batch, kernels::Range lines) {
              kernels::NoiseWork<T> now = noise;
              now.step = batch.step;
              now.first_row = batch.first;
              now.x = x.of(batch), now.y = y.of(batch);
              kernel(now, lines);
            });
      },
      work.channels > 0 ? By::rows : By::either);
}

template <typename T>
void Builder<T>::forward(const graph::Operation& operation, const graph::Disturb& work) {
  const std::size_t from = value_buffer[work.input], to = value_buffer[work.output];
  if (training())
    disturb(operation.label, Phase::forward, operation, work, from, to);
  else if (from != to)  // the batch as it was packed, which others write to
    copy(operation.label + ": as it is", Phase::forward, work.input, from, work.output, to);
}

template <typename T>
void Builder<T>::backward(const graph::Operation& operation, const graph::Disturb& work) {
  if (work.noise == graph::Noise::gaussian_noise) {
    contribute(work.input, finished_gradient(work.output));
    --owners_[gradient_buffer[work.output]];
    return;
  }
  const std::size_t gradient = own_gradient(work.output);
  disturb(operation.label + ": back", Phase::backward_and_update, operation, work, gradient,
          gradient);
  contribute(work.input, gradient);
  --owners_[gradient];
}

template <typename T>
void Builder<T>::forward(const graph::Operation& operation, const graph::Add& work) {
  const std::size_t a = value_buffer[work.a], b = value_buffer[work.b],
                    to = value_buffer[work.output];
  add_lines(operation.label + ": add what went around", Phase::forward, columns_of(work.output), b,
            to, {{a, false}, {b, false}, {to, true}}, [this, work](const Buffers& buffers) {
              return line_function<T>(
                  [kernel = kernels_.add, x = values(buffers, work.a), y = values(buffers, work.b),
                   z = values(buffers, work.output)](const Batch<T>& batch, kernels::Range lines) {
                    kernel(x.of(batch), y.of(batch), z.of(batch), lines);
                  });
            });
}

// Both sides have the gradient of the sum: the buffer has two owners.
template <typename T>
void Builder<T>::backward(const graph::Operation&, const graph::Add& work) {
  const std::size_t gradient = finished_gradient(work.output);
  for (const SlotId slot : {work.a, work.b})
    if (wanted(slot)) contribute(slot, gradient);
  --owners_[gradient];
}

template class Builder<float>;
template class Builder<double>;

}  // namespace lithe::plan
