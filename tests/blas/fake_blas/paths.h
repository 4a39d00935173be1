// Where the libraries built from fake_blas.cc lie, and the one that Debian's OpenBLAS is.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "blas/search.h"

namespace lithe::test {

inline std::filesystem::path fake_blas(const std::string& name) {
  return std::filesystem::path(LITHE_FAKE_BLAS) / ("lib" + name + ".so");
}

// An OpenBLAS that chooses its kernels at run time; empty if none is installed.
inline std::filesystem::path installed_openblas() {
  using namespace blas;
  for (const blas::BlasFile& file : blas::blas_files(blas::blas_folders(blas::this_machine())))
    if (blas::blas_kind(file.path.filename().string()) == "OpenBLAS") return file.path;
  return {};
}

}  // namespace lithe::test
