// Graphs with several named inputs, numbers and integers, and several named outputs. The operation
// that looks rows up by integers is the test's own: a file of its own is all that one takes.
#include <gtest/gtest.h>

#include "ops/add.h"
#include "ops/graph_problem.h"
#include "ops/op.h"
#include "support/isas.h"

namespace lithe::test {
namespace {

// output = the row of the table that each example's integer names
struct Lookup {
  graph::SlotId input, output;
  graph::ParameterId table;

  std::vector<graph::SlotId> inputs() const { return {input}; }
  std::vector<graph::ParameterId> parameters() const { return {table}; }
  graph::Traits traits() const {
    return {.elementwise = false,
            .backward_reads_input = true,
            .backward_reads_output = false,
            .by_image = false,
            .reads_packed = false,
            .identity_at_inference = false,
            .probabilities = {}};
  }
  double operations(const graph::Graph&) const { return 0; }

  template <typename T>
  kernels::Panels<T> panels(const plan::Lowering<T>& lowering) const {
    const auto& spec = lowering.graph().parameters[table];
    return {spec.rows, spec.columns};
  }

  template <typename T>
  void forward(plan::Lowering<T>& lowering, const graph::Operation& operation) const {
    lowering.add(operation.label, plan::Phase::forward,
                 {{lowering.value(input), false},
                  {lowering.parameter(table), false},
                  {lowering.value(output), true}},
                 [&lowering, own = *this](const plan::Buffers& buffers) {
                   return plan::stage_function<T>(
                       [index = buffers.at<std::int32_t>(lowering.value(own.input)),
                        from = lowering.parameters().at(own.table), panels = own.panels(lowering),
                        y = lowering.values(buffers, own.output)](const plan::Batch<T>& batch) {
                         for (std::size_t i = 0; i < y.rows(batch); ++i)
                           for (std::size_t n = 0; n < y.columns; ++n)
                             y.of(batch).row(i)[n] =
                                 from[panels.at(static_cast<std::size_t>(index[i]), n)];
                       });
                 });
  }

  template <typename T>
  void backward(plan::Lowering<T>& lowering, const graph::Operation& operation) const {
    const plan::BufferId gradient = lowering.gradient(output);
    const plan::GradientPlace made = lowering.place_gradient(table);
    lowering.add(
        operation.label + ": backward", plan::Phase::backward_and_update,
        {{lowering.value(input), false}, {gradient, false}, {made.buffer, true}},
        [&lowering, own = *this, gradient, made](const plan::Buffers& buffers) {
          return plan::stage_function<T>(
              [index = buffers.at<std::int32_t>(lowering.value(own.input)),
               to = lowering.at(buffers, made), panels = own.panels(lowering),
               dy = lowering.values(buffers, own.output, gradient)](const plan::Batch<T>& batch) {
                std::fill_n(to, panels.size(), T{0});
                for (std::size_t i = 0; i < dy.rows(batch); ++i)
                  for (std::size_t n = 0; n < dy.columns; ++n)
                    to[panels.at(static_cast<std::size_t>(index[i]), n)] += dy.of(batch).row(i)[n];
              });
        });
    lowering.update(operation, {table}, {made}, gradient);
    lowering.release(gradient);
  }
};

constexpr std::size_t kBatch = 4, kKinds = 7;

// tanh(features W) + context V + table[kind], and two heads behind it: a policy and a value.
struct TwoHeads : GraphProblem {
  TwoHeads() {
    batch = kBatch;
    const graph::SlotId features = graph.add_input("features", 4);
    const graph::SlotId context_slot = graph.add_input("context", 3);
    const graph::SlotId kind = graph.add_input("kind", 1, 1, graph::SlotKind::integers);
    const auto append = [&](graph::SlotId from, std::size_t columns, const char* layers) {
      return catalogue::append(graph, from, Shape{{columns}}, layers_of(layers));
    };
    const auto sum = [&](graph::SlotId a, graph::SlotId b) {
      const graph::SlotId to = graph.add_slot("sum", 6);
      graph.add({0, "sum", ops::make_add(a, b, to)});
      return to;
    };
    const graph::SlotId row = graph.add_slot("row", 6);
    table = graph.add_parameter(
        {"table", graph::ParameterKind::weight, kKinds, 6, kKinds, 6, {"glorot_uniform", {}}});
    graph.add({0, "lookup", ops::make_op(Lookup{kind, row, table})});
    const graph::SlotId from_features = append(features, 4, "dense(6, tanh)");
    const graph::SlotId from_context = append(context_slot, 3, "dense(6)");
    const graph::SlotId joined = sum(sum(from_features, from_context), row);
    const graph::SlotId policy = append(joined, 6, "dense(3)");
    graph.outputs = {{"policy", policy},
                     {"value", append(joined, 6, "dense(5, relu) -> dense(1)")}};
    inputs = {
        {"kind", {}, kinds},
        {"context", {context.data(), ElementType::float32, kBatch, 3, 3 * sizeof(float)}, nullptr}};
  }

