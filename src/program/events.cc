#include "program/events.h"

#include <linux/perf_event.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace lithe::program {

namespace {

// Reads values in order; beyond the end it returns zeros.
class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  template <typename T>
  T next() {
    T value{};
    if (bytes_.size() < sizeof(T)) {
      whole_ = false;
      bytes_ = {};
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_ = bytes_.subspan(sizeof(T));
    return value;
  }

  void skip(std::size_t count) {
    whole_ = whole_ && count <= bytes_.size();
    bytes_ = bytes_.subspan(std::min(count, bytes_.size()));
  }

  std::vector<std::uint8_t> bytes(std::uint64_t count) {
    whole_ = whole_ && count <= bytes_.size();
    const auto part =
        bytes_.first(static_cast<std::size_t>(std::min<std::uint64_t>(count, bytes_.size())));
    bytes_ = bytes_.subspan(part.size());
    return {part.begin(), part.end()};
  }

  // A zero-terminated text.
  std::string text() {
    return std::string(bytes_.begin(), std::find(bytes_.begin(), bytes_.end(), 0));
  }

  bool whole() const { return whole_; }

 private:
  std::span<const std::uint8_t> bytes_;
  bool whole_ = true;
};

// The end of every record except samples: process, thread, time.
constexpr std::size_t kTrailer = 16;

void take_ids(Reader& from, Event& event) {
  event.process = from.next<std::int32_t>();
  event.thread = from.next<std::int32_t>();
}

// The registers come in the order of their numbers in the kernel's interface.
std::uint64_t read_registers(Reader& from, UserState& user) {
#if defined(__aarch64__)
  for (std::uint64_t& saved : user.saved) saved = from.next<std::uint64_t>();
  user.stack = from.next<std::uint64_t>();
  user.instruction = from.next<std::uint64_t>();
#else
  user.saved[0] = from.next<std::uint64_t>();
  user.saved[1] = from.next<std::uint64_t>();
  user.stack = from.next<std::uint64_t>();
  user.instruction = from.next<std::uint64_t>();
  for (std::size_t i = 2; i < user.saved.size(); ++i) user.saved[i] = from.next<std::uint64_t>();
#endif
  user.knows_saved = true;
  return user.instruction;
}

// The size of the copy, the copy, and how much of it is valid.
void read_stack(Reader& from, UserState& user) {
  const auto size = from.next<std::uint64_t>();
  if (size == 0) return;
  user.memory = from.bytes(size);
  const auto valid = from.next<std::uint64_t>();
  user.memory.resize(std::min<std::uint64_t>(valid, user.memory.size()));
}

bool read_sample(Reader& from, std::uint16_t misc, SampledState state, Event& event) {
  event.kind = Event::Kind::sample;
  event.address = from.next<std::uint64_t>();
  take_ids(from, event);
  event.time = from.next<std::uint64_t>();
  event.in_kernel = (misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL;
  if (state == SampledState::nothing) return from.whole();
  const bool known = from.next<std::uint64_t>() != PERF_SAMPLE_REGS_ABI_NONE;
  if (state == SampledState::instruction) {
    if (known) event.entered_from = from.next<std::uint64_t>();
  } else {
    const auto user = std::make_shared<UserState>();
    if (known) event.entered_from = read_registers(from, *user);
    read_stack(from, *user);
    if (known) event.user = user;
  }
  return from.whole();
}

bool read_mapping(Reader& from, Event& event) {
  event.kind = Event::Kind::mapping;
  take_ids(from, event);
  Mapping& mapping = event.mapping;
  mapping.start = from.next<std::uint64_t>();
  const auto length = from.next<std::uint64_t>();
  mapping.end = mapping.start + length;
  mapping.offset = from.next<std::uint64_t>();
  from.skip(2 * sizeof(std::uint32_t) + 2 * sizeof(std::uint64_t));  // device, file and its version
  from.skip(2 * sizeof(std::uint32_t));                              // rights and flags
  const std::string path = from.text();
  constexpr std::string_view kNoFile = "//anon";
  if (path != kNoFile && !path.starts_with("anon_inode:")) mapping.path = path;
  return from.whole() && mapping.end > mapping.start;
}

// The fork of a process, or the end of its first thread. Ignores other threads.
bool read_process(Reader& from, Event::Kind kind, Event& event) {
  event.kind = kind;
  event.process = from.next<std::int32_t>();
  event.parent = from.next<std::int32_t>();
  event.thread = from.next<std::int32_t>();
  return from.whole() && event.process == event.thread;
}

bool read_exec(Reader& from, std::uint16_t misc, Event& event) {
  event.kind = Event::Kind::exec;
  take_ids(from, event);
  return from.whole() && (misc & PERF_RECORD_MISC_COMM_EXEC) != 0;
}

bool read_lost(Reader& from, Event& event) {
  event.kind = Event::Kind::lost;
  from.next<std::uint64_t>();
  event.lost = from.next<std::uint64_t>();
  return from.whole();
}

bool read_event(const perf_event_header& header, std::span<const std::uint8_t> body,
                SampledState state, Event& event) {
  Reader from(body);
  if (header.type == PERF_RECORD_SAMPLE) return read_sample(from, header.misc, state, event);
  if (body.size() < kTrailer) return false;
  Reader trailer(body.last(kTrailer - 2 * sizeof(std::uint32_t)));
  event.time = trailer.next<std::uint64_t>();
  switch (header.type) {
    case PERF_RECORD_MMAP2:
      return read_mapping(from, event);
    case PERF_RECORD_FORK:
      return read_process(from, Event::Kind::fork, event);
    case PERF_RECORD_EXIT:
      return read_process(from, Event::Kind::exit, event);
    case PERF_RECORD_COMM:
      return read_exec(from, header.misc, event);
    case PERF_RECORD_LOST:
      return read_lost(from, event);
    default:
      return false;
  }
}

}  // namespace

void parse_events(std::span<const std::uint8_t> bytes, SampledState state,
                  const std::function<void(Event&&)>& take) {
  perf_event_header header;
  while (bytes.size() >= sizeof(header)) {
    std::memcpy(&header, bytes.data(), sizeof(header));
    if (header.size < sizeof(header) || header.size > bytes.size()) return;
    Event event;
    if (read_event(header, bytes.subspan(sizeof(header), header.size - sizeof(header)), state,
                   event))
      take(std::move(event));
    bytes = bytes.subspan(header.size);
  }
}

}  // namespace lithe::program
