// What layers make of sequences, against sums by hand.
#include <gtest/gtest.h>

#include "ops/graph_problem.h"
#include "support/expect_error.h"

namespace lithe::test {
namespace {

// Outputs of a network for `rows` examples, from these values and all weights 1, biases 0.
std::vector<double> outputs_of(const std::string& sentence, const std::vector<float>& values) {
  GraphProblem problem;
  problem.graph = catalogue::compile(layers_of(sentence));
  problem.batch = values.size() / problem.graph.slots[0].size();
  auto parameters = problem.start();
  for (graph::ParameterId id = 0; id < problem.graph.parameters.size(); ++id) {
    const auto& spec = problem.graph.parameters[id];
    const double value = spec.kind == graph::ParameterKind::weight ? 1 : 0;
    parameters.write(id, std::vector<double>(spec.rows * spec.columns, value));
  }
  GraphProblem::Run run(problem, parameters);
  run.features = values;
  run.bind();
  run.plan->forward(run.order);
  const auto y = run.plan->values(problem.graph.output());
  std::vector<double> result;
  for (std::size_t i = 0; i < y.rows; ++i)
    result.insert(result.end(), y.row(i),
                  y.row(i) + problem.graph.slots[problem.graph.output()].columns);
  return result;
}

using Numbers = std::vector<double>;

TEST(Sequences, OverTime) {
  const std::vector<float> two = {1, 2, 7, 1, 4, 3, /* next */ -1, 5, -3, 0, -2, 7};
  const std::string in = "input(3x2) -> conv1d(2, 1, groups=2) -> ";
  EXPECT_EQ(outputs_of(in + "last", two), (Numbers{4, 3, -2, 7}));
  EXPECT_EQ(outputs_of(in + "mean_over_time", two), (Numbers{4, 2, -2, 4}));
  EXPECT_EQ(outputs_of(in + "max_over_time", two), (Numbers{7, 3, -1, 7}));
}

TEST(Sequences, CausalConvolutionsSeeNothingBehind) {
  EXPECT_EQ(outputs_of("input(5) -> conv1d(1, 3, padding=causal)", {1, 2, 3, 4, 5}),
            (Numbers{1, 3, 6, 9, 12}));
  EXPECT_EQ(outputs_of("input(5) -> conv1d(1, 2, padding=causal, dilation=3)", {1, 2, 3, 4, 5}),
            (Numbers{1, 2, 3, 5, 7}));
  EXPECT_EQ(outputs_of("input(5) -> conv1d(1, 2, padding=causal, stride=2)", {1, 2, 3, 4, 5}),
            (Numbers{1, 5, 9}));
  expect_error(ErrorKind::sentence, {"causal is for sequences", "conv1d"},
               [] { catalogue::compile(layers_of("input(5x5) -> conv2d(1, 3, padding=causal)")); });
}

// With weights of 1, a dense layer adds up the channels: of each position, not of the example.
TEST(Sequences, LayersGoPositionByPosition) {
  const std::vector<float> one = {1, 2, 7, 1, 4, 3};
  const std::string in = "input(3x2) -> conv1d(2, 1, groups=2) -> ";
  EXPECT_EQ(outputs_of(in + "dense(1)", one), (Numbers{3, 8, 7}));
  const std::vector<float> equal = {3, 3, 7, 7, 1, 1};
  EXPECT_EQ(outputs_of(in + "softmax", equal), Numbers(6, 0.5));
  EXPECT_EQ(outputs_of(in + "flatten -> dense(1)", one), (Numbers{18}));
  EXPECT_EQ(outputs_of(in + "residual(dense(2))", one), (Numbers{4, 5, 15, 9, 11, 10}));
  EXPECT_EQ(outputs_of(in + "dense(2) -> max_pool(3)", one), (Numbers{8, 8}));
  EXPECT_EQ(outputs_of(in + "dense(2) -> conv1d(1, 2)", one), (Numbers{22, 30}));
}

// A recurrent layer with the activation `identity` and weights of 1 adds up what came so far.
TEST(Sequences, RecurrentLayersTakeTheirOutputsAlong) {
  const std::vector<float> one = {1, 2, 3, 4};
  EXPECT_EQ(outputs_of("input(4) -> rnn(1, identity, all)", one), (Numbers{1, 3, 6, 10}));
  EXPECT_EQ(outputs_of("input(4) -> rnn(1, identity)", one), (Numbers{10}));
  EXPECT_EQ(outputs_of("input(4) -> rnn(1, identity, all, true)", one), (Numbers{10, 9, 7, 4}));
  EXPECT_EQ(outputs_of("input(4) -> rnn(1, identity, reverse=true)", one), (Numbers{10}));
  EXPECT_EQ(outputs_of("input(4) -> bidirectional(rnn(1, identity, all))", one),
            (Numbers{1, 10, 3, 9, 6, 7, 10, 4}));
  EXPECT_EQ(outputs_of("input(1x4) -> rnn(1, identity)", one), (Numbers{10}));
}

}  // namespace
}  // namespace lithe::test
