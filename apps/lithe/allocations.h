// Counts every heap call of the program, by standing in for the C library's functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lithe::app {

// Calls so far of malloc and its relatives (free is not counted); nothing where they can't be
// counted: with another C library than glibc, or under a sanitizer that stands in for them itself.
std::optional<std::uint64_t> heap_calls();

// From now on the call stacks of the first heap calls are kept, or no longer. To be switched by one
// thread, while no other allocates.
void watch_heap(bool on);
// The stacks kept, innermost call first: "lithe(+0x1234) < lithe(+0x5678)", which addr2line tells
// the names of.
std::vector<std::string> heap_sites();

}  // namespace lithe::app
