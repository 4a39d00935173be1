// Numbers too small for full precision are zero while a plan runs: on every thread, with every
// instruction set, and no longer than that.
#include <gtest/gtest.h>

#include <algorithm>

#include "catalogue/catalogue.h"
#include "cpu/isa.h"
#include "lithe/network.h"
#include "plan/plan.h"
#include "support/plain_sgd.h"
#include "support/training.h"

namespace lithe::plan {
namespace {

constexpr std::size_t kBatch = 128, kInputs = 784, kUnits = 100;  // stages that threads share

// A layer whose weights and inputs are all the same.
struct Problem {
  Problem(const char* weights, double input) : data(kBatch, kInputs, 10) {
    std::fill(data.values.begin(), data.values.end(), input);
    graph = catalogue::compile(
        Network::parse("input(784) -> dense(100, init=constant(" + std::string(weights) + "))")
            .layers());
  }
  Request request(Mode mode, cpu::Isa isa) const {
    Request result;
    result.graph = &graph;
    result.mode = mode;
    result.batch = kBatch;
    result.optimizer = &test::plain_sgd();
    result.examples = data.examples;
    result.isa = isa;
    return result;
  }
  test::RandomExamples data;
  graph::Graph graph;
};

std::vector<std::uint32_t> all_rows() {
  std::vector<std::uint32_t> order(kBatch);
  for (std::uint32_t i = 0; i < kBatch; ++i) order[i] = i;
  return order;
}

template <class Check>
void on_every_machine(const Check& check) {
  std::vector<cpu::Isa> isas = cpu::supported_isas();
  isas.push_back(cpu::Isa::scalar);
  for (const cpu::Isa isa : isas)
    for (const std::size_t threads : {1, 2, 3}) {
      SCOPED_TRACE(std::string(cpu::name(isa)) + ", " + std::to_string(threads) + " threads");
      check(isa, threads);
    }
}

void expect_no_output(const Problem& problem) {
  on_every_machine([&](cpu::Isa isa, std::size_t threads) {
    Parameters<float> parameters(problem.graph.parameters);
    parameters.initialize(1);
    base::Team team(threads);
    Plan<float> plan(problem.request(Mode::predict, isa), parameters, team);
    plan.run(all_rows());
    for (std::size_t i = 0; i < kBatch; ++i)
      for (std::size_t n = 0; n < kUnits; ++n)
        ASSERT_EQ(plan.output()[i * plan.output_stride() + n], 0.0f) << i << ", " << n;
  });
}

TEST(Denormals, AsProductsAreZero) { expect_no_output({"1e-30", 1e-12}); }
TEST(Denormals, AsWeightsAreZero) { expect_no_output({"1e-40", 1}); }

// The gradient of a weight is its input times 1 / batch, or less: too small, so nothing is learnt.
TEST(Denormals, AsGradientsTeachNothing) {
  const Problem problem("0", 2e-38);
  on_every_machine([&](cpu::Isa isa, std::size_t threads) {
    Parameters<float> parameters(problem.graph.parameters);
    base::Team team(threads);
    OptimizerState<float> learning(parameters, 0);
    Plan<float> plan(problem.request(Mode::train, isa), parameters, team, &learning);
    plan.run(all_rows(), test::updates(all_rows().size(), 1.0f));
    const std::vector<float> weights = parameters.read(0), biases = parameters.read(1);
    EXPECT_TRUE(std::all_of(weights.begin(), weights.end(), [](float w) { return w == 0; }));
    EXPECT_FALSE(std::all_of(biases.begin(), biases.end(), [](float b) { return b == 0; }));
  });
}

TEST(Denormals, AreTheCallersOwnAffairAfterwards) {
  const Problem problem("1", 1);
  Parameters<float> parameters(problem.graph.parameters);
  base::Team team(2);
  OptimizerState<float> learning(parameters, 0);
  Plan<float> plan(problem.request(Mode::train, cpu::best_isa()), parameters, team, &learning);
  plan.run(all_rows(), test::updates(all_rows().size(), 1.0f));
  volatile float smallest = std::numeric_limits<float>::min(), half = 0.5f;
  volatile float product = smallest * half;
  EXPECT_GT(product, 0);
}

}  // namespace
}  // namespace lithe::plan
