// The activations: their errors as activations.cc states them, their behaviour at the ends of the
// range, their derivatives, and the same bits on every instruction set.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "activations/activation.h"
#include "base/aligned.h"
#include "base/random.h"
#include "kernels/table.h"

namespace lithe::kernels {
namespace {

using activations::Activation;
using machine::Isa;

// What activations.cc states, in units in the last place; one added later must state its own.
struct Stated {
  long double (*exact)(long double);
  double ulp;
  // The function does not go below this (float32, float64): the error where it ought to.
  long double floor[2] = {0, 0};
};

Stated stated(Activation activation) {
  switch (activation) {
    case Activation::identity:
      return {[](long double x) { return x; }, 0};
    case Activation::sigmoid:
      return {[](long double x) { return 1 / (1 + std::exp(-x)); }, 4, {1.7e-38L, 2.5e-307L}};
    case Activation::tanh:
      return {[](long double x) { return std::tanh(x); }, 5};
    case Activation::relu:
      return {[](long double x) { return x > 0 ? x : 0.0L; }, 0};
  }
  throw std::logic_error("no such activation");
}

// Distance of `value` from `exact` in units in the last place of exact's rounding to T.
template <typename T>
double ulp_error(T value, long double exact) {
  if (static_cast<T>(exact) == value) return 0;  // infinities too
  const T rounded = std::abs(static_cast<T>(exact));
  const T smallest = std::numeric_limits<T>::min();
  const T next = std::nextafter(std::max(rounded, smallest), std::numeric_limits<T>::infinity());
  const long double unit = static_cast<long double>(next) - std::max(rounded, smallest);
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact) / unit);
}

// Both signs of: every binade with some points in each, a fine sweep where functions bend, and the
// ends of the range.
template <typename T>
std::vector<T> arguments() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values = {
      0, Limits::denorm_min(), Limits::min(), Limits::min() / 3, Limits::max(), Limits::infinity()};
  base::RandomStream random(9, 1);
  for (int exponent = Limits::min_exponent; exponent < Limits::max_exponent; ++exponent)
    for (int i = 0; i < 20; ++i)
      values.push_back(std::ldexp(static_cast<T>(random.uniform(0.5, 1)), exponent));
  for (int i = 0; i < 100'000; ++i) values.push_back(static_cast<T>(random.uniform(0, 100)));
  for (int i = 0; i < 100'000; ++i) values.push_back(static_cast<T>(random.uniform(0, 2)));
  for (int i = 0; i < 20'000; ++i) values.push_back(static_cast<T>(random.uniform(600, 760)));
  const std::size_t positive = values.size();
  for (std::size_t i = 0; i < positive; ++i) values.push_back(-values[i]);
  return values;
}

template <typename T>
base::AlignedArray<T> padded(const std::vector<T>& values) {
  base::AlignedArray<T> array(round_up(values.size(), kLine<T>));
  std::copy(values.begin(), values.end(), array.begin());
  return array;
}

template <typename T>
base::AlignedArray<T> forward(Isa isa, Activation activation, const std::vector<T>& x) {
  base::AlignedArray<T> y = padded(x);
  kernels<T>(isa).of(activation).forward({y.data(), y.size(), 1}, {0, y.size() / kLine<T>});
  return y;
}

template <typename T>
void check_error(Isa isa) {
  const std::vector<T> x = arguments<T>();
  for (const auto& row : activations::kActivations) {
    const Stated claim = stated(row.activation);
    const base::AlignedArray<T> y = forward(isa, row.activation, x);
    const long double floor = claim.floor[sizeof(T) / 8];
    double worst = 0;
    T at = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const long double exact = claim.exact(static_cast<long double>(x[i]));
      if (exact < floor && y[i] >= 0 && y[i] < floor) continue;
      const double error = ulp_error(y[i], exact);
      if (!(error <= worst)) worst = error, at = x[i];
    }
    EXPECT_LE(worst, claim.ulp) << row.name << " " << machine::name(isa) << " at " << at;
    testing::Test::RecordProperty(std::string(row.name) +
                                      (sizeof(T) == 4 ? "_float32_" : "_float64_") +
                                      std::string(machine::name(isa)),
                                  std::to_string(worst));
  }
}

TEST(Activations, ErrorsAreAsStated) {
  for (const Isa isa : machine::supported_isas()) {
    check_error<float>(isa);
    check_error<double>(isa);
  }
}

template <typename T>
void check_not_a_number(Isa isa) {
  const T nan = std::numeric_limits<T>::quiet_NaN();
  for (const auto& row : activations::kActivations) {
    const base::AlignedArray<T> y = forward<T>(isa, row.activation, {nan, -nan, 1});
    EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1])) << row.name << " " << machine::name(isa);
    EXPECT_FALSE(std::isnan(y[2])) << row.name << " " << machine::name(isa);
  }
}

