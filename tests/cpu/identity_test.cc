#include "cpu/identity.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "cpu/cpuinfo.h"
#include "cpu/isa.h"

namespace lithe {
namespace {

using Names = std::vector<std::string>;

TEST(CpuInfo, AnX86Processor) {
  const auto info = cpu::parse_cpuinfo(
      "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\n"
      "model name\t: Xeon: the one\nstepping\t: 7\n"
      "flags\t\t: fpu sse4_1 sse4_2 avx fma avx2 avx512f avx512cd avx512bw avx512dq avx512vl "
      "hypervisor\n\nprocessor\t: 1\nmodel name\t: another\n");
  EXPECT_EQ(info.processor, "Xeon: the one");
  EXPECT_EQ(info.vendor, "GenuineIntel");
  EXPECT_EQ(info.family, 6);
  EXPECT_EQ(info.model, 85);
  EXPECT_EQ(info.stepping, 7);
  EXPECT_TRUE(info.hypervisor);
  EXPECT_EQ(info.instruction_sets, (Names{"sse4", "avx", "fma", "avx2", "avx512"}));
}

TEST(CpuInfo, AnArmProcessor) {
  const auto info = cpu::parse_cpuinfo(
      "processor\t: 0\nFeatures\t: fp asimd asimddp sve\nCPU implementer\t: 0x41\n"
      "CPU part\t: 0xd40\n");
  EXPECT_EQ(info.processor, "Arm core 0xd40 of maker 0x41");
  EXPECT_EQ(info.vendor, "0x41");
  EXPECT_EQ(info.instruction_sets, (Names{"neon", "neon_dotprod", "sve"}));
}

TEST(CpuInfo, PartOfASetIsNotTheSet) {
  const auto info = cpu::parse_cpuinfo("flags : sse4_1 avx512f avx512bw\n");
  EXPECT_EQ(info.instruction_sets, Names{});
}

TEST(CpuInfo, NonsenseIsAnUnknownProcessor) {
  for (const char* text : {"", "\n", ":", "no colon\n: :\n", "model : 99999999999999999999\n"}) {
    const auto info = cpu::parse_cpuinfo(text);
    EXPECT_EQ(info.processor, "unknown processor");
    EXPECT_EQ(info.model, 0);
  }
}

TEST(Identity, IsSane) {
  const MachineIdentity identity = identify_machine();
  EXPECT_FALSE(identity.processor.empty());
  EXPECT_FALSE(identity.system.empty());
  EXPECT_GE(identity.sockets, 1);
  EXPECT_GE(identity.numa_nodes, 1);
  EXPECT_GE(identity.cores, 1);
  EXPECT_GE(identity.hardware_threads, identity.cores);
  EXPECT_GT(identity.usable_cpus, 0);
  EXPECT_LE(identity.usable_cpus, identity.hardware_threads);
  EXPECT_GT(identity.memory_bytes, std::uint64_t{1} << 20);
  for (std::size_t i = 0; i < identity.caches.size(); ++i) {
    EXPECT_GT(identity.caches[i].bytes, 0u);
    EXPECT_GE(identity.caches[i].shared_by, 1);
    if (i == 0) continue;
    EXPECT_GT(identity.caches[i].level, identity.caches[i - 1].level);
    EXPECT_GE(identity.caches[i].bytes, identity.caches[i - 1].bytes);
    EXPECT_GE(identity.caches[i].shared_by, identity.caches[i - 1].shared_by);
  }
}

TEST(Identity, TheProcessorHasWhatTheKernelsUse) {
  const Names present = identify_machine().instruction_sets;
#if defined(__aarch64__)
  if (base::read_text("/proc/cpuinfo").find("\nFeatures") == std::string::npos)
    GTEST_SKIP() << "an emulator, whose /proc/cpuinfo is that of another processor";
#endif
  for (const std::string& isa : supported_isas())
    EXPECT_NE(std::find(present.begin(), present.end(), isa), present.end()) << isa;
}

TEST(Identity, TheKeyIsStableAndTellsMachinesApart) {
  const MachineIdentity identity = identify_machine();
  const std::string key = identity.key();
  EXPECT_EQ(key, identify_machine().key());
  EXPECT_EQ(key.size(), 16u);
  EXPECT_EQ(key.find_first_not_of("0123456789abcdef"), std::string::npos);

  MachineIdentity same = identity;
  same.system = "another";
  same.usable_cpus /= 2;
  EXPECT_EQ(same.key(), key);

  MachineIdentity other = identity;
  other.processor += "X";
  EXPECT_NE(other.key(), key);
  other = identity;
  other.caches.push_back({5, 1 << 30, 1});
  EXPECT_NE(other.key(), key);
}

// A value that is kept between runs: it changes only on purpose, and then all limits are measured
// anew.
TEST(Identity, TheKeyOfAKnownMachine) {
  MachineIdentity identity;
  identity.processor = "Processor";
  identity.vendor = "Vendor";
  identity.caches = {{1, 32768, 2}};
  identity.instruction_sets = {"sse4", "avx2"};
  EXPECT_EQ(cpu::fingerprint(identity),
            "Processor (Vendor, 0.0.0), 1 sockets, 1 cores, 1 threads, sse4 avx2, "
            "L1 32768 bytes for 2");
}

}  // namespace
}  // namespace lithe
