// How a text is to be taken.
#include <fmt/format.h>

#include <filesystem>

#include "lithe/error.h"
#include "training_data.h"

namespace lithe::app {

namespace {

// A language model of a table's characters is hardly meant.
void refuse_table_as_text(const DataChoice& choice) {
  for (const char* const end : {".csv", ".tsv", ".csv.gz", ".tsv.gz", ".csv.zst", ".tsv.zst"})
    if (choice.data.ends_with(end))
      throw Error(ErrorKind::usage,
                  fmt::format("'{}' is a table, and no column of texts is named", choice.data),
                  "--text",
                  "--text-column COLUMN --target COLUMN, to learn from its texts; plain text has "
                  "another name, such as book.txt");
}

}  // namespace

void add_text_options(Options& app, DataChoice& c) {
  const std::string group = "Text";
  app.add_option("--text", c.text,
                 "the data are plain text, to be continued: a language model of its chars, bytes "
                 "or words. --window is how many of them it looks at (default: 64), --stride how "
                 "far apart the windows begin (default: a window); the end of the text is tested "
                 "on (--test-share, default: 0.1). With --text-column or --target, the data are a "
                 "table with a text in each row")
      ->check(OneOf({"chars", "bytes", "words"}))
      ->group(group);
  app.add_option("--text-column", c.text_column,
                 "column of a table whose texts are the input, taken as words or as --text says "
                 "(default: the only column of texts beside the target). --window is how many of "
                 "them count at most, from the beginning of each text (default: 500)")
      ->group(group);
  app.add_option("--most-words", c.most_words,
                 "how many words a vocabulary has at most, the most frequent ones; all others are "
                 "one unknown word")
      ->capture_default_str()
      ->check(Range(std::uint64_t{2}, std::uint64_t{1'000'000}))
      ->group(group);
}

void settle_text(DataChoice& choice) {
  std::error_code nowhere;
  const bool of_rows = !choice.text_column.empty() ||
                       (!choice.text.empty() && !choice.reading.targets.empty()) ||
                       (std::filesystem::is_directory(choice.data, nowhere) &&
                        is_table_path(choice.data) && !is_sequence_path(choice.data));
  if (!of_rows) {
    if (!choice.text.empty()) refuse_table_as_text(choice);
    return;
  }
  TextColumnOptions options;
  options.column = choice.text_column;
  if (!choice.text.empty()) options.unit = parse_text_unit(choice.text);
  if (choice.table.windows.length > 0) options.most_tokens = choice.table.windows.length;
  options.most_words = choice.most_words;
  choice.table.csv.text = options;
  choice.table.windows.length = 0;
  choice.text.clear();
}

TextOptions text_options(const DataChoice& choice) {
  const WindowOptions& windows = choice.table.windows;
  TextOptions options;
  options.unit = parse_text_unit(choice.text);
  if (windows.length > 0) options.window = windows.length;
  if (choice.chose_stride) options.stride = windows.stride;
  if (choice.chose_test_share) options.test_share = choice.table.test_share;
  options.most_words = choice.most_words;
  if (!choice.reading.horizon.empty() || windows.season != 0)
    throw Error(ErrorKind::usage, "the answer of a text is the token behind it",
                "--horizon, --season", "leave them out");
  if (!choice.classes.empty() || choice.per_class > 0)
    throw Error(ErrorKind::usage, "a text has no classes to choose among", "--classes, --per-class",
                "leave them out");
  return options;
}

}  // namespace lithe::app
