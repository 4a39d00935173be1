#include "lithe/network.h"

#include <gtest/gtest.h>

#include <string>

#include "network/sentence_error.h"

namespace lithe {
namespace {

using network::refusal;
using network::underlined;

Error error_of(const std::string& text) {
  return refusal([&] { Network::parse(text); });
}

TEST(Network, TheBuilderMakesWhatTheSentenceSays) {
  const Network built = Network()
                            .input({28, 28})
                            .flatten()
                            .dense(30, {.activation = "sigmoid", .init = "normal(1)"})
                            .activation("relu")
                            .dense(10);
  const std::string text =
      "input(28x28) -> flatten -> dense(30, sigmoid, normal) -> relu -> dense(10)";
  EXPECT_EQ(built, Network::parse(text));
  EXPECT_EQ(built.to_string(), text);
}

TEST(Network, CountsWhatItHas) {
  const Network seed = Network::parse("input(784) -> dense(30, sigmoid) -> dense(10, sigmoid)");
  EXPECT_EQ(seed.input_shape(), (Shape{{784}}));
  EXPECT_EQ(seed.output_shape(), (Shape{{10}}));
  EXPECT_EQ(seed.parameter_count(), 784u * 30 + 30 + 30 * 10 + 10);
  EXPECT_EQ(seed.forward_operations(), 2.0 * (784 * 30 + 30 * 10));
}

TEST(Network, TakesTheInputOfTheData) {
  const Network bare = Network::parse("dense(10)");
  EXPECT_FALSE(bare.has_input());
  EXPECT_EQ(bare.with_input({{28, 28}}).to_string(), "input(784) -> dense(10)");
  EXPECT_EQ(Network::parse("flatten -> dense(10)").with_input({{28, 28}}).to_string(),
            "input(28x28) -> flatten -> dense(10)");
  EXPECT_EQ(Network::parse("relu -> repeat(2, conv2d(4, 3x3)) -> flatten -> dense(10)")
                .with_input({{28, 28}})
                .to_string(),
            "input(28x28) -> relu -> repeat(2, conv2d(4, 3x3)) -> flatten -> dense(10)");
  EXPECT_EQ(
      Network::parse("max_pool -> global_avg_pool -> dense(10)").with_input({{8, 8}}).to_string(),
      "input(8x8) -> max_pool -> global_avg_pool -> dense(10)");
  const Network fixed = Network::parse("input(784) -> dense(10)");
  EXPECT_EQ(fixed.with_input({{28, 28}}), fixed);
  const Error error = refusal([&] { fixed.with_input({{32, 32}}); });
  EXPECT_EQ(error.problem(), "the network takes 784 values and the data have 1024 (32x32)");
  EXPECT_EQ(underlined(error), "input");
}

TEST(Network, TakesSequencesOfUnequalLength) {
  const Network bare = Network::parse("gru(4) -> dense(10)");
  const Network made = bare.with_input({{26, 12}}, true);
  EXPECT_EQ(made.to_string(), "input(26x12, lengths=true) -> gru(4) -> dense(10)");
  EXPECT_TRUE(made.has_lengths());
  EXPECT_FALSE(bare.with_input({{26, 12}}).has_lengths());
  EXPECT_EQ(Network::parse(made.to_string()), made);
  EXPECT_EQ(made.with_input({{26, 12}}, true), made);
  EXPECT_EQ(made.with_positions(40).to_string(),
            "input(40x12, lengths=true) -> gru(4) -> dense(10)");
  const Error whole = refusal([&] {
    Network::parse("input(26x12) -> gru(4)").with_input({{26, 12}}, true);
  });
  EXPECT_EQ(whole.remedy(), "input(26x12, lengths=true), or leave the input out");
  EXPECT_EQ(underlined(whole), "input");
  EXPECT_EQ(Network::parse("dense(4)").with_input({{26, 12}}, true).output_shape(),
            (Shape{{26, 4}}));
  EXPECT_EQ(underlined(error_of("input(26x12, lengths=true) -> flatten -> dense(4)")), "flatten");
}

TEST(Network, PointsAtTheLayerThatDoesNotFit) {
  struct Mistake {
    std::string text, underlined, problem;
  };
  const Mistake mistakes[] = {
      {"input(28x28) -> dense(10)", "dense(10)", "dense takes a flat input, and 28x28 comes in"},
      {"input(4) -> dense(3) -> input(3) -> dense(2)", "input(3)",
       "input stands inside the network"},
      {"input(4) -> relu", "relu", "this network has nothing to learn"},
      {"input(28x28) -> flatten", "flatten", "this network has nothing to learn"},
      {"input(4)", "input(4)", "this network has nothing to learn"},
      {"input(2) -> dense(1048576) -> dense(1048576)", "dense(1048576)",
       "up to here there are 1099515822080 values to learn"},
  };
  for (const Mistake& mistake : mistakes) {
    SCOPED_TRACE(mistake.text);
    const Error error = error_of(mistake.text);
    EXPECT_EQ(error.problem(), mistake.problem);
    EXPECT_EQ(underlined(error), mistake.underlined);
  }
}

TEST(Network, PointsIntoALongNetworkToo) {
  std::string text = "input(4)";
  for (int i = 0; i < 500; ++i) text += " -> dense(4)";
  const Error error = error_of(text + " -> input(5) -> dense(6)");
  EXPECT_EQ(underlined(error), "input(5)");
  EXPECT_LT(error.where().size(), 250u);
}

TEST(Network, SizesAreBounded) {
  EXPECT_EQ(underlined(error_of("input(16777216x16777216x16777216x16777216) -> dense(1)")),
            "16777216x16777216");
  EXPECT_EQ(underlined(error_of("input(4) -> dense(1048577)")), "1048577");
  refusal([] { Network().input({1u << 20, 1u << 20}); });
  refusal([] { Network().dense(0); });
}

}  // namespace
}  // namespace lithe
