#include "data/tables/csv_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "data/tables/cell.h"
#include "data/tables/table_part.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using Kind = CsvField::Kind;

constexpr std::uint64_t kReportBytes = std::uint64_t{16} << 20;

// The schema's, and in a file that is read by it, those of the options too.
MissingTexts missing_texts_of(const TableSchema& schema, const CsvOptions& options, bool known) {
  std::vector<std::string> texts = schema.missing_texts;
  if (known) texts.insert(texts.end(), options.missing_texts.begin(), options.missing_texts.end());
  return MissingTexts(texts);
}

// A target of names is one of classes, also where some of the names are numbers.
TableTask task_of(const CsvLayout& layout) {
  const bool names = std::ranges::any_of(layout.fields, [](const CsvField& field) {
    return field.kind == Kind::target && field.as_text;
  });
  return names && layout.schema.task == TableTask::automatic ? TableTask::classification
                                                             : layout.schema.task;
}

// A number has a percent sign where the others of its column have one. 0 is the same without it.
bool fits_percent(const CsvField& field, std::string_view text) {
  const bool percent = text.find('%') != text.npos;
  return percent == field.percent || (field.percent && to_number(text) == 0.0);
}

// Whether a text were a date with day and month in the other order.
const char* why_not_a_date(const CsvField& field, std::string_view text) {
  const bool month_first = field.date_order == DateOrder::month_first;
  if (!parse_date(text, month_first ? DateOrder::day_first : DateOrder::month_first))
    return nullptr;
  return month_first ? "the dates of the column have the month first"
                     : "the dates of the column have the day first";
}

}  // namespace

CsvRows::CsvRows(CsvLayout& layout, CsvCursor& cursor, const TableOptions& options, bool known,
                 std::string file, std::uint64_t total_bytes)
    : rows(layout.slots.size()),
      slots(layout.slots.size()),
      answers(known ? AnswerCollector(layout.schema)
                    : AnswerCollector(task_of(layout), options.csv.one_output)),
      many_spreads(layout.targets),
      layout_(layout),
      cursor_(cursor),
      options_(options),
      known_(known),
      file_(std::move(file)),
      total_bytes_(total_bytes),
      missing_policy_(known ? options.missing.value_or(layout.schema.missing)
                            : layout.schema.missing),
      missing_texts_(missing_texts_of(layout.schema, options.csv, known)),
      plain_numbers_(!missing_texts_.has_numbers() && layout.schema.decimal == '.'),
      looks_for_codes_(!known && !layout.settled),
      next_report_(kReportBytes),
      row_(layout.slots.size()),
      many_(layout.targets) {
  for (const CsvField& field : layout.fields) {
    if (field.kind != Kind::text) continue;
    const TableColumn& column = layout.schema.columns[layout.slots[field.slot]];
    texts = known ? TextTokens(column)
                  : TextTokens(options.csv.text->unit, options.csv.text->most_tokens);
  }
  for (std::size_t slot = 0; slot < slots.size() && !known; ++slot)
    slots[slot].embedded = options.csv.embed_many || layout.embedded.contains(layout.slots[slot]);
  if (!known) return;
  for (std::size_t slot = 0; slot < slots.size(); ++slot)
    if (const TableColumn& column = layout.schema.columns[layout.slots[slot]];
        column.kind == ColumnKind::category)
      for (const auto& category : column.categories)
        slots[slot].categories.emplace(category, slots[slot].categories.size());
}

bool CsvRows::read() {
  while (fits_ && !cursor_.at_end()) {
    check_table_size(rows.rows() + 1, std::max<std::size_t>(rows.width(), 1), sizeof(float),
                     options_, file_);
    read_record();
    if (cursor_.offset() >= next_report_) report();
  }
  if (!fits_) return false;
  next_report_ = 0;
  report();
  return true;
}

void CsvRows::report() {
  next_report_ = cursor_.offset() + kReportBytes;
  if (options_.progress && !options_.progress(cursor_.offset(), total_bytes_))
    throw Error(ErrorKind::data, "reading was stopped", file_);
}

