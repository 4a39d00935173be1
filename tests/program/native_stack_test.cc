#include "program/native_stack.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "program/source_lines.h"

namespace lithe::program {
namespace {

std::vector<Mapping> own_maps() {
  std::ifstream maps("/proc/self/maps");
  return parse_maps(std::string(std::istreambuf_iterator<char>(maps), {}));
}

const Mapping& own_code(const std::vector<Mapping>& maps) {
  const auto here = reinterpret_cast<std::uint64_t>(&own_maps);
  for (const Mapping& mapping : maps)
    if (mapping.start <= here && here < mapping.end) return mapping;
  return maps.front();
}

NativeStack own_stack(const std::vector<Mapping>& maps) {
  NativeStack stack;
  for (const Mapping& mapping : maps) stack.map(mapping);
  return stack;
}

TEST(NativeStack, AnyMemoryIsUnwound) {
  const std::vector<Mapping> maps = own_maps();
  const Mapping& code = own_code(maps);
  NativeStack stack = own_stack(maps);
  std::mt19937_64 random(4);
  for (int i = 0; i < 3000; ++i) {
    UserState user;
    user.instruction = i % 4 == 0 ? random() : code.start + random() % (code.end - code.start);
    user.stack = i % 5 == 0 ? random() : 0x7ffc00000000;
    user.knows_saved = i % 3 != 0;
    for (std::uint64_t& saved : user.saved)
      saved = i % 2 == 0 ? random() : user.stack + random() % 4096;
    user.memory.resize(random() % 4097);
    for (std::size_t k = 0; k + 8 <= user.memory.size(); k += 8) {
      // Random words, addresses of code, and addresses on the stack.
      const std::uint64_t word = k % 24 == 0   ? random()
                                 : k % 24 == 8 ? code.start + random() % (code.end - code.start)
                                               : user.stack + random() % 4096;
      std::memcpy(&user.memory[k], &word, sizeof(word));
    }
    const std::vector<std::uint64_t> frames = stack.unwind(user);
    ASSERT_FALSE(frames.empty());
    EXPECT_EQ(frames[0], user.instruction);
    EXPECT_LE(frames.size(), 64U);
  }
}

TEST(NativeStack, WithoutMappingsThereIsTheInstructionAlone) {
  NativeStack stack;
  UserState user;
  user.instruction = 0x1234;
  EXPECT_EQ(stack.unwind(user), std::vector<std::uint64_t>{0x1234});
}

TEST(SourceLines, AFileThatIsNoneHasNoLines) {
  for (const char* path : {"/nowhere", "/proc/self", "/proc/self/maps", "/dev/null"}) {
    SourceLines lines(path);
    EXPECT_FALSE(lines.known());
    EXPECT_TRUE(lines.frames(0x1000).empty());
    EXPECT_EQ(lines.producer(0x1000), "");
  }
}

}  // namespace
}  // namespace lithe::program
