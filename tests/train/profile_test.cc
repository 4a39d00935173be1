// What a trainer notes for a profile: counts agree with those by hand, the weights do not change,
// and no time of a step is lost, told with a clock that counts how often it is read.
#include "lithe/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "catalogue/catalogue.h"
#include "cpu/isa.h"
#include "support/plain_sgd.h"
#include "support/training.h"
#include "train/profiler.h"

namespace lithe {
namespace {

constexpr const char* kSeed = "input(784) -> dense(30, sigmoid) -> dense(10, sigmoid)";

std::vector<PlanStage> stages_of(const std::string& network, const Examples& examples,
                                 TrainOptions options) {
  options.threads = 1;
  Model model(Network::parse(network), Precision::float32, 1);
  return Trainer(model, examples, {}, options).plan().stages;
}

TEST(Profile, CountsOfTheSeedNetworkAreThoseByHand) {
  const auto stages = stages_of(kSeed, test::digits(100, 0).train, {.batch = 10});
  const double first = 784 * 30, second = 30 * 10;
  const double padded = 10 * 16 * 4;  // ten rows of ten outputs, to the end of their cache lines
  const std::vector<std::array<double, 2>> expected = {
      {0, 10 * 784 * (1 + 4)},  // bytes become values
      {2 * 10 * first, 4 * (10 * (784 + 30) + first)},
      {2 * 10 * second, 4 * (10 * (30 + 10) + second)},
      {0, 2 * padded},       // loss: outputs and their gradient
      {0, 2 * padded},       // back through the activation: likewise
      {0, 2 * 10 * 10 * 4},  // transpose
      {2 * 10 * second, 4 * (10 * (30 + 10) + second)},
      {2 * 10 * second, 4 * (10 * (30 + 10) + 2 * second)},  // read and written
      {2 * 10 * first, 4 * (10 * (784 + 30) + 2 * first)}};
  ASSERT_EQ(stages.size(), expected.size());
  for (std::size_t i = 0; i < stages.size(); ++i) {
    EXPECT_EQ(stages[i].operations, expected[i][0]) << stages[i].name;
    EXPECT_EQ(stages[i].bytes, expected[i][1]) << stages[i].name;
  }
}

TEST(Profile, CountsOfAConvolutionAreThoseByHand) {
  test::RandomExamples examples(20, 36, 2);
  const auto stages = stages_of("input(6x6) -> conv2d(2, 3x3) -> flatten -> dense(2)",
                                examples.examples, {.batch = 5});
  // 16 places of 9 weights for each of 2 channels.
  const double operations = 2.0 * 5 * 16 * 18, bytes = 4.0 * (5 * (36 + 32) + 18);
  int seen = 0;
  for (const PlanStage& stage : stages) {
    EXPECT_GT(stage.bytes, 0) << stage.name;
    if (stage.name.find("conv2d") == stage.name.npos || stage.operations == 0) continue;
    ++seen;
    EXPECT_EQ(stage.operations, operations) << stage.name;
    EXPECT_EQ(stage.bytes, bytes) << stage.name;
  }
  EXPECT_EQ(seen, 2) << "forward and the gradient of the weights";
}

// Of the update the learned values alone, not the images that their gradients came from.
TEST(Profile, CountsOfUpdatesAreThoseByHand) {
  test::RandomExamples examples(20, 36, 2);
  const double values = 2 * 9 + 2;  // of the kernels, and biases
  const auto bytes_of = [&](const std::string& optimizer, const std::string& name) {
    const auto stages = stages_of("input(6x6) -> conv2d(2, 3x3) -> flatten -> dense(2)",
                                  examples.examples, {.optimizer = optimizer, .batch = 5});
    const auto found = std::find_if(stages.begin(), stages.end(), [&](const PlanStage& stage) {
      return stage.name.find(name) != stage.name.npos;
    });
    return found == stages.end() ? 0.0 : found->bytes;
  };
  // Gradients are brought from the kernels' order into that of the weights, read and written; an
  // update reads them, and reads and writes the value and the optimizer's arrays.
  EXPECT_EQ(bytes_of("sgd(0.1)", ": update"), 4 * values * (2 + 1 + 2));
  EXPECT_EQ(bytes_of("adam(0.1)", ": update"), 4 * values * (2 + 1 + 2 * 3));
  const double all = values + 32 * 2 + 2;
  EXPECT_EQ(bytes_of("adam(0.1, clip_norm=1)", "update all"), 4 * all * (1 + 2 * 3));
}

// Every step is either stamped or not by the plan of the training, or run by the watcher's plan.
TEST(Profile, WhatAWatcherLooksAtIsAccountedFor) {
  const Dataset& data = test::digits(1005, 100);
  Model model(Network::parse(kSeed), Precision::float32, 1);
  Trainer trainer(model, data.train, data.test,
                  {.batch = 10, .epochs = 3, .threads = 1, .watch = true, .profile = true});
  while (!trainer.finished()) trainer.run_epoch();
  const ProfileRecords r = trainer.profile();
  EXPECT_GT(r.watching, 0);
  std::size_t watched = 0;
  for (const EpochWatch& epoch : trainer.watched()) watched += epoch.steps;
  EXPECT_GE(watched, 3u);
  EXPECT_EQ(r.steps + watched, 3 * 101u);
  const double parts = r.shuffle + r.learning_rates + r.starts + r.loop + r.between + r.averaging +
                       r.evaluation + r.watching + r.recording;
  EXPECT_LE(parts, 1.001 * r.wall) << "no time is counted twice";
}

TEST(Profile, TheWeightsAreTheSameWithAndWithout) {
  const Dataset& data = test::digits(1005, 100);
  for (const std::size_t threads : {1, 2, 3}) {
    std::vector<double> weights[2];
    for (const bool profile : {false, true}) {
      Model model(Network::parse(kSeed), Precision::float32, 1);
      Trainer trainer(model, data.train, data.test,
                      {.batch = 10, .epochs = 3, .threads = threads, .profile = profile});
      while (!trainer.finished()) trainer.run_epoch();
      weights[profile] = test::weights_of(model);
      const ProfileRecords records = trainer.profile();
      EXPECT_EQ(records.steps, profile ? 3 * 101u : 0u);
      EXPECT_EQ(records.stamped > 0, profile);
      EXPECT_EQ(records.threads.size(), profile ? threads : 0);
      if (profile) {
        EXPECT_FALSE(records.events.empty());
        EXPECT_LE(records.events.size(), threads * 32 * (2 * records.plan.stages.size() + 1));
      }
    }
    EXPECT_TRUE(test::same_bits(weights[0], weights[1])) << threads << " threads";
  }
}

// One tick a look, on each thread for itself.
std::uint64_t count_looks() {
  static thread_local std::uint64_t looks = 0;
  return ++looks;
}
constexpr base::TickClock kCounting{count_looks, "looks"};

// A plan that evaluates digits, and its profiler.
struct Counted {
  explicit Counted(std::size_t threads)
      : graph(catalogue::compile(Network::parse(kSeed).layers())),
        parameters(graph.parameters),
        team(threads) {
    request.graph = &graph;
    request.mode = plan::Mode::evaluate;
    request.batch = 10;
    request.examples = test::digits(200, 0).train;
    request.isa = cpu::best_isa();
    plan = std::make_unique<plan::Plan<float>>(request, parameters, team);
    profiler = std::make_unique<train::Profiler>(kCounting, plan->describe());
    plan->record(&profiler->recorder());
    order.resize(200);
    std::iota(order.begin(), order.end(), 0u);
  }

