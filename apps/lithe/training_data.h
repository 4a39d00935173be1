// The data that commands work on: a data set by name, a folder, or a table file; and the options
// that say how tables and pictures are read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lithe/learned_rows.h"
#include "lithe/model.h"
#include "lithe/table.h"
#include "lithe/text.h"
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
  std::optional<std::uint64_t> split_seed = {};  // of the rows held out; none: the training's
  bool chose_test_share = false;                 // the default is not the user's word
  std::string text = {};                         // what the tokens of a text are; empty: no text
  std::string text_column = {};                  // of a table whose rows have a text
  std::size_t most_words = 10'000;               // of its vocabulary
  bool chose_stride = false;
  bool all_rows = false;      // also those that a model has learned from
  bool every_window = false;  // of a model of windows, whatever its stride was
  PictureChoice pictures = {};
};

enum class DataFor { training, model };  // a model says itself what form its examples have

// --data, --data-dir, --classes, --per-class, and the options of tables and pictures.
void add_data_choice(Options& app, DataChoice& choice, DataFor use);
// --text and what belongs to it.
void add_text_options(Options& app, DataChoice& choice);
// Finds out whether the text is a table's column, which then is for its reader to take. For use
// when all options are parsed.
void settle_text(DataChoice& choice);
// How a plain text is to be taken.
TextOptions text_options(const DataChoice& choice);
// --classes alone.
void add_class_choice(Options& app, DataChoice& choice);

struct LoadedData {
  Dataset set;
  std::optional<TableSchema> schema;    // of a table
  std::vector<std::string> understood;  // lines that say how the data were read
  std::string understood_json = "null";
  std::optional<TableSplit> split = {};       // of a table
  std::optional<WindowReport> windows = {};   // of a table whose rows are taken as windows
  std::optional<TextOptions> text = {};       // of a text
  LearnedRows learned_from = {};              // rows of the test part that training used
  std::size_t held_out_of = 0;                // rows in all, where those that it used are left out
  std::vector<std::size_t> left_out = {};     // as in TableData
  std::vector<std::string> train_files = {};  // of the pictures of a folder
  std::vector<std::string> test_files = {};
};

// A table that is not here but in the data folder is taken from there.
void find_table(DataChoice& choice);

// Draws its progress on a terminal.
LoadedData load_data(const DataChoice& choice, std::uint64_t seed);

// A table read as the model's training data were; pictures in the form that it takes. Of the file
// or the folder that it was trained on, the same ones to test on; of another, all. Anything else as
// it is.
LoadedData load_for_model(const DataChoice& choice, Model& model, TargetUse target);

// What the model was trained on, read in the same way. Throws Error(usage) where the model does not
// say it, or the file is not there.
DataChoice own_data(DataChoice choice, const Model& model);
// Keeps in the model what own_data() and load_for_model() need. `train`: what it learns from.
void keep_data(const DataChoice& choice, const LoadedData& loaded, const Examples& train,
               Model& model);
// The files of the rows to test on of a part of `all` with some of its classes: select_classes()
// keeps the order of the rows.
std::vector<std::string> files_of_classes(const std::vector<std::string>& files, const Dataset& all,
                                          const Dataset& kept);

// "1..6", "1,3,5", "0..4,9".
std::vector<std::size_t> parse_numbers(const std::string& text, const std::string& option);

// "10%", "0.1", "5000".
double parse_share(const std::string& text, const std::string& option);

}  // namespace lithe::app
