// The optimizers, as sentences declare them. How one updates weights is a kernel's affair.
#pragma once

#include <span>

#include "network/declaration.h"

namespace lithe::optimizers {

std::span<const network::Declaration> declarations();

}  // namespace lithe::optimizers
