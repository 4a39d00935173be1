#include "data/tables/csv_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "base/nearest.h"
#include "data/tables/cell.h"
#include "data/tables/csv_named.h"
#include "data/tables/csv_texts.h"
#include "data/tables/csv_types.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using Kind = CsvField::Kind;
bool is_feature(Kind kind) {
  return kind == Kind::number || kind == Kind::category || kind == Kind::text;
}

CsvField field_of(const TableColumn& column, const TableSchema& schema, TargetUse use) {
  CsvField field;
  field.format = column.format;
  field.date_order = column.date_order;
  field.offset = column.offset;
  field.unit = column.unit;
  switch (column.kind) {
    case ColumnKind::category:
      field.kind = Kind::category;
      break;
    case ColumnKind::text:
      field.kind = Kind::text;
      break;
    case ColumnKind::target:
      field.kind = use == TargetUse::ignore ? Kind::ignored : Kind::target;
      field.as_text = schema.task == TableTask::classification;
      break;
    case ColumnKind::weight:
      field.kind = Kind::weight;
      break;
    case ColumnKind::ignored:
      field.kind = Kind::ignored;
      break;
    case ColumnKind::number:
      break;
  }
  return field;
}

// Gives every feature and every target a slot, in the order of the schema's columns. `columns` says
// which column of the schema each field is.
void number_slots(CsvLayout& layout, const std::vector<std::size_t>& columns) {
  for (CsvField& field : layout.fields) {
    layout.has_group = layout.has_group || field.kind == Kind::group;
    layout.has_time = layout.has_time || field.kind == Kind::time;
    field.percent = field.unit == kPercent;
    field.is_plain = !field.percent && field.kind != Kind::category && field.kind != Kind::text &&
                     field.kind != Kind::ignored && field.format == CellFormat::number &&
                     !field.as_text;
  }
  const std::size_t none = layout.fields.size();
  std::vector<std::size_t> field_of(layout.schema.columns.size(), none);
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i] < field_of.size()) field_of[columns[i]] = i;
  for (std::size_t column = 0; column < field_of.size(); ++column) {
    if (field_of[column] == none) continue;
    CsvField& field = layout.fields[field_of[column]];
    layout.has_weight = layout.has_weight || field.kind == Kind::weight;
    if (field.kind == Kind::target) field.slot = static_cast<std::uint32_t>(layout.targets++);
    if (!is_feature(field.kind)) continue;
    field.slot = static_cast<std::uint32_t>(layout.slots.size());
    layout.slots.push_back(column);
  }
}

// Without a header: the columns of the schema in order; a target that is not needed may be missing.
std::vector<std::size_t> match_by_position(const CsvLayout& layout, const TableOptions& options,
                                           const std::string& file) {
  std::vector<std::size_t> columns;
  const auto& known = layout.schema.columns;
  const std::size_t width = layout.names.size();
  const auto targets =
      static_cast<std::size_t>(std::ranges::count(known, ColumnKind::target, &TableColumn::kind));
  const bool target_lacks =
      targets > 0 && width + targets == known.size() && options.target_use != TargetUse::required;
  if (width != known.size() && !target_lacks)
    throw Error(ErrorKind::data, fmt::format("it has {} columns, not {}", width, known.size()),
                fmt::format("{}, line 1", file), "the columns of the training table, in its order");
  for (std::size_t i = 0; i < known.size(); ++i)
    if (!target_lacks || known[i].kind != ColumnKind::target) columns.push_back(i);
  return columns;
}

bool may_lack(ColumnKind kind, TargetUse use) {
  return kind == ColumnKind::weight || kind == ColumnKind::ignored ||
         (kind == ColumnKind::target && use != TargetUse::required);
}

// "a", "b" and 3 more
std::string quoted(const std::vector<std::string>& names) {
  constexpr std::size_t kMostNamed = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i)
    text += fmt::format("{}\"{}\"", i > 0 ? ", " : "", shortened(names[i]));
  if (names.size() > kMostNamed) text += fmt::format(" and {} more", names.size() - kMostNamed);
  return text;
}

