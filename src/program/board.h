// The memory that a program under examination and Lithe share: the library that is loaded into the
// program (src/preload/) counts here, Lithe reads.
//
// Plain data of fixed size without pointers, so that it means the same in every process, and needs
// no C++ library. Whatever is read from it may have been written over by the program, and is
// checked before it is believed. It is a file without a name (memfd), which goes when the last
// process that maps it ends, however that happens.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lithe::program {

// Another number for every change of the layout: an older library then counts nothing.
constexpr std::uint64_t kBoardMagic = 0x4c49544845424401;

// Where the board is: a path below /proc that leads to it.
constexpr const char* kBoardVariable = "LITHE_BOARD";

constexpr std::uint32_t kBlocks = 1024;  // threads that count at once, each in a block of its own
constexpr std::uint32_t kLines = 2048;   // of output that Lithe has not read yet
constexpr std::uint32_t kLineText = 160;
constexpr std::uint32_t kSamples = 1 << 15;
constexpr std::uint32_t kProcesses = 1024;
constexpr std::uint32_t kPrefix = 32;

// What was asked of the heap and of mmap. Sums since the program began.
struct HeapCounts {
  std::uint64_t calls = 0;         // that returned memory: malloc, calloc, realloc, ...
  std::uint64_t bytes = 0;         // asked for by them
  std::uint64_t frees = 0;         // realloc of something counts as one
  std::uint64_t largest = 0;       // asked for at once
  std::uint64_t maps = 0;          // mmap without a file behind it, by the program itself
  std::uint64_t mapped_bytes = 0;  // by those
  std::uint64_t unmaps = 0;
};

// The same, written by one thread at a time. Two pairs of cache lines, so that no neighbour's
// counting is felt.
struct alignas(128) CountBlock {
  std::atomic<std::int32_t> owner;  // the thread's number, 0 for nobody's
  std::atomic<std::uint64_t> calls, bytes, frees, largest, maps, mapped_bytes, unmaps;
};

// A line that the program wrote, and how things stood then.
struct Line {
  std::atomic<std::uint32_t> turn;  // 1 + how often the ring had gone round when it was written
  std::int32_t process;
  std::uint64_t nanoseconds;  // CLOCK_MONOTONIC
  std::uint64_t faults;       // pages that the process touched first so far
  HeapCounts heap;
  std::uint32_t length;
  char text[kLineText];  // its beginning
};

// Where a thread was when its timer went off.
struct TimerSample {
  std::atomic<std::uint32_t> turn;
  std::int32_t process, thread;
  std::uint64_t address;
};

struct Board {
  std::uint64_t magic, bytes;

  // Set by Lithe before the program starts.
  std::uint32_t timer_microseconds;  // of its processor time between a thread's samples; 0: none
  std::uint32_t prefix_length;
  char prefix[kPrefix];  // lines that begin otherwise are of no interest; letters of either case

  // Written by the program.
  std::atomic<std::uint32_t> processes;  // that have loaded the library, in their order
  std::atomic<std::int32_t> process[kProcesses];
  std::atomic<std::int64_t> peak;  // the most bytes of heap alive at once in one process
  std::atomic<std::uint32_t> blocks_used;
  CountBlock block[kBlocks];
  CountBlock crowd;  // of the threads for which there is no block
  std::atomic<std::uint64_t> lines, lines_read, lines_lost;
  Line line[kLines];
  std::atomic<std::uint64_t> samples;
  TimerSample sample[kSamples];
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(CountBlock) == 128);

}  // namespace lithe::program
