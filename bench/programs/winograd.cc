#include "winograd.h"

#include <algorithm>

#include "base/aligned.h"
#include "data.h"
#include "ops/winograd_stages.h"

namespace lithe::bench {
namespace {

using T = float;
using Array = base::AlignedArray<T>;
using kernels::Panels, kernels::WinogradForm;

// A window of 3x3 in the middle, as the padding `same` has it.
kernels::Winograd<T> shape_of(const ConvolutionArrays& arrays, bool back) {
  kernels::Winograd<T> shape{};
  shape.x_rows = shape.rows = arrays.images_shape[1];
  shape.x_columns = shape.columns = arrays.images_shape[2];
  shape.depth = arrays.weights_shape[2];
  shape.units = arrays.weights_shape[3];
  if (back) std::swap(shape.depth, shape.units);
  shape.top = shape.left = 1;
  return shape;
}

// Images or their gradients, one after another.
class Images {
 public:
  explicit Images(const std::vector<float>& values, std::size_t batch)
      : batch_(batch),
        columns_(values.size() / batch),
        stride_(kernels::row_stride<T>(columns_)),
        array_(batch * stride_) {}

  void fill(const std::vector<float>& from) {
    for (std::size_t i = 0; i < batch_; ++i)
      std::copy_n(from.data() + i * columns_, columns_, array_.data() + i * stride_);
  }
  plan::Values<T> values() { return {array_.data(), columns_, stride_}; }
  void add_to(Fingerprint& fingerprint) const {
    for (std::size_t i = 0; i < batch_; ++i)
      for (std::size_t c = 0; c < columns_; ++c) fingerprint.add(array_[i * stride_ + c]);
  }

 private:
  std::size_t batch_, columns_, stride_;
  Array array_;
};

class Convolution {
 public:
  explicit Convolution(const Task& task)
      : arrays_(task),
        part_(task.part),
        forward_(shape_of(arrays_, false)),
        back_(shape_of(arrays_, true)),
        images_(arrays_.images, task.batch),
        results_(arrays_.gradient, task.batch),
        weight_(panels().size()),
        weight_gradient_(panels().size()),
        bias_gradient_(kernels::round_up(forward_.units, kernels::kLine<T>)),
        turned_(Panels<T>{kTaps * forward_.units, forward_.depth}.size()),
        transformed_(form(forward_).weight_size()),
        transformed_back_(form(back_).weight_size()),
        sums_(form(forward_).weight_size()),
        scratch_(std::max(form(forward_).scratch_size(), form(back_).scratch_size())) {
    for (std::size_t i = 0; i < arrays_.weights.size(); ++i)
      weight_[panels().at(i / units(), i % units())] = arrays_.weights[i];
    steps_.rows = task.batch;
    forward_.weight = transformed_.data();
    back_.weight = transformed_back_.data();
    forward_.scratch = back_.scratch = scratch_.data();
  }

  nlohmann::json measure(const Task& task) {
    if (part_ != "input") images_.fill(arrays_.images);
    if (part_ != "forward") results_.fill(arrays_.gradient);
    const auto& kernels = kernels::kernels<T>(cpu::best_isa());
    const bool back = part_ == "input";
    ops::WinogradWeightsStage<T> weights(
        {weight_.data(), forward_.depth, forward_.units, transformed_.data(),
         back ? turned_.data() : nullptr, back ? transformed_back_.data() : nullptr},
        kernels, /*every_step=*/true);
    weights.prime(steps_);
    ops::WinogradStage<T> forward(forward_, images_.values(), results_.values(), kernels);
    ops::WinogradStage<T> backward(back_, results_.values(), images_.values(), kernels);
    ops::WinogradGradientStage<T> gradient(forward_, images_.values(), results_.values(),
                                           sums_.data(), weight_gradient_.data(),
                                           bias_gradient_.data(), kernels);
    nlohmann::json answer = time_works(task, {{"stages", [&] {
                                                 if (part_ == "weights")
                                                   return gradient.run(steps_, {});
                                                 weights.run(steps_, {});
                                                 (back ? backward : forward).run(steps_, {});
                                               }}});
    answer["check"]["fingerprint"] = fingerprint();
    return answer;
  }

 private:
  static constexpr std::size_t kTaps = kernels::kWinogradWindow * kernels::kWinogradWindow;

  static WinogradForm<T> form(const kernels::Winograd<T>& shape) {
    return {shape.depth, shape.units};
  }
  std::size_t units() const { return arrays_.weights_shape[3]; }
  Panels<T> panels() const { return {arrays_.weights.size() / units(), units()}; }

  double fingerprint() const {
    Fingerprint result;
    if (part_ == "weights")
      for (std::size_t i = 0; i < arrays_.weights.size(); ++i)
        result.add(weight_gradient_[panels().at(i / units(), i % units())]);
    else
      (part_ == "input" ? images_ : results_).add_to(result);
    return result.value();
  }

  ConvolutionArrays arrays_;
  std::string part_;
  kernels::Winograd<T> forward_, back_;
  Images images_, results_;
  Array weight_, weight_gradient_, bias_gradient_, turned_, transformed_, transformed_back_, sums_,
      scratch_;
  plan::Batch<T> steps_;
};

}  // namespace

nlohmann::json winograd(const Task& task) { return Convolution(task).measure(task); }

}  // namespace lithe::bench
