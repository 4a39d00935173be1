// Rounding to bfloat16, pairs, and what a step of the reduction does with them. See pairs.h.
// Included once for each instruction set.
#if defined(LITHE_KERNELS_PAIRS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LITHE_KERNELS_PAIRS_INL_H
#undef LITHE_KERNELS_PAIRS_INL_H
#else
#define LITHE_KERNELS_PAIRS_INL_H
#endif

#include <cstdint>

#include "hwy/highway.h"
#include "kernels/layout.h"
#include "kernels/line_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using PairTag = Tag<float>;
using PairBits = hn::RebindToUnsigned<PairTag>;
using PairVector = hn::Vec<PairTag>;

constexpr std::uint32_t kUpperHalf = 0xffff0000;

// The upper half of each lane is the value rounded to bfloat16; the lower half is anything. Half a
// unit in the last place is added, less one bit where the last place is even, so that ties go to
// even; a carry goes into the exponent, as it should. NaN is made quiet, which keeps it NaN when
// its lower half is cut off.
HWY_INLINE hn::Vec<PairBits> rounded(PairVector v) {
  const PairBits bits;
  const auto u = hn::BitCast(bits, v);
  const auto odd = hn::And(hn::ShiftRight<16>(u), hn::Set(bits, 1u));
  const auto up = hn::Add(u, hn::Add(odd, hn::Set(bits, 0x7fffu)));
  const auto nan = hn::RebindMask(bits, hn::IsNaN(v));
  return hn::IfThenElse(nan, hn::Or(u, hn::Set(bits, 0x400000u)), up);
}

HWY_INLINE PairVector make_pairs(PairVector first, PairVector second) {
  const PairBits bits;
  return hn::BitCast(PairTag(), hn::Or(hn::ShiftRight<16>(rounded(first)),
                                       hn::And(rounded(second), hn::Set(bits, kUpperHalf))));
}

// Pairs of the neighbours among two vectors' values.
HWY_INLINE PairVector pair_neighbours(PairVector low, PairVector high) {
  const PairTag d;
  return make_pairs(hn::ConcatEven(d, high, low), hn::ConcatOdd(d, high, low));
}

// The definition, by fused multiply-adds.
struct EmulatedPairs {
  using D = PairTag;
  static constexpr bool kAnyWidth = false;
  static HWY_INLINE PairVector second(PairVector v) {
    const PairBits bits;
    return hn::BitCast(PairTag(), hn::And(hn::BitCast(bits, v), hn::Set(bits, kUpperHalf)));
  }
  static HWY_INLINE PairVector first(PairVector v) {
    return hn::BitCast(PairTag(), hn::ShiftLeft<16>(hn::BitCast(PairBits(), v)));
  }
  static HWY_INLINE PairVector add(PairVector a, PairVector b, PairVector sum) {
    return hn::MulAdd(first(a), first(b), hn::MulAdd(second(a), second(b), sum));
  }
};

#if HWY_TARGET == HWY_AVX3
// By the instruction. In assembly, because the compiler offers its intrinsic only to functions that
// are compiled for processors that all have it.
struct NativePairs {
  using D = PairTag;
  static constexpr bool kAnyWidth = false;
  static HWY_INLINE PairVector add(PairVector a, PairVector b, PairVector sum) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
    return sum;
  }
};
#endif

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#endif
