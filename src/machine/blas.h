// What a BLAS says about itself, judged.
#pragma once

#include <string>
#include <string_view>

#include "machine/isa.h"

namespace lithe::machine {

// What the user should know when OpenBLAS runs the kernels made for processor `core` on a machine
// whose best instruction set is `best`; empty if there is nothing to say.
std::string core_note(std::string_view core, Isa best);

}  // namespace lithe::machine
