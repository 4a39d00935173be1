// Trains a small network that the input chooses, on data that it chooses, with every instruction
// set and several numbers of threads: all must come to the same bits. SSE4 has no fused
// multiply-add and rounds otherwise, so it is compared with itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lithe/error.h"
#include "lithe/machine.h"
#include "lithe/rng.h"
#include "lithe/trainer.h"

namespace {

// Choices, one byte each; 0 when there are no more.
class Choices {
 public:
  explicit Choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::size_t number(std::size_t lowest, std::size_t highest) {
    return lowest + next() % (highest - lowest + 1);
  }
  template <std::size_t N>
  std::string one_of(const char* const (&words)[N]) {
    return words[next() % N];
  }

 private:
  std::size_t next() {
    if (bytes_.empty()) return 0;
    const std::uint8_t first = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return first;
  }
  std::span<const std::uint8_t> bytes_;
};

constexpr const char* kActivations[] = {
    "identity",  "sigmoid", "tanh",     "relu", "leaky_relu",   "elu",        "selu",  "gelu",
    "gelu_tanh", "silu",    "softplus", "mish", "hard_sigmoid", "hard_swish", "prelu", "softmax"};
constexpr const char* kOptimizers[] = {
    "sgd(0.1)",         "momentum(0.05)", "nesterov(0.05)", "adagrad(0.05)",
    "rmsprop(0.003)",   "adam(0.01)",     "adamw(0.01)",    "nadam(0.01)",
    "radam(0.01)",      "lion(0.003)",    "muon(0.02)",     "adam(0.01, clip_norm=1)",
    "sgd(0.1, l1=0.01)"};
constexpr const char* kOthers[] = {"batch_norm",          "layer_norm",         "dropout(0.3)",
                                   "gaussian_noise(0.1)", "alpha_dropout(0.2)", "standardize"};
constexpr const char* kAverages[] = {"none", "none", "ema(0.9)", "swa(0.5)"};

std::string dense(Choices& choices) {
  const std::string units = std::to_string(choices.number(1, 70));
  return "dense(" + units + ", " + choices.one_of(kActivations) + ")";
}

std::string convolution(Choices& choices) {
  const std::string channels = std::to_string(choices.number(1, 20));
  const std::string kernel = std::to_string(choices.number(1, 5));
  const std::string stride = std::to_string(choices.number(1, 2));
  constexpr const char* kPaddings[] = {"valid", "same"};
  switch (choices.number(0, 4)) {
    case 0:
      return "depthwise_conv2d(" + kernel + ", relu)";
    case 1:
      return "conv_transpose2d(" + channels + ", " + kernel + ", stride=" + stride + ")";
    case 2:
      return "max_pool(2)";
    case 3:
      return "avg_pool(2)";
    default:
      break;
  }
  // Named, because compilers evaluate the operands of + in different orders.
  const std::string activation = choices.one_of(kActivations), padding = choices.one_of(kPaddings);
  return "conv2d(" + channels + ", " + kernel + ", " + activation + ", stride=" + stride +
         ", padding=" + padding + ")";
}

struct Task {
  std::string sentence, optimizer, average;
  std::size_t inputs = 0, rows = 0, batch = 0;
  lithe::Precision precision = lithe::Precision::float32;
};

Task task_of(Choices choices) {
  Task task;
  const bool image = choices.number(0, 1) == 1;
  task.rows = choices.number(2, 70);
  task.batch = choices.number(2, 40);
  task.optimizer = choices.one_of(kOptimizers);
  task.average = choices.one_of(kAverages);
  task.precision =
      choices.number(0, 1) == 0 ? lithe::Precision::float32 : lithe::Precision::float64;
  if (image) {
    const std::size_t side = choices.number(3, 12), channels = choices.number(1, 3);
    task.inputs = side * side * channels;
    task.sentence = "input(" + std::to_string(side) + "x" + std::to_string(side) + "x" +
                    std::to_string(channels) + ")";
    for (std::size_t left = choices.number(1, 3); left > 0; --left)
      task.sentence += " -> " + convolution(choices);
    task.sentence += " -> flatten";
  } else {
    task.inputs = choices.number(1, 90);
    task.sentence = "input(" + std::to_string(task.inputs) + ")";
  }
  for (std::size_t left = choices.number(0, 3); left > 0; --left) {
    task.sentence += " -> " + dense(choices);
    if (choices.number(0, 1) == 1) task.sentence += " -> " + choices.one_of(kOthers);
  }
  task.sentence += " -> dense(3)";
  return task;
}

// All weights after two epochs; none where the training is refused.
std::optional<std::vector<double>> trained(const Task& task, const std::string& isa,
                                           std::size_t threads) {
  std::vector<float> values(task.rows * task.inputs);
  lithe::Rng random(1, task.inputs);
  for (float& value : values) value = static_cast<float>(random.uniform() - 0.5);
  std::vector<std::int32_t> classes(task.rows);
  for (std::size_t i = 0; i < classes.size(); ++i) classes[i] = static_cast<std::int32_t>(i % 3);
  const auto examples = lithe::Examples::classification(
      lithe::Features::of(values, task.rows, task.inputs), classes, 3);
  try {
    lithe::Model model(lithe::Network::parse(task.sentence), task.precision, 7);
    lithe::Trainer trainer(model, examples, {},
                           {.loss = "cross_entropy",
                            .optimizer = task.optimizer,
                            .average = task.average,
                            .batch = task.batch,
                            .epochs = 2,
                            .threads = threads,
                            .isa = isa});
    while (!trainer.finished()) trainer.run_epoch();
    trainer.finish();
    std::vector<double> all;
    for (const std::string& name : model.names())
      for (const double value : model.values(name)) all.push_back(value);
    return all;
  } catch (const lithe::Error&) {
    return {};
  }
}

std::vector<std::string> fused() {
  std::vector<std::string> result = lithe::supported_isas();
  std::erase(result, "sse4");
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Task task = task_of(Choices(std::span(data, size)));
  for (const std::vector<std::string>& rounding : {fused(), {"sse4"}}) {
    std::vector<std::optional<std::vector<double>>> results;
    for (const std::string& isa : rounding)
      for (const std::size_t threads : {1, 2, 3}) results.push_back(trained(task, isa, threads));
    for (const auto& result : results)
      if (result != results.front()) std::abort();
  }
  return 0;
}
