// Targets that are standardised while a network learns them: answers, scores and files are in the
// targets' own units.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "io/model_file.h"
#include "lithe/predictor.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/training.h"

namespace lithe {
namespace {

constexpr std::size_t kRows = 120, kInputs = 3, kTargets = 2;

// Two targets that follow from three inputs, in units of `scale` from `offset` on.
struct Numbers {
  explicit Numbers(double scale = 1, double offset = 0) {
    base::Rng random(3, 1);
    for (std::size_t i = 0; i < kRows * kInputs; ++i)
      inputs.push_back(static_cast<float>(random.normal()));
    for (std::size_t row = 0; row < kRows; ++row) {
      const float* x = inputs.data() + row * kInputs;
      const double first = static_cast<double>(x[0] - 2 * x[1] * x[2]);
      const double second = 3 + static_cast<double>(x[1] + x[2]);
      targets.push_back(static_cast<float>(scale * first + offset));
      targets.push_back(static_cast<float>(scale * second + offset));
    }
    examples = Examples::regression(Features::of(inputs, kRows, kInputs), targets, kTargets);
  }
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;

  std::vector<float> inputs, targets;
  Examples examples;
};

TrainOptions scaled_options() {
  return {.loss = "mean_squared",
          .optimizer = "adam(0.02)",
          .batch = 20,
          .epochs = 15,
          .threads = 1,
          .standardize_targets = true};
}

Model new_model(Precision precision = Precision::float64) {
  return Model(Network::parse("input(3) -> dense(12, tanh) -> dense(2)"), precision, 1);
}

// Trains on three quarters of the rows; the rest are test rows.
std::vector<EpochReport> train(Model& model, const Numbers& numbers) {
  const std::size_t split = kRows / 4 * 3;
  Trainer trainer(model, numbers.examples.slice(0, split),
                  numbers.examples.slice(split, kRows - split), scaled_options());
  std::vector<EpochReport> reports;
  while (!trainer.finished()) reports.push_back(trainer.run_epoch());
  trainer.finish();
  return reports;
}

double rmse(const std::vector<double>& outputs, const float* targets) {
  double sum = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    sum += std::pow(outputs[i] - static_cast<double>(targets[i]), 2);
  return std::sqrt(sum / static_cast<double>(outputs.size()));
}

TEST(TargetScaling, UnitsOfTheTargetsDoNotMatter) {
  const Numbers own, others(1000, 5);
  Model first = new_model(), second = new_model();
  const auto reports = train(first, own), scaled = train(second, others);
  const std::vector<double> a = first.predict(own.examples.features),
                            b = second.predict(own.examples.features);
  // Targets are floats: they differ by their rounding.
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(1000 * a[i] + 5, b[i], 0.5) << i;
  EXPECT_NEAR(reports.back().loss, scaled.back().loss, 1e-4 * reports.back().loss);
  EXPECT_NEAR(1000 * reports.back().test_rmse, scaled.back().test_rmse,
              1e-3 * scaled.back().test_rmse);
}

TEST(TargetScaling, FiguresAreThoseOfTheTrainingRowsAlone) {
  const Numbers numbers(10, 100);
  Model model = new_model();
  TrainOptions options = scaled_options();
  options.validation = 30;
  Trainer trainer(model, numbers.examples, {}, options);
  const std::vector<std::uint32_t> rows = trainer.order(1);
  ASSERT_EQ(rows.size(), kRows - 30);
  for (std::size_t c = 0; c < kTargets; ++c) {
    double mean = 0, square = 0;
    for (const std::uint32_t row : rows)
      mean += static_cast<double>(numbers.targets[row * kTargets + c]) / 90;
    for (const std::uint32_t row : rows)
      square += std::pow(static_cast<double>(numbers.targets[row * kTargets + c]) - mean, 2) / 90;
    EXPECT_NEAR(model.preprocessing().target_mean[c], mean, 1e-9);
    EXPECT_NEAR(model.preprocessing().target_deviation[c], std::sqrt(square), 1e-9);
  }
}

TEST(TargetScaling, ScoresAreInTheTargetsOwnUnits) {
  const Numbers numbers(500, -7000);
  Model model = new_model();
  const auto reports = train(model, numbers);
  const Examples test = numbers.examples.slice(90, 30);
  const double own = rmse(model.predict(test.features), test.targets);
  EXPECT_GT(own, 1);
  EXPECT_NEAR(reports.back().test_rmse, own, 1e-6 * own);
  const Evaluation evaluation = evaluate(model, test, "mean_squared");
  EXPECT_NEAR(evaluation.rmse, own, 1e-6 * own);
  EXPECT_NEAR(evaluation.loss, reports.back().test_loss, 1e-9);
}

TEST(TargetScaling, PredictorAndModelAgree) {
  const Numbers numbers(500, -7000);
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    Model model = new_model(precision);
    train(model, numbers);
    const std::vector<double> slow = model.predict(numbers.examples.features);
    Predictor predictor(model, kRows);
    const std::span<const float> fast = predictor.run(numbers.inputs);
    ASSERT_EQ(fast.size(), slow.size());
    for (std::size_t i = 0; i < slow.size(); ++i)
      EXPECT_NEAR(static_cast<double>(fast[i]), slow[i], 1e-5 * std::abs(slow[i]) + 1e-3);
  }
}

TEST(TargetScaling, IsKeptInTheFile) {
  const test::TemporaryFolder folder;
  const Numbers numbers(500, -7000);
  Model model = new_model();
  train(model, numbers);
  model.save(folder.path() / "m.safetensors");
  const Model loaded = Model::load(folder.path() / "m.safetensors");
  EXPECT_EQ(loaded.preprocessing().target_mean, model.preprocessing().target_mean);
  EXPECT_EQ(loaded.preprocessing().target_deviation, model.preprocessing().target_deviation);
  EXPECT_EQ(loaded.predict(numbers.examples.features), model.predict(numbers.examples.features));
}

// A model that is trained on keeps the units that its weights are for.
TEST(TargetScaling, StaysAsItIsWhenAModelIsTrainedOn) {
  const Numbers numbers(500, -7000), others(2, 3);
  Model model = new_model();
  train(model, numbers);
  const std::vector<double> mean = model.preprocessing().target_mean;
  Trainer again(model, others.examples, {}, scaled_options());
  EXPECT_EQ(model.preprocessing().target_mean, mean);
}

TEST(TargetScaling, AConstantTargetIsAnsweredExactly) {
  Numbers numbers;
  std::fill(numbers.targets.begin(), numbers.targets.end(), 4.F);
  Model model = new_model();
  train(model, numbers);
  EXPECT_EQ(model.preprocessing().target_deviation, (std::vector<double>{1, 1}));
  for (const double answer : model.predict(numbers.examples.features)) EXPECT_NEAR(answer, 4, 0.5);
}

TEST(TargetScaling, IsRefusedForClasses) {
  const test::RandomExamples classes(40, 3, 2);
  Model model = new_model();
  TrainOptions options = scaled_options();
  options.loss = "cross_entropy";
  test::expect_error(ErrorKind::usage, {"standardize_targets", "no numbers to predict"},
                     [&] { Trainer(model, classes.examples, {}, options); });
}

TEST(TargetScaling, OfALyingFileIsRefused) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "m.safetensors";
  const Numbers numbers;
  Model model = new_model();
  train(model, numbers);
  model.save(path);
  const auto lie = [&](const std::vector<double>& mean, const std::vector<double>& deviation) {
    io::ModelFile file = io::read_model(path);
    file.target_mean = mean, file.target_deviation = deviation;
    io::write_model(folder.path() / "lie.safetensors", file);
    test::expect_error(ErrorKind::model, {"targets"},
                       [&] { Model::load(folder.path() / "lie.safetensors"); });
  };
  lie({1}, {1});              // one output of two
  lie({1, 2, 3}, {1, 2, 3});  // three
  lie({1, 2}, {1});           // no deviation for one
  lie({1, 2}, {1, 0});
  lie({1, 2}, {1, -1});
  lie({1, NAN}, {1, 1});
  lie({1, 1}, {1, INFINITY});
}

}  // namespace
}  // namespace lithe
