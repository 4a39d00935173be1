// Tries a BLAS in a child process.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "lithe/blas.h"

namespace lithe::blas {

struct BlasTrial {
  bool measure = true;  // time its products on one thread
  std::chrono::milliseconds limit = std::chrono::seconds(10);
  // Environment variables to set in the child before it loads the library; an empty value means
  // that the variable is unset.
  std::vector<std::pair<std::string, std::string>> variables;
};

// Loads the library in a child process, and asks it for its version, kernels and threads. A failure
// is reported in `problem`.
BlasLibrary try_blas(const std::filesystem::path& path, const BlasTrial& trial = {});

}  // namespace lithe::blas
