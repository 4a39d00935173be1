// lithe bench: Lithe and its peers on the same work, in turns. The harness is a Python program
// (bench/harness, bench/rl for learning from rewards, bench/sklearn for estimators in Python), for
// its peers are; this finds it, and becomes it.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "command.h"
#include "lithe/error.h"

namespace lithe::app {

namespace {

std::filesystem::path own_path() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored);
}

// Beside the installed program, or in the source tree that it was built from.
std::filesystem::path find_harness(const std::filesystem::path& program, const char* part) {
  const std::filesystem::path folders[] = {
      program.parent_path().parent_path() / "share" / "lithe" / "bench", LITHE_SOURCE_BENCH};
  for (const auto& folder : folders)
    if (std::filesystem::exists(folder / part / "__main__.py")) return folder / part;
  throw Error(ErrorKind::io, "the benchmarks are not installed",
              fmt::format("neither {} nor {}", folders[0].string(), folders[1].string()),
              "install Lithe with `make install`, which puts them there");
}

}  // namespace

int bench(const Arguments& arguments) {
  const std::filesystem::path program = own_path();
  const std::string first = arguments.empty() ? "" : arguments.front();
  const bool own = first == "rl" || first == "sklearn";
  std::vector<std::string> words = {"python3",
                                    find_harness(program, own ? first.c_str() : "harness").string(),
                                    "--lithe", program.string()};
  words.insert(words.end(), arguments.begin() + own, arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  throw Error(
      ErrorKind::io,
      fmt::format("python3, which runs the benchmarks, does not start: {}", std::strerror(errno)),
      {}, "apt-get install python3 (3.11 or newer)");
}

}  // namespace lithe::app
