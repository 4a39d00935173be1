// How a text was taken, for a person and for programs.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/tables/tokens.h"
#include "lithe/text.h"

namespace lithe {

namespace {

constexpr std::size_t kMostShownTokens = 64;

std::string counted_tokens(std::size_t count, TextUnit unit) {
  return fmt::format("{} {}", count, plural(unit));
}

// Text on one line: line breaks and the like as in a string of C.
std::string on_one_line(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      result += "\\n";
    else if (c == '\t')
      result += "\\t";
    else if (byte < 0x20 || byte == 0x7F)
      result += fmt::format("\\x{:02x}", byte);
    else
      result += c;
  }
  return result;
}

std::string sample(const Vocabulary& vocabulary, std::span<const std::int32_t> tokens) {
  const std::size_t most = std::min(tokens.size(), kMostShownTokens);
  std::string text = vocabulary.decode(tokens.first(most));
  if (vocabulary.unit() == TextUnit::bytes &&
      !std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    text = fmt::format("{} bytes that are not plain text", most);
  return on_one_line(text) + (most < tokens.size() ? " ..." : "");
}

}  // namespace

std::vector<std::string> describe(const TextData& text) {
  const TextOptions& o = text.options;
  std::vector<std::string> lines = {
      fmt::format("{}: {}, {} different{}", text.data.name, counted_tokens(text.tokens, o.unit),
                  text.vocabulary.size() - (o.unit == TextUnit::words ? 1 : 0),
                  text.unknown > 0 ? fmt::format("; {} words are other ones", text.unknown) : "")};
  lines.push_back(fmt::format(
      "{} windows of {} to train on, {} apart; the answer at each position is the one behind it",
      text.data.train.features.rows, counted_tokens(o.window, o.unit), o.step()));
  if (text.data.test.features.rows > 0)
    lines.push_back(fmt::format("{} windows to test on, side by side: the last {} of the text",
                                text.data.test.features.rows,
                                counted_tokens(text.tokens - text.train_tokens, o.unit)));
  return lines;
}

std::vector<std::string> describe_first_window(const TextData& text) {
  const Examples& part = text.data.train.features.rows > 0 ? text.data.train : text.data.test;
  if (part.features.rows == 0) return {};
  const auto* const first = static_cast<const std::int32_t*>(part.features.data);
  return {"The first window, and below it its answer",
          "  " + sample(text.vocabulary, {first, part.positions}),
          "  " + sample(text.vocabulary, {part.labels, part.positions})};
}

std::string describe_json(const TextData& text) {
  const TextOptions& o = text.options;
  return nlohmann::json{{"kind", "text"},
                        {"unit", name(o.unit)},
                        {"tokens", text.tokens},
                        {"vocabulary", text.vocabulary.size()},
                        {"unknown", text.unknown},
                        {"window", o.window},
                        {"stride", o.step()},
                        {"train_windows", text.data.train.features.rows},
                        {"test_windows", text.data.test.features.rows}}
      .dump();
}

}  // namespace lithe
