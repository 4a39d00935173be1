// The first text of a table and its answer, for a person.
#include <fmt/format.h>

#include <algorithm>

#include "base/figure.h"
#include "lithe/table.h"

namespace lithe {

namespace {

constexpr std::size_t kMostShownTokens = 40;

// As much of it as fits a few lines, without what would break them.
std::string beginning(const TableColumn& column, std::span<const std::int32_t> numbers) {
  const std::size_t shown =
      std::min(numbers.size(),
               column.text_unit == TextUnit::words ? kMostShownTokens : 4 * kMostShownTokens);
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    if (column.text_unit == TextUnit::words && i > 0) text += ' ';
    text += column.token(static_cast<std::size_t>(numbers[i]));
  }
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text + (shown < numbers.size() ? " ..." : "");
}

}  // namespace

std::vector<std::string> describe_first_text(const TableData& table) {
  const TableColumn* const column = table.schema.text();
  const Examples& part = table.data.train.features.rows > 0 ? table.data.train : table.data.test;
  if (column == nullptr || part.features.rows == 0) return {};
  const auto* const numbers = reinterpret_cast<const std::int32_t*>(part.features.row(0));
  std::vector<std::string> lines = {
      "The first text, as it is known",
      "  " + beginning(*column, {numbers, static_cast<std::size_t>(part.features.lengths[0])})};
  if (part.labels != nullptr)
    lines.push_back("  answer: " +
                    table.data.class_names[static_cast<std::size_t>(part.labels[0])]);
  else if (part.targets != nullptr)
    lines.push_back("  answer: " + base::figure(static_cast<double>(part.targets[0])));
  return lines;
}

}  // namespace lithe
