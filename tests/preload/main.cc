// Runs the tests as an examined program runs: with the shared counters there from its first
// allocation. This process makes them and runs itself once more; heap.cc, which is linked in,
// counts every allocation of that second run.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "program/counters_file.h"

namespace {

int run_with_counters(char** arguments) {
  const lithe::program::CountersFile file("epoch");
  ::setenv(lithe::program::kCountersVariable, file.path().c_str(), 1);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execv("/proc/self/exe", arguments);
    ::_exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return 1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (std::getenv(lithe::program::kCountersVariable) == nullptr) return run_with_counters(argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
