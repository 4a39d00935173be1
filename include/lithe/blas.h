// The libraries of the BLAS interface that are installed, and how each multiplies here. NumPy,
// PyTorch, R, Julia and others are as fast as the one that they are linked with.
//
//   for (const auto& blas : lithe::find_blas())
//     if (!blas.note.empty()) std::cout << blas.path << ": " << blas.note << "\n";
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lithe {

struct BlasLibrary {
  std::string path;                // of the file, links resolved
  std::vector<std::string> names;  // all paths that lead to it or to a copy of it
  std::string owner;       // whose folder it lies in: "loader", "system", or a Python environment
  bool by_loader = false;  // the dynamic loader gives it to programs that ask for its name
  std::string problem;     // why it cannot be used; the rest is empty then

  std::string kind;      // "OpenBLAS", "BLIS", "MKL", "ATLAS", "FlexiBLAS", "reference", "BLAS"
  std::string version;   // in its own words
  std::string core;      // the processor whose kernels it runs, in its own words
  int integer_bits = 0;  // of sizes: 32 or 64
  int threads = 0;       // that it would work with; 0: it does not say
  // Operations a second of one thread that multiplies square matrices of some hundred rows; 0 where
  // it was not measured.
  double flops_float32 = 0, flops_float64 = 0;
  std::string note;  // what the user should know about it; mostly empty
  // A line for a shell that makes it choose this processor's kernels, and what it reached in
  // float32 when it was tried with it: "export OPENBLAS_CORETYPE=SkylakeX", or "unset ..." where
  // the variable is what holds it back. Empty and 0 where there is no need.
  std::string remedy;
  double remedied_float32 = 0;
};

struct FindBlas {
  bool measure = true;
  double seconds = 10;  // for all; libraries found after that are listed, and not tried
  // Folders to look in besides the usual ones.
  std::vector<std::filesystem::path> folders;
};

// Looks in the folders of the dynamic loader, of Debian's alternatives, of vendors, and of conda's
// and Python's environments. Each library is tried in a process of its own with a time limit, so
// one that is broken does no harm and is told as such.
std::vector<BlasLibrary> find_blas(const FindBlas& options = {});

// What a plan does with a BLAS.
enum class BlasUse {
  none,
  everywhere,    // it was asked for: makes every product of a dense layer
  where_faster,  // those that it makes faster
  benchmarked    // none; PlanStage::refused says what it would reach
};

}  // namespace lithe
