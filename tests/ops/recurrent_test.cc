// Recurrent layers against PyTorch's figures (recurrent_golden.py makes them), and against finite
// differences.
#include <gtest/gtest.h>

#include "ops/golden_problem.h"
#include "support/expect_error.h"

namespace lithe::test {
namespace {

TEST(Recurrent, ComesToTheFiguresOfPyTorch) { check_golden(read_golden("recurrent_golden.json")); }

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
      problem.expect_everywhere(problem.train(3));
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
  problem.expect_alone();
}

// Each value is dropped, or what it would be without, divided by what is kept; as a layer behind it
// would do, at other places.
TEST(Recurrent, DropsItsOutputsAsALayerBehindItDoes) {
  const auto values = [](const std::string& sentence) {
    GraphProblem problem = problem_of("input(9x5) -> " + sentence);
    problem.batch = 40;
    auto parameters = problem.start();
    GraphProblem::Run run(problem, parameters);
    run.forward();
    const graph::SlotId output = problem.graph.output();
    return row_major(run.plan->values(output), problem.graph.slots[output].columns);
  };
  for (const std::string layer : {"rnn(6, give=all", "gru(6, all", "lstm(6", "gru(6"}) {
    SCOPED_TRACE(layer);
    const std::vector<double> whole = values(layer + ")");
    for (const std::vector<double>& dropped :
         {values(layer + ", dropout=0.25)"), values(layer + ") -> dropout(0.25)")}) {
      std::size_t zeros = 0;
      for (std::size_t i = 0; i < whole.size(); ++i) {
        if (dropped[i] == 0)
          ++zeros;
        else
          EXPECT_NEAR(dropped[i], whole[i] / 0.75, 1e-14);
      }
      EXPECT_NEAR(static_cast<double>(zeros) / static_cast<double>(whole.size()), 0.25, 0.08);
    }
  }
  EXPECT_NE(values("bidirectional(gru(6, dropout=0.5))"), values("bidirectional(gru(6))"));
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
