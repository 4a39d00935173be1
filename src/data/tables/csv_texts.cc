#include "data/tables/csv_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "data/tables/tokens.h"

namespace lithe::data {

namespace {

constexpr std::size_t kMostDistinctTokens = std::size_t{1} << 26;  // while they are counted

// A number for each id.
std::vector<std::int32_t> numbers_of(const TextTokens& texts, const TableColumn& column) {
  std::vector<std::int32_t> numbers(texts.ids().size(), 0);
  for (std::size_t place = 0; place < column.categories.size(); ++place)
    if (const auto id = texts.ids().find(column.categories[place]); id != texts.ids().end())
      numbers[id->second] = static_cast<std::int32_t>(place) + 1;
  return numbers;
}

std::string counted_texts(std::size_t count, const char* one, const char* several) {
  return fmt::format("{} text{} {}", count, count == 1 ? "" : "s", count == 1 ? one : several);
}

}  // namespace

TextTokens::TextTokens(const TableColumn& column)
    : unit_(column.text_unit), most_(column.text_length), known_(true) {
  for (const std::string& token : column.categories) ids_.emplace(token, ids_.size());
}

std::uint32_t TextTokens::id_of(std::string_view token) {
  if (unit_ == TextUnit::bytes) return static_cast<unsigned char>(token[0]);
  if (const auto found = ids_.find(token); found != ids_.end()) return found->second;
  if (known_) ++unknown_;
  if (known_ || token.size() > kLongestText || ids_.size() == kMostDistinctTokens) return kUnknown;
  return ids_.emplace(token, static_cast<std::uint32_t>(ids_.size())).first->second;
}

std::size_t TextTokens::add(std::string_view text) {
  const std::size_t begin = tokens_.size();
  text::for_each_token(text, unit_, [&](std::string_view token) {
    if (tokens_.size() - begin == most_) {
      is_cut_ = true;
      return false;
    }
    tokens_.push_back(id_of(token));
    return true;
  });
  return tokens_.size() - begin;
}

void TextTokens::keep() {
  if (most_ == 0) return;  // no column is a text
  longest_ = std::max(longest_, tokens_.size() - ends_.back());
  ends_.push_back(tokens_.size());
  cut_ += std::exchange(is_cut_, false) ? 1 : 0;
}

void TextTokens::drop() {
  tokens_.resize(ends_.back());
  is_cut_ = false;
}

std::span<const std::uint32_t> TextTokens::row(std::size_t index) const {
  return std::span(tokens_).subspan(ends_[index], ends_[index + 1] - ends_[index]);
}

void learn_texts(const TextTokens& texts, std::span<const RowUse> uses, std::size_t most_words,
                 TableColumn& column) {
  column.text_length = std::max<std::size_t>(1, texts.longest());
  if (texts.unit() == TextUnit::bytes) return;
  std::vector<std::size_t> counts(texts.ids().size(), 0);
  for (std::size_t row = 0; row < uses.size(); ++row) {
    if (uses[row] != RowUse::train) continue;
    for (const std::uint32_t id : texts.row(row))
      if (id != TextTokens::kUnknown) ++counts[id];
  }
  std::vector<std::pair<std::size_t, std::string_view>> met;
  for (const auto& [token, id] : texts.ids())
    if (counts[id] > 0) met.emplace_back(counts[id], token);
  std::ranges::sort(met, [](const auto& a, const auto& b) {
    return a.first > b.first || (a.first == b.first && a.second < b.second);
  });
  const std::size_t most = texts.unit() == TextUnit::words ? most_words : kMostTextWords;
  met.resize(std::min({met.size(), most, kMostTextWords}));
  for (const auto& [count, token] : met) column.categories.emplace_back(token);
}

std::vector<TableNote> notes_of_texts(const TextTokens& texts, std::size_t empty,
                                      std::span<const RowUse> uses, const TableColumn& column) {
  std::vector<TableNote> notes;
  const std::string_view what = plural(column.text_unit);
  if (texts.cut() > 0)
    notes.push_back(
        {false,
         fmt::format("{} \"{}\" {} more than {} {}, and what stands behind them is left out",
                     counted_texts(texts.cut(), "of", "of"), column.name,
                     texts.cut() == 1 ? "has" : "have", texts.most(), what),
         fmt::format("--window {} takes more", 2 * texts.most())});
  if (empty > 0)
    notes.push_back({false,
                     fmt::format("{} without a {}, and taken for one that is not known",
                                 counted_texts(empty, "is", "are"), singular(column.text_unit)),
                     "--missing drop leaves such rows out"});
  if (column.text_unit == TextUnit::bytes) return notes;
  const std::vector<std::int32_t> numbers = numbers_of(texts, column);
  std::size_t of_all = 0, unknown = 0;
  for (std::size_t row = 0; row < uses.size(); ++row)
    for (const std::uint32_t id : texts.row(row)) {
      ++of_all;
      unknown += id == TextTokens::kUnknown || numbers[id] == 0 ? 1 : 0;
    }
  if (unknown > 0)
    notes.push_back(
        {false,
         fmt::format("{} of {} {} of \"{}\" are none of the {} that are known: they count as one",
                     unknown, of_all, what, column.name, column.categories.size()),
         {}});
  return notes;
}

void fill_texts(const TextTokens& texts, const TableColumn& column, std::span<const RowUse> uses,
                RowUse use, TableMemory& memory) {
  const std::vector<std::int32_t> numbers = numbers_of(texts, column);
  const bool bytes = column.text_unit == TextUnit::bytes;
  auto* to = reinterpret_cast<std::int32_t*>(memory.features.data());
  for (std::size_t row = 0; row < uses.size(); ++row) {
    if (uses[row] != use) continue;
    const std::span<const std::uint32_t> ids = texts.row(row);
    std::fill_n(to, column.text_length, 0);
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (ids[i] != TextTokens::kUnknown)
        to[i] = bytes ? static_cast<std::int32_t>(ids[i]) + 1 : numbers[ids[i]];
    to += column.text_length;
    memory.lengths.push_back(static_cast<std::int32_t>(std::max<std::size_t>(1, ids.size())));
  }
}

}  // namespace lithe::data
