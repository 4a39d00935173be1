// What a BLAS says about itself, judged.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "cpu/isa.h"
#include "lithe/blas.h"

namespace lithe::blas {

// The name of a processor whose kernels OpenBLAS should run on a machine whose best instruction set
// is `best`, if it runs those for `core` and they leave instructions unused; empty if they do not.
std::string_view better_core(std::string_view core, cpu::Isa best);

// What the user should know of a library that runs kernels for `core` and is faster after `remedy`.
std::string core_note(std::string_view core, cpu::Isa best, std::string_view remedy);

// Tries the library (machine/blas_trial.h), and if it runs the wrong kernels, tries the remedy too;
// each for at most `limit`.
BlasLibrary try_with_remedy(const std::filesystem::path& path, bool measure,
                            std::chrono::milliseconds limit);

}  // namespace lithe::blas