// What to do where these columns are not there.
std::string remedy_for(const std::vector<std::string>& missing, const CsvLayout& layout) {
  const std::vector<std::string> targets = layout.schema.target_names();
  const auto is_target = [&](const std::string& name) {
    return std::ranges::find(targets, name) != targets.end();
  };
  if (std::ranges::all_of(missing, is_target))
    return fmt::format("a column {} with the right answers, or `lithe predict`, which needs none",
                       quoted(missing));
  const std::string meant = base::nearest(missing.front(), layout.names);
  if (missing.size() == 1 && !meant.empty())
    return fmt::format("\"{}\" instead of \"{}\" in the header", missing.front(), meant);
  std::vector<std::string> needed;
  for (const TableColumn& column : layout.schema.columns)
    if (!may_lack(column.kind, TargetUse::ignore)) needed.push_back(column.name);
  return fmt::format("a first line with the names of the columns; the model needs {}",
                     quoted(needed));
}

void check_all_there(const CsvLayout& layout, const Places& present, const TableOptions& options,
                     const std::string& file) {
  std::vector<std::string> missing;
  for (const TableColumn& column : layout.schema.columns)
    if (!present.contains(column.name) && !may_lack(column.kind, options.target_use))
      missing.push_back(column.name);
  if (missing.empty()) return;
  throw Error(
      ErrorKind::data,
      fmt::format("the header has no column{} {}", missing.size() == 1 ? "" : "s", quoted(missing)),
      fmt::format("{}, line 1", file), remedy_for(missing, layout));
}

// By name. Columns that the schema does not have are ignored; their number in the result is the
// number of the schema's columns.
std::vector<std::size_t> match_by_name(CsvLayout& layout, const TableOptions& options,
                                       const std::string& file) {
  Places known;
  for (std::size_t i = 0; i < layout.schema.columns.size(); ++i)
    known.emplace(layout.schema.columns[i].name, i);
  check_all_there(layout, places_of(layout.names), options, file);
  std::vector<std::size_t> columns;
  std::vector<std::string> extra;
  for (const std::string& name : layout.names) {
    const auto found = known.find(name);
    if (found == known.end() &&
        std::ranges::find(options.csv.ignore, name) == options.csv.ignore.end())
      extra.push_back(name);
    columns.push_back(found == known.end() ? known.size() : found->second);
  }
  if (!extra.empty())
    layout.notes.push_back(
        {false,
         fmt::format("{} column{} that the model does not take {} ignored: {:.200}", extra.size(),
                     extra.size() == 1 ? "" : "s", extra.size() == 1 ? "is" : "are",
                     fmt::to_string(fmt::join(extra, ", "))),
         {}});
  return columns;
}

// The last column, unless separators at the ends of all lines made it.
std::size_t last_column(const CsvSurvey& survey, const std::vector<bool>& nameless) {
  const std::size_t last = survey.columns.size() - 1;
  return last > 0 && nameless[last] && survey.columns[last].present() == 0 ? last - 1 : last;
}

// How the cells of a column of times are read.
void set_time(std::size_t i, CsvField& field, CsvLayout& layout, const CsvSurvey& survey,
              const CsvOptions& options, const std::string& file) {
  const std::string& name = layout.names[i];
  const CsvType type =
      choose_type(survey.columns[i], layout.schema.decimal, name, options, file, layout.notes, {});
  if (type.category)
    throw Error(ErrorKind::data, fmt::format("the column \"{}\" has texts that are no times", name),
                file, "--time names a column of numbers or dates; --group, one of texts");
  field.format = type.format;
  field.date_order = type.date_order;
  field.unit = type.unit;
}

class LayoutLearner {
 public:
  LayoutLearner(CsvLayout& layout, const std::vector<bool>& nameless, bool row_names,
                const CsvSurvey& survey, const CsvOptions& options, const std::string& file)
      : layout_(layout),
        nameless_(nameless),
        row_names_(row_names),
        survey_(survey),
        options_(options),
        file_(file) {}

