// Which library `--blas` means.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "blas/search.h"
#include "lithe/blas.h"

namespace lithe::blas {

// The first of `files` that is what `name` says: "openblas", "mkl", "blis", "atlas", "flexiblas",
// "armpl", "nvpl" or "reference"; or the file itself, where `name` has a slash or ends like a
// library. Each is tried in a process of its own first. Throws Error(usage) on another word,
// Error(machine) where there is none, saying what there is and how to get it, or where none of them
// can serve, with the reason of the first.
BlasLibrary find_named_blas(const std::string& name, const std::vector<BlasFile>& files);

// The one that multiplies fastest in that precision; none where none can be used.
std::optional<BlasLibrary> fastest_blas(const std::vector<BlasLibrary>& found, bool float32);

// "OpenBLAS 0.3.21 (SkylakeX)": kind and version in a few words, and whose kernels it runs.
std::string short_name(const BlasLibrary& blas);

}  // namespace lithe::blas
