// Sockets, cores and caches from the kernel's files, staged in a folder.
#include "cpu/topology.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "support/temporary_folder.h"

namespace lithe::cpu {
namespace {

namespace fs = std::filesystem;

class Topology : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) const {
    const fs::path file = root() / "sys/devices/system" / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text << "\n";
  }
  void write_cache(const std::string& index, const std::string& level, const std::string& type,
                   const std::string& size, const std::string& shared) const {
    const std::string folder = "cpu/cpu0/cache/" + index + "/";
    write(folder + "level", level);
    write(folder + "type", type);
    write(folder + "size", size);
    write(folder + "shared_cpu_list", shared);
  }
  MachineIdentity read() const {
    MachineIdentity machine;
    fill_topology(machine, root());
    return machine;
  }
  const fs::path& root() const { return folder_.path(); }

 private:
  test::TemporaryFolder folder_;
};

// Two sockets of two cores of two threads; threads of a core are four apart.
TEST_F(Topology, CountsSocketsCoresThreadsAndNodes) {
  for (int i = 0; i < 8; ++i) {
    const std::string folder = "cpu/cpu" + std::to_string(i) + "/topology/";
    write(folder + "physical_package_id", std::to_string(i % 4 / 2));
    write(folder + "core_cpus_list", std::to_string(i % 4) + "," + std::to_string(i % 4 + 4));
  }
  write("cpu/cpufreq/policy0", "");  // no processor
  write("cpu/cpu8/online", "0");     // switched off
  write("node/node0/cpulist", "0-1,4-5");
  write("node/node1/cpulist", "2-3,6-7");
  const MachineIdentity machine = read();
  EXPECT_EQ(machine.sockets, 2);
  EXPECT_EQ(machine.cores, 4);
  EXPECT_EQ(machine.hardware_threads, 8);
  EXPECT_EQ(machine.numa_nodes, 2);
}

TEST_F(Topology, ReadsTheDataCachesOfTheFirstCore) {
  write("cpu/cpu0/topology/physical_package_id", "0");
  write("cpu/cpu0/topology/thread_siblings_list", "0");
  write_cache("index0", "1", "Data", "48K", "0,4");
  write_cache("index1", "1", "Instruction", "32K", "0,4");
  write_cache("index2", "2", "Unified", "2048K", "0,4");
  write_cache("index3", "3", "Unified", "32M", "0-7,16-23");
  write_cache("index4", "4", "Unified", "nonsense", "0");
  const std::vector<Cache> caches = read().caches;
  ASSERT_EQ(caches.size(), 3u);
  const int shared[] = {2, 2, 16};
  const std::size_t bytes[] = {48u << 10, 2u << 20, 32u << 20};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(caches[i].level, i + 1);
    EXPECT_EQ(caches[i].bytes, bytes[i]);
    EXPECT_EQ(caches[i].shared_by, shared[i]);
  }
}

TEST_F(Topology, TakesEachThreadForACoreWhereNothingSaysMore) {
  for (const char* cpu : {"cpu0", "cpu1", "cpu10"})
    write("cpu/" + std::string(cpu) + "/topology/physical_package_id", "-1");
  const MachineIdentity machine = read();
  EXPECT_EQ(machine.hardware_threads, 3);
  EXPECT_EQ(machine.cores, 3);
  EXPECT_EQ(machine.sockets, 1);
  EXPECT_EQ(machine.numa_nodes, 1);
  EXPECT_TRUE(machine.caches.empty());
}

TEST_F(Topology, LeavesWhatItCannotReadAsItWas) {
  const MachineIdentity machine = read();
  EXPECT_EQ(machine.hardware_threads, 1);
  EXPECT_EQ(machine.cores, 1);
}

}  // namespace
}  // namespace lithe::cpu
