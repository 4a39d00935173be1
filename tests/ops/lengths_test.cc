// Sequences of unequal length: what stands behind an example's end changes nothing, to the bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "ops/golden_problem.h"
#include "support/expect_error.h"

namespace lithe::test {
namespace {

// "input(7x3, lengths=true) -> ..." and examples with these lengths.
GraphProblem problem_of(const std::string& sentence, std::vector<std::int32_t> lengths) {
  GraphProblem problem = test::problem_of(sentence);
  problem.batch = lengths.size();
  problem.lengths = std::move(lengths);
  return problem;
}

// Another value at every position behind the ends, of sequences of 7 positions.
std::vector<float> with_padding(const GraphProblem& problem, float padding) {
  const std::size_t size = problem.graph.slots[0].size(), channels = size / 7;
  std::vector<float> values = random_floats(problem.batch * size, 1);
  for (std::size_t i = 0; i < problem.batch; ++i)
    std::fill(
        values.begin() + static_cast<std::ptrdiff_t>(
                             i * size + static_cast<std::size_t>(problem.lengths[i]) * channels),
        values.begin() + static_cast<std::ptrdiff_t>((i + 1) * size), padding);
  return values;
}

const char* const kNetworks[] = {
    "rnn(3)",
    "rnn(9, gelu, all) -> rnn(3, relu, reverse=true)",
    "lstm(20, all) -> lstm(3)",
    "lstm(5, reverse=true)",
    "gru(18, all, reverse=true) -> gru(3)",
    "gru(5, reverse=true)",
    "bidirectional(lstm(9, all)) -> bidirectional(gru(5))",
    "bidirectional(rnn(3, give=all)) -> max_over_time",
    "standardize -> dense(5, tanh) -> layer_norm -> gru(4, all) -> softmax -> mean_over_time",
    "dense(4, prelu) -> last",
    "residual(dense(3, silu)) -> max_over_time -> dense(2)",
    "attention(3) -> dense(4) -> attention(2, rotary=true) -> mean_over_time",
    "position(sinusoidal) -> attention(1, causal) -> last",
    "dense(4) -> transformer(2, 5, activation=gelu) -> transformer(2, 3, causal, post) -> last",
    "transformer(1, 5, norm=post, activation=silu) -> gru(4, all) -> attention(2) -> lstm(3)",
    "dropout(0.3) -> repeat(2, lstm(3, all) -> gaussian_noise(0.1)) -> last",
};

// Whether the first layer takes an input of two sizes as a sequence by itself.
bool goes_along(const std::string& sentence) {
  return std::ranges::any_of(
      std::vector<std::string>{"rnn", "lstm", "gru", "bidirectional", "attention", "transformer"},
      [&](const auto& name) { return sentence.starts_with(name); });
}

TEST(Lengths, ComesToTheFiguresOfPyTorch) {
  check_golden(read_golden("lengths_golden.json"));
  check_golden(read_golden("attention_lengths_golden.json"));
}

TEST(Lengths, GradientsAgreeWithFiniteDifferences) {
  for (const std::string sentence : kNetworks) {
    if (sentence.starts_with("dropout")) continue;  // another one in each step
    SCOPED_TRACE(sentence);
    problem_of("input(7x3, lengths=true) -> " + sentence, {3, 7, 1, 5}).expect_gradients();
  }
}

// Nothing, not even not-a-number.
TEST(Lengths, WhatStandsBehindTheEndChangesNothing) {
  for (const char* sentence : kNetworks)
    for (const char* optimizer : {"sgd(0.1)", "adam(0.01)", "sgd(0.1, clip_norm=0.5)"}) {
      SCOPED_TRACE(std::string(sentence) + ", " + optimizer);
      GraphProblem problem =
          problem_of("input(7x3, lengths=true) -> " + std::string(sentence), {3, 7, 1, 5, 5, 2});
      problem.optimizer = optimizer;
      problem.given_features = with_padding(problem, 0);
      const std::vector<double> expected = problem.train(3);
      for (const double value : expected) ASSERT_TRUE(std::isfinite(value));
      for (const float padding : {NAN, INFINITY, 1e30f}) {
        problem.given_features = with_padding(problem, padding);
        EXPECT_EQ(problem.train(3), expected) << padding;
      }
    }
}

// The categories that stand behind the end are not met, so momentum does not move them either.
TEST(Lengths, EmbeddingsDoNotMeetWhatStandsBehindTheEnd) {
  GraphProblem problem =
      problem_of("input(7, lengths=true) -> embedding(9, 5) -> gru(4)", {3, 7, 1, 5});
  problem.optimizer = "adam(0.01)";
  for (const bool keep : {false, true}) {
    problem.keep_gradients = keep;
    const auto train_with = [&](float padding) {
      problem.given_features = with_padding(problem, padding);
      for (float& value : problem.given_features)
        if (value != padding) value = std::floor(std::abs(value) * 3);
      return problem.train(3);
    };
    EXPECT_EQ(train_with(17), train_with(NAN));
  }
  problem.optimizer = "sgd(1)";
  problem.expect_gradients();
}

// Outputs and weights, as if there were no others and no padding.
TEST(Lengths, AnExampleIsAloneInItsBatch) {
  for (const std::string sentence : kNetworks) {
    if (sentence.starts_with("dropout")) continue;  // drawn for each place in the batch
    SCOPED_TRACE(sentence);
    const std::vector<std::int32_t> lengths = {3, 7, 1, 5};
    GraphProblem all = problem_of("input(7x3, lengths=true) -> " + sentence, lengths);
    all.given_features = with_padding(all, NAN);
    auto parameters = all.start();
    GraphProblem::Run run(all, parameters);
    run.plan->forward(run.order);
    const std::size_t columns = all.graph.slots[all.graph.output()].columns;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      const std::string size = std::to_string(lengths[i]) + "x3";
      const auto own = all.given_features.begin() + static_cast<std::ptrdiff_t>(i * 7 * 3);
      const auto alone = [&](const std::string& input, std::vector<std::int32_t> end) {
        GraphProblem one = problem_of("input(" + input + ") -> " + sentence, std::move(end));
        one.batch = 1;
        one.optimizer = "adam(0.01)";
        one.given_features.assign(own,
                                  own + static_cast<std::ptrdiff_t>(one.graph.slots[0].size()));
        auto weights = one.start();
        GraphProblem::Run by_itself(one, weights);
        by_itself.forward();
        const auto y = by_itself.plan->values(one.graph.output());
        std::vector<double> result(y.row(0), y.row(0) + columns);
        const std::vector<double> trained = one.train(3);
        result.insert(result.end(), trained.begin(), trained.end());
        return result;
      };
      const std::vector<double> padded = alone("7x3, lengths=true", {lengths[i]});
      const auto y = run.plan->values(all.graph.output());
      EXPECT_TRUE(std::equal(y.row(i), y.row(i) + columns, padded.begin())) << size;
      EXPECT_EQ(alone(size + ", lengths=true", {lengths[i]}), padded) << size;
      EXPECT_EQ(alone(size + ", lengths=true", {}), padded) << size;
      if (goes_along(sentence)) {
        EXPECT_EQ(alone(size, {}), padded) << size;
      }
    }
  }
}

TEST(Lengths, HasTheSameBitsOnAnyInstructionSetAndNumberOfThreads) {
  for (const char* sentence :
       {"lstm(33, all) -> gru(20, all) -> rnn(18, give=all) -> max_over_time -> dense(3)",
        "bidirectional(lstm(40)) -> dense(3)",
        "bidirectional(gru(40, all)) -> layer_norm -> mean_over_time",
        "position -> attention(5) -> dense(18) -> transformer(3, 20, causal, rotary=true) -> last"})
    for (const char* optimizer : {"sgd(0.1)", "adam(0.01)", "sgd(0.1, clip_norm=0.5)"}) {
      SCOPED_TRACE(std::string(sentence) + ", " + optimizer);
      std::vector<std::int32_t> lengths;
      for (int i = 0; i < 37; ++i) lengths.push_back(1 + i * 5 % 12);
      GraphProblem problem =
          problem_of("input(12x5, lengths=true) -> " + std::string(sentence), lengths);
      problem.optimizer = optimizer;
      problem.expect_everywhere(problem.train(3));
    }
}

// No gradient reaches what stands behind the end.
TEST(Lengths, TheGradientOfTheInputIsZeroBehindTheEnd) {
  for (const std::string sentence : kNetworks) {
    SCOPED_TRACE(sentence);
    GraphProblem problem = problem_of("input(7x3, lengths=true) -> " + sentence, {3, 7, 1, 5});
    problem.input_gradient = true;
    auto parameters = problem.start();
    GraphProblem::Run run(problem, parameters);
    run.step();
    const auto gradient = run.plan->gradient(0);
    for (std::size_t i = 0; i < problem.batch; ++i)
      for (auto n = static_cast<std::size_t>(problem.lengths[i]) * 3; n < 7 * 3; ++n)
        EXPECT_EQ(gradient.row(i)[n], 0) << i << ", " << n;
  }
}

TEST(Lengths, LayersThatWouldLookBehindTheEndAreRefused) {
  const auto refuses = [](const std::string& sentence, const std::string& words) {
    SCOPED_TRACE(sentence);
    expect_error(ErrorKind::sentence, {words, "sequence"},
                 [&] { catalogue::compile(layers_of(sentence)); });
  };
  for (const std::string layer : {"flatten", "conv1d(4, 3)", "conv1d(4, 3, padding=causal)",
                                  "max_pool(2)", "batch_norm", "spatial_dropout(0.1)"})
    for (const std::string before : {"", "gru(3, all) -> ", "residual(", "repeat(2, "})
      refuses("input(7x3, lengths=true) -> " + before + layer +
                  (before.ends_with("-> ") || before.empty() ? "" : ")") + " -> dense(2)",
              layer.substr(0, layer.find('(')) + " cannot take sequences of unequal length");
  refuses("input(7, lengths=true) -> dense(2) -> last", "have no channels");
  refuses("input(7x7x3, lengths=true) -> dense(2)", "is no sequence");
}

}  // namespace
}  // namespace lithe::test
