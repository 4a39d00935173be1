// Chooses among the versions of a function that hwy/foreach_target.h compiles, one for each
// instruction set. Highway's own HWY_DYNAMIC_DISPATCH always calls the best one; to have it call
// another needs a hook that changes the choice for the whole process.
//
//   #if HWY_ONCE
//   namespace lithe {  // the namespace around HWY_NAMESPACE
//   void f(cpu::Isa isa, int x) { LITHE_VERSION_FOR(isa, f_impl)(x); }
#pragma once

#include "cpu/isa.h"
#include "hwy/highway.h"

namespace lithe::cpu {

// Pointers to the versions of a function, null where there is none.
template <class Function>
struct Versions {
  Function sse4, avx2, avx512, neon;

  constexpr Function operator[](Isa isa) const {
    switch (isa) {
      case Isa::sse4:
        return sse4;
      case Isa::avx2:
        return avx2;
      case Isa::avx512:
        return avx512;
      case Isa::neon:
        return neon;
      case Isa::scalar:
        break;
    }
    return nullptr;
  }
};

}  // namespace lithe::cpu

// A pointer to the version of `function` for `isa`, which must be supported and not scalar.
#define LITHE_VERSION_FOR(isa, function)                                               \
  (::lithe::cpu::Versions<decltype(&HWY_STATIC_DISPATCH(function))>{                   \
      HWY_CHOOSE_SSE4(function), HWY_CHOOSE_AVX2(function), HWY_CHOOSE_AVX3(function), \
      HWY_CHOOSE_NEON(function)}[isa])
