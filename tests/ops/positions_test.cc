// Slots with positions: layers work at each position by itself, as if it were an example.
#include <gtest/gtest.h>

#include "ops/graph_problem.h"
#include "ops/reshape.h"
#include "support/isas.h"

namespace lithe::test {
namespace {

constexpr std::size_t kPositions = 5, kColumns = 4;

// Layers at each of five positions; then all positions in one row again.
GraphProblem by_position(const std::string& layers, std::size_t out_columns) {
  GraphProblem problem;
  graph::Graph& graph = problem.graph;
  const graph::SlotId in = graph.add_input("input", kPositions * kColumns);
  const graph::SlotId split = graph.add_slot("positions", kColumns, kPositions);
  graph.add({0, "split", ops::make_reshape(in, split)});
  const graph::SlotId out = catalogue::append(graph, split, Shape{{kColumns}}, layers_of(layers));
  EXPECT_EQ(graph.slots[out].positions, kPositions);
  const graph::SlotId joined = graph.add_slot("joined", kPositions * out_columns);
  graph.add({0, "join", ops::make_reshape(out, joined)});
  graph.outputs = {{"output", joined}};
  return problem;
}

// The same layers with every position as an example of its own.
GraphProblem by_example(const std::string& layers) {
  GraphProblem problem;
  problem.batch *= kPositions;
  problem.graph =
      catalogue::compile(layers_of("input(" + std::to_string(kColumns) + ") -> " + layers));
  return problem;
}

const char* const kLayers[] = {"dense(6, tanh) -> dense(3)",
                               "dense(3) -> layer_norm",
                               "dense(3) -> batch_norm",
                               "dense(3, relu) -> prelu -> softmax",
                               "dense(8, gelu) -> dense(3, sigmoid)",
                               "dense(3) -> residual(dense(3, elu) -> layer_norm)"};

TEST(Positions, GradientsAgreeWithFiniteDifferences) {
  for (const char* layers : kLayers) {
    SCOPED_TRACE(layers);
    by_position(layers, 3).expect_gradients();
  }
}

TEST(Positions, AreToLayersWhatExamplesAre) {
  const auto isas = fused_isas();
  ASSERT_FALSE(isas.empty());
  for (const char* layers : kLayers)
    for (const char* optimizer : {"sgd(0.1)", "adam(0.01)", "sgd(0.1, clip_norm=0.5)"}) {
      SCOPED_TRACE(std::string(layers) + ", " + optimizer);
      GraphProblem examples = by_example(layers), positions = by_position(layers, 3);
      examples.optimizer = positions.optimizer = optimizer;
      const std::vector<double> expected = examples.train(3);
      for (const std::string& isa : isas)
        for (const std::size_t threads : {1, 2, 3}) {
          positions.isa = cpu::parse_isa(isa), positions.threads = threads;
          EXPECT_EQ(positions.train(3), expected) << isa << ", " << threads << " threads";
        }
    }
}

TEST(Positions, CountAsManyOperations) {
  const double one = graph::forward_operations(by_example("dense(6) -> dense(3)").graph);
  EXPECT_EQ(graph::forward_operations(by_position("dense(6) -> dense(3)", 3).graph),
            kPositions * one);
}

// The last batch is smaller: positions of examples that are not there are not learned from.
TEST(Positions, OfASmallerBatch) {
  GraphProblem problem = by_position("dense(3, tanh)", 3);
  auto parameters = problem.start(), others = problem.start();
  GraphProblem small = problem;
  small.batch = 2;
  GraphProblem::Run run(problem, parameters), two(small, others);
  run.order.resize(2);
  run.step();
  two.step();
  EXPECT_TRUE(std::equal(parameters.data(), parameters.data() + parameters.size(), others.data()));
}

}  // namespace
}  // namespace lithe::test
