#include "program/event_sampler.h"

#include <linux/perf_event.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include "program/thread_state.h"

namespace lithe::program {

namespace {

// Processor time between two samples. About 1000 samples a second distinguish 1% from 2% in ten
// seconds. Slightly below a millisecond, so that the samples are not in step with the system's
// clock tick.
constexpr std::uint64_t kEvery = 997'001;
// Pages of 4 KiB: enough for half a second of samples and for all mappings while a program loads,
// or for 40 ms with stacks. The limit for users without special rights is 516 KiB for
// each processor.
constexpr std::size_t kPages = 32, kPagesForStacks = 128;
constexpr std::uint32_t kStackBytes = 12'288;  // functions with a buffer of 8 KiB are usual
constexpr std::size_t kMostThreads = 1 << 16;

#if defined(__x86_64__)
constexpr std::uint64_t kInstructionPointer = 1 << 8;  // PERF_REG_X86_IP
constexpr std::uint64_t kRegisters = 0xf001c2;         // BX, BP, SP, IP, R12 to R15
#elif defined(__aarch64__)
constexpr std::uint64_t kInstructionPointer = 1ULL << 32;  // PERF_REG_ARM64_PC
constexpr std::uint64_t kRegisters = 0x1fff80000;          // X19 to X29, LR, SP, PC
#endif

perf_event_attr attributes(bool kernel, SampledState state, bool running) {
  perf_event_attr a{};
  a.size = sizeof(a);
  a.type = PERF_TYPE_SOFTWARE;
  a.config = PERF_COUNT_SW_CPU_CLOCK;
  a.sample_period = kEvery;
  a.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME;
  a.disabled = running ? 0 : 1;
  a.enable_on_exec = running ? 0 : 1;
  a.inherit = 1;
  a.exclude_kernel = kernel ? 0 : 1;
  a.exclude_hv = 1;
  a.mmap = 1;
  a.mmap2 = 1;
  a.comm = 1;
  a.comm_exec = 1;
  a.task = 1;
  a.sample_id_all = 1;
  a.wakeup_events = 1;
  a.use_clockid = 1;
  a.clockid = CLOCK_MONOTONIC;  // as in the shared counters
#if defined(__x86_64__) || defined(__aarch64__)
  if (state != SampledState::nothing) a.sample_type |= PERF_SAMPLE_REGS_USER;
  if (state == SampledState::instruction) a.sample_regs_user = kInstructionPointer;
  if (state == SampledState::stack) {
    a.sample_type |= PERF_SAMPLE_STACK_USER;
    a.sample_regs_user = kRegisters;
    a.sample_stack_user = kStackBytes;
  }
#else
  static_cast<void>(state);
#endif
  return a;
}

std::size_t page_bytes() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

int open_event(const perf_event_attr& a, pid_t process, int processor) {
  return static_cast<int>(
      ::syscall(SYS_perf_event_open, &a, process, processor, -1, PERF_FLAG_FD_CLOEXEC));
}

}  // namespace

bool EventSampler::open_ring(pid_t process, int processor) {
  const perf_event_attr a = attributes(sees_kernel_, state_, running_);
  Ring ring;
  ring.processor = processor;
  ring.descriptor = open_event(a, process, processor);
  if (ring.descriptor < 0) return false;
  void* memory = ::mmap(nullptr, page_bytes() + ring_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED,
                        ring.descriptor, 0);
  if (memory == MAP_FAILED) {
    ::close(ring.descriptor);
    return false;
  }
  ring.memory = static_cast<std::uint8_t*>(memory);
  rings_.push_back(ring);
  return true;
}

std::size_t EventSampler::ring_bytes() const {
  const std::size_t pages = state_ == SampledState::stack ? kPagesForStacks : kPages;
  return pages * 4096 / page_bytes() * page_bytes();
}

bool EventSampler::open_rings(pid_t process) {
  const auto processors = static_cast<int>(::sysconf(_SC_NPROCESSORS_CONF));
  for (int i = 0; i < processors; ++i)
    // A processor that is switched off has no events.
    if (!open_ring(process, i) && (i == 0 || errno != ENODEV)) return false;
  return true;
}

// Adds a thread of the same process. What it starts is added by the system.
bool EventSampler::add_thread(pid_t thread) {
  const perf_event_attr a = attributes(sees_kernel_, state_, running_);
  for (const Ring& ring : rings_) {
    const int descriptor = open_event(a, thread, ring.processor);
    if (descriptor < 0) return errno == ESRCH;  // it has ended
    more_.push_back(descriptor);
    if (::ioctl(descriptor, PERF_EVENT_IOC_SET_OUTPUT, ring.descriptor) != 0) return false;
  }
  return true;
}

std::unique_ptr<EventSampler> EventSampler::open(pid_t process, bool stacks, std::string& why) {
  return open_first({process}, false, stacks, why);
}

std::unique_ptr<EventSampler> EventSampler::attach(pid_t process, bool stacks, std::string& why) {
  // There is a descriptor for each thread and processor.
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  std::vector<pid_t> threads = threads_of(process);
  if (threads.empty()) threads.push_back(process);
  return open_first(threads, true, stacks, why);
}

std::unique_ptr<EventSampler> EventSampler::open_first(const std::vector<pid_t>& threads,
                                                       bool running, bool stacks,
                                                       std::string& why) {
  using enum SampledState;
  // The most detailed events that the system allows.
  constexpr std::pair<bool, SampledState> kWays[] = {{true, stack},       {false, stack},
                                                     {true, instruction}, {false, instruction},
                                                     {true, nothing},     {false, nothing}};
  for (const auto& [kernel, state] : kWays) {
    if (state == stack && !stacks) continue;
    std::unique_ptr<EventSampler> sampler(new EventSampler);
    sampler->sees_kernel_ = kernel;
    sampler->state_ = state;
    sampler->running_ = running;
    bool opened = sampler->open_rings(threads.front());
    for (std::size_t i = 1; opened && i < threads.size(); ++i)
      opened = sampler->add_thread(threads[i]);
    if (opened) return sampler;
    why = std::strerror(errno);
  }
  return nullptr;
}

EventSampler::~EventSampler() {
  for (const int descriptor : more_) ::close(descriptor);
  for (const Ring& ring : rings_) {
    ::munmap(ring.memory, page_bytes() + ring_bytes());
    ::close(ring.descriptor);
  }
}

void EventSampler::read(Ring& ring) {
  auto* control = reinterpret_cast<perf_event_mmap_page*>(ring.memory);
  const std::uint64_t head = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);
  const std::uint64_t tail = control->data_tail;
  const std::size_t size = ring_bytes();
  const std::uint8_t* data = ring.memory + page_bytes();
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(head - tail, size));
  std::vector<std::uint8_t> bytes(count);  // contiguous, because the ring may wrap
  const std::size_t at = tail % size, first = std::min(count, size - at);
  std::copy_n(data + at, first, bytes.begin());
  std::copy_n(data, count - first, bytes.begin() + static_cast<std::ptrdiff_t>(first));
  __atomic_store_n(&control->data_tail, head, __ATOMIC_RELEASE);
  parse_events(bytes, state_, [this](Event&& event) {
    if (event.kind == Event::Kind::lost) {
      lost_ += event.lost;
      return;
    }
    if (event.kind == Event::Kind::sample) last_time_ = std::max(last_time_, event.time);
    if (event.kind == Event::Kind::sample && latest_.size() < kMostThreads) {
      Event& latest = latest_[event.thread];
      if (event.time >= latest.time) latest = event;
    }
    waiting_.push_back(std::move(event));
  });
}

