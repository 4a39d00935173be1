// Not a single heap call in a whole epoch after the first: shuffle, training and evaluation.
#include "../apps/lithe/allocations.h"

#include <gtest/gtest.h>

#include "blas/fake_blas/paths.h"
#include "data/synthetic/digits.h"
#include "lithe/trainer.h"

namespace lithe {
namespace {

constexpr const char* kWatchedImages =
    "input(28x28) -> conv2d(6, 3, relu, stride=2) -> batch_norm -> conv2d(10, 3, stride=4) -> "
    "global_avg_pool";

std::vector<std::pair<std::string, TrainOptions>> cases() {
  const std::string seed = "input(784) -> dense(30, sigmoid) -> dense(10, sigmoid)";
  const std::string deep =
      "input(784) -> dense(60, elu) -> batch_norm -> dropout(0.1) -> residual(dense(60, prelu) -> "
      "layer_norm) -> dense(10)";
  std::vector<std::pair<std::string, TrainOptions>> result;
  for (const std::size_t threads : {1, 2}) {
    result.emplace_back(seed, TrainOptions{.batch = 10, .threads = threads});
    result.emplace_back(seed, TrainOptions{.batch = 10, .threads = threads, .profile = true});
    result.emplace_back(deep, TrainOptions{.loss = "cross_entropy",
                                           .optimizer = "adam(one_cycle(0.01), clip_norm=1)",
                                           .average = "ema(0.99)",
                                           .batch = 20,
                                           .threads = threads,
                                           .validation = 0.1,
                                           .balanced = true});
  }
  result.emplace_back(
      "input(28x28) -> conv2d(6, 3, prelu, padding=same) -> batch_norm -> max_pool -> "
      "depthwise_conv2d(3) -> spatial_dropout(0.1) -> conv2d(4, 3, groups=2, relu) -> "
      "global_avg_pool -> dense(10)",
      TrainOptions{.loss = "cross_entropy",
                   .optimizer = "adam",
                   .augment = "shift(2) -> rotate(10) -> elastic -> cutout(4) -> noise(0.1)",
                   .batch = 50,
                   .threads = 2});
  result.emplace_back(
      "input(28x28) -> conv2d(32, 3, relu, stride=2) -> conv2d(32, 3, relu, algorithm=winograd) -> "
      "conv2d(32, 3, relu, padding=2, algorithm=winograd) -> max_pool -> flatten -> dense(10)",
      TrainOptions{.loss = "cross_entropy", .optimizer = "adam", .batch = 50, .threads = 2});
  result.emplace_back("input(784) -> embedding(2, 6) -> gru(5) -> dense(10)",
                      TrainOptions{.loss = "cross_entropy", .optimizer = "adam", .batch = 50});
  result.emplace_back("input(784) -> embed_columns(2x6, 782, 2x5) -> dense(10)",
                      TrainOptions{.loss = "cross_entropy", .optimizer = "adam", .batch = 50});
  for (const std::size_t threads : {1, 2})
    result.emplace_back(
        "input(784) -> embedding(2, 8) -> position -> transformer(2, 16, causal) -> "
        "position(sinusoidal) -> attention(1, rotary=true) -> rms_norm -> last -> dense(10)",
        TrainOptions{
            .loss = "cross_entropy", .optimizer = "adamw", .batch = 25, .threads = threads});
  for (const std::size_t threads : {1, 2})
    result.emplace_back(
        "input(28x28) -> conv1d(20, 3) -> bidirectional(lstm(20, all)) -> layer_norm -> gru(30, "
        "all) "
        "-> rnn(12) -> dense(10)",
        TrainOptions{
            .loss = "cross_entropy", .optimizer = "adam", .batch = 50, .threads = threads});
  result.emplace_back(
      deep,
      TrainOptions{.loss = "cross_entropy", .optimizer = "muon(0.02)", .batch = 50, .threads = 1});
  for (const char* network : {deep.c_str(), kWatchedImages})
    result.emplace_back(network, TrainOptions{.loss = "cross_entropy",
                                              .optimizer = "adam",
                                              .average = "swa(10%)",
                                              .batch = 50,
                                              .threads = 2,
                                              .validation = 0.1,
                                              .patience = 3,
                                              .watch = true,
                                              .recover = true});
  // A BLAS may have a heap of its own to look after; this one has none.
  for (const std::size_t batch : {20, 100})
    result.emplace_back(deep, TrainOptions{.loss = "cross_entropy",
                                           .optimizer = "adam",
                                           .batch = batch,
                                           .threads = 2,
                                           .blas = test::fake_blas("lp64").string()});
  return result;
}

TEST(Allocations, ThereAreNoneForSequencesOfUnequalLength) {
  if (!app::heap_calls()) GTEST_SKIP() << "a sanitizer counts in our place: use a release build";
  Dataset data = data::generate_digits(1, 1005, 300);
  std::vector<std::int32_t> lengths;
  for (std::int32_t i = 0; i < 1005; ++i) lengths.push_back(1 + i * 11 % 28);
  data.train.features = data.train.features.with_lengths(lengths, 28);
  data.test.features.lengths = lengths.data();
  for (const std::size_t threads : {1, 2}) {
    Model model(Network::parse("input(28x28, lengths=true) -> dense(9, relu) -> bidirectional(lstm("
                               "20, all)) -> gru(30, all) -> rnn(12, give=all) -> max_over_time "
                               "-> dense(10)"),
                Precision::float32, 1, {255, {}});
    Trainer trainer(model, data.train, data.test,
                    {.loss = "cross_entropy",
                     .optimizer = "adam",
                     .batch = 50,
                     .threads = threads,
                     .validation = 0.1});
    trainer.run_epoch();
    const auto before = *app::heap_calls();
    trainer.run_epoch();
    EXPECT_EQ(*app::heap_calls(), before) << threads << " threads";
  }
}

TEST(Allocations, ThereAreNoneAfterTheFirstEpoch) {
  if (!app::heap_calls()) GTEST_SKIP() << "a sanitizer counts in our place: use a release build";
  const Dataset data = data::generate_digits(1, 1005, 300);
  for (const Precision precision : {Precision::float32, Precision::float64})
    for (const auto& [network, options] : cases()) {
      Model model(Network::parse(network), precision, 1, {255, {}});
      Trainer trainer(model, data.train, data.test, options);
      const auto at_first = *app::heap_calls();
      trainer.run_epoch();
      const auto before = *app::heap_calls();
      trainer.run_epoch();
      EXPECT_EQ(*app::heap_calls(), before) << network << ", " << options.threads << " threads";
      EXPECT_EQ(before, at_first) << "the first epoch allocates nothing either";
    }
  auto* seen = new int(1);  // the counter does count
  const auto before = *app::heap_calls();
  delete seen;
  seen = new int(2);
  EXPECT_GT(*app::heap_calls(), before);
  delete seen;
}

}  // namespace
}  // namespace lithe
