// What a program is doing when it is in a certain function of a certain library.
#pragma once

#include <string_view>

#include "lithe/program_report.h"
#include "program/elf_image.h"

namespace lithe::program {

// Where a sample fell.
struct Spot {
  std::string_view file;           // its path; empty for code made at run time
  ElfImage::Function function;     // names as the linker has them
  bool in_kernel = false;          // the system was at work for the code at this place
  bool after_system_call = false;  // which had called it; else it was a page fault
  bool in_spin_loop = false;
};

// `made_by_onednn`: code made at run time is oneDNN's, for it is loaded and nothing else is that
// makes any.
Activity activity_at(const Spot& spot, bool made_by_onednn = false);

// The OpenMP runtime that a file is by its name: "libgomp" (GNU), "libomp" (LLVM), "libiomp5"
// (Intel). Empty for anything else.
std::string_view openmp_kind(std::string_view file_name);

bool is_openmp(std::string_view file_name);
bool is_blas(std::string_view file_name);

// "libopenblas.so.0" of "/usr/lib/.../libopenblas.so.0".
std::string_view file_name(std::string_view path);

}  // namespace lithe::program
