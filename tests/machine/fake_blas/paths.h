// Where the libraries built from fake_blas.cc lie, and the one that Debian's OpenBLAS is.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "machine/blas_search.h"

namespace lithe::test {

inline std::filesystem::path fake_blas(const std::string& name) {
  return std::filesystem::path(LITHE_FAKE_BLAS) / ("lib" + name + ".so");
}

// An OpenBLAS that chooses its kernels at run time; empty if none is installed.
inline std::filesystem::path installed_openblas() {
  using namespace machine;
  for (const BlasFile& file : blas_files(blas_folders(this_machine())))
    if (blas_kind(file.path.filename().string()) == "OpenBLAS") return file.path;
  return {};
}

}  // namespace lithe::test
