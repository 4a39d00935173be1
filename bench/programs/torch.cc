// PyTorch's side from C++: modules, autograd and its own optimizers, as in eager Python.
#include <ATen/Version.h>
#include <torch/torch.h>

#include "data.h"

namespace lithe::bench {
namespace {

using torch::Tensor;
namespace nn = torch::nn;

struct Layout {
  const char* name;
  torch::MemoryFormat format;
};
const Layout kLayouts[] = {{"contiguous", torch::MemoryFormat::Contiguous},
                           {"channels last", torch::MemoryFormat::ChannelsLast}};

torch::Dtype dtype_of(const Task& task) {
  return task.precision == "float64" ? torch::kFloat64 : torch::kFloat32;
}

std::vector<std::int64_t> signed_sizes(const std::vector<std::size_t>& sizes) {
  return {sizes.begin(), sizes.end()};
}

template <class Value>
Tensor tensor_of(const std::vector<Value>& values, const std::vector<std::size_t>& sizes) {
  return torch::tensor(values, torch::dtype(c10::CppTypeToScalarType<Value>::value))
      .view(signed_sizes(sizes));
}

// Gives a module our initial values, which come in the order of rows, columns, channels.
template <class Module>
void set_values(Module& module, const Start& start, const std::vector<std::int64_t>& order,
                torch::Dtype dtype) {
  const torch::NoGradGuard guard;
  const Tensor weight = tensor_of(start.weight, start.shape).permute(order).contiguous();
  module->weight.set_data(weight.to(dtype));
  module->bias.set_data(torch::tensor(start.bias, torch::kFloat64).to(dtype));
}

void add_activation(nn::Sequential& network, const std::string& name) {
  if (name == "relu") network->push_back(nn::ReLU());
  if (name == "tanh") network->push_back(nn::Tanh());
  if (name == "elu") network->push_back(nn::ELU());
  if (name == "sigmoid") network->push_back(nn::Sigmoid());
}

nn::Sequential network_of(const Task& task) {
  nn::Sequential network;
  const std::vector<Start> starts = start(task, /*channels_first=*/true);
  auto next = starts.begin();
  for (const nlohmann::json& layer : task.layers) {
    const std::string kind = layer["layer"];
    if (kind == "max_pool") network->push_back(nn::MaxPool2d(2));
    if (kind == "flatten") network->push_back(nn::Flatten());
    if (!layer.contains("units")) continue;
    const Start& values = *next++;
    const std::vector<std::int64_t> shape = signed_sizes(values.shape);
    if (kind == "batch_norm") {
      network->push_back(nn::BatchNorm1d(shape[0]));
    } else if (kind == "conv2d") {
      nn::Conv2d module(nn::Conv2dOptions(shape[2], shape[3], {shape[0], shape[1]}));
      set_values(module, values, {3, 2, 0, 1}, dtype_of(task));
      network->push_back(module);
    } else {
      nn::Linear module(shape[0], shape[1]);
      set_values(module, values, {1, 0}, dtype_of(task));
      network->push_back(module);
    }
    add_activation(network, layer.value("activation", ""));
  }
  return network;
}

Tensor inputs_of(const Task& task, const std::vector<float>& rows, std::size_t count) {
  std::vector<std::size_t> sizes = {count};
  if (task.input.size() > 1) sizes.push_back(1);
  sizes.insert(sizes.end(), task.input.begin(), task.input.end());
  return tensor_of(rows, sizes).to(dtype_of(task));
}

std::unique_ptr<torch::optim::Optimizer> optimizer_of(const Task& task,
                                                      const std::vector<Tensor>& parameters) {
  if (task.optimizer == "adam")
    return std::make_unique<torch::optim::Adam>(parameters, torch::optim::AdamOptions(task.rate));
  if (task.optimizer == "rmsprop")
    return std::make_unique<torch::optim::RMSprop>(parameters,
                                                   torch::optim::RMSpropOptions(task.rate));
  return std::make_unique<torch::optim::SGD>(parameters, torch::optim::SGDOptions(task.rate));
}

class Network final : public Learner {
 public:
  Network(const Task& task, const Examples32& data, torch::MemoryFormat format)
      : task_(task),
        format_(format),
        x_(inputs_of(task, data.x, data.rows)),
        test_x_(inputs_of(task, data.test_x, data.test_rows)),
        targets_(targets_of(data)),
        network_(network_of(task)),
        optimizer_(optimizer_of(task, network_->parameters())) {
    for (Tensor& parameter : network_->parameters())
      if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(format));
  }

  void train(std::uint64_t epoch) override {
    const Tensor order = torch::tensor(shuffled(static_cast<std::size_t>(x_.size(0)), epoch));
    for (const Tensor& rows : order.split(static_cast<std::int64_t>(task_.batch))) {
      optimizer_->zero_grad();
      const Tensor x = x_.index_select(0, rows).contiguous(format_);
      loss(network_->forward(x), targets_.index_select(0, rows)).backward();
      optimizer_->step();
    }
  }

