// The functions of kernels/math-inl.h: their errors as stated there, their edges, and the same bits
// on every instruction set with fused multiply-add.
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/math_test.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include <cstddef>

#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

// y[i] = function of x[i], for whole vectors.
#define LITHE_MAP(name, call)                                                             \
  template <typename T>                                                                   \
  void name(const T* x, T* y, std::size_t count) {                                        \
    const hn::CappedTag<T, 8> d;                                                          \
    for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {                               \
      const auto v = hn::LoadU(d, x + i);                                                 \
      hn::StoreU(call, d, y + i);                                                         \
    }                                                                                     \
  }                                                                                       \
  void name##_float32(const float* x, float* y, std::size_t count) { name(x, y, count); } \
  void name##_float64(const double* x, double* y, std::size_t count) { name(x, y, count); }
LITHE_MAP(map_exp, exp_negative(d, v))
LITHE_MAP(map_expm1, expm1_negative(d, v))
LITHE_MAP(map_log1p, log1p_fraction(d, v))
LITHE_MAP(map_log, log_positive(d, v))
LITHE_MAP(map_sin, sin_cos_turn(d, v).sin)
LITHE_MAP(map_cos, sin_cos_turn(d, v).cos)
LITHE_MAP(map_density, normal(d, v).density)
LITHE_MAP(map_below, normal(d, v).below)
#undef LITHE_MAP

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "base/random.h"
#include "cpu/isa.h"
#include "support/isas.h"

