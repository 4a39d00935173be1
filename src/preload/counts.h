// Counting, in the process of somebody else.
//
// Nothing here allocates, takes a lock, or calls what is interposed; everything may be called from
// a signal handler, before the C library is ready, and after a thread's last destructor.
#pragma once

#include <cstddef>
#include <cstdint>

#include "program/board.h"

namespace lithe::preload {

// Finds the board on the first call that can; null where there is none, or not yet.
program::Board* board();

// `alive` is what the block takes on the heap.
void count_new(std::size_t asked, std::size_t alive);
void count_free(std::size_t alive);
void count_map(std::size_t bytes);
void count_unmap();

// Everything that all threads of all processes have counted.
program::HeapCounts sum(const program::Board& board);

// In a child that fork() made: its threads count for themselves.
void begin_process();

// Of a new thread, before it counts anything: its end will then be noticed. Else the first thing
// that it counts does this.
void begin_thread();

// The calling thread's number, 0 before it was asked for. The system is asked once a thread.
std::int32_t thread_number();

}  // namespace lithe::preload
