// A convolution by Winograd's transforms on its way to stages: forward, the gradient of the input,
// which is such a convolution too, and that of the weights.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ops/convolution.h"
#include "ops/image_stage.h"
#include "ops/winograd_stages.h"

namespace lithe::ops {

template <typename T>
class WinogradLowering {
 public:
  // Buffers of weights; the last two are for the backward pass.
  struct Weights {
    BufferId forward = kNoBuffer, turned = kNoBuffer, back = kNoBuffer;
  };

  WinogradLowering(Lowering<T>& lowering, const Operation& operation, const Convolution& of,
                   Weights& weights)
      : lowering_(lowering), operation_(operation), of_(of), weights_(weights) {}

  void transform_weights();
  // A stage that makes the images in `to` from those in `from`: forward, or the backward pass.
  void images(LoweredStage<T> stage, bool back, BufferId from, BufferId to);
  void weight_gradient(LoweredStage<T> stage, BufferId gradient, plan::GradientPlace weight,
                       plan::GradientPlace bias);

 private:
  kernels::Winograd<T> shape(bool back) const;
  BufferId book_tiles(const kernels::Winograd<T>& shape);

  Lowering<T>& lowering_;
  const Operation& operation_;
  Convolution of_;
  Weights& weights_;
};

template <typename T>
void WinogradLowering<T>::transform_weights() {
  const std::size_t depth = of_.in.channels, units = of_.out.channels;
  const kernels::WinogradForm<T> forward_form{depth, units}, back_form{units, depth};
  const kernels::Panels<T> turned_panels{9 * units, depth};
  std::vector<Access> access = {{lowering_.parameter(of_.weight), false}};
  const auto book = [&](const std::string& what, std::size_t size) {
    const BufferId buffer = lowering_.book(what + " of " + operation_.label, size * sizeof(T));
    lowering_.persist(buffer);
    access.push_back({buffer, true});
    return buffer;
  };
  weights_.forward = book("transformed weights", forward_form.weight_size());
  if (lowering_.training() && lowering_.wanted(of_.input)) {
    weights_.turned = book("turned weights", turned_panels.size());
    weights_.back = book("transformed weights for the backward pass", back_form.weight_size());
  }
  lowering_.add(
      operation_.label + ": transform of its weights", Phase::forward, std::move(access),
      [&lowering = lowering_, weight = of_.weight, w = weights_, depth,
       units](const Buffers& buffers) {
        return std::make_unique<WinogradWeightsStage<T>>(
            typename WinogradWeightsStage<T>::Weights{
                lowering.parameters().at(weight), depth, units, buffers.template at<T>(w.forward),
                buffers.template at<T>(w.turned), buffers.template at<T>(w.back)},
            lowering.kernels(), lowering.learns(weight));
      });
}

// The sizes of the convolution that makes the images: its own, or those of the backward pass.
template <typename T>
kernels::Winograd<T> WinogradLowering<T>::shape(bool back) const {
  kernels::Winograd<T> shape{};
  const ImageSize &in = back ? of_.out : of_.in, &out = back ? of_.in : of_.out;
  shape.x_rows = in.rows, shape.x_columns = in.columns, shape.depth = in.channels;
  shape.rows = out.rows, shape.columns = out.columns, shape.units = out.channels;
  // Back, window place i meets row r + top - i of the gradient, which place 2 - i of the turned
  // window meets when it begins 2 - top above the image. Padding is less than the window.
  const Window& w = of_.window;
  shape.top = back ? w.rows - 1 - w.top : w.top;
  shape.left = back ? w.columns - 1 - w.left : w.left;
  return shape;
}

template <typename T>
BufferId WinogradLowering<T>::book_tiles(const kernels::Winograd<T>& shape) {
  const kernels::WinogradForm<T> form{shape.depth, shape.units};
  return lowering_.book("tiles of " + operation_.label,
                        lowering_.threads() * form.scratch_size() * sizeof(T));
}

template <typename T>
void WinogradLowering<T>::images(LoweredStage<T> stage, bool back, BufferId from, BufferId to) {
  const kernels::Winograd<T> shape = this->shape(back);
  const BufferId scratch = book_tiles(shape), weight = back ? weights_.back : weights_.forward;
  std::vector<Access> access = {{scratch, true, plan::kByRows}, {weight, false}};
  if (!back) access.push_back({lowering_.parameter(of_.bias), false});
  const SlotId source = back ? of_.output : of_.input, target = back ? of_.input : of_.output;
  add_image_stage<T>(lowering_, std::move(stage), access, from, to, lowering_.columns(target),
                     [&lowering = lowering_, bias = of_.bias, back, shape, scratch, weight, from,
                      to, source, target](const Buffers& buffers) {
                       kernels::Winograd<T> whole = shape;
                       whole.weight = buffers.template at<T>(weight);
                       whole.bias = back ? nullptr : lowering.parameters().at(bias);
                       whole.scratch = buffers.template at<T>(scratch);
                       return std::make_unique<WinogradStage<T>>(
                           whole, lowering.values(buffers, source, from),
                           lowering.values(buffers, target, to), lowering.kernels());
                     });
}

template <typename T>
void WinogradLowering<T>::weight_gradient(LoweredStage<T> stage, BufferId gradient,
                                          plan::GradientPlace weight, plan::GradientPlace bias) {
  const kernels::Winograd<T> shape = this->shape(false);
  const kernels::WinogradForm<T> form{shape.depth, shape.units};
  const BufferId scratch = book_tiles(shape);
  const BufferId sums =
      lowering_.book("transformed gradient of " + operation_.label, form.weight_size() * sizeof(T));
  stage.access.buffers = {{lowering_.value(of_.input), false},  {gradient, false},
                          {scratch, true, plan::kByRows},       {sums, true, plan::kByRows},
                          {weight.buffer, true, plan::kByRows}, {bias.buffer, true, plan::kByRows}};
  stage.make = [&lowering = lowering_, of = of_, shape, scratch, sums, weight, bias,
                gradient](const Buffers& buffers) {
    kernels::Winograd<T> whole = shape;
    whole.scratch = buffers.template at<T>(scratch);
    return std::make_unique<WinogradGradientStage<T>>(
        whole, lowering.values(buffers, of.input), lowering.values(buffers, of.output, gradient),
        buffers.template at<T>(sums), lowering.at(buffers, weight), lowering.at(buffers, bias),
        lowering.kernels());
  };
  lowering_.add(std::move(stage));
}

}  // namespace lithe::ops
