// A network along a sequence a position at a time gives what it gives for the whole sequence.
#include "lithe/stepper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/expect_error.h"
#include "support/training.h"

namespace lithe {
namespace {

constexpr std::size_t kLength = 12;

// Tokens, or channels of a sequence.
std::vector<float> sequence_for(const Network& network, std::uint32_t stream) {
  base::Rng random(3, stream);
  std::vector<float> values(network.input_shape().size());
  const bool tokens = network.input_shape().sizes.size() == 1;
  for (float& value : values)
    value = tokens ? static_cast<float>(random.below(9)) : static_cast<float>(random.normal());
  return values;
}

void expect_same(const std::string& sentence, Precision precision, double bound) {
  SCOPED_TRACE(sentence);
  Model model(Network::parse(sentence), precision, 7);
  Stepper stepper(model);
  for (const std::uint32_t stream : {1, 2}) {
    const std::vector<float> values = sequence_for(model.network(), stream);
    const std::vector<double> expected =
        model.predict(Features::of(values, 1, model.network().input_shape().size()));
    const Shape shape = model.network().output_shape();
    const std::size_t width = shape.sizes.back(), channels = values.size() / kLength;
    const bool at_each = shape.sizes.size() == 2;
    stepper.reset();
    for (std::size_t p = 0; p < kLength; ++p) {
      const auto outputs = stepper.step(std::span(values).subspan(p * channels, channels));
      ASSERT_EQ(outputs.size(), width);
      for (std::size_t n = 0; n < width && (at_each || p + 1 == kLength); ++n)
        EXPECT_NEAR(static_cast<double>(outputs[n]), expected[(at_each ? p * width : 0) + n], bound)
            << p;
    }
    EXPECT_EQ(stepper.positions(), kLength);
  }
}

TEST(Stepper, GivesWhatTheWholeSequenceGives) {
  for (const char* network :
       {"input(12) -> embedding(9, 8) -> position -> repeat(2, transformer(2, 16, causal)) -> "
        "layer_norm -> dense(9)",
        "input(12) -> embedding(9, 8) -> transformer(2, 16, causal, norm=post, rotary=true) -> "
        "dense(9, tanh)",
        "input(12) -> embedding(9, 20) -> position(sinusoidal) -> attention(2, causal) -> rms_norm "
        "-> dense(9) -> softmax",
        "input(12) -> embedding(9, 8) -> rnn(7, give=all) -> dense(9)",
        "input(12) -> embedding(9, 8) -> gru(7, all) -> residual(gru(7, all)) -> dropout(0.3) -> "
        "dense(9)",
        "input(12) -> embedding(9, 8) -> lstm(17, all) -> dense(9)",
        "input(12) -> embedding(9, 8) -> lstm(8, all) -> position -> attention(4, causal) -> "
        "dense(9)",
        "input(12x3) -> lstm(7, all) -> gru(5) -> dense(4)",
        "input(12x3) -> rnn(7, relu, all) -> last -> dense(4)",
        "input(12x3, lengths=true) -> standardize -> gru(5, all) -> dense(2)",
        "input(12x4) -> position -> attention(2, causal) -> dense(2)",
        "input(12) -> lstm(5) -> dense(2)"}) {
    expect_same(network, Precision::float32, 1e-5);
    expect_same(network, Precision::float64, 1e-6);  // outputs are floats
  }
}

TEST(Stepper, RemembersAsManyPositionsAsAttentionSees) {
  Model model(
      Network::parse("input(4) -> embedding(9, 8) -> position -> attention(2, causal) -> "
                     "dense(9)"));
  Stepper stepper(model);
  EXPECT_EQ(stepper.most(), 4U);
  const float token = 2;
  for (int i = 0; i < 4; ++i) stepper.step({&token, 1});
  test::expect_error(ErrorKind::usage, {"4 positions", "reset"}, [&] {
    stepper.step({&token, 1});
  });
  stepper.reset();
  EXPECT_EQ(stepper.positions(), 0U);
}

TEST(Stepper, GoesOnForEverWithStatesAlone) {
  Model model(Network::parse("input(4) -> embedding(9, 8) -> gru(6, all) -> dense(9)"));
  Model longer(Network::parse("input(50) -> embedding(9, 8) -> gru(6, all) -> dense(9)"));
  Stepper stepper(model);
  EXPECT_EQ(stepper.most(), 0U);
  std::vector<float> tokens;
  for (int i = 0; i < 50; ++i) tokens.push_back(static_cast<float>(i * i % 9));
  const std::vector<double> expected = longer.predict(Features::of(tokens, 1, 50));
  std::span<const float> outputs;
  for (const float token : tokens) outputs = stepper.step({&token, 1});
  for (std::size_t n = 0; n < 9; ++n)
    EXPECT_NEAR(static_cast<double>(outputs[n]), expected[49 * 9 + n], 1e-5);
}

// Each as if it were alone, and begun where it was.
TEST(Stepper, GoesAlongSeveralSequencesSideBySide) {
  for (const std::string layers : {"lstm(7, all) -> gru(5, all) -> dense(4)", "rnn(7, give=all)",
                                   "position -> attention(1, causal) -> gru(3, all)"}) {
    SCOPED_TRACE(layers);
    const Model model(Network::parse("input(12x3) -> " + layers), Precision::float32, 7);
    Stepper all(model, "auto", 3);
    std::vector<Stepper> alone;
    for (int i = 0; i < 3; ++i) alone.emplace_back(model);
    for (std::uint32_t p = 0; p < 9; ++p) {
      base::Rng random(3, p);
      std::vector<float> values(9);
      for (float& value : values) value = static_cast<float>(random.normal());
      if (p == 4) all.reset(1), alone[1].reset();
      const std::size_t count = p == 7 ? 2 : 3;  // the first ones
      const std::span<const float> given = std::span(values).first(count * 3);
      const auto peeked = all.peek(given);
      const std::vector<float> expected(peeked.begin(), peeked.end());
      const auto outputs = all.step(given);
      EXPECT_TRUE(std::equal(outputs.begin(), outputs.end(), expected.begin()));
      const std::size_t width = outputs.size() / count;
      for (std::size_t i = 0; i < count; ++i) {
        const auto own = alone[i].step(std::span(values).subspan(i * 3, 3));
        EXPECT_TRUE(std::equal(own.begin(), own.end(),
                               outputs.begin() + static_cast<std::ptrdiff_t>(i * width)));
        EXPECT_EQ(all.positions(i), alone[i].positions());
      }
    }
  }
}

TEST(Stepper, GoesOnFromStates) {
  const Model model(Network::parse("input(12x3) -> lstm(7, all) -> gru(5, all) -> dense(4)"));
  Stepper one(model, "auto", 2), other(model, "auto", 2);
  ASSERT_EQ(one.state_size(), 7U + 7U + 5U);
  std::vector<float> states(2 * one.state_size(), 1.0F), values = {1, 2, 3, 4, 5, 6};
  one.copy_states(states);
  EXPECT_EQ(states, std::vector<float>(states.size(), 0.0F)) << "nothing was yet";
  one.step(values), one.step(values);
  one.copy_states(states);
  other.set_states(states);
  const auto expected = one.step(values), got = other.step(values);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), got.begin()));
  one.reset(1);
  one.copy_states(states);
  EXPECT_NE(states[0], 0);
  for (std::size_t n = one.state_size(); n < states.size(); ++n) EXPECT_EQ(states[n], 0);
  test::expect_error(ErrorKind::data, {"3 values for the states of 2", "19 each"},
                     [&] { other.set_states(std::span(values).first(3)); });
  test::expect_error(ErrorKind::data, {"9 values; positions of up to 2 sequences have 3 each"},
                     [&] {
                       const std::vector<float> three(9);
                       other.step(three);
                     });
  test::expect_error(ErrorKind::usage, {"0 sequences"}, [&] { Stepper(model, "auto", 0); });
}

