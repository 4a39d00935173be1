// Lithe's side: training and calls by the public headers, and a convolution's stages as a plan runs
// them.
#include <algorithm>
#include <cmath>
#include <memory>

#include "base/aligned.h"
#include "cpu/denormals.h"
#include "data.h"
#include "lithe/data.h"
#include "lithe/machine.h"
#include "lithe/predictor.h"
#include "lithe/stepper.h"
#include "lithe/trainer.h"
#include "ops/convolution_stages.h"
#include "task.h"
#include "winograd.h"

namespace lithe::bench {
namespace {

// Pixels stay bytes, as they are stored.
double divisor(const Task& task) { return task.data == "mnist" ? 255 : 1; }

// The network with the initial values that every side has.
Model model_of(const Task& task) {
  Model model(Network::parse(task.network), parse_precision(task.precision), /*seed=*/1,
              {divisor(task), {}});
  // Layers are numbered as written, where the input has no number.
  for (const Start& layer : start(task)) {
    const std::string name = "layers." + std::to_string(layer.layer) + ".";
    model.set_values(name + "weight", layer.weight);
    model.set_values(name + "bias", layer.bias);
  }
  for (const NamedValues& one : named_values(task))
    model.set_values("layers." + std::to_string(one.layer) + "." + one.name, one.values);
  return model;
}

// The examples of `Examples32` as Lithe takes them: MNIST from its files, random ones from memory.
class Data {
 public:
  Data(const Task& task, const Examples32& given) {
    if (task.data == "mnist") {
      mnist_ = load_dataset("mnist", data_folder(""));
      train = mnist_.train.slice(0, given.rows);
      test = mnist_.test;
      return;
    }
    const bool values = task.loss == "binary_cross_entropy";
    train = view(given, given.x, given.classes, task.outputs(), values);
    test = view(given, given.test_x, given.test_classes, task.outputs(), values);
  }

  Examples train, test;

 private:
  Examples view(const Examples32& given, const std::vector<float>& x,
                const std::vector<std::int64_t>& classes, std::size_t outputs, bool values) {
    const Features features{x.data(), ElementType::float32, x.size() / given.columns, given.columns,
                            given.columns * sizeof(float)};
    if (values) {
      targets_.push_back({classes.begin(), classes.end()});
      return Examples::regression(features, targets_.back());
    }
    labels_.push_back({classes.begin(), classes.end()});
    return Examples::classification(features, labels_.back(), outputs, given.positions);
  }

  Dataset mnist_;
  std::vector<std::vector<float>> targets_;
  std::vector<std::vector<std::int32_t>> labels_;
};

class Training final : public Learner {
 public:
  Training(const Task& task, const Examples32& examples)
      : data_(task, examples),
        model_(model_of(task)),
        trainer_(model_, data_.train, {},
                 {.loss = task.loss,
                  .optimizer = task.optimizer + "(" + nlohmann::json(task.rate).dump() + ")",
                  .batch = task.batch,
                  .threads = task.threads,
                  .pin = task.threads > 1}) {}

  void train(std::uint64_t) override { trainer_.run_epoch(); }
  std::vector<double> outputs() override { return model_.predict(data_.test.features); }
  std::size_t parameters() const override { return trainer_.plan().parameters; }

 private:
  Data data_;
  Model model_;
  Trainer trainer_;
};

nlohmann::json calls(const Task& task) {
  const Examples32 examples(task, task.rows);
  Model model = model_of(task);
  std::vector<float> x = examples.x;
  if (task.data == "mnist")  // as they are stored: the model divides them
    for (float& value : x) value = std::round(value * 255);
  Predictor predictor(model, 1);
  const auto call = [&](std::size_t row) {
    return predictor.run({x.data() + row * examples.columns, examples.columns});
  };
  float sum = 0;  // of the first outputs: what is used cannot be left out
  nlohmann::json answer = time_works(task, {{"Predictor", [&] {
                                               for (std::size_t row = 0; row < task.rows; ++row)
                                                 sum += call(row)[0];
                                             }}});
  Fingerprint fingerprint;
  for (std::size_t row = 0; row < task.rows; ++row) fingerprint.add_all(call(row));
  answer["check"]["fingerprint"] = std::isfinite(sum) ? fingerprint.value() : NAN;
  return answer;
}

// A position of a sequence a call, sequence after sequence.
nlohmann::json steps(const Task& task) {
  const Examples32 examples(task, task.rows);
  const Model model = model_of(task);
  Stepper stepper(model);
  const std::size_t length = task.input[0], channels = examples.columns / length;
  const auto every = [&](const auto& take) {
    for (std::size_t i = 0; i < task.rows * length; ++i) {
      if (i % length == 0) stepper.reset();
      take(stepper.step({examples.x.data() + i * channels, channels}));
    }
  };
  float sum = 0;  // of the first outputs: what is used cannot be left out
  nlohmann::json answer =
      time_works(task, {{"Stepper", [&] { every([&](auto outputs) { sum += outputs[0]; }); }}});
  Fingerprint fingerprint;
  every([&](auto outputs) { fingerprint.add_all(outputs); });
  answer["check"]["fingerprint"] = std::isfinite(sum) ? fingerprint.value() : NAN;
  return answer;
}

ops::Convolution convolution_of(const Task& task, const ConvolutionArrays& arrays) {
  ops::Convolution work{};
  work.in = {task.input[0], task.input[1], task.input[2]};
  work.out = {task.input[0], task.input[1], arrays.weights_shape[3]};
  const std::size_t rows = arrays.weights_shape[0], columns = arrays.weights_shape[1];
  work.window = {.rows = rows, .columns = columns, .top = rows / 2, .left = columns / 2};
  work.groups = 1;
  return work;
}

// The arrays of a convolution in the layouts that a plan keeps them in.
class Convolution {
  using T = float;

