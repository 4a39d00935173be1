#include "cpu/known_processors.h"

#include <gtest/gtest.h>

#include "cpu/cpuinfo.h"

namespace lithe::cpu {
namespace {

MachineIdentity machine(const char* vendor, int family, int model,
                        std::vector<std::string> sets = {"sse4"}) {
  MachineIdentity identity;
  identity.vendor = vendor;
  identity.family = family;
  identity.model = model;
  identity.instruction_sets = std::move(sets);
  return identity;
}

TEST(KnownProcessors, ByTheirNumbers) {
  EXPECT_EQ(known_processor(machine("GenuineIntel", 6, 63)).set, "avx2");     // Haswell-EP
  EXPECT_EQ(known_processor(machine("GenuineIntel", 6, 85)).set, "avx512");   // Skylake-X
  EXPECT_EQ(known_processor(machine("GenuineIntel", 6, 143)).set, "avx512");  // Sapphire Rapids
  EXPECT_EQ(known_processor(machine("GenuineIntel", 6, 151)).set, "avx2");    // Alder Lake
  EXPECT_EQ(known_processor(machine("AuthenticAMD", 23, 49)).set, "avx2");    // Zen 2
  EXPECT_EQ(known_processor(machine("AuthenticAMD", 25, 1)).set, "avx2");     // Zen 3
  EXPECT_EQ(known_processor(machine("AuthenticAMD", 25, 17)).set, "avx512");  // Zen 4
  EXPECT_EQ(known_processor(machine("AuthenticAMD", 26, 2)).set, "avx512");   // Zen 5
}

TEST(KnownProcessors, NothingIsSaidOfOthers) {
  EXPECT_EQ(known_processor(machine("GenuineIntel", 6, 42)).set, "");  // Sandy Bridge
  EXPECT_EQ(known_processor(machine("AuthenticAMD", 6, 63)).set, "");
  EXPECT_EQ(known_processor(machine("0x41", 0, 0)).set, "");
  EXPECT_EQ(known_processor(machine("GenuineIntel", 15, 107)).set, "");  // QEMU's own
  EXPECT_EQ(known_processor({}).set, "");
}

TEST(HiddenSets, AreThoseThatTheModelHasAndTheMachineDoesNotShow) {
  const HiddenSets hidden = hidden_sets(machine("AuthenticAMD", 25, 17, {"sse4", "avx2"}));
  EXPECT_EQ(hidden.name, "AVX-512");
  EXPECT_EQ(hidden.flag, "avx512f");
  EXPECT_TRUE(hidden.known);
  EXPECT_GT(hidden.flops_per_cycle, 0);
  EXPECT_EQ(hidden_sets(machine("AuthenticAMD", 25, 17, {"avx2", "avx512"})).name, "");
  EXPECT_EQ(hidden_sets(machine("GenuineIntel", 6, 63)).name, "AVX2");
  EXPECT_EQ(hidden_sets(machine("GenuineIntel", 6, 63, {"sse4", "avx2"})).name, "");
}

// What a virtual machine's /proc/cpuinfo says of a Zen 4 whose AVX-512 its host holds back.
TEST(HiddenSets, FromTheTextOfTheKernel) {
  const CpuInfo cpu = parse_cpuinfo(
      "processor : 0\nvendor_id : AuthenticAMD\ncpu family : 25\nmodel : 17\n"
      "model name : AMD EPYC\nflags : fpu sse4_1 sse4_2 avx fma avx2 hypervisor\n");
  MachineIdentity guest = machine(cpu.vendor.c_str(), cpu.family, cpu.model, cpu.instruction_sets);
  guest.virtual_machine = cpu.hypervisor;
  EXPECT_TRUE(guest.virtual_machine);
  EXPECT_EQ(hidden_sets(guest).name, "AVX-512");
}

TEST(HiddenSets, OfAMadeUpModelOnlyInAVirtualMachine) {
  MachineIdentity qemu = machine("GenuineIntel", 15, 107);
  EXPECT_EQ(hidden_sets(qemu).name, "");
  qemu.virtual_machine = true;
  EXPECT_EQ(hidden_sets(qemu).name, "AVX2");
  EXPECT_FALSE(hidden_sets(qemu).known);
}

}  // namespace
}  // namespace lithe::cpu
