// Records the beginnings of the lines that the program writes, with the counters at that moment.
#pragma once

#include <cstddef>

namespace lithe::preload {

// Records what is written to descriptors 1 and 2, and ignores all others. Never waits: where two
// threads write at the same time, a line may be missed.
void see(int descriptor, const char* text, std::size_t length);

// Forgets unfinished lines, for a process in which the descriptors have changed.
void begin_lines();

}  // namespace lithe::preload
