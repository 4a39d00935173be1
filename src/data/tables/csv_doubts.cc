#include "data/tables/csv_doubts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "data/tables/cell.h"
#include "data/tables/csv_frame.h"

namespace lithe::data {

namespace {

// "Yes " -> "yes", "New  York" -> "new york".
std::string without_spelling(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == ' ' && (result.empty() || result.back() == ' ')) continue;
    result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string list;
  for (std::size_t i = 0; i < texts.size(); ++i)
    list += fmt::format("{}\"{}\"",
                        i == 0                  ? ""
                        : i + 1 == texts.size() ? " and "
                                                : ", ",
                        shortened(texts[i]));
  return list;
}

// One warning a column, about its first such texts.
void note_spellings(std::vector<std::string> texts, const std::string& column, const char* what,
                    CsvLayout& layout) {
  std::ranges::sort(texts);
  std::map<std::string, std::vector<std::string>> groups;
  for (const std::string& text : texts) groups[without_spelling(text)].push_back(text);
  for (auto& [plain, group] : groups) {
    if (group.size() < 2) continue;
    if (group.size() > 4) group.resize(4);
    layout.notes.push_back(
        {true,
         fmt::format("{} of \"{}\" differ in case or blanks alone and are {}: write them "
                     "alike if they mean the same",
                     quoted_list(group), column, what),
         {}});
    return;
  }
}

std::vector<std::string> texts_of(const CsvSlot& slot) {
  std::vector<std::string> texts;
  for (const auto& [text, id] : slot.categories) texts.push_back(text);
  return texts;
}

void note_sum(const std::vector<std::string>& texts, const std::string& column, CsvLayout& layout) {
  const auto sum = std::ranges::find_if(texts, is_sum);
  if (sum == texts.end() || texts.size() < 3) return;
  layout.notes.push_back({true,
                          fmt::format("\"{}\" in \"{}\" seems to name a sum of other rows: if so, "
                                      "take the row out of the file",
                                      shortened(*sum), column),
                          {}});
}

// Whether a number of the last row is more than twice as large as any other.
bool is_beyond(const CsvRows& rows, std::size_t slot, double offset) {
  const std::size_t last = rows.rows.rows() - 1;
  double high = 0;
  for (std::size_t row = 0; row < last; ++row) {
    const double value = std::abs(double{rows.rows.row(row)[slot]} + offset);
    if (value > high) high = value;
  }
  return std::abs(double{rows.rows.row(last)[slot]} + offset) > 2 * high;
}

// Whether the last row looks like a sum without a name.
bool ends_in_sum(const CsvRows& rows, const CsvLayout& layout) {
  constexpr std::size_t kFewRows = 10;
  if (rows.rows.rows() < kFewRows || layout.slots.empty()) return false;
  const auto last = rows.rows.row(rows.rows.rows() - 1);
  if (!std::isnan(last[0]) || rows.slots[0].missing != 1) return false;
  std::size_t numbers = 0;
  for (std::size_t slot = 1; slot < last.size(); ++slot) {
    const TableColumn& column = layout.schema.columns[layout.slots[slot]];
    const bool is_number = column.kind == ColumnKind::number && column.format == CellFormat::number;
    if (!is_number || std::isnan(last[slot])) continue;
    if (!is_beyond(rows, slot, column.offset)) return false;
    ++numbers;
  }
  return numbers > 0;
}

}  // namespace

void warn_of_spellings(const CsvRows& rows, const Answers& answers, CsvLayout& layout) {
  for (std::size_t slot = 0; slot < layout.slots.size(); ++slot) {
    const TableColumn& column = layout.schema.columns[layout.slots[slot]];
    if (column.kind == ColumnKind::category)
      note_spellings(texts_of(rows.slots[slot]), column.name, "different categories", layout);
  }
  const TableColumn* target = layout.schema.target();
  if (answers.task == TableTask::classification && target != nullptr)
    note_spellings(answers.class_names, target->name, "different classes", layout);
}

void warn_of_sums(const CsvRows& rows, const Answers& answers, CsvLayout& layout) {
  for (std::size_t slot = 0; slot < layout.slots.size(); ++slot)
    note_sum(texts_of(rows.slots[slot]), layout.schema.columns[layout.slots[slot]].name, layout);
  const TableColumn* target = layout.schema.target();
  if (answers.task == TableTask::classification && target != nullptr)
    note_sum(answers.class_names, target->name, layout);
  if (!ends_in_sum(rows, layout)) return;
  layout.notes.push_back(
      {true,
       fmt::format(
           "the last row may be a sum of the others: its \"{}\" is missing, and its numbers "
           "are far beyond theirs; if so, take it out of the file",
           layout.schema.columns[layout.slots[0]].name),
       {}});
}

}  // namespace lithe::data