 public:
  explicit Convolution(const Task& task)
      : arrays_(task),
        batch_(task.batch),
        form_(std::make_shared<const ops::ConvolutionForm>(
            ops::form_of<T>(convolution_of(task, arrays_)))),
        images_(batch_ * stride(arrays_.images)),
        results_(batch_ * stride(arrays_.gradient)),
        weight_(panels().size()),
        weight_gradient_(panels().size()),
        col2im_(form_->col2im_size),
        scratch_(ops::ConvolutionOperands<T>::scratch_size(*form_)),
        repack_(form_, {{&form_->col2im_repack, weight_.data(), col2im_.data(), col2im_.size()}},
                true),
        work_{form_,
              &kernels::kernels<T>(cpu::best_isa()),
              values(images_, arrays_.images),
              values(results_, arrays_.gradient),
              weight_.data(),
              nullptr,
              col2im_.data(),
              scratch_.data(),
              /*skips_zeros=*/false,
              /*by_columns=*/false} {
    for (std::size_t i = 0; i < arrays_.weights.size(); ++i)
      weight_[panels().at(i / units(), i % units())] = arrays_.weights[i];
    steps_.rows = batch_;
    repack_.prime(steps_);
  }

  nlohmann::json measure(const Task& task) {
    const std::string& part = task.part;
    if (part != "input") fill(images_, arrays_.images);
    if (part != "forward") fill(results_, arrays_.gradient);
    ops::ConvolutionStage<T, false> forward(work_);
    ops::ConvolutionStage<T, true> back(work_);
    ops::KernelGradientStage<T> gradient(work_, weight_gradient_.data(), nullptr, nullptr);
    nlohmann::json answer = time_works(task, {{"stage", [&] {
                                                 if (part == "forward") forward.run(steps_, {});
                                                 if (part == "weights") gradient.run(steps_, {});
                                                 if (part != "input") return;
                                                 repack_.run(steps_, {});  // as before every step
                                                 back.run(steps_, {});
                                               }}});
    Fingerprint fingerprint;
    if (part == "weights")
      for (std::size_t i = 0; i < arrays_.weights.size(); ++i)
        fingerprint.add(weight_gradient_[panels().at(i / units(), i % units())]);
    else
      fingerprint.add_all(part == "input" ? rows(images_, arrays_.images)
                                          : rows(results_, arrays_.gradient));
    answer["check"]["fingerprint"] = fingerprint.value();
    return answer;
  }

 private:
  using Values = base::AlignedArray<T>;

  // Of an image, and from one to the next.
  std::size_t columns(const std::vector<float>& all) const { return all.size() / batch_; }
  std::size_t stride(const std::vector<float>& all) const {
    return kernels::row_stride<T>(columns(all));
  }
  std::size_t units() const { return arrays_.weights_shape[3]; }
  kernels::Panels<T> panels() const { return {arrays_.weights.size() / units(), units()}; }
  plan::Values<T> values(Values& array, const std::vector<float>& all) const {
    return {array.data(), columns(all), stride(all)};
  }
  void fill(Values& to, const std::vector<float>& from) const {
    for (std::size_t i = 0; i < batch_; ++i)
      std::copy_n(from.data() + i * columns(from), columns(from), to.data() + i * stride(from));
  }
  std::vector<float> rows(const Values& from, const std::vector<float>& like) const {
    std::vector<float> result;
    for (std::size_t i = 0; i < batch_; ++i)
      result.insert(result.end(), from.data() + i * stride(like),
                    from.data() + i * stride(like) + columns(like));
    return result;
  }

  ConvolutionArrays arrays_;
  std::size_t batch_;
  std::shared_ptr<const ops::ConvolutionForm> form_;
  Values images_, results_, weight_, weight_gradient_, col2im_, scratch_;
  ops::RepackStage<T> repack_;
  ops::ConvolutionOperands<T> work_;
  plan::Batch<T> steps_;
};

nlohmann::json answer(const Task& task) {
  nlohmann::json result;
  if (task.kind == "train") {
    result = time_training(task, {{"Trainer", [&](const Examples32& examples) {
                                     return std::make_unique<Training>(task, examples);
                                   }}});
  } else if (task.kind == "call") {
    result = calls(task);
  } else if (task.kind == "steps") {
    result = steps(task);
  } else {
    const cpu::FlushDenormals flush;
    result = task.algorithm == "winograd" ? winograd(task) : Convolution(task).measure(task);
  }
  result["versions"]["lithe"] = LITHE_VERSION;
  result["blas"] = "none, its own kernels";
  result["kernels"] = supported_isas().front();
  return result;
}

}  // namespace
}  // namespace lithe::bench

int main(int argc, char** argv) { return lithe::bench::run(argc, argv, lithe::bench::answer); }
