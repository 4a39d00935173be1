// The functions by which each BLAS reports its version and takes its number of threads. They are
// looked up by name, so that no header of a BLAS is needed.
#pragma once

#include <string>

#include "blas/library.h"

namespace lithe::blas {

// The address of a function in a loaded library, or null.
void* function(void* library, const std::string& name);

// Fills in everything except the width of integers. `kind` comes from the file's name.
void ask_facts(void* library, const std::string& kind, BlasFacts& facts);

bool set_threads(void* library, int count);

}  // namespace lithe::blas
