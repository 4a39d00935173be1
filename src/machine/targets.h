// The instruction sets that kernels are built for, on x86: SSE4, AVX2 with FMA, and AVX-512 as of
// Skylake. Include this before any Highway header in every file that is compiled once for each.
// Elsewhere Highway's own choice stands (NEON on Arm).
#pragma once

#if defined(__x86_64__)
#define HWY_DISABLED_TARGETS (~(HWY_SSE4 | HWY_AVX2 | HWY_AVX3))
#endif