const Event* EventSampler::latest(pid_t thread) const {
  const auto at = latest_.find(thread);
  return at == latest_.end() ? nullptr : &at->second;
}

void EventSampler::sample() {
  for (Ring& ring : rings_) read(ring);
}

bool EventSampler::await_sample(std::chrono::microseconds most) {
  std::vector<pollfd> all;
  all.reserve(rings_.size());
  for (const Ring& ring : rings_) all.push_back({ring.descriptor, POLLIN, 0});
  const timespec limit{0, 1000L * static_cast<long>(most.count())};
  return ::ppoll(all.data(), all.size(), &limit, nullptr) > 0;
}

std::vector<Event> EventSampler::take(bool end) {
  const std::uint64_t until = last_seen_;
  sample();
  const auto earlier = [](const Event& a, const Event& b) { return a.time < b.time; };
  std::stable_sort(waiting_.begin(), waiting_.end(), earlier);
  if (!waiting_.empty()) last_seen_ = std::max(last_seen_, waiting_.back().time);
  const auto split = end ? waiting_.end()
                         : std::find_if(waiting_.begin(), waiting_.end(),
                                        [until](const Event& event) { return event.time > until; });
  std::vector<Event> ready(std::make_move_iterator(waiting_.begin()),
                           std::make_move_iterator(split));
  waiting_.erase(waiting_.begin(), split);
  return ready;
}

}  // namespace lithe::program