void CsvRows::read_record() {
  cursor_.begin_record();
  drop_ = no_target_ = false;
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
  const bool code = looks_for_codes_ && field.kind == Kind::number && cursor_.at_code();
  if (field.is_plain && plain_numbers_ && !code && cursor_.take_number(value)) {
    value -= field.offset;
    if (field.kind == Kind::number && std::abs(value) <= std::numeric_limits<float>::max())
      row_[field.slot] = static_cast<float>(value);
    else
      store_number(field, value);
    return;
  }
  const std::string_view text = cursor_.take_text();
  if (field.kind == Kind::ignored) return;
  if (code && std::ranges::all_of(text, number::is_digit)) {
    fits_ = false;
    return;
  }
  if (field.kind == Kind::text) return store_tokens(field, text);
  if (field.kind != Kind::category && missing_texts_.contains(text)) return store_missing(field);
  if (field.kind == Kind::category || field.as_text) return store_text(field, text);
  const auto number = number_in(field, text);
  if (!number) {
    if (!layout_.settled && !known_)
      fits_ = false;
    else
      fail_number(field, text);
  } else if (missing_texts_.contains(*number)) {
    store_missing(field);
  } else {
    store_number(field, *number - field.offset);
  }
}

std::optional<double> CsvRows::number_in(const CsvField& field, std::string_view text) const {
  if (field.format == CellFormat::date) return parse_date(text, field.date_order);
  if (field.format == CellFormat::duration) {
    if (const auto days = parse_duration(text)) return days;
    const auto time = parse_date(text, field.date_order);
    return time && *time >= 0 && *time < 1 ? time : std::nullopt;
  }
  if (!field.unit.empty() && !field.percent)
    if (const WithUnit cell = split_unit(text); cell.unit == field.unit) text = cell.number;
  if (field.format == CellFormat::boolean)
    if (const auto boolean = parse_boolean(text)) return *boolean ? 1 : 0;
  if (field.format == CellFormat::number && !fits_percent(field, text)) return std::nullopt;
  if (layout_.schema.decimal == '.')
    if (const auto number = to_number(text)) return number;
  return parse_written_number(text, layout_.schema.decimal);
}

void CsvRows::store_number(const CsvField& field, double value) {
  if (!(std::abs(value) <= std::numeric_limits<float>::max()))
    cursor_.fail("the number is too large for 32 bits", "scale the column, or leave it out");
  if (field.kind == Kind::time) {
    time_ = value;
  } else if (field.kind == Kind::weight) {
    if (value < 0) cursor_.fail("a weight below 0", "weights of 0 or more");
    weight_ = static_cast<float>(value);
  } else if (field.kind == Kind::target && layout_.targets > 1) {
    many_[field.slot] = value;
  } else if (field.kind == Kind::target) {
    answer_ = {true, value, {}, cursor_.place()};
  } else {
    row_[field.slot] = static_cast<float>(value);
  }
}

void CsvRows::store_text(const CsvField& field, std::string_view text) {
  if (field.kind == Kind::category) {
    row_[field.slot] = category(slots[field.slot], text);
    if (std::isnan(row_[field.slot])) store_missing(field);
    return;
  }
  cursor_.check_utf8(text);
  if (field.kind == Kind::group) {
    const auto [found, is_new] = groups_.try_emplace(std::string(text), groups_.size());
    if (is_new) group_names.emplace_back(text);
    group_ = found->second;
    return;
  }
  // Classes that were learned from numbers as they are written here: $5, 2 doors, dates.
  if (known_ && !answers.knows(text))
    if (const auto number = number_in(field, text)) {
      answer_ = {true, *number, {}, cursor_.place()};
      return;
    }
  if (const char* why = why_not_a_number(text))
    cursor_.fail(fmt::format("'{}' is no answer: {}", shortened(text), why),
                 "a class, a number, or an empty cell where the answer is missing");
  answer_ = {false, 0, std::string(text), cursor_.place()};
}

// A text such as "NA" is one of a word; only one without any is missing.
void CsvRows::store_tokens(const CsvField& field, std::string_view text) {
  cursor_.check_utf8(text);
  const std::size_t tokens = texts.add(text);
  row_[field.slot] = static_cast<float>(tokens);
  if (tokens == 0) store_missing(field);
}

void CsvRows::fail_number(const CsvField& field, std::string_view text) const {
  const char* const why = field.format == CellFormat::number ? why_not_a_number(text)
                          : field.format == CellFormat::date ? why_not_a_date(field, text)
                                                             : nullptr;
  constexpr const char* kWhat[] = {"a number", "a date", "yes or no", "a duration"};
  cursor_.check_utf8(text);
  if (field.format == CellFormat::number && !fits_percent(field, text) &&
      parse_written_number(text, layout_.schema.decimal))
    cursor_.fail(fmt::format("'{}' {} a percent sign, and the column that was trained on had {}",
                             shortened(text), field.percent ? "has not" : "has",
                             field.percent ? "one in each row" : "none"),
                 "the numbers as they were written for training");
  cursor_.fail(
      fmt::format("'{}' where {} belongs{}{}", shortened(text),
                  kWhat[static_cast<std::size_t>(field.format)], why == nullptr ? "" : ": ",
                  why == nullptr ? "" : why),
      (field.format == CellFormat::date && why != nullptr
           ? "dates in the same order in all files, or "
           : "") +
          fmt::format("--missing-text \"{}\" if it stands for a missing value", shortened(text)));
}