  void run() {
    NamedColumns named(layout_.names, options_, file_);
    layout_.embedded = named.embedded();
    if (options_.task != TableTask::none && options_.targets.empty()) {
      const std::size_t last = last_column(survey_, nameless_);
      if (named.of(last))
        throw Error(ErrorKind::data,
                    fmt::format("the column \"{}\" is named for two purposes", layout_.names[last]),
                    file_, "--target COLUMN: without it, the last column is the target");
      named.set(last, Kind::target);
    }
    check_targets(named);
    if (options_.text) take_text(named);
    layout_.schema.decimal = choose_decimal(survey_, layout_.names, options_, layout_.notes);
    for (std::size_t i = 0; i < layout_.names.size(); ++i) add(i, named.of(i));
  }

 private:
  // The column of texts becomes the only feature.
  void take_text(NamedColumns& named) {
    const std::size_t width = layout_.names.size(), most = options_.text->most_tokens;
    if (most == 0 || most > kMostTextTokens)
      throw Error(ErrorKind::usage, fmt::format("{} tokens of a text", most), "--window",
                  fmt::format("from 1 to {}", kMostTextTokens));
    std::vector<std::size_t> texts;
    std::vector<std::string> others;
    const bool is_named = !options_.text->column.empty();
    for (std::size_t i = 0; i < width; ++i) {
      const auto kind = named.of(i);
      if (kind == Kind::number || kind == Kind::category)
        throw Error(ErrorKind::data,
                    fmt::format("a text is the only input, and \"{}\" is named as one beside it",
                                layout_.names[i]),
                    file_, "leave out --categorical, --numeric and --embed");
      if (kind == Kind::text || (!kind && !is_named && mostly_texts(survey_.columns[i])))
        texts.push_back(i);
      else if (!kind)
        others.push_back(layout_.names[i]);
    }
    if (texts.size() != 1) refuse_texts_of(texts);
    named.set(texts[0], Kind::text);
    for (std::size_t i = 0; i < width; ++i)
      if (!named.of(i)) beside_text_.insert(i);
    if (!others.empty())
      layout_.notes.push_back(
          {false,
           fmt::format("{} column{} left out, for a text is the only input: {:.200}", others.size(),
                       others.size() == 1 ? " is" : "s are",
                       fmt::to_string(fmt::join(others, ", "))),
           {}});
  }

  static bool mostly_texts(const ColumnSurvey& cells) {
    return cells.of(CellKind::text).cells * 2 > cells.present();
  }

  [[noreturn]] void refuse_texts_of(const std::vector<std::size_t>& texts) const {
    std::vector<std::string> names;
    for (const std::size_t i : texts) names.push_back(layout_.names[i]);
    throw Error(ErrorKind::data,
                texts.empty()
                    ? "no column beside the target holds texts"
                    : fmt::format("{} columns hold texts: {}", texts.size(), quoted(names)),
                file_,
                texts.empty() ? "--text-column COLUMN, and --target COLUMN for the answers"
                              : fmt::format("--text-column \"{}\", say", names[0]));
  }

