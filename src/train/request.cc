#include "train/request.h"

#include <algorithm>

#include "plan/choose.h"
#include "train/check.h"
#include "train/setup.h"

namespace lithe::train {

namespace {

constexpr std::size_t kEvaluationBatch = 128;
// Taken for the share of nonzero columns where the inputs are not there yet.
constexpr double kUnknownShare = 0.5;

plan::Request common(const graph::Graph& graph, plan::Mode mode, std::size_t batch,
                     const Examples& examples, const std::string& isa) {
  plan::Request request;
  request.graph = &graph;
  request.mode = mode;
  request.batch = std::max<std::size_t>(1, batch);
  request.examples = examples;
  request.isa = cpu::parse_isa(isa);
  return request;
}

}  // namespace

Features unbound_inputs(const graph::Graph& graph, double divisor) {
  const std::size_t columns = graph.slots[0].columns;
  return {nullptr, ElementType::float32, 0, columns, columns * sizeof(float), divisor};
}

plan::Request training_request(const graph::Graph& graph, const Examples& examples,
                               const TrainOptions& options, const optimizers::Optimizer& optimizer,
                               const augment::Augmenter* augmenter, plan::Blas* blas) {
  plan::Request request = common(graph, plan::Mode::train, options.batch, examples, options.isa);
  request.nonzero_columns = plan::nonzero_columns(examples.features, request.batch);
  request.loss = parse_loss(options.loss);
  request.optimizer = &optimizer;
  request.frozen = frozen_arrays(graph, options.frozen);
  request.seed = options.seed;
  request.augmenter = augmenter;
  request.blas = blas;
  request.bfloat16 = options.bfloat16;
  return request;
}

plan::Request watching_request(plan::Request training) {
  training.keep_gradients = true;
  return training;
}

plan::Request evaluation_request(const graph::Graph& graph, const Examples& examples,
                                 std::size_t rows, const losses::Choice& loss,
                                 const std::string& isa, plan::Blas* blas,
                                 const std::vector<double>& target_deviation) {
  plan::Request request =
      common(graph, plan::Mode::evaluate, std::min(kEvaluationBatch, rows), examples, isa);
  request.nonzero_columns = plan::nonzero_columns(examples.features, request.batch);
  request.loss = loss;
  request.blas = blas;
  request.target_deviation = target_deviation;
  return request;
}

plan::Request prediction_request(const graph::Graph& graph, const Features& inputs,
                                 std::size_t batch, const std::string& isa) {
  Examples examples;
  examples.features = inputs;
  plan::Request request = common(graph, plan::Mode::predict, batch, examples, isa);
  request.nonzero_columns =
      inputs.data == nullptr ? kUnknownShare : plan::nonzero_columns(inputs, request.batch);
  return request;
}

plan::Request external_gradient_request(const graph::Graph& graph, const Features& inputs,
                                        const LearnerOptions& options,
                                        const optimizers::Optimizer& optimizer) {
  Examples examples;
  examples.features = inputs;
  plan::Request request = common(graph, plan::Mode::train, options.batch, examples, options.isa);
  request.optimizer = &optimizer;
  request.frozen = options.updates ? frozen_arrays(graph, options.frozen)
                                   : std::vector<bool>(graph.parameters.size(), true);
  request.seed = options.seed;
  request.external_gradient = true;
  request.input_gradient = options.input_gradient;
  return request;
}

}  // namespace lithe::train
