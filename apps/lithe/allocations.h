// Counts every heap call of the program, by standing in for the C library's functions.
#pragma once

#include <cstdint>
#include <optional>

namespace lithe::app {

// Calls so far of malloc and its relatives (free is not counted); nothing where they can't be
// counted: with another C library than glibc, or under a sanitizer that stands in for them itself.
std::optional<std::uint64_t> heap_calls();

}  // namespace lithe::app
