// What a network's last dense layer is given and gives.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lithe/calibrate.h"
#include "lithe/error.h"
#include "lithe/transfer.h"
#include "support/expect_error.h"
#include "support/training.h"

namespace lithe {
namespace {

const Examples& some_digits() { return test::digits(300, 0).train; }

Model make_model(const std::string& network, Precision precision = Precision::float64) {
  return Model(Network::parse("input(784) -> " + network), precision, 3, {255, {}});
}

// The features of a network are what the network without its head puts out, and its outputs follow
// from them.
TEST(Evidence, IsWhatTheNetworkComputes) {
  for (const char* front :
       {"dense(20, relu)", "dense(30, tanh) -> dropout(0.5) -> batch_norm -> sigmoid",
        "repeat(2, dense(16, selu)) -> residual(dense(16, relu) -> dense(16))"}) {
    SCOPED_TRACE(front);
    const Model whole = make_model(std::string(front) + " -> dense(10)");
    Model half = make_model(front);
    copy_layers(whole, half);
    const Evidence evidence = collect_evidence(whole, some_digits());
    EXPECT_EQ(evidence.rows, 300u);
    EXPECT_EQ(evidence.classes, 10u);
    EXPECT_TRUE(test::same_bits(evidence.features, half.predict(some_digits().features)));
    const std::vector<double> outputs = whole.predict(some_digits().features);
    ASSERT_EQ(evidence.logits.size(), outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i)
      EXPECT_NEAR(evidence.logits[i], outputs[i], 1e-12 * (1 + std::abs(outputs[i])));
    EXPECT_TRUE(std::equal(evidence.labels.begin(), evidence.labels.end(), some_digits().labels));
  }
}

TEST(Evidence, LogitsAreThoseBeforeTheActivation) {
  const Model plain = make_model("dense(20, relu) -> dense(10)");
  for (const char* end : {"dense(10, sigmoid)", "dense(10) -> softmax", "dense(10) -> dropout(0.1)",
                          "dense(10, softmax)"}) {
    SCOPED_TRACE(end);
    Model ended = make_model(std::string("dense(20, relu) -> ") + end);
    copy_layers(plain, ended);
    EXPECT_TRUE(test::same_bits(collect_evidence(ended, some_digits()).logits,
                                collect_evidence(plain, some_digits()).logits));
  }
}

// With nothing before the head, the features are the inputs themselves.
TEST(Evidence, OfALinearModelIsItsInput) {
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    const Evidence evidence = collect_evidence(make_model("dense(10)", precision), some_digits());
    ASSERT_EQ(evidence.columns, 784u);
    for (const std::size_t row : {0u, 77u, 299u})
      for (std::size_t k = 0; k < 784; ++k)
        EXPECT_NEAR(evidence.features[row * 784 + k], some_digits().features.row(row)[k] / 255.0,
                    1e-7);
  }
}

TEST(Evidence, ColumnsThatAreStandardizedAloneAreSo) {
  const test::RandomExamples random(50, 7, 2);
  Model model(Network::parse("input(7) -> standardize -> dense(2)"), Precision::float64, 1);
  model.standardize(random.examples.features);
  const Evidence evidence = collect_evidence(model, random.examples);
  for (std::size_t k = 0; k < 7; ++k) {
    double sum = 0, squares = 0;
    for (std::size_t row = 0; row < 50; ++row) {
      sum += evidence.features[row * 7 + k];
      squares += evidence.features[row * 7 + k] * evidence.features[row * 7 + k];
    }
    EXPECT_NEAR(sum, 0, 1e-9);
    EXPECT_NEAR(squares, 50, 1e-6);
  }
}

TEST(Evidence, OfImages) {
  const Model model(Network::parse("input(28x28x1) -> conv2d(3, 5x5, relu) -> max_pool(2) -> "
                                   "flatten -> dense(10)"),
                    Precision::float32, 1, {255, {}});
  const Evidence evidence = collect_evidence(model, some_digits());
  const std::vector<double> outputs = model.predict(some_digits().features);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    EXPECT_NEAR(evidence.logits[i], outputs[i], 1e-4);
}

TEST(Evidence, OneOutputCountsAsTwoClasses) {
  const test::RandomExamples random(20, 5, 2);
  const Model model(Network::parse("input(5) -> dense(4, tanh) -> dense(1)"), Precision::float64,
                    1);
  const Evidence evidence = collect_evidence(model, random.examples);
  const std::vector<double> outputs = model.predict(random.examples.features);
  EXPECT_EQ(evidence.classes, 2u);
  for (std::size_t row = 0; row < 20; ++row) {
    EXPECT_EQ(evidence.logits[2 * row], 0);
    EXPECT_NEAR(evidence.logits[2 * row + 1], outputs[row], 1e-12);
  }
  EXPECT_EQ(head_of(model).weight.size(), 8u);
}

TEST(Evidence, ANetworkWithoutAHeadIsToldWhatToDo) {
  for (const char* end :
       {"dense(10) -> batch_norm", "residual(dense(784))", "dense(20) -> dense(10) -> prelu"})
    test::expect_error(ErrorKind::model, {"dense(classes)"}, [&] { head_of(make_model(end)); });
  const test::RandomExamples other(3, 5, 2);
  test::expect_error(ErrorKind::data, {"784", "5"},
                     [&] { collect_evidence(make_model("dense(10)"), other.examples); });
}

TEST(WithOutputs, ChangesTheLastLayerAlone) {
  EXPECT_EQ(with_outputs(Network::parse("input(4) -> dense(8, relu) -> dense(3, sigmoid)"), 7)
                .to_string(),
            "input(4) -> dense(8, relu) -> dense(7, sigmoid)");
  EXPECT_EQ(
      with_outputs(Network::parse("input(4) -> dense(8) -> dense(3) -> softmax"), 2).to_string(),
      "input(4) -> dense(8) -> dense(2) -> softmax");
  for (const char* other :
       {"input(4) -> dense(3) -> batch_norm", "input(4) -> repeat(2, dense(3))"})
    test::expect_error(ErrorKind::model, {"end it with dense"},
                       [&] { with_outputs(Network::parse(other), 5); });
}

}  // namespace
}  // namespace lithe
