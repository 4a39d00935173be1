// The same bits: whatever the instruction set, the number of threads, and the way the data are
// packed, an epoch ends in the same weights, byte for byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/random.h"
#include "catalogue/catalogue.h"
#include "support/isas.h"
#include "support/training.h"

namespace lithe {
namespace {

constexpr const char* kNetworks[] = {
    "input(784) -> dense(30, sigmoid) -> dense(10, sigmoid)",
    "input(784) -> dense(100, relu) -> dense(64, tanh) -> dense(10, sigmoid)",
    "input(784) -> dense(33, tanh) -> dense(17, relu) -> dense(10)",
    "input(784) -> dense(40) -> sigmoid -> dense(20, relu) -> tanh -> sigmoid -> dense(10) -> tanh",
};
// Wide enough for every stage to be shared among threads.
constexpr const char* kWide =
    "input(784) -> dense(200, relu) -> tanh -> sigmoid -> dense(130, sigmoid) -> "
    "dense(90, sigmoid) -> dense(10)";
// No exponential anywhere: even the plain reference gives these bits.
constexpr const char* kExact = "input(784) -> dense(33, relu) -> dense(40) -> relu -> dense(10)";

// Images: with few channels, whose columns are made together, and with many.
constexpr const char* kImages[] = {
    "input(28x28) -> conv2d(6, 5x5, relu) -> max_pool -> conv2d(16, 5x5, prelu) -> max_pool -> "
    "flatten -> dense(40, relu) -> dense(10)",
    "input(28x28) -> conv2d(33, 3, stride=3, padding=same) -> batch_norm -> prelu -> "
    "residual(conv2d(33, 3, relu, padding=same)) -> depthwise_conv2d(3, relu, stride=2) -> "
    "avg_pool(2, stride=1) -> flatten -> dense(10)",
    "input(28x28) -> conv2d(8, 4, relu, stride=4) -> conv2d(12, 3, relu, dilation=2, padding=2, "
    "groups=2) -> conv_transpose2d(3, 3, relu, stride=2) -> max_pool(3, stride=2, padding=1) -> "
    "flatten -> dense(10)",
};

// In float32 by Winograd's transforms, with channels that fill lines and that do not.
constexpr const char* kWinograd =
    "input(28x28) -> conv2d(32, 3, relu, stride=4) -> conv2d(40, 3, prelu, padding=same, "
    "algorithm=winograd) -> conv2d(33, 3, relu, padding=2, algorithm=winograd) -> max_pool -> "
    "flatten -> dense(10)";

struct Case {
  std::string network;
  Precision precision = Precision::float32;
  std::size_t batch = 10;
  std::string loss = "quadratic";
  std::string optimizer = "sgd(0.2)", average = "none", augment = "";
};

// The digits with the same values in another form, which the kernel for nonzero columns refuses.
template <typename T>
struct AsNumbers {
  explicit AsNumbers(const Examples& data) : examples(data) {
    const Features& from = data.features;
    for (std::size_t i = 0; i < from.rows; ++i)
      values.insert(values.end(), from.row(i), from.row(i) + from.columns);
    const auto type = sizeof(T) == 4 ? ElementType::float32 : ElementType::float64;
    examples.features = {values.data(), type, from.rows, from.columns, from.columns * sizeof(T),
                         from.divisor};
  }
  std::vector<T> values;
  Examples examples;
};

struct Outcome {
  std::vector<double> weights;  // after an epoch
  std::vector<double> figures;  // its two losses and the number of right answers
};

bool same(const Outcome& a, const Outcome& b) {
  return test::same_bits(a.weights, b.weights) && test::same_bits(a.figures, b.figures);
}

Outcome train(const Case& c, const Examples& data, const std::string& isa, std::size_t threads) {
  Model model(Network::parse(c.network), c.precision, 4);
  Trainer trainer(model, data, data.slice(0, 150),
                  {.loss = c.loss,
                   .optimizer = c.optimizer,
                   .average = c.average,
                   .augment = c.augment,
                   .image = {28, 28},
                   .batch = c.batch,
                   .seed = 6,
                   .threads = threads,
                   .isa = isa});
  const EpochReport report = trainer.run_epoch();
  trainer.finish();
  return {test::weights_of(model),
          {report.loss, report.test_loss, static_cast<double>(report.correct)}};
}

void check(const Case& c, const Examples& data) {
  SCOPED_TRACE(c.network + ", " + std::string(name(c.precision)) + ", batch " +
               std::to_string(c.batch) + ", " + c.loss);
  const Outcome expected = train(c, data, "auto", 1);
  ASSERT_TRUE(std::all_of(expected.weights.begin(), expected.weights.end(),
                          [](double v) { return std::isfinite(v); }));
  // Another machine's instruction set and another number of threads, each and together.
  for (const std::string& isa : test::fused_isas())
    for (const std::size_t threads : {1, 2})
      EXPECT_TRUE(same(train(c, data, isa, threads), expected))
          << isa << ", " << threads << " threads";
  EXPECT_TRUE(same(train(c, data, "auto", 3), expected)) << "3 threads";
  const AsNumbers<float> numbers(data);
  EXPECT_TRUE(same(train(c, numbers.examples, "auto", 1), expected)) << "as float32";
  EXPECT_TRUE(same(train(c, numbers.examples, "auto", 2), expected)) << "as float32";
  const AsNumbers<double> doubles(data);
  EXPECT_TRUE(same(train(c, doubles.examples, "auto", 1), expected)) << "as float64";
}

// Numbers of rows that leave a smaller batch at the end.
constexpr std::size_t kRows[][2] = {{1, 60}, {10, 507}, {32, 1007}, {128, 1007}};

class Bits : public testing::TestWithParam<Precision> {};

TEST_P(Bits, OfEachNetwork) {
  for (const char* network : kNetworks) check({network, GetParam()}, test::digits(307, 0).train);
}

TEST_P(Bits, OfEachBatchSize) {
  for (const auto& [batch, rows] : kRows)
    check({kNetworks[2], GetParam(), batch, "cross_entropy"}, test::digits(rows, 0).train);
}

TEST_P(Bits, OfStagesThatAllThreadsShare) {
  check({kWide, GetParam(), 128}, test::digits(700, 0).train);
  check({kWide, GetParam(), 50}, test::digits(207, 0).train);
}

// Everything between products, and stages that all threads share among them.
TEST_P(Bits, OfDeepNetworks) {
  const std::string first = "input(784) -> ";
  const Examples& data = test::digits(307, 0).train;
  check({first + "repeat(2, dense(130, elu) -> batch_norm -> dropout(0.3)) -> dense(10)",
         GetParam(), 50, "cross_entropy", "adam(0.01)"},
        data);
  check({first + "dense(64, gelu) -> residual(dense(64, mish) -> layer_norm -> dense(64, silu)) -> "
                 "dense(10, softmax)",
         GetParam(), 32, "huber(0.1)", "nadam(0.01)"},
        data);
  check({first + "gaussian_noise(0.1) -> dense(90, selu) -> alpha_dropout(0.2) -> dense(40, prelu) "
                 "-> residual(dense(40, softplus)) -> dense(10, leaky_relu)",
         GetParam(), 20, "binary_cross_entropy", "rmsprop(0.01, momentum=0.5)"},
        data);
  check({first + "batch_norm -> dense(300, hard_swish) -> dense(200, hard_sigmoid) -> dense(10)",
         GetParam(), 100, "hinge", "nesterov(0.1)"},
        data);
}

TEST_P(Bits, OfImages) {
  for (const char* network : kImages)
    check({network, GetParam(), 25, "cross_entropy", "adam(0.005)"}, test::digits(107, 0).train);
  check({"input(28x28) -> conv2d(7, 3, gelu, stride=2) -> spatial_dropout(0.2) -> dropout(0.1) -> "
         "conv2d(20, 3, silu) -> batch_norm -> global_avg_pool -> dense(10)",
         GetParam(), 25, "cross_entropy", "adam(0.005, clip_norm=1)"},
        test::digits(107, 0).train);
}

TEST_P(Bits, OfWinograd) {
  const Examples& data = test::digits(107, 0).train;
  Case c{kWinograd, GetParam(), 25, "cross_entropy", "adam(0.005)"};
  check(c, data);
  check({kWinograd, GetParam(), 32, "cross_entropy", "adam(0.005, clip_norm=1)"}, data);
  const Outcome expected = train(c, data, "auto", 1);
  for (std::size_t at; (at = c.network.find(", algorithm=winograd")) != c.network.npos;)
    c.network.erase(at, std::string(", algorithm=winograd").size());
  EXPECT_EQ(test::same_bits(train(c, data, "auto", 1).weights, expected.weights),
            GetParam() == Precision::float64)
      << "direct sums round otherwise, and double precision has no others";
}

// Packed ahead by several threads, or not; and as bytes alone, which is what is rounded to.
TEST_P(Bits, OfAugmentedImages) {
  const Examples& data = test::digits(307, 0).train;
  for (const char* network : {kNetworks[0], kWide, kImages[0]}) {
    const Case c{network,
                 GetParam(),
                 25,
                 "quadratic",
                 "sgd(0.1)",
                 "none",
                 "shift(2) -> rotate(10) -> elastic(36, 5) -> cutout(4) -> noise(0.1)"};
    const Outcome expected = train(c, data, "auto", 1);
    Case plain = c;
    plain.augment.clear();
    EXPECT_FALSE(same(train(plain, data, "auto", 1), expected));
    for (const std::string& isa : test::fused_isas())
      for (const std::size_t threads : {1, 2, 3})
        EXPECT_TRUE(same(train(c, data, isa, threads), expected))
            << network << ", " << isa << ", " << threads << " threads";
  }
}

TEST_P(Bits, OfEachOptimizer) {
  const Examples& data = test::digits(207, 0).train;
  for (const char* optimizer :
       {"sgd(0.1, l2=0.01, l1=0.001)", "sgd(0.1, clip_norm=0.1)", "adam(0.01, clip_layer_norm=0.1)",
        "momentum(0.1, max_norm=1)", "adagrad(0.05)", "adamw(0.01, clip_value=0.001)",
        "radam(0.01)", "lion(0.001)", "muon(0.02)", "adam(one_cycle(0.01))"})
    check({"input(784) -> dense(150, relu) -> batch_norm -> dense(10)", GetParam(), 50,
           "cross_entropy", optimizer, "ema(0.9)"},
          data);
}

// Each of a network of its own, so that whatever is added to the catalogue is trained here as well.
// The other tests have the combinations.
void check_quickly(Case c) {
  if (c.optimizer == Case{}.optimizer) c.optimizer = "sgd(0.01)";  // for outputs without bounds
  SCOPED_TRACE(c.network + ", " + c.loss + ", " + c.optimizer);
  const Examples& data = test::digits(57, 0).train;
  const Outcome expected = train(c, data, "auto", 1);
  ASSERT_TRUE(std::all_of(expected.weights.begin(), expected.weights.end(),
                          [](double v) { return std::isfinite(v); }));
  for (const std::string& isa : test::fused_isas())
    for (const std::size_t threads : {1, 2})
      EXPECT_TRUE(same(train(c, data, isa, threads), expected))
          << isa << ", " << threads << " threads";
}

std::vector<std::string> names(network::Category category) {
  std::vector<std::string> result = catalogue::catalogue().names(category);
  EXPECT_FALSE(result.empty());
  return result;
}

// A network for each layer that is not an activation. A new layer needs a line.
const std::map<std::string, std::string>& networks_by_layer() {
  static const std::map<std::string, std::string> networks = {
      {"input", "input(784) -> dense(10)"},
      {"flatten", "input(28x28) -> flatten -> dense(10)"},
      {"dense", "input(784) -> dense(33, tanh) -> dense(10)"},
      {"batch_norm", "input(784) -> dense(33) -> batch_norm -> dense(10)"},
      {"layer_norm", "input(784) -> dense(33) -> layer_norm -> dense(10)"},
      {"standardize", "input(784) -> standardize -> dense(10)"},
      {"residual", "input(784) -> dense(33) -> residual(dense(33, relu)) -> dense(10)"},
      {"ensemble",
       "input(784) -> ensemble(dense(33, relu) -> dense(10), dense(10), times=2, mean=softmax)"},
      {"repeat", "input(784) -> repeat(3, dense(33, relu)) -> dense(10)"},
      {"conv2d", "input(28x28) -> conv2d(5, 4, relu, stride=4) -> flatten -> dense(10)"},
      {"conv1d", "input(28x28) -> conv1d(5, 4, relu, stride=4) -> flatten -> dense(10)"},
      {"depthwise_conv2d",
       "input(28x28) -> conv2d(5, 4, stride=4) -> depthwise_conv2d(3, relu) -> flatten -> "
       "dense(10)"},
      {"conv_transpose2d",
       "input(28x28) -> conv2d(5, 4, stride=4) -> conv_transpose2d(3, 3, relu) -> flatten -> "
       "dense(10)"},
      {"max_pool", "input(28x28) -> conv2d(5, 4, stride=4) -> max_pool -> flatten -> dense(10)"},
      {"avg_pool", "input(28x28) -> conv2d(5, 4, stride=4) -> avg_pool -> flatten -> dense(10)"},
      {"global_avg_pool", "input(28x28) -> conv2d(5, 4, stride=4) -> global_avg_pool -> dense(10)"},
      {"embedding", "input(784) -> embedding(2, 17) -> mean_over_time -> dense(10)"},
      {"embed_columns", "input(784) -> embed_columns(2x6, 782, 2x5) -> dense(10)"},
      {"rnn", "input(28x28) -> rnn(20, relu, all) -> rnn(33) -> dense(10)"},
      {"lstm", "input(28x28) -> lstm(20, all) -> lstm(33, reverse=true) -> dense(10)"},
      {"gru", "input(28x28) -> gru(20, all) -> gru(33) -> dense(10)"},
      {"bidirectional", "input(28x28) -> bidirectional(gru(20)) -> dense(10)"},
      {"attention", "input(28x28) -> attention(4, causal) -> mean_over_time -> dense(10)"},
      {"transformer", "input(28x28) -> transformer(2, 40) -> last -> dense(10)"},
      {"position", "input(28x28) -> position -> attention(1) -> last -> dense(10)"},
      {"rms_norm", "input(784) -> dense(33) -> rms_norm -> dense(10)"},
      {"last", "input(28x28) -> conv1d(5, 4, relu, stride=4) -> dense(6) -> last -> dense(10)"},
      {"mean_over_time", "input(28x28) -> conv1d(5, 4, stride=4) -> mean_over_time -> dense(10)"},
      {"max_over_time", "input(28x28) -> conv1d(5, 4, stride=4) -> max_over_time -> dense(10)"},
      {"dropout", "input(784) -> dense(33) -> dropout(0.3) -> dense(10)"},
      {"spatial_dropout",
       "input(28x28) -> conv2d(5, 4, stride=4) -> spatial_dropout(0.3) -> flatten -> dense(10)"},
      {"alpha_dropout", "input(784) -> dense(33, selu) -> alpha_dropout(0.3) -> dense(10)"},
      {"gaussian_noise", "input(784) -> gaussian_noise(0.3) -> dense(10)"},
  };
  return networks;
}

TEST_P(Bits, OfEachLayerOfTheCatalogue) {
  const std::vector<std::string> activations = names(network::Category::activation);
  for (const std::string& layer : names(network::Category::layer)) {
    if (std::ranges::find(activations, layer) != activations.end()) {
      check_quickly({"input(784) -> dense(33) -> " + layer + " -> dense(10)", GetParam()});
      continue;
    }
    const auto found = networks_by_layer().find(layer);
    ASSERT_NE(found, networks_by_layer().end()) << "a network with " << layer << " is missing";
    ASSERT_NE(found->second.find(layer), std::string::npos) << layer;
    check_quickly({found->second, GetParam()});
  }
}

TEST_P(Bits, OfEachActivationOfTheCatalogue) {
  for (const std::string& activation : names(network::Category::activation))
    check_quickly({"input(784) -> dense(33, " + activation + ") -> dense(10)", GetParam()});
}

TEST_P(Bits, OfEachLossOfTheCatalogue) {
  for (const std::string& loss : names(network::Category::loss))
    check_quickly({"input(784) -> dense(33, tanh) -> dense(10)", GetParam(), 10, loss});
}

TEST_P(Bits, OfEachOptimizerOfTheCatalogue) {
  for (const std::string& optimizer : names(network::Category::optimizer))
    check_quickly({"input(784) -> dense(33, tanh) -> dense(10)", GetParam(), 10, "cross_entropy",
                   optimizer + "(0.01)"});
}

TEST_P(Bits, OfEachAverageOfTheCatalogue) {
  for (const std::string& average : names(network::Category::averaging))
    check_quickly({"input(784) -> dense(33, tanh) -> dense(10)", GetParam(), 10, "cross_entropy",
                   "sgd(0.1)", average});
}

TEST_P(Bits, OfDenseBytes) {
  // No column is left out: every pixel has a value in some row.
  const Examples& data = test::digits(207, 0).train;
  std::vector<std::uint8_t> bytes(data.features.rows * data.features.columns);
  base::Rng random(3, 1);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
  Examples full = data;
  full.features.data = bytes.data();
  full.features.row_stride = full.features.columns;
  check({kNetworks[2], GetParam()}, full);
}

TEST_P(Bits, OfThePlainReferenceToo) {
  const Examples& data = test::digits(107, 0).train;
  for (const char* network : {kExact, kImages[0], kImages[1], kImages[2], kWinograd}) {
    const Case c{network, GetParam(), 10, "quadratic", "sgd(0.01)"};
    // It sums the losses that it reports in another order.
    const Outcome expected = train(c, data, "auto", 1);
    for (const std::size_t threads : {1, 2})
      EXPECT_TRUE(test::same_bits(train(c, data, "scalar", threads).weights, expected.weights))
          << network;
  }
}

TEST_P(Bits, OfARepeatedRunAndNotOfAnotherSeed) {
  const Examples& data = test::digits(507, 0).train;
  const auto weights = [&](std::uint64_t model_seed, std::uint64_t shuffle_seed) {
    Model model(Network::parse(kNetworks[0]), GetParam(), model_seed);
    Trainer trainer(model, data, {}, {.seed = shuffle_seed});
    trainer.run_epoch();
    trainer.run_epoch();
    return test::weights_of(model);
  };
  EXPECT_TRUE(test::same_bits(weights(1, 1), weights(1, 1)));
  EXPECT_FALSE(test::same_bits(weights(1, 1), weights(2, 1)));
  EXPECT_FALSE(test::same_bits(weights(1, 1), weights(1, 2)));
}

INSTANTIATE_TEST_SUITE_P(In, Bits, testing::Values(Precision::float32, Precision::float64),
                         [](const auto& at) { return std::string(name(at.param)); });

}  // namespace
}  // namespace lithe
