// What a plan says of itself: operations counted by hand, reasons, and buffers that fit its stages.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "catalogue/catalogue.h"
#include "cpu/isa.h"
#include "plan/choose.h"
#include "plan/plan.h"
#include "support/plain_sgd.h"
#include "support/training.h"

namespace lithe::plan {
namespace {

constexpr std::size_t kBatch = 10;

template <typename T>
Description describe(const std::string& network, std::size_t threads, Mode mode = Mode::train,
                     cpu::Isa isa = cpu::best_isa(), std::size_t batch = kBatch) {
  const graph::Graph graph = catalogue::compile(Network::parse(network).layers());
  Parameters<T> parameters(graph.parameters);
  base::Team team(threads);
  Request request;
  request.graph = &graph;
  request.mode = mode;
  request.optimizer = &test::plain_sgd();
  request.batch = batch;
  request.examples = test::digits(200, 0).train;
  request.nonzero_columns = nonzero_columns(request.examples.features, batch);
  request.isa = isa;
  OptimizerState<T> learning(parameters, 0);
  return Plan<T>(request, parameters, team, &learning).describe();
}

constexpr const char* kSeed = "input(784) -> dense(30, sigmoid) -> dense(10, sigmoid)";
constexpr double kFirst = 2.0 * 784 * 30, kSecond = 2.0 * 30 * 10;  // of one example

TEST(Describe, OperationsAreThoseCountedByHand) {
  // Forward and the gradient of the weights in both layers, and the gradient that the second hands
  // down; the first has nobody to hand one to.
  EXPECT_EQ(describe<float>(kSeed, 1).operations(), 2 * kFirst + 3 * kSecond);
  EXPECT_EQ(describe<double>(kSeed, 2).operations(), 2 * kFirst + 3 * kSecond);
  EXPECT_EQ(describe<float>(kSeed, 1, Mode::evaluate).operations(), kFirst + kSecond);
  EXPECT_EQ(describe<float>(kSeed, 1, Mode::predict).operations(), kFirst + kSecond);
  std::map<std::string, double> by_stage;
  for (const StageInfo& stage : describe<float>(kSeed, 1).stages)
    by_stage[stage.name.substr(0, stage.name.find(" + "))] = stage.operations;
  EXPECT_EQ(by_stage.at("1 dense(30, sigmoid): forward"), kBatch * kFirst);
  EXPECT_EQ(by_stage.at("2 dense(10, sigmoid): forward"), kBatch * kSecond);
  EXPECT_EQ(by_stage.at("2 dense(10, sigmoid): gradient of its input"), kBatch * kSecond);
}

// One count serves networks, what is shown of their layers, and plans: positions of convolutions
// included, and learned vectors.
TEST(Describe, TheCountIsThatOfTheNetwork) {
  const std::pair<std::string, double> by_hand[] = {
      {"input(28x28) -> conv2d(6, 5x5)", 172'800},  // 24 x 24 places x 25 weights x 6 x 2
      {"input(784) -> prelu", 2 * 784},
      {"input(784) -> batch_norm", 2 * 784},
      {"input(784) -> layer_norm", 2 * 784},
      {"input(28x28) -> conv2d(4, 3x3, stride=2, groups=1) -> conv_transpose2d(2, 2x2, stride=2)",
       2.0 * 13 * 13 * 9 * 4 + 2.0 * 13 * 13 * 4 * 4 * 2},
      // Projections, and two products of the pairs that look at each other.
      {"input(28x28) -> attention(4)", 2.0 * 28 * 28 * 112 + 4.0 * 28 * 28 * 28},
      {"input(28x28) -> attention(7, causal)", 2.0 * 28 * 28 * 112 + 4.0 * 28 * 29 / 2 * 28},
      {"input(784) -> dense(30, prelu) -> dropout -> dense(10, softmax)",
       kFirst + 2 * 30 + kSecond}};
  for (const auto& [network, count] : by_hand) {
    SCOPED_TRACE(network);
    EXPECT_EQ(Network::parse(network).forward_operations(), count);
    EXPECT_EQ(describe<float>(network, 1, Mode::predict).operations(), count);
    EXPECT_EQ(describe<double>(network, 2, Mode::predict).operations(), count);
    EXPECT_GE(describe<float>(network, 1).operations(), 2 * count);
  }
}

// An operation that has used the gradient of its output gives the buffer up: the skip connection's
// gradient is added in place.
TEST(Describe, GradientsAreAddedInPlaceBehindASkipConnection) {
  const Description d = describe<float>(
      "input(784) -> dense(8) -> residual(dense(8, relu) -> dense(8)) -> dense(10)", 1);
  std::size_t sums = 0;
  for (const Booking& buffer : d.buffers) sums += buffer.name.starts_with("sum of gradients");
  EXPECT_EQ(sums, 0u);
  EXPECT_TRUE(std::any_of(d.stages.begin(), d.stages.end(), [](const StageInfo& stage) {
    return stage.name.find("add the gradients") != std::string::npos;
  }));
}

TEST(Describe, BytesOfAProductAreItsMatrices) {
  for (const StageInfo& stage : describe<double>(kSeed, 1).stages)
    if (stage.name.starts_with("1 dense(30, sigmoid): forward")) {
      EXPECT_EQ(stage.bytes, 8.0 * (kBatch * (784 + 30) + 784 * 30));
    }
}

TEST(Describe, EveryKernelHasANameAndEveryRefusalAReason) {
  std::size_t refusals = 0;
  std::vector<cpu::Isa> isas = cpu::supported_isas();
  isas.push_back(cpu::Isa::scalar);
  for (const cpu::Isa isa : isas)
    for (const Mode mode : {Mode::train, Mode::evaluate, Mode::predict})
      for (const StageInfo& stage : describe<float>(kSeed, 2, mode, isa).stages) {
        EXPECT_FALSE(stage.name.empty());
        EXPECT_FALSE(stage.kernel.empty()) << stage.name;
        refusals += stage.refused.size();
        for (const Refusal& refusal : stage.refused)
          EXPECT_FALSE(refusal.kernel.empty() || refusal.reason.empty()) << stage.name;
      }
  EXPECT_GT(refusals, 0u);
}

TEST(Describe, NamesWinogradAndWhyNot) {
  const std::string network =
      "input(28x28) -> conv2d(16, 3) -> conv2d(16, 3, algorithm=winograd) -> conv2d(16, 3) -> "
      "flatten -> dense(10)";
  std::vector<std::string> by_winograd, refused;
  for (const StageInfo& stage : describe<float>(network, 1).stages) {
    if (stage.kernel.starts_with("Winograd")) by_winograd.push_back(stage.name);
    for (const Refusal& refusal : stage.refused)
      if (refusal.kernel.starts_with("Winograd")) refused.push_back(refusal.reason);
  }
  const std::string layer = "2 conv2d(16, 3, algorithm=winograd): ";
  EXPECT_EQ(by_winograd,
            (std::vector<std::string>{layer + "forward", layer + "gradient of its input",
                                      layer + "gradient of its weights"}));
  EXPECT_EQ(refused.size(), 5u);  // the first layer has no gradient of its input
  for (const StageInfo& stage : describe<double>(network, 1).stages)
    EXPECT_FALSE(stage.kernel.starts_with("Winograd")) << stage.name;
}

TEST(Describe, CountsLearnedValuesWithoutPadding) {
  EXPECT_EQ(describe<float>(kSeed, 1).parameter_count, 784u * 30 + 30 + 30 * 10 + 10);
  EXPECT_GE(describe<float>(kSeed, 1).parameter_bytes, 4 * (784u * 30 + 30 + 30 * 10 + 10));
}

// Buffers that a stage finds alive are apart, on cache lines, within the arena; and the arena is
// smaller than all of them together, where there is something to gain.
TEST(Describe, BuffersOfAStageAreApart) {
  const std::string deep =
      "input(784) -> dense(64, tanh) -> relu -> dense(50) -> dense(40, relu) -> dense(10)";
  for (const std::size_t threads : {1, 2, 3}) {
    const Description d = describe<float>(deep, threads, Mode::train, cpu::best_isa(), 128);
    ASSERT_EQ(d.buffers.size(), d.offsets.size());
    std::size_t sum = 0;
    for (std::size_t i = 0; i < d.buffers.size(); ++i) {
      const Booking& a = d.buffers[i];
      sum += a.bytes;
      EXPECT_EQ(d.offsets[i] % 64, 0u);
      EXPECT_LE(d.offsets[i] + a.bytes, d.arena_bytes);
      EXPECT_LE(a.first, a.last);
      EXPECT_LT(a.last, d.stages.size()) << a.name;
      for (std::size_t j = 0; j < i; ++j) {
        const Booking& b = d.buffers[j];
        const bool together = a.first <= b.last && b.first <= a.last;
        const bool apart =
            d.offsets[i] + a.bytes <= d.offsets[j] || d.offsets[j] + b.bytes <= d.offsets[i];
        EXPECT_TRUE(apart || !together) << a.name << " and " << b.name;
      }
    }
    if (threads == 1) {
      EXPECT_LT(d.arena_bytes, sum);
    }
  }
}

TEST(Describe, StagesAreSharedWhereThereIsWorkAndOneThreadNeverWaits) {
  const std::string large = "input(784) -> dense(512, relu) -> dense(512, relu) -> dense(10)";
  const auto shared = [](const Description& d) {
    return std::count_if(d.stages.begin(), d.stages.end(), [](const auto& s) { return s.shared; });
  };
  const Description two = describe<float>(large, 2, Mode::train, cpu::best_isa(), 128);
  EXPECT_GE(shared(two), 5);  // two products forward, two gradients of weights, one of an input
  EXPECT_EQ(shared(describe<float>("input(784) -> dense(3)", 2)), 0);
  for (const StageInfo& stage : describe<float>(large, 1).stages) EXPECT_FALSE(stage.barrier);
}

}  // namespace
}  // namespace lithe::plan
