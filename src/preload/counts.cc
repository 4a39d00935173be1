#include "preload/counts.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace lithe::preload {

using program::CountBlock;
using program::Counts;
using program::SharedCounters;

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// A thread adds its change of the heap's size to the process's sum when it exceeds this. The peak
// is accurate to this much for each thread.
constexpr std::int64_t kUnreported = 64 << 10;

struct Local {
  CountBlock* block;
  std::int64_t alive;  // not yet in the process's sum
  std::int32_t number;
  bool ended;
};
// initial-exec, because the other models may allocate on the first access.
__thread Local local __attribute__((tls_model("initial-exec")));

std::atomic<SharedCounters*> found{nullptr};
std::atomic<bool> searched{false};
std::atomic<std::int64_t> alive_here{0};  // in this process
pthread_key_t thread_key;
std::atomic<bool> key_made{false};

SharedCounters* attach(const char* path) {
  const int descriptor = ::open(path, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return nullptr;
  void* memory = MAP_FAILED;
  struct stat status;
  if (::fstat(descriptor, &status) == 0 && status.st_size == sizeof(SharedCounters))
    memory =
        ::mmap(nullptr, sizeof(SharedCounters), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  if (memory == MAP_FAILED) return nullptr;
  auto* counters = static_cast<SharedCounters*>(memory);
  return counters->magic == program::kCountersMagic ? counters : nullptr;
}

void register_process(SharedCounters& counters) {
  const std::uint32_t place = counters.processes.fetch_add(1, kRelaxed);
  if (place < program::kProcesses)
    counters.process[place].store(static_cast<std::int32_t>(::getpid()), kRelaxed);
}

void at_thread_end(void* unused);

CountBlock* claim(SharedCounters& counters) {
  const std::int32_t number = thread_number();
  for (std::uint32_t i = 0; i < program::kBlocks; ++i) {
    std::int32_t nobody = 0;
    CountBlock& block = counters.block[i];
    if (block.owner.load(kRelaxed) != 0 ||
        !block.owner.compare_exchange_strong(nobody, number, std::memory_order_acquire))
      continue;
    std::uint32_t used = counters.blocks_used.load(kRelaxed);
    while (used < i + 1 && !counters.blocks_used.compare_exchange_weak(used, i + 1, kRelaxed)) {
    }
    return &block;
  }
  return &counters.crowd;
}

CountBlock* my_block() {
  if (local.block != nullptr) return local.block;
  SharedCounters* shared = counters();
  if (shared == nullptr) return nullptr;
  local.block = local.ended ? &shared->crowd : claim(*shared);
  // This may allocate; the nested call then finds the block already set.
  if (local.block != &shared->crowd && key_made.load(kRelaxed))
    pthread_setspecific(thread_key, &local);
  return local.block;
}

bool shared_by_all(const CountBlock& block) { return &block == &found.load(kRelaxed)->crowd; }

// A thread's own block needs no atomic addition, which would cost more than the rest of counting.
void add(CountBlock& block, std::atomic<std::uint64_t>& field, std::uint64_t amount) {
  if (shared_by_all(block))
    field.fetch_add(amount, kRelaxed);
  else
    field.store(field.load(kRelaxed) + amount, kRelaxed);
}

void raise(CountBlock& block, std::uint64_t size) {
  if (size > block.largest.load(kRelaxed)) block.largest.store(size, kRelaxed);
}

void report_alive(SharedCounters& counters) {
  const std::int64_t now = alive_here.fetch_add(local.alive, kRelaxed) + local.alive;
  local.alive = 0;
  std::int64_t peak = counters.peak.load(kRelaxed);
  while (now > peak && !counters.peak.compare_exchange_weak(peak, now, kRelaxed)) {
  }
}

void change_alive(std::int64_t amount) {
  local.alive += amount;
  if (local.alive > kUnreported || local.alive < -kUnreported) report_alive(*found.load(kRelaxed));
}

// Frees the block for another thread. Destructors that run later count in the shared block.
void at_thread_end(void* /*unused*/) {
  SharedCounters* shared = found.load(kRelaxed);
  if (shared == nullptr || local.block == nullptr) return;
  report_alive(*shared);
  if (local.block != &shared->crowd) local.block->owner.store(0, std::memory_order_release);
  local.block = nullptr;
  local.ended = true;
}

}  // namespace

SharedCounters* counters() {
  SharedCounters* shared = found.load(std::memory_order_acquire);
  if (shared != nullptr || searched.load(kRelaxed)) return shared;
  if (environ == nullptr) return nullptr;  // the C library is not initialised; try again later
  if (searched.exchange(true)) return nullptr;
  const int before = errno;
  const char* path = std::getenv(program::kCountersVariable);
  shared = path == nullptr ? nullptr : attach(path);
  if (shared != nullptr) {
    register_process(*shared);
    key_made.store(pthread_key_create(&thread_key, at_thread_end) == 0, kRelaxed);
    found.store(shared, std::memory_order_release);
  }
  errno = before;
  return shared;
}

std::int32_t thread_number() {
  if (local.number == 0) local.number = static_cast<std::int32_t>(::syscall(SYS_gettid));
  return local.number;
}

void count_new(std::size_t asked, std::size_t alive) {
  CountBlock* block = my_block();
  if (block == nullptr) return;
  add(*block, block->calls, 1);
  add(*block, block->bytes, asked);
  raise(*block, asked);
  change_alive(static_cast<std::int64_t>(alive));
}

void count_free(std::size_t alive) {
  CountBlock* block = my_block();
  if (block == nullptr) return;
  add(*block, block->frees, 1);
  change_alive(-static_cast<std::int64_t>(alive));
}

void count_map(std::size_t bytes) {
  CountBlock* block = my_block();
  if (block == nullptr) return;
  add(*block, block->maps, 1);
  add(*block, block->mapped_bytes, bytes);
}

void count_unmap() {
  CountBlock* block = my_block();
  if (block != nullptr) add(*block, block->unmaps, 1);
}

void count_product(double flops, bool is_double) {
  CountBlock* block = my_block();
  if (block == nullptr) return;
  add(*block, block->products, 1);
  if (flops > 0)
    add(*block, is_double ? block->flops64 : block->flops32, static_cast<std::uint64_t>(flops));
}

Counts sum(const SharedCounters& counters) {
  Counts total;
  const auto add_block = [&total](const CountBlock& b) {
    total.calls += b.calls.load(kRelaxed);
    total.bytes += b.bytes.load(kRelaxed);
    total.frees += b.frees.load(kRelaxed);
    const std::uint64_t largest = b.largest.load(kRelaxed);
    if (largest > total.largest) total.largest = largest;
    total.maps += b.maps.load(kRelaxed);
    total.mapped_bytes += b.mapped_bytes.load(kRelaxed);
    total.unmaps += b.unmaps.load(kRelaxed);
    total.products += b.products.load(kRelaxed);
    total.flops32 += b.flops32.load(kRelaxed);
    total.flops64 += b.flops64.load(kRelaxed);
  };
  const std::uint32_t used = counters.blocks_used.load(kRelaxed);
  for (std::uint32_t i = 0; i < used && i < program::kBlocks; ++i) add_block(counters.block[i]);
  add_block(counters.crowd);
  return total;
}

void begin_process() {
  local = {};
  SharedCounters* shared = found.load(kRelaxed);
  if (shared != nullptr) register_process(*shared);
}

}  // namespace lithe::preload
