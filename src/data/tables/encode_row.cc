// One row by a table's schema. It becomes a file of one line and is read as any other file, so that
// both give the same features and refuse the same things.
#include <fmt/format.h>

#include <algorithm>

#include "data/tables/csv.h"
#include "lithe/error.h"
#include "lithe/table.h"

namespace lithe {

namespace {

constexpr const char* kWhere = "the row to encode";

// As a field of a CSV file. Texts are quoted only where they must be, as most writers do.
std::string field(const std::string& text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

bool is_feature(const TableColumn& column) {
  return column.kind == ColumnKind::number || column.kind == ColumnKind::category ||
         column.kind == ColumnKind::text;
}

}  // namespace

std::vector<float> encode_row(const TableSchema& schema,
                              const std::map<std::string, std::string>& cells,
                              UnknownCategory unknown_category) {
  if (cells.empty()) throw Error(ErrorKind::data, "there are no cells", kWhere);
  if (schema.text() != nullptr)
    throw Error(ErrorKind::data, "a text has a length of its own, which a row does not say", kWhere,
                "apply_table() of a file with the text in it");
  std::string names, values;
  for (const auto& [name, text] : cells) {
    if (std::ranges::find(schema.columns, name, &TableColumn::name) == schema.columns.end())
      throw Error(ErrorKind::data, fmt::format("the column \"{}\" is not known", name), kWhere,
                  "leave it out");
    names += (names.empty() ? "" : ",") + field(name);
    values += (values.empty() ? "" : ",") + field(text);
  }
  TableSchema by_name = schema;
  by_name.header = true;
  TableOptions options;
  options.csv.delimiter = ',';
  options.unknown_category = unknown_category;
  options.target_use = TargetUse::ignore;
  const data::TableParts parts =
      data::parse_csv(names + "\n" + values + "\n", kWhere, options, &by_name);
  const Features& features = parts.test.examples.features;
  if (features.rows != 1)
    throw Error(ErrorKind::data, "a value is missing, and the schema leaves such rows out", kWhere);
  const auto* first = static_cast<const float*>(features.data);
  return {first, first + features.columns};
}

std::vector<float> encode_row(const TableSchema& schema, std::span<const std::string> cells,
                              UnknownCategory unknown_category) {
  std::map<std::string, std::string> named;
  std::size_t columns = 0;
  for (const TableColumn& column : schema.columns) {
    if (!is_feature(column)) continue;
    if (columns < cells.size()) named[column.name] = cells[columns];
    ++columns;
  }
  if (columns != cells.size())
    throw Error(ErrorKind::data,
                fmt::format("{} cells for {} feature columns", cells.size(), columns), kWhere);
  return encode_row(schema, named, unknown_category);
}

}  // namespace lithe
