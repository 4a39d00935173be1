// What lithe doctor tries on a machine, beyond what lithe info measures. Figures of 0 were not
// measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lithe {

// What all processors were granted while a thread on each wanted all of its time.
struct GrantedTime {
  int threads = 0;
  double processors = 0;         // whose time the threads got together
  double others = 0;             // that other programs kept busy meanwhile
  double stolen = 0;             // that the host of a virtual machine took
  double stopped_periods = 0;    // the share of the quota's periods in which they were stopped
  std::uint64_t hot_events = 0;  // times that the processor slowed down for its heat
};

// The product of a matrix of rows x inner with one of inner x columns, in float32: seconds with the
// number of threads that the library chose, with one, and with as many as there are processors.
struct ProductTrial {
  int rows = 0, inner = 0, columns = 0;
  double by_default = 0, one = 0, all = 0;
};

// The BLAS that programs get, with its threads.
struct BlasThreads {
  std::string path, problem;  // a problem: why it was not measured
  int by_default = 0, all = 0;
  std::vector<ProductTrial> products;
};

// A parallel region of OpenMP (GCC's library) that holds a tenth of a millisecond of arithmetic for
// one thread: seconds with as many threads as the environment asks for, with one for each
// processor, and with one.
struct OpenMpThreads {
  std::string problem;  // why it was not measured
  int by_default = 0, all = 0;
  double default_seconds = 0, all_seconds = 0, one_seconds = 0;
};

// How many times longer a multiply-add of denormal numbers takes.
struct DenormalCost {
  double float32 = 0, float64 = 0;
  double flushed = 0;  // in float32, while they are taken as zero
};

// Bytes a second read of memory.
struct MemoryTogether {
  int threads = 0;
  double one = 0, all = 0;
};

// Memory in pages of 4 KiB, in huge ones, and in those that a program gets that asks for nothing:
// seconds to touch it first, and for a read at a random place.
struct PageCost {
  double touch = 0, read = 0;
};
struct HugePages {
  std::string mode;  // "always", "madvise", "never"; empty: the system has none
  std::size_t bytes = 0;
  PageCost small, huge, unasked;
};

enum class Turbo { unknown, on, off };

struct MemoryRoom {
  double limit = 0, used = 0;       // of the container or service, bytes; limit 0: none
  double available = 0, all = 0;    // of the machine
  double swap = 0, swapped = 0;     // bytes that there are, and in use
  std::uint64_t pages_swapped = 0;  // while the doctor was at work, in and out
  double shared = 0;                // size of /dev/shm; 0: there is none
};

// How Lithe itself was built.
struct BuildFacts {
  bool optimized = true, assertions = false;
  std::string sanitizer;  // "address", "thread"; mostly empty
};

struct MachineTrials {
  GrantedTime granted;
  BlasThreads blas;
  OpenMpThreads openmp;
  DenormalCost denormals;
  MemoryTogether memory;
  HugePages pages;
  Turbo turbo = Turbo::unknown;
  MemoryRoom room;
  BuildFacts build;
  std::vector<std::string> left_out;  // for want of time
};

}  // namespace lithe