  graph::Graph graph;
  plan::Parameters<float> parameters;
  base::Team team;
  plan::Request request;
  std::unique_ptr<plan::Plan<float>> plan;
  std::unique_ptr<train::Profiler> profiler;
  std::vector<std::uint32_t> order;
};

TEST(Profile, EveryLookBelongsToAStageOrToWaiting) {
  for (const std::size_t threads : {1, 2}) {
    Counted c(threads);
    c.profiler->recorder().stamping = {1, true};
    c.plan->run(c.order);
    for (const auto& thread : c.profiler->recorder().threads()) {
      EXPECT_EQ(thread.stamped, 20u);
      std::uint64_t sum = 0;
      for (const auto& of : {thread.work, thread.wait})
        sum = std::accumulate(of.begin(), of.end(), sum);
      // One look begins each step, one the steps.
      EXPECT_EQ(sum + 20 + 1, thread.steps_until - thread.steps_from);
      EXPECT_EQ(thread.event_count, sum) << "as many events as looks at their end";
    }
  }
}

TEST(Profile, EveryLookOfAnEpochBelongsToAPart) {
  using Part = train::Profiler::Part;
  for (const std::size_t threads : {1, 2}) {
    Counted c(threads);
    for (int epoch = 0; epoch < 4; ++epoch) {
      c.profiler->begin_epoch();
      c.profiler->end(Part::shuffle);
      for (int stretch = 0; stretch < 5; ++stretch) {
        c.profiler->end(Part::learning_rates);
        c.profiler->begin_stretch();
        c.plan->run(c.order);
        c.profiler->end_stretch(20);
        c.profiler->end(Part::between);
      }
      c.profiler->end(Part::averaging);
      c.profiler->end(Part::evaluation);
      c.profiler->end_epoch();
    }
    PlanReport plan;
    for (const plan::StageInfo& info : c.plan->describe().stages) {
      PlanStage stage;
      stage.name = info.name;
      plan.stages.push_back(stage);
    }
    const ProfileRecords records = c.profiler->records(plan);
    EXPECT_EQ(records.steps, 400u);
    EXPECT_EQ(records.stretches.size(), 20u);
    // All that a look ends belongs to a part, but for the look that ends each epoch. The shuffle of
    // each of the four epochs is one look long.
    const double look = records.shuffle / 4;
    const double parts = records.shuffle + records.learning_rates + records.starts + records.loop +
                         records.between + records.averaging + records.evaluation +
                         records.watching + records.recording;
    EXPECT_NEAR((records.wall - parts) / look, 4, 1e-6) << threads;
    EXPECT_LE(make_profile(records, Limits{}, {}).accounted, 1 + 1e-9) << threads;
  }
}

}  // namespace
}  // namespace lithe
