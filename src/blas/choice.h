// Chooses the library for `--blas`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "blas/search.h"
#include "lithe/blas.h"

namespace lithe::blas {

// The first of `files` of the kind `name`: "openblas", "mkl", "blis", "atlas", "flexiblas",
// "armpl", "nvpl" or "reference"; or the file `name` itself, where it contains a slash or ends as
// libraries do. Each is tried in a child process first. Throws Error(usage) for another word.
// Throws Error(machine) where there is no such library, with those that there are and how to
// install one, and where none of them works, with the problem of the first.
BlasLibrary find_named_blas(const std::string& name, const std::vector<BlasFile>& files);

// The fastest in that precision, if any can be used.
std::optional<BlasLibrary> fastest_blas(const std::vector<BlasLibrary>& found, bool float32);

}  // namespace lithe::blas
