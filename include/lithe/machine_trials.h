// What lithe doctor measures in addition to lithe info. A figure of 0 was not measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lithe {

// The processor time that the system granted while a thread on each processor was always runnable.
struct GrantedTime {
  int threads = 0;
  double processors = 0;         // whose time the threads got, summed over them
  double others = 0;             // kept busy by other programs
  double stolen = 0;             // taken by the host of a virtual machine
  double stopped_periods = 0;    // fraction of the quota's periods in which they were stopped
  std::uint64_t hot_events = 0;  // number of times that the processor throttled because of heat
};

// A float32 matrix product, rows x inner by inner x columns: seconds with the library's default
// number of threads, with one thread, and with one for each processor.
struct ProductTrial {
  int rows = 0, inner = 0, columns = 0;
  double by_default = 0, one = 0, all = 0;
};

// The BLAS that programs get by default, and how its products scale with threads.
struct BlasThreads {
  std::string path, problem;  // the problem: why it was not measured
  int by_default = 0, all = 0;
  std::vector<ProductTrial> products;
};

// A parallel region of OpenMP (GCC's library) with 0.1 ms of arithmetic for one thread: seconds
// with the default number of threads, with one for each processor, and with one thread.
struct OpenMpThreads {
  std::string problem;  // why it was not measured
  int by_default = 0, all = 0;
  double default_seconds = 0, all_seconds = 0, one_seconds = 0;
};

// The slowdown of a multiply-add by denormal numbers.
struct DenormalCost {
  double float32 = 0, float64 = 0;
  double flushed = 0;  // in float32, while denormals are flushed to zero
};

// Bytes a second read from memory, by one thread and by all.
struct MemoryBandwidth {
  int threads = 0;
  double one = 0, all = 0;
};

// The cost of memory in pages of 4 KiB, in huge pages, and in the pages that a program gets by
// default: seconds to touch the memory first, and seconds of a read at a random address.
struct PageCost {
  double touch = 0, read = 0;
};
struct HugePages {
  std::string mode;  // "always", "madvise", "never"; empty: the system has none
  std::size_t bytes = 0;
  PageCost small, huge, by_default;
};

enum class Turbo { unknown, on, off };

struct MemoryRoom {
  double limit = 0, used = 0;       // of the container or service, bytes; limit 0: none
  double available = 0, all = 0;    // of the machine
  double swap = 0, swapped = 0;     // bytes of swap, and those in use
  std::uint64_t pages_swapped = 0;  // in and out, during the examination
  double shared = 0;                // size of /dev/shm; 0: there is none
};

// How Lithe itself was built.
struct BuildFacts {
  bool optimized = true, assertions = false;
  std::string sanitizer;  // "address", "thread"; usually empty
};

struct MachineTrials {
  GrantedTime granted;
  BlasThreads blas;
  OpenMpThreads openmp;
  DenormalCost denormals;
  MemoryBandwidth memory;
  HugePages pages;
  Turbo turbo = Turbo::unknown;
  MemoryRoom room;
  BuildFacts build;
  std::vector<std::string> left_out;  // trials for which there was no time
};

}  // namespace lithe
