// Initial values by their moments, their bounds and, for orthogonal ones, their angles.
#include "initializers/initializers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "catalogue/catalogue.h"
#include "network/bind.h"
#include "ops/layer.h"

namespace lithe::initializers {
namespace {

std::vector<double> values(const std::string& sentence, std::size_t rows, std::size_t columns) {
  base::Rng random(3, 1);
  return draw(
      network::read_component(sentence, network::Category::initializer, catalogue::catalogue()),
      {rows, columns}, rows, columns, random);
}

struct Moments {
  double mean, deviation, largest;
};

Moments moments(const std::vector<double>& v) {
  const double count = static_cast<double>(v.size());
  const double mean = std::accumulate(v.begin(), v.end(), 0.0) / count;
  double squares = 0, largest = 0;
  for (const double x : v) {
    squares += (x - mean) * (x - mean);
    largest = std::max(largest, std::abs(x));
  }
  return {mean, std::sqrt(squares / count), largest};
}

// With 100 x 200 values a deviation is known to half a percent.
TEST(Initializers, HaveTheDeviationTheyShould) {
  constexpr double kIn = 100, kOut = 200;
  const std::pair<const char*, double> cases[] = {
      {"normal(0.5)", 0.5},
      {"uniform(-2, 2)", 2 / std::sqrt(3.0)},
      {"glorot_normal", std::sqrt(2 / (kIn + kOut))},
      {"glorot_uniform", std::sqrt(2 / (kIn + kOut))},
      {"he_normal", std::sqrt(2 / kIn)},
      {"he_uniform", std::sqrt(2 / kIn)},
      {"lecun_normal", std::sqrt(1 / kIn)},
      {"lecun_uniform", std::sqrt(1 / kIn)},
      {"truncated_normal(2)", 2 * 0.8796},  // of a normal cut off at two deviations
  };
  for (const auto& [sentence, deviation] : cases) {
    const Moments m = moments(values(sentence, 100, 200));
    EXPECT_NEAR(m.deviation, deviation, 0.02 * deviation) << sentence;
    EXPECT_NEAR(m.mean, 0, 0.03 * deviation) << sentence;
  }
  EXPECT_LE(moments(values("truncated_normal(2)", 100, 200)).largest, 4);
  EXPECT_EQ(moments(values("zeros", 10, 10)).largest, 0);
  EXPECT_EQ(moments(values("constant(3)", 10, 10)).mean, 3);
}

TEST(Initializers, OrthogonalVectorsStandAtRightAngles) {
  for (const auto& [rows, columns] : {std::pair{30u, 50u}, {50u, 30u}, {40u, 40u}, {1u, 7u}}) {
    const std::vector<double> v = values("orthogonal(1.5)", rows, columns);
    const bool wide = rows <= columns;
    const std::size_t count = std::min(rows, columns), length = std::max(rows, columns);
    const auto at = [&](std::size_t i, std::size_t k) {
      return wide ? v[i * columns + k] : v[k * columns + i];
    };
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        double dot = 0;
        for (std::size_t k = 0; k < length; ++k) dot += at(i, k) * at(j, k);
        EXPECT_NEAR(dot, i == j ? 2.25 : 0, 1e-12);
      }
  }
}

TEST(Initializers, DefaultFollowsTheActivation) {
  const Component automatic{"auto", {}};
  EXPECT_EQ(ops::resolve_initializer(automatic, "relu").name, "he_normal");
  EXPECT_EQ(ops::resolve_initializer(automatic, "elu").name, "he_normal");
  EXPECT_EQ(ops::resolve_initializer(automatic, "selu").name, "lecun_normal");
  EXPECT_EQ(ops::resolve_initializer(automatic, "tanh").name, "glorot_uniform");
  EXPECT_EQ(ops::resolve_initializer({"zeros", {}}, "relu").name, "zeros");
}

// All of them can be named in a network.
TEST(Initializers, AreDrawnByName) {
  for (const auto& declaration : declarations()) {
    if (declaration.name == "auto") continue;
    const std::string sentence =
        declaration.name == "constant" ? "constant(0.5)" : declaration.name;
    for (const double value : values(sentence, 12, 7)) EXPECT_TRUE(std::isfinite(value));
  }
}

}  // namespace
}  // namespace lithe::initializers
