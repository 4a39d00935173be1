// Recurrent layers against PyTorch's figures (recurrent_golden.py makes them), and against finite
// differences.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "ops/graph_problem.h"
#include "support/expect_error.h"
#include "support/isas.h"

namespace lithe::test {
namespace {

using nlohmann::json;

const json& golden() {
  static const json all = [] {
    std::ifstream file(std::string(LITHE_SOURCE_DIR) + "/tests/ops/recurrent_golden.json");
    return json::parse(file);
  }();
  return all;
}

// Row after row.
std::vector<double> flat(const json& array) {
  std::vector<double> values;
  for (const json& row : array)
    if (row.is_array())
      values.insert(values.end(), row.begin(), row.end());
    else
      values.push_back(row.get<double>());
  return values;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& expected,
                 const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], expected[i], 1e-12) << what << "[" << i << "]";
}

std::vector<double> row_major(const kernels::Matrix<const double>& matrix, std::size_t columns) {
  std::vector<double> values;
  for (std::size_t i = 0; i < matrix.rows; ++i)
    values.insert(values.end(), matrix.row(i), matrix.row(i) + columns);
  return values;
}

void check_golden(const json& given, bool keep_gradients, const std::string& isa,
                  std::size_t threads) {
  SCOPED_TRACE(given["network"].get<std::string>() + (keep_gradients ? ", kept" : "") + ", " + isa);
  GraphProblem problem;
  problem.graph = catalogue::compile(layers_of(given["network"]));
  problem.batch = given["batch"];
  problem.keep_gradients = keep_gradients;
  problem.isa = cpu::parse_isa(isa), problem.threads = threads;
  problem.input_gradient = true;
  auto parameters = problem.start();
  const auto& specs = problem.graph.parameters;
  ASSERT_EQ(specs.size(), given["arrays"].size());
  for (graph::ParameterId id = 0; id < specs.size(); ++id)
    parameters.write(id, flat(given["arrays"].at(specs[id].name)));
  const auto before = parameters.clone();
  GraphProblem::Run run(problem, parameters);
  const auto take = [&](const char* name, std::vector<float>& to) {
    const std::vector<double> from = flat(given[name]);
    to.assign(from.begin(), from.end());
  };
  take("inputs", run.features);
  take("loss", run.gradients[0]);
  run.bind();
  run.step();
  expect_near(row_major(run.plan->values(problem.graph.output()),
                        problem.graph.slots[problem.graph.output()].columns),
              flat(given["outputs"]), "outputs");
  expect_near(row_major(run.plan->gradient(0), problem.graph.slots[0].columns),
              flat(given["input_gradient"]), "input gradient");
  for (graph::ParameterId id = 0; id < specs.size(); ++id) {
    std::vector<double> gradient = before.read(id);  // plain descent at rate 1
    const std::vector<double> after = parameters.read(id);
    for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] -= after[i];
    expect_near(gradient, flat(given["gradients"].at(specs[id].name)), specs[id].name);
  }
}

TEST(Recurrent, ComesToTheFiguresOfPyTorch) {
  ASSERT_FALSE(golden().empty());
  for (const json& given : golden())
    for (const std::string& isa : fused_isas())
      for (const bool keep : {false, true}) check_golden(given, keep, isa, keep ? 2 : 1);
  for (const json& given : golden()) check_golden(given, false, "scalar", 1);
}

GraphProblem problem_of(const std::string& sentence) {
  GraphProblem problem;
  problem.graph = catalogue::compile(layers_of(sentence));
  return problem;
}

