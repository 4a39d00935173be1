// Counting within the examined program.
//
// No function here allocates, takes a lock, or calls an interposed function. All may be called from
// a signal handler, before the C library is initialised, and after a thread's last destructor.
#pragma once

#include <cstddef>
#include <cstdint>

#include "program/shared_counters.h"

namespace lithe::preload {

// Maps the shared counters on the first call that can. Null where there are none, or not yet.
program::SharedCounters* counters();

// `alive` is the size of the block on the heap.
void count_new(std::size_t asked, std::size_t alive);
void count_free(std::size_t alive);
void count_map(std::size_t bytes);
void count_unmap();
// A call of the BLAS that asks for `flops` operations.
void count_product(double flops, bool is_double);

// The sum over all threads of all processes.
program::Counts sum(const program::SharedCounters& counters);

// To be called in the child of a fork(), which counts in blocks of its own.
void begin_process();

// The calling thread's number. Asks the system once for each thread.
std::int32_t thread_number();

}  // namespace lithe::preload