  std::vector<double> outputs() override {
    const torch::NoGradGuard guard;
    network_->eval();
    const Tensor answers = network_->forward(test_x_).to(torch::kFloat64).contiguous();
    network_->train();
    return {answers.data_ptr<double>(), answers.data_ptr<double>() + answers.numel()};
  }

  std::size_t parameters() const override {
    std::int64_t sum = 0;
    for (const Tensor& parameter : network_->parameters()) sum += parameter.numel();
    return static_cast<std::size_t>(sum);
  }

 private:
  Tensor targets_of(const Examples32& data) const {
    const Tensor classes = torch::tensor(data.classes);
    if (task_.loss == "cross_entropy") return classes;
    if (task_.loss == "binary_cross_entropy") return classes.unsqueeze(1).to(dtype_of(task_));
    return torch::one_hot(classes, static_cast<std::int64_t>(task_.outputs())).to(dtype_of(task_));
  }

  Tensor loss(const Tensor& a, const Tensor& y) const {
    if (task_.loss == "cross_entropy") return nn::functional::cross_entropy(a, y);
    if (task_.loss == "binary_cross_entropy") return torch::binary_cross_entropy_with_logits(a, y);
    return torch::mse_loss(a, y, at::Reduction::Sum) * (0.5 / static_cast<double>(task_.batch));
  }

  Task task_;
  torch::MemoryFormat format_;
  Tensor x_, test_x_, targets_;
  nn::Sequential network_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

nlohmann::json training(const Task& task) {
  Learners learners;
  for (const Layout& layout : kLayouts)
    learners.emplace_back(layout.name, [&task, &layout](const Examples32& data) {
      return std::make_unique<Network>(task, data, layout.format);
    });
  if (task.input.size() == 1) learners.pop_back();  // only images have channels
  return time_training(task, learners);
}

nlohmann::json calls(const Task& task) {
  const torch::InferenceMode inference;
  nn::Sequential network = network_of(task);
  network->eval();
  const Examples32 data(task, task.rows);
  const std::vector<Tensor> examples = inputs_of(task, data.x, data.rows).split(1);
  float sum = 0;
  nlohmann::json answer = time_works(task, {{"inference mode", [&] {
                                               for (const Tensor& x : examples)
                                                 sum += *network->forward(x).data_ptr<float>();
                                             }}});
  Fingerprint fingerprint;
  for (const Tensor& x : examples) {
    const Tensor a = network->forward(x);
    for (std::int64_t i = 0; i < a.numel(); ++i) fingerprint.add(a.data_ptr<float>()[i]);
  }
  answer["check"]["fingerprint"] = std::isfinite(sum) ? fingerprint.value() : NAN;
  return answer;
}

nlohmann::json convolution(const Task& task) {
  const torch::InferenceMode inference;
  const ConvolutionArrays arrays(task);
  Tensor result;
  const auto with = [&](const Layout& layout) -> std::function<void()> {
    const auto to = [&](const std::vector<float>& values, const std::vector<std::size_t>& shape,
                        const std::vector<std::int64_t>& order) {
      return tensor_of(values, shape).permute(order).contiguous(layout.format);
    };
    const Tensor x = to(arrays.images, arrays.images_shape, {0, 3, 1, 2}),
                 w = to(arrays.weights, arrays.weights_shape, {3, 2, 0, 1}),
                 dy = to(arrays.gradient, arrays.gradient_shape, {0, 3, 1, 2});
    if (task.part == "forward") return [=, &result] { result = torch::conv2d(x, w, {}, 1, 1); };
    const bool input = task.part == "input";
    return [=, &result] {
      const auto [dx, dw, db] = torch::convolution_backward(
          dy, x, w, c10::nullopt, {1, 1}, {1, 1}, {1, 1}, false, {0, 0}, 1, {input, !input, false});
      result = input ? dx : dw;
    };
  };
  nlohmann::json answer = time_works(
      task, {{kLayouts[0].name, with(kLayouts[0])}, {kLayouts[1].name, with(kLayouts[1])}});
  const std::vector<std::int64_t> back = task.part == "weights"
                                             ? std::vector<std::int64_t>{2, 3, 1, 0}
                                             : std::vector<std::int64_t>{0, 2, 3, 1};
  const Tensor plain = result.permute(back).contiguous();
  Fingerprint fingerprint;
  for (std::int64_t i = 0; i < plain.numel(); ++i) fingerprint.add(plain.data_ptr<float>()[i]);
  answer["check"]["fingerprint"] = fingerprint.value();
  return answer;
}

// The line of PyTorch's description of itself that says which of its own kernels it runs.
std::string capability() {
  const std::string all = at::show_config();
  const std::size_t begin = all.find("CPU capability usage");
  return begin == std::string::npos ? "" : all.substr(begin, all.find('\n', begin) - begin);
}

nlohmann::json answer(const Task& task) {
  if (task.threads > 0) {
    torch::set_num_threads(static_cast<int>(task.threads));
    at::globalContext().setFlushDenormal(true);
  }
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

int main(int argc, char** argv) { return lithe::bench::run(argc, argv, lithe::bench::answer); }