  graph::ParameterId table;
  std::vector<float> context = random_floats(kBatch * 3, 5);
  const std::int32_t kinds[kBatch] = {6, 0, 6, 2};
};

TEST(InputsAndOutputs, GradientsComeFromEveryOutputToEveryInput) { TwoHeads().expect_gradients(); }

TEST(InputsAndOutputs, BitsDoNotDependOnThreads) {
  TwoHeads problem;
  problem.optimizer = "adam(0.01)";
  const std::vector<double> expected = problem.train(3);
  for (const std::size_t threads : {2, 3}) {
    problem.threads = threads;
    EXPECT_EQ(problem.train(3), expected);
  }
}

TEST(InputsAndOutputs, OnlyRowsThatWereMetAreTrained) {
  const TwoHeads problem;
  auto before = problem.start(), after = problem.start();
  TwoHeads::Run run(problem, after);
  run.step();
  const auto old_table = before.read(problem.table), table = after.read(problem.table);
  for (std::size_t row = 0; row < kKinds; ++row)
    for (std::size_t n = 0; n < 6; ++n)
      EXPECT_EQ(table[row * 6 + n] != old_table[row * 6 + n], row == 0 || row == 2 || row == 6);
}

// A loss looks at the first output; what only others use is not trained.
TEST(InputsAndOutputs, ALossTrainsTheFirstOutputAlone) {
  const TwoHeads problem;
  auto parameters = problem.start();
  const auto before = problem.start();
  const TwoHeads::Run given(problem, parameters);  // for its features
  const std::int32_t labels[kBatch] = {0, 1, 2, 0};
  for (const bool keep : {false, true}) {
    auto trained = problem.start();
    optimizers::Optimizer sgd = optimizer_of("sgd(0.1, weight_decay=0.1)");
    optimizers::StepCounter steps(sgd);
    plan::OptimizerState<double> learning(trained, 0);
    base::Team team(1);
    plan::Request request;
    request.graph = &problem.graph;
    request.batch = kBatch;
    request.optimizer = &sgd;
    request.keep_gradients = keep;
    request.loss = {losses::Loss::cross_entropy, 0};
    request.examples = {
        {given.features.data(), ElementType::float32, kBatch, 4, 4 * sizeof(float)}, labels, 3};
    request.inputs = problem.inputs;
    request.isa = problem.isa;
    plan::Plan<double> plan(request, trained, team, &learning);
    const optimizers::Coefficients<double> update = steps.next(0.1);
    plan.run(given.order, {&update, 1});
    for (graph::ParameterId id = 0; id < problem.graph.parameters.size(); ++id) {
      const std::string& name = problem.graph.parameters[id].name;
      const bool of_value = id + 4 >= problem.graph.parameters.size();
      EXPECT_EQ(trained.read(id) == before.read(id), of_value) << name;
    }
  }
}

}  // namespace
}  // namespace lithe::test
