// The functions by which each BLAS tells of itself and takes its number of threads. They are found
// by name, for no header of theirs is needed here.
#pragma once

#include <string>

#include "blas/library.h"

namespace lithe::blas {

// The address of a loaded library's function, null without one.
void* function(void* library, const std::string& name);

// Fills in everything but the integers; `kind` is what the file's name says.
void ask_facts(void* library, const std::string& kind, BlasFacts& facts);

bool set_threads(void* library, int count);

}  // namespace lithe::blas
