// What the system's files and the compiler tell; nothing is measured.
#pragma once

#include <cstdint>
#include <filesystem>

#include "lithe/machine_trials.h"

namespace lithe::doctor {

// "always", "madvise" or "never"; empty where the kernel has no transparent huge pages.
std::string huge_page_mode(const std::filesystem::path& root = "/");

// Times that any core or package slowed down for its heat, since the machine started.
std::uint64_t hot_events(const std::filesystem::path& root = "/");

// Whether cores may be clocked above their nominal frequency.
Turbo turbo(const std::filesystem::path& root = "/");

// All but `pages_swapped`, which takes two looks at swapped_pages().
MemoryRoom memory_room(const std::filesystem::path& root = "/");
std::uint64_t swapped_pages(const std::filesystem::path& root = "/");  // so far, in and out

// Of this library.
BuildFacts build_facts();

}  // namespace lithe::doctor