// Widths that fill a vector, a line or a panel, and those that do not.
TEST(Recurrent, GradientsAgreeWithFiniteDifferences) {
  for (const char* sentence :
       {"input(4x2) -> rnn(3, give=all) -> rnn(2, sigmoid)",
        "input(4x2) -> rnn(3, gelu, all) -> rnn(2, silu, reverse=true)",
        "input(3x2) -> lstm(8, all) -> lstm(3)",
        "input(3x2) -> gru(8, all, reverse=true) -> gru(3)", "input(2x3) -> lstm(17)",
        "input(2x3) -> gru(17)", "input(1x3) -> lstm(2, all) -> gru(2, all) -> rnn(2)",
        "input(5) -> lstm(2)", "input(4x2) -> lstm(3, all) -> dense(2, tanh) -> flatten",
        "input(4x2) -> gru(3, all) -> layer_norm -> softmax -> last",
        "input(4x2) -> lstm(3, all) -> residual(gru(3, all)) -> flatten",
        "input(6x2) -> conv1d(3, 2) -> gru(2, all) -> conv1d(2, 2) -> flatten",
        "input(4x2) -> bidirectional(lstm(3, all)) -> mean_over_time",
        "input(4x2) -> bidirectional(gru(3)) -> dense(2)",
        "input(4x2) -> lstm(3, all) -> max_over_time"}) {
    SCOPED_TRACE(sentence);
    problem_of(sentence).expect_gradients();
  }
}

TEST(Recurrent, HasTheSameBitsOnAnyInstructionSetAndNumberOfThreads) {
  for (const char* sentence :
       {"input(12x5) -> lstm(33, all) -> gru(20, all) -> rnn(18, give=all) -> max_over_time -> "
        "dense(3)",
        "input(9x4) -> bidirectional(lstm(40)) -> dense(3)",
        "input(9x4) -> bidirectional(gru(40, all)) -> layer_norm -> mean_over_time"})
    for (const char* optimizer : {"sgd(0.1)", "adam(0.01)", "sgd(0.1, clip_norm=0.5)"}) {
      SCOPED_TRACE(std::string(sentence) + ", " + optimizer);
      GraphProblem problem = problem_of(sentence);
      problem.optimizer = optimizer;
      problem.batch = 37;
      const std::vector<double> expected = problem.train(3);
      for (const std::string& isa : fused_isas())
        for (const std::size_t threads : {1, 2, 3}) {
          problem.isa = cpu::parse_isa(isa), problem.threads = threads;
          EXPECT_EQ(problem.train(3), expected) << isa << ", " << threads << " threads";
        }
    }
}

// The bias of the forget gates is 1 at first, the other biases are 0.
TEST(Recurrent, ForgetGatesBeginOpen) {
  const GraphProblem problem = problem_of("input(4x2) -> lstm(3, forget_bias=0.5)");
  EXPECT_EQ(problem.start().read(1),
            (std::vector<double>{0, 0, 0, 0.5, 0.5, 0.5, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(problem_of("input(4x2) -> lstm(1)").start().read(1), (std::vector<double>{0, 1, 0, 0}));
}

// Which examples stand beside one does not matter to it.
TEST(Recurrent, AnExampleIsAloneInItsBatch) {
  GraphProblem problem = problem_of("input(7x3) -> lstm(20, all) -> gru(9)");
  problem.batch = 19;
  auto parameters = problem.start();
  GraphProblem::Run all(problem, parameters), one(problem, parameters);
  all.plan->forward(all.order);
  for (const std::uint32_t row : all.order) {
    one.plan->forward(std::span(&row, 1));
    const auto y = all.plan->values(problem.graph.output());
    EXPECT_TRUE(
        std::equal(y.row(row), y.row(row) + 9, one.plan->values(problem.graph.output()).row(0)));
  }
}

TEST(Recurrent, RefusesWhatIsNoSequence) {
  const auto refuses = [](const std::string& sentence, const std::string& words) {
    expect_error(ErrorKind::sentence, {words}, [&] { catalogue::compile(layers_of(sentence)); });
  };
  refuses("input(4x4x3) -> lstm(2)", "takes a sequence");
  refuses("input(4) -> dense(2) -> last", "takes a sequence");
  refuses("input(4x2) -> rnn(2, softmax)", "softmax cannot be the activation of rnn");
  refuses("input(4x2) -> bidirectional(dense(2))", "one recurrent layer");
  refuses("input(4x2) -> bidirectional(lstm(2, reverse=true))", "both ways already");
  refuses("input(4x2) -> lstm(2, first)", "try: one of last, all");
}

}  // namespace
}  // namespace lithe::test
