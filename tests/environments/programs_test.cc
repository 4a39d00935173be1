// Environments that are programs, good ones and bad. The bad ones are lines of shell.
#include <dirent.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "environments/arrays.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lithe {
namespace {

using namespace std::chrono_literals;

const std::string kShip =
    "exec python3 " + std::string(LITHE_SOURCE_DIR) + "/examples/own_environment.py";
constexpr const char* kSpaces =
    R"(read l; echo '{"observation":{"shape":[2]},"action":{"n":3}}'; )";
constexpr const char* kReset = R"(read l; echo '{"observation":[0.5,-1]}'; )";

// Without a child of ours there is no zombie either.
bool no_children() { return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; }

// What goes wrong at the first step of a program that begins well and goes on with `step`.
void expect_at_step(const std::string& step, const std::vector<std::string>& words,
                    std::chrono::milliseconds limit = 20s) {
  {
    auto one = Environments::run(std::string(kSpaces) + kReset + step, {}, {.time_limit = limit});
    test::Arrays arrays(one);
    one.reset(arrays.observations());
    EXPECT_EQ(arrays.row(0), (std::vector<float>{0.5f, -1}));
    const auto go = [&] { one.step(arrays.actions(), arrays.outcomes()); };
    test::expect_error(ErrorKind::machine, words, go);
    test::expect_error(ErrorKind::machine, {"start the environments again"}, go);
  }
  EXPECT_TRUE(no_children());
}

std::string answer(const std::string& text) { return "read l; echo '" + text + "'; read l"; }

TEST(Programs, SeveralPlayAtOnce) {
  constexpr std::size_t kCount = 3;
  {
    auto ships = Environments::run(kShip, {kCount, 7});
    EXPECT_EQ(ships.spaces().choices, 3u);
    EXPECT_EQ(ships.spaces().step_limit, 100u);
    EXPECT_EQ(ships.spaces().high, (std::vector<float>{10, 1}));
    test::Arrays arrays(ships);
    ships.reset(arrays.observations());
    EpisodeWindow window(100);
    for (int step = 0; step < 150; ++step) {
      for (std::size_t i = 0; i < kCount; ++i) arrays.choices[i] = arrays.row(i)[0] < 0 ? 2 : 0;
      ships.step(arrays.actions(), arrays.outcomes());
      window.record(ships, arrays.outcomes());
    }
    EXPECT_GT(window.total(), kCount);
    EXPECT_GT(window.mean_return(), 0);
    EXPECT_TRUE(arrays.padding_untouched());
  }
  EXPECT_TRUE(no_children());
}

TEST(Programs, TheSameSeedAndARestoredStateGoOnTheSame) {
  auto a = Environments::run(kShip, {2, 7}), b = Environments::run(kShip, {2, 7});
  auto c = Environments::run(kShip, {2, 8});
  test::Arrays first(a), second(b), third(c);
  a.reset(first.observations());
  b.reset(second.observations());
  c.reset(third.observations());
  EXPECT_EQ(first.seen, second.seen);
  EXPECT_NE(first.seen, third.seen);
  const auto play = [](Environments& ships, test::Arrays& arrays, std::uint32_t from) {
    for (std::uint32_t step = from; step < from + 60; ++step) {
      arrays.act_somehow(ships.spaces(), step);
      ships.step(arrays.actions(), arrays.outcomes());
    }
  };
  play(a, first, 0);
  c.restore(a.save());
  play(a, first, 60);
  play(c, third, 60);
  EXPECT_EQ(first.seen, third.seen);
  EXPECT_EQ(a.save(), c.save());
}

TEST(Programs, OneThatIsNotThereIsTold) {
  test::expect_error(ErrorKind::machine, {"status 127", "not found", "environment ", "process"},
                     [] { Environments::run("no-such-program-at-all", {.count = 2}); });
  EXPECT_TRUE(no_children());
}

TEST(Programs, OneThatDiesIsToldWithItsLastWords) {
  expect_at_step("read l; echo first >&2; echo 'the last words' >&2; exit 3",
                 {"status 3", "the last words", "environment 0", "answer 3", R"("action":0)"});
  expect_at_step("read l; kill -9 $$", {"signal 9"});
}

TEST(Programs, OneThatStallsIsEnded) { expect_at_step("read l; sleep 1000", {"in time"}, 3000ms); }

TEST(Programs, WhatIsNotJsonIsTold) {
  expect_at_step(answer("hello"), {"not JSON", "hello", "standard error"});
  expect_at_step(answer(R"({"observation":[NaN,1],"reward":1,"terminated":false})"),
                 {"not JSON", "NaN"});
  expect_at_step(answer("[1,2]"), {"not an object"});
  expect_at_step(answer(R"({"error":"the boiler burst"})"), {"the boiler burst"});
}

TEST(Programs, SayingMoreThanWasAskedIsTold) {
  const test::TemporaryFolder folder;
  const std::string both = (folder.path() / "both").string();  // cat writes them at one stroke
  std::ofstream(both) << R"({"observation":[1,2],"reward":1,"terminated":false})"
                      << "\n{}\n";
  auto one =
      Environments::run(std::string(kSpaces) + kReset + "read l; cat " + both + "; read l", {});
  test::Arrays arrays(one);
  one.reset(arrays.observations());
  one.step(arrays.actions(), arrays.outcomes());
  test::expect_error(ErrorKind::machine, {"more lines than it was asked for"},
                     [&] { one.step(arrays.actions(), arrays.outcomes()); });
}

TEST(Programs, WrongValuesAreTold) {
  const auto outcome = [](const std::string& observation, const std::string& reward,
                          const std::string& terminated) {
    return answer(R"({"observation":)" + observation + R"(,"reward":)" + reward +
                  R"(,"terminated":)" + terminated + "}");
  };
  expect_at_step(outcome("[1,2,3]", "1", "false"), {"3 values, not 2"});
  expect_at_step(outcome("[1,null]", "1", "false"), {"value 1", "null", "not a number"});
  expect_at_step(outcome("[1,1e60]", "1", "false"), {"1e+60", "beyond 3.4e+38"});
  expect_at_step(outcome(R"("ab")", "1", "false"), {"list of numbers"});
  expect_at_step(outcome("[1,2]", R"("much")", "false"), {"reward", "not a number"});
  expect_at_step(outcome("[1,2]", "1", "0"), {"terminated", "true or false"});
  expect_at_step(answer(R"({"observation":[1,2]})"), {"no \"reward\""});
}

TEST(Programs, WrongSpacesAreTold) {
  const auto refused = [](const std::string& spaces, const std::vector<std::string>& words) {
    test::expect_error(ErrorKind::machine, words,
                       [&] { Environments::run(answer(spaces), {}, {.time_limit = 20s}); });
    EXPECT_TRUE(no_children());
  };
  refused(R"({})", {"no \"observation\""});
  refused(R"({"observation":{"shape":[0]},"action":{"n":2}})", {"shape"});
  refused(R"({"observation":{"shape":[100000,100000]},"action":{"n":2}})", {"shape"});
  refused(R"({"observation":{"shape":[2]},"action":{"n":0}})", {"0 discrete actions"});
  refused(R"({"observation":{"shape":[2]},"action":{"low":[1],"high":[0]}})", {"from 1 to 0"});
  refused(R"({"observation":{"shape":[1],"low":[1,2]},"action":{"n":2}})", {"list of 1"});
  refused(R"({"observation":{"shape":[1]},"action":{"n":2},"step_limit":-1})", {"step_limit"});
}

TEST(Programs, WithoutAStateNothingIsSaved) {
  auto one = Environments::run(std::string(kSpaces) + "read l", {});
  test::expect_error(ErrorKind::usage, {"no state to save"}, [&] { one.save(); });
}

TEST(Programs, WordsAreHandedOnAndNeverBlock) {
  std::size_t lines = 0;
  std::string last;
  ProgramOptions options;
  options.on_stderr = [&](std::size_t, std::string_view line) {
    ++lines;
    last = line;
  };
  auto one = Environments::run(
      "i=0; while [ $i -lt 9000 ]; do echo 'a line of the chatter' >&2; i=$((i+1)); done; "
      "echo bye >&2; " +
          std::string(kSpaces) + "read l",
      {}, options);
  EXPECT_EQ(lines, 9001u);
  EXPECT_EQ(last, "bye");
}

// The shell's own children end with it.
TEST(Programs, NothingTheyStartedIsLeft) {
  const test::TemporaryFolder folder;
  const std::string note = (folder.path() / "id").string();
  {
    auto one =
        Environments::run("sleep 1000 & echo $! > " + note + "; " + kSpaces + "read l; wait", {});
  }
  pid_t id = 0;
  ASSERT_TRUE(std::ifstream(note) >> id);
  for (int i = 0; i < 2000 && ::kill(id, 0) == 0; ++i) {
    std::ifstream state("/proc/" + std::to_string(id) + "/stat");
    std::string number, name, letter;
    if (state >> number >> name >> letter && letter == "Z") break;  // its new parent's to bury
    ::usleep(1000);
  }
  std::ifstream state("/proc/" + std::to_string(id) + "/stat");
  std::string number, name, letter = "gone";
  state >> number >> name >> letter;
  EXPECT_TRUE(letter == "gone" || letter == "Z") << letter;
}

}  // namespace
}  // namespace lithe
