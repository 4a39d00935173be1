// The functions of kernels/math-inl.h: their errors as stated there, on every instruction set.
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/math_test.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include <cstddef>

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
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "base/random.h"
#include "cpu/isa.h"

namespace lithe::kernels {
namespace {

#define LITHE_EXPORT(name)                                              \
  HWY_EXPORT(name##_float32);                                           \
  HWY_EXPORT(name##_float64);                                           \
  void name(const std::vector<float>& x, std::vector<float>& y) {       \
    HWY_DYNAMIC_DISPATCH(name##_float32)(x.data(), y.data(), x.size()); \
  }                                                                     \
  void name(const std::vector<double>& x, std::vector<double>& y) {     \
    HWY_DYNAMIC_DISPATCH(name##_float64)(x.data(), y.data(), x.size()); \
  }
LITHE_EXPORT(map_exp)
LITHE_EXPORT(map_expm1)
LITHE_EXPORT(map_log1p)
LITHE_EXPORT(map_density)
LITHE_EXPORT(map_below)
#undef LITHE_EXPORT

template <typename T>
struct Function {
  const char* name;
  void (*ours)(const std::vector<T>& x, std::vector<T>& y);
  long double (*exact)(long double x);
  double low, high;
  double ulp;
  double growth_unfused;  // units more on SSE4, times x^2
};

template <typename T>
void check(cpu::Isa isa, const Function<T>& f) {
  std::vector<T> x, y(200'000);
  base::Rng random(9, 4);
  // Half of them near 0, in every size.
  for (std::size_t i = 0; i < y.size(); ++i)
    x.push_back(static_cast<T>(i % 2 == 0 ? random.uniform(f.low, f.high)
                                          : (i % 4 == 1 ? f.low : f.high) *
                                                std::exp(-random.uniform(0, 50))));
  cpu::with_isa(isa, [&] { f.ours(x, y); });
  double worst = 0;
  T at = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double exact = f.exact(static_cast<long double>(x[i]));
    const T size = std::abs(static_cast<T>(exact));
    if (size < 20 * std::numeric_limits<T>::min() && f.low < -1) continue;
    const T unit = std::nextafter(size, std::numeric_limits<T>::infinity()) - size;
    const double more =
        isa == cpu::Isa::sse4 ? f.growth_unfused * static_cast<double>(x[i] * x[i]) : 0;
    const auto error = static_cast<double>(std::abs(static_cast<long double>(y[i]) - exact) /
                                           static_cast<long double>(unit)) /
                       (f.ulp + more);
    if (!(error <= worst)) worst = error, at = x[i];
  }
  const std::string what = std::string(f.name) + (sizeof(T) == 4 ? "_float32_" : "_float64_") +
                           std::string(cpu::name(isa));
  EXPECT_LE(worst, 1) << what << " at " << at;
  testing::Test::RecordProperty(what, std::to_string(worst * f.ulp) + " at " + std::to_string(at));
}

template <typename T>
void check_all(cpu::Isa isa) {
  using L = long double;
  const double far = sizeof(T) == 4 ? -87.3 : -708.3, normal_far = sizeof(T) == 4 ? -13 : -37;
  const Function<T> functions[] = {
      {"exp", map_exp, [](L x) { return std::exp(x); }, far, 0, 1.5, 0},
      {"expm1", map_expm1, [](L x) { return std::expm1(x); }, far, 0, 2, 0},
      {"log1p", map_log1p, [](L x) { return std::log1p(x); }, 0, 1, 2, 0},
      {"density", map_density,
       [](L x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi_v<L>); }, normal_far,
       -normal_far, 4, 1},
      {"below", map_below, [](L x) { return std::erfc(-x / std::numbers::sqrt2_v<L>) / 2; },
       normal_far, -normal_far, 8, 1},
  };
  for (const auto& function : functions) check(isa, function);
}

TEST(Math, ErrorsAreAsStated) {
  for (const cpu::Isa isa : cpu::supported_isas()) {
    check_all<float>(isa);
    check_all<double>(isa);
  }
}

}  // namespace
}  // namespace lithe::kernels
#endif
