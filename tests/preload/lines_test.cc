// The lines that an examined program writes, as they are recorded. Lithe asked for those that begin
// with "epoch" (main.cc).
#include "preload/lines.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "preload/counts.h"

namespace lithe::preload {
namespace {

using program::Line;

void write(std::string_view text, int descriptor = STDOUT_FILENO) {
  see(descriptor, text.data(), text.size());
}

// Reads all lines that wait, as Lithe does.
std::vector<std::string> read_lines() {
  std::vector<std::string> result;
  for (; counters()->lines_read < counters()->lines; ++counters()->lines_read) {
    const Line& line = counters()->line[counters()->lines_read % program::kLines];
    EXPECT_EQ(line.turn, counters()->lines_read / program::kLines + 1);
    EXPECT_EQ(line.process, ::getpid());
    result.emplace_back(line.text, line.length);
  }
  return result;
}

class Lines : public testing::Test {
 protected:
  Lines() {
    begin_lines();
    read_lines();
    counters()->lines_lost = 0;
  }
};

using Texts = std::vector<std::string>;

TEST_F(Lines, ThoseThatBeginAsAskedForAreRecorded) {
  write("epoch 1\nloss 0.5\nEpoch 2\nEPOCH\n epoch\nepoc\n\nepoch 3\n");
  EXPECT_EQ(read_lines(), (Texts{"epoch 1", "Epoch 2", "EPOCH", "epoch 3"}));
}

TEST_F(Lines, PiecesMakeALine) {
  write("ep");
  write("och ");
  write("4");
  EXPECT_EQ(read_lines(), Texts{});
  write("2\nepoch 43");
  EXPECT_EQ(read_lines(), Texts{"epoch 42"});
}

TEST_F(Lines, OutputAndErrorDoNotMixAndOtherFilesAreIgnored) {
  write("epoch", STDOUT_FILENO);
  write("epoch of errors\n", STDERR_FILENO);
  write("epoch elsewhere\n", 5);
  write(" of output\n", STDOUT_FILENO);
  EXPECT_EQ(read_lines(), (Texts{"epoch of errors", "epoch of output"}));
}

TEST_F(Lines, OfALongLineTheBeginningIsKept) {
  const std::string start = "epoch ";
  write(start + std::string(1000, 'x'));
  write(std::string(1000, 'y') + "\nepoch 2\n");
  EXPECT_EQ(read_lines(),
            (Texts{start + std::string(program::kLineText - start.size(), 'x'), "epoch 2"}));
}

TEST_F(Lines, ComeWithTheCountersAtThatMoment) {
  count_map(100);
  write("epoch\n");
  count_map(100);
  write("epoch\n");
  const std::uint64_t last = counters()->lines - 1;
  const Line &one = counters()->line[(last - 1) % program::kLines],
             &two = counters()->line[last % program::kLines];
  EXPECT_EQ(two.heap.maps - one.heap.maps, 1u);
  EXPECT_EQ(two.heap.mapped_bytes, sum(*counters()).mapped_bytes);
  EXPECT_LE(one.nanoseconds, two.nanoseconds);
}

TEST_F(Lines, WhenTheRingIsFullNewLinesAreLostAndCounted) {
  for (std::uint32_t i = 0; i < program::kLines + 7; ++i)
    write("epoch " + std::to_string(i) + "\n");
  EXPECT_EQ(counters()->lines_lost, 7u);
  const Texts lines = read_lines();
  ASSERT_EQ(lines.size(), program::kLines);
  EXPECT_EQ(lines.front(), "epoch 0");
  EXPECT_EQ(lines.back(), "epoch " + std::to_string(program::kLines - 1));
  write("epoch again\n");
  EXPECT_EQ(read_lines(), Texts{"epoch again"});
}

TEST_F(Lines, AForkForgetsTheUnfinishedLine) {
  write("epoch unfini");
  begin_lines();
  write("shed\n");
  EXPECT_EQ(read_lines(), Texts{});
}

TEST_F(Lines, ErrnoStays) {
  errno = EAGAIN;
  write("epoch\n");
  EXPECT_EQ(errno, EAGAIN);
  read_lines();
}

// Lines of threads that write at once may be missed, but what is recorded was written.
TEST_F(Lines, ThreadsThatWriteAtOnce) {
  std::vector<std::thread> team;
  for (int i = 0; i < 4; ++i)
    team.emplace_back([] {
      for (int line = 0; line < 200; ++line) write("epoch of a thread\n");
    });
  for (std::thread& thread : team) thread.join();
  const Texts lines = read_lines();
  EXPECT_GE(lines.size(), 1u);
  for (const std::string& line : lines) EXPECT_EQ(line, "epoch of a thread");
}

}  // namespace
}  // namespace lithe::preload
