// A dueling network and the policy exported from it have the same Q-values.
#include "agents/export_policy.h"

#include <gtest/gtest.h>

#include <numeric>

#include "lithe/predictor.h"

namespace lithe::agents {
namespace {

Model network(const char* sentence, std::uint64_t seed) {
  return Model(Network::parse(sentence), Precision::float32, seed);
}

TEST(Fold, KeepsWhatADuellingNetworkSays) {
  const Model dueling =
      network("input(3) -> dense(40, tanh) -> dense(36, identity, normal, normal)", 1);
  Model plain = network("input(3) -> dense(40, tanh) -> dense(35)", 2);
  export_dueling_policy(dueling, plain);
  const std::vector<float> state = {0.3f, -0.7f, 1.1f};
  Predictor ours(dueling, 1), theirs(plain, 1);
  const auto wide = ours.run(state), narrow = theirs.run(state);
  const double mean = std::accumulate(wide.begin() + 1, wide.end(), 0.0) / 35;
  for (std::size_t i = 0; i < 35; ++i) EXPECT_NEAR(narrow[i], wide[0] + wide[i + 1] - mean, 1e-5);
}

TEST(Fold, KeepsTheFirstOutputs) {
  const Model both =
      network("input(3) -> dense(40, tanh) -> dense(4, identity, normal, normal)", 1);
  Model first = network("input(3) -> dense(40, tanh) -> dense(2)", 2);
  export_policy(both, first);
  const std::vector<float> state = {0.3f, -0.7f, 1.1f};
  Predictor ours(both, 1), theirs(first, 1);
  const auto wide = ours.run(state), narrow = theirs.run(state);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(narrow[i], wide[i], 1e-6);
}

}  // namespace
}  // namespace lithe::agents
