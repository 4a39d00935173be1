// Convolutions of every number of channels on small images, where vectors end within, at and behind
// the last channel, column and image: each instruction set comes to the weights of the plain
// reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "support/isas.h"
#include "support/training.h"

namespace lithe {
namespace {

constexpr std::size_t kRows = 5;  // shared unevenly by two and three threads

class ConvolutionForms : public testing::TestWithParam<Precision> {
 protected:
  std::vector<double> trained(const std::string& network, const test::RandomExamples& data,
                              const std::string& isa, std::size_t threads) const {
    Model model(Network::parse(network), GetParam(), 4);
    Trainer trainer(model, data.examples, {},
                    {.loss = "quadratic",
                     .optimizer = "sgd(0.1)",
                     .batch = kRows,
                     .epochs = 2,
                     .threads = threads,
                     .isa = isa});
    while (!trainer.finished()) trainer.run_epoch();
    trainer.finish();
    return test::weights_of(model);
  }

  void check(const std::string& input, const std::string& layers) const {
    const std::string network = "input(" + input + ") -> " + layers + " -> flatten -> dense(3)";
    SCOPED_TRACE(network);
    const test::RandomExamples data(kRows, Network::parse(network).input_shape().size(), 3);
    const std::vector<double> expected = trained(network, data, "scalar", 1);
    for (const std::size_t threads : {1, 3}) {
      for (const std::string& isa : test::fused_isas())
        EXPECT_TRUE(test::same_bits(trained(network, data, isa, threads), expected))
            << isa << ", " << threads << " threads";
      if (cpu::supported(cpu::Isa::sse4)) {  // which rounds each product
        EXPECT_LT(distance(trained(network, data, "sse4", threads), expected), tolerance())
            << "sse4, " << threads << " threads";
      }
    }
  }

 private:
  static double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
    return most;
  }
  static double tolerance() { return GetParam() == Precision::float32 ? 1e-5 : 1e-13; }
};

TEST_P(ConvolutionForms, OfEachNumberOfChannels) {
  for (std::size_t channels = 1; channels <= 40; ++channels) {
    const std::string n = std::to_string(channels);
    check("3x2x2", "conv2d(" + n + ", 2, relu, padding=same)");
    check("2x3x1", "conv_transpose2d(" + n + ", 2) -> conv2d(" + n + ", 2)");
    check("3x2x" + n, "depthwise_conv2d(2, padding=same) -> conv2d(3, 1)");
  }
}

TEST_P(ConvolutionForms, OfEachWidth) {
  for (std::size_t width = 1; width <= 20; ++width)
    for (const char* layers :
         {"conv2d(1, 1)", "conv2d(3, 3, relu, padding=same) -> conv2d(2, 1, relu)",
          "conv_transpose2d(2, 2, stride=2)"})
      check("3x" + std::to_string(width) + "x2", layers);
}

INSTANTIATE_TEST_SUITE_P(In, ConvolutionForms,
                         testing::Values(Precision::float32, Precision::float64),
                         [](const auto& at) { return std::string(name(at.param)); });

}  // namespace
}  // namespace lithe