namespace lithe::kernels {
namespace {

#define LITHE_EXPORT(name)                                                        \
  void name(cpu::Isa isa, const std::vector<float>& x, std::vector<float>& y) {   \
    LITHE_VERSION_FOR(isa, name##_float32)(x.data(), y.data(), x.size());         \
  }                                                                               \
  void name(cpu::Isa isa, const std::vector<double>& x, std::vector<double>& y) { \
    LITHE_VERSION_FOR(isa, name##_float64)(x.data(), y.data(), x.size());         \
  }
LITHE_EXPORT(map_exp)
LITHE_EXPORT(map_expm1)
LITHE_EXPORT(map_log1p)
LITHE_EXPORT(map_log)
LITHE_EXPORT(map_sin)
LITHE_EXPORT(map_cos)
LITHE_EXPORT(map_density)
LITHE_EXPORT(map_below)
#undef LITHE_EXPORT

using L = long double;

// An argument and what the function must give there, exactly.
struct Edge {
  double x, y;
};
constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Denormal in either precision.
template <typename T>
constexpr double kDenormal = static_cast<double>(std::numeric_limits<T>::denorm_min()) * 4;

template <typename T>
struct Function {
  const char* name;
  void (*ours)(cpu::Isa isa, const std::vector<T>& x, std::vector<T>& y);
  L (*exact)(L x);
  double low, high;
  double ulp;
  double growth_unfused;  // units more on SSE4, times x^2
  std::vector<Edge> edges;

  std::string title() const {
    return std::string(name) + (sizeof(T) == 4 ? ", float32" : ", float64");
  }
};

// A function of 2 pi u, with u reduced exactly to its quarter.
template <L (*kAtZero)(L), L (*kAtQuarter)(L)>
L of_turn(L u) {
  const L quarter = std::nearbyint(4 * u), x = 2 * std::numbers::pi_v<L> * (u - quarter / 4);
  const int q = static_cast<int>(quarter) % 4;
  const L value = q % 2 == 0 ? kAtZero(x) : kAtQuarter(x);
  return q >= 2 ? -value : value;
}
L sine(L x) { return std::sin(x); }
L cosine(L x) { return std::cos(x); }
L minus_sine(L x) { return -std::sin(x); }

template <typename T>
std::vector<Function<T>> functions() {
  const double far = sizeof(T) == 4 ? -87.3 : -708.3, normal_far = sizeof(T) == 4 ? -13 : -37;
  const double tiny = kDenormal<T>, least = static_cast<double>(std::numeric_limits<T>::min());
  const double density = static_cast<double>(static_cast<T>(0.39894228040143267794));
  return {
      {"exp",
       map_exp,
       [](L x) { return std::exp(x); },
       far,
       0,
       1.5,
       0,
       {{0, 1}, {-tiny, 1}, {-1000, 0}, {-kInfinity, 0}}},
      {"expm1",
       map_expm1,
       [](L x) { return std::expm1(x); },
       far,
       0,
       2,
       0,
       {{0, 0}, {-tiny, -tiny}, {-1000, -1}, {-kInfinity, -1}}},
      {"log1p", map_log1p, [](L x) { return std::log1p(x); }, 0, 1, 2, 0, {{0, 0}, {tiny, tiny}}},
      {"log below 1", map_log, [](L x) { return std::log(x); }, 1e-7, 1, 2, 0, {{1, 0}}},
      {"log", map_log, [](L x) { return std::log(x); }, least * 1e20, 1e30, 2, 0, {{1, 0}}},
      {"sin",
       map_sin,
       of_turn<sine, cosine>,
       0,
       1,
       2.5,
       0,
       {{0, 0}, {0.25, 1}, {0.5, 0}, {0.75, -1}, {1, 0}}},
      {"cos",
       map_cos,
       of_turn<cosine, minus_sine>,
       0,
       1,
       2.5,
       0,
       {{0, 1}, {tiny, 1}, {0.25, 0}, {0.5, -1}, {0.75, 0}, {1, 1}}},
      {"density",
       map_density,
       [](L x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi_v<L>); },
       normal_far,
       -normal_far,
       4,
       1,
       {{0, density}, {tiny, density}, {kInfinity, 0}, {-kInfinity, 0}}},
      {"below",
       map_below,
       [](L x) { return std::erfc(-x / std::numbers::sqrt2_v<L>) / 2; },
       normal_far,
       -normal_far,
       8,
       1,
       {{kInfinity, 1}, {-kInfinity, 0}}},
  };
}

// Arguments of the function's range, half of them near 0, in every size.
template <typename T>
std::vector<T> arguments(const Function<T>& f, std::size_t count) {
  std::vector<T> x;
  base::Rng random(9, 4);
  for (std::size_t i = 0; i < count; ++i)
    x.push_back(static_cast<T>(i % 2 == 0 ? random.uniform(f.low, f.high)
                                          : (i % 4 == 1 ? f.low : f.high) *
                                                std::exp(-random.uniform(0, 45))));
  return x;
}

template <typename T>
void check_error(cpu::Isa isa, const Function<T>& f) {
  const std::vector<T> x = arguments(f, 200'000);
  std::vector<T> y(x.size());
  f.ours(isa, x, y);
  double worst = 0;
  T at = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const L exact = f.exact(static_cast<L>(x[i]));
    const T size = std::abs(static_cast<T>(exact));
    if (size < 20 * std::numeric_limits<T>::min()) continue;
    const T unit = std::nextafter(size, std::numeric_limits<T>::infinity()) - size;
    const double more =
        isa == cpu::Isa::sse4 ? f.growth_unfused * static_cast<double>(x[i] * x[i]) : 0;
    const auto error =
        static_cast<double>(std::abs(static_cast<L>(y[i]) - exact) / static_cast<L>(unit)) /
        (f.ulp + more);
    if (!(error <= worst)) worst = error, at = x[i];
  }
  const std::string what = f.title() + ", " + std::string(cpu::name(isa));
  EXPECT_LE(worst, 1) << what << " at " << at;
  testing::Test::RecordProperty(what, std::to_string(worst * f.ulp) + " at " + std::to_string(at));
}

template <typename T>
void check_edges(cpu::Isa isa, const Function<T>& f) {
  for (const Edge& edge : f.edges) {
    const std::vector<T> x(8, static_cast<T>(edge.x));
    std::vector<T> y(8);
    f.ours(isa, x, y);
    for (const T value : y)
      EXPECT_EQ(value, static_cast<T>(edge.y))
          << f.title() << " at " << edge.x << ", " << cpu::name(isa);
  }
  const std::vector<T> nan(8, std::numeric_limits<T>::quiet_NaN());
  std::vector<T> y(8);
  f.ours(isa, nan, y);
  for (const T value : y) EXPECT_TRUE(std::isnan(value)) << f.title() << ", " << cpu::name(isa);
}

template <typename T>
void check_bits(const Function<T>& f) {
  std::vector<T> x = arguments(f, 100'000);
  for (const Edge& edge : f.edges) x.insert(x.end(), 8, static_cast<T>(edge.x));
  std::vector<T> best(x.size()), other(x.size());
  f.ours(cpu::best_isa(), x, best);
  for (const cpu::Isa isa : test::fused()) {
    f.ours(isa, x, other);
    EXPECT_EQ(std::memcmp(best.data(), other.data(), x.size() * sizeof(T)), 0)
        << f.title() << ", " << cpu::name(isa);
  }
}

template <typename T>
void check_all() {
  for (const Function<T>& f : functions<T>()) {
    for (const cpu::Isa isa : test::isas()) {
      check_error(isa, f);
      check_edges(isa, f);
    }
    check_bits(f);
  }
}

TEST(Math, ErrorsEdgesAndBitsInFloat32) { check_all<float>(); }
TEST(Math, ErrorsEdgesAndBitsInFloat64) { check_all<double>(); }

}  // namespace
}  // namespace lithe::kernels
#endif
