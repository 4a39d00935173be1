#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_depth.h"
#include "data/tables/tokens.h"
#include "lithe/error.h"
#include "lithe/text.h"

namespace lithe {

namespace {

constexpr const char* kUnknownWord = "<unknown>";
constexpr std::size_t kMostTokens = std::size_t{1} << 20;

using Numbers = std::map<std::string, std::int32_t, std::less<>>;

std::vector<std::string> all_bytes() {
  std::vector<std::string> tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.emplace_back(1, static_cast<char>(byte));
  return tokens;
}

// Each token and how often it is there. UTF-8 sorts as its code points do.
std::map<std::string, std::size_t, std::less<>> count_tokens(std::string_view text, TextUnit unit) {
  std::map<std::string, std::size_t, std::less<>> counts;
  text::for_each_token(text, unit, [&](std::string_view token) {
    const auto found = counts.find(token);
    if (found != counts.end())
      ++found->second;
    else
      counts.emplace(token, 1);
    return true;
  });
  return counts;
}

std::vector<std::string> frequent_words(std::string_view text, std::size_t most) {
  const auto counts = count_tokens(text, TextUnit::words);
  std::vector<std::pair<std::string, std::size_t>> words(counts.begin(), counts.end());
  std::ranges::stable_sort(words, std::greater(), [](const auto& word) { return word.second; });
  words.resize(std::min(words.size(), most));
  std::vector<std::string> tokens = {kUnknownWord};
  for (auto& [word, count] : words) tokens.push_back(std::move(word));
  return tokens;
}

// Bytes that are no character of Unicode have no place in JSON, so bytes are kept by their number.
[[noreturn]] void fail_json() {
  throw Error(ErrorKind::model, "the model's vocabulary is damaged", {},
              "a whole file that `lithe train` wrote");
}

TextUnit unit_of(const std::string& text) {
  try {
    return parse_text_unit(text);
  } catch (const Error&) {
    fail_json();
  }
}

}  // namespace

Vocabulary::Vocabulary(TextUnit unit, std::vector<std::string> tokens)
    : unit_(unit), tokens_(std::move(tokens)) {
  for (std::size_t i = 0; i < tokens_.size(); ++i)
    numbers_.emplace(tokens_[i], static_cast<std::int32_t>(i));
}

Vocabulary Vocabulary::of(std::string_view text, TextUnit unit, const std::string& where,
                          std::size_t most) {
  if (unit == TextUnit::bytes) return {unit, all_bytes()};
  text::check_utf8(text, where);
  if (unit == TextUnit::words) return {unit, frequent_words(text, most)};
  std::vector<std::string> tokens;
  for (const auto& [token, count] : count_tokens(text, unit)) tokens.push_back(token);
  return {unit, std::move(tokens)};
}

std::string Vocabulary::to_json() const {
  nlohmann::json tokens = nlohmann::json::array();
  if (unit_ != TextUnit::bytes) tokens = tokens_;
  return nlohmann::json{{"unit", name(unit_)}, {"tokens", tokens}}.dump();
}

Vocabulary Vocabulary::from_json(const std::string& json) {
  if (base::nests_too_deep(json)) fail_json();
  const auto object = nlohmann::json::parse(json, nullptr, false);
  if (!object.is_object() || !object.contains("unit") || !object["unit"].is_string() ||
      !object.contains("tokens") || !object["tokens"].is_array())
    fail_json();
  const TextUnit unit = unit_of(object["unit"].get<std::string>());
  if (unit == TextUnit::bytes) return {unit, all_bytes()};
  std::vector<std::string> tokens;
  for (const auto& token : object["tokens"]) {
    if (!token.is_string() || tokens.size() == kMostTokens) fail_json();
    tokens.push_back(token.get<std::string>());
  }
  Vocabulary result(unit, std::move(tokens));
  // Each is there once.
  if (result.size() == 0 || result.numbers_.size() != result.size()) fail_json();
  return result;
}

std::vector<std::int32_t> Vocabulary::encode(std::string_view text,
                                             const std::string& where) const {
  if (unit_ != TextUnit::bytes) text::check_utf8(text, where);
  std::vector<std::int32_t> numbers;
  if (unit_ != TextUnit::words) numbers.reserve(text.size());
  text::for_each_token(text, unit_, [&](std::string_view token) {
    const auto found = numbers_.find(token);
    if (found != numbers_.end() || unit_ == TextUnit::words) {
      numbers.push_back(found == numbers_.end() ? 0 : found->second);
      return true;
    }
    const auto offset = static_cast<std::size_t>(token.data() - text.data());
    throw Error(ErrorKind::data,
                fmt::format("the character {} is not among the {} that the model knows",
                            text::shown(token), size()),
                fmt::format("{}, {}", where, text::place(text, offset)),
                "leave it out, or train on a text that has it; --text bytes knows every one");
  });
  return numbers;
}

std::string_view Vocabulary::space_before(std::int32_t token) const {
  if (unit_ != TextUnit::words) return "";
  const std::string& text = tokens_[static_cast<std::size_t>(token)];
  return text.size() == 1 && std::string_view(",.;:!?)]}%").find(text[0]) != std::string_view::npos
             ? ""
             : " ";
}

std::string Vocabulary::decode(std::span<const std::int32_t> tokens) const {
  std::string text;
  for (const std::int32_t token : tokens) {
    if (!text.empty()) text += space_before(token);
    text += tokens_[static_cast<std::size_t>(token)];
  }
  return text;
}

}  // namespace lithe
