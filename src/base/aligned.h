// Zeroed memory on a cache-line boundary, on huge pages where the system gives them on request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace lithe::base {

inline constexpr std::size_t kCacheLine = 64;

struct AlignedFree {
  void operator()(void* pointer) const noexcept;
};

// Throws std::bad_alloc. A request of 2 MiB or more is aligned to 2 MiB and marked for huge pages.
void* allocate_aligned(std::size_t bytes);

// A fixed-size array of trivially copyable values, initially all zero bits.
template <typename T>
class AlignedArray {
 public:
  AlignedArray() = default;
  explicit AlignedArray(std::size_t size)
      : data_(static_cast<T*>(
            allocate_aligned(size <= SIZE_MAX / sizeof(T) ? size * sizeof(T) : SIZE_MAX))),
        size_(size) {}

  T* data() noexcept { return data_.get(); }
  const T* data() const noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T& operator[](std::size_t i) noexcept { return data_.get()[i]; }
  const T& operator[](std::size_t i) const noexcept { return data_.get()[i]; }
  T* begin() noexcept { return data(); }
  T* end() noexcept { return data() + size_; }
  const T* begin() const noexcept { return data(); }
  const T* end() const noexcept { return data() + size_; }

 private:
  std::unique_ptr<T, AlignedFree> data_;
  std::size_t size_ = 0;
};

}  // namespace lithe::base
