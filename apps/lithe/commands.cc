#include "commands.h"

#include "parse.h"

namespace lithe::app {

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      {"train", "train a network: a recipe (lithe train seed), or your own", train},
      {"evaluate", "accuracy and loss of a model on a data set, and a report page", evaluate},
      {"predict", "predict the class of images, or of the rows of a table", predict},
      {"calibrate", "find the threshold at which a model answers 'unknown'", calibrate},
      {"unknown-report", "how well a model tells known from unknown examples", unknown_report},
      {"show", "print what a model file holds", show},
      {"find-lr", "find a learning rate to begin with", find_lr},
      {"sweep", "try many settings: a table of the trials, and the best model", sweep},
      {"rl", "reinforcement learning: train, evaluate, play, list, serve", rl},
      {"profile", "where the time of a training goes, and how near the limit it is", profile},
      {"info", "this machine, and what Lithe uses of it", info},
      {"doctor", "what makes programs slow on this machine, and what to do", doctor},
      {"bench", "measure Lithe and its peers on the same work", bench, false},
      {"data", "list, show or fetch data sets", data},
      {"list", "list layers, losses, optimizers, recipes, ...", list},
      {"completion", "print a completion script for a shell, or the manual page", completion},
  };
  return all;
}

std::vector<Options> all_declarations() {
  std::vector<Options> result;
  for (const Command& command : commands()) {
    if (!command.is_declared) continue;
    const Options whole = declarations_of(command.run);
    result.push_back(whole);
    for (const Options& one : whole.subcommands()) {
      const std::string name = one.get_name().substr(one.get_name().rfind(' ') + 1);
      result.push_back(declarations_of(command.run, {name}));
    }
  }
  return result;
}

}  // namespace lithe::app
