// Checks the headers of a shared library before the loader opens it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace lithe::blas {

// Why a file of `file_bytes` that begins with `head` is not a shared library for this processor:
// "is text, not a library", "is made for AArch64 ...". Empty if it may be one. Reads 64-bit ELF as
// in the System V ABI.
std::string elf_problem(std::span<const std::uint8_t> head, std::uint64_t file_bytes);

// The same for a file. Reads its first 4 KiB; does not open what is not a regular file.
std::string library_problem(const std::filesystem::path& path);

}  // namespace lithe::blas
