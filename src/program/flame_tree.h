// The tree of a program's stacks, for a flame graph.
#pragma once

#include <sys/types.h>

#include "lithe/program_report.h"
#include "program/place_reader.h"
#include "program/stack_counts.h"

namespace lithe::program {

// Of the first thread of `main`. Functions with less than 0.1% of the time are joined, so the tree
// has at most 1000 leaves and 100 levels.
FlameNode flame_tree(const StackCounts& stacks, pid_t main, PlaceReader& places);

}  // namespace lithe::program
