// Attention, transformer blocks, positions and rms_norm against PyTorch's figures
// (attention_golden.py makes them), against finite differences, and their properties.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "graph/op.h"
#include "ops/golden_problem.h"
#include "support/expect_error.h"

namespace lithe::test {
namespace {

TEST(Attention, ComesToTheFiguresOfPyTorch) { check_golden(read_golden("attention_golden.json")); }

// Heads that fill a vector, a line or a panel, and those that do not; lengths of one block and of
// several.
TEST(Attention, GradientsAgreeWithFiniteDifferences) {
  for (const char* sentence :
       {"input(4x2) -> attention(1)", "input(3x6) -> attention(3, causal)",
        "input(5x4) -> attention(2, rotary=true)", "input(4x4) -> attention(1, causal, true)",
        "input(1x3) -> attention(1)", "input(3x17) -> attention(1)", "input(2x16) -> attention(2)",
        "input(5) -> attention(1) -> dense(2) -> last", "input(66x2) -> attention(1) -> last",
        "input(66x2) -> attention(2, causal) -> mean_over_time",
        "input(4x4) -> transformer(2, 3, activation=gelu)",
        "input(4x4) -> transformer(2, 3, causal, post, tanh)",
        "input(4x4) -> conv1d(4, 1) -> transformer(2, 3, activation=silu, rotary=true) -> last",
        "input(4x2) -> position -> dense(3, tanh)",
        "input(4x2) -> conv1d(3, 1) -> position -> flatten",
        "input(4x2) -> conv1d(3, 1) -> position(sinusoidal) -> dense(2, sigmoid)",
        "input(4x35) -> position -> last", "input(5) -> rms_norm -> dense(2)",
        "input(4x2) -> conv1d(17, 1) -> rms_norm -> dense(2)"}) {
    SCOPED_TRACE(sentence);
    problem_of(sentence).expect_gradients();
  }
}

TEST(Attention, HasTheSameBitsOnAnyInstructionSetAndNumberOfThreads) {
  for (const char* sentence :
       {"input(70x10) -> position -> transformer(2, 24, causal) -> transformer(5, 20, norm=post) "
        "-> last -> dense(3)",
        "input(30x6) -> position -> dense(34) -> position(sinusoidal) -> rms_norm -> "
        "attention(1, rotary=true) -> mean_over_time"})
    for (const char* optimizer : {"sgd(0.1)", "adamw(0.01)", "sgd(0.1, clip_norm=0.5)"}) {
      SCOPED_TRACE(std::string(sentence) + ", " + optimizer);
      GraphProblem problem = problem_of(sentence);
      problem.optimizer = optimizer;
      problem.batch = 7;
      problem.expect_everywhere(problem.train(3));
    }
}

// The values of all positions, one behind the other.
std::vector<double> outputs(const GraphProblem& problem, GraphProblem::Run& run) {
  run.plan->forward(run.order);
  const graph::Slot& slot = problem.graph.slots[problem.graph.output()];
  return row_major(run.plan->values(problem.graph.output()), slot.columns);
}

// What stands behind a position does not change it.
TEST(Attention, CausalLooksAtNothingBehindAPosition) {
  constexpr std::size_t kLength = 90, kChannels = 4;
  GraphProblem problem =
      problem_of("input(90x4) -> position -> repeat(2, transformer(2, 8, causal))");
  problem.batch = 1;
  auto parameters = problem.start();
  GraphProblem::Run run(problem, parameters);
  const std::vector<double> before = outputs(problem, run);
  for (const std::size_t changed : {89, 64, 63, 30, 1}) {
    run.features[changed * kChannels] += 1;
    run.bind();
    const std::vector<double> after = outputs(problem, run);
    EXPECT_TRUE(std::equal(before.begin(), before.begin() + changed * kChannels, after.begin()));
    EXPECT_NE(after[changed * kChannels], before[changed * kChannels]);
    EXPECT_NE(after[(kLength - 1) * kChannels], before[(kLength - 1) * kChannels]);
  }
}

// Without positions, attention does not know an order: positions that are exchanged come out
// exchanged, but for rounding.
TEST(Attention, DoesNotKnowAnOrder) {
  constexpr std::size_t kLength = 70, kChannels = 6;
  GraphProblem problem = problem_of("input(70x6) -> transformer(3, 5)");
  problem.batch = 1;
  auto parameters = problem.start();
  GraphProblem::Run run(problem, parameters);
  const std::vector<double> before = outputs(problem, run);
  const auto exchange = [](auto& values) {
    std::swap_ranges(values.begin() + 3 * kChannels, values.begin() + 4 * kChannels,
                     values.begin() + 66 * kChannels);
  };
  exchange(run.features);
  run.bind();
  std::vector<double> after = outputs(problem, run);
  exchange(after);
  for (std::size_t i = 0; i < kLength * kChannels; ++i) EXPECT_NEAR(after[i], before[i], 1e-12);
}

// Scores of a thousand, for which exponentials of the scores themselves would be infinite.
TEST(Attention, LargeScoresStayFinite) {
  GraphProblem problem = problem_of("input(100x2) -> attention(1)");
  problem.batch = 2;
  auto parameters = problem.start();
  GraphProblem::Run run(problem, parameters);
  for (float& value : run.features) value *= 300;
  run.bind();
  for (const double value : outputs(problem, run)) EXPECT_TRUE(std::isfinite(value));
}

// Which examples stand beside one does not matter to it.
TEST(Attention, AnExampleIsAloneInItsBatch) {
  GraphProblem problem = problem_of("input(7x6) -> position -> transformer(2, 9) -> last");
  problem.batch = 19;
  problem.expect_alone();
}

// With rotary, scores depend on distances: where all positions are the same, so are their outputs,
// and two equal pairs at the same distance score alike wherever they stand.
TEST(Attention, RotaryDependsOnDistances) {
  constexpr std::size_t kLength = 12, kChannels = 4;
  GraphProblem problem = problem_of("input(12x4) -> attention(1, rotary=true)");
  problem.batch = 1;
  auto parameters = problem.start();
  GraphProblem::Run run(problem, parameters);
  // The same example, further behind: positions 2, 3 and 4 are moved to 7, 8 and 9 among zeros.
  const std::vector<float> piece = random_floats(3 * kChannels, 5);
  const auto at = [&](std::size_t first) {
    std::fill(run.features.begin(), run.features.end(), 0.0F);
    std::copy(piece.begin(), piece.end(),
              run.features.begin() + static_cast<std::ptrdiff_t>(first * kChannels));
    run.bind();
    const std::vector<double> all = outputs(problem, run);
    return std::vector<double>(all.begin() + static_cast<std::ptrdiff_t>(first * kChannels),
                               all.begin() + static_cast<std::ptrdiff_t>((first + 3) * kChannels));
  };
  const std::vector<double> early = at(2), late = at(7);
  ASSERT_EQ(early.size(), 3 * kChannels);
  for (std::size_t i = 0; i < early.size(); ++i) EXPECT_NEAR(early[i], late[i], 1e-12);
  EXPECT_LT(late.size(), kLength * kChannels);
}

TEST(Attention, SinusoidalPositionsAreThoseOfThePaper) {
  GraphProblem problem = problem_of("input(9x5) -> position(sinusoidal) -> dense(1)");
  problem.batch = 1;
  problem.graph.outputs = {{"output", problem.graph.operations[1].op->output()}};
  auto parameters = problem.start();
  GraphProblem::Run run(problem, parameters);
  const std::vector<double> y = outputs(problem, run);
  for (std::size_t p = 0; p < 9; ++p)
    for (std::size_t n = 0; n < 5; ++n) {
      const double angle =
          static_cast<double>(p) / std::pow(10000.0, static_cast<double>(n / 2 * 2) / 5);
      EXPECT_NEAR(y[p * 5 + n] - static_cast<double>(run.features[p * 5 + n]),
                  n % 2 == 0 ? std::sin(angle) : std::cos(angle), 1e-14);
    }
}

TEST(Attention, RefusesWhatDoesNotFit) {
  const auto refuses = [](const std::string& sentence, const std::string& words) {
    expect_error(ErrorKind::sentence, {words}, [&] { catalogue::compile(layers_of(sentence)); });
  };
  refuses("input(4x4x3) -> attention(1)", "takes a sequence");
  refuses("input(4x4x3) -> transformer(1, 2)", "transformer takes a sequence");
  refuses("input(4x4x3) -> position", "takes a sequence");
  refuses("input(4x6) -> attention(4)", "4 heads cannot share equally");
  refuses("input(4x6) -> attention(2, rotary=true)", "a head has 3");
  refuses("input(4x6) -> attention(2, forwards)", "try: one of none, causal");
  refuses("input(4x6) -> transformer(2, 3, norm=middle)", "try: one of pre, post");
  refuses("input(4x6) -> position(random)", "try: one of learned, sinusoidal");
}

}  // namespace
}  // namespace lithe::test
