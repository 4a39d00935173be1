// Which algorithm computes a convolution, and why the other is refused.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "catalogue/catalogue.h"
#include "lithe/network.h"
#include "ops/convolution.h"

namespace lithe::ops {
namespace {

Convolution convolution(const std::string& network) {
  const graph::Graph graph = catalogue::compile(Network::parse(network).layers());
  for (const auto& operation : graph.operations)
    if (const auto* work = as_convolution(*operation.op)) return *work;
  return {};
}

TEST(ChooseConvolution, TakesWinogradWhereAskedForAndWorthIt) {
  for (const std::string input : {"8x8x16", "7x7x32", "14x14x40", "32x32x64"})
    for (const std::string layer : {"16, 3, padding=same", "64, 3x3, relu, padding=same"}) {
      const auto work =
          convolution("input(" + input + ") -> conv2d(" + layer + ", algorithm=winograd)");
      const ConvolutionChoice choice = choose_convolution(work, true);
      EXPECT_TRUE(choice.winograd) << input << ", " << layer;
      EXPECT_TRUE(choice.refusal.empty());
    }
}

TEST(ChooseConvolution, RefusesWinogradWithAReason) {
  const std::pair<std::string, std::string> cases[] = {
      {"input(16x16x16) -> conv2d(16, 3)", "not asked for"},
      {"input(16x16x16) -> conv2d(16, 3, algorithm=direct)", "not asked for"},
      {"input(16x16x16) -> conv2d(16, 5, algorithm=winograd)", "5x5"},
      {"input(16x16x16) -> conv2d(16, 3x1, algorithm=winograd)", "3x1"},
      {"input(16x16x16) -> conv2d(16, 3, stride=2, algorithm=winograd)", "stride"},
      {"input(16x16x16) -> conv2d(16, 3, dilation=2, algorithm=winograd)", "dilation"},
      {"input(16x16x16) -> conv2d(16, 3, groups=2, algorithm=winograd)", "2 groups"},
      {"input(16x16x1) -> conv2d(16, 3, algorithm=winograd)", "from 1 channels to 16"},
      {"input(16x16x16) -> conv2d(4, 3, algorithm=winograd)", "from 16 channels to 4"},
      {"input(9x5x32) -> conv2d(32, 3, padding=same, algorithm=winograd)", "output of 9x5"},
      {"input(9x5x32) -> conv2d(32, 3, padding=2, algorithm=winograd)", "input of 9x5"},
      {"input(8x3x16) -> conv2d(16, 3, algorithm=winograd)", "output of 6x1"},
      {"input(4x4x64) -> conv2d(64, 3, padding=2, algorithm=winograd)", "input of 4x4"},
      {"input(16x16x16) -> conv_transpose2d(16, 3)", "transposed"}};
  for (const auto& [network, reason] : cases) {
    const ConvolutionChoice choice = choose_convolution(convolution(network), true);
    EXPECT_FALSE(choice.winograd) << network;
    EXPECT_NE(choice.refusal.find(reason), std::string::npos) << network << ": " << choice.refusal;
  }
  const auto work = convolution("input(16x16x16) -> conv2d(16, 3, algorithm=winograd)");
  EXPECT_NE(choose_convolution(work, false).refusal.find("float32"), std::string::npos);
}

}  // namespace
}  // namespace lithe::ops
