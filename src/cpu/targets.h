// The instruction sets that kernels are built for, on x86: SSE4, AVX2 with FMA, and AVX-512 as of
// Skylake. Include this before any Highway header in every file that is compiled once for each.
// Elsewhere Highway's own choice stands (NEON on Arm).
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
#endif
