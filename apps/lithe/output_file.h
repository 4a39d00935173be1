// Files that a command will write when its work is done.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"

namespace lithe::app {

// Notices before the work, not after it, that `path` cannot be written, and leaves no trace.
// `option` is where it was said. Throws Error(usage), or Error(io) where the system refuses.
void check_output(const std::string& path, const char* option);

// The same for a model, which is written as safetensors; other programs' endings are refused.
void check_model_output(const std::string& path, const char* option);

// The same for a picture, which is written as SVG and takes no name of another kind of file.
void check_picture(const std::string& path, const char* option);

// Checks the files that are named and takes them for this program alone; removes what writers of
// them that were killed have left. An empty path is left out. Throws as check_output does, and
// Error(usage) where another program has one.
std::vector<base::FileLock> claim_outputs(
    const std::vector<std::pair<std::filesystem::path, const char*>>& files);

// Where nobody chose the name of a file, the one that is there stays, under a name with a number:
// model.safetensors becomes model.1.safetensors (a second name; the file is there until it is
// written). Returns that name, or nothing where there was no file. Throws Error(io).
std::string keep_earlier(const std::filesystem::path& file);

}  // namespace lithe::app
