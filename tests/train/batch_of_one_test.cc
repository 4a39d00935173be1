// A last batch of a single example under batch norm: one value has no variance, and must not enter
// the running variance that evaluation uses.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lithe/learner.h"
#include "support/expect_error.h"
#include "support/training.h"

namespace lithe {
namespace {

// Points inside and outside of a circle: 2 columns, 2 classes.
struct Circle {
  explicit Circle(std::size_t rows) {
    base::Rng random(5, 1);
    for (std::size_t i = 0; i < rows; ++i) {
      const double a = random.normal(), b = random.normal();
      values.push_back(static_cast<float>(a)), values.push_back(static_cast<float>(b));
      labels.push_back(a * a + b * b < 1.4);
    }
    examples = {
        {values.data(), ElementType::float32, rows, 2, 2 * sizeof(float), 1}, labels.data(), 2};
  }
  std::vector<float> values;
  std::vector<std::int32_t> labels;
  Examples examples;
};

constexpr const char* kNetwork = "input(2) -> dense(32) -> batch_norm -> relu -> dense(2)";

TrainOptions options(std::size_t batch) {
  return {.loss = "cross_entropy",
          .optimizer = "adam(0.02)",
          .batch = batch,
          .epochs = 30,
          .threads = 1};
}

std::vector<double> running_variance(const Model& model) {
  for (const std::string& name : model.names())
    if (name.ends_with("running_var")) return model.values(name);
  return {};
}

struct Outcome {
  std::size_t correct = 0;  // of all examples
  std::vector<double> variance;
};

Outcome train(const Circle& data, std::size_t batch) {
  Model model(Network::parse(kNetwork), Precision::float32, 1);
  Trainer trainer(model, data.examples, {}, options(batch));
  while (!trainer.finished()) trainer.run_epoch();
  trainer.finish();
  Outcome outcome;
  outcome.correct = evaluate(model, data.examples, "cross_entropy").correct;
  outcome.variance = running_variance(model);
  return outcome;
}

// 129 rows in batches of 64 or 128 leave one; the same rows in one batch leave none.
TEST(BatchOfOne, DoesNotSpoilTheRunningVariance) {
  const Circle data(129);
  const Outcome whole = train(data, 129);
  ASSERT_GE(whole.correct, 116u);
  for (const std::size_t batch : {32, 64, 128}) {
    const Outcome outcome = train(data, batch);
    EXPECT_GE(outcome.correct + 4, whole.correct) << batch;
    ASSERT_EQ(outcome.variance.size(), 32u);
    // A single example as a batch would take a tenth of each variance away, epoch after epoch.
    for (const double variance : outcome.variance) {
      EXPECT_TRUE(std::isfinite(variance));
      EXPECT_GT(variance, 0) << batch;
    }
  }
}

// With momentum 1 the running variance is that of the last batch.
TEST(BatchOfOne, LeavesTheVarianceOfTheOtherBatches) {
  const Circle data(65);
  Model model(Network::parse("input(2) -> batch_norm(momentum=1) -> dense(2)"), Precision::float64,
              1);
  Trainer trainer(model, data.examples, {}, options(64));
  EXPECT_EQ(trainer.run_epoch().examples, 64u);
  const std::vector<std::uint32_t> order = trainer.order(1);
  ASSERT_EQ(order.size(), 64u);
  const std::vector<double> variance = running_variance(model);
  ASSERT_EQ(variance.size(), 2u);
  for (std::size_t column = 0; column < 2; ++column) {
    double mean = 0, squares = 0;
    for (const std::uint32_t row : order) mean += double{data.values[row * 2 + column]} / 64;
    for (const std::uint32_t row : order)
      squares += std::pow(double{data.values[row * 2 + column]} - mean, 2);
    EXPECT_NEAR(variance[column], squares / 63, 1e-6);
  }
}

// Another one in each epoch, so that all are trained on.
TEST(BatchOfOne, LeavesOutAnotherExampleInEachEpoch) {
  const Circle data(9);
  Model model(Network::parse(kNetwork), Precision::float32, 1);
  Trainer trainer(model, data.examples, {}, options(4));
  std::vector<bool> left_out(9, false);
  for (std::size_t epoch = 1; epoch <= 40; ++epoch) {
    const std::vector<std::uint32_t> order = trainer.order(epoch);
    ASSERT_EQ(order.size(), 8u);
    for (std::uint32_t row = 0; row < 9; ++row)
      if (std::find(order.begin(), order.end(), row) == order.end()) left_out[row] = true;
  }
  EXPECT_EQ(std::count(left_out.begin(), left_out.end(), true), 9);
}

TEST(BatchOfOne, IsTrainedOnWhereNothingNeedsAVariance) {
  const Circle data(9);
  for (const char* network : {"input(2) -> dense(8, relu) -> layer_norm -> dense(2)",
                              "input(2x1) -> conv1d(3, 1) -> batch_norm -> flatten -> dense(2)"}) {
    Model model(Network::parse(network), Precision::float32, 1);
    Trainer trainer(model, data.examples, {}, options(4));
    EXPECT_EQ(trainer.run_epoch().examples, 9u) << network;
    EXPECT_EQ(trainer.order(1).size(), 9u);
    Model single(Network::parse(network), Precision::float32, 1);
    EXPECT_EQ(Trainer(single, data.examples, {}, options(1)).run_epoch().examples, 9u) << network;
  }
}

TEST(BatchOfOne, IsRefusedAsTheSizeOfABatch) {
  const Circle data(9);
  Model model(Network::parse(kNetwork), Precision::float32, 1);
  const std::vector<std::string> told = {"batch of 1", "batch_norm", "--batch", "at least 2",
                                         "layer_norm"};
  test::expect_error(ErrorKind::usage, told,
                     [&] { Trainer(model, data.examples, {}, options(1)); });
  test::expect_error(ErrorKind::usage, told,
                     [&] { find_learning_rate(model, data.examples, options(1)); });
}

// What is left over is what validation leaves, watched or not.
TEST(BatchOfOne, IsLeftOutBesideValidationAndUnderAWatcher) {
  const Circle data(20);
  Model model(Network::parse(kNetwork), Precision::float32, 1);
  TrainOptions held = options(4);
  held.validation = 3, held.watch = true;
  Trainer trainer(model, data.examples, {}, held);
  EXPECT_EQ(trainer.run_epoch().examples, 16u);
  held.validation = 19;
  test::expect_error(ErrorKind::usage, {"one example is left", "batch_norm", "validation"},
                     [&] { Trainer(model, data.examples, {}, held); });
}

TEST(BatchOfOne, IsRefusedByALearner) {
  const Circle data(9);
  Model model(Network::parse(kNetwork), Precision::float32, 1);
  Learner learner(model, {.batch = 4});
  const std::uint32_t rows[] = {3, 5};
  EXPECT_NO_THROW(learner.forward(data.examples.features, rows));
  test::expect_error(ErrorKind::data, {"one row", "batch_norm", "at least 2"},
                     [&] { learner.forward(data.examples.features, std::span(rows).first(1)); });
}

}  // namespace
}  // namespace lithe
