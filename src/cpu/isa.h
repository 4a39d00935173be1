// Instruction sets: their names, and which ones this machine has. dispatch.h calls a function's
// version for one of them.
#pragma once

#include <string_view>
#include <vector>

namespace lithe::cpu {

// Scalar is the plain reference: it runs anywhere, and only where it is asked for.
enum class Isa { scalar, sse4, avx2, avx512, neon };

std::string_view name(Isa isa);

// Those that this machine has and kernels were built for, best first, without scalar.
const std::vector<Isa>& supported_isas();
bool supported(Isa isa);
Isa best_isa();

// The instruction set of that name; "auto" is the best one. Throws Error(usage) with those that
// this machine has.
Isa parse_isa(std::string_view wanted);

// Whether this machine has AVX-512's vdpbf16ps (AVX512_BF16): two products of bfloat16 values a
// lane.
bool has_paired_products();

}  // namespace lithe::cpu