  // Whether one target or several fit the task.
  void check_targets(const NamedColumns& named) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < layout_.names.size(); ++i)
      if (named.of(i) == Kind::target) names.push_back(layout_.names[i]);
    if (options_.task == TableTask::multi_label && names.size() == 1)
      throw Error(ErrorKind::data,
                  fmt::format("several labels are several targets, and \"{}\" is one", names[0]),
                  file_, "a --target for each label, or --task classification");
    if (options_.task == TableTask::classification && names.size() > 1)
      throw Error(
          ErrorKind::data,
          fmt::format("a model tells the classes of one target, and these are {}", names.size()),
          file_,
          fmt::format("--target \"{}\" alone, and a model for each of the others; "
                      "--task multi-label is for targets of 0 and 1",
                      names[0]));
  }

  // Several targets are numbers, or labels.
  [[noreturn]] void refuse_texts(const std::string& name, const ColumnSurvey& cells) const {
    const ColumnSurvey::Kind& text = cells.of(CellKind::text);
    throw Error(ErrorKind::data,
                fmt::format("several targets are numbers, or 0 and 1, or yes and no, and \"{}\" "
                            "has texts such as '{}'",
                            name, shortened(text.first)),
                fmt::format("{}, line {}, column {}", file_, text.place.line, text.place.column),
                fmt::format("--target \"{}\" alone, which learns its texts as classes; or write "
                            "them as 0 and 1",
                            name));
  }

  void add(std::size_t i, std::optional<Kind> kind) {
    const std::string& name = layout_.names[i];
    const ColumnSurvey& cells = survey_.columns[i];
    TableColumn column;
    column.name = name;
    if (kind == Kind::ignored || kind == Kind::group || kind == Kind::time) {
      layout_.left_out[name] = kind == Kind::ignored ? "--ignore" : "it divides the rows";
      column.kind = ColumnKind::ignored;
    } else if (kind == Kind::category) {
      column.kind = ColumnKind::category;
    } else if (kind == Kind::text) {
      column.kind = ColumnKind::text;
      column.text_unit = options_.text->unit;
    } else if (beside_text_.contains(i)) {
      layout_.left_out[name] = "a text is the only input";
      column.kind = ColumnKind::ignored;
    } else if (const std::string why = kind ? "" : why_left_out(i); !why.empty()) {
      const bool numbers = cells.numbers(layout_.schema.decimal) == cells.present();
      layout_.notes.push_back(
          {false, fmt::format("the column \"{}\" is left out: {}", name, why),
           cells.present() == 0
               ? ""
               : fmt::format("--{} \"{}\" takes it", numbers ? "numeric" : "categorical", name)});
      layout_.left_out[name] = why;
      column.kind = ColumnKind::ignored;
    } else {
      if (kind == Kind::target) column.kind = ColumnKind::target;
      if (kind == Kind::weight) column.kind = ColumnKind::weight;
      set_type(column, cells, kind == Kind::number);
      if (!kind && column.kind == ColumnKind::number) warn_of_counting(cells, name);
    }
    CsvField field = field_of(column, layout_.schema, TargetUse::required);
    field.as_text = column.kind == ColumnKind::target && reads_texts_;
    if (kind == Kind::group || kind == Kind::time) set_key(i, *kind, field);
    layout_.fields.push_back(field);
    layout_.schema.columns.push_back(std::move(column));
  }

  // A time is a number or a date; a group is any text.
  void set_key(std::size_t i, Kind kind, CsvField& field) {
    field.kind = kind;
    field.as_text = kind == Kind::group;
    if (kind == Kind::time) set_time(i, field, layout_, survey_, options_, file_);
  }

  // A column may count for a reason: years do.
  void warn_of_counting(const ColumnSurvey& cells, const std::string& name) {
    constexpr std::size_t kFewRows = 20;
    const bool years = cells.low >= 1800 && cells.high <= 2200;
    if (!cells.consecutive || cells.missing > 0 || cells.present() < kFewRows || years) return;
    layout_.notes.push_back(
        {true, fmt::format("\"{}\" is one more in each row, as if it counted the rows", name),
         fmt::format("--ignore \"{}\"", name)});
  }

  std::string why_left_out(std::size_t i) const {
    const ColumnSurvey& cells = survey_.columns[i];
    if (i == 0 && row_names_) return "it has the names of the rows, to which the header gives none";
    if (survey_.whole && cells.present() == 0) return "it has no values";
    return why_index(cells, layout_.names[i], !nameless_[i], i);
  }

  // The option that takes a column of numbers and texts for texts.
  std::string as_texts(const TableColumn& column, bool several) const {
    if (column.kind == ColumnKind::weight) return {};
    // Where numbers are asked for, as windows do, classes are no way out.
    if (column.kind == ColumnKind::target && options_.task == TableTask::regression) return {};
    if (column.kind != ColumnKind::target) return fmt::format("--categorical \"{}\"", column.name);
    return several ? std::string() : "--task classification";
  }

  // `numeric`: the options say that it is a number.
  void set_type(TableColumn& column, const ColumnSurvey& cells, bool numeric) {
    const bool target = column.kind == ColumnKind::target;
    reads_texts_ = target && options_.task == TableTask::classification;
    if (reads_texts_) return;
    const bool several = options_.targets.size() > 1;
    const CsvType type = choose_type(cells, layout_.schema.decimal, column.name, options_, file_,
                                     layout_.notes, as_texts(column, several));
    if (target && several && type.category) refuse_texts(column.name, cells);
    if (target && !several && (type.category || type.format == CellFormat::boolean)) {
      reads_texts_ = true;
      return;
    }
    column.format = type.format;
    column.date_order = type.date_order;
    column.unit = type.unit;
    if (target && type.format == CellFormat::date)
      layout_.notes.push_back({false,
                               fmt::format("\"{}\" is a date: it is learned, answered and scored "
                                           "in days since 1970-01-01",
                                           column.name),
                               {}});
    if (target || column.kind == ColumnKind::weight) return;
    column.offset = type.offset;
    if (numeric && type.category)
      throw Error(ErrorKind::data,
                  fmt::format("the column \"{}\" has texts that are no numbers, such as '{}'",
                              column.name, shortened(cells.of(CellKind::text).first)),
                  file_, fmt::format("leave out --numeric \"{}\"", column.name));
    const bool code = cells.leading_zeros > 0 && type.format == CellFormat::number && !numeric;
    if (type.category || code) column.kind = ColumnKind::category, column.offset = 0;
    if (code)
      layout_.notes.push_back(
          {true,
           fmt::format("\"{}\" is taken for a category: numbers with a 0 in front, such as {}, are "
                       "codes",
                       column.name, cells.leading_zero),
           fmt::format("--numeric \"{}\"", column.name)});
  }

  CsvLayout& layout_;
  const std::vector<bool>& nameless_;
  const bool row_names_;
  const CsvSurvey& survey_;
  const CsvOptions& options_;
  const std::string& file_;
  bool reads_texts_ = false;           // of the target that was added last
  std::set<std::size_t> beside_text_;  // columns that are left out for a text
};

}  // namespace

