#include "data/tables/csv_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <unordered_map>

#include "base/nearest.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using Kind = CsvField::Kind;
using Places = std::unordered_map<std::string_view, std::size_t>;

Places places_of(const std::vector<std::string>& names) {
  Places places;
  for (std::size_t i = 0; i < names.size(); ++i) places.emplace(names[i], i);
  return places;
}

// The column with this name, or with this number from 1.
std::size_t find_column(const std::string& word, const std::vector<std::string>& names,
                        const Places& places, const std::string& file) {
  if (const auto found = places.find(word); found != places.end()) return found->second;
  std::size_t number = 0;
  const char* const end = word.data() + word.size();
  const auto result = std::from_chars(word.data(), end, number);
  if (result.ec == std::errc() && result.ptr == end && number >= 1 && number <= names.size())
    return number - 1;
  const std::string meant = base::nearest(word, names);
  throw Error(ErrorKind::data,
              fmt::format("there is no column '{}' among its {} columns", word, names.size()), file,
              meant.empty() ? "a column's name, or its number from 1" : meant);
}

ColumnKind schema_kind(Kind kind) {
  switch (kind) {
    case Kind::category:
      return ColumnKind::category;
    case Kind::target:
      return ColumnKind::target;
    case Kind::weight:
      return ColumnKind::weight;
    case Kind::ignored:
      return ColumnKind::ignored;
    case Kind::undecided:
    case Kind::number:
      break;
  }
  return ColumnKind::number;
}

Kind field_kind(const TableColumn& column, TargetUse use) {
  switch (column.kind) {
    case ColumnKind::category:
      return Kind::category;
    case ColumnKind::target:
      return use == TargetUse::ignore ? Kind::ignored : Kind::target;
    case ColumnKind::weight:
      return Kind::weight;
    case ColumnKind::ignored:
      return Kind::ignored;
    case ColumnKind::number:
      break;
  }
  return Kind::number;
}

bool is_feature(Kind kind) {
  return kind == Kind::undecided || kind == Kind::number || kind == Kind::category;
}

// Gives every feature a slot, in the order of the schema's columns. `columns` says which column of
// the schema each field is.
void number_slots(CsvLayout& layout, const std::vector<std::size_t>& columns) {
  std::vector<std::size_t> field_of(layout.schema.columns.size(), layout.fields.size());
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (is_feature(layout.fields[i].kind)) field_of[columns[i]] = i;
  for (std::size_t column = 0; column < field_of.size(); ++column) {
    if (field_of[column] == layout.fields.size()) continue;
    layout.fields[field_of[column]].slot = static_cast<std::uint32_t>(layout.slots.size());
    layout.slots.push_back(column);
  }
  for (const CsvField& field : layout.fields) {
    layout.has_target = layout.has_target || field.kind == Kind::target;
    layout.has_weight = layout.has_weight || field.kind == Kind::weight;
  }
}

void set_kind(CsvLayout& layout, std::size_t column, Kind kind, const std::string& file) {
  Kind& now = layout.fields[column].kind;
  if (now != Kind::undecided)
    throw Error(ErrorKind::data,
                fmt::format("the column \"{}\" is named for two purposes", layout.names[column]),
                file, "target, weight, ignored and categorical columns are all different");
  now = kind;
}

void assign_kinds(CsvLayout& layout, const CsvOptions& options, const std::string& file) {
  const Places places = places_of(layout.names);
  const auto set = [&](const std::string& word, Kind kind) {
    set_kind(layout, find_column(word, layout.names, places, file), kind, file);
  };
  for (const auto& word : options.ignore) set(word, Kind::ignored);
  if (!options.weight.empty()) set(options.weight, Kind::weight);
  if (options.task != TableTask::none) {
    if (options.target.empty())
      set_kind(layout, layout.names.size() - 1, Kind::target, file);
    else
      set(options.target, Kind::target);
  }
  for (const auto& word : options.categorical) set(word, Kind::category);
}

// Without a header: the columns of the schema in order; a target that is not needed may be missing.
std::vector<std::size_t> match_by_position(const CsvLayout& layout, const TableOptions& options,
                                           const std::string& file) {
  std::vector<std::size_t> columns;
  const auto& known = layout.schema.columns;
  const std::size_t width = layout.names.size();
  const bool target_lacks = layout.schema.target() != nullptr && width + 1 == known.size() &&
                            options.target_use != TargetUse::required;
  if (width != known.size() && !target_lacks)
    throw Error(ErrorKind::data, fmt::format("it has {} columns, not {}", width, known.size()),
                fmt::format("{}, line 1", file));
  for (std::size_t i = 0; i < known.size(); ++i)
    if (!target_lacks || known[i].kind != ColumnKind::target) columns.push_back(i);
  return columns;
}

bool may_lack(ColumnKind kind, TargetUse use) {
  return kind == ColumnKind::weight || kind == ColumnKind::ignored ||
         (kind == ColumnKind::target && use != TargetUse::required);
}

void check_all_there(const CsvLayout& layout, const Places& present, const TableOptions& options,
                     const std::string& file) {
  for (const TableColumn& column : layout.schema.columns) {
    if (present.contains(column.name) || may_lack(column.kind, options.target_use)) continue;
    const std::string meant = base::nearest(column.name, layout.names);
    throw Error(ErrorKind::data, fmt::format("the header has no column \"{}\"", column.name),
                fmt::format("{}, line 1", file),
                meant.empty() ? std::string() : fmt::format("is it \"{}\"?", meant));
  }
}

// By name. A column that the schema does not have and the options do not ignore is an error. The
// number of columns marks those to ignore.
std::vector<std::size_t> match_by_name(const CsvLayout& layout, const TableOptions& options,
                                       const std::string& file) {
  Places known;
  for (std::size_t i = 0; i < layout.schema.columns.size(); ++i)
    known.emplace(layout.schema.columns[i].name, i);
  check_all_there(layout, places_of(layout.names), options, file);
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < layout.names.size(); ++i) {
    const std::string& name = layout.names[i];
    const auto found = known.find(name);
    const bool ignored = std::ranges::find(options.csv.ignore, name) != options.csv.ignore.end();
    if (found == known.end() && !ignored)
      throw Error(ErrorKind::data, fmt::format("the column \"{}\" is not known", name),
                  fmt::format("{}, line 1, column {}", file, i + 1), "ignore it by name");
    columns.push_back(found == known.end() ? known.size() : found->second);
  }
  return columns;
}

}  // namespace

CsvLayout learn_layout(std::vector<std::string> names, bool header, const CsvOptions& options,
                       const std::string& file) {
  CsvLayout layout;
  layout.names = std::move(names);
  layout.fields.resize(layout.names.size());
  assign_kinds(layout, options, file);
  layout.schema.header = header;
  layout.schema.missing = options.missing;
  layout.schema.missing_texts = options.missing_texts;
  layout.schema.task = options.task;
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < layout.names.size(); ++i) {
    TableColumn column;
    column.name = layout.names[i];
    column.kind = schema_kind(layout.fields[i].kind);
    layout.schema.columns.push_back(std::move(column));
    columns.push_back(i);
  }
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
  for (const std::size_t column : columns) {
    CsvField field;
    field.kind = column == schema.columns.size()
                     ? Kind::ignored
                     : field_kind(schema.columns[column], options.target_use);
    layout.fields.push_back(field);
  }
  number_slots(layout, columns);
  return layout;
}

}  // namespace lithe::data
