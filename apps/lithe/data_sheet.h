// lithe data show: a contact sheet of samples, and of what augmentations make of them.
#pragma once

#include <cstdint>
#include <string>

#include "training_data.h"

namespace lithe::app {

struct SheetCommand {
  DataChoice data;
  std::string output, augment;
  std::size_t count = 0;  // 0: the default
  std::uint64_t seed = 1;
  bool json = false;  // of a table
};

void add_sheet_options(Options& app, SheetCommand& command);
int draw_data(const SheetCommand& command);

}  // namespace lithe::app
