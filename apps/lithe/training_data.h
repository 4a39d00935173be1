// The data that commands work on: a data set by name, a folder, or a table file; and the options
// that say how tables and pictures are read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lithe/model.h"
#include "lithe/table.h"
#include "parse.h"
#include "pictures.h"
#include "table_options.h"

namespace lithe::app {

struct DataChoice {
  std::string data = "mnist", data_dir;
  std::string classes = {};  // "0..4": these alone
  std::size_t per_class = 0;
  TableReading reading = {};
  TableOptions table = {};
  bool chose_test_share = false;  // the default is not the user's word
  PictureChoice pictures = {};
};

enum class DataFor { training, model };  // a model says itself what form its examples have

// --data, --data-dir, --classes, --per-class, and the options of tables and pictures.
void add_data_choice(Options& app, DataChoice& choice, DataFor use);
// --classes alone.
void add_class_choice(Options& app, DataChoice& choice);

struct LoadedData {
  Dataset set;
  std::optional<TableSchema> schema;    // of a table
  std::vector<std::string> understood;  // lines that say how the data were read
  std::string understood_json = "null";
  std::vector<std::string> test_files = {};  // of the rows to test on, where these are pictures
};

// Draws its progress on a terminal.
LoadedData load_data(const DataChoice& choice, std::uint64_t seed);

// A table read as the model's training data were; pictures in the form that it takes, and from the
// folder that it was trained on, the same ones to test on (from another, all). Anything else as it
// is.
LoadedData load_for_model(const DataChoice& choice, Model& model, TargetUse target);

// The files of the rows to test on of a part of `all` with some of its classes: select_classes()
// keeps the order of the rows.
std::vector<std::string> files_of_classes(const std::vector<std::string>& files, const Dataset& all,
                                          const Dataset& kept);

// "1..6", "1,3,5", "0..4,9".
std::vector<std::size_t> parse_numbers(const std::string& text, const std::string& option);

// "10%", "0.1", "5000".
double parse_share(const std::string& text, const std::string& option);

}  // namespace lithe::app
