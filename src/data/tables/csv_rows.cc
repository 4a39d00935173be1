#include "data/tables/csv_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/tables/table_part.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using Kind = CsvField::Kind;

constexpr std::uint64_t kReportBytes = std::uint64_t{16} << 20;

std::string shortened(std::string_view text) {
  constexpr std::size_t kShown = 40;
  if (text.size() <= kShown) return std::string(text);
  std::size_t end = kShown;  // not within a character
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace

CsvRows::CsvRows(CsvLayout& layout, CsvCursor& cursor, const TableOptions& options, bool known,
                 std::string file, std::uint64_t total_bytes)
    : rows(layout.slots.size()),
      slots(layout.slots.size()),
      answers(known ? AnswerCollector(layout.schema) : AnswerCollector(layout.schema.task)),
      layout_(layout),
      cursor_(cursor),
      options_(options),
      known_(known),
      file_(std::move(file)),
      total_bytes_(total_bytes),
      next_report_(kReportBytes),
      row_(layout.slots.size()) {
  for (const auto& text : layout.schema.missing_texts)
    if (const auto number = to_number(text)) missing_numbers_.push_back(*number);
  if (!known) return;
  for (std::size_t slot = 0; slot < slots.size(); ++slot)
    for (const auto& category : layout.schema.columns[layout.slots[slot]].categories)
      slots[slot].categories.emplace(category, slots[slot].categories.size());
}

void CsvRows::read() {
  while (!cursor_.at_end()) {
    check_table_size(rows.rows() + 1, std::max<std::size_t>(rows.width(), 1), sizeof(float),
                     options_, file_);
    read_record();
    if (cursor_.offset() >= next_report_) report();
  }
  next_report_ = 0;
  report();
}

void CsvRows::report() {
  next_report_ = cursor_.offset() + kReportBytes;
  if (options_.progress && !options_.progress(cursor_.offset(), total_bytes_))
    throw Error(ErrorKind::data, "reading was stopped", file_);
}

void CsvRows::read_record() {
  cursor_.begin_record();
  drop_ = false;
  const std::size_t width = layout_.fields.size();
  for (std::size_t i = 0; i < width; ++i) {
    take_field(layout_.fields[i]);
    if (cursor_.record_ended() != (i + 1 == width)) fail_ragged(i + 1);
  }
  commit();
}

void CsvRows::fail_ragged(std::size_t fields) const {
  const std::size_t width = layout_.fields.size();
  const std::string more = fields < width ? fmt::format("only {}", fields) : "more";
  cursor_.fail(fmt::format("the line has {} of the {} fields of the first line", more, width),
               "quote a field that contains the delimiter");
}

void CsvRows::take_field(CsvField& field) {
  double value = 0;
  // The fast path: where a number is expected, it is parsed first.
  if (field.kind <= Kind::number && cursor_.take_number(value)) {
    const bool plain = field.kind == Kind::number && missing_numbers_.empty() &&
                       std::abs(value) <= std::numeric_limits<float>::max();
    if (plain)
      row_[field.slot] = static_cast<float>(value);
    else
      store_number(field, value);
    return;
  }
  const std::string_view text = cursor_.take_text();
  if (field.kind == Kind::ignored) return cursor_.check_utf8(text);
  const auto number = field.kind == Kind::category ? std::nullopt : to_number(text);
  if (number)
    store_number(field, *number);
  else
    store_text(field, text);
}

bool CsvRows::is_missing(std::string_view text) const {
  const auto& texts = layout_.schema.missing_texts;
  return std::ranges::find(texts, text) != texts.end();
}

bool CsvRows::is_missing(double value) const {
  return !missing_numbers_.empty() &&
         std::ranges::find(missing_numbers_, value) != missing_numbers_.end();
}

void CsvRows::store_number(CsvField& field, double value) {
  if (is_missing(value)) return store_missing(field);
  if (!(std::abs(value) <= std::numeric_limits<float>::max()))
    cursor_.fail("the number is too large for 32 bits", "scale the column, or ignore it");
  if (field.kind == Kind::weight) return store_weight(value);
  if (field.kind == Kind::target) {
    answer_.is_number = true;
    answer_.number = value;
    answer_.place = cursor_.place();
    return;
  }
  field.kind = Kind::number;
  row_[field.slot] = static_cast<float>(value);
}

void CsvRows::store_weight(double value) {
  if (value < 0) cursor_.fail("a weight below 0");
  weight_ = static_cast<float>(value);
}

void CsvRows::store_text(CsvField& field, std::string_view text) {
  if (field.kind == Kind::category) {
    row_[field.slot] = category(slots[field.slot], text);
    if (std::isnan(row_[field.slot])) store_missing(field);
    return;
  }
  if (is_missing(text)) return store_missing(field);
  cursor_.check_utf8(text);
  if (field.kind == Kind::target) {
    if (const char* why = why_not_a_number(text))
      cursor_.fail(fmt::format("'{}' is no answer: {}", shortened(text), why));
    answer_.is_number = false;
    answer_.text = text;
    answer_.place = cursor_.place();
    return;
  }
  if (field.kind != Kind::undecided) fail_number(field, text);
  decide(field, text);
}

void CsvRows::fail_number(const CsvField& field, std::string_view text) const {
  const char* const why = why_not_a_number(text);
  const bool declared = known_ || field.kind == Kind::weight;
  cursor_.fail(fmt::format("'{}' where {}{}{}", shortened(text),
                           declared ? "a number belongs" : "numbers stood before",
                           why == nullptr ? "" : ": ", why == nullptr ? "" : why),
               declared ? "a number, or a text that stands for a missing value"
                        : "declare the column as categorical, or the text as a missing value");
}

// Makes a column categorical because its first value is a text.
void CsvRows::decide(CsvField& field, std::string_view text) {
  if (const char* why = why_not_a_number(text))
    cursor_.fail(fmt::format("'{}' is not read as a number: {}", shortened(text), why),
                 "declare the column as categorical, or the text as a missing value");
  field.kind = Kind::category;
  layout_.schema.columns[layout_.slots[field.slot]].kind = ColumnKind::category;
  row_[field.slot] = category(slots[field.slot], text);
}

// The number of a category, which is added while a schema is learnt; NaN for a missing value.
float CsvRows::category(CsvSlot& slot, std::string_view text) {
  if (const auto found = slot.categories.find(text); found != slot.categories.end())
    return static_cast<float>(found->second);
  if (is_missing(text)) return kMissing;
  cursor_.check_utf8(text);
  if (known_) {
    if (options_.unknown_category == UnknownCategory::zeros) return kUnknownCategory;
    cursor_.fail(fmt::format("'{}' is none of the {} categories known", shortened(text),
                             slot.categories.size()),
                 "let unknown categories be all zeros");
  }
  const std::size_t most = std::min(options_.csv.most_categories, kMostCategories);
  if (slot.categories.size() >= most)
    cursor_.fail(
        fmt::format("'{}' is one more than the {} categories allowed", shortened(text), most),
        "ignore the column, or allow more");
  if (text.size() > kLongestText)
    cursor_.fail(fmt::format("a category of {} bytes", text.size()), "ignore the column");
  return static_cast<float>(slot.categories.emplace(text, slot.categories.size()).first->second);
}

void CsvRows::store_missing(CsvField& field) {
  // For a line that is too short or blank, the error is about the line and not about the value.
  const std::size_t column = cursor_.place().column;
  if (cursor_.record_ended() && column < layout_.fields.size()) fail_ragged(column);
  if (layout_.schema.missing == MissingPolicy::drop_row) {
    drop_ = true;
    return;
  }
  if (field.kind == Kind::target)
    cursor_.fail("the answer is missing", "drop rows with missing values");
  if (field.kind == Kind::weight) cursor_.fail("the weight is missing");
  if (layout_.schema.missing == MissingPolicy::error)
    cursor_.fail("the value is missing", "replace missing values, or drop such rows");
  row_[field.slot] = kMissing;
  ++slots[field.slot].missing;
}

// Adds the record to the rows, unless it is to be dropped.
void CsvRows::commit() {
  if (drop_) {
    ++dropped;
    return;
  }
  rows.add(row_);
  if (layout_.has_weight) weights.push_back(weight_);
  if (!layout_.has_target) return;
  const std::string wrong =
      answer_.is_number ? answers.add(answer_.number) : answers.add(answer_.text);
  if (!wrong.empty()) cursor_.fail_at(answer_.place, wrong);
}

}  // namespace lithe::data
