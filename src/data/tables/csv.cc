#include "data/tables/csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "data/examples/split.h"
#include "data/tables/cell.h"
#include "data/tables/csv_cursor.h"
#include "data/tables/csv_dialect.h"
#include "data/tables/csv_doubts.h"
#include "data/tables/csv_features.h"
#include "data/tables/csv_layout.h"
#include "data/tables/csv_rows.h"
#include "data/tables/csv_survey.h"
#include "data/tables/csv_texts.h"
#include "data/tables/series.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

constexpr std::size_t kSurveyedRows = 1'000;

std::vector<std::string> read_first_record(CsvCursor& cursor) {
  std::vector<std::string> fields;
  cursor.begin_record();
  do {
    const std::string_view text = cursor.take_text();
    if (fields.size() == kMostColumns)
      cursor.fail(fmt::format("the first line has more than the {} columns allowed", kMostColumns),
                  "a table with fewer columns, or another --delimiter");
    cursor.check_utf8(text);
    fields.emplace_back(text);
  } while (!cursor.record_ended());
  return fields;
}

// `name`, or where a column has this name, another.
std::string free_name(const std::vector<std::string>& header, std::string name) {
  while (std::ranges::find(header, name) != header.end()) name += '_';
  return name;
}

// How many fields the first rows have, from those with the fewest to those with the most.
struct RowWidths {
  std::size_t rows = 0, least = SIZE_MAX, most = 0;
  bool ends_empty = true;  // the last field is empty in all of them
};

RowWidths first_widths(CsvCursor cursor) {
  constexpr std::size_t kLooked = 20;
  RowWidths widths;
  for (; widths.rows < kLooked && !cursor.at_end(); ++widths.rows) {
    std::size_t fields = 0;
    bool empty = false;
    cursor.begin_record();
    do {
      empty = cursor.take_text().empty();
      ++fields;
    } while (!cursor.record_ended());
    widths.least = std::min(widths.least, fields);
    widths.most = std::max(widths.most, fields);
    widths.ends_empty = widths.ends_empty && empty;
  }
  return widths;
}

// A column without a name is called by its number, "column 3"; without a header, "3".
std::vector<std::string> column_names(std::vector<std::string> header, bool is_header,
                                      const std::string& file, std::size_t line) {
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (!is_header) header[i] = fmt::to_string(i + 1);
    if (header[i].empty()) header[i] = free_name(header, fmt::format("column {}", i + 1));
    const std::string where = fmt::format("{}, line {}, column {}", file, line, i + 1);
    if (header[i].size() > kLongestText)
      throw Error(ErrorKind::data, fmt::format("a column's name of {} bytes", header[i].size()),
                  where, "shorter names, or --header no");
    if (!seen.insert(header[i]).second)
      throw Error(ErrorKind::data, fmt::format("the header has \"{}\" twice", header[i]), where,
                  "give each column a name of its own");
  }
  return header;
}

