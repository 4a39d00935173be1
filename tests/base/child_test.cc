#include "base/child.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace lithe::base {
namespace {

using namespace std::chrono_literals;

TEST(Child, AnswersWithWhatTheWorkReturns) {
  const ChildAnswer answer = run_in_child([] { return std::string("forty-two"); }, 10s);
  EXPECT_EQ(answer.text, "forty-two");
  EXPECT_EQ(answer.problem, "");
}

TEST(Child, ALongAnswerIsWholeUpToTheBound) {
  const std::string text(60000, 'x');
  EXPECT_EQ(run_in_child([&] { return text; }, 10s).text, text);
  EXPECT_LE(run_in_child([] { return std::string(10 << 20, 'x'); }, 10s).text.size(), 70u << 10);
}

TEST(Child, WhatItChangesStaysThere) {
  int value = 1;
  (void)run_in_child(
      [&value] {
        value = 2;
        return std::string();
      },
      10s);
  EXPECT_EQ(value, 1);
}

TEST(Child, ACrashIsTold) {
  const ChildAnswer answer = run_in_child(
      []() -> std::string {
        std::fputs("first\nlast words\n", stderr);
        std::raise(SIGKILL);
        return "never";
      },
      10s);
  EXPECT_EQ(answer.text, "");
  EXPECT_NE(answer.problem.find("signal 9"), std::string::npos) << answer.problem;
  EXPECT_NE(answer.problem.find("last words"), std::string::npos) << answer.problem;
  EXPECT_EQ(answer.problem.find("first"), std::string::npos) << answer.problem;
}

TEST(Child, OneThatEndsTheProgramIsTold) {
  const ChildAnswer answer = run_in_child([]() -> std::string { ::_exit(3); }, 10s);
  EXPECT_NE(answer.problem.find("status 3"), std::string::npos) << answer.problem;
}

TEST(Child, AnExceptionIsItsWords) {
  const ChildAnswer answer =
      run_in_child([]() -> std::string { throw std::runtime_error("no such thing"); }, 10s);
  EXPECT_EQ(answer.problem, "no such thing");
}

TEST(Child, OneThatHangsIsEnded) {
  const ChildAnswer answer = run_in_child(
      []() -> std::string {
        for (;;) ::pause();
      },
      100ms);
  EXPECT_NE(answer.problem.find("did not end"), std::string::npos) << answer.problem;
}

TEST(Child, OneThatClosesItsPipesAndHangsIsEndedToo) {
  const ChildAnswer answer = run_in_child(
      []() -> std::string {
        for (int i = 0; i < 64; ++i) ::close(i);
        for (;;) ::pause();
      },
      100ms);
  EXPECT_NE(answer.problem.find("did not end"), std::string::npos) << answer.problem;
}

}  // namespace
}  // namespace lithe::base
