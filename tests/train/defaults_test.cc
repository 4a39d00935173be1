// Settings chosen by the data: they fit the task, train, and learn.
#include "lithe/defaults.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/expect_error.h"
#include "support/training.h"

namespace lithe {
namespace {

// `columns` targets a row, which follow from four inputs.
struct Rows {
  Rows(std::size_t rows, std::size_t columns, bool labels) {
    base::Rng random(5, 1);
    for (std::size_t i = 0; i < rows * 4; ++i)
      inputs.push_back(static_cast<float>(random.normal()));
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t c = 0; c < columns; ++c) {
        const float value = inputs[row * 4 + c % 4] + inputs[row * 4 + (c + 1) % 4];
        targets.push_back(labels ? (value > 0 ? 1.F : 0.F) : 100 * value);
      }
    examples = Examples::regression(Features::of(inputs, rows, 4), targets, columns);
  }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  std::vector<float> inputs, targets;
  Examples examples;
};

Model model_for(const DefaultTraining& chosen, const std::vector<std::size_t>& shape) {
  return Model(Network::parse(chosen.network).with_input(Shape{shape}), Precision::float32, 1);
}

// The last epoch of a training with these settings on three quarters of the rows.
EpochReport trained(const Examples& all, const DefaultTraining& chosen) {
  const std::size_t rows = all.features.rows, split = rows / 4 * 3;
  Model model = model_for(chosen, {all.features.columns});
  TrainOptions options = chosen.options;
  options.threads = 1;
  Trainer trainer(model, all.slice(0, split), all.slice(split, rows - split), options);
  EpochReport last;
  while (!trainer.finished()) last = trainer.run_epoch();
  return last;
}

// 300 rows make three steps of 128, and 100 epochs of them learn little.
TEST(DefaultTraining, AGivenBatchMakesAsManySteps) {
  const test::RandomExamples few(300, 4, 3), many(20'000, 4, 3);
  const auto steps = [](const test::RandomExamples& rows, std::size_t batch) {
    const DefaultTraining chosen = default_training(rows.examples, {4}, batch);
    EXPECT_EQ(chosen.options.batch, batch);
    return (rows.examples.features.rows + batch - 1) / batch * chosen.options.epochs;
  };
  EXPECT_NEAR(static_cast<double>(steps(few, 128)), 2000, 3);
  EXPECT_EQ(default_training(few.examples, {4}, 300).options.epochs, 1000U);
  // Where there are enough steps, the batch changes nothing.
  EXPECT_EQ(default_training(few.examples, {4}, 2).options.epochs,
            default_training(few.examples, {4}).options.epochs);
  EXPECT_EQ(default_training(many.examples, {4}, 128).options.epochs,
            default_training(many.examples, {4}).options.epochs);
}

TEST(DefaultTraining, FollowsTheTask) {
  const test::RandomExamples classes(300, 4, 3);
  const Rows numbers(300, 2, false), labels(300, 3, true);
  const DefaultTraining for_classes = default_training(classes.examples, {4}),
                        for_numbers = default_training(numbers.examples, {4}),
                        for_labels = default_training(labels.examples, {4});
  EXPECT_EQ(for_classes.options.loss, "cross_entropy");
  EXPECT_EQ(for_numbers.options.loss, "mean_squared");
  EXPECT_EQ(for_labels.options.loss, "binary_cross_entropy");
  EXPECT_FALSE(for_classes.options.standardize_targets);
  EXPECT_TRUE(for_numbers.options.standardize_targets);
  EXPECT_FALSE(for_labels.options.standardize_targets);
  EXPECT_EQ(model_for(for_classes, {4}).network().output_shape().size(), 3u);
  EXPECT_EQ(model_for(for_numbers, {4}).network().output_shape().size(), 2u);
  EXPECT_EQ(model_for(for_labels, {4}).network().output_shape().size(), 3u);
}

// However few or many rows there are, the settings are ones that a Trainer takes.
TEST(DefaultTraining, IsValidForEverySize) {
  for (const std::size_t rows : {2, 3, 7, 20, 199, 200, 201, 5000}) {
    SCOPED_TRACE(rows);
    const Rows numbers(rows, 1, false);
    DefaultTraining chosen = default_training(numbers.examples, {4});
    EXPECT_GE(chosen.options.epochs, 1u);
    EXPECT_LE(chosen.options.batch, rows);
    Model model = model_for(chosen, {4});
    chosen.options.threads = 1;
    Trainer trainer(model, numbers.examples, {}, chosen.options);
    EXPECT_TRUE(std::isfinite(trainer.run_epoch().loss));
  }
}

TEST(DefaultTraining, StepsStayFewWhereRowsAreMany) {
  const Rows few(500, 1, false), many(50'000, 1, false);
  const auto steps = [](const Rows& rows) {
    const TrainOptions options = default_training(rows.examples, {4}).options;
    return options.epochs * rows.examples.features.rows / options.batch;
  };
  EXPECT_LT(steps(many), 20 * steps(few));
}

TEST(DefaultTraining, PicturesGetConvolutions) {
  const Dataset& digits = test::digits(300, 50);
  const DefaultTraining chosen = default_training(digits.train, {28, 28});
  EXPECT_NE(chosen.network.find("conv2d"), std::string::npos);
  EXPECT_EQ(model_for(chosen, {28, 28}).network().output_shape().size(), 10u);
  // Small ones, and numbers, do not.
  const test::RandomExamples small(300, 64, 3);
  EXPECT_EQ(default_training(small.examples, {8, 8}).network.find("conv2d"), std::string::npos);
}

// Numbers of tokens, from 0 on: what stands behind an end is none.
TEST(DefaultTraining, TextsGetAnEmbeddingOfTheirTokens) {
  const std::vector<std::int32_t> tokens = {3, 1, 99, 0, 6, 2}, lengths = {2, 3};
  const std::vector<std::int32_t> labels = {0, 1};
  const Features texts = Features::of(tokens, 2, 3).with_lengths(lengths, 3);
  const Examples examples = Examples::classification(texts, labels, 2);
  EXPECT_EQ(default_training(examples, {3}).network,
            "embedding(7, 32) -> mean_over_time -> dense(2)");
}

TEST(TextInput, IsAnEmbeddingOfAsManyTokens) {
  const auto check = [](const char* network) { check_text_input(Network::parse(network), 7); };
  check("embedding(7, 4) -> mean_over_time -> dense(2)");
  check("input(9, lengths=true) -> embedding(8, 4) -> gru(3) -> dense(2)");
  test::expect_error(ErrorKind::sentence, {"7 different tokens", "takes 6", "embedding(7, 32)"},
                     [&] { check("embedding(6, 4) -> mean_over_time -> dense(2)"); });
  test::expect_error(ErrorKind::sentence, {"for quantities", "embedding(7, 32)"},
                     [&] { check("gru(3) -> dense(2)"); });
}

TEST(DefaultTraining, LearnsNumbers) {
  const Rows numbers(400, 2, false);
  const EpochReport last = trained(numbers.examples, default_training(numbers.examples, {4}));
  EXPECT_LT(last.test_rmse, 30) << "a constant answer reaches 141";
}

TEST(DefaultTraining, LearnsLabels) {
  const Rows labels(400, 2, true);
  const EpochReport last = trained(labels.examples, default_training(labels.examples, {4}));
  EXPECT_GT(last.correct, 80u) << "of 100; a constant answer has about 30 of them right";
}

TEST(Labels, AreSeveralColumnsOfZeroAndOne) {
  const Rows labels(50, 2, true), one(50, 1, true), numbers(50, 2, false);
  const test::RandomExamples classes(50, 4, 2);
  EXPECT_TRUE(are_labels(labels.examples));
  EXPECT_FALSE(are_labels(one.examples));
  EXPECT_FALSE(are_labels(numbers.examples));
  EXPECT_FALSE(are_labels(classes.examples));
  EXPECT_TRUE(are_labels(labels.examples, "binary_cross_entropy"));
  EXPECT_TRUE(are_labels(labels.examples, "binary_cross_entropy(0.1)"));
  EXPECT_FALSE(are_labels(labels.examples, "mean_squared"));
}

}  // namespace
}  // namespace lithe