TEST(Stepper, RefusesNetworksThatLookAhead) {
  const auto refuse = [](const std::string& network, const std::vector<std::string>& words) {
    SCOPED_TRACE(network);
    const Model model(Network::parse(network));
    test::expect_error(ErrorKind::sentence, words, [&] { Stepper stepper(model); });
  };
  refuse("input(6) -> embedding(9, 8) -> attention(2) -> dense(9)",
         {"attention looks at the whole sequence", "causal"});
  refuse("input(6) -> embedding(9, 8) -> transformer(2, 8) -> dense(9)", {"causal"});
  refuse("input(6) -> embedding(9, 8) -> bidirectional(gru(4, all)) -> dense(9)",
         {"begins at the end"});
  refuse("input(6) -> embedding(9, 8) -> mean_over_time -> dense(9)", {"mean_over_time looks at"});
  refuse("input(6) -> embedding(9, 8) -> flatten -> dense(9)", {"flatten looks at"});
  refuse("input(6x2) -> conv1d(4, 3, padding=causal) -> dense(9)", {"conv1d looks at"});
  refuse("input(6) -> dense(9)", {"dense looks at the whole sequence"});
  // What takes a sequence for one row of values, as long as no layer has taken it apart.
  for (const std::string layer : {"standardize", "layer_norm", "softmax", "rms_norm"})
    refuse("input(6x2) -> " + layer + " -> gru(4, all) -> dense(3)",
           {layer + " looks at the whole sequence"});
  refuse("input(6x6x1) -> conv2d(2, 3) -> flatten -> dense(9)", {"is no sequence"});
}

TEST(Stepper, TakesThePositionsValues) {
  const Model model(Network::parse("input(6x2) -> gru(4, all) -> dense(3)"));
  Stepper stepper(model);
  const std::vector<float> three = {1, 2, 3};
  test::expect_error(ErrorKind::data, {"3 values; a position has 2"}, [&] { stepper.step(three); });
}

}  // namespace
}  // namespace lithe
