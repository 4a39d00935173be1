// Classifies samples: the activity of a program in a certain function of a certain library.
#pragma once

#include <string_view>

#include "lithe/program_report.h"
#include "program/elf_image.h"

namespace lithe::program {

// The place of a sample.
struct Spot {
  std::string_view file;           // path; empty for code generated at run time
  ElfImage::Function function;     // with mangled names
  bool in_kernel = false;          // in the kernel, entered from this place
  bool after_system_call = false;  // entered by a system call; if not, by a page fault
  bool in_spin_loop = false;
};

// `made_by_onednn`: whether generated code counts as oneDNN's.
Activity activity_at(const Spot& spot, bool made_by_onednn = false);

// The OpenMP runtime by its file name: "libgomp" (GNU), "libomp" (LLVM), "libiomp5" (Intel). Empty
// for any other file.
std::string_view openmp_kind(std::string_view file_name);

bool is_openmp(std::string_view file_name);
bool is_blas(std::string_view file_name);

// "libopenblas.so.0" of "/usr/lib/.../libopenblas.so.0".
std::string_view file_name(std::string_view path);

}  // namespace lithe::program
