// The measuring loops, compiled once for each instruction set.
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "limits/probe.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include <limits>
#include <utility>

#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "limits/probe.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::limits {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Chains of multiply-adds that run side by side. The peak needs latency times pipes of them: 8 on
// Skylake to Sapphire Rapids and on Zen 3 to 5 (4 cycles, 2 pipes), 10 on Haswell and Zen 1 and 2
// (5 cycles), 16 on Neoverse V and Apple's cores (4 cycles, 4 pipes); up to 12 to 14 for SSE4,
// where one is a product and then a sum. The register file holds them and the two constants.
#if HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_AVX2
constexpr std::size_t kChains = 14;  // of 16 registers
#else
constexpr std::size_t kChains = 24;  // of 32 registers
#endif

// The factor and the summand of x = factor * x + summand. Volatile, so that the compiler cannot
// know them. All values stay between 0 and 1.1: no denormals, no infinities.
volatile double g_factor = -0.99, g_summand = 1.1;

// The values times this are denormal, and so is all that comes of them.
template <typename T>
constexpr T kTiny = std::numeric_limits<T>::min() / 128;

template <typename T, std::size_t... I>
double multiply_add_chains(std::size_t rounds, T scale, std::index_sequence<I...>) {
  const hn::ScalableTag<T> d;
  const auto factor = hn::Set(d, static_cast<T>(g_factor));
  const auto summand = hn::Set(d, static_cast<T>(g_summand) * scale);
  hn::Vec<decltype(d)> x[] = {hn::Set(d, static_cast<T>(0.02 * (I + 1)) * scale)...};
  for (std::size_t round = 0; round < rounds; ++round)
    ((x[I] = hn::MulAdd(x[I], factor, summand)), ...);
  auto sum = hn::Zero(d);
  ((sum = hn::Add(sum, x[I])), ...);
  [[maybe_unused]] volatile T keep = hn::GetLane(sum);
  return 2.0 * static_cast<double>(sizeof...(I) * hn::Lanes(d)) * static_cast<double>(rounds);
}

template <typename T>
double multiply_add(std::size_t rounds) {
  return multiply_add_chains<T>(rounds, T{1}, std::make_index_sequence<kChains>());
}

template <typename T>
double multiply_add_tiny(std::size_t rounds) {
  return multiply_add_chains<T>(rounds, kTiny<T>, std::make_index_sequence<kChains>());
}

#if HWY_TARGET == HWY_AVX3
// x = 2 products of bfloat16 values + x, for factors so small that x stays as it is.
template <std::size_t... I>
double bfloat16_chains(std::size_t rounds, std::index_sequence<I...>) {
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, static_cast<float>(g_factor * 1e-9));
  hn::Vec<decltype(d)> x[] = {hn::Set(d, static_cast<float>(0.02 * (I + 1)))...};
  for (std::size_t round = 0; round < rounds; ++round)
    (([&] { asm("vdpbf16ps %1, %1, %0" : "+v"(x[I].raw) : "v"(factor.raw)); }()), ...);
  auto sum = hn::Zero(d);
  ((sum = hn::Add(sum, x[I])), ...);
  [[maybe_unused]] volatile float keep = hn::GetLane(sum);
  return 4.0 * static_cast<double>(sizeof...(I) * hn::Lanes(d)) * static_cast<double>(rounds);
}

double multiply_add_bfloat16(std::size_t rounds) {
  return bfloat16_chains(rounds, std::make_index_sequence<kChains>());
}
#endif

// Loads joined by a bitwise or, which no processor does more slowly than it loads. Eight registers
// hide its latency.
template <std::size_t... I>
double read_chains(const std::uint64_t* data, std::size_t bytes, std::size_t rounds,
                   std::index_sequence<I...>) {
  const hn::ScalableTag<std::uint64_t> d;
  const std::size_t lanes = hn::Lanes(d), size = bytes / sizeof(std::uint64_t);
  hn::Vec<decltype(d)> x[] = {((void)I, hn::Zero(d))...};
  for (std::size_t round = 0; round < rounds; ++round) {
    asm volatile("" : : : "memory");  // or the compiler would read once
    for (std::size_t i = 0; i < size; i += sizeof...(I) * lanes)
      ((x[I] = hn::Or(x[I], hn::Load(d, data + i + I * lanes))), ...);
  }
  auto joined = hn::Zero(d);
  ((joined = hn::Or(joined, x[I])), ...);
  [[maybe_unused]] volatile std::uint64_t keep = hn::GetLane(joined);
  return static_cast<double>(bytes) * static_cast<double>(rounds);
}

double read(const std::uint8_t* data, std::size_t bytes, std::size_t rounds) {
  return read_chains(reinterpret_cast<const std::uint64_t*>(data), bytes, rounds,
                     std::make_index_sequence<8>());
}

void fill(Probes& probes) {
  probes.multiply_add_float32 = multiply_add<float>;
  probes.multiply_add_float64 = multiply_add<double>;
#if HWY_TARGET == HWY_AVX3
  if (cpu::has_paired_products()) probes.multiply_add_bfloat16 = multiply_add_bfloat16;
#endif
  probes.multiply_add_tiny_float32 = multiply_add_tiny<float>;
  probes.multiply_add_tiny_float64 = multiply_add_tiny<double>;
  probes.read = read;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::limits
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lithe::limits {

Probes probes(cpu::Isa isa) {
  Probes result{};
  LITHE_VERSION_FOR(isa == cpu::Isa::scalar ? cpu::best_isa() : isa, fill)(result);
  return result;
}

}  // namespace lithe::limits
#endif