// Reads one text, by a schema that it learns or that is known.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& name, const TableOptions& options,
            const TableSchema* known)
      : name_(name),
        options_(options),
        known_(known),
        dialect_(find_dialect(text, options.csv.delimiter)),
        spaced_(dialect_.delimiter == ' ' ? with_tabs(dialect_.table) : std::string()),
        body_(start()) {
    if (body_.at_end())
      throw Error(ErrorKind::data, "the file is empty", name, "a file with a row for each example");
    first_ = read_first_record(body_);
    if (known != nullptr ? known->header : options.csv.header != CsvHeader::no) fit_header();
  }

  TableParts read() { return known_ == nullptr ? learn() : apply(); }

 private:
  CsvCursor start() const {
    if (dialect_.delimiter == ' ') return {spaced_, '\t', name_, dialect_.first_line};
    return {dialect_.table, dialect_.delimiter, name_, dialect_.first_line};
  }

  // A header with one field less than the rows: R's write.table gives row names no heading, and
  // separators at the ends of the rows make an empty column. One field more: a separator at the end
  // of the header.
  void fit_header() {
    const RowWidths rows = first_widths(body_);
    if (rows.rows == 0 || rows.least != rows.most) return;
    const bool sure = rows.rows > 1 || known_ != nullptr;
    if (rows.most + 1 == first_.size() && first_.back().empty()) {
      first_.pop_back();
    } else if (rows.most == first_.size() + 1 && rows.ends_empty) {
      first_.emplace_back();
    } else if (rows.most == first_.size() + 1 && sure) {
      first_.insert(first_.begin(), free_name(first_, "row names"));
      row_names_ = true;
    } else {
      return;
    }
    fitted_ = true;
  }

  void find_body(bool header) {
    header_ = header;
    for (const std::string& cell : first_) nameless_.push_back(header && cell.empty());
    names_ = column_names(std::move(first_), header, name_, dialect_.first_line);
    if (!header) body_ = start();
    body_.set_names(header ? &names_ : nullptr);
    if (!body_.at_end()) return;
    if (known_ != nullptr && !has_known_name())
      throw Error(ErrorKind::data, "the only line is read as the header, and it names no column",
                  name_,
                  fmt::format("a header above it, as the model's table has: {:.200}",
                              fmt::to_string(fmt::join(known_names(), ","))));
    throw Error(ErrorKind::data, "the file has a header but no rows", name_,
                "a file with a row for each example");
  }

  std::vector<std::string> known_names() const {
    std::vector<std::string> names;
    for (const TableColumn& column : known_->columns)
      if (column.kind == ColumnKind::number || column.kind == ColumnKind::category ||
          column.kind == ColumnKind::text)
        names.push_back(column.name);
    return names;
  }
  bool has_known_name() const {
    const std::vector<std::string> known = known_names();
    return std::ranges::any_of(names_, [&](const std::string& name) {
      return std::ranges::find(known, name) != known.end();
    });
  }

  TableParts learn() {
    if (!options_.csv.group.empty() && !options_.csv.time.empty() && !by_windows())
      throw Error(ErrorKind::usage, "rows are divided by groups or by time", "--group, --time",
                  "one of them");
    const MissingTexts missing(options_.csv.missing_texts);
    const std::size_t width = first_.size();
    CsvSurvey seen = survey(body_, width, missing, kSurveyedRows);
    find_body(fitted_ || has_header(first_, seen, options_.csv, name_));
    if (!header_) seen = survey(body_, width, missing, kSurveyedRows);
    if (!settles(seen)) seen = survey(body_, width, missing, SIZE_MAX);
    for (;;) {
      CsvLayout layout =
          learn_layout(names_, nameless_, header_, row_names_, seen, options_.csv, name_);
      note_frame(layout);
      check_features(layout);
      CsvCursor cursor = body_;
      CsvRows rows(layout, cursor, options_, false, name_, dialect_.table.size());
      if (rows.read()) return learned(rows, layout);
      seen = survey(body_, width, missing, SIZE_MAX);
    }
  }

  bool by_windows() const { return options_.windows.length > 0; }

  // Of windows, the targets' own values are features as well.
  void check_features(const CsvLayout& layout) const {
    if (!layout.slots.empty() || by_windows()) return;
    std::string why;
    for (const TableNote& note : layout.notes) why += (why.empty() ? ": " : "; ") + note.text;
    throw Error(ErrorKind::data, "no column is left as a feature" + why.substr(0, 300), name_,
                "a table with columns beside the target");
  }

  TableParts learned(CsvRows& rows, CsvLayout& layout) {
    Answers answers = answers_of(rows, layout);
    if (by_windows()) check_series(rows, options_.csv.time, layout);
    const std::vector<RowUse> uses = choose_rows(rows, answers);
    const auto columns = learn_schema(rows, uses, layout, options_, name_);
    layout.schema.task = answers.task;
    layout.schema.class_names = answers.class_names;
    check_answers(answers, layout);
    const std::size_t dropped = rows.dropped + rows.without_target;
    note_dropped(rows, layout);
    warn_of_few(answers, uses, layout);
    warn_of_spellings(rows, answers, layout);
    warn_of_sums(rows, answers, layout);
    TableParts parts = make_parts(rows, answers, uses, layout, options_, name_);
    parts.train.dropped_rows = dropped;
    parts.train.columns = columns;
    if (layout.has_group || layout.has_time || by_windows()) parts.train.uses = uses;
    if (by_windows()) keep_series(rows, uses, parts);
    parts.train.notes = std::move(layout.notes);
    return parts;
  }

  static Answers answers_of(CsvRows& rows, const CsvLayout& layout) {
    if (layout.targets == 0) return {};
    if (layout.targets == 1) return rows.answers.finish();
    Answers answers{.task = layout.schema.task,
                    .class_names = {},
                    .labels = {},
                    .targets = std::move(rows.many_answers),
                    .target_columns = layout.targets,
                    .spreads = std::move(rows.many_spreads)};
    const bool bits =
        std::ranges::all_of(answers.targets, [](float value) { return value == 0 || value == 1; });
    if (answers.task == TableTask::automatic)
      answers.task = bits ? TableTask::multi_label : TableTask::regression;
    if (answers.task == TableTask::multi_label) answers.class_names = layout.schema.target_names();
    return answers;
  }

  std::vector<RowUse> choose_rows(const CsvRows& rows, const Answers& answers) const {
    if (!options_.test_file.empty() || rows.rows.rows() == 0)
      return std::vector<RowUse>(rows.rows.rows(), RowUse::train);
    Examples examples;
    examples.features.rows = rows.rows.rows();
    if (answers.task == TableTask::classification) {
      examples.labels = answers.labels.data();
      examples.classes = answers.class_names.size();
    }
    SplitRule rule{.by = SplitRule::By::class_,
                   .share = options_.test_share,
                   .folds = options_.folds,
                   .fold = options_.fold,
                   .seed = options_.seed};
    if (!options_.csv.group.empty()) rule.by = SplitRule::By::group;
    if (!options_.csv.time.empty() || by_windows()) rule.by = SplitRule::By::time;
    const bool by_group = rule.by == SplitRule::By::group;
    if (!by_windows() && by_group)
      return divide_rows(examples, std::vector<double>(rows.groups.begin(), rows.groups.end()),
                         rule);
    if (!by_windows()) return divide_rows(examples, rows.times, rule);
    if (!rows.groups.empty()) return divide_series(rows.groups, rule);
    std::vector<double> order(rows.rows.rows());  // in which they are, by time as well
    std::iota(order.begin(), order.end(), 0.0);
    return divide_rows(examples, order, rule);
  }

  // Of each row the series that it belongs to, for windows.
  static void keep_series(const CsvRows& rows, std::span<const RowUse> uses, TableParts& parts) {
    parts.train.series_names = rows.group_names;
    for (std::size_t row = 0; row < rows.groups.size(); ++row) {
      if (uses[row] == RowUse::train) parts.train.series.push_back(rows.groups[row]);
      if (uses[row] == RowUse::test) parts.test.series.push_back(rows.groups[row]);
    }
  }

  // Windows need rows that follow one another.
  void check_series(const CsvRows& rows, const std::string& time, CsvLayout& layout) const {
    check_all_rows(rows.left_out, name_);
    if (time.empty()) return;
    check_times(rows.times, rows.groups, time, name_);
    for (TableNote& note : note_spacing(rows.times, rows.groups, time))
      layout.notes.push_back(std::move(note));
  }

  // What cannot be learned, or is doubtful.
  void check_answers(const Answers& answers, CsvLayout& layout) const {
    if (answers.task == TableTask::multi_label &&
        !std::ranges::all_of(answers.targets, [](float value) { return value == 0 || value == 1; }))
      throw Error(ErrorKind::data, "labels are 0 or 1, and a target has other values", name_,
                  "--task regression");
    if (answers.task == TableTask::regression)
      check_spread(answers.spreads, layout.schema.target_names(), name_);
    const TableColumn* target = layout.schema.target();
    if (answers.task != TableTask::classification || target == nullptr) return;
    const bool numbers = !layout.fields.empty() && options_.csv.task == TableTask::automatic &&
                         answers.class_names.size() > kFewClasses && all_numbers(answers);
    if (numbers)
      layout.notes.push_back({true,
                              fmt::format("the {} whole numbers of \"{}\" are taken for classes",
                                          answers.class_names.size(), target->name),
                              "--task regression"});
  }

  // What says little: a score on few rows, and a single class.
  static void warn_of_few(const Answers& answers, const std::vector<RowUse>& uses,
                          CsvLayout& layout) {
    constexpr std::ptrdiff_t kFewRows = 10;
    const auto tested = std::ranges::count(uses, RowUse::test);
    if (tested > 0 && tested < kFewRows)
      layout.notes.push_back({true,
                              fmt::format("only {} {} tested on, so the score says little", tested,
                                          tested == 1 ? "row is" : "rows are"),
                              "--cv 5"});
    if (answers.task == TableTask::classification && answers.class_names.size() == 1)
      layout.notes.push_back(
          {true,
           fmt::format("all rows have the same class, \"{}\"", shortened(answers.class_names[0])),
           "--target COLUMN"});
  }

  static constexpr std::size_t kFewClasses = 10;
  static bool all_numbers(const Answers& answers) {
    return std::ranges::all_of(answers.class_names,
                               [](const std::string& text) { return to_number(text).has_value(); });
  }

  // What stands around the table.
  void note_frame(CsvLayout& layout) const {
    if (!dialect_.above.empty())
      layout.notes.push_back({false,
                              fmt::format("the table begins at line {}, below \"{}\"",
                                          dialect_.first_line, shortened(dialect_.above)),
                              {}});
    if (!dialect_.below.empty())
      layout.notes.push_back(
          {false,
           fmt::format("the end of the file from \"{}\" on is left out: it is no row of the table",
                       shortened(dialect_.below)),
           {}});
  }

  void note_dropped(const CsvRows& rows, CsvLayout& layout) const {
    if (rows.without_target > 0)
      layout.notes.push_back(
          {false,
           fmt::format("{} row{} left out: the target is missing", rows.without_target,
                       rows.without_target == 1 ? " is" : "s are"),
           {}});
  }

  TableParts apply() {
    find_body(known_->header);
    CsvLayout layout = match_layout(names_, *known_, options_, name_);
    layout.schema.decimal = decimal_of_new(layout);
    check_features(layout);
    if (by_windows())
      add_keys(layout,
               survey(body_, layout.fields.size(), MissingTexts(layout.schema.missing_texts),
                      kSurveyedRows),
               options_.csv, name_);
    CsvRows rows(layout, body_, options_, true, name_, dialect_.table.size());
    rows.read();
    if (by_windows()) check_series(rows, options_.csv.time, layout);
    if (rows.rows.rows() == 0)
      throw Error(ErrorKind::data, "a value is missing in every row, and such rows are left out",
                  name_, "--missing mean");
    note_frame(layout);
    note_replaced(rows, layout);
    const std::size_t dropped = rows.dropped + rows.without_target;
    const Answers answers = layout.targets == 0   ? Answers{}
                            : layout.targets == 1 ? rows.answers.finish()
                                                  : answers_of(rows, layout);
    TableParts parts =
        make_parts(rows, answers, std::vector<RowUse>(rows.rows.rows(), RowUse::test), layout,
                   options_, name_);
    if (by_windows())
      keep_series(rows, std::vector<RowUse>(rows.groups.size(), RowUse::test), parts);
    parts.train.schema = *known_;
    parts.train.class_names = parts.test.class_names;
    parts.train.dropped_rows = dropped;
    parts.train.left_out = std::move(rows.left_out);
    parts.train.notes = std::move(layout.notes);
    return parts;
  }

  // Another file may have another decimal sign.
  char decimal_of_new(const CsvLayout& layout) const {
    if (options_.csv.decimal != 0) return options_.csv.decimal;
    CsvSurvey seen = survey(body_, layout.fields.size(), MissingTexts(layout.schema.missing_texts),
                            kSurveyedRows);
    std::size_t point = 0, comma = 0;
    for (std::size_t i = 0; i < layout.fields.size(); ++i) {
      if (!layout.fields[i].is_plain && !layout.fields[i].percent) continue;
      point += seen.columns[i].of(CellKind::point).cells;
      comma += seen.columns[i].of(CellKind::comma).cells;
    }
    if (point == comma || (point > 0 && comma > 0)) return layout.schema.decimal;
    return comma > 0 ? ',' : '.';
  }

  // One line a column for values that training did not meet.
  void note_replaced(const CsvRows& rows, CsvLayout& layout) const {
    for (std::size_t slot = 0; slot < rows.slots.size(); ++slot) {
      const TableColumn& column = layout.schema.columns[layout.slots[slot]];
      const CsvSlot& counts = rows.slots[slot];
      if (column.kind == ColumnKind::text) {
        const std::vector<RowUse> uses(rows.rows.rows(), RowUse::test);
        for (TableNote& note : notes_of_texts(rows.texts, counts.missing, uses, column))
          layout.notes.push_back({false, std::move(note.text), {}});
        continue;
      }
      const bool usual = options_.unknown_category == UnknownCategory::usual;
      if (counts.unknown > 0)
        layout.notes.push_back(
            {false,
             fmt::format("{} value{} of \"{}\" that training did not meet count{} as {}",
                         counts.unknown, counts.unknown == 1 ? "" : "s", column.name,
                         counts.unknown == 1 ? "s" : "",
                         column.embedding > 0 ? "a category that is not known"
                         : usual              ? fmt::format("'{}', the most frequent", column.usual)
                                              : "no category"),
             {}});
      if (counts.missing > 0)
        layout.notes.push_back(
            {false,
             fmt::format("{} missing value{} of \"{}\" count{} as {}", counts.missing,
                         counts.missing == 1 ? "" : "s", column.name,
                         counts.missing == 1 ? "s" : "", stand_in(column)),
             {}});
    }
  }

  static std::string stand_in(const TableColumn& column) {
    const double value = column.replacement + column.offset;
    const bool is_time = value >= 0 && value < 1;
    if (column.kind == ColumnKind::number && column.format == CellFormat::date)
      return is_time ? time_text(value) : date_text(value);
    if (column.kind == ColumnKind::number) return fmt::format("{:.6g}", value);
    if (column.embedding > 0 && !column.had_missing) return "a category that is not known";
    return column.had_missing ? "missing, as in training"
                              : fmt::format("'{}', the most frequent", column.usual);
  }

  const std::string& name_;
  const TableOptions& options_;
  const TableSchema* known_;
  const CsvDialect dialect_;
  const std::string spaced_;  // the table with tabs, where blanks divide it
  CsvCursor body_;            // stands at the first row
  std::vector<std::string> first_, names_;
  std::vector<bool> nameless_;
  bool header_ = false, row_names_ = false;
  bool fitted_ = false;  // the first line is a header, with one field more or less than the rows
};

}  // namespace

TableParts parse_csv(std::string_view text, const std::string& name, const TableOptions& options,
                     const TableSchema* known) {
  return CsvReader(text, name, options, known).read();
}

}  // namespace lithe::data
