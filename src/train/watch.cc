#include "train/watch.h"

#include <algorithm>
#include <cmath>

#include "graph/op.h"
#include "ops/activation.h"
#include "train/request.h"

namespace lithe::train {

namespace {

using activations::Activation;

// Whether the activation is almost flat where it puts out y.
bool flat(Activation activation, double y) {
  const activations::Flat& flat = activations::row(activation).flat;
  return y < flat.below || y > flat.above;
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

// How many records of epochs are allocated at once.
constexpr std::size_t kMostRecords = 1000;

// The activation that reads a slot; null where there is none.
const ops::Activate* activation_behind(const graph::Graph& graph, graph::SlotId output) {
  for (const auto& operation : graph.operations)
    if (const auto* activate = ops::as_activation(*operation.op))
      if (activate->input == output) return activate;
  return nullptr;
}

bool learns(const graph::Graph& graph, const graph::Op& op) {
  const auto ids = op.parameters();
  return std::any_of(ids.begin(), ids.end(), [&](graph::ParameterId id) {
    return graph.parameters[id].kind != graph::ParameterKind::statistic;
  });
}

// The outputs of a dense layer, or the channels of an image: as many as the bias has values. (That
// of a recurrent layer has one for each gate.)
std::size_t units_of(const graph::Graph& graph, const graph::Op& op) {
  const std::size_t columns = graph.slots[op.output()].columns;
  for (const graph::ParameterId id : op.parameters())
    if (graph.parameters[id].kind == graph::ParameterKind::vector)
      return std::min(columns, graph.parameters[id].columns);
  return columns;
}

}  // namespace

template <typename T>
LayerWatcher<T>::LayerWatcher(const graph::Graph& graph, plan::Parameters<T>& values,
                              std::size_t epochs)
    : graph_(graph), values_(values), before_(values.clone()), epochs_(epochs) {
  std::size_t most_units = 0;
  for (const auto& operation : graph.operations) {
    const auto weight = graph::weight_of(graph, *operation.op);
    if (!weight) {
      if (learns(graph, *operation.op)) blank_.not_watched.push_back(operation.label);
      continue;
    }
    Layer layer{&operation, operation.op->output(), *weight, units_of(graph, *operation.op),
                Activation::identity};
    if (const auto* activate = activation_behind(graph, layer.output))
      layer.output = activate->output, layer.activation = activate->activation;
    most_units = std::max(most_units, layer.units);
    layers_.push_back(layer);
  }
  // What belongs to a layer that is watched, such as the prelu of dense(20, prelu), has its label.
  std::erase_if(blank_.not_watched, [&](const std::string& label) {
    return std::any_of(layers_.begin(), layers_.end(),
                       [&](const Layer& layer) { return layer.operation->label == label; });
  });
  silent_.resize(most_units);
  sums_.resize(layers_.size());
}

template <typename T>
void LayerWatcher<T>::plan(const plan::Request& request, base::Team& team,
                           plan::OptimizerState<T>& learning) {
  for (Layer& layer : layers_)
    layer.frozen = !request.frozen.empty() && request.frozen[layer.weight];
  prepare_records();
  plan_ = std::make_unique<plan::Plan<T>>(watching_request(request), values_, team, &learning);
}

template <typename T>
void LayerWatcher<T>::prepare_records() {
  blank_.layers.assign(layers_.size(), {});
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    blank_.layers[i].layer = layers_[i].operation->layer;
    blank_.layers[i].label = layers_[i].operation->label;
    blank_.layers[i].activation = activations::name(layers_[i].activation);
    blank_.layers[i].frozen = layers_[i].frozen;
  }
  const std::size_t left = epochs_ > history_.size() ? epochs_ - history_.size() : 1;
  spare_.assign(std::min(left, kMostRecords), blank_);
  history_.reserve(history_.size() + spare_.size());
}

template <typename T>
void LayerWatcher<T>::begin_epoch() {
  for (LayerWatch& sum : sums_) sum = {};
  steps_ = 0;
  first_ = true;
}

template <typename T>
bool LayerWatcher<T>::take_turn(std::size_t steps, std::size_t every) {
  passed_ += steps;
  if (!first_ && passed_ < every) return false;
  passed_ = 0;
  first_ = false;
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
void LayerWatcher<T>::look_at_outputs(const Layer& layer, LayerWatch& sum) {
  const kernels::Matrix<const T> y = plan_->values(layer.output);
  const std::size_t columns = graph_.slots[layer.output].columns;
  double total = 0, squares = 0;
  std::size_t flat_values = 0;
  std::fill(silent_.begin(), silent_.end(), char{1});
  for (std::size_t i = 0; i < y.rows; ++i)
    for (std::size_t n = 0, unit = 0; n < columns; ++n) {
      const double value = static_cast<double>(y.row(i)[n]);
      total += value, squares += value * value;
      flat_values += flat(layer.activation, value);
      if (value != 0) silent_[unit] = 0;
      if (++unit == layer.units) unit = 0;
    }
  const double count = static_cast<double>(columns * y.rows), mean = total / count;
  const auto dead = std::count(silent_.begin(),
                               silent_.begin() + static_cast<std::ptrdiff_t>(layer.units), char{1});
  sum.mean += mean;
  sum.spread += std::sqrt(std::max(0.0, squares / count - mean * mean));
  sum.dead += static_cast<double>(dead) / static_cast<double>(layer.units);
  sum.saturated += static_cast<double>(flat_values) / count;
}

template <typename T>
void LayerWatcher<T>::look(const Layer& layer, LayerWatch& sum) {
  look_at_outputs(layer, sum);
  const auto& entry = values_.entries()[layer.weight];
  sum.weight_norm += norm(before_.at(layer.weight), entry.size);
  if (layer.frozen) return;
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
void LayerWatcher<T>::end_epoch(const EpochReport& report) {
  if (spare_.empty()) prepare_records();
  history_.push_back(std::move(spare_.back()));
  spare_.pop_back();
  EpochWatch& result = history_.back();
  result.epoch = report.epoch;
  result.steps = steps_;
  const double steps = static_cast<double>(std::max<std::size_t>(1, steps_));
  for (std::size_t i = 0; i < layers_.size(); ++i)
    for (double LayerWatch::*value :
         {&LayerWatch::mean, &LayerWatch::spread, &LayerWatch::dead, &LayerWatch::saturated,
          &LayerWatch::weight_norm, &LayerWatch::gradient_norm, &LayerWatch::update_norm})
      result.layers[i].*value = sums_[i].*value / steps;
  result.train_loss = report.loss;
  const bool validation = report.validation_total > 0;
  const std::size_t total = validation ? report.validation_total : report.total;
  const std::size_t correct = validation ? report.validation_correct : report.correct;
  result.evaluation_loss = validation ? report.validation_loss : report.test_loss;
  if (total > 0)
    result.evaluation_accuracy = static_cast<double>(correct) / static_cast<double>(total);
  result.best_evaluation_loss = result.evaluation_loss;
  if (history_.size() > 1)
    result.best_evaluation_loss =
        std::min(history_[history_.size() - 2].best_evaluation_loss, result.evaluation_loss);
}

template class LayerWatcher<float>;
template class LayerWatcher<double>;

}  // namespace lithe::train
