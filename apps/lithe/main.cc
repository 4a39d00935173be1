// lithe: trains neural networks at the limit of the processor. See `lithe --help`.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

#include "base/nearest.h"
#include "command.h"
#include "commands.h"
#include "lithe/error.h"
#include "lost_file.h"
#include "terminal.h"

namespace lithe::app {

namespace {

void print_usage(std::FILE* to) {
  print_folded(to,
               "lithe {}: trains neural networks at the limit of the processor\n\n"
               "usage: lithe COMMAND [ARGUMENTS]\n\n",
               LITHE_VERSION);
  for (const Command& command : commands())
    print_folded(to, "  {:16}{}\n", command.name, command.help);
  print_folded(to, "\n`lithe COMMAND --help` says more.\n");
}

int run(const std::string& name, const Arguments& arguments) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.name == name) return command.run(arguments);
    names.push_back(command.name);
  }
  if (name == "--help" || name == "-h" || name == "help") {
    print_usage(stdout);
    return 0;
  }
  if (name == "--version") {
    fmt::print("lithe {}\n", LITHE_VERSION);
    return 0;
  }
  const std::string near = base::nearest(name, names);
  throw Error(ErrorKind::usage, fmt::format("there is no command '{:.60}'", name), {},
              near.empty() ? "`lithe --help` lists the commands" : fmt::format("lithe {}", near));
}

// A quoted sentence with a caret below it stays as it is; the caret would lose its place.
void print_error(const Error& error) {
  const bool is_quoted = error.where().find('\n') != std::string::npos;
  const std::string head = "lithe: " + error.problem();
  if (is_quoted) {
    print_folded(stderr, "{}\n", head);
    fmt::print(stderr, "{}\n", error.where());
  } else {
    print_folded(stderr, "{}{}{}\n", head, error.where().empty() ? "" : " at ", error.where());
  }
  if (!error.remedy().empty()) print_folded(stderr, "  try: {}\n", error.remedy());
}

// A result that nobody could read is none. A reader that went away, such as `head`, has what it
// wanted.
int check_written(int status) {
  const int error = output_error();
  if (error == 0 || status != 0) return status;
  if (error != EPIPE)
    print_folded(stderr, "lithe: cannot write standard output: {}\n", std::strerror(error));
  return 1;
}

// What the system refused, in words of ours.
Error refused(const std::system_error& error, const std::string& what) {
  if (error.code() == std::errc::resource_unavailable_try_again)
    return {ErrorKind::machine,
            "the system gives this program no more threads or memory",
            {},
            "--threads 1, or higher limits (ulimit -u, ulimit -v)"};
  return {ErrorKind::io, fmt::format("{}: {}", what, std::strerror(error.code().value()))};
}

constexpr const char* kLessMemory =
    "a smaller network or batch, fewer data, or a higher limit (ulimit -v)";

// Exceptions of the standard library have texts for programmers, which are not shown.
Error in_our_words(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error;
  } catch (const std::filesystem::filesystem_error& error) {
    return refused(error, fmt::format("cannot use '{}'", error.path1().string()));
  } catch (const std::system_error& error) {  // of fmt::print, or of a thread
    return refused(error, std::ferror(stdout) != 0 ? "cannot write standard output"
                                                   : "the system refuses what is needed");
  } catch (const std::bad_alloc&) {
    return {ErrorKind::machine, "out of memory", {}, kLessMemory};
  } catch (const std::length_error&) {  // more than an array can have
    return {ErrorKind::machine, "out of memory", {}, kLessMemory};
  } catch (...) {
    return {ErrorKind::machine,
            "a mistake in Lithe itself ended this command",
            {},
            "other options; and please report it, with the command"};
  }
}

int guarded_run(int argc, char** argv) {
  try {
    return check_written(run(argv[1], Arguments(argv + 2, argv + argc)));
  } catch (...) {
    const Error error = in_our_words(std::current_exception());
    print_error(error);
    const bool misused = error.kind() == ErrorKind::usage || error.kind() == ErrorKind::sentence;
    return misused ? 2 : 1;
  }
}

// The C library reserves 64 MB of address space for the heap of each thread, which a limit of it
// (ulimit -v) counts as used: all threads then share one heap.
void spare_address_space() {
#if defined(M_ARENA_MAX)
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    ::mallopt(M_ARENA_MAX, 1);
#endif
}

}  // namespace

}  // namespace lithe::app

int main(int argc, char** argv) {
  lithe::app::spare_address_space();
  if (argc < 2) {
    lithe::app::print_usage(stderr);
    return 2;
  }
  lithe::app::catch_lost_files();
  return lithe::app::guarded_run(argc, argv);
}
