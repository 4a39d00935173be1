// The installed BLAS libraries and how fast each is on this machine. NumPy, PyTorch, R, Julia and
// others are as fast as the BLAS that they use.
//
//   for (const auto& blas : lithe::find_blas())
//     if (!blas.note.empty()) std::cout << blas.path << ": " << blas.note << "\n";
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lithe {

struct BlasLibrary {
  std::string path;                // of the file, without symbolic links
  std::vector<std::string> names;  // all paths of it and of its copies
  std::string owner;               // of its folder: "loader", "system", or a Python environment
  bool by_loader = false;          // the dynamic loader finds it by its name alone
  std::string problem;             // why it cannot be used; the rest is empty then

  std::string kind;      // "OpenBLAS", "BLIS", "MKL", "ATLAS", "FlexiBLAS", "reference", "BLAS"
  std::string version;   // as the library reports it
  std::string core;      // the processor of its kernels, as the library reports it
  int integer_bits = 0;  // of sizes: 32 or 64
  int threads = 0;       // that it would use; 0: unknown
  // Operations a second of products of square matrices with some hundred rows, on one thread; 0
  // where it was not measured.
  double flops_float32 = 0, flops_float64 = 0;
  std::string note;  // for the user; usually empty
  // A shell command that makes the library choose this processor's kernels, and the float32 rate
  // that it then reached: "export OPENBLAS_CORETYPE=SkylakeX", or "unset ..." where a variable is
  // the cause. Empty and 0 where it chooses them anyway.
  std::string remedy;
  double remedied_float32 = 0;
};

struct FindBlas {
  bool measure = true;
  double seconds = 10;  // for all of them; libraries found after that are listed but not measured
  // Searched in addition to the usual ones.
  std::vector<std::filesystem::path> folders;
};

// Searches the folders of the dynamic loader, of Debian's alternatives, of vendors, and of conda
// and Python environments. Each library is measured in a process of its own with a time limit, so
// that a broken one does no harm; its problem is reported.
std::vector<BlasLibrary> find_blas(const FindBlas& options = {});

// "OpenBLAS 0.3.21 (SkylakeX)": kind, version, and the processor of its kernels.
std::string short_name(const BlasLibrary& blas);

// What a plan does with a BLAS.
enum class BlasUse {
  none,
  everywhere,    // it was asked for: makes every product of a dense layer
  where_faster,  // those that it makes faster
  benchmarked    // none; PlanStage::refused says what it would reach
};

}  // namespace lithe
