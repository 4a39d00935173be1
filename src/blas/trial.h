// A BLAS tried in a process of its own.
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
  // Environment variables that are set in the child before it loads the library, or taken away
  // where the value is empty.
  std::vector<std::pair<std::string, std::string>> variables;
};

// Loads the library in a child and asks it about itself. Whatever goes wrong is the answer's
// `problem`.
BlasLibrary try_blas(const std::filesystem::path& path, const BlasTrial& trial = {});

}  // namespace lithe::blas
