// Every layer, activation and loss against central finite differences, in float64.
//
// The plan has no gradients to show: they are used up by the update. One step of gradient descent
// with a known rate tells them, gradient = (weights before - weights after) / rate.
#include <gtest/gtest.h>

#include <cmath>

#include "activations/activation.h"
#include "losses/loss.h"
#include "support/training.h"

namespace lithe {
namespace {

constexpr std::size_t kRows = 9, kInputs = 7, kClasses = 5;
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

void check(const std::string& layers, const std::string& loss) {
  SCOPED_TRACE(layers + ", " + loss);
  const test::RandomExamples data(kRows, kInputs, kClasses);
  const Network network = Network::parse("input(7) -> " + layers);
  Model model(network, Precision::float64, 2);
  const std::vector<double> expected = numeric_gradient(model, data.examples, loss);
  std::vector<double> difference = engine_gradient(model, data.examples, loss, 1);
  for (std::size_t i = 0; i < expected.size(); ++i) difference[i] -= expected[i];
  ASSERT_GT(norm(expected), 1e-3) << "a gradient of nothing tests nothing";
  EXPECT_LT(norm(difference) / norm(expected), 1e-6);
}

// Normal inputs and weights keep relu's arguments away from its kink by more than the step moves
// them: of about a thousand arguments the nearest to 0 is some 1e-3 away.
std::string dense(std::size_t units, std::string_view activation) {
  return "dense(" + std::to_string(units) + ", " + std::string(activation) +
         ", init=normal(0.7), bias_init=normal(0.5))";
}

class EachLoss : public testing::TestWithParam<losses::Row> {
 protected:
  const std::string loss_{GetParam().name};
};

TEST_P(EachLoss, BehindEachActivation) {
  for (const auto& row : activations::kActivations)
    check(dense(6, row.name) + " -> " + dense(kClasses, row.name), loss_);
}

TEST_P(EachLoss, BehindEachActivationAsALayerOfItsOwn) {
  for (const auto& row : activations::kActivations)
    check(dense(6, "identity") + " -> " + std::string(row.name) + " -> " +
              dense(kClasses, "identity") + " -> " + std::string(row.name),
          loss_);
}

TEST_P(EachLoss, BehindEachTwoActivationsInARow) {
  for (const auto& first : activations::kActivations)
    for (const auto& second : activations::kActivations) {
      const std::string both = " -> " + std::string(second.name);
      check(dense(6, first.name) + both + " -> " + dense(kClasses, first.name) + both, loss_);
    }
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
  check(dense(kClasses, "sigmoid"), loss_);
}

INSTANTIATE_TEST_SUITE_P(Gradients, EachLoss, testing::ValuesIn(losses::kLosses),
                         [](const auto& at) { return std::string(at.param.name); });

}  // namespace
}  // namespace lithe
