// lithe: trains neural networks at the limit of the processor. See `lithe --help`.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <new>

#include "base/nearest.h"
#include "command.h"
#include "lithe/error.h"

namespace {

struct Command {
  std::string name, help;
  int (*run)(const lithe::app::Arguments&);
};

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      {"train", "train a network: a recipe (lithe train seed) or your own", lithe::app::train},
      {"evaluate", "how many examples of a data set a model reads, and a page of its mistakes",
       lithe::app::evaluate},
      {"predict", "what a model says of pictures or the rows of a table", lithe::app::predict},
      {"calibrate", "let a model answer 'unknown', at a threshold found on known examples",
       lithe::app::calibrate},
      {"unknown-report", "how well a model tells what it knows from what it does not",
       lithe::app::unknown_report},
      {"show", "what a model file holds: layers, shapes, what made it", lithe::app::show},
      {"find-lr", "try learning rates from low to high, and name one", lithe::app::find_lr},
      {"rl", "learn what to do from rewards: train, evaluate, play; list and serve environments",
       lithe::app::rl},
      {"profile", "where the time of a training goes, and how near the limit each part is",
       lithe::app::profile},
      {"info", "this machine, what Lithe found on it, what it will use", lithe::app::info},
      {"doctor", "what makes programs slow on this machine, what it costs, what to do",
       lithe::app::doctor},
      {"bench", "Lithe and its peers on the same work, in turns", lithe::app::bench},
      {"data", "show or fetch data sets, or say where they are", lithe::app::data},
      {"list", "what sentences can say: layers, activations, losses, ...", lithe::app::list},
  };
  return all;
}

void print_usage(std::FILE* to) {
  fmt::print(to,
             "lithe {}: trains neural networks at the limit of the processor\n\n"
             "usage: lithe COMMAND [ARGUMENTS]\n\n",
             LITHE_VERSION);
  for (const Command& command : commands())
    fmt::print(to, "  {:15}{}\n", command.name, command.help);
  fmt::print(to, "\n`lithe COMMAND --help` says more.\n");
}

int run(const std::string& name, const lithe::app::Arguments& arguments) {
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
  const std::string near = lithe::base::nearest(name, names);
  fmt::print(stderr, "lithe: no command '{}'{}\n\n", name,
             near.empty() ? "" : fmt::format("; try `lithe {}`", near));
  print_usage(stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    print_usage(stderr);
    return 2;
  }
  try {
    return run(argv[1], lithe::app::Arguments(argv + 2, argv + argc));
  } catch (const lithe::Error& error) {
    fmt::print(stderr, "lithe: {}\n", error.what());
    const bool misused =
        error.kind() == lithe::ErrorKind::usage || error.kind() == lithe::ErrorKind::sentence;
    return misused ? 2 : 1;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "lithe: out of memory\n  try: a smaller network or batch\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "lithe: {}\n", error.what());
  }
  return 1;
}
