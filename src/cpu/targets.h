// The instruction sets that kernels are built for, on x86: SSE4, AVX2 with FMA, and AVX-512 as of
// Skylake; on Arm, NEON. Include this before any Highway header in every file that is compiled once
// for each.
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LITHE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LITHE_SANITIZED 1
#endif
#endif

#if defined(__x86_64__) && defined(LITHE_SANITIZED)
// The tiles of AVX-512 take sanitizers minutes to compile, and AVX2 runs the same source.
#define HWY_DISABLED_TARGETS (~(HWY_SSE4 | HWY_AVX2))
#elif defined(__x86_64__)
#define HWY_DISABLED_TARGETS (~(HWY_SSE4 | HWY_AVX2 | HWY_AVX3))
#elif defined(__aarch64__)
// Vectors of SVE have no size that the compiler knows, so there are no arrays or structs of them,
// of which the tiles are made.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#endif
