#include "cpu/known_processors.h"

#include <algorithm>

namespace lithe::cpu {

namespace {

struct ModelRange {
  std::string_view vendor;
  int family, first_model, last_model;
  KnownProcessor has;
};

// Two units of 8 floats for AVX2 (Haswell to today's, Zen 2 and later), two of 4 in Zen 1; AVX-512
// as two of 8 in Zen 4, one of 16 in Intel's client cores, two of 16 in Intel's servers.
constexpr KnownProcessor kAvx2{"avx2", 32}, kZen1{"avx2", 16}, kAvx512{"avx512", 32},
    kWide{"avx512", 64};
constexpr std::string_view kIntel = "GenuineIntel", kAmd = "AuthenticAMD";

constexpr ModelRange kModels[] = {
    {kIntel, 6, 60, 61, kAvx2},      // Haswell, Broadwell
    {kIntel, 6, 63, 63, kAvx2},      // Haswell-EP
    {kIntel, 6, 69, 71, kAvx2},      // Haswell, Broadwell
    {kIntel, 6, 78, 79, kAvx2},      // Skylake, Broadwell-EP
    {kIntel, 6, 85, 85, kAvx512},    // Skylake-X, Cascade Lake, Cooper Lake: one unit in some
    {kIntel, 6, 86, 86, kAvx2},      // Broadwell-DE
    {kIntel, 6, 94, 94, kAvx2},      // Skylake
    {kIntel, 6, 106, 106, kWide},    // Ice Lake-SP
    {kIntel, 6, 108, 108, kAvx512},  // Ice Lake-D
    {kIntel, 6, 125, 126, kAvx512},  // Ice Lake
    {kIntel, 6, 140, 141, kAvx512},  // Tiger Lake
    {kIntel, 6, 142, 142, kAvx2},    // Kaby Lake
    {kIntel, 6, 143, 143, kWide},    // Sapphire Rapids
    {kIntel, 6, 151, 151, kAvx2},    // Alder Lake
    {kIntel, 6, 154, 154, kAvx2},    // Alder Lake
    {kIntel, 6, 158, 158, kAvx2},    // Coffee Lake
    {kIntel, 6, 165, 166, kAvx2},    // Comet Lake
    {kIntel, 6, 167, 167, kAvx512},  // Rocket Lake
    {kIntel, 6, 170, 170, kAvx2},    // Meteor Lake
    {kIntel, 6, 173, 174, kWide},    // Granite Rapids
    {kIntel, 6, 183, 183, kAvx2},    // Raptor Lake
    {kIntel, 6, 186, 186, kAvx2},    // Raptor Lake
    {kIntel, 6, 191, 191, kAvx2},    // Raptor Lake
    {kIntel, 6, 207, 207, kWide},    // Emerald Rapids
    {kAmd, 23, 0, 47, kZen1},        // Zen, Zen+
    {kAmd, 23, 48, 255, kAvx2},      // Zen 2
    {kAmd, 25, 0, 15, kAvx2},        // Zen 3
    {kAmd, 25, 16, 31, kAvx512},     // Zen 4
    {kAmd, 25, 32, 95, kAvx2},       // Zen 3
    {kAmd, 25, 96, 175, kAvx512},    // Zen 4
    {kAmd, 26, 0, 127, kAvx512},     // Zen 5; mobile ones have narrow units
};

bool shows(const MachineIdentity& machine, std::string_view set) {
  const auto& sets = machine.instruction_sets;
  return std::find(sets.begin(), sets.end(), set) != sets.end();
}

}  // namespace

KnownProcessor known_processor(const MachineIdentity& machine) {
  for (const ModelRange& range : kModels)
    if (range.vendor == machine.vendor && range.family == machine.family &&
        machine.model >= range.first_model && machine.model <= range.last_model)
      return range.has;
  return {};
}

HiddenSets hidden_sets(const MachineIdentity& machine) {
  const KnownProcessor known = known_processor(machine);
  if (known.set == "avx512" && !shows(machine, "avx512"))
    return {"AVX-512", "avx512f", true, known.flops_per_cycle};
  if (known.set == "avx2" && !shows(machine, "avx2"))
    return {"AVX2", "avx2", true, known.flops_per_cycle};
  // A model that a virtual machine made up (QEMU's own) tells nothing of the processor below.
  if (known.set.empty() && machine.virtual_machine && shows(machine, "sse4") &&
      !shows(machine, "avx2"))
    return {"AVX2", "avx2", false, 0};
  return {};
}

}  // namespace lithe::cpu
