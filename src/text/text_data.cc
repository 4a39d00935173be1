#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>

#include "base/mapped_file.h"
#include "data/tables/text_file.h"
#include "lithe/error.h"
#include "lithe/text.h"

namespace lithe {

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 31;  // a token is a row of uint32_t
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The bytes of a file as they are, or its text.
class TextSource {
 public:
  TextSource(const std::filesystem::path& file, TextUnit unit) {
    if (unit == TextUnit::bytes && file != "-") {
      raw_.emplace(file);
      text_ = {reinterpret_cast<const char*>(raw_->bytes().data()), raw_->bytes().size()};
    } else {
      read_.emplace(file, kMostBytes);
      text_ = read_->text();
      if (unit != TextUnit::bytes && text_.starts_with(kByteOrderMark))
        text_.remove_prefix(kByteOrderMark.size());
    }
    if (text_.empty())
      throw Error(ErrorKind::data, "the file is empty", file.string(), "a file with some text");
    if (text_.size() > kMostBytes)
      throw Error(ErrorKind::data, fmt::format("the text has {} bytes", text_.size()),
                  file.string(), fmt::format("at most {}", kMostBytes));
  }
  std::string_view text() const { return text_; }

 private:
  std::optional<base::MappedFile> raw_;
  std::optional<data::TextFile> read_;
  std::string_view text_;
};

void check_options(const TextOptions& options) {
  if (options.window == 0)
    throw Error(ErrorKind::usage, "a window of no characters", "--window", "64, say");
  if (!(options.test_share >= 0 && options.test_share <= 1))
    throw Error(ErrorKind::usage, fmt::format("{} of the text to test on", options.test_share),
                "--test-share", "a share such as 0.1");
}

// There must be something to tell apart.
void check_varied(std::span<const std::int32_t> tokens, const TextOptions& options,
                  const Vocabulary& vocabulary, const std::string& file) {
  if (std::ranges::adjacent_find(tokens, std::ranges::not_equal_to()) != tokens.end()) return;
  throw Error(
      ErrorKind::data,
      fmt::format(
          "the text is {} {}, and all of them are {}: there is nothing to learn", tokens.size(),
          plural(options.unit),
          tokens.empty()
              ? "the same"
              : fmt::format("'{}'", vocabulary.token(static_cast<std::size_t>(tokens.front())))),
      file, "a text of several different ones");
}

// Windows of the tokens from `first` on: their labels are one token further on.
Examples windows_of(std::span<const std::int32_t> tokens, std::size_t window, std::size_t step,
                    std::size_t classes) {
  Examples part;
  const std::size_t needed = window + 1;
  part.features = {tokens.data(),
                   ElementType::int32,
                   tokens.size() < needed ? 0 : (tokens.size() - needed) / step + 1,
                   window,
                   step * sizeof(std::int32_t),
                   1};
  part.labels = tokens.data() + 1;
  part.classes = classes;
  part.positions = window;
  part.answer_stride = step;
  part.overlap = std::max<std::size_t>(1, window / step);
  return part;
}

void check_long_enough(std::size_t tokens, bool tested, bool known, const TextOptions& options,
                       const std::string& file) {
  if (tokens > options.window) return;
  throw Error(ErrorKind::data,
              fmt::format("a window of {} {} and the one behind it take {}, and there are {}{}",
                          options.window, plural(options.unit), options.window + 1, tokens,
                          tested ? " to test on" : ""),
              file,
              known
                  ? fmt::format("a text of {} {} or more", options.window + 1, plural(options.unit))
                  : "a smaller --window, or a longer text");
}

// `known`: the windows are those of a model.
TextData divide(std::vector<std::int32_t> numbers, const TextOptions& options,
                const Vocabulary& vocabulary, bool known, const std::string& file) {
  auto memory = std::make_shared<std::vector<std::int32_t>>(std::move(numbers));
  const std::span<const std::int32_t> tokens(*memory);
  const auto tested = static_cast<std::size_t>(
      std::llround(options.test_share * static_cast<double>(tokens.size())));
  const std::span train = tokens.first(tokens.size() - tested), test = tokens.last(tested);
  check_varied(tokens, options, vocabulary, file);
  if (options.test_share < 1) check_long_enough(train.size(), false, known, options, file);
  if (tested > 0) check_long_enough(test.size(), options.test_share < 1, known, options, file);
  TextData result{{}, vocabulary, options, tokens.size(), train.size(), 0};
  if (vocabulary.unknown() < vocabulary.size())
    result.unknown = static_cast<std::size_t>(
        std::ranges::count(tokens, static_cast<std::int32_t>(vocabulary.unknown())));
  Dataset& data = result.data;
  data.name = file;
  data.shape = {options.window};
  data.vocabulary = vocabulary.to_json();
  data.train = windows_of(train, options.window, options.step(), vocabulary.size());
  data.test = windows_of(test, options.window, options.window, vocabulary.size());
  data.memory = memory;
  return result;
}

}  // namespace

TextData load_text(const std::filesystem::path& file, const TextOptions& options) {
  check_options(options);
  const TextSource source(file, options.unit);
  // Words that only the part to test on has are unknown ones.
  const std::string_view text = source.text();
  const auto learned =
      static_cast<std::size_t>(static_cast<double>(text.size()) * (1 - options.test_share));
  std::string_view known = text;
  if (options.unit == TextUnit::words && learned > 0) {
    const std::size_t end = text.find_first_of(" \t\r\n", learned);
    known = text.substr(0, end);
  }
  const Vocabulary vocabulary =
      Vocabulary::of(known, options.unit, file.string(), options.most_words);
  return divide(vocabulary.encode(text, file.string()), options, vocabulary, false, file.string());
}

TextData load_text(const std::filesystem::path& file, const TextOptions& options,
                   const Vocabulary& vocabulary) {
  check_options(options);
  const TextSource source(file, options.unit);
  return divide(vocabulary.encode(source.text(), file.string()), options, vocabulary, true,
                file.string());
}

std::string TextOptions::to_string() const {
  return fmt::format("{} {} {} {}", name(unit), window, stride, test_share);
}

TextOptions TextOptions::parse(const std::string& text) {
  constexpr std::size_t kMost = std::size_t{1} << 32;
  const auto fail = [&] {
    throw Error(ErrorKind::model, fmt::format("'{:.60}' does not say how a text was taken", text));
  };
  TextOptions options;
  const std::size_t space = text.find(' ');
  if (space == std::string::npos) fail();
  try {
    options.unit = parse_text_unit(text.substr(0, space));
  } catch (const Error&) {
    fail();
  }
  const char* at = text.data() + space + 1;
  const char* const end = text.data() + text.size();
  for (std::size_t* const number : {&options.window, &options.stride}) {
    const auto [stop, error] = std::from_chars(at, end, *number);
    if (error != std::errc{} || stop == end || *stop != ' ' || *number > kMost) fail();
    at = stop + 1;
  }
  const auto [stop, error] = std::from_chars(at, end, options.test_share);
  if (error != std::errc{} || stop != end || options.window == 0 ||
      !(options.test_share >= 0 && options.test_share <= 1))
    fail();
  return options;
}

}  // namespace lithe