TEST(Activations, NotANumberStaysSo) {
  check_not_a_number<float>(Isa::scalar);
  check_not_a_number<double>(Isa::scalar);
  for (const Isa isa : machine::supported_isas()) {
    check_not_a_number<float>(isa);
    check_not_a_number<double>(isa);
  }
}

// Outputs that forward can give, and gradients of any size.
template <typename T>
void check_backward(Isa isa, const activations::Row& row) {
  std::vector<T> x, gradient;
  base::RandomStream random(9, 2);
  for (int i = 0; i < 4000; ++i) {
    x.push_back(static_cast<T>(4 * random.normal()));
    gradient.push_back(static_cast<T>(std::pow(10, random.uniform(-8, 4)) * random.normal()));
  }
  const base::AlignedArray<T> y = forward(Isa::scalar, row.activation, x);
  base::AlignedArray<T> ours = padded(gradient), plain = padded(gradient);
  const Range all{0, y.size() / kLine<T>};
  kernels<T>(isa)
      .of(row.activation)
      .backward({y.data(), y.size(), 1}, {ours.data(), y.size(), 1}, all);
  kernels<T>(Isa::scalar)
      .of(row.activation)
      .backward({y.data(), y.size(), 1}, {plain.data(), y.size(), 1}, all);
  // y (1 - y) and 1 - y^2 lose what cancels, at most an epsilon of the gradient itself.
  for (std::size_t i = 0; i < x.size(); ++i)
    ASSERT_NEAR(ours[i], plain[i], 2 * std::numeric_limits<T>::epsilon() * std::abs(gradient[i]))
        << row.name << " " << machine::name(isa) << " at " << y[i];
}

TEST(Activations, DerivativesAgreeWithTheReference) {
  for (const Isa isa : machine::supported_isas())
    for (const auto& row : activations::kActivations) {
      check_backward<float>(isa, row);
      check_backward<double>(isa, row);
    }
}

template <typename T>
void check_bits() {
  const std::vector<T> x = arguments<T>();
  for (const auto& row : activations::kActivations) {
    const base::AlignedArray<T> best = forward(machine::best_isa(), row.activation, x);
    base::AlignedArray<T> slope = padded(x);
    kernels<T>(machine::best_isa())
        .of(row.activation)
        .backward({best.data(), best.size(), 1}, {slope.data(), best.size(), 1},
                  {0, best.size() / kLine<T>});
    for (const Isa isa : machine::supported_isas()) {
      if (isa == Isa::sse4) continue;  // no fused multiply-add
      const base::AlignedArray<T> other = forward(isa, row.activation, x);
      EXPECT_EQ(std::memcmp(best.data(), other.data(), best.size() * sizeof(T)), 0)
          << row.name << " " << machine::name(isa);
      base::AlignedArray<T> other_slope = padded(x);
      kernels<T>(isa)
          .of(row.activation)
          .backward({best.data(), best.size(), 1}, {other_slope.data(), best.size(), 1},
                    {0, best.size() / kLine<T>});
      EXPECT_EQ(std::memcmp(slope.data(), other_slope.data(), best.size() * sizeof(T)), 0)
          << row.name << " backward " << machine::name(isa);
    }
  }
}

TEST(Activations, TheSameBitsOnEveryFusedInstructionSet) {
  check_bits<float>();
  check_bits<double>();
}

// Only the columns that a thread was given are touched: lines 1 and 2 of 4, in each row.
template <typename T>
void check_range(Isa isa) {
  const std::size_t stride = 4 * kLine<T>, rows = 3;
  for (const auto& row : activations::kActivations) {
    base::AlignedArray<T> y(rows * stride);
    for (T& value : y) value = T{-0.25};
    const T outside = T{-0.25}, inside = forward<T>(isa, row.activation, {outside})[0];
    kernels<T>(isa).of(row.activation).forward({y.data(), stride, rows}, {1, 3});
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t line = i % stride / kLine<T>;
      ASSERT_EQ(y[i], line == 1 || line == 2 ? inside : outside) << row.name << " at " << i;
    }
  }
}

TEST(Activations, TouchOnlyTheirShare) {
  for (const Isa isa : machine::supported_isas()) {
    check_range<float>(isa);
    check_range<double>(isa);
  }
}

}  // namespace
}  // namespace lithe::kernels
