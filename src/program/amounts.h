// Formats amounts for reports.
#pragma once

#include <cstdint>
#include <string>

namespace lithe::program {

std::string bytes_text(std::uint64_t bytes);  // "21.3 GiB"
std::string count_text(std::uint64_t count);  // "1,234,567"

}  // namespace lithe::program
