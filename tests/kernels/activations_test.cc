// The activations: their errors as activations.inc states them, their behaviour at the ends of the
// range, their derivatives, and the same bits on every instruction set. All by the list of
// activations and their plain formulas: one added later is tested by its row.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "activations/activation.h"
#include "activations/plain.h"
#include "base/aligned.h"
#include "base/random.h"
#include "kernels/table.h"
#include "support/isas.h"

namespace lithe::kernels {
namespace {

using activations::Activation;
using activations::DerivativeFrom;
using cpu::Isa;

using Exact = long double (*)(long double x, long double argument);

// The plain formulas, in long double. In the order of the enumeration.
constexpr Exact kExact[] = {
#define LITHE_ACTIVATION(name, ...) &activations::plain::name::forward<long double>,
#include "activations/activations.inc"
};
Exact exact_of(Activation activation) { return kExact[static_cast<std::size_t>(activation)]; }

// What the row states for x and the exact y, in units in the last place.
double most(const activations::ErrorBound& bound, long double x, long double y, Isa isa) {
  const double rate = isa == Isa::sse4 ? bound.growth_unfused : bound.growth;
  if (rate == 0) return bound.ulp;
  return bound.ulp + rate * std::max(0.0, static_cast<double>(std::log(x / y)));
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
  base::Rng random(9, 1);
  for (int exponent = Limits::min_exponent; exponent < Limits::max_exponent; ++exponent)
    for (int i = 0; i < 20; ++i)
      values.push_back(std::ldexp(static_cast<T>(random.uniform(0.5, 1)), exponent));
  for (int i = 0; i < 50'000; ++i) values.push_back(static_cast<T>(random.uniform(0, 100)));
  for (int i = 0; i < 50'000; ++i) values.push_back(static_cast<T>(random.uniform(0, 40)));
  for (int i = 0; i < 50'000; ++i) values.push_back(static_cast<T>(random.uniform(0, 4)));
  for (int i = 0; i < 20'000; ++i) values.push_back(static_cast<T>(random.uniform(600, 760)));
  const std::size_t positive = values.size();
  for (std::size_t i = 0; i < positive; ++i) values.push_back(-values[i]);
  return values;
}

// An activation with one of the values that its argument may take: the default and both ends.
template <typename T>
struct Case {
  const activations::Row& row;
  T argument;

  std::string name() const {
    return std::string(row.name) + (row.argument.empty() ? "" : "_" + std::to_string(argument)) +
           (sizeof(T) == 4 ? "_float32" : "_float64");
  }
  // The size of values and derivatives.
  T scale() const { return std::max(T{1}, argument); }
};

template <typename T>
std::vector<Case<T>> cases() {
  std::vector<Case<T>> result;
  for (const auto& row : activations::kActivations) {
    result.push_back({row, static_cast<T>(row.fallback)});
    if (row.argument.empty()) continue;
    result.push_back({row, static_cast<T>(row.low)});
    result.push_back({row, static_cast<T>(row.high)});
  }
  return result;
}

template <typename T>
base::AlignedArray<T> padded(const std::vector<T>& values) {
  base::AlignedArray<T> array(round_up(values.size(), kLine<T>));
  std::copy(values.begin(), values.end(), array.begin());
  return array;
}

template <typename T>
bool same_bits(const base::AlignedArray<T>& a, const base::AlignedArray<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <typename T>
base::AlignedArray<T> forward(Isa isa, const Case<T>& c, const std::vector<T>& x) {
  base::AlignedArray<T> y = padded(x);
  const Matrix<T> matrix{y.data(), y.size(), 1};
  kernels<T>(isa)
      .of(c.row.activation)
      .forward(matrix, matrix, y.size(), {0, y.size() / kLine<T>}, c.argument);
  return y;
}

template <typename T>
base::AlignedArray<T> backward(Isa isa, const Case<T>& c, const base::AlignedArray<T>& x_or_y,
                               const std::vector<T>& gradient) {
  base::AlignedArray<T> dy = padded(gradient);
  kernels<T>(isa)
      .of(c.row.activation)
      .backward({x_or_y.data(), dy.size(), 1}, {dy.data(), dy.size(), 1}, dy.size(),
                {0, dy.size() / kLine<T>}, c.argument);
  return dy;
}

// What the derivative at each x is computed from.
template <typename T>
base::AlignedArray<T> saved_values(const Case<T>& c, const std::vector<T>& x) {
  return c.row.derivative_from == DerivativeFrom::input ? padded(x) : forward(Isa::scalar, c, x);
}

template <template <typename> class Check>
void on_every_instruction_set() {
  for (const Isa isa : test::isas()) {
    for (const auto& c : cases<float>()) Check<float>::run(isa, c);
    for (const auto& c : cases<double>()) Check<double>::run(isa, c);
  }
}

template <typename T>
struct Errors {
  static void run(Isa isa, const Case<T>& c) {
    static const std::vector<T> x = arguments<T>();
    const activations::ErrorBound& bound = c.row.error;
    const long double floor = bound.floor * static_cast<long double>(std::numeric_limits<T>::min());
    const Exact f = exact_of(c.row.activation);
    const base::AlignedArray<T> y = forward(isa, c, x);
    double worst = 0;
    T at = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const long double exact =
          f(static_cast<long double>(x[i]), static_cast<long double>(c.argument));
      if (std::abs(exact) < floor && std::abs(y[i]) < floor) continue;
      // As a part of what is stated.
      const double stated = most(bound, static_cast<long double>(x[i]), exact, isa);
      const double error = ulp_error(y[i], exact) / std::max(stated, 1e-9);
      if (!(error <= worst)) worst = error, at = x[i];
    }
    EXPECT_LE(worst, 1) << c.name() << " " << cpu::name(isa) << " at " << at;
    testing::Test::RecordProperty(c.name() + "_" + std::string(cpu::name(isa)),
                                  std::to_string(worst * bound.ulp) + " at " + std::to_string(at));
  }
};
TEST(Activations, ErrorsAreAsStated) { on_every_instruction_set<Errors>(); }

// By a five-point stencil, to about 1e-14.
long double slope_of(Exact f, long double x, long double argument) {
  const long double h = 2e-4L;
  const auto at = [&](long double step) { return f(x + step * h, argument); };
  return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
}

template <typename T>
struct Derivatives {
  static void run(Isa isa, const Case<T>& c) {
    const Exact f = exact_of(c.row.activation);
    const activations::Kinks& kinks = c.row.kinks;
    std::vector<T> x;
    base::Rng random(9, 2);
    while (x.size() < 20'000) {
      const double at = x.size() % 2 == 0 ? random.uniform(-15, 15) : random.uniform(-1.5, 1.5);
      const auto near = [at](double kink) { return std::abs(at - kink) < 1e-3; };
      if (std::none_of(kinks.begin(), kinks.end(), near)) x.push_back(static_cast<T>(at));
    }
    const auto slope = backward(isa, c, saved_values(c, x), std::vector<T>(x.size(), T{1}));
    const double unit = std::numeric_limits<T>::epsilon() * static_cast<double>(c.scale());
    double worst = 0;
    T at = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const long double exact =
          slope_of(f, static_cast<long double>(x[i]), static_cast<long double>(c.argument));
      const auto error = static_cast<double>(std::abs(static_cast<long double>(slope[i]) - exact));
      if (!(error <= worst)) worst = error, at = x[i];
    }
    EXPECT_LE(worst, 4 * unit + 2e-14 * static_cast<double>(c.scale()))
        << c.name() << " " << cpu::name(isa) << " at " << at;
    testing::Test::RecordProperty(c.name() + "_" + std::string(cpu::name(isa)),
                                  std::to_string(worst / unit) + " at " + std::to_string(at));
  }
};
TEST(Activations, DerivativesAgreeWithFiniteDifferences) {
  on_every_instruction_set<Derivatives>();
}

// The ends of the range too, and gradients of any size.
template <typename T>
struct AgainstTheReference {
  static void run(Isa isa, const Case<T>& c) {
    std::vector<T> x = arguments<T>();
    x.resize(std::min<std::size_t>(x.size(), 50'000));
    for (std::size_t i = 1; i < x.size(); i += 2) x[i] = -x[i];
    for (const T end : {std::numeric_limits<T>::max(), std::numeric_limits<T>::infinity()})
      x.push_back(end), x.push_back(-end);
    std::vector<T> gradient;
    base::Rng random(9, 3);
    for (std::size_t i = 0; i < x.size(); ++i)
      gradient.push_back(static_cast<T>(std::pow(10, random.uniform(-8, 4)) * random.normal()));
    const auto from = saved_values(c, x);
    const auto ours = backward(isa, c, from, gradient);
    const auto plain = backward(Isa::scalar, c, from, gradient);
    // What cancels is lost, at most some epsilons of the gradient itself.
    const T unit = std::numeric_limits<T>::epsilon() * c.scale();
    for (std::size_t i = 0; i < x.size(); ++i)
      ASSERT_NEAR(ours[i], plain[i], 8 * unit * std::abs(gradient[i]))
          << c.name() << " " << cpu::name(isa) << " at " << x[i];
  }
};
TEST(Activations, DerivativesAgreeWithTheReference) {
  on_every_instruction_set<AgainstTheReference>();
}

template <typename T>
void check_not_a_number(Isa isa, const Case<T>& c) {
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const std::string what = c.name() + " " + std::string(cpu::name(isa));
  const auto y = forward<T>(isa, c, {nan, -nan, 1});
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1])) << what;
  EXPECT_FALSE(std::isnan(y[2])) << what;
  const auto dy = backward<T>(isa, c, padded<T>({T{0.5}, nan, T{0.5}}), {nan, 1, 1});
  EXPECT_TRUE(std::isnan(dy[0])) << what;
  // The identity's derivative depends on nothing.
  EXPECT_TRUE(std::isnan(dy[1]) || c.row.activation == Activation::identity) << what;
  EXPECT_FALSE(std::isnan(dy[2])) << what;
}

template <typename T>
struct NotANumber {
  static void run(Isa isa, const Case<T>& c) {
    check_not_a_number(isa, c);
    check_not_a_number(Isa::scalar, c);
  }
};
TEST(Activations, NotANumberStaysSo) { on_every_instruction_set<NotANumber>(); }

template <typename T>
struct SameBits {
  static void run(Isa isa, const Case<T>& c) {
    if (isa == Isa::sse4) return;  // no fused multiply-add
    static const std::vector<T> x = arguments<T>();
    const auto best = forward(cpu::best_isa(), c, x), other = forward(isa, c, x);
    EXPECT_TRUE(same_bits(best, other)) << c.name() << " " << cpu::name(isa);
    const auto from = saved_values(c, x);
    // Not x, for infinity times a slope of 0 is not-a-number, of either sign.
    const std::vector<T> ones(x.size(), T{1});
    EXPECT_TRUE(same_bits(backward(cpu::best_isa(), c, from, ones), backward(isa, c, from, ones)))
        << c.name() << " backward " << cpu::name(isa);
  }
};
TEST(Activations, TheSameBitsOnEveryFusedInstructionSet) { on_every_instruction_set<SameBits>(); }

// Only the columns that a thread was given are touched, lines 1 to 3 of 5 in each row, in the
// matrix written to alone; and the same bits come out in place.
template <typename T>
struct Share {
  static void run(Isa isa, const Case<T>& c) {
    const std::size_t x_stride = 7 * kLine<T>, y_stride = 5 * kLine<T>, rows = 3;
    const T outside = T{-0.25};
    base::AlignedArray<T> x(rows * x_stride), y(rows * y_stride), in_place(rows * x_stride);
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = in_place[i] = static_cast<T>(std::sin(static_cast<double>(i)) * 5);
    std::fill(y.begin(), y.end(), outside);
    const auto kernel = kernels<T>(isa).of(c.row.activation).forward;
    const Matrix<T> own{in_place.data(), x_stride, rows};
    kernel({x.data(), x_stride, rows}, {y.data(), y_stride, rows}, y_stride, {1, 4}, c.argument);
    kernel(own, own, y_stride, {1, 4}, c.argument);
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t n = 0; n < y_stride; ++n) {
        const bool inside = n / kLine<T> >= 1 && n / kLine<T> < 4;
        const T there = in_place[row * x_stride + n];
        ASSERT_EQ(y[row * y_stride + n], inside ? there : outside) << c.name() << " at " << n;
        if (!inside) {
          ASSERT_EQ(there, x[row * x_stride + n]) << c.name() << " at " << n;
        }
      }
  }
};
TEST(Activations, TouchOnlyTheirShare) { on_every_instruction_set<Share>(); }

template <typename T>
struct BackwardShare {
  static void run(Isa isa, const Case<T>& c) {
    const std::size_t stride = 5 * kLine<T>, rows = 3;
    base::AlignedArray<T> from(rows * stride), dy(rows * stride);
    std::fill(from.begin(), from.end(), T{0.25});
    std::fill(dy.begin(), dy.end(), T{1});
    const T inside = backward<T>(isa, c, padded<T>({T{0.25}}), {1})[0];
    kernels<T>(isa)
        .of(c.row.activation)
        .backward({from.data(), stride, rows}, {dy.data(), stride, rows}, stride, {1, 4},
                  c.argument);
    for (std::size_t i = 0; i < dy.size(); ++i) {
      const std::size_t line = i % stride / kLine<T>;
      ASSERT_EQ(dy[i], line >= 1 && line < 4 ? inside : T{1}) << c.name() << " at " << i;
      ASSERT_EQ(from[i], T{0.25});
    }
  }
};
TEST(Activations, DerivativesTouchOnlyTheirShare) { on_every_instruction_set<BackwardShare>(); }

// Of a line that is at most half full the padding is left out, and is zero in another matrix.
template <typename T>
struct HalfLines {
  static void run(Isa isa, const Case<T>& c) {
    for (const std::size_t columns : {std::size_t{1}, kLine<T> / 2, 2 * kLine<T> + 2}) {
      const std::size_t stride = round_up(columns, kLine<T>), rows = 3;
      base::AlignedArray<T> x(rows * stride), y(rows * stride), dy(rows * stride);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const bool real = i % stride < columns;
        x[i] = real ? static_cast<T>(std::sin(static_cast<double>(i)) * 5) : T{0};
        y[i] = std::numeric_limits<T>::quiet_NaN();
        dy[i] = real ? T{1} : T{0};
      }
      const auto& k = kernels<T>(isa).of(c.row.activation);
      const Range lines{0, stride / kLine<T>};
      k.forward({x.data(), stride, rows}, {y.data(), stride, rows}, columns, lines, c.argument);
      const auto whole = forward(isa, c, std::vector<T>(x.begin(), x.end()));
      const auto& from = c.row.derivative_from == DerivativeFrom::input ? x : y;
      k.backward({from.data(), stride, rows}, {dy.data(), stride, rows}, columns, lines,
                 c.argument);
      const auto slope = backward(isa, c, from, std::vector<T>(x.size(), T{1}));
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (i % stride < columns) {
          ASSERT_EQ(y[i], whole[i]) << c.name() << " at " << i;
          ASSERT_EQ(dy[i], slope[i]) << c.name() << " at " << i;
        } else {
          ASSERT_TRUE(std::isfinite(y[i])) << c.name() << " at " << i;
          ASSERT_EQ(dy[i], T{0}) << c.name() << " at " << i;
        }
      }
    }
  }
};
TEST(Activations, LeaveOutTheEmptyHalfOfALine) { on_every_instruction_set<HalfLines>(); }

}  // namespace
}  // namespace lithe::kernels
