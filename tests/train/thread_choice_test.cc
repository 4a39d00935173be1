// How many threads take the steps where other programs use the processors: the choice by times that
// the test makes up, and the bits of a training whose threads change at random.
#include "train/thread_choice.h"

#include <functional>

#include "base/random.h"
#include "base/threads.h"
#include "optimizers/optimizers.h"
#include "plan/plan.h"
#include "support/training.h"
#include "train/model_data.h"
#include "train/request.h"
#include "train/setup.h"

namespace lithe::train {
namespace {

// Seconds that so many threads take for an example.
using Speed = std::function<double(std::size_t threads)>;

// Takes steps for some seconds of the made-up clock; gives the share of it that one thread took.
double share_alone(ThreadChoice& choice, double seconds, const Speed& speed) {
  double alone = 0, all = 0;
  while (all < seconds) {
    const std::size_t threads = choice.threads(), examples = choice.examples();
    EXPECT_GE(examples, 1u);
    const double took = static_cast<double>(examples) * speed(threads);
    choice.note(examples, took);
    all += took;
    if (threads == 1) alone += took;
  }
  return alone / all;
}

double idle(std::size_t threads) { return 1e-5 / static_cast<double>(threads); }
double busy(std::size_t threads) { return threads == 1 ? 1.5e-5 : 27e-5; }

TEST(ThreadChoice, OfOneThreadIsNone) {
  ThreadChoice choice(1);
  EXPECT_EQ(share_alone(choice, 100, idle), 1);
}

TEST(ThreadChoice, AllThreadsStayWhereTheyAreFaster) {
  ThreadChoice measured(4, 1e-5), unknown(4);
  EXPECT_EQ(share_alone(measured, 100, idle), 0);
  EXPECT_LT(share_alone(unknown, 100, idle), 0.001) << "one measurement of one thread";
  EXPECT_EQ(unknown.threads(), 4u);
}

TEST(ThreadChoice, OneGoesOnWhereTheOthersWait) {
  for (const double one : {0.0, 1e-5}) {
    ThreadChoice choice(2, one);
    // The first seconds hold the measurements that show it and some trials.
    share_alone(choice, 5, busy);
    EXPECT_GT(share_alone(choice, 100, busy), 0.95);
  }
}

TEST(ThreadChoice, AllTakeTheStepsAgainOnceTheMachineIsIdle) {
  ThreadChoice choice(2, 1e-5);
  share_alone(choice, 10, busy);
  EXPECT_EQ(choice.threads(), 1u);
  share_alone(choice, 60, idle);
  EXPECT_EQ(choice.threads(), 2u);
  EXPECT_EQ(share_alone(choice, 60, idle), 0);
}

TEST(ThreadChoice, ANumberBetweenIsFoundByTrials) {
  ThreadChoice choice(8, 1e-5);
  const Speed one_is_taken = [](std::size_t threads) {
    return threads == 8 ? 1e-3 : idle(threads);
  };
  share_alone(choice, 60, one_is_taken);
  EXPECT_EQ(choice.threads(), 4u);
}

// The trials before a training may have met a busy machine.
TEST(ThreadChoice, MoreAreTriedAgainWhereFewerBegin) {
  ThreadChoice choice(2, 1e-5, 1);
  EXPECT_EQ(choice.threads(), 1u);
  EXPECT_EQ(share_alone(choice, 0.5, idle), 1);
  share_alone(choice, 2, idle);
  EXPECT_EQ(choice.threads(), 2u);
}

TEST(ThreadChoice, WhatIsSlowerByFarIsNotTriedAgain) {
  const Trials slower = {{1, 100.0}, {2, 60.0}}, near = {{1, 100.0}, {2, 90.0}},
               between = {{1, 100.0}, {2, 110.0}, {4, 50.0}};
  EXPECT_EQ(most_that_may_be_faster(slower), 1u);
  EXPECT_EQ(most_that_may_be_faster(near), 2u);
  EXPECT_EQ(most_that_may_be_faster(between), 2u);
  EXPECT_EQ(fewest_that_nothing_beats(near), 1u);
  EXPECT_EQ(fewest_that_nothing_beats(between), 2u);
}

// One slow measurement is chance.
TEST(ThreadChoice, ASingleSlowMeasurementChangesNothing) {
  ThreadChoice choice(2, 1e-5);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(share_alone(choice, 0.02, idle), 0);
    const std::size_t examples = choice.examples();
    choice.note(examples, static_cast<double>(examples) * 1e-4);
    ASSERT_EQ(choice.threads(), 2u);
  }
}

// A training that becomes slower for everybody is not taken for a busy machine for long.
TEST(ThreadChoice, SlowerStepsAreMeasuredAnew) {
  ThreadChoice choice(2, 1e-5);
  const Speed slower = [](std::size_t threads) { return 10 * idle(threads); };
  share_alone(choice, 10, slower);
  EXPECT_EQ(choice.threads(), 2u);
  EXPECT_EQ(share_alone(choice, 100, slower), 0);
}

constexpr const char* kNetworks[] = {
    "input(784) -> dense(200, relu) -> dropout(0.2) -> dense(130, sigmoid) -> dense(10)",
    "input(784) -> dense(200) -> batch_norm -> relu -> dense(90, tanh) -> dense(10)",
    "input(28x28) -> conv2d(16, 5x5, relu) -> max_pool -> conv2d(33, 3, relu) -> flatten -> "
    "dense(40, relu) -> dense(10)",
};

template <typename T>
std::vector<double> weights_after(const char* network, const char* optimizer_text, std::size_t size,
                                  const std::function<std::size_t()>& active) {
  const Examples& data = test::digits(240, 10).train;
  Model model(Network::parse(network), sizeof(T) == 4 ? Precision::float32 : Precision::float64, 4);
  auto& values = std::get<plan::Parameters<T>>(data_of(model).values);
  const TrainOptions options{.optimizer = optimizer_text, .batch = 32, .seed = 6};
  const optimizers::Optimizer optimizer = parse_optimizer(options.optimizer);
  const plan::Request request =
      training_request(data_of(model).graph, data, options, optimizer, nullptr, nullptr);
  plan::OptimizerState<T> learning(values, optimizers::row(optimizer.rule).states);
  base::Team team(size);
  plan::Plan<T> plan(request, values, team, &learning);
  optimizers::StepCounter steps(optimizer);
  const std::vector<std::uint32_t> order = all_rows(data.features.rows);
  base::Rng random(1, 1);
  for (std::size_t at = 0; at < order.size();) {
    const std::size_t count = 1 + random.below(3);
    const auto rows = std::span(order).subspan(at, std::min(count * 32, order.size() - at));
    std::vector<optimizers::Coefficients<T>> updates;
    const std::uint64_t first = steps.done();
    for (std::size_t i = 0; i < count; ++i)
      updates.push_back(steps.next(optimizer.schedule.at(0)).template as<T>());
    team.set_active(active());
    plan.run(rows, updates, first);
    at += rows.size();
  }
  return test::weights_of(model);
}

template <typename T>
void expect_same_bits() {
  for (const char* network : kNetworks)
    for (const char* optimizer : {"sgd(0.1)", "adam(0.001)", "muon(0.01)"}) {
      const auto one = weights_after<T>(network, optimizer, 1, [] { return std::size_t{1}; });
      for (const std::size_t size : {2, 5}) {
        base::Rng random(size, 1);
        const auto some = weights_after<T>(network, optimizer, size, [&] {
          return 1 + random.below(static_cast<std::uint32_t>(size));
        });
        EXPECT_TRUE(test::same_bits(one, some)) << network << ", " << optimizer << ", " << size;
      }
    }
}

// How many numbers of threads are tried before a training of so many epochs.
std::size_t tried(std::size_t epochs) {
  const test::RandomExamples data(200, 10, 3);
  Model model(Network::parse("input(10) -> dense(20, relu) -> dense(3)"), Precision::float32, 1);
  const Trainer trainer(model, data.examples, {}, {.loss = "cross_entropy", .epochs = epochs});
  return trainer.plan().thread_trials.size();
}

TEST(ThreadChoice, OnlyLongTrainingsTryMoreThreads) {
  if (base::usable_processors() == 1) GTEST_SKIP() << "one processor";
  EXPECT_EQ(tried(1), 1u);
  EXPECT_GT(tried(10'000'000), 1u);
}

TEST(ThreadChoice, ChangesNoBitInFloat32) { expect_same_bits<float>(); }
TEST(ThreadChoice, ChangesNoBitInFloat64) { expect_same_bits<double>(); }

}  // namespace
}  // namespace lithe::train
