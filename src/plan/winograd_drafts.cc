// The drafts of convolutions by Winograd's transforms: forward, the gradient of the input, which is
// such a convolution too, and that of the weights.
#include "plan/builder.h"
#include "plan/winograd_stages.h"

namespace lithe::plan {

template <typename T>
void Builder<T>::winograd_weights(const graph::Operation& operation,
                                  const graph::Convolution& work) {
  const std::size_t depth = work.in.channels, units = work.out.channels;
  const kernels::WinogradForm<T> forward_form{depth, units}, back_form{units, depth};
  const kernels::Panels<T> turned_panels{9 * units, depth};
  WinogradBuffers& w = winograd_[work.output];
  std::vector<Use> uses = {{learned_buffer_[work.weight], false}};
  const auto book_weights = [&](const std::string& what, std::size_t size) {
    const std::size_t buffer = book(what + " of " + operation.label, size * sizeof(T));
    lasting.push_back(buffer);
    uses.push_back({buffer, true});
    return buffer;
  };
  w.forward = book_weights("transformed weights", forward_form.weight_size());
  if (training() && wanted(work.input)) {
    w.turned = book_weights("turned weights", turned_panels.size());
    w.back = book_weights("transformed weights for the way back", back_form.weight_size());
  }
  add_whole(operation.label + ": transform of its weights", Phase::forward, std::move(uses),
            [this, work, w, depth, units](const Buffers& buffers) {
              const auto or_null = [&](std::size_t buffer) {
                return buffer == kNoBuffer ? nullptr : buffers.at<T>(buffer);
              };
              return std::make_unique<WinogradWeightsStage<T>>(
                  typename WinogradWeightsStage<T>::Weights{parameters_.at(work.weight), depth,
                                                            units, or_null(w.forward),
                                                            or_null(w.turned), or_null(w.back)},
                  kernels_, learns(work.weight));
            });
}

// The sizes of the convolution that makes the images: the work's own, or the way back.
template <typename T>
kernels::Winograd<T> Builder<T>::winograd_shape(const graph::Convolution& work, bool back) {
  kernels::Winograd<T> shape{};
  const graph::ImageSize &in = back ? work.out : work.in, &out = back ? work.in : work.out;
  shape.x_rows = in.rows, shape.x_columns = in.columns, shape.depth = in.channels;
  shape.rows = out.rows, shape.columns = out.columns, shape.units = out.channels;
  // Back, window place i meets row r + top - i of the gradient, which place 2 - i of the turned
  // window meets when it begins 2 - top above the image. Padding is less than the window.
  const graph::Window& w = work.window;
  shape.top = back ? w.rows - 1 - w.top : w.top;
  shape.left = back ? w.columns - 1 - w.left : w.left;
  return shape;
}

template <typename T>
std::size_t Builder<T>::book_tiles(const graph::Operation& operation,
                                   const kernels::Winograd<T>& shape) {
  const kernels::WinogradForm<T> form{shape.depth, shape.units};
  return book("tiles of " + operation.label, threads_ * form.scratch_size() * sizeof(T));
}

// A stage that makes the images in `to` from those in `from`.
template <typename T>
void Builder<T>::winograd(Draft<T> draft, const graph::Operation& operation,
                          const graph::Convolution& work, bool back, std::size_t from,
                          std::size_t to) {
  const kernels::Winograd<T> shape = winograd_shape(work, back);
  const std::size_t scratch = book_tiles(operation, shape);
  const WinogradBuffers& weights = winograd_.at(work.output);
  const std::size_t weight = back ? weights.back : weights.forward;
  std::vector<Use> uses = {{scratch, true, kOwnRows}, {weight, false}};
  if (!back) uses.push_back({learned_buffer_[work.bias], false});
  add_images(std::move(draft), std::move(uses), from, to,
             columns_of(back ? work.input : work.output),
             [this, work, back, shape, scratch, weight, from, to](const Buffers& buffers) {
               kernels::Winograd<T> whole = shape;
               whole.weight = buffers.at<T>(weight);
               whole.bias = back ? nullptr : parameters_.at(work.bias);
               whole.scratch = buffers.at<T>(scratch);
               const graph::SlotId source = back ? work.output : work.input,
                                   target = back ? work.input : work.output;
               return std::make_unique<WinogradStage<T>>(whole, values(buffers, source, from),
                                                         values(buffers, target, to), kernels_);
             });
}

template <typename T>
void Builder<T>::winograd_gradient(Draft<T> draft, const graph::Operation& operation,
                                   const graph::Convolution& work, std::size_t gradient,
                                   GradientPlace weight, GradientPlace bias) {
  const kernels::Winograd<T> shape = winograd_shape(work, false);
  const kernels::WinogradForm<T> form{shape.depth, shape.units};
  const std::size_t scratch = book_tiles(operation, shape);
  const std::size_t sums =
      book("transformed gradient of " + operation.label, form.weight_size() * sizeof(T));
  draft.uses.uses = {{use_of_input(work.input).buffer, false},
                     {gradient, false},
                     {scratch, true, kOwnRows},
                     {sums, true, kOwnRows},
                     {weight.buffer, true, kOwnRows},
                     {bias.buffer, true, kOwnRows}};
  draft.make = [this, work, shape, scratch, sums, weight, bias, gradient](const Buffers& buffers) {
    kernels::Winograd<T> whole = shape;
    whole.scratch = buffers.at<T>(scratch);
    return std::make_unique<WinogradGradientStage<T>>(
        whole, values(buffers, work.input), values(buffers, work.output, gradient),
        buffers.at<T>(sums), at(buffers, weight), at(buffers, bias), kernels_);
  };
  drafts.push_back(std::move(draft));
}

template class Builder<float>;
template class Builder<double>;

}  // namespace lithe::plan
