// The memory that Lithe shares with a program under examination. The library that is loaded into
// the program (src/preload/) writes its counters and lines here, and Lithe reads them.
//
// It is plain data of fixed size without pointers, so that its meaning is the same in every process
// and it needs no C++ library. The program may overwrite any of it, so the reader checks all
// values. It is a file without a name (memfd), which the system removes when the last process that
// maps it ends.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lithe::program {

// Changes with the layout, so that an older library does not count.
constexpr std::uint64_t kCountersMagic = 0x4c49544845424403;

// The environment variable with the path of the file, which lies below /proc.
constexpr const char* kCountersVariable = "LITHE_COUNTERS";

// With the value 1, the library sets the processor to take denormal numbers for zero.
constexpr const char* kFlushVariable = "LITHE_FLUSH_DENORMALS";
// What the library turns off of Python's garbage collector (3.10 and later): the collector, or
// gc.collect() alone.
constexpr const char* kCollectorVariable = "LITHE_WITHOUT_COLLECTOR";
constexpr const char* kWithoutCollector = "1";
constexpr const char* kWithoutCalls = "calls";

constexpr std::uint32_t kBlocks =
    1024;  // threads that count at the same time, each in its own block
constexpr std::uint32_t kLines = 2048;  // lines of output that Lithe has not read yet
constexpr std::uint32_t kLineText = 160;
constexpr std::uint32_t kProcesses = 1024;
constexpr std::uint32_t kPrefix = 32;

// Calls of the heap, of mmap and of the BLAS since the program began.
struct Counts {
  std::uint64_t calls = 0;         // that allocate: malloc, calloc, realloc, ...
  std::uint64_t bytes = 0;         // requested by them
  std::uint64_t frees = 0;         // a realloc of an existing block counts as one
  std::uint64_t largest = 0;       // of one request
  std::uint64_t maps = 0;          // mmap without a file behind it, by the program itself
  std::uint64_t mapped_bytes = 0;  // by those
  std::uint64_t unmaps = 0;
  std::uint64_t products = 0;              // calls of the BLAS
  std::uint64_t flops32 = 0, flops64 = 0;  // that these ask for: two for a multiplication and sum
};

// The same, written by one thread at a time. Aligned to pairs of cache lines, so that neighbouring
// blocks do not share one.
struct alignas(128) CountBlock {
  std::atomic<std::int32_t> owner;  // thread number, or 0 if the block is free
  std::atomic<std::uint64_t> calls, bytes, frees, largest, maps, mapped_bytes, unmaps;
  std::atomic<std::uint64_t> products, flops32, flops64;
};

// A line that the program wrote, with the counters at that moment.
struct Line {
  std::atomic<std::uint32_t> turn;  // 1 + number of rounds of the ring before it was written
  std::int32_t process;
  std::uint64_t nanoseconds;  // CLOCK_MONOTONIC
  std::uint64_t faults;       // page faults of the process so far
  Counts heap;
  std::uint32_t length;
  char text[kLineText];  // the beginning of it
};

struct SharedCounters {
  std::uint64_t magic, bytes;

  // Set by Lithe before the program starts.
  std::uint32_t prefix_length;
  char prefix[kPrefix];  // lines that begin otherwise are skipped; case-insensitive

  // Written by the program.
  std::atomic<std::uint32_t> processes;  // that have loaded the library
  std::atomic<std::int32_t> process[kProcesses];
  std::atomic<std::int64_t> peak;  // most heap bytes alive at once in one process
  std::atomic<std::uint32_t> blocks_used;
  CountBlock block[kBlocks];
  CountBlock crowd;  // shared by the threads for which no block is free
  std::atomic<std::uint64_t> lines, lines_read, lines_lost;
  Line line[kLines];
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(CountBlock) == 128);

}  // namespace lithe::program
