// The functions that this library interposes.
#pragma once

#include <dlfcn.h>

#include <atomic>

namespace lithe::preload {

// The next function of this name in the loader's order, looked up on the first call. Only for
// functions that the look-up itself does not call; those of the heap are in heap.cc.
template <typename Function>
class Real {
 public:
  constexpr explicit Real(const char* name) : name_(name) {}

  Function get() {
    void* address = address_.load(std::memory_order_relaxed);
    if (address == nullptr) {
      address = ::dlsym(RTLD_NEXT, name_);
      address_.store(address, std::memory_order_relaxed);
    }
    return reinterpret_cast<Function>(address);
  }

 private:
  const char* name_;
  std::atomic<void*> address_{nullptr};
};

}  // namespace lithe::preload

// Exported, so that the loader uses it in place of the C library's function.
#define LITHE_INTERPOSED extern "C" __attribute__((visibility("default")))
