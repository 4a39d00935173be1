#include "cpu/isa.h"

#include "cpu/targets.h"
// After targets.h.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <string>

#include "hwy/targets.h"
#include "lithe/error.h"

namespace lithe::cpu {

namespace {

struct IsaEntry {
  Isa isa;
  std::string_view name;
  std::int64_t target;  // Highway's bit; 0: none
};

// Best first.
constexpr IsaEntry kIsas[] = {
    {Isa::avx512, "avx512", HWY_AVX3}, {Isa::avx2, "avx2", HWY_AVX2}, {Isa::sse4, "sse4", HWY_SSE4},
    {Isa::neon, "neon", HWY_NEON},     {Isa::scalar, "scalar", 0},
};

const IsaEntry& entry_of(Isa isa) {
  return *std::find_if(std::begin(kIsas), std::end(kIsas),
                       [isa](const IsaEntry& entry) { return entry.isa == isa; });
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> result;
  for (const Isa isa : supported_isas()) result.push_back(name(isa));
  result.push_back(name(Isa::scalar));
  return result;
}

}  // namespace

std::string_view name(Isa isa) { return entry_of(isa).name; }

const std::vector<Isa>& supported_isas() {
  static const std::vector<Isa> found = [] {
    std::vector<Isa> result;
    const std::int64_t present = hwy::SupportedTargets();
    for (const IsaEntry& entry : kIsas)
      if ((present & entry.target) != 0 && (HWY_TARGETS & entry.target) != 0)
        result.push_back(entry.isa);
    return result;
  }();
  return found;
}

bool supported(Isa isa) {
  const auto& all = supported_isas();
  return std::find(all.begin(), all.end(), isa) != all.end();
}

Isa best_isa() { return supported_isas().empty() ? Isa::scalar : supported_isas().front(); }

bool has_paired_products() {
#if defined(__x86_64__)
  return supported(Isa::avx512) && __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

Isa parse_isa(std::string_view wanted) {
  if (wanted == "auto") return best_isa();
  for (const IsaEntry& entry : kIsas)
    if (entry.name == wanted && (entry.isa == Isa::scalar || supported(entry.isa)))
      return entry.isa;
  throw Error(ErrorKind::usage, fmt::format("no instruction set '{}' on this machine", wanted),
              "--isa", fmt::format("auto, {}", fmt::join(names(), ", ")));
}

}  // namespace lithe::cpu
