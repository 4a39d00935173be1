// Libraries to multiply with in tests: always one built from fake_blas.cc for each width of
// integers, and those of Debian's packages that are installed.
#pragma once

#include <filesystem>
#include <vector>

#include "blas/fake_blas/paths.h"
#include "blas/trial.h"

namespace lithe::test {

inline std::vector<std::filesystem::path> multipliers() {
  std::vector<std::filesystem::path> result = {fake_blas("lp64"), fake_blas("ilp64")};
  std::vector<std::filesystem::path> installed = {"/usr/lib/x86_64-linux-gnu/blas/libblas.so.3",
                                                  "/usr/lib/aarch64-linux-gnu/blas/libblas.so.3",
                                                  "/usr/lib/x86_64-linux-gnu/libblis.so.4"};
  if (const auto openblas = installed_openblas(); !openblas.empty()) installed.push_back(openblas);
  for (const auto& path : installed) {
    blas::BlasTrial trial;
    trial.measure = false;
    if (std::filesystem::exists(path) && blas::try_blas(path, trial).problem.empty())
      result.push_back(path);
  }
  return result;
}

}  // namespace lithe::test
