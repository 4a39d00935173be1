// Which values are not zero, as the bits of a number, so that a loop over the bits meets these
// values alone. Included once for each instruction set.
#if defined(LITHE_KERNELS_NONZEROS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LITHE_KERNELS_NONZEROS_INL_H
#undef LITHE_KERNELS_NONZEROS_INL_H
#else
#define LITHE_KERNELS_NONZEROS_INL_H
#endif

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "hwy/highway.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kBits = 64;

template <typename T>
HWY_INLINE std::uint64_t bits_of(hn::Mask<Tag<T>> mask) {
  std::conditional_t<(kLine<T> > 8), std::uint16_t, std::uint8_t> bits = 0;
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(Tag<T>(), mask, bytes);
  std::memcpy(&bits, bytes, sizeof(bits));
  return bits;
}

// Not-a-number is not zero. (Of AVX2's comparisons "not equal" leaves it out.)
template <typename T>
HWY_INLINE hn::Mask<Tag<T>> not_zero(hn::Vec<Tag<T>> v) {
  return hn::Not(hn::Eq(v, hn::Zero(Tag<T>())));
}

// Bit k: whether value k is not zero, of the first kBits of `count`.
template <typename T>
HWY_INLINE std::uint64_t nonzero_bits(const T* from, std::size_t count) {
  const Tag<T> d;
  const std::size_t lanes = hn::Lanes(d), end = count < kBits ? count : kBits;
  std::uint64_t bits = 0;
  std::size_t at = 0;
  for (; at + lanes <= end; at += lanes)
    bits |= bits_of<T>(not_zero<T>(hn::LoadU(d, from + at))) << at;
  if (at == end) return bits;
  // Instruction sets without masked loads read behind the values.
  const auto rest = load_part(d, hn::FirstN(d, end - at), from + at);
  return bits | bits_of<T>(not_zero<T>(rest)) << at;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#endif