bool settles(const CsvSurvey& survey) {
  return survey.whole || std::ranges::all_of(survey.columns, [](const ColumnSurvey& column) {
           return is_pure(column, '.') || is_pure(column, ',');
         });
}

CsvLayout learn_layout(std::vector<std::string> names, const std::vector<bool>& nameless,
                       bool header, bool row_names, const CsvSurvey& survey,
                       const CsvOptions& options, const std::string& file) {
  CsvLayout layout;
  layout.names = std::move(names);
  layout.settled = survey.whole;
  layout.schema.header = header;
  layout.schema.missing = options.missing;
  layout.schema.missing_texts = options.missing_texts;
  layout.schema.task = options.task;
  LayoutLearner(layout, nameless, row_names, survey, options, file).run();
  std::vector<std::size_t> columns(layout.names.size());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  number_slots(layout, columns);
  return layout;
}

CsvLayout match_layout(std::vector<std::string> names, const TableSchema& schema,
                       const TableOptions& options, const std::string& file) {
  CsvLayout layout;
  layout.names = std::move(names);
  layout.schema = schema;
  const auto columns = schema.header ? match_by_name(layout, options, file)
                                     : match_by_position(layout, options, file);
  CsvField unknown;
  unknown.kind = Kind::ignored;
  for (const std::size_t column : columns)
    layout.fields.push_back(column == schema.columns.size()
                                ? unknown
                                : field_of(schema.columns[column], schema, options.target_use));
  number_slots(layout, columns);
  return layout;
}

void add_keys(CsvLayout& layout, const CsvSurvey& survey, const CsvOptions& options,
              const std::string& file) {
  const auto& names = layout.names;
  const auto add = [&](const std::string& word, CsvField::Kind kind, const char* what) {
    if (word.empty()) return;
    auto at = static_cast<std::size_t>(std::ranges::find(names, word) - names.begin());
    for (std::size_t i = 0; i < names.size() && at == names.size(); ++i)
      if (fmt::format("{}", i + 1) == word) at = i;
    if (at == names.size())
      throw Error(ErrorKind::data,
                  fmt::format("the header has no column \"{}\", the {} of the rows", word, what),
                  fmt::format("{}, line 1", file), "the columns of the training table");
    CsvField& field = layout.fields[at] = {};
    field.kind = kind;
    field.as_text = kind == CsvField::Kind::group;
    if (kind == CsvField::Kind::time) set_time(at, field, layout, survey, options, file);
  };
  add(options.group, CsvField::Kind::group, "group");
  add(options.time, CsvField::Kind::time, "time");
  layout.has_group = !options.group.empty(), layout.has_time = !options.time.empty();
}

}  // namespace lithe::data
