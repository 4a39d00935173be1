// How a text is to be taken.
#include "lithe/error.h"
#include "training_data.h"

namespace lithe::app {

void add_text_options(Options& app, DataChoice& c) {
  const std::string group = "Text";
  app.add_option("--text", c.text,
                 "the data are plain text, to be continued: a language model of its chars, bytes "
                 "or words. --window is how many of them it looks at (default: 64), --stride how "
                 "far apart the windows begin (default: a window); the end of the text is tested "
                 "on (--test-share, default: 0.1)")
      ->check(OneOf({"chars", "bytes", "words"}))
      ->group(group);
  app.add_option("--most-words", c.most_words,
                 "how many words a vocabulary has at most, the most frequent ones; all others are "
                 "one unknown word")
      ->capture_default_str()
      ->check(Range(std::uint64_t{2}, std::uint64_t{1'000'000}))
      ->group(group);
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
