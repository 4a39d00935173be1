// The typed builder against the catalogue: every declared layer can be written both ways, with each
// of its arguments and with their defaults, and gives the same sentence.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "lithe/network.h"
#include "network/bind.h"
#include "network/sentence_error.h"

namespace lithe {
namespace {

using network::Category, network::refusal;

struct Case {
  const char* sentence;
  Network built;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"input(28x20x3) -> flatten -> dense(2)", Network().input({28, 20, 3}).flatten().dense(2)},
      {"input(9x3, lengths=true) -> gru(2)", Network().input({9, 3}, {.lengths = true}).gru(2)},
      {"flatten", Network().flatten()},
      {"dense(7)", Network().dense(7)},
      {"dense(7, tied=true)", Network().dense(7, {.tied = true})},
      {"dense(7, elu(0.5), normal(2), constant(1))",
       Network().dense(
           7, {.activation = "elu(0.5)", .init = "normal(2)", .bias_init = "constant(1)"})},
      {"conv2d(8, 3x5)", Network().conv2d(8, {3, 5})},
      {"conv2d(8, 3, relu, 2x1, same, 4, 3, normal(2), constant(1), winograd)",
       Network().conv2d(8, 3,
                        {.activation = "relu",
                         .stride = {2, 1},
                         .padding = "same",
                         .groups = 4,
                         .dilation = 3,
                         .init = "normal(2)",
                         .bias_init = "constant(1)",
                         .algorithm = "winograd"})},
      {"conv1d(8, 3)", Network().conv1d(8, 3)},
      {"conv1d(8, 3, relu, 2, 1, 4, 3, normal(2), constant(1))",
       Network().conv1d(8, 3,
                        {.activation = "relu",
                         .stride = 2,
                         .padding = 1,
                         .groups = 4,
                         .dilation = 3,
                         .init = "normal(2)",
                         .bias_init = "constant(1)"})},
      {"depthwise_conv2d(3)", Network().depthwise_conv2d(3)},
      {"depthwise_conv2d(3, relu, 2, 0, 5, 3, normal(2), constant(1))",
       Network().depthwise_conv2d(3, {.activation = "relu",
                                      .stride = 2,
                                      .padding = 0,
                                      .multiplier = 5,
                                      .dilation = 3,
                                      .init = "normal(2)",
                                      .bias_init = "constant(1)"})},
      {"conv_transpose2d(8, 4)", Network().conv_transpose2d(8, 4)},
      {"conv_transpose2d(8, 4, relu, 2, same, 3, normal(2), constant(1))",
       Network().conv_transpose2d(8, 4,
                                  {.activation = "relu",
                                   .stride = 2,
                                   .padding = "same",
                                   .dilation = 3,
                                   .init = "normal(2)",
                                   .bias_init = "constant(1)"})},
      {"max_pool", Network().max_pool()},
      {"max_pool(3x2, 1, same)", Network().max_pool({3, 2}, {.stride = 1, .padding = "same"})},
      {"avg_pool", Network().avg_pool()},
      {"avg_pool(3x2, 1, same)", Network().avg_pool({3, 2}, {.stride = 1, .padding = "same"})},
      {"global_avg_pool", Network().global_avg_pool()},
      {"embedding(9, 4)", Network().embedding(9, 4)},
      {"embedding(9, 4, constant(1))", Network().embedding(9, 4, {.init = "constant(1)"})},
      {"embed_columns(9x4, 3, 8x5)", Network().embed_columns({{9, 4}, {3}, {8, 5}})},
      {"embed_columns(9x4, init=constant(1))",
       Network().embed_columns({{9, 4}}, {.init = "constant(1)"})},
      {"rnn(7)", Network().rnn(7)},
      {"rnn(7, relu, all, true, normal(2), constant(1), 0.5)",
       Network().rnn(7, {.activation = "relu",
                         .give = "all",
                         .reverse = true,
                         .init = "normal(2)",
                         .recurrent_init = "constant(1)",
                         .dropout = 0.5})},
      {"lstm(7)", Network().lstm(7)},
      {"lstm(7, all, true, normal(2), constant(1), 0.5, 0.25)",
       Network().lstm(7, {.give = "all",
                          .reverse = true,
                          .init = "normal(2)",
                          .recurrent_init = "constant(1)",
                          .forget_bias = 0.5,
                          .dropout = 0.25})},
      {"gru(7)", Network().gru(7)},
      {"gru(7, all, true, normal(2), constant(1), 0.5)",
       Network().gru(7, {.give = "all",
                         .reverse = true,
                         .init = "normal(2)",
                         .recurrent_init = "constant(1)",
                         .dropout = 0.5})},
      {"bidirectional(gru(7))", Network().bidirectional(Network().gru(7))},
      {"attention(3)", Network().attention(3)},
      {"attention(3, causal, true, normal(2))",
       Network().attention(3, {.mask = "causal", .rotary = true, .init = "normal(2)"})},
      {"transformer(3, 4)", Network().transformer(3, 4)},
      {"transformer(3, 4, causal, post, gelu, true, normal(2))",
       Network().transformer(3, 4,
                             {.mask = "causal",
                              .norm = "post",
                              .activation = "gelu",
                              .rotary = true,
                              .init = "normal(2)"})},
      {"position", Network().position()},
      {"position(sinusoidal, normal(2))",
       Network().position({.kind = "sinusoidal", .init = "normal(2)"})},
      {"last", Network().last()},
      {"mean_over_time", Network().mean_over_time()},
      {"max_over_time", Network().max_over_time()},
      {"batch_norm", Network().batch_norm()},
      {"batch_norm(0.2, 1e-3)", Network().batch_norm({.momentum = 0.2, .epsilon = 1e-3})},
      {"layer_norm", Network().layer_norm()},
      {"layer_norm(1e-3)", Network().layer_norm({.epsilon = 1e-3})},
      {"rms_norm", Network().rms_norm()},
      {"rms_norm(1e-3)", Network().rms_norm({.epsilon = 1e-3})},
      {"standardize", Network().standardize()},
      {"dropout", Network().dropout()},
      {"dropout(0.25)", Network().dropout(0.25)},
      {"spatial_dropout", Network().spatial_dropout()},
      {"spatial_dropout(0.25)", Network().spatial_dropout(0.25)},
      {"alpha_dropout", Network().alpha_dropout()},
      {"alpha_dropout(0.25)", Network().alpha_dropout(0.25)},
      {"gaussian_noise", Network().gaussian_noise()},
      {"gaussian_noise(0.25)", Network().gaussian_noise(0.25)},
      {"residual(dense(3) -> relu)", Network().residual(Network().dense(3).activation("relu"))},
      {"ensemble(dense(4))", Network().ensemble({Network().dense(4)})},
      {"ensemble(dense(4), dense(3) -> dense(4), times=2, mean=softmax)",
       Network().ensemble({Network().dense(4), Network().dense(3).dense(4)}, {2, "softmax"})},
      {"repeat(3, dense(4))", Network().repeat(3, Network().dense(4))},
  };
  return all;
}

