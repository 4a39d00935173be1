#include "program/remote_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

namespace lithe::program {
namespace {

// Pages of this process, the first of which cannot be read.
class Pages {
 public:
  static constexpr std::size_t kPage = 4096;

  explicit Pages(std::size_t count)
      : bytes_(kPage * count),
        memory_(static_cast<std::uint8_t*>(
            ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    for (std::size_t i = 0; i < bytes_; ++i) memory_[i] = static_cast<std::uint8_t>(i / 7);
    ::mprotect(memory_, kPage, PROT_NONE);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages() { ::munmap(memory_, bytes_); }

  std::uint64_t address(std::size_t at) const {
    return reinterpret_cast<std::uint64_t>(memory_) + at;
  }
  std::uint8_t& operator[](std::size_t at) { return memory_[at]; }

 private:
  std::size_t bytes_;
  std::uint8_t* memory_;
};

TEST(RemoteMemory, AWindowKeepsWhatWasThere) {
  Pages pages(8);
  const std::size_t end = 6 * Pages::kPage + 100;
  const MemoryWindow window(RemoteMemory(::getpid()), pages.address(end));
  for (const std::size_t at : {end - 8, 4 * Pages::kPage - 3, 3 * Pages::kPage}) {
    std::array<std::byte, 8> before, after;
    std::memcpy(before.data(), &pages[at], 8);
    for (std::size_t i = 0; i < 8; ++i) pages[at + i] = 0xee;
    ASSERT_TRUE(window.read(pages.address(at), after));
    EXPECT_EQ(before, after) << at;
  }
}

TEST(RemoteMemory, OutsideOfAWindowItIsReadNow) {
  Pages pages(8);
  const std::size_t end = 2 * Pages::kPage;
  const RemoteMemory memory(::getpid());
  const MemoryWindow window(memory, pages.address(end));
  for (const std::size_t at : {end - 4, end, end + 100}) {
    pages[at] = 0xee;
    std::array<std::byte, 8> bytes;
    ASSERT_TRUE(window.read(pages.address(at), bytes)) << at;
    EXPECT_EQ(bytes[0], std::byte{0xee}) << at;
  }
}

// The window ends where memory cannot be read, and what lies there stays unread.
TEST(RemoteMemory, AWindowEndsWhereMemoryDoes) {
  Pages pages(3);
  const MemoryWindow window(RemoteMemory(::getpid()), pages.address(2 * Pages::kPage));
  std::array<std::byte, 8> bytes;
  EXPECT_TRUE(window.read(pages.address(Pages::kPage), bytes));
  EXPECT_FALSE(window.read(pages.address(Pages::kPage - 4), bytes));
  EXPECT_FALSE(MemoryWindow(RemoteMemory(::getpid()), 0).read(0, bytes));
  EXPECT_FALSE(MemoryWindow(RemoteMemory(::getpid()), 8).read(0, bytes));
}

}  // namespace
}  // namespace lithe::program
