#include "program/events.h"

#include <gtest/gtest.h>
#include <linux/perf_event.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace lithe::program {
namespace {

// Records as the system writes them (perf_event_open(2)).
class Records {
 public:
  template <typename... Values>
  Records& add(std::uint32_t type, std::uint16_t misc, const Values&... values) {
    std::vector<std::uint8_t> body;
    const auto append = [&body](const auto& value) {
      const auto* from = reinterpret_cast<const std::uint8_t*>(&value);
      body.insert(body.end(), from, from + sizeof(value));
    };
    (append(values), ...);
    perf_event_header header{};
    header.type = type;
    header.misc = misc;
    header.size = static_cast<std::uint16_t>(sizeof(header) + body.size());
    const auto* from = reinterpret_cast<const std::uint8_t*>(&header);
    bytes_.insert(bytes_.end(), from, from + sizeof(header));
    bytes_.insert(bytes_.end(), body.begin(), body.end());
    return *this;
  }
  std::vector<std::uint8_t>& bytes() { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

using U32 = std::uint32_t;
using U64 = std::uint64_t;

std::vector<Event> parse(std::span<const std::uint8_t> bytes,
                         SampledState state = SampledState::instruction) {
  std::vector<Event> events;
  parse_events(bytes, state, [&events](Event&& event) { events.push_back(std::move(event)); });
  return events;
}

Records one_of_each() {
  struct Path {
    char text[16];
  } path = {"/lib/a b.so"};
  Records records;
  records
      .add(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, U64{0x1234}, U32{7}, U32{8}, U64{100},
           U64{PERF_SAMPLE_REGS_ABI_64}, U64{0x1234})
      .add(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL, U64{0xffff}, U32{7}, U32{9}, U64{101},
           U64{PERF_SAMPLE_REGS_ABI_NONE})
      .add(PERF_RECORD_MMAP2, PERF_RECORD_MISC_USER, U32{7}, U32{7}, U64{0x1000}, U64{0x2000},
           U64{0x30}, U32{8}, U32{1}, U64{42}, U64{1}, U32{5}, U32{2}, path, U32{7}, U32{7},
           U64{102})
      .add(PERF_RECORD_FORK, 0, U32{11}, U32{7}, U32{11}, U32{7}, U64{103}, U32{7}, U32{7},
           U64{103})
      .add(PERF_RECORD_FORK, 0, U32{7}, U32{7}, U32{12}, U32{7}, U64{104}, U32{7}, U32{7},
           U64{104})  // a thread
      .add(PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC, U32{11}, U32{11}, U64{0x61}, U32{11},
           U32{11}, U64{105})
      .add(PERF_RECORD_EXIT, 0, U32{11}, U32{7}, U32{11}, U32{7}, U64{106}, U32{7}, U32{7},
           U64{106})
      .add(PERF_RECORD_LOST, 0, U64{1}, U64{5}, U32{7}, U32{7}, U64{107})
      .add(PERF_RECORD_THROTTLE, 0, U64{1}, U64{5}, U64{5}, U32{7}, U32{7}, U64{108});
  return records;
}

TEST(Events, EachKindIsRead) {
  Records records = one_of_each();
  const std::vector<Event> events = parse(records.bytes());
  ASSERT_EQ(events.size(), 7);
  EXPECT_EQ(events[0].kind, Event::Kind::sample);
  EXPECT_EQ(events[0].address, 0x1234);
  EXPECT_EQ(events[0].process, 7);
  EXPECT_EQ(events[0].thread, 8);
  EXPECT_FALSE(events[0].in_kernel);
  EXPECT_TRUE(events[1].in_kernel);
  EXPECT_EQ(events[1].entered_from, 0);
  EXPECT_EQ(events[2].mapping.path, "/lib/a b.so");
  EXPECT_EQ(events[2].mapping.end, 0x3000);
  EXPECT_EQ(events[2].mapping.offset, 0x30);
  EXPECT_EQ(events[2].time, 102);
  EXPECT_EQ(events[3].kind, Event::Kind::fork);
  EXPECT_EQ(events[3].process, 11);
  EXPECT_EQ(events[3].parent, 7);
  EXPECT_EQ(events[4].kind, Event::Kind::exec);
  EXPECT_EQ(events[5].kind, Event::Kind::exit);
  EXPECT_EQ(events[6].lost, 5);
}

TEST(Events, CutOffAnywhereTheyEndThere) {
  Records records = one_of_each();
  const std::vector<std::uint8_t>& bytes = records.bytes();
  std::size_t most = 0;
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    const std::size_t count = parse(std::span(bytes).first(length)).size();
    EXPECT_GE(count, most);
    most = count;
  }
  EXPECT_EQ(most, 7);
}

#if defined(__x86_64__)
TEST(Events, TheStackOfASampleIsItsValidPart) {
  Records records;
  records.add(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, U64{0x1234}, U32{7}, U32{8}, U64{100},
              U64{PERF_SAMPLE_REGS_ABI_64}, U64{3}, U64{6}, U64{0x7000}, U64{0x1234}, U64{12},
              U64{13}, U64{14}, U64{15}, U64{24}, U64{1}, U64{2}, U64{3}, U64{16});
  const std::vector<Event> events = parse(records.bytes(), SampledState::stack);
  ASSERT_EQ(events.size(), 1U);
  ASSERT_NE(events[0].user, nullptr);
  const UserState& user = *events[0].user;
  EXPECT_EQ(user.stack, 0x7000U);
  EXPECT_EQ(user.instruction, 0x1234U);
  EXPECT_EQ(user.saved, (std::array<U64, kSavedRegisters>{3, 6, 12, 13, 14, 15}));
  ASSERT_EQ(user.memory.size(), 16U);
  EXPECT_EQ(user.memory[8], 2);
}
#endif

TEST(Events, AnyBytesAreRead) {
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    Records records = one_of_each();
    for (int k = 0; k < 8; ++k)
      records.bytes()[random() % records.bytes().size()] = static_cast<std::uint8_t>(random());
    for (const SampledState state :
         {SampledState::nothing, SampledState::instruction, SampledState::stack})
      for (const Event& event : parse(records.bytes(), state)) {
        EXPECT_LE(event.mapping.path.size(), 16 + 16);
        if (event.kind == Event::Kind::mapping) {
          EXPECT_GT(event.mapping.end, event.mapping.start);
        }
      }
  }
}

}  // namespace
}  // namespace lithe::program
