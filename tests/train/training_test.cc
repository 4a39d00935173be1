// What training can do beside updating weights: holding out, stopping, averaging, freezing,
// weighing, bounding, recovering.
#include "support/training.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lithe/error.h"
#include "lithe/transfer.h"
#include "support/expect_error.h"

namespace lithe {
namespace {

const Examples& data() { return test::digits(600, 200).train; }
const Examples& test_data() { return test::digits(600, 200).test; }

Model model_of(const std::string& layers, std::uint64_t seed = 1) {
  return Model(Network::parse("input(784) -> " + layers), Precision::float64, seed,
               {.divisor = 255});
}

constexpr const char* kSmall = "dense(20, tanh) -> dense(10)";

TrainOptions small_options() {
  return {.loss = "cross_entropy", .optimizer = "adam(0.01)", .batch = 20, .threads = 1};
}

double norm(const std::vector<double>& values) {
  return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

std::vector<double> difference(std::vector<double> a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return a;
}

TEST(Validation, HoldsOutItsShareAndTrainsOnTheRest) {
  Model model = model_of(kSmall);
  TrainOptions options = small_options();
  options.validation = 0.1;
  Trainer trainer(model, data(), {}, options);
  const EpochReport report = trainer.run_epoch();
  EXPECT_EQ(report.validation_total, 60u);
  EXPECT_EQ(report.examples, 540u);
  std::vector<std::uint32_t> order = trainer.order(1), next = trainer.order(2);
  EXPECT_NE(order, next);
  std::sort(order.begin(), order.end());
  std::sort(next.begin(), next.end());
  EXPECT_EQ(order, next) << "the same rows in every epoch";
  EXPECT_EQ(std::unique(order.begin(), order.end()), order.end());
}

TEST(Validation, RefusesWhatLeavesNothing) {
  Model model = model_of(kSmall);
  for (const double share : {-1.0, 600.0, 1e9, 1e-9}) {
    TrainOptions options = small_options();
    options.validation = share;
    EXPECT_THROW(Trainer(model, data(), {}, options), Error) << share;
  }
}

// Labels that mean nothing can only be learned by heart: the validation loss rises, training ends
// early, and the weights are those of the best epoch.
TEST(EarlyStopping, KeepsTheBestWeights) {
  const test::RandomExamples random(200, 20, 4);
  Model model(Network::parse("input(20) -> dense(60, relu) -> dense(4)"), Precision::float64, 1);
  TrainOptions options = small_options();
  options.validation = 0.25, options.patience = 3, options.epochs = 100;
  Trainer trainer(model, random.examples, {}, options);
  std::vector<double> best;
  double best_loss = 1e300;
  std::size_t epochs = 0;
  for (; !trainer.finished(); ++epochs) {
    const EpochReport report = trainer.run_epoch();
    EXPECT_EQ(report.best, report.validation_loss < best_loss);
    if (report.best) best = test::weights_of(model), best_loss = report.validation_loss;
  }
  EXPECT_LT(epochs, 100u);
  EXPECT_FALSE(test::same_bits(test::weights_of(model), best));
  trainer.finish();
  EXPECT_TRUE(test::same_bits(test::weights_of(model), best));
}

// The moving average, worked out from the weights after each step.
TEST(Averaging, EmaIsTheMovingAverage) {
  Model model = model_of(kSmall), stepwise = model_of(kSmall);
  TrainOptions options = small_options();
  options.batch = 600, options.average = "ema(0.8)";
  std::vector<double> average = test::weights_of(model);
  Trainer plain(stepwise, data(), {}, [&] {
    TrainOptions without = options;
    without.average = "none";
    return without;
  }());
  Trainer trainer(model, data(), {}, options);
  for (int step = 0; step < 6; ++step) {
    plain.run_epoch();
    trainer.run_epoch();
    const double decay = std::min(0.8, (1.0 + step) / (10.0 + step));
    const std::vector<double> now = test::weights_of(stepwise);
    for (std::size_t i = 0; i < now.size(); ++i) average[i] += (1 - decay) * (now[i] - average[i]);
  }
  EXPECT_TRUE(test::same_bits(test::weights_of(model), test::weights_of(stepwise)));
  trainer.finish();
  EXPECT_LT(norm(difference(test::weights_of(model), average)), 1e-12 * norm(average));
}

TEST(Averaging, SwaIsTheMeanOfTheLastEpochs) {
  Model model = model_of(kSmall);
  TrainOptions options = small_options();
  options.epochs = 4, options.average = "swa(50%)";
  Trainer trainer(model, data(), {}, options);
  std::vector<std::vector<double>> ends;
  while (!trainer.finished()) {
    trainer.run_epoch();
    ends.push_back(test::weights_of(model));
  }
  ASSERT_EQ(ends.size(), 4u);
  std::vector<double> mean(ends[0].size());
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = (ends[2][i] + ends[3][i]) / 2;
  trainer.finish();
  EXPECT_LT(norm(difference(test::weights_of(model), mean)), 1e-12 * norm(mean));
}

TEST(Freezing, LeavesLayersAsTheyAreUntilTheyThaw) {
  Model model = model_of("dense(20, tanh) -> batch_norm -> dense(15, relu) -> dense(10)");
  const auto values = [&] {
    std::map<std::string, std::vector<double>> result;
    for (const std::string& name : model.names()) result[name] = model.values(name);
    return result;
  };
  TrainOptions options = small_options();
  options.frozen = {1, 2}, options.unfreeze_at = 2;
  Trainer trainer(model, data(), {}, options);
  auto before = values();
  trainer.run_epoch();
  auto after = values();
  for (const auto& [name, value] : before) {
    const bool frozen = name.starts_with("layers.0.") || name.starts_with("layers.1.");
    EXPECT_EQ(after[name] == value, frozen) << name;
  }
  trainer.run_epoch();
  for (const auto& [name, value] : values()) EXPECT_NE(value, after[name]) << name;
}

// A frozen layer costs no backward: neither a gradient of its weights nor of its input.
TEST(Freezing, CostsNoBackward) {
  Model model = model_of("dense(20, tanh) -> dense(15, relu) -> dense(10)");
  TrainOptions options = small_options();
  options.frozen = {1, 2};
  const PlanReport plan = Trainer(model, data(), {}, options).plan();
  for (const PlanStage& stage : plan.stages) {
    const bool backward = stage.name.find("gradient") != std::string::npos;
    EXPECT_TRUE(!backward || stage.name.starts_with("3 ")) << stage.name;
    EXPECT_EQ(stage.name.find("gradient of its input"), std::string::npos) << stage.name;
  }
}

TEST(Freezing, RefusesLayersThatAreNotThere) {
  Model model = model_of(kSmall);
  TrainOptions options = small_options();
  options.frozen = {3};
  test::expect_error(ErrorKind::usage, {"no layer 3", "1 to 2"},
                     [&] { Trainer(model, data(), {}, options); });
  options.frozen = {1, 2};
  test::expect_error(ErrorKind::usage, {"nothing is left to learn"},
                     [&] { Trainer(model, data(), {}, options); });
}

// An example that counts for nothing might as well not be there, and one that counts twice might
// stand there twice.
TEST(Weights, CountLikeCopies) {
  const test::RandomExamples random(12, 5, 3);
  std::vector<float> weights(12, 1);
  weights[3] = 0, weights[7] = 2;
  Examples weighted = random.examples;
  weighted.weights = weights.data();
  std::vector<double> values;
  std::vector<std::int32_t> labels;
  for (std::size_t row = 0; row < 12; ++row)
    for (float copy = 0; copy < weights[row]; ++copy) {
      values.insert(values.end(), random.values.begin() + static_cast<long>(row * 5),
                    random.values.begin() + static_cast<long>(row * 5 + 5));
      labels.push_back(random.labels[row]);
    }
  Examples copied = random.examples;
  copied.features.data = values.data();
  copied.features.rows = labels.size();
  copied.labels = labels.data();
  const auto after = [](const Examples& examples) {
    Model model(Network::parse("input(5) -> dense(8, tanh) -> dense(3)"), Precision::float64, 1);
    Trainer trainer(model, examples, {},
                    {.loss = "cross_entropy",
                     .optimizer = "sgd(0.5)",
                     .batch = examples.features.rows,
                     .threads = 1});
    const double loss = trainer.run_epoch().loss;
    std::vector<double> result = test::weights_of(model);
    result.push_back(loss);
    return result;
  };
  const std::vector<double> a = after(weighted), b = after(copied);
  EXPECT_LT(norm(difference(a, b)), 1e-12 * norm(b));
}

TEST(Weights, OfClassesMultiplyAndIgnore) {
  const test::RandomExamples random(60, 5, 3);
  const auto after = [&](const TrainOptions& change) {
    TrainOptions options = change;
    options.loss = "cross_entropy", options.optimizer = "sgd(0.5)", options.batch = 60;
    options.threads = 1;
    Model model(Network::parse("input(5) -> dense(3)"), Precision::float64, 1);
    Trainer(model, random.examples, {}, options).run_epoch();
    return test::weights_of(model);
  };
  TrainOptions ignore, zero;
  ignore.ignore = 1;
  zero.class_weights = {1, 0, 1};
  EXPECT_TRUE(test::same_bits(after(ignore), after(zero)));
  EXPECT_FALSE(test::same_bits(after(ignore), after({})));
  TrainOptions wrong;
  wrong.class_weights = {1, 2};
  test::expect_error(ErrorKind::usage, {"2 class weights", "3 classes"}, [&] { after(wrong); });
  wrong = {};
  wrong.ignore = 3;
  test::expect_error(ErrorKind::usage, {"no class 3", "0 to 2"}, [&] { after(wrong); });
}

TEST(Clipping, BoundsTheStep) {
  for (const char* bound : {"clip_norm=0.01", "clip_layer_norm=0.01"}) {
    Model model = model_of(kSmall);
    const std::vector<double> before = test::weights_of(model);
    TrainOptions options = small_options();
    options.optimizer = std::string("sgd(1, ") + bound + ")", options.batch = 600;
    Trainer(model, data(), {}, options).run_epoch();
    const double step = norm(difference(test::weights_of(model), before));
    const double most = bound[5] == 'n' ? 0.01 : 0.01 * 2;  // four arrays, each within its bound
    EXPECT_LE(step, most * (1 + 1e-9)) << bound;
    EXPECT_GE(step, 0.5 * most) << bound;
  }
  Model model = model_of(kSmall);
  const std::vector<double> before = test::weights_of(model);
  TrainOptions options = small_options();
  options.optimizer = "sgd(1, clip_value=1e-4)", options.batch = 600;
  Trainer(model, data(), {}, options).run_epoch();
  for (const double step : difference(test::weights_of(model), before))
    EXPECT_LE(std::abs(step), 1e-4 * (1 + 1e-9));
}

TEST(MaxNorm, BoundsTheWeightsThatEnterAUnit) {
  Model model = model_of(kSmall);
  TrainOptions options = small_options();
  options.optimizer = "adam(0.05, max_norm=0.7)";
  Trainer(model, data(), {}, options).run_epoch();
  const std::vector<double> weight = model.values("layers.0.weight");
  for (std::size_t unit = 0; unit < 20; ++unit) {
    double squares = 0;
    for (std::size_t k = 0; k < 784; ++k) squares += weight[k * 20 + unit] * weight[k * 20 + unit];
    EXPECT_LE(std::sqrt(squares), 0.7 * (1 + 1e-9)) << unit;
  }
}

// Decoupled decay shrinks weights by a factor and leaves biases alone.
TEST(WeightDecay, LeavesBiasesAlone) {
  const test::RandomExamples random(30, 6, 3);
  Model model(Network::parse("input(6) -> dense(3, identity, normal, normal)"), Precision::float64,
              1);
  const auto weight = model.values("layers.0.weight"), bias = model.values("layers.0.bias");
  std::vector<float> nothing(30, 0);
  Examples examples = random.examples;
  examples.weights = nothing.data();  // no gradient at all
  Trainer(model, examples, {},
          {.optimizer = "sgd(0.1, weight_decay=0.5)", .batch = 30, .threads = 1})
      .run_epoch();
  const auto shrunk = model.values("layers.0.weight");
  for (std::size_t i = 0; i < weight.size(); ++i) EXPECT_NEAR(shrunk[i], 0.95 * weight[i], 1e-15);
  EXPECT_EQ(model.values("layers.0.bias"), bias);
}

// Muon's step has the singular values of an orthogonal matrix, roughly: its squared norm is about
// the number of them.
TEST(Muon, StepsAreNearlyOrthogonal) {
  Model model = model_of("dense(40, tanh) -> dense(10)");
  const auto before = model.values("layers.0.weight");
  TrainOptions options = small_options();
  options.optimizer = "muon(1, weight_decay=0)", options.batch = 600;
  Trainer(model, data(), {}, options).run_epoch();
  const double step = norm(difference(model.values("layers.0.weight"), before));
  EXPECT_GT(step, std::sqrt(40.0) * 0.5);
  EXPECT_LT(step, std::sqrt(40.0) * 1.3);
}

TEST(Recovery, GoesBackAndGoesOn) {
  TrainOptions options = small_options();
  options.optimizer = "sgd(300)", options.loss = "quadratic";
  Model model = model_of("dense(50) -> dense(10)");
  test::expect_error(ErrorKind::numeric, {"no longer a number", "layer", "step", "--recover"},
                     [&] { Trainer(model, data(), {}, options).run_epoch(); });
  Model again = model_of("dense(50) -> dense(10)");
  options.optimizer = "sgd(2)", options.recover = true;
  Trainer trainer(again, data(), {}, options);
  const EpochReport report = trainer.run_epoch();
  EXPECT_GT(report.recoveries, 0u);
  EXPECT_TRUE(std::isfinite(report.loss));
  for (const double weight : test::weights_of(again)) ASSERT_TRUE(std::isfinite(weight));
}

// The average of the weights goes back with them: nothing else would make a number of it again.
TEST(Recovery, TakesTheAverageBack) {
  for (const char* average : {"ema(0.9)", "swa(0%)"}) {
    TrainOptions options = small_options();
    options.optimizer = "sgd(2)", options.loss = "quadratic";
    options.recover = true, options.average = average;
    Model model = model_of("dense(50) -> dense(10)");
    Trainer trainer(model, data(), test_data(), options);
    const EpochReport report = trainer.run_epoch();
    EXPECT_GT(report.recoveries, 0u);
    EXPECT_TRUE(std::isfinite(report.test_loss)) << average;
    trainer.finish();
    for (const double weight : test::weights_of(model)) ASSERT_TRUE(std::isfinite(weight));
  }
}

TEST(TrainingResult, SaysWhichEpochWasKept) {
  TrainOptions options = small_options();
  options.epochs = 3;
  Model model = model_of(kSmall);
  Trainer trainer(model, data(), {}, options);
  while (!trainer.finished()) {
    const EpochReport report = trainer.run_epoch();
    EXPECT_EQ(report.epochs, 3u);
    EXPECT_EQ(report.seconds_left > 0, report.epoch < 3);
  }
  const TrainingResult result = trainer.finish();
  EXPECT_EQ(result.epochs, 3u);
  EXPECT_EQ(result.kept_epoch, 3u);
  EXPECT_FALSE(result.stopped_early);
}

TEST(TrainingResult, SaysThatItStoppedEarly) {
  TrainOptions options = small_options();
  options.optimizer = "adam(0.05)", options.epochs = 200;
  options.validation = 0.2, options.patience = 2;
  Model model = model_of(kSmall);
  Trainer trainer(model, data().slice(0, 200), {}, options);
  std::size_t best = 0;
  double least = 0;
  while (!trainer.finished()) {
    const EpochReport report = trainer.run_epoch();
    if (report.best) best = report.epoch, least = report.validation_loss;
  }
  const TrainingResult result = trainer.finish();
  EXPECT_TRUE(result.stopped_early);
  EXPECT_LT(result.epochs, 200u);
  EXPECT_EQ(result.kept_epoch, best);
  EXPECT_EQ(result.epochs, best + 2);
  EXPECT_EQ(result.kept_validation_loss, least);
}

TEST(LearningRateTest, NamesARateThatLearnsAndLeavesTheModelAlone) {
  Model model = model_of(kSmall);
  const std::vector<double> before = test::weights_of(model);
  TrainOptions options = small_options();
  options.optimizer = "sgd(1)";
  const LearningRateTest found = find_learning_rate(model, data(), options, 1e-5, 100, 100);
  EXPECT_TRUE(test::same_bits(test::weights_of(model), before));
  ASSERT_EQ(found.learning_rates.size(), found.losses.size());
  EXPECT_GT(found.best, 1e-3);
  EXPECT_LT(found.best, 5);
  options.optimizer = "sgd(" + std::to_string(found.best) + ")";
  Trainer trainer(model, data(), test_data(), options);
  trainer.run_epoch();
  EXPECT_GT(trainer.run_epoch().correct, 100u);
  EXPECT_THROW(find_learning_rate(model, data(), options, 1, 0.1, 100), Error);
  EXPECT_THROW(find_learning_rate(model, data(), options, 1e-3, 1, 3), Error);
}

TEST(Transfer, TakesLayersOverAndReplacesTheHead) {
  const Model old =
      model_of("dense(20, tanh) -> batch_norm -> dropout(0.1) -> dense(10, softmax)", 3);
  const auto [network, layers] = replace_head(old.network(), "dense(5, relu) -> dense(3)");
  EXPECT_EQ(layers, 3u);
  EXPECT_EQ(network.to_string(),
            "input(784) -> dense(20, tanh) -> batch_norm -> dropout(0.1) -> dense(5, relu) -> "
            "dense(3)");
  Model fresh(network, Precision::float64, 9);
  EXPECT_EQ(copy_layers(old, fresh, layers), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(fresh.values("layers.0.weight"), old.values("layers.0.weight"));
  Model other = model_of("dense(21, tanh) -> dense(10)");
  test::expect_error(ErrorKind::model, {"784x20", "784x21", "dense(21, tanh)"},
                     [&] { copy_layers(old, other); });
}

TEST(Standardize, BringsColumnsToOneScale) {
  const test::RandomExamples random(300, 4, 2, 25);
  Model model(Network::parse("input(4) -> standardize -> dense(2)"), Precision::float64, 1);
  model.standardize(random.examples.features);
  for (std::size_t k = 0; k < 4; ++k) {
    double sum = 0;
    for (std::size_t row = 0; row < 300; ++row) sum += random.values[row * 4 + k];
    EXPECT_NEAR(model.values("layers.0.mean")[k], sum / 300, 1e-9);
    EXPECT_NEAR(model.values("layers.0.deviation")[k], 25, 4);
  }
}

// A row of weight 2 counts as two rows, a row of weight 0 as none: for the columns and the targets.
TEST(Standardize, CountsRowsByTheirWeights) {
  const std::vector<float> values{1, 5, 2, 900}, repeated{1, 5, 5, 2};
  const std::vector<float> targets{3, 4, 8, -900}, repeated_targets{3, 4, 4, 8};
  const std::vector<float> weights{1, 2, 1, 0};
  const auto weighted = Examples::regression(Features::of(values, 4, 1), targets).weighted(weights);
  const auto plain = Examples::regression(Features::of(repeated, 4, 1), repeated_targets);
  const auto trained = [](const Examples& examples) {
    Model model(Network::parse("input(1) -> standardize -> dense(1)"), Precision::float64, 1);
    model.standardize(examples);
    Trainer trainer(model, examples, {},
                    {.loss = "mean_squared", .batch = 4, .epochs = 3, .standardize_targets = true});
    while (!trainer.finished()) trainer.run_epoch();
    return model;
  };
  const Model a = trained(weighted), b = trained(plain);
  for (const std::string& name : a.names())
    EXPECT_NEAR(a.values(name).front(), b.values(name).front(), 1e-12) << name;
  EXPECT_NEAR(a.preprocessing().target_mean[0], b.preprocessing().target_mean[0], 1e-12);
  EXPECT_NEAR(a.preprocessing().target_deviation[0], b.preprocessing().target_deviation[0], 1e-12);
}

}  // namespace
}  // namespace lithe
