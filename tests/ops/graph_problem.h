// Graphs that tests write directly, trained in double precision by gradients that the test gives:
// the loss is the sum of each output times a random number, so its gradient is known.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/threads.h"
#include "catalogue/catalogue.h"
#include "lithe/network.h"
#include "network/bind.h"
#include "optimizers/optimizers.h"
#include "plan/plan.h"
#include "support/isas.h"

namespace lithe::test {

inline Sentence layers_of(const std::string& sentence) {
  return network::read_network(sentence, catalogue::catalogue());
}

inline optimizers::Optimizer optimizer_of(const std::string& sentence) {
  return optimizers::Optimizer::make(
      network::read_component(sentence, network::Category::optimizer, catalogue::catalogue()));
}

inline std::vector<float> random_floats(std::size_t count, std::uint32_t stream) {
  base::Rng random(7, stream);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

struct GraphProblem {
  graph::Graph graph;
  std::size_t batch = 4;
  std::vector<plan::InputData> inputs;
  std::vector<float> given_features = {};  // empty: random ones
  std::vector<std::int32_t> lengths = {};  // of the examples; empty: all are whole
  std::string optimizer = "sgd(1)";
  bool keep_gradients = false, input_gradient = false;
  std::size_t threads = 1;
  cpu::Isa isa = cpu::best_isa();

  using Parameters = plan::Parameters<double>;

  Parameters start() const {
    Parameters parameters(graph.parameters);
    parameters.initialize(3);
    return parameters;
  }

  // A plan with all that it needs, and the steps of a training.
  struct Run {
    Run(const GraphProblem& problem, Parameters& parameters)
        : of(problem),
          optimizer(optimizer_of(problem.optimizer)),
          steps(optimizer),
          learning(parameters, optimizers::row(optimizer.rule).states),
          team(problem.threads),
          features(problem.given_features.empty()
                       ? random_floats(problem.batch * problem.graph.slots[0].size(), 1)
                       : problem.given_features),
          order(problem.batch) {
      std::iota(order.begin(), order.end(), 0u);
      plan::Request request;
      request.graph = &of.graph;
      request.batch = of.batch;
      request.optimizer = &optimizer;
      request.keep_gradients = of.keep_gradients;
      request.external_gradient = true;
      request.input_gradient = of.input_gradient;
      request.isa = of.isa;
      request.examples = examples();
      request.inputs = of.inputs;
      plan.emplace(request, parameters, team, &learning);
      for (std::size_t i = 0; i < of.graph.outputs.size(); ++i)
        gradients.push_back(
            random_floats(of.batch * of.graph.slots[of.graph.outputs[i].slot].size(),
                          static_cast<std::uint32_t>(20 + i)));
    }

    Examples examples() const {
      const std::size_t width = of.graph.slots[0].size();
      Examples result;
      result.features = {features.data(), ElementType::float32, of.batch, width,
                         width * sizeof(float)};
      if (!of.lengths.empty()) result.features.lengths = of.lengths.data();
      return result;
    }
    // Behind a change of `features`.
    void bind() { plan->bind(examples()); }

    double forward() {
      plan->forward(order, done);
      double loss = 0;
      for (std::size_t k = 0; k < gradients.size(); ++k) {
        const auto y = plan->output(of.graph.outputs[k].name);
        const std::size_t columns = of.graph.slots[of.graph.outputs[k].slot].columns;
        for (std::size_t i = 0; i < y.rows; ++i)
          for (std::size_t n = 0; n < columns; ++n)
            loss += y.row(i)[n] * static_cast<double>(gradients[k][i * columns + n]);
      }
      return loss;
    }

    void step() {
      forward();
      const std::vector<std::span<const float>> given(gradients.begin(), gradients.end());
      plan->backward(given, steps.next(optimizer.schedule.at(0)));
      ++done;
    }

    const GraphProblem& of;
    optimizers::Optimizer optimizer;
    optimizers::StepCounter steps;
    plan::OptimizerState<double> learning;
    base::Team team;
    std::vector<float> features;
    std::vector<std::uint32_t> order;
    std::optional<plan::Plan<double>> plan;
    std::vector<std::vector<float>> gradients;
    std::uint64_t done = 0;
  };

  // Everything trainable after so many steps.
  std::vector<double> train(std::size_t steps) const {
    Parameters parameters = start();
    Run run(*this, parameters);
    for (std::size_t i = 0; i < steps; ++i) run.step();
    return {parameters.data(), parameters.data() + parameters.size()};
  }

  // Three steps come to `expected` on every instruction set with fused multiply-add, and on one to
  // three threads.
  void expect_everywhere(const std::vector<double>& expected) const {
    GraphProblem problem = *this;
    const auto isas = fused_isas();
    ASSERT_FALSE(isas.empty());
    for (const std::string& name : isas)
      for (const std::size_t count : {1, 2, 3}) {
        problem.isa = cpu::parse_isa(name), problem.threads = count;
        EXPECT_EQ(problem.train(3), expected) << name << ", " << count << " threads";
      }
  }

  // Which examples stand beside one does not matter to its output.
  void expect_alone() const {
    auto parameters = start();
    Run all(*this, parameters), one(*this, parameters);
    const graph::SlotId output = graph.output();
    all.plan->forward(all.order);
    for (const std::uint32_t row : all.order) {
      one.plan->forward(std::span(&row, 1));
      const double* const y = all.plan->values(output).row(row);
      EXPECT_TRUE(std::equal(y, y + graph.slots[output].columns, one.plan->values(output).row(0)));
    }
  }

  // Holds the gradient of every trainable value, which a step of plain descent at rate 1 subtracts,
  // against central differences of the loss.
  void expect_gradients(double tolerance = 1e-6) const {
    for (graph::ParameterId id = 0; id < graph.parameters.size(); ++id) {
      if (graph.parameters[id].kind == graph::ParameterKind::statistic) continue;
      Parameters trained = start(), moved = start();
      Run run(*this, trained), probe(*this, moved);
      run.step();
      const std::vector<double> before = start().read(id), after = trained.read(id);
      for (std::size_t i = 0; i < before.size(); ++i) {
        constexpr double kStep = 1e-5;
        const auto loss_at = [&](double value) {
          std::vector<double> values = before;
          values[i] = value;
          moved.write(id, values);
          return probe.forward();
        };
        const double expected =
            (loss_at(before[i] + kStep) - loss_at(before[i] - kStep)) / (2 * kStep);
        moved.write(id, before);
        EXPECT_NEAR(before[i] - after[i], expected, tolerance * (1 + std::abs(expected)))
            << graph.parameters[id].name << "[" << i << "]";
      }
    }
  }
};

inline GraphProblem problem_of(const std::string& sentence) {
  GraphProblem problem;
  problem.graph = catalogue::compile(layers_of(sentence));
  return problem;
}

}  // namespace lithe::test
