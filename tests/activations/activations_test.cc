// The rows of activations: declared as components, and each function and its derivative belong
// together in the plain kernels that everything else is tested against.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "activations/activation.h"
#include "base/aligned.h"
#include "catalogue/catalogue.h"
#include "kernels/table.h"
#include "lithe/network.h"
#include "support/declarations.h"

namespace lithe::activations {
namespace {

using kernels::Matrix;

TEST(Activations, AreDeclaredAsArgumentsAndAsLayers) {
  const network::Catalogue& all = catalogue::catalogue();
  test::check_declarations(all, network::Category::activation);
  for (const Row& row : kActivations) {
    const std::string name(row.name);
    const auto* argument = all.find(network::Category::activation, name);
    ASSERT_NE(argument, nullptr) << name;
    EXPECT_EQ(argument->arguments.size(), row.argument.empty() ? 0u : 1u) << name;
    EXPECT_NE(all.find(network::Category::layer, name), nullptr) << name;
  }
}

TEST(Activations, StandInTheOrderOfTheirList) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kActivations[i].activation), i);
    EXPECT_EQ(name(kActivations[i].activation), kActivations[i].name);
    EXPECT_TRUE(names.insert(kActivations[i].name).second) << kActivations[i].name;
  }
}

TEST(Activations, AreNetworksWithShapesAsArgumentAndAsLayer) {
  for (const Row& row : kActivations) {
    if (row.activation == Activation::identity) continue;
    const std::string name(row.name);
    const Network inside = Network::parse("input(3) -> dense(4, " + name + ")");
    const Network behind = Network::parse("input(3) -> dense(4) -> " + name);
    EXPECT_EQ(inside.output_shape(), behind.output_shape()) << name;
    EXPECT_EQ(inside.parameter_count(), behind.parameter_count()) << name;
  }
}

// f and its derivative by the reference kernels, for one value of the argument.
class Plain {
 public:
  Plain(const Row& row, double argument) : row_(row), argument_(argument) {}

  double operator()(double x) const { return run(x)[0]; }
  double derivative(double x) const {
    base::AlignedArray<double> from =
        row_.derivative_from == DerivativeFrom::input ? line(x) : run(x);
    base::AlignedArray<double> dy = line(1);
    kernel().backward({from.data(), from.size(), 1}, {dy.data(), dy.size(), 1}, dy.size(), {0, 1},
                      argument_);
    return dy[0];
  }

 private:
  const kernels::ActivationKernels<double>& kernel() const {
    return kernels::kernels<double>(cpu::Isa::scalar).of(row_.activation);
  }
  static base::AlignedArray<double> line(double x) {
    base::AlignedArray<double> values(kernels::kLine<double>);
    std::fill(values.begin(), values.end(), x);
    return values;
  }
  base::AlignedArray<double> run(double x) const {
    base::AlignedArray<double> values = line(x);
    const Matrix<double> matrix{values.data(), values.size(), 1};
    kernel().forward(matrix, matrix, values.size(), {0, 1}, argument_);
    return values;
  }

  const Row& row_;
  double argument_;
};

std::vector<double> arguments_of(const Row& row) {
  if (row.argument.empty()) return {0};
  return {row.fallback, row.low, row.high};
}

// Central differences of f: the error is h^2 for the curvature and 1e-16 / h for the rounding.
TEST(Activations, DerivativesAreThoseOfTheFunctions) {
  const double h = 1e-5;
  for (const Row& row : kActivations)
    for (const double argument : arguments_of(row)) {
      const Plain f(row, argument);
      for (double x = -7.87; x < 8; x += 0.25) {
        const auto near = [x, h](double kink) { return std::abs(x - kink) <= h; };
        if (std::any_of(row.kinks.begin(), row.kinks.end(), near)) continue;
        const double expected = (f(x + h) - f(x - h)) / (2 * h);
        ASSERT_NEAR(f.derivative(x), expected, 1e-8 * std::max(1.0, argument))
            << row.name << " argument " << argument << " at " << x;
      }
    }
}

// What the help's formulas have in common: finite for every finite x that training meets.
TEST(Activations, AreFinite) {
  for (const Row& row : kActivations)
    for (const double argument : arguments_of(row))
      for (const double x : {-1e6, -1e3, -1.0, 0.0, 1.0, 1e3, 1e6}) {
        const Plain f(row, argument);
        EXPECT_TRUE(std::isfinite(f(x)) && std::isfinite(f.derivative(x)))
            << row.name << " at " << x;
      }
}

}  // namespace
}  // namespace lithe::activations
