// The beginnings of the lines that the program writes, put on the board with what had been counted
// by then.
#pragma once

#include <cstddef>

namespace lithe::preload {

// `text` goes to descriptor 1 or 2; of others nothing is kept. Waits for nobody: where two threads
// write at once, a line may be missed.
void see(int descriptor, const char* text, std::size_t length);

// The file that `descriptor` is now may stand in the middle of no line.
void begin_lines();

}  // namespace lithe::preload
