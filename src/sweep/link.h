// Making a file only where there is none, with its content, in one step.
#pragma once

#include <filesystem>
#include <string>

namespace lithe::sweep {

// Returns whether this call made the file; false where it is there already. Nobody ever sees half
// of its content, or, on a file system without hard links, no more than an empty file for a moment.
// Throws Error(io) where the system refuses.
bool create(const std::filesystem::path& file, const std::string& content);

}  // namespace lithe::sweep
