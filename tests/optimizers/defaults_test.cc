// What optimizers take where a sentence says nothing.
#include <gtest/gtest.h>

#include "optimizers/optimizers.h"

namespace lithe::optimizers {
namespace {

std::string fallback(const std::string& optimizer, const std::string& argument) {
  for (const auto& declaration : declarations())
    if (declaration.name == optimizer)
      for (const auto& each : declaration.arguments)
        if (each.name == argument) return each.fallback;
  return "none";
}

TEST(Defaults, WeightDecayIsEachOptimizersOwn) {
  EXPECT_EQ(fallback("sgd", "weight_decay"), "0");
  EXPECT_EQ(fallback("adam", "weight_decay"), "0");
  EXPECT_EQ(fallback("adamw", "weight_decay"), "0.01");
  EXPECT_EQ(fallback("muon", "weight_decay"), "0.1");
}

}  // namespace
}  // namespace lithe::optimizers
