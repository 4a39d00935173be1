// Stacks of the Pythons that are installed, read while they run.
#include "program/python_reader.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "base/text.h"
#include "program/preload.h"
#include "support/temporary_folder.h"

namespace lithe::program {
namespace {

constexpr const char* kProgram = R"(import threading
import time


class Network:
    def step(self, numbers):
        total = 0
        for number in numbers:
            total += number * number
        return total


def wait():
    while True:
        time.sleep(0.01)


def collect():
    import gc
    keep = [[] for _ in range(200_000)]
    while True:
        gc.collect()


threading.Thread(target=wait, daemon=True).start()
print("begun", flush=True)
import sys
if sys.argv[1] == "compute":
    while True:
        Network().step(range(1000))
collect()
)";

class Python {
 public:
  Python(const std::string& interpreter, const std::string& what) {
    const auto script = folder_.path() / "é.py";
    std::ofstream(script) << kProgram;
    int begun[2];
    EXPECT_EQ(::pipe(begun), 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(begun[1], STDOUT_FILENO);
      ::execlp(interpreter.c_str(), interpreter.c_str(), script.c_str(), what.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(begun[1]);
    char byte = 0;
    EXPECT_EQ(::read(begun[0], &byte, 1), 1);
    ::close(begun[0]);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  Python(const Python&) = delete;
  Python& operator=(const Python&) = delete;
  ~Python() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

  pid_t process() const { return process_; }

  std::unique_ptr<PythonReader> reader() const {
    const std::string maps =
        base::read_text("/proc/" + std::to_string(process_) + "/maps", 4 << 20);
    for (const Mapping& mapping : parse_maps(maps))
      if (auto reader = PythonReader::open(process_, mapping)) return reader;
    return nullptr;
  }

 private:
  test::TemporaryFolder folder_;
  pid_t process_ = -1;
};

// Python of the system, or another version that LITHE_TEST_PYTHON names.
std::string python() {
  const char* given = ::getenv("LITHE_TEST_PYTHON");
  return given != nullptr ? given : find_program("/usr/bin/python3").string();
}

TEST(PythonReader, LinesOfRunningFunctions) {
  if (python().empty()) GTEST_SKIP() << "there is no /usr/bin/python3";
  const Python program(python(), "compute");
  const auto reader = program.reader();
  ASSERT_NE(reader, nullptr);
  std::map<int, int> lines;
  int seen = 0, waiting = 0;
  for (int i = 0; i < 300; ++i) {
    for (const PythonThread& thread : reader->read()) {
      const PythonFrame& inner = thread.frames.front();
      if (inner.code->name.ends_with("wait")) ++waiting;
      if (!inner.code->name.ends_with("step")) continue;
      ++seen;
      ++lines[inner.line];
      EXPECT_EQ(thread.thread, program.process());
      EXPECT_TRUE(inner.code->file.ends_with("é.py")) << inner.code->file;
      EXPECT_EQ(thread.frames.back().code->name, "<module>");
      EXPECT_EQ(thread.frames.back().line, 30);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_GT(seen, 200);
  EXPECT_GT(waiting, 250);
  EXPECT_GT(lines[8] + lines[9], seen * 9 / 10) << "the loop's lines";
}

TEST(PythonReader, TellsWhoCollectsGarbage) {
  if (python().empty()) GTEST_SKIP() << "there is no /usr/bin/python3";
  const Python program(python(), "collect");
  const auto reader = program.reader();
  ASSERT_NE(reader, nullptr);
  int collecting = 0, looks = 0;
  for (int i = 0; i < 200; ++i) {
    for (const PythonThread& thread : reader->read()) {
      if (thread.thread != program.process()) continue;
      ++looks;
      if (thread.collecting && thread.holds_lock) ++collecting;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_GT(looks, 150);
  EXPECT_GT(collecting, looks / 2);
}

TEST(PythonReader, OtherProgramsAreNone) {
  const std::string maps = base::read_text("/proc/self/maps", 4 << 20);
  for (const Mapping& mapping : parse_maps(maps))
    EXPECT_EQ(PythonReader::open(::getpid(), mapping), nullptr);
}

TEST(PythonReader, AProcessThatHasEndedHasNoThreads) {
  if (python().empty()) GTEST_SKIP() << "there is no /usr/bin/python3";
  std::unique_ptr<PythonReader> reader;
  {
    const Python program(python(), "compute");
    reader = program.reader();
  }
  ASSERT_NE(reader, nullptr);
  EXPECT_TRUE(reader->read().empty());
}

}  // namespace
}  // namespace lithe::program
