#include "base/aligned.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace lithe::base {

namespace {
constexpr std::size_t kHugePage = std::size_t{2} << 20;
}

void* allocate_aligned(std::size_t bytes) {
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : kCacheLine;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  if (rounded < bytes) throw std::bad_alloc();
  void* pointer = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (pointer == nullptr) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
  // A refusal costs speed only, so its result is of no interest.
  if (alignment == kHugePage) (void)madvise(pointer, rounded, MADV_HUGEPAGE);
#endif
  std::memset(pointer, 0, rounded == 0 ? alignment : rounded);
  return pointer;
}

void AlignedFree::operator()(void* pointer) const noexcept { std::free(pointer); }

}  // namespace lithe::base
