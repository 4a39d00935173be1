// What kind of file a shared library is, told from its headers before the loader is trusted with
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace lithe::blas {

// Why the file whose first bytes are `head` and that has `file_bytes` in all is no shared library
// of this processor: "is text, not a library", "is made for AArch64 ...". Empty if it may be one.
// Knows the Executable and Linkable Format of 64 bits, as the System V ABI describes it.
std::string elf_problem(std::span<const std::uint8_t> head, std::uint64_t file_bytes);

// The same of a file. Reads its first 4 KiB; whatever is no regular file is not opened.
std::string library_problem(const std::filesystem::path& path);

}  // namespace lithe::blas
