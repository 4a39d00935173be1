// What `lithe train` is told, by a recipe, the command line, or both (the command line wins).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "command.h"
#include "lithe/trainer.h"

namespace lithe::app {

struct TrainCommand {
  std::string recipe, data = "mnist", data_dir, network, output;
  std::size_t examples = 0;  // 0: all
  std::size_t epochs = 10;
  std::string precision = "float32";
  TrainOptions options;
  bool explain = false, json = false;
};

// Returns an exit status instead where help was asked for or the arguments are wrong.
std::optional<int> parse_train(const Arguments& arguments, TrainCommand& command);

}  // namespace lithe::app
