// FANN's side: dense sigmoid layers, the quadratic loss, plain gradient descent. FANN steps after
// each example or after all of them; a mini-batch is all of a set of its rows.
#include <floatfann.h>

#include <array>

#include "data.h"

namespace lithe::bench {
namespace {

struct Release {
  void operator()(struct fann* network) const { fann_destroy(network); }
};

class Network final : public Learner {
 public:
  Network(const Task& task, const Examples32& data) : data_(data) {
    std::vector<unsigned> sizes = {static_cast<unsigned>(data.columns)};
    for (const nlohmann::json& layer : task.layers) {
      if (layer.value("activation", "") != "sigmoid")
        throw std::runtime_error("FANN is measured on sigmoid layers alone");
      sizes.push_back(layer["units"]);
    }
    network_.reset(fann_create_standard_array(static_cast<unsigned>(sizes.size()), sizes.data()));
    struct fann* network = network_.get();
    fann_set_activation_function_hidden(network, FANN_SIGMOID);
    fann_set_activation_function_output(network, FANN_SIGMOID);
    fann_set_activation_steepness_hidden(network, 0.5F);  // 1 / (1 + exp(-x))
    fann_set_activation_steepness_output(network, 0.5F);
    fann_set_training_algorithm(network, FANN_TRAIN_BATCH);
    fann_set_train_error_function(network, FANN_ERRORFUNC_LINEAR);
    fann_set_learning_rate(network, static_cast<float>(task.rate));
    set_weights(task);
    batch_ = task.batch;
    for (std::size_t i = 0; i < kClasses; ++i) targets_[i][i] = 1;
  }

  void train(std::uint64_t epoch) override {
    std::vector<fann_type*> x(batch_), y(batch_);
    struct fann_train_data rows = {};
    rows.num_input = static_cast<unsigned>(data_.columns);
    rows.num_output = kClasses;
    rows.input = x.data();
    rows.output = y.data();
    const auto order = shuffled(data_.rows, epoch);
    for (std::size_t first = 0; first < order.size(); first += batch_) {
      rows.num_data = static_cast<unsigned>(std::min(batch_, order.size() - first));
      for (std::size_t i = 0; i < rows.num_data; ++i) {
        const auto row = static_cast<std::size_t>(order[first + i]);
        x[i] = const_cast<float*>(&data_.x[row * data_.columns]);  // FANN only reads them
        y[i] = targets_[static_cast<std::size_t>(data_.classes[row])].data();
      }
      fann_train_epoch(network_.get(), &rows);
    }
  }

  std::vector<double> outputs() override {
    std::vector<double> result;
    for (std::size_t row = 0; row < data_.test_rows; ++row) {
      const float* answer =
          fann_run(network_.get(), const_cast<float*>(&data_.test_x[row * data_.columns]));
      result.insert(result.end(), answer, answer + kClasses);
    }
    return result;
  }

  std::size_t parameters() const override { return fann_get_total_connections(network_.get()); }

 private:
  static constexpr std::size_t kClasses = 10;

  // FANN keeps a unit's weights together, its bias behind them.
  void set_weights(const Task& task) {
    float* to = network_->weights;
    for (const Start& layer : start(task)) {
      const std::size_t inputs = layer.shape[0], units = layer.shape[1];
      for (std::size_t unit = 0; unit < units; ++unit) {
        for (std::size_t i = 0; i < inputs; ++i)
          *to++ = static_cast<float>(layer.weight[i * units + unit]);
        *to++ = static_cast<float>(layer.bias[unit]);
      }
    }
  }

  const Examples32& data_;
  std::size_t batch_;
  std::array<std::array<float, kClasses>, kClasses> targets_ = {};
  std::unique_ptr<struct fann, Release> network_;
};

nlohmann::json answer(const Task& task) {
  if (task.kind != "train") throw std::runtime_error("FANN is measured on training alone");
  nlohmann::json result = time_training(
      task, {{"fann_train_epoch of each mini-batch",
              [&](const Examples32& data) { return std::make_unique<Network>(task, data); }}});
  result["versions"]["FANN"] = FANN_VERSION;
  result["blas"] = "none";
  result["kernels"] = "plain C";
  return result;
}

}  // namespace
}  // namespace lithe::bench

int main(int argc, char** argv) { return lithe::bench::run(argc, argv, lithe::bench::answer); }
