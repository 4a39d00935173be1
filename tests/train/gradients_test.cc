// Every layer, activation and loss against central finite differences, in float64.
//
// The plan has no gradients to show: they are used up by the update. One step of gradient descent
// with a known rate tells them, gradient = (weights before - weights after) / rate.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "activations/activation.h"
#include "losses/loss.h"
#include "support/training.h"

namespace lithe {
namespace {

constexpr std::size_t kRows = 9, kClasses = 5;
constexpr const char* kRate = "sgd(1)";

// In what follows losses are of order 1: differences of them carry rounding errors of some 1e-16 /
// h, and an error of h^2 from the third derivative. At 1e-5 both are about 1e-10.
constexpr double kStep = 1e-5;

double mean_loss(Model& model, const Examples& data, const std::string& loss) {
  return evaluate(model, data, loss).loss;
}

std::vector<double> numeric_gradient(Model& model, const Examples& data, const std::string& loss) {
  std::vector<double> weights = test::weights_of(model), gradient(weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double kept = weights[i];
    double sides[2];
    for (int side = 0; side < 2; ++side) {
      weights[i] = kept + (side == 0 ? -kStep : kStep);
      test::set_weights(model, weights);
      sides[side] = mean_loss(model, data, loss);
    }
    weights[i] = kept;
    gradient[i] = (sides[1] - sides[0]) / (2 * kStep);
  }
  test::set_weights(model, weights);
  return gradient;
}

std::vector<double> engine_gradient(Model& model, const Examples& data, const std::string& loss,
                                    std::size_t threads) {
  const std::vector<double> before = test::weights_of(model);
  Trainer trainer(
      model, data, {},
      {.loss = loss, .optimizer = kRate, .batch = data.features.rows, .threads = threads});
  trainer.run_epoch();
  const std::vector<double> after = test::weights_of(model);
  std::vector<double> gradient(before.size());
  for (std::size_t i = 0; i < before.size(); ++i) gradient[i] = before[i] - after[i];
  return gradient;
}

double norm(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v * v;
  return std::sqrt(sum);
}

void compare(const std::vector<double>& expected, std::vector<double> difference) {
  for (std::size_t i = 0; i < expected.size(); ++i) difference[i] -= expected[i];
  ASSERT_GT(norm(expected), 1e-3) << "a gradient of nothing tests nothing";
  EXPECT_LT(norm(difference) / norm(expected), 1e-6);
}

// Of what is taken from the data, and learned by no gradient.
void clear_statistics(const Model& model, std::vector<double>& gradient) {
  std::size_t at = 0;
  for (const std::string& name : model.names()) {
    const std::size_t count = model.values(name).size();
    for (const char* statistic : {"running", ".mean", ".deviation"})
      if (name.find(statistic) != name.npos)
        std::fill_n(gradient.begin() + static_cast<std::ptrdiff_t>(at), count, 0.0);
    at += count;
  }
}

// `loss` may have an argument.
losses::Targets targets_of(const std::string& loss) {
  for (const losses::Row& row : losses::kLosses)
    if (row.name == loss.substr(0, loss.find('('))) return row.targets;
  ADD_FAILURE() << "no such loss: " << loss;
  return {};
}

enum class Answers { classes, numbers, weighted };

// Vectors of 7 values come in where the layers do not say otherwise.
Network network_of(const std::string& layers) {
  return Network::parse(layers.starts_with("input(") ? layers : "input(7) -> " + layers);
}
std::size_t inputs_of(const std::string& layers) { return network_of(layers).input_shape().size(); }

void check(const std::string& layers, const std::string& loss, Answers answers = Answers::classes) {
  SCOPED_TRACE(layers + ", " + loss);
  const test::RandomExamples data(kRows, inputs_of(layers), kClasses);
  Examples examples = data.examples;
  std::vector<float> targets, weights;
  base::Rng random(4, 1);
  for (std::size_t i = 0; i < kRows * kClasses; ++i)
    targets.push_back(static_cast<float>(random.uniform()));
  if (targets_of(loss) == losses::Targets::distribution)
    for (auto row = targets.begin(); row != targets.end(); row += kClasses) {
      const float sum = std::accumulate(row, row + kClasses, 0.0f);
      std::for_each(row, row + kClasses, [sum](float& target) { target /= sum; });
    }
  for (std::size_t i = 0; i < kRows; ++i) weights.push_back(static_cast<float>(i % 4));
  if (answers == Answers::numbers)
    examples.labels = nullptr, examples.targets = targets.data(),
    examples.target_columns = kClasses;
  if (answers == Answers::weighted) examples.weights = weights.data();
  Model model(network_of(layers), Precision::float64, 2);
  std::vector<double> expected = numeric_gradient(model, examples, loss);
  clear_statistics(model, expected);
  compare(expected, engine_gradient(model, examples, loss, 1));
}

// The loss of the first training step, from these weights.
double training_loss(const std::string& layers, const std::vector<double>& weights,
                     const Examples& data) {
  Model model(network_of(layers), Precision::float64, 2);
  test::set_weights(model, weights);
  Trainer trainer(model, data, {},
                  {.loss = "cross_entropy",
                   .optimizer = "sgd(1e-30)",
                   .batch = data.features.rows,
                   .threads = 1});
  return trainer.run_epoch().loss;
}

// As check, for what training does and evaluation does not.
void check_training(const std::string& layers) {
  SCOPED_TRACE(layers);
  const test::RandomExamples data(kRows, inputs_of(layers), kClasses);
  Model model(network_of(layers), Precision::float64, 2);
  std::vector<double> weights = test::weights_of(model);
  std::vector<double> expected(weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double kept = weights[i];
    weights[i] = kept + kStep;
    const double above = training_loss(layers, weights, data.examples);
    weights[i] = kept - kStep;
    const double below = training_loss(layers, weights, data.examples);
    weights[i] = kept;
    expected[i] = (above - below) / (2 * kStep);
  }
  std::vector<double> gradient = engine_gradient(model, data.examples, "cross_entropy", 1);
  clear_statistics(model, gradient);
  compare(expected, gradient);
}

// Normal inputs and weights keep relu's arguments away from its kink by more than the step moves
// them: of about a thousand arguments the nearest to 0 is some 1e-3 away.
std::string dense(std::size_t units, const std::string& activation) {
  return "dense(" + std::to_string(units) + ", " + activation +
         ", init=normal(0.7), bias_init=normal(0.5))";
}

// Every activation that sentences can name, with an argument that is not the default.
std::vector<std::string> activations() {
  std::vector<std::string> result;
  for (const auto& row : activations::kActivations)
    result.push_back(std::string(row.name) + (row.argument.empty() ? "" : "(0.3)"));
  result.insert(result.end(), {"prelu(0.2)", "softmax"});
  return result;
}

class EachLoss : public testing::TestWithParam<losses::Row> {
 protected:
  // What the network may end in: not in probabilities where the loss takes logits.
  std::string end(const std::string& activation) const {
    const auto* row =
        std::ranges::find(activations::kActivations, activation, &activations::Row::name);
    const bool probabilities = activation == "softmax" ||
                               (row != std::end(activations::kActivations) && row->probabilities);
    return probabilities && losses::takes_logits(GetParam().loss) ? "tanh" : activation;
  }
  const std::string loss_{GetParam().name};
};

TEST_P(EachLoss, BehindEachActivation) {
  for (const std::string& name : activations())
    check(dense(6, name) + " -> " + dense(kClasses, end(name)), loss_);
}

TEST_P(EachLoss, BehindEachActivationAsALayerOfItsOwn) {
  for (const std::string& name : activations())
    check(dense(6, "identity") + " -> " + name + " -> " + dense(kClasses, "identity") + " -> " +
              end(name),
          loss_);
}

TEST_P(EachLoss, ThroughThreeLayersInARow) {
  check(dense(6, "tanh") + " -> tanh -> sigmoid -> " + dense(9, "sigmoid") + " -> flatten -> " +
            dense(11, "relu") + " -> " + dense(kClasses, "identity"),
        loss_);
}

// More columns than a tile, a panel and a line hold, on both sides of the product.
TEST_P(EachLoss, ThroughOddWidths) {
  check(dense(17, "tanh") + " -> " + dense(33, "sigmoid") + " -> " + dense(kClasses, "identity"),
        loss_);
}

TEST_P(EachLoss, OfASingleUnitOrLayer) {
  check(dense(1, "tanh") + " -> " + dense(kClasses, "identity"), loss_);
  check(dense(kClasses, end("sigmoid")), loss_);
}

TEST_P(EachLoss, WithItsArgument) {
  if (GetParam().argument.empty()) return;
  check(dense(6, "tanh") + " -> " + dense(kClasses, "identity"), loss_ + "(0.4)");
}

TEST_P(EachLoss, ForNumbersAndWeights) {
  check(dense(6, "tanh") + " -> " + dense(kClasses, "identity"), loss_, Answers::numbers);
  check(dense(6, "tanh") + " -> " + dense(kClasses, "identity"), loss_, Answers::weighted);
}

INSTANTIATE_TEST_SUITE_P(Gradients, EachLoss, testing::ValuesIn(losses::kLosses),
                         [](const auto& at) { return std::string(at.param.name); });

TEST(Gradients, BehindEachTwoActivationsInARow) {
  for (const std::string& first : activations())
    for (const std::string& second : activations()) {
      const std::string both = " -> " + second;
      check(dense(6, first) + both + " -> " + dense(kClasses, first) + both, "quadratic");
    }
}

// Evaluation normalises by running statistics, so what numeric gradients see there is another
// function: here the loss is asked of the training pass itself.
TEST(Gradients, OfBatchNorm) {
  for (const std::string name : {"relu", "tanh", "gelu", "prelu(0.2)"}) {
    check_training(dense(6, name) + " -> batch_norm -> " + dense(kClasses, "identity"));
    check_training(dense(20, "identity") + " -> batch_norm -> " + name + " -> " +
                   dense(kClasses, "identity"));
    check_training("batch_norm -> " + dense(17, name) + " -> batch_norm -> batch_norm -> " +
                   dense(kClasses, "identity") + " -> batch_norm");
  }
}

TEST(Gradients, OfLayerNorm) {
  for (const std::string name : {"relu", "tanh", "silu"}) {
    check(dense(6, name) + " -> layer_norm -> " + dense(kClasses, "identity"), "cross_entropy");
    check("layer_norm -> " + dense(37, "identity") + " -> layer_norm -> " + name + " -> " +
              dense(kClasses, "identity"),
          "quadratic");
  }
}

TEST(Gradients, ThroughResiduals) {
  const std::string inside = dense(9, "tanh");
  check(dense(9, "relu") + " -> residual(" + inside + ") -> " + dense(kClasses, "identity"),
        "cross_entropy");
  check(dense(9, "silu") + " -> residual(" + inside + " -> residual(tanh -> " + inside +
            ")) -> sigmoid -> " + dense(kClasses, "identity"),
        "cross_entropy");
  check(dense(9, "tanh") + " -> residual(residual(residual(sigmoid))) -> layer_norm -> " +
            dense(kClasses, "identity"),
        "quadratic");
  check("residual(dense(7, tanh, init=normal(0.7))) -> " + dense(kClasses, "identity"),
        "quadratic");
  check(dense(kClasses, "identity") + " -> residual(tanh)", "quadratic");
}

TEST(Gradients, ThroughEnsembles) {
  for (const std::string mean : {"outputs", "softmax", "sigmoid"}) {
    const std::string members = "ensemble(" + dense(8, "tanh") + " -> " +
                                dense(kClasses, "identity") + ", " + dense(kClasses, "identity") +
                                ", times=2, mean=" + mean + ")";
    check(members, mean == "sigmoid" ? "binary_cross_entropy" : "cross_entropy");
    check(dense(9, "tanh") + " -> " + members + " -> " + dense(kClasses, "tanh"), "quadratic");
  }
}

TEST(Gradients, ThroughRepeats) {
  check("repeat(3, " + dense(8, "elu") + " -> layer_norm) -> " + dense(kClasses, "identity"),
        "cross_entropy");
}

// The noise is a function of seed and step, and the first step is always the same.
TEST(Gradients, ThroughNoise) {
  for (const std::string noise : {"dropout(0.3)", "alpha_dropout(0.2)", "gaussian_noise(0.3)"}) {
    check_training(dense(40, "tanh") + " -> " + noise + " -> " + dense(kClasses, "identity"));
    check_training(noise + " -> " + dense(9, "selu") + " -> residual(" + noise + " -> tanh) -> " +
                   dense(kClasses, "identity"));
  }
}

// A layer of images, with weights that are not small, and what turns its output into classes.
void check_images(const std::string& input, const std::string& layers) {
  check("input(" + input + ") -> " + layers + " -> flatten -> " + dense(kClasses, "identity"),
        "cross_entropy");
}
std::string with_weights(std::string layer) {
  layer.pop_back();
  return layer + ", init=normal(0.7), bias_init=normal(0.5))";
}

TEST(Gradients, OfConvolutions) {
  for (const std::string layer : {"conv2d(3, 3x3, tanh)",
                                  "conv2d(6, 2x3, relu)",
                                  "conv2d(17, 3x2)",
                                  "conv2d(2, 3, padding=same)",
                                  "conv2d(9, 3x3, stride=2)",
                                  "conv2d(4, 3, stride=2x1, padding=same)",
                                  "conv2d(4, 3, padding=2)",
                                  "conv2d(4, 2, dilation=2)",
                                  "conv2d(4, 2, dilation=2, stride=2)",
                                  "conv2d(4, 3x3, groups=2, padding=same)",
                                  "conv2d(36, 2, groups=2)",
                                  "conv2d(1, 1)",
                                  "depthwise_conv2d(3x3, sigmoid)",
                                  "depthwise_conv2d(3, padding=same, stride=2)",
                                  "depthwise_conv2d(2, dilation=2)",
                                  "depthwise_conv2d(2, multiplier=3)",
                                  "conv_transpose2d(3, 3)",
                                  "conv_transpose2d(5, 4, stride=2, padding=1)",
                                  "conv_transpose2d(2, 2, stride=3)",
                                  "conv_transpose2d(3, 3, stride=2, padding=same)"}) {
    check_images("6x5x4", with_weights(layer));
    check_images("5x5x2", with_weights("conv2d(4, 2, tanh)") + " -> " + with_weights(layer));
  }
  check_images("7x7", with_weights("conv2d(6, 5, relu)") + " -> " + with_weights("conv2d(3, 2)"));
}

// Winograd's transforms are for float32, where finite differences say little: so against the direct
// convolution in float64, which is checked above. Both networks get the same weights, of float32.
TEST(Gradients, OfWinogradAreThoseOfTheDirectConvolution) {
  const auto gradient = [](const std::string& algorithm, Precision precision) {
    const std::string conv = ", init=normal(0.1), bias_init=normal(0.5), algorithm=" + algorithm;
    const std::string layers = "input(9x8x32) -> conv2d(40, 3, tanh, padding=same" + conv +
                               ") -> conv2d(33, 3, tanh, padding=2" + conv +
                               ") -> conv2d(32, 3, tanh" + conv + ") -> flatten -> dense(5)";
    const test::RandomExamples data(kRows, inputs_of(layers), kClasses);
    Model model(network_of(layers), precision, 2);
    test::set_weights(model, test::weights_of(Model(network_of(layers), Precision::float32, 2)));
    return engine_gradient(model, data.examples, "cross_entropy", 1);
  };
  const std::vector<double> exact = gradient("direct", Precision::float64);
  const auto relative_error = [&](std::vector<double> other) {
    for (std::size_t i = 0; i < exact.size(); ++i) other[i] -= exact[i];
    return norm(other) / norm(exact);
  };
  EXPECT_EQ(relative_error(gradient("winograd", Precision::float64)), 0) << "direct in float64";
  // Weights near 0.1 less a gradient near 0.01 are what is told apart, in float32.
  const double direct = relative_error(gradient("direct", Precision::float32));
  const double winograd = relative_error(gradient("winograd", Precision::float32));
  EXPECT_NE(winograd, direct);
  EXPECT_LT(winograd, 2e-5);
  EXPECT_LT(winograd, 3 * direct);
}

TEST(Gradients, OfSlopesOfChannels) {
  const Model model(
      network_of("input(6x5x4) -> conv2d(3, 2, prelu) -> flatten -> prelu -> dense(2)"),
      Precision::float64, 2);
  EXPECT_EQ(model.values("layers.0.slope").size(), 3u);
  EXPECT_EQ(model.values("layers.2.slope").size(), 5u * 4u * 3u);
  for (const std::string layer :
       {"conv2d(3, 3x3, prelu)", "conv2d(17, 2, prelu(0.2))", "depthwise_conv2d(2, prelu(-0.3))",
        "conv_transpose2d(3, 2, prelu)"})
    check_images("6x5x4", with_weights(layer));
  const std::string conv = with_weights("conv2d(3, 3, padding=same)");
  check_images("4x5x3", "prelu(0.1) -> " + conv + " -> prelu -> prelu(-0.4) -> max_pool");
  check_images("4x5x3", "residual(" + conv + " -> prelu) -> prelu(0.1)");
  check_images("9x3", with_weights("conv1d(4, 3, prelu)"));
  check_training("input(4x5x3) -> " + conv +
                 " -> prelu -> batch_norm -> prelu(0.5) -> flatten -> " +
                 dense(kClasses, "identity"));
}

TEST(Gradients, OfSequences) {
  check_images(
      "9x3", with_weights("conv1d(4, 3, tanh)") + " -> " + with_weights("conv1d(3, 2, stride=2)"));
  check_images("9", with_weights("conv1d(4, 3, tanh, padding=same)") + " -> max_pool(2)");
  check_images("9x3", with_weights("conv1d(4, 3, tanh, padding=causal, dilation=2)") + " -> " +
                          with_weights("conv1d(3, 4, padding=causal, stride=2)"));
}

// tests/ops/recurrent_test.cc has more.
TEST(Gradients, OfRecurrentLayers) {
  const std::string end = " -> " + dense(kClasses, "identity");
  check("input(5x3) -> lstm(6)" + end, "cross_entropy");
  check("input(5x3) -> gru(6, all) -> rnn(4)" + end, "cross_entropy");
  check("input(5x3) -> bidirectional(lstm(4, all)) -> dense(3, tanh) -> max_over_time" + end,
        "cross_entropy");
  check_training(
      "input(5x3) -> gru(6, all, dropout=0.2) -> batch_norm -> dropout(0.3) -> prelu -> "
      "lstm(3, dropout=0.2)" +
      end);
  check_training(
      "input(5x3) -> lstm(6, all) -> spatial_dropout(0.3) -> avg_pool -> mean_over_time" + end);
  check("input(5x3) -> lstm(6, all) -> standardize -> max_pool -> gru(2)" + end, "cross_entropy");
}

// tests/ops/attention_test.cc has more.
TEST(Gradients, OfAttention) {
  const std::string end = " -> " + dense(kClasses, "identity");
  check("input(5x4) -> attention(2, causal) -> mean_over_time" + end, "cross_entropy");
  check("input(5x4) -> position -> transformer(2, 6, activation=tanh) -> rms_norm -> flatten" + end,
        "cross_entropy");
  check_training(
      "input(5x4) -> position(sinusoidal) -> residual(rms_norm -> attention(2, rotary=true) -> "
      "dropout(0.3)) -> batch_norm -> transformer(4, 3, norm=post, activation=prelu) -> last" +
      end);
}

TEST(Gradients, OfPooling) {
  const std::string before = with_weights("conv2d(3, 2, tanh)") + " -> ";
  for (const std::string pool :
       {"max_pool", "max_pool(3, stride=1)", "max_pool(2x1)", "max_pool(3, stride=2, padding=1)",
        "avg_pool", "avg_pool(3, stride=2, padding=same)", "avg_pool(2, stride=1)"})
    for (const std::string input : {"6x7x2", "8x8"}) check_images(input, before + pool);
  check("input(6x5x2) -> " + before + "global_avg_pool -> " + dense(kClasses, "identity"),
        "quadratic");
  check_images("6x6x18", "max_pool(2) -> " + before + "avg_pool(2)");
}

TEST(Gradients, OfImagesInResidualsAndNorms) {
  const std::string conv = with_weights("conv2d(3, 3x3, padding=same)");
  const std::string end = " -> flatten -> " + dense(kClasses, "identity");
  check_images("4x5x3", "residual(" + conv + " -> tanh -> " + conv + ") -> relu");
  check_images("4x5x3", conv + " -> residual(max_pool(3, stride=1, padding=1)) -> tanh");
  check_images("4x5x3", conv + " -> layer_norm -> standardize");
  check_training("input(4x5x3) -> " + conv + " -> batch_norm -> relu -> " + conv +
                 " -> batch_norm -> tanh" + end);
  check_training("input(4x5x17) -> batch_norm -> " + conv + " -> batch_norm" + end);
  check_training("input(4x5x3) -> " + conv + " -> spatial_dropout(0.4) -> dropout(0.3) -> " + conv +
                 end);
}

TEST(Gradients, BehindFixedNumbers) {
  check("standardize -> " + dense(6, "tanh") + " -> standardize -> " + dense(kClasses, "identity"),
        "cross_entropy");
}

}  // namespace
}  // namespace lithe
