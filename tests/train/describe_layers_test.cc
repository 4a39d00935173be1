// A model's layers agree with what its network and its arrays say.
#include <gtest/gtest.h>

#include <algorithm>

#include "lithe/model.h"

namespace lithe {
namespace {

std::vector<LayerDescription> layers_of(const std::string& network) {
  return describe_layers(Model(Network::parse(network)));
}

TEST(DescribeLayers, HasEachLayerWithItsShape) {
  const auto layers = layers_of(
      "input(8x8x1) -> conv2d(4, 3x3, relu) -> max_pool -> flatten -> dropout(0) -> dense(10)");
  ASSERT_EQ(layers.size(), 5u);
  EXPECT_EQ(layers[0].label, "1 conv2d(4, 3x3, relu)");
  EXPECT_EQ(layers[0].output.to_string(), "6x6x4");
  EXPECT_EQ(layers[0].parameters, 3u * 3 * 4 + 4);
  EXPECT_EQ(layers[1].output.to_string(), "3x3x4");
  EXPECT_EQ(layers[2].output.to_string(), "36");  // though it computes nothing
  EXPECT_EQ(layers[3].output.to_string(), "36");
  EXPECT_EQ(layers[4].output.to_string(), "10");
  EXPECT_EQ(layers[4].arrays, (std::vector<std::string>{"layers.4.weight", "layers.4.bias"}));
  for (std::size_t i = 0; i < layers.size(); ++i) EXPECT_EQ(layers[i].number, i + 1);
}

TEST(DescribeLayers, CountsLayersInsideOfOthers) {
  const auto layers = layers_of(
      "input(6) -> residual(dense(6, tanh)) -> repeat(2, dense(6) -> batch_norm) -> dense(2)");
  std::vector<std::string> labels;
  for (const LayerDescription& layer : layers) labels.push_back(layer.label);
  EXPECT_EQ(labels, (std::vector<std::string>{"1 dense(6, tanh)", "2 dense(6)", "3 batch_norm",
                                              "4 dense(6)", "5 batch_norm", "6 dense(2)"}));
  EXPECT_EQ(layers[2].parameters, 12u);  // the running statistics are not trained
  EXPECT_EQ(layers[2].arrays.size(), 4u);
}

TEST(DescribeLayers, AddsUpToTheNetwork) {
  for (const char* network :
       {"input(30) -> standardize -> dense(12, relu) -> layer_norm -> dense(8, prelu) -> dense(3)",
        "input(12x12x2) -> conv2d(4, 3x3, relu) -> batch_norm -> conv_transpose2d(3, 2x2) -> "
        "global_avg_pool -> residual(dense(3)) -> dense(2, softmax)"}) {
    const Model model(Network::parse(network));
    std::vector<std::string> arrays;
    std::size_t parameters = 0;
    double operations = 0;
    for (const LayerDescription& layer : describe_layers(model)) {
      parameters += layer.parameters, operations += layer.operations;
      arrays.insert(arrays.end(), layer.arrays.begin(), layer.arrays.end());
    }
    EXPECT_EQ(parameters, model.network().parameter_count());
    EXPECT_DOUBLE_EQ(operations, model.network().forward_operations());
    EXPECT_EQ(arrays, model.names());
    EXPECT_EQ(describe_layers(model).back().output, model.network().output_shape());
  }
}

}  // namespace
}  // namespace lithe