// An activation is a layer too, and one function of the builder serves all of them.
bool is_activation(const std::string& name) {
  return catalogue::catalogue().find(Category::activation, name) != nullptr;
}

bool is_default(const network::Declaration& declaration, const network::Argument& argument,
                const Value& value) {
  if (argument.fallback.empty()) return false;
  // The component with every optional argument left out.
  for (const Case& c : cases()) {
    const Component plain = Network::parse(c.sentence).layers().front();
    if (plain.name != declaration.name) continue;
    for (const auto& [name, given] : plain.arguments)
      if (name == argument.name) return given == value;
  }
  return true;
}

TEST(NetworkBuilder, MakesWhatTheSentenceSays) {
  for (const Case& c : cases()) {
    const Network parsed = Network::parse(c.sentence);
    EXPECT_EQ(c.built, parsed) << c.sentence;
    EXPECT_EQ(c.built.to_string(), parsed.to_string());
  }
}

TEST(NetworkBuilder, TakesEveryArgumentOfEveryLayer) {
  for (const auto& [category, declaration] : catalogue::catalogue().entries) {
    if (category != Category::layer || is_activation(declaration.name)) continue;
    std::set<std::string> set;  // arguments that some case gives a value of its own
    bool there = false;
    for (const Case& c : cases()) {
      const Component& layer = c.built.layers().front();
      if (layer.name != declaration.name) continue;
      there = true;
      for (const network::Argument& argument : declaration.arguments)
        for (const auto& [name, value] : layer.arguments)
          if (name == argument.name && !is_default(declaration, argument, value)) set.insert(name);
    }
    EXPECT_TRUE(there) << "the builder has no " << declaration.name
                       << ": declare it in lithe/network.h and add its cases above";
    for (const network::Argument& argument : declaration.arguments)
      EXPECT_TRUE(set.contains(argument.name)) << declaration.name << " without " << argument.name;
  }
}

TEST(NetworkBuilder, TakesEveryActivation) {
  const auto names = catalogue::catalogue().names(Category::activation);
  ASSERT_FALSE(names.empty());
  for (const std::string& name : names)
    EXPECT_EQ(Network().activation(name), Network::parse(name)) << name;
  EXPECT_EQ(Network().activation("leaky_relu(0.2)"), Network::parse("leaky_relu(0.2)"));
}

TEST(NetworkBuilder, RefusesWhatASentenceMayNotSay) {
  refusal([] { Network().dense(0); });
  refusal([] { Network().dense(3, {.activation = "nonsense"}); });
  refusal([] { Network().conv2d(8, -1); });
  refusal([] { Network().conv2d(8, 3, {.padding = "dense(3)"}); });
  refusal([] { Network().dropout(1); });
  refusal([] { Network().activation("dense(3)"); });
  refusal([] { Network().repeat(2, Network()); });
}

}  // namespace
}  // namespace lithe
