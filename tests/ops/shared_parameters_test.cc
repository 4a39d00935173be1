// Parameters with several uses: their gradient is the sum over the uses, in all forms of an update.
#include <gtest/gtest.h>

#include "cpu/isa.h"
#include "lithe/error.h"
#include "ops/graph_problem.h"
#include "support/isas.h"

namespace lithe::test {
namespace {

// A first layer, then twice more the layer `tied` with the parameters of its first use, then a
// head.
GraphProblem tied(const std::string& input, const std::string& layer) {
  GraphProblem problem;
  graph::Graph& graph = problem.graph;
  graph = catalogue::compile(layers_of("input(" + input + ") -> " + layer));
  std::vector<graph::ParameterId> shared;
  for (graph::ParameterId id = 0; id < graph.parameters.size(); ++id) shared.push_back(id);
  graph::SlotId slot = graph.output();
  for (int use = 0; use < 2; ++use)
    slot = catalogue::append(graph, slot, Shape{{6}}, layers_of(layer), shared);
  slot = catalogue::append(graph, slot, Shape{{6}}, layers_of("dense(3)"));
  graph.outputs = {{"output", slot}};
  return problem;
}

// Every kind of layer with parameters that can follow itself.
const char* const kLayers[] = {"dense(6, tanh)", "layer_norm", "rms_norm", "batch_norm",
                               "prelu(0.5)"};

TEST(SharedParameters, GradientsAreSumsOverTheUses) {
  for (const char* layer : kLayers) {
    SCOPED_TRACE(layer);
    tied("6", layer).expect_gradients();
  }
}

TEST(SharedParameters, ConvolutionsShareToo) {
  GraphProblem problem;
  graph::Graph& graph = problem.graph;
  graph =
      catalogue::compile(layers_of("input(4x5x2) -> conv2d(2, 3x3, tanh, padding=same) -> "
                                   "conv2d(2, 3x3, tanh, padding=same) -> flatten -> dense(3)"));
  problem.expect_gradients();  // as written: each its own
  const double own = graph::forward_operations(graph);
  // The same network, whose second convolution uses the weights of the first.
  graph = catalogue::compile(layers_of("input(4x5x2) -> conv2d(2, 3x3, tanh, padding=same)"));
  const graph::SlotId second =
      catalogue::append(graph, graph.output(), Shape{{4, 5, 2}},
                        layers_of("conv2d(2, 3x3, tanh, padding=same)"), {0, 1});
  graph.outputs = {
      {"output", catalogue::append(graph, second, Shape{{40}}, layers_of("dense(3)"))}};
  EXPECT_EQ(graph::forward_operations(graph), own);
  EXPECT_EQ(graph.parameters.size(), 4u);
  problem.expect_gradients();
}

// Used up in registers, in blocks, or kept: a rule that changes nothing but its form gives the same
// bits, on any number of threads and instruction set.
TEST(SharedParameters, AllFormsOfAnUpdateGiveTheSameBits) {
  for (const char* layer : kLayers) {
    SCOPED_TRACE(layer);
    GraphProblem problem = tied("6", layer);
    problem.optimizer = "sgd(0.1)";
    const std::vector<double> expected = problem.train(3);
    EXPECT_NE(expected, problem.train(2));
    problem.optimizer = "sgd(0.1, clip_value=1e9)";
    EXPECT_EQ(problem.train(3), expected) << "block by block";
    problem.keep_gradients = true;
    EXPECT_EQ(problem.train(3), expected) << "kept";
    problem.optimizer = "sgd(0.1)";
    EXPECT_EQ(problem.train(3), expected) << "kept, plain";
    problem.keep_gradients = false;
    problem.expect_everywhere(expected);
  }
}

// With an optimizer that keeps states, a tied parameter has one set of them and one step a step.
TEST(SharedParameters, EveryOptimizerTakesOneStepBySum) {
  for (const char* optimizer : {"adam(0.01)", "lion(0.01)", "momentum(0.1)", "rmsprop(0.01)"}) {
    SCOPED_TRACE(optimizer);
    GraphProblem problem = tied("6", "dense(6, tanh)");
    problem.optimizer = optimizer;
    const std::vector<double> expected = problem.train(4);
    problem.keep_gradients = true;
    EXPECT_EQ(problem.train(4), expected);
  }
}

TEST(SharedParameters, OfDifferentSizesAreRefused) {
  graph::Graph graph = catalogue::compile(layers_of("input(6) -> dense(5)"));
  EXPECT_THROW(catalogue::append(graph, graph.output(), Shape{{5}}, layers_of("dense(5)"), {0, 1}),
               Error);
}

}  // namespace
}  // namespace lithe::test
