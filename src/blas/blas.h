// Judges whether a BLAS runs the right kernels, and finds the remedy if it does not.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "cpu/isa.h"
#include "lithe/blas.h"

namespace lithe::blas {

// The processor name (OPENBLAS_CORETYPE) whose kernels OpenBLAS should run on a machine whose best
// instruction set is `best`. Empty if the kernels for `core` use that set.
std::string_view better_core(std::string_view core, cpu::Isa best);

// The note for the user about a library that runs kernels for `core` and is faster with `remedy`.
std::string core_note(std::string_view core, cpu::Isa best, std::string_view remedy);

// Tries the library (blas/trial.h) and, if it runs the wrong kernels, tries it with the remedy too.
// Each trial takes at most `limit`.
BlasLibrary try_with_remedy(const std::filesystem::path& path, bool measure,
                            std::chrono::milliseconds limit);

}  // namespace lithe::blas
