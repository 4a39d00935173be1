// Programs run and looked into. What is asked of the figures does not depend on how fast they run;
// shares of time need enough samples.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "lithe/program_report.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lithe {
namespace {

// What every program of the subject's kind allocates before it begins, and C++'s threads besides.
constexpr std::uint64_t kBeginning = 120'000;

ExamineProgram subject(std::vector<std::string> arguments) {
  ExamineProgram options;
  options.command = {LITHE_SUBJECT};
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  options.preload = LITHE_PRELOAD;
  options.budget = 0;
  return options;
}

// Of the test's own output nothing must be the program's.
ProgramReport examine(const ExamineProgram& options, std::string* output = nullptr) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "output";
  ::fflush(stdout);
  const int saved = ::dup(STDOUT_FILENO);
  const int to = ::open(file.c_str(), O_CREAT | O_WRONLY, 0600);
  ::dup2(to, STDOUT_FILENO);
  ::close(to);
  ProgramReport report;
  try {
    report = examine_program(options);
  } catch (...) {
    ::dup2(saved, STDOUT_FILENO);
    ::close(saved);
    throw;
  }
  ::dup2(saved, STDOUT_FILENO);
  ::close(saved);
  std::ifstream from(file);
  if (output != nullptr) output->assign(std::istreambuf_iterator<char>(from), {});
  return report;
}

double share_of(const ProgramReport& report, std::initializer_list<Activity> activities) {
  double sum = 0;
  for (const ActivityShare& share : report.shares)
    if (std::find(activities.begin(), activities.end(), share.activity) != activities.end())
      sum += share.share;
  return sum;
}

// Both ways to sample; a machine that refuses events samples by stops in both.
class Examine : public testing::TestWithParam<bool> {
 protected:
  ExamineProgram subject(std::vector<std::string> arguments) const {
    ExamineProgram options = lithe::subject(std::move(arguments));
    options.events = GetParam();
    return options;
  }
};

INSTANTIATE_TEST_SUITE_P(By, Examine, testing::Bool(),
                         [](const auto& way) { return way.param ? "Events" : "Stops"; });

