#include "preload/collector.h"

#include <dlfcn.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdint>

namespace lithe::preload {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Circles of objects stay in memory: with this much more of it the collector goes on.
constexpr long kMostMore = 2L << 20;  // KiB

enum class Stage { none, wished, off };
std::atomic<Stage> stage{Stage::none};
std::atomic<Collector> turned_off{Collector::whole};
std::atomic<std::uint32_t> allocations{0};
std::atomic<long> before{0};  // KiB, resident at most

using Function = int (*)();
using Run = int (*)(const char*, void*);       // PyRun_SimpleStringFlags
using Later = int (*)(int (*)(void*), void*);  // Py_AddPendingCall

template <typename Type>
Type in_python(const char* name) {
  return reinterpret_cast<Type>(::dlsym(RTLD_DEFAULT, name));
}

// No name is left in the program's own module.
constexpr const char* kOn =
    "__import__('gc').collect = __import__('gc').collect.__kwdefaults__['whole']";
constexpr const char* kOff =
    "__import__('gc').collect = lambda generation=2, *, whole=__import__('gc').collect: 0";

void set(const char* setting, const char* code) {
  if (turned_off.load(kRelaxed) == Collector::whole) {
    if (const auto function = in_python<Function>(setting)) function();
  } else if (const auto run = in_python<Run>("PyRun_SimpleStringFlags")) {
    run(code, nullptr);
  }
}

int switch_on(void* /*unused*/) {
  set("PyGC_Enable", kOn);
  return 0;
}

int switch_off(void* /*unused*/) {
  set("PyGC_Disable", kOff);
  return 0;
}

// The interpreter calls it between two of its instructions.
bool call_later(int (*function)(void*)) {
  const auto later = in_python<Later>("Py_AddPendingCall");
  return later != nullptr && later(function, nullptr) == 0;
}

long resident() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

bool has_interpreter() {
  const auto initialised = in_python<Function>("Py_IsInitialized");
  return initialised != nullptr && initialised() != 0;
}

}  // namespace

void turn_off(Collector what) {
  turned_off.store(what, kRelaxed);
  stage.store(Stage::wished, kRelaxed);
}

void see_allocation() {
  const Stage now = stage.load(kRelaxed);
  if (now == Stage::none) [[likely]]
    return;
  // Looking takes longer than an allocation.
  constexpr std::uint32_t kEvery = 256;
  if (allocations.fetch_add(1, kRelaxed) % kEvery != 0) return;
  if (now == Stage::wished) {
    before.store(resident(), kRelaxed);
    if (has_interpreter() && call_later(switch_off)) stage.store(Stage::off, kRelaxed);
  } else if (resident() > before.load(kRelaxed) + kMostMore) {
    if (call_later(switch_on)) stage.store(Stage::none, kRelaxed);
  }
}

}  // namespace lithe::preload
