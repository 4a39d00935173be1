// Slots that are carried from step to step: a recurrent network, a step of time each.
#include <gtest/gtest.h>

#include <cmath>

#include "ops/add.h"
#include "ops/graph_problem.h"

namespace lithe::test {
namespace {

constexpr std::size_t kInputs = 3, kUnits = 4, kBatch = 2;

// h = tanh(x W + b + h_before U + c); output h V + d
struct Recurrent : GraphProblem {
  Recurrent() {
    batch = kBatch;
    const graph::SlotId x = graph.add_input("input", kInputs);
    const graph::SlotId before = graph.add_slot("state before", kUnits);
    const auto append = [&](graph::SlotId from, std::size_t columns, const char* layers) {
      return catalogue::append(graph, from, Shape{{columns}}, layers_of(layers));
    };
    const graph::SlotId from_input = append(x, kInputs, "dense(4)");
    const graph::SlotId from_state = append(before, kUnits, "dense(4)");
    const graph::SlotId sum = graph.add_slot("sum", kUnits);
    graph.add({0, "sum", ops::make_add(from_input, from_state, sum)});
    const graph::SlotId state = append(sum, kUnits, "tanh");
    graph.carried = {{state, before}};
    graph.outputs = {{"output", append(state, kUnits, "dense(2)")}, {"state", state}};
  }
};

// The same, plain, from a state and the parameters' values in the order of the graph.
std::vector<double> next_state(const plan::Parameters<double>& p, const float* x,
                               const std::vector<double>& state) {
  const auto w = p.read(0), b = p.read(1), u = p.read(2), c = p.read(3);
  std::vector<double> next(kUnits);
  for (std::size_t n = 0; n < kUnits; ++n) {
    double sum = b[n] + c[n];
    for (std::size_t k = 0; k < kInputs; ++k) sum += static_cast<double>(x[k]) * w[k * kUnits + n];
    for (std::size_t k = 0; k < kUnits; ++k) sum += state[k] * u[k * kUnits + n];
    next[n] = std::tanh(sum);
  }
  return next;
}

struct Predicting {
  explicit Predicting(std::size_t threads) : team(threads) {
    request.graph = &problem.graph;
    request.mode = plan::Mode::predict;
    request.batch = kBatch;
    request.examples.features = {x.data(), ElementType::float32, 5 * kBatch, kInputs,
                                 kInputs * sizeof(float)};
    request.isa = problem.isa;
    plan.emplace(request, parameters, team);
  }
  // One step of time: each example sees its row of time t.
  void run(std::uint32_t t) {
    const std::uint32_t order[] = {2 * t, 2 * t + 1};
    plan->run(order);
  }
  void expect_state(const std::vector<double>& a, const std::vector<double>& b) {
    const auto state = plan->output("state");
    for (std::size_t n = 0; n < kUnits; ++n) {
      EXPECT_NEAR(state.row(0)[n], a[n], 1e-14);
      EXPECT_NEAR(state.row(1)[n], b[n], 1e-14);
    }
  }

  Recurrent problem;
  plan::Parameters<double> parameters = problem.start();
  std::vector<float> x = random_floats(5 * kBatch * kInputs, 9);
  plan::Request request;
  base::Team team;
  std::optional<plan::Plan<double>> plan;
};

TEST(Carried, TheStateOfTheStepBefore) {
  for (const std::size_t threads : {1, 2}) {
    Predicting p(threads);
    std::vector<double> a(kUnits, 0), b(kUnits, 0);
    for (std::uint32_t t = 0; t < 5; ++t) {
      p.run(t);
      a = next_state(p.parameters, &p.x[2 * t * kInputs], a);
      b = next_state(p.parameters, &p.x[(2 * t + 1) * kInputs], b);
      p.expect_state(a, b);
    }
  }
}

TEST(Carried, IsResetForAnExampleOrForAll) {
  Predicting p(1);
  const std::vector<double> zero(kUnits, 0);
  p.run(0);
  const std::uint32_t second[] = {1};
  p.plan->reset_carried(second);
  p.run(1);
  const auto a =
      next_state(p.parameters, &p.x[2 * kInputs], next_state(p.parameters, &p.x[0], zero));
  p.expect_state(a, next_state(p.parameters, &p.x[3 * kInputs], zero));
  p.plan->reset_carried();
  p.run(1);
  p.expect_state(next_state(p.parameters, &p.x[2 * kInputs], zero),
                 next_state(p.parameters, &p.x[3 * kInputs], zero));
}

// The gradient of a step is that with the carried state held fixed.
TEST(Carried, NoGradientGoesBackToTheStepBefore) {
  Recurrent().expect_gradients();
  Recurrent problem;
  auto parameters = problem.start();
  Recurrent::Run run(problem, parameters);
  run.step();
  run.step();  // with a state that is not zero: the recurrent weights move
  const auto before = problem.start();
  EXPECT_NE(parameters.read(2), before.read(2));
}

}  // namespace
}  // namespace lithe::test
