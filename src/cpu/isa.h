// Instruction sets: their names, which ones this machine has, and Highway's dispatch to one of
// them.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace lithe::cpu {

// Scalar is the plain reference: it runs anywhere and is never chosen by itself.
enum class Isa { scalar, sse4, avx2, avx512, neon };

std::string_view name(Isa isa);

// Those that this machine has and kernels were built for, best first; scalar is not among them.
const std::vector<Isa>& supported_isas();
bool supported(Isa isa);
Isa best_isa();

// From its name, "auto" being the best one. Throws Error(usage) with those that this machine has.
Isa parse_isa(std::string_view wanted);

// Calls `work` with Highway's dynamic dispatch bound to `isa`, which must be supported. One caller
// at a time; others wait.
void with_isa(Isa isa, const std::function<void()>& work);

}  // namespace lithe::cpu
