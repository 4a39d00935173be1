// The options that say how a table is read.
#pragma once

#include <string>
#include <vector>

#include "lithe/table.h"
#include "options.h"

namespace lithe::app {

// What the command line says, in its words.
struct TableReading {
  std::string task = "auto", missing = {}, header = "auto", decimal = "auto", dates = "auto";
  std::string unseen = "usual", delimiter = {}, inputs = {}, answers = {}, layout = "auto";
  std::string horizon = {};  // "1..24"
  std::vector<std::string> targets = {}, ignore = {}, categorical = {}, numeric = {}, embed = {},
                           missing_texts = {};
};

enum class TableUse {
  learn,  // a schema, to train with
  apply,  // a model's schema, to new rows
};

void add_table_options(Options& app, TableReading& reading, TableOptions& options, TableUse use);

// `options` with what was read.
TableOptions table_options(const TableReading& reading, TableOptions options);

}  // namespace lithe::app