TEST_P(Examine, BytesAnEpochInSeveralThreads) {
  std::string output;
  const ProgramReport report = examine(subject({"epochs", "4", "5", "2000000"}), &output);
  EXPECT_EQ(output, "Epoch 1 done\nEpoch 2 done\nEpoch 3 done\nEpoch 4 done\nEpoch 5 done\n");
  ASSERT_TRUE(report.counted);
  ASSERT_EQ(report.epochs.size(), 5);
  const ProgramEpoch usual = usual_epoch(report);
  EXPECT_GE(usual.heap.bytes, 8'000'000);
  EXPECT_LE(usual.heap.bytes, 8'010'000);  // the threads themselves take some
  EXPECT_GE(usual.heap.calls, 8'000);
  EXPECT_LE(usual.heap.calls, 8'100);
  EXPECT_GE(report.epochs[0].heap.bytes, 8'000'000);
  EXPECT_GE(report.heap.frees, 40'000);
  EXPECT_LT(report.peak_bytes, 1'000'000);
  EXPECT_EQ(report.status, 0);
}

TEST_P(Examine, AProgramThatCrashesIsCounted) {
  const ProgramReport report = examine(subject({"crash"}));
  EXPECT_EQ(report.signal, SIGSEGV);
  EXPECT_GE(report.heap.bytes, 1'000'000);
  EXPECT_EQ(report.epochs.size(), 1);
  EXPECT_EQ(examine(subject({"crash", "9"})).signal, SIGKILL);
}

TEST_P(Examine, ForksAreCounted) {
  const ProgramReport report = examine(subject({"fork", "20"}));
  EXPECT_EQ(report.status, 0);
  EXPECT_GE(report.heap.bytes, 20'000'000);
  EXPECT_LE(report.heap.bytes, 20'000'000 + kBeginning);
  EXPECT_GE(report.processes, 21);
}

TEST_P(Examine, ProgramsThatBecomeOthersAreCounted) {
  const ProgramReport report = examine(subject({"exec", "9"}));
  EXPECT_EQ(report.status, 0);
  EXPECT_GE(report.heap.bytes, 10'000'000);
  EXPECT_LE(report.heap.bytes, 10'000'000 + 10 * kBeginning);
}

TEST_P(Examine, AProgramThatClosesEverything) {
  const ProgramReport report = examine(subject({"close"}));
  EXPECT_EQ(report.status, 0);
  EXPECT_GE(report.heap.bytes, 1'000'000);
  EXPECT_EQ(report.epochs.size(), 1);
}

TEST_P(Examine, ManyThreads) {
  const ProgramReport report = examine(subject({"threads", "200"}));
  EXPECT_EQ(report.status, 0);
  EXPECT_GE(report.heap.bytes, 200'000);
}

// Only threads that run are stopped, so that no call that waits is interrupted.
TEST_P(Examine, WaitingCallsAreNotInterrupted) { EXPECT_EQ(examine(subject({"wait"})).status, 0); }

// Samples are taken by processor time, at least every 10 ms of it, so that other programs do not
// make them fewer.
constexpr std::uint64_t kEnoughSamples = 20;

TEST_P(Examine, SpinningIsTold) {
  const ProgramReport report = examine(subject({"spin", "800"}));
  ASSERT_GE(report.samples, kEnoughSamples);
  EXPECT_GT(share_of(report, {Activity::waiting}), 0.6);
  const auto named = [](const ProgramFinding& f) { return f.name == "spinning"; };
  EXPECT_TRUE(std::any_of(report.findings.begin(), report.findings.end(), named));
}

TEST_P(Examine, OwnCodeIsOther) {
  const ProgramReport report = examine(subject({"burn", "300"}));
  ASSERT_GE(report.samples, kEnoughSamples);
  EXPECT_LT(share_of(report, {Activity::products, Activity::waiting, Activity::interpreter}), 0.2);
}

TEST(ExamineProgram, EveryWayToAllocateCounts) {
  const ProgramReport report = examine(subject({"kinds"}));
  EXPECT_EQ(report.status, 0);
  EXPECT_GE(report.heap.bytes, 9'000'000);  // eight ways, one of them twice
  EXPECT_LE(report.heap.bytes, 9'000'000 + kBeginning);
  EXPECT_EQ(report.heap.largest, 1'000'000);
  EXPECT_EQ(report.heap.maps, 1);
  EXPECT_EQ(report.heap.mapped_bytes, 1'000'000);
  EXPECT_GE(report.peak_bytes, 7'900'000);
  EXPECT_LE(report.peak_bytes, 8'400'000);
}

TEST(ExamineProgram, EveryWayToWriteIsSeenAndChangesNothing) {
  std::string output;
  const ProgramReport report = examine(subject({"write"}), &output);
  EXPECT_EQ(output,
            "epoch printf 1\nepoch puts\nepoch fputs\nepoch fprintf 1\nepoch fwrite\nepoch putc\n"
            "epoch putchar\nnot an epoch\nepoch\n");
  EXPECT_EQ(report.epochs.size(), 8);
}

TEST(ExamineProgram, MuchOutput) {
  std::string output;
  const ProgramReport report = examine(subject({"lines", "100000"}), &output);
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 100'010);
  EXPECT_EQ(report.epochs.size(), 10);
  EXPECT_LT(usual_epoch(report).heap.bytes, 10'000);
}

TEST(ExamineProgram, AnotherMark) {
  ExamineProgram options = subject({"lines", "1000"});
  options.mark = "^(EPOCH|STEP) [0-9]*99$";
  EXPECT_EQ(examine(options).epochs.size(), 10);
  options.mark = "nothing of the kind";
  const ProgramReport report = examine(options);
  EXPECT_TRUE(report.epochs.empty());
  const auto told = [](const std::string& s) { return s.find("--epochs N") != s.npos; };
  EXPECT_TRUE(std::any_of(report.missing.begin(), report.missing.end(), told));
}

TEST(ExamineProgram, ARunDividedByANumber) {
  ExamineProgram options = subject({"fork", "10"});
  options.epochs = 5;
  const ProgramReport report = examine(options);
  EXPECT_TRUE(report.divided);
  ASSERT_EQ(report.epochs.size(), 5);
  EXPECT_GE(usual_epoch(report).heap.bytes, 2'000'000);
  EXPECT_LE(usual_epoch(report).heap.bytes, 2'000'000 + kBeginning);
}

TEST(ExamineProgram, TheExitStatusIsTheProgramsOwn) {
  EXPECT_EQ(examine(subject({"exit", "3"})).status, 3);
}

TEST(ExamineProgram, WithoutTheLibraryTheRestIsTold) {
  const test::TemporaryFolder folder;
  ExamineProgram options = subject({"exit", "0"});
  std::filesystem::create_directory(folder.path() / "a b");
  options.preload = folder.path() / "a b" / "lithe_preload.so";
  std::filesystem::copy(LITHE_PRELOAD, options.preload);
  const ProgramReport report = examine(options);
  EXPECT_FALSE(report.counted);
  EXPECT_EQ(report.status, 0);
  EXPECT_GT(report.seconds, 0);
  EXPECT_FALSE(report.missing.empty());
}

TEST(ExamineProgram, WhatCannotBeRunIsAnError) {
  const test::TemporaryFolder folder;
  ExamineProgram options = subject({});
  test::expect_error(ErrorKind::usage, {"no such program", "/nowhere/at-all"}, [&] {
    options.command = {"/nowhere/at-all"};
    examine_program(options);
  });
  const auto text = folder.path() / "text";
  std::ofstream(text) << "not executable";
  test::expect_error(ErrorKind::usage, {"not executable", "chmod +x"}, [&] {
    options.command = {text.string()};
    examine_program(options);
  });
  test::expect_error(ErrorKind::usage, {"no program"}, [&] {
    options.command = {};
    examine_program(options);
  });
}

TEST(ExamineProgram, ScriptsAreRunByWhatTheyName) {
  const test::TemporaryFolder folder;
  const auto script = folder.path() / "script";
  std::ofstream(script) << "#!/bin/sh\necho epoch $1\n" << LITHE_SUBJECT << " fork 1\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  ExamineProgram options = subject({});
  options.command = {script.string(), "one"};
  std::string output;
  const ProgramReport report = examine(options, &output);
  EXPECT_EQ(output, "epoch one\n");
  EXPECT_EQ(report.epochs.size(), 1);
  EXPECT_GE(report.heap.bytes, 1'000'000);  // by the program that the script starts
}

// How often a program with threads that spin is run.
int runs_within(double budget) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "runs").string();
  ExamineProgram options = subject({});
  options.command = {"sh", "-c", "echo run >> " + file + "; " + LITHE_SUBJECT + " spin 700"};
  options.budget = budget;
  for (const ProgramFinding& finding : examine(options).findings)
    EXPECT_FALSE(finding.tried && finding.factor < 1) << finding.problem;
  std::ifstream from(file);
  return static_cast<int>(std::count(std::istreambuf_iterator<char>(from), {}, '\n'));
}

TEST(ExamineProgram, RemediesAreTriedInPairsWithinTheBudget) {
  EXPECT_EQ(runs_within(0), 1);
  EXPECT_EQ(runs_within(0.1), 1) << "it does not suffice for a pair";
  const int runs = runs_within(60);
  EXPECT_GE(runs, 3);
  EXPECT_EQ(runs % 2, 1);
}

// The subject, running already.
class Running {
 public:
  explicit Running(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), LITHE_SUBJECT);
    std::vector<char*> words;
    for (std::string& word : arguments) words.push_back(word.data());
    words.push_back(nullptr);
    EXPECT_EQ(::posix_spawn(&process_, words[0], nullptr, nullptr, words.data(), environ), 0);
    const std::string command = "/proc/" + std::to_string(process_) + "/cmdline";
    while (std::ifstream(command).get() == EOF) ::usleep(1000);  // the subject begins
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  pid_t process() const { return process_; }

 private:
  pid_t process_ = 0;
};

TEST(ExamineProcess, UntilItIsToldToStop) {
  const Running running({"spin", "60000"});
  bool begun = false;
  const auto start = std::chrono::steady_clock::now();
  ExamineProcess options;
  options.process = running.process();
  options.begun = [&] { begun = true; };
  options.stop = [&] { return std::chrono::steady_clock::now() - start > std::chrono::seconds(1); };
  const ProgramReport report = examine_process(options);
  EXPECT_TRUE(begun);
  EXPECT_EQ(report.process, running.process());
  EXPECT_EQ(report.command.at(1), "spin");
  EXPECT_GT(report.seconds, 0.5);
  constexpr double kTicks = 0.05;  // the system counts in these
  EXPECT_LE(report.user_seconds, report.seconds + kTicks);
  EXPECT_FALSE(report.counted);
  EXPECT_EQ(::kill(running.process(), 0), 0);  // it goes on
  if (report.sampling == Sampling::none) GTEST_SKIP() << "the system refuses samples";
  EXPECT_GT(share_of(report, {Activity::waiting}), 0.8);
}

TEST(ExamineProcess, UntilItEnds) {
  const Running running({"spin", "700"});
  ExamineProcess options;
  options.process = running.process();
  const ProgramReport report = examine_process(options);
  EXPECT_GT(report.user_seconds, 0.1);
}

TEST(ExamineProcess, AProcessThatIsNotThereIsAnError) {
  pid_t ended = 0;
  {
    const Running running({"spin", "1"});
    ended = running.process();
  }
  ExamineProcess options;
  options.process = ended;
  test::expect_error(ErrorKind::usage, {std::to_string(ended), "no such process", "ps -e"},
                     [&] { examine_process(options); });
}

TEST(ExamineProgram, NothingIsLeftOpen) {
  const auto open_files = [] {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
      count += entry.exists() ? 1 : 1;
    return count;
  };
  examine(subject({"exit", "0"}));
  const std::size_t before = open_files();
  for (int i = 0; i < 3; ++i) examine(subject({"crash"}));
  EXPECT_EQ(open_files(), before);
}

}  // namespace
}  // namespace lithe
