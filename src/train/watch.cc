#include "train/watch.h"

#include <algorithm>
#include <cmath>

#include "graph/op.h"
#include "ops/activation.h"

namespace lithe::train {

namespace {

using activations::Activation;

// Where a sigmoid or tanh lets through less than a twelfth of the most it can.
constexpr double kSigmoidFlat = 0.02, kTanhFlat = 0.96;

// Whether the activation is almost flat where it puts out y.
bool flat(Activation activation, double y) {
  if (activation == Activation::sigmoid) return y < kSigmoidFlat || y > 1 - kSigmoidFlat;
  if (activation == Activation::tanh) return std::abs(y) > kTanhFlat;
  return false;
}

template <typename T>
double norm(const T* values, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i)
    sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  return std::sqrt(sum);
}

template <typename T>
double distance(const T* a, const T* b, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double step = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += step * step;
  }
  return std::sqrt(sum);
}

}  // namespace

template <typename T>
LayerWatcher<T>::LayerWatcher(const graph::Graph& graph, plan::Parameters<T>& values)
    : graph_(graph), values_(values), before_(values.clone()) {
  for (const auto& operation : graph.operations) {
    const auto weight = graph::weight_of(graph, *operation.op);
    if (!weight.has_value()) continue;
    Layer layer{&operation, operation.op->output(), *weight, Activation::identity};
    for (const auto& after : graph.operations)
      if (const auto* activate = ops::as_activation(*after.op))
        if (activate->input == operation.op->output())
          layer.output = activate->output, layer.activation = activate->activation;
    layers_.push_back(layer);
  }
}

template <typename T>
void LayerWatcher<T>::plan(plan::Request request, base::Team& team,
                           plan::OptimizerState<T>& learning) {
  request.keep_gradients = true;
  plan_ = std::make_unique<plan::Plan<T>>(request, values_, team, &learning);
}

template <typename T>
void LayerWatcher<T>::begin_epoch() {
  sums_.assign(layers_.size(), {});
  steps_ = 0;
  first_ = true;
}

template <typename T>
bool LayerWatcher<T>::take_turn(std::size_t steps, std::size_t every) {
  passed_ += steps;
  if (!first_ && passed_ < every) return false;
  passed_ = 0;
  first_ = false;
  due_ = true;
  return true;
}

template <typename T>
void LayerWatcher<T>::run(std::span<const std::uint32_t> rows,
                          std::span<const optimizers::Coefficients<T>> updates,
                          std::uint64_t first_step) {
  std::copy(values_.data(), values_.data() + values_.size(), before_.data());
  plan_->run(rows, updates, first_step);
  for (std::size_t i = 0; i < layers_.size(); ++i) look(layers_[i], sums_[i]);
  ++steps_;
}

template <typename T>
void LayerWatcher<T>::look(const Layer& layer, LayerWatch& sum) {
  const kernels::Matrix<const T> y = plan_->values(layer.output);
  const std::size_t columns = graph_.slots[layer.output].columns;
  double total = 0, squares = 0;
  std::size_t flat_values = 0, dead = 0;
  for (std::size_t n = 0; n < columns; ++n) {
    bool silent = true;
    for (std::size_t i = 0; i < y.rows; ++i) {
      const double value = static_cast<double>(y.row(i)[n]);
      total += value, squares += value * value;
      flat_values += flat(layer.activation, value);
      silent = silent && value == 0;
    }
    dead += silent;
  }
  const double count = static_cast<double>(columns * y.rows), mean = total / count;
  sum.mean += mean;
  sum.spread += std::sqrt(std::max(0.0, squares / count - mean * mean));
  sum.dead += static_cast<double>(dead) / static_cast<double>(columns);
  sum.saturated += static_cast<double>(flat_values) / count;
  const auto& entry = values_.entries()[layer.weight];
  sum.weight_norm += norm(before_.at(layer.weight), entry.size);
  sum.gradient_norm += norm(plan_->gradient_of(layer.weight), entry.size);
  sum.update_norm += distance(values_.at(layer.weight), before_.at(layer.weight), entry.size);
}

template <typename T>
void LayerWatcher<T>::add_results(plan::Results& results) {
  const plan::Results own = plan_->take_results();
  results.loss += own.loss;
  results.weight += own.weight;
  if (results.bad_step == 0 || (own.bad_step != 0 && own.bad_step < results.bad_step))
    results.bad_step = own.bad_step != 0 ? own.bad_step : results.bad_step;
}

template <typename T>
EpochWatch LayerWatcher<T>::end_epoch(const EpochReport& report,
                                      const std::vector<EpochWatch>& before) {
  EpochWatch result;
  result.epoch = report.epoch;
  result.steps = steps_;
  const double steps = static_cast<double>(std::max<std::size_t>(1, steps_));
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    LayerWatch layer = sums_[i];
    layer.layer = layers_[i].product->layer;
    layer.label = layers_[i].product->label;
    layer.activation = activations::name(layers_[i].activation);
    for (double* value : {&layer.mean, &layer.spread, &layer.dead, &layer.saturated,
                          &layer.weight_norm, &layer.gradient_norm, &layer.update_norm})
      *value /= steps;
    result.layers.push_back(layer);
  }
  result.train_loss = report.loss;
  const bool held = report.validation_total > 0;
  const std::size_t total = held ? report.validation_total : report.total;
  const std::size_t correct = held ? report.validation_correct : report.correct;
  result.held_loss = held ? report.validation_loss : report.test_loss;
  if (total > 0) result.held_accuracy = static_cast<double>(correct) / static_cast<double>(total);
  result.held_loss_best = result.held_loss;
  if (!before.empty())
    result.held_loss_best = std::min(before.back().held_loss_best, result.held_loss);
  return result;
}

template class LayerWatcher<float>;
template class LayerWatcher<double>;

}  // namespace lithe::train
