// Lithe's side of bench-conv: LeNet-5 by the public headers, and a convolution's stages as a plan
// runs them.
//
//   bench_conv --kind train --batch 128 --epochs 2
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/aligned.h"
#include "example.h"
#include "lithe/data.h"
#include "lithe/machine.h"
#include "lithe/predictor.h"
#include "lithe/trainer.h"
#include "machine/denormals.h"
#include "plan/convolution_stages.h"
#include "task.h"

namespace lithe::bench {
namespace {

// That of recipes/lenet5.toml.
const char kLeNet5[] =
    "input(28x28) -> conv2d(6, 5x5, relu) -> max_pool -> conv2d(16, 5x5, relu) -> max_pool -> "
    "flatten -> dense(120, relu) -> dense(84, relu) -> dense(10)";

Model lenet5() { return {Network::parse(kLeNet5), Precision::float32, /*seed=*/1, {255, {}}}; }

class LeNet5 final : public Learner {
 public:
  LeNet5(const Task& task, std::size_t images)
      : data_(load_dataset("mnist", data_folder(""))),
        model_(lenet5()),
        trainer_(model_, data_.train.slice(0, images), {},
                 {.loss = "cross_entropy",
                  .optimizer = fmt::format("adam({})", kRate),
                  .batch = task.batch,
                  .epochs = task.epochs,
                  .threads = task.threads,
                  .pin = task.threads > 1}) {}

  double train(std::uint64_t) override { return trainer_.run_epoch().loss; }
  std::size_t correct() override { return evaluate(model_, data_.test, "cross_entropy").correct; }
  std::size_t parameters() const override { return trainer_.plan().parameters; }

 private:
  Dataset data_;
  Model model_;
  Trainer trainer_;
};

nlohmann::json calls(const Task& task) {
  const Model model = lenet5();
  Predictor predictor(model, 1);
  const Mnist mnist(kCalls);
  double sum = 0;  // of the first outputs: what is used cannot be left out
  nlohmann::json answer =
      time_works(task,
                 {{"as it is",
                   [&] {
                     for (std::size_t i = 0; i < kCalls; ++i)
                       sum += predictor.run({mnist.pixels.data() + i * kPixels, kPixels})[0];
                   }}},
                 kCalls);
  answer["check"]["finite"] = std::isfinite(sum);
  return answer;
}

layers::Convolution example_convolution() {
  layers::Convolution work{};
  work.in = work.out = {kImageSide, kImageSide, kChannels};
  work.window = {.rows = kWindow, .columns = kWindow, .top = 1, .left = 1};
  work.groups = 1;
  return work;
}

// The arrays of a convolution in the layouts that a plan keeps them in.
class Convolution {
  using T = float;

 public:
  explicit Convolution(std::size_t batch)
      : batch_(batch),
        images_(batch * stride()),
        results_(batch * stride()),
        weight_(panels().size()),
        weight_gradient_(panels().size()),
        spread_(form_.spread_size),
        scratch_(plan::ConvolutionWork<T>::scratch_size(form_)),
        move_({{&form_.spread_moves, weight_.data(), spread_.data(), spread_.size()}}, true),
        work_{&form_,          &kernels::kernels<T>(machine::best_isa()),
              values(images_), values(results_),
              weight_.data(),  nullptr,
              spread_.data(),  scratch_.data()} {
    const Array weights = example_weights();
    each_place(weights.sizes, [&](const Places& at, std::size_t index) {
      weight_[panels().at(row_of(at), at[3])] = weights.values[index];
    });
    steps_.rows = batch;
    move_.prime(steps_);
  }

  nlohmann::json measure(const Task& task) {
    const std::string& part = task.part;
    fill(part == "input" ? results_ : images_,
         part == "input" ? example_gradient(batch_) : example_images(batch_));
    if (part == "weights") fill(results_, example_gradient(batch_));
    plan::ConvolutionStage<T, false> forward(work_);
    plan::ConvolutionStage<T, true> back(work_);
    plan::KernelGradientStage<T> gradient(work_, weight_gradient_.data(), nullptr);
    nlohmann::json answer = time_works(task,
                                       {{"as it is",
                                         [&] {
                                           if (part == "forward") forward.run(steps_, {});
                                           if (part == "weights") gradient.run(steps_, {});
                                           if (part != "input") return;
                                           move_.run(steps_, {});  // as before every step
                                           back.run(steps_, {});
                                         }}},
                                       1);
    answer["check"]["fingerprint"] =
        fingerprint(part == "weights" ? learned() : rows(part == "input" ? images_ : results_));
    return answer;
  }

 private:
  using Values = base::AlignedArray<T>;

  static std::size_t columns() { return kImageSide * kImageSide * kChannels; }
  static std::size_t stride() { return kernels::row_stride<T>(columns()); }
  static kernels::Panels<T> panels() { return {kWindow * kWindow * kChannels, kChannels}; }
  static std::size_t row_of(const Places& at) {
    return (at[0] * kWindow + at[1]) * kChannels + at[2];
  }
  static plan::Values<T> values(Values& array) { return {array.data(), columns(), stride()}; }

  void fill(Values& to, const Array& from) const {
    for (std::size_t i = 0; i < batch_; ++i)
      std::copy_n(from.values.data() + i * columns(), columns(), to.data() + i * stride());
  }
  Array rows(const Values& from) const {
    Array array{{batch_, kImageSide, kImageSide, kChannels}, {}};
    for (std::size_t i = 0; i < batch_; ++i)
      array.values.insert(array.values.end(), from.data() + i * stride(),
                          from.data() + i * stride() + columns());
    return array;
  }
  Array learned() const {
    Array array{{kWindow, kWindow, kChannels, kChannels}, {}};
    each_place(array.sizes, [&](const Places& at, std::size_t) {
      array.values.push_back(weight_gradient_[panels().at(row_of(at), at[3])]);
    });
    return array;
  }

  std::size_t batch_;
  plan::ConvolutionForm form_ = plan::form_of<T>(example_convolution());
  Values images_, results_, weight_, weight_gradient_, spread_, scratch_;
  plan::MoveStage<T> move_;
  plan::ConvolutionWork<T> work_;
  plan::Batch<T> steps_;
};

nlohmann::json answer(const Task& task) {
  nlohmann::json result;
  if (task.kind == "train") {
    result = time_training(task, {{"as it is", [&](const Mnist& mnist) {
                                     return std::make_unique<LeNet5>(task, mnist.classes.size());
                                   }}});
  } else if (task.kind == "call") {
    result = calls(task);
  } else {
    const machine::FlushDenormals flush;
    result = Convolution(task.batch).measure(task);
  }
  result["versions"]["lithe"] = "this build";
  result["blas"] = "none, its own kernels";
  result["kernels"] = supported_isas().front();
  return result;
}

}  // namespace
}  // namespace lithe::bench

int main(int argc, char** argv) {
  return lithe::bench::run(argc, argv, "Lithe's side of bench-conv.", lithe::bench::answer);
}
