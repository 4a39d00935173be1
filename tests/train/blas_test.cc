// Training by a BLAS: near the native kernels for every way of using a gradient, the same bits from
// run to run, and said in the plan.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "blas/fake_blas/installed.h"
#include "support/expect_error.h"
#include "support/training.h"

namespace lithe {
namespace {

struct Outcome {
  std::vector<double> weights;
  EpochReport report;
  PlanReport plan;
};

constexpr const char* kNarrow = "input(784) -> dense(30, sigmoid) -> dense(10, sigmoid)";
// Several panels, odd sizes, line work behind every product, a slot that two read.
constexpr const char* kDeep =
    "input(50) -> dense(100, tanh) -> batch_norm -> residual(dense(100, prelu) -> layer_norm) -> "
    "dense(37, elu) -> dense(10)";

// On images of which many columns are zero, or on numbers, as the network's input is wide.
Examples examples_for(const Network& network) {
  static const test::RandomExamples numbers(150, 50, 10);
  return network.input_shape().size() == 784 ? test::digits(150, 0).train : numbers.examples;
}

Outcome train(const std::string& sentence, Precision precision, TrainOptions options) {
  const Network network = Network::parse(sentence);
  const Examples data = examples_for(network);
  Model model(network, precision, 4, {data.features.divisor, {}});
  options.seed = 6;
  Trainer trainer(model, data, data.slice(0, 40), options);
  const EpochReport report = trainer.run_epoch();
  trainer.finish();
  return {test::weights_of(model), report, trainer.plan()};
}

std::vector<double> initial(const std::string& network, Precision precision) {
  return test::weights_of(Model(Network::parse(network), precision, 4));
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double apart = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    apart += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return std::sqrt(apart / size);
}

std::size_t by_blas(const PlanReport& plan) {
  return static_cast<std::size_t>(std::count_if(plan.stages.begin(), plan.stages.end(),
                                                [](const PlanStage& s) { return s.by_blas; }));
}

// How updates use the gradient: added to the weights, by a rule with states, kept for its norm, by
// Muon; in small batches panel by panel, in large ones copied.
std::vector<TrainOptions> ways() {
  std::vector<TrainOptions> result;
  for (const std::size_t batch : {7, 64})
    for (const char* optimizer :
         {"sgd(0.01)", "momentum(0.002, weight_decay=1e-3)", "adam(0.001)",
          "adam(0.001, clip_norm=1)", "sgd(0.01, max_norm=0.5)", "muon(0.01)"})
      result.push_back({.optimizer = optimizer, .batch = batch, .threads = 1});
  return result;
}

// Some dozens of steps round differently: 3e-7 and 6e-16 of the norm of the weights were seen.
double allowed(Precision precision) { return precision == Precision::float32 ? 1e-5 : 1e-13; }

TEST(TrainingByABlas, IsNearTheNativeKernels) {
  const auto libraries = test::multipliers();
  for (const Precision precision : {Precision::float32, Precision::float64})
    for (TrainOptions options : ways()) {
      options.blas = "native";
      const Outcome native = train(kDeep, precision, options);
      ASSERT_TRUE(std::isfinite(native.report.loss));
      EXPECT_GT(distance(native.weights, initial(kDeep, precision)), 1e-3) << "it learns";
      EXPECT_EQ(by_blas(native.plan), 0u);
      EXPECT_EQ(native.plan.blas_use, BlasUse::none);
      for (const auto& path : libraries) {
        SCOPED_TRACE(path.string() + ", " + options.optimizer + ", batch " +
                     std::to_string(options.batch));
        options.blas = path.string();
        const Outcome outcome = train(kDeep, precision, options);
        EXPECT_LT(distance(outcome.weights, native.weights), allowed(precision));
        // Forward and gradient of the weights of four layers, gradient of the input of three.
        EXPECT_EQ(by_blas(outcome.plan), 11u);
      }
    }
}

TEST(TrainingByABlas, GivesTheSameBitsAgain) {
  for (const auto& path : test::multipliers())
    for (const std::size_t threads : {1, 2}) {
      const TrainOptions options{
          .optimizer = "adam(0.001)", .batch = 20, .threads = threads, .blas = path.string()};
      EXPECT_TRUE(test::same_bits(train(kDeep, Precision::float32, options).weights,
                                  train(kDeep, Precision::float32, options).weights))
          << path << ", " << threads << " threads";
    }
}

TEST(TrainingByABlas, ThreadsShareTheWork) {
  const std::string wide = "input(50) -> dense(200, relu) -> dense(130, sigmoid) -> dense(10)";
  for (const std::size_t batch : {20, 60})
    for (const auto& path : test::multipliers()) {
      TrainOptions options{.batch = batch, .threads = 1, .blas = path.string()};
      const Outcome alone = train(wide, Precision::float64, options);
      options.threads = 3;
      EXPECT_LT(distance(train(wide, Precision::float64, options).weights, alone.weights),
                allowed(Precision::float64))
          << path << ", batch " << batch;
    }
}

TEST(TrainingByABlas, IsSaidInThePlan) {
  const TrainOptions options{.batch = 10, .threads = 1, .blas = test::fake_blas("ilp64").string()};
  const PlanReport plan = train(kNarrow, Precision::float32, options).plan;
  EXPECT_EQ(plan.blas_use, BlasUse::everywhere);
  ASSERT_TRUE(plan.blas.has_value());
  EXPECT_EQ(plan.blas->path, options.blas);
  EXPECT_EQ(plan.blas->integer_bits, 64);
  EXPECT_EQ(by_blas(plan), 5u);
  for (const PlanStage& stage : plan.stages)
    if (stage.by_blas) {
      EXPECT_NE(stage.kernel.find("gemm of "), std::string::npos) << stage.kernel;
      ASSERT_FALSE(stage.refused.empty());
      EXPECT_NE(stage.refused[0].find("a BLAS was asked for"), std::string::npos);
    }
}

// It changes no bit, whatever it measures.
TEST(TrainingByABlas, WeighingOneChangesNothing) {
  TrainOptions options{.batch = 10, .threads = 1};
  const Outcome plain = train(kNarrow, Precision::float32, options);
  options.benchmark_blas = true;
  const Outcome benchmarked = train(kNarrow, Precision::float32, options);
  EXPECT_TRUE(test::same_bits(plain.weights, benchmarked.weights));
  EXPECT_EQ(by_blas(benchmarked.plan), 0u);
  EXPECT_EQ(benchmarked.plan.blas_use, BlasUse::benchmarked);
}

TEST(TrainingByABlas, AutoTrainsWhateverIsInstalled) {
  const TrainOptions options{.optimizer = "sgd(0.01)", .batch = 64, .threads = 1};
  const Outcome native = train(kDeep, Precision::float64, options);
  TrainOptions any = options;
  any.blas = "auto";
  const Outcome outcome = train(kDeep, Precision::float64, any);
  EXPECT_LT(distance(outcome.weights, native.weights), allowed(Precision::float64));
  EXPECT_EQ(outcome.plan.blas_use, BlasUse::where_faster);
}

TEST(TrainingByABlas, WhatCannotServeIsRefusedAndDoesNoHarm) {
  const auto with = [](const std::string& blas) {
    return
        [blas] { train(kNarrow, Precision::float32, {.batch = 10, .threads = 1, .blas = blas}); };
  };
  test::expect_error(ErrorKind::machine, {"signal", "--blas"},
                     with(test::fake_blas("crash").string()));
  test::expect_error(ErrorKind::machine, {"multiplies wrongly"},
                     with(test::fake_blas("wrong").string()));
  test::expect_error(ErrorKind::machine, {"is not there"}, with("/nowhere/libblas.so.3"));
  test::expect_error(ErrorKind::usage, {"'quick'"}, with("quick"));
}

}  // namespace
}  // namespace lithe
