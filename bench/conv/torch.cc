// PyTorch's side of bench-conv from C++: modules, autograd and its own Adam, as in eager Python.
#include <ATen/Version.h>
#include <torch/torch.h>

#include "example.h"
#include "task.h"

namespace lithe::bench {
namespace {

using torch::Tensor;
namespace nn = torch::nn;

const char kContiguous[] = "contiguous", kChannelsLast[] = "channels last";

nn::Sequential lenet5() {
  return nn::Sequential(nn::Conv2d(1, 6, 5), nn::ReLU(), nn::MaxPool2d(2), nn::Conv2d(6, 16, 5),
                        nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(256, 120),
                        nn::ReLU(), nn::Linear(120, 84), nn::ReLU(), nn::Linear(84, 10));
}

Tensor images_of(const std::vector<float>& pixels) {
  const auto images = static_cast<std::int64_t>(pixels.size() / kPixels);
  return torch::tensor(pixels).view({images, 1, kSide, kSide});
}

class LeNet5 final : public Learner {
 public:
  LeNet5(const Task& task, const Mnist& mnist, torch::MemoryFormat format)
      : batch_(static_cast<std::int64_t>(task.batch)),
        format_(format),
        images_(images_of(mnist.pixels)),
        test_images_(images_of(mnist.test_pixels)),
        classes_(torch::tensor(mnist.classes)),
        test_classes_(torch::tensor(mnist.test_classes)),
        network_(lenet5()),
        optimizer_(network_->parameters(), torch::optim::AdamOptions(kRate)) {
    for (Tensor& parameter : network_->parameters())
      if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(format));
  }

  double train(std::uint64_t epoch) override {
    const Tensor order = torch::tensor(shuffled(classes_.size(0), epoch));
    double loss = 0;
    for (const Tensor& rows : order.split(batch_)) {
      optimizer_.zero_grad();
      const Tensor x = images_.index_select(0, rows).contiguous(format_);
      const Tensor mean =
          nn::functional::cross_entropy(network_->forward(x), classes_.index_select(0, rows));
      mean.backward();
      optimizer_.step();
      loss += mean.item<double>() * static_cast<double>(rows.size(0));
    }
    return loss / static_cast<double>(classes_.size(0));
  }

  std::size_t correct() override {
    const torch::InferenceMode inference;
    return static_cast<std::size_t>(
        network_->forward(test_images_).argmax(1).eq(test_classes_).sum().item<std::int64_t>());
  }

  std::size_t parameters() const override {
    std::int64_t sum = 0;
    for (const Tensor& parameter : network_->parameters()) sum += parameter.numel();
    return static_cast<std::size_t>(sum);
  }

 private:
  std::int64_t batch_;
  torch::MemoryFormat format_;
  Tensor images_, test_images_, classes_, test_classes_;
  nn::Sequential network_;
  torch::optim::Adam optimizer_;
};

nlohmann::json training(const Task& task) {
  const auto with = [&](torch::MemoryFormat format) {
    return [&task, format](const Mnist& mnist) {
      return std::make_unique<LeNet5>(task, mnist, format);
    };
  };
  return time_training(task, {{kContiguous, with(torch::MemoryFormat::Contiguous)},
                              {kChannelsLast, with(torch::MemoryFormat::ChannelsLast)}});
}

nlohmann::json calls(const Task& task) {
  const torch::InferenceMode inference;
  nn::Sequential network = lenet5();
  network->eval();
  const std::vector<Tensor> images = images_of(Mnist(kCalls).pixels).split(1);
  float sum = 0;
  nlohmann::json answer = time_works(task,
                                     {{"inference mode",
                                       [&] {
                                         for (const Tensor& x : images)
                                           sum += *network->forward(x).data_ptr<float>();
                                       }}},
                                     kCalls);
  answer["check"]["finite"] = std::isfinite(sum);
  return answer;
}

// From rows, columns, channels to PyTorch's order, in a memory format.
Tensor tensor_of(const Array& array, const std::vector<std::int64_t>& order,
                 torch::MemoryFormat format) {
  const std::vector<std::int64_t> sizes(std::begin(array.sizes), std::end(array.sizes));
  return torch::tensor(array.values).view(sizes).permute(order).contiguous(format);
}

Array array_of(const Tensor& tensor, const std::vector<std::int64_t>& order) {
  const Tensor plain = tensor.permute(order).contiguous();
  Array array{};
  for (std::size_t i = 0; i < 4; ++i)
    array.sizes[i] = static_cast<std::size_t>(plain.size(static_cast<std::int64_t>(i)));
  array.values.assign(plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel());
  return array;
}

nlohmann::json convolution(const Task& task) {
  const torch::InferenceMode inference;
  Tensor result;
  const auto with = [&](torch::MemoryFormat format) -> std::function<void()> {
    const Tensor x = tensor_of(example_images(task.batch), {0, 3, 1, 2}, format),
                 w = tensor_of(example_weights(), {3, 2, 0, 1}, format),
                 dy = tensor_of(example_gradient(task.batch), {0, 3, 1, 2}, format);
    if (task.part == "forward") return [=, &result] { result = torch::conv2d(x, w, {}, 1, 1); };
    const bool input = task.part == "input";
    return [=, &result] {
      const auto [dx, dw, db] = torch::convolution_backward(
          dy, x, w, c10::nullopt, {1, 1}, {1, 1}, {1, 1}, false, {0, 0}, 1, {input, !input, false});
      result = input ? dx : dw;
    };
  };
  nlohmann::json answer = time_works(task,
                                     {{kContiguous, with(torch::MemoryFormat::Contiguous)},
                                      {kChannelsLast, with(torch::MemoryFormat::ChannelsLast)}},
                                     1);
  answer["check"]["fingerprint"] = fingerprint(
      task.part == "weights" ? array_of(result, {2, 3, 1, 0}) : array_of(result, {0, 2, 3, 1}));
  return answer;
}

// The line of PyTorch's description of itself that says which of its own kernels it runs.
std::string capability() {
  const std::string all = at::show_config();
  const std::size_t begin = all.find("CPU capability usage");
  return begin == std::string::npos ? "" : all.substr(begin, all.find('\n', begin) - begin);
}

nlohmann::json answer(const Task& task) {
  torch::set_num_threads(static_cast<int>(task.threads));
  at::globalContext().setFlushDenormal(true);
  nlohmann::json result = task.kind == "train"  ? training(task)
                          : task.kind == "call" ? calls(task)
                                                : convolution(task);
  result.update(loaded_blas());
  result["kernels"] = result["kernels"].get<std::string>() + ", " + capability();
  result["versions"]["torch"] = TORCH_VERSION;
  return result;
}

}  // namespace
}  // namespace lithe::bench

int main(int argc, char** argv) {
  return lithe::bench::run(argc, argv, "PyTorch's side of bench-conv, from C++.",
                           lithe::bench::answer);
}
