#include "program/thread_state.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

namespace lithe::program {
namespace {

// The state in which a child that does this is found.
ThreadState state_of(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  ThreadState state;
  for (int i = 0; i < 200; ++i) {  // until it has come there
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    state = thread_state(child, child);
    if (!state.runs && i > 3) break;
    if (state.runs && i > 20) break;
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return state;
}

TEST(ThreadState, WhatAThreadWaitsFor) {
  int ends[2], sockets[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
  std::mutex locked;
  locked.lock();
  char byte = 0;
  const std::pair<Wait, std::function<void()>> waits[] = {
      {Wait::sleep, [] { std::this_thread::sleep_for(std::chrono::minutes(1)); }},
      {Wait::pipe, [&] { static_cast<void>(::read(ends[0], &byte, 1)); }},
      {Wait::network, [&] { static_cast<void>(::recv(sockets[0], &byte, 1, 0)); }},
      {Wait::lock, [&] { locked.lock(); }},
      {Wait::stopped, [] { ::raise(SIGSTOP); }},
      {Wait::child,
       [] {
         if (::fork() == 0) {
           ::alarm(30);
           ::pause();
         }
         ::wait(nullptr);
       }},
  };
  for (const auto& [wait, work] : waits) {
    const ThreadState state = state_of(work);
    EXPECT_TRUE(state.exists) << name(wait);
    EXPECT_FALSE(state.runs) << name(wait);
    EXPECT_STREQ(name(state.wait), name(wait));
  }
}

TEST(ThreadState, AThreadThatComputesRuns) {
  const ThreadState state = state_of([] {
    std::atomic<int> turns{0};
    while (true) ++turns;
  });
  EXPECT_TRUE(state.exists);
  EXPECT_TRUE(state.runs);
  EXPECT_GE(state.processor, 0);
  EXPECT_LT(state.processor, ::sysconf(_SC_NPROCESSORS_CONF));
}

TEST(ThreadState, AWaitForALockMayHaveALimit) {
  std::timed_mutex locked;
  locked.lock();
  EXPECT_TRUE(
      state_of([&] { static_cast<void>(locked.try_lock_for(std::chrono::hours(1))); }).limited);
  EXPECT_FALSE(state_of([&] { locked.lock(); }).limited);
}

TEST(ThreadState, AThreadThatHasEndedIsNone) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(thread_state(child, child).exists) << "not waited for yet";
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(thread_state(child, child).exists);
}

}  // namespace
}  // namespace lithe::program