// The number of a category, which is added while a schema is learnt; NaN for a missing value.
float CsvRows::category(CsvSlot& slot, std::string_view text) {
  if (slot.left_out) return 0;
  if (const auto found = slot.categories.find(text); found != slot.categories.end())
    return static_cast<float>(found->second);
  if (missing_texts_.contains(text)) return kMissing;
  cursor_.check_utf8(text);
  if (!known_) return new_category(slot, text);
  if (options_.unknown_category == UnknownCategory::error)
    cursor_.fail(fmt::format("'{}' is none of the {} categories known", shortened(text),
                             slot.categories.size()),
                 "--unseen usual takes it for the most frequent one");
  ++slot.unknown;
  return kUnknownCategory;
}

float CsvRows::new_category(CsvSlot& slot, std::string_view text) {
  const std::size_t most =
      slot.embedded ? kMostCategories : std::min(options_.csv.most_categories, kMostCategories);
  if (slot.categories.size() >= most) {
    // Texts that are nearly all different say nothing: they are names, or notes.
    slot.left_out = slot.categories.size() * 2 > rows.rows() + 1;
    if (slot.left_out) return 0;
    cursor_.fail(
        fmt::format("'{}' is one more than the {} categories allowed", shortened(text), most),
        slot.embedded
            ? "--ignore the column"
            : "--embed COLUMN, which learns numbers for each of them, or --ignore COLUMN");
  }
  if (text.size() > kLongestText) {
    slot.left_out = true;
    return 0;
  }
  return static_cast<float>(slot.categories.emplace(text, slot.categories.size()).first->second);
}

void CsvRows::store_missing(const CsvField& field) {
  // For a line that is too short or blank, the error is about the line and not about the value.
  const std::size_t column = cursor_.place().column;
  if (cursor_.record_ended() && column < layout_.fields.size()) fail_ragged(column);
  if (field.kind == Kind::target) {
    drop_ = no_target_ = true;
    return;
  }
  if (missing_policy_ == MissingPolicy::drop_row) {
    drop_ = true;
    return;
  }
  if (field.kind == Kind::weight) cursor_.fail("the weight is missing", "a weight for each row");
  // Windows need every row: leaving some out is no way there.
  const bool windows = options_.windows.length > 0;
  if (field.kind == Kind::group || field.kind == Kind::time)
    cursor_.fail("the group or the time of the row is missing",
                 windows ? "write it into the file" : "--missing drop");
  if (missing_policy_ == MissingPolicy::error)
    cursor_.fail("the value is missing",
                 windows
                     ? "--missing mean replaces missing values"
                     : "--missing mean replaces missing values, --missing drop leaves such rows "
                       "out");
  row_[field.slot] = kMissing;
  ++slots[field.slot].missing;
}

// What windows can forecast instead of a target of texts.
std::string CsvRows::numbers_to_forecast() const {
  std::vector<std::string> names;
  for (const TableColumn& column : layout_.schema.columns)
    if (column.kind == ColumnKind::number) names.push_back(column.name);
  if (names.empty())
    return "a table with a column of numbers beside the time: windows forecast numbers";
  return fmt::format(
      "--target \"{}\": windows forecast numbers, and the columns of numbers are {:.200}", names[0],
      fmt::to_string(fmt::join(names, ", ")));
}

// Adds the record to the rows, unless it is to be dropped.
void CsvRows::commit() {
  if (!fits_) return;
  if (drop_) {
    texts.drop();
    left_out.push_back(rows.rows() + left_out.size());
    ++(no_target_ ? without_target : dropped);
    return;
  }
  rows.add(row_);
  texts.keep();
  if (layout_.has_weight) weights.push_back(weight_);
  if (layout_.has_time) times.push_back(time_);
  if (layout_.has_group) groups.push_back(group_);
  for (std::size_t i = 0; layout_.targets > 1 && i < many_.size(); ++i) {
    many_answers.push_back(static_cast<float>(many_[i]));
    many_spreads[i].add(many_[i]);
  }
  if (layout_.targets != 1) return;
  const std::string wrong =
      answer_.is_number ? answers.add(answer_.number) : answers.add(answer_.text);
  if (wrong.empty()) return;
  const bool forecast = options_.windows.length > 0 && !known_;
  cursor_.fail_at(answer_.place, wrong, forecast ? numbers_to_forecast() : answers.remedy());
}

}  // namespace lithe::data
