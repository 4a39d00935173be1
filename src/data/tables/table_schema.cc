// The schema of a table, and its JSON, which is stored in a model file.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "base/figure.h"
#include "base/json_depth.h"
#include "data/tables/cell.h"
#include "data/tables/csv_cursor.h"
#include "data/tables/csv_texts.h"
#include "data/tables/table_part.h"
#include "lithe/error.h"
#include "lithe/table.h"

namespace lithe {

namespace {

using nlohmann::json;

constexpr std::array<std::pair<ColumnKind, const char*>, 6> kKinds = {{
    {ColumnKind::number, "number"},
    {ColumnKind::category, "category"},
    {ColumnKind::text, "text"},
    {ColumnKind::target, "target"},
    {ColumnKind::weight, "weight"},
    {ColumnKind::ignored, "ignored"},
}};
constexpr std::array<std::pair<CellFormat, const char*>, 4> kFormats = {{
    {CellFormat::number, "number"},
    {CellFormat::date, "date"},
    {CellFormat::boolean, "boolean"},
    {CellFormat::duration, "duration"},
}};
constexpr std::array<std::pair<DateOrder, const char*>, 2> kOrders = {{
    {DateOrder::day_first, "day_first"},
    {DateOrder::month_first, "month_first"},
}};
constexpr std::array<std::pair<TableTask, const char*>, 4> kTasks = {{
    {TableTask::classification, "classification"},
    {TableTask::regression, "regression"},
    {TableTask::multi_label, "multi_label"},
    {TableTask::none, "none"},
}};
constexpr std::array<std::pair<MissingPolicy, const char*>, 5> kPolicies = {{
    {MissingPolicy::error, "error"},
    {MissingPolicy::mean, "mean"},
    {MissingPolicy::median, "median"},
    {MissingPolicy::zero, "zero"},
    {MissingPolicy::drop_row, "drop_row"},
}};

[[noreturn]] void fail(const std::string& problem) {
  throw Error(ErrorKind::model, "the table's schema is damaged: " + problem);
}

template <typename Table, typename Value>
const char* word_for(const Table& table, Value value) {
  for (const auto& [known, word] : table)
    if (known == value) return word;
  return "none";
}

template <typename Table>
auto value_for(const Table& table, const std::string& word) {
  for (const auto& [value, known] : table)
    if (word == known) return value;
  fail(fmt::format("'{}' is not one of the words that may stand there", word));
}

const json& member(const json& object, const char* key) {
  if (!object.is_object()) fail("a value that should have members has none");
  const auto found = object.find(key);
  if (found == object.end()) fail(fmt::format("'{}' is missing", key));
  return *found;
}

std::string text_member(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_string()) fail(fmt::format("'{}' is not a text", key));
  return value.get<std::string>();
}

bool bool_member(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_boolean()) fail(fmt::format("'{}' is neither true nor false", key));
  return value.get<bool>();
}

const json& array_member(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_array()) fail(fmt::format("'{}' is not a list", key));
  return value;
}

std::vector<std::string> texts_member(const json& object, const char* key) {
  std::vector<std::string> texts;
  for (const json& text : array_member(object, key)) {
    if (!text.is_string()) fail(fmt::format("'{}' has an entry that is not a text", key));
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

void check_all_different(const std::vector<std::string>& texts, const char* what) {
  const std::set<std::string_view> set(texts.begin(), texts.end());
  if (set.size() != texts.size()) fail(fmt::format("{} twice", what));
}

json print_column(const TableColumn& column) {
  json object = {{"name", column.name}, {"kind", word_for(kKinds, column.kind)}};
  if (column.kind == ColumnKind::category) {
    object["categories"] = column.categories;
    object["usual"] = column.usual;
    if (column.embedding > 0) object["embedding"] = column.embedding;
  }
  if (column.kind == ColumnKind::text) {
    object["tokens"] = name(column.text_unit);
    object["length"] = column.text_length;
    object["vocabulary"] = column.categories;
  }
  if (column.kind == ColumnKind::number) {
    object["replacement"] = column.replacement;
    if (column.offset != 0) object["offset"] = column.offset;
  }
  if (!column.unit.empty()) object["unit"] = column.unit;
  if (column.format != CellFormat::number) object["format"] = word_for(kFormats, column.format);
  if (column.format == CellFormat::date) object["dates"] = word_for(kOrders, column.date_order);
  if (column.had_missing) object["had_missing"] = true;
  if (column.indicator) object["indicator"] = true;
  return object;
}

double number_member(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_number() || !(std::abs(value.get<double>()) <= 3.4e38))
    fail(fmt::format("'{}' is not a number of 32 bits", key));
  return value.get<double>();
}

void parse_categories(const json& object, TableColumn& column) {
  column.categories = texts_member(object, "categories");
  check_all_different(column.categories, "a category stands there");
  if (!std::ranges::is_sorted(column.categories)) fail("categories are not sorted");
  column.usual = text_member(object, "usual");
  if (!std::ranges::binary_search(column.categories, column.usual))
    fail("the usual category is none of the categories");
  if (!object.contains("embedding")) return;
  const json& size = object["embedding"];
  if (!size.is_number_unsigned() || size.get<std::size_t>() == 0 ||
      size.get<std::size_t>() > data::kMostEmbedded)
    fail("'embedding' is no number of learned numbers");
  column.embedding = size.get<std::size_t>();
}

void parse_text(const json& object, TableColumn& column) {
  const std::string unit = text_member(object, "tokens");
  for (const TextUnit one : {TextUnit::chars, TextUnit::bytes, TextUnit::words})
    if (name(one) == unit) column.text_unit = one;
  if (name(column.text_unit) != unit) fail("the tokens of a text are none that are known");
  const json& length = member(object, "length");
  if (!length.is_number_unsigned() || length.get<std::size_t>() == 0 ||
      length.get<std::size_t>() > data::kMostTextTokens)
    fail("'length' is no number of tokens");
  column.text_length = length.get<std::size_t>();
  column.categories = texts_member(object, "vocabulary");
  check_all_different(column.categories, "a token stands there");
  if (column.categories.size() > data::kMostTextWords) fail("a text has too many tokens");
  if (column.text_unit == TextUnit::bytes && !column.categories.empty())
    fail("bytes have a vocabulary");
}

TableColumn parse_column(const json& object) {
  TableColumn column;
  column.name = text_member(object, "name");
  column.kind = value_for(kKinds, text_member(object, "kind"));
  if (column.kind == ColumnKind::category) parse_categories(object, column);
  if (column.kind == ColumnKind::text) parse_text(object, column);
  if (column.kind == ColumnKind::number) {
    column.replacement = number_member(object, "replacement");
    if (object.contains("offset")) column.offset = number_member(object, "offset");
  }
  if (object.contains("unit")) column.unit = text_member(object, "unit");
  if (object.contains("format")) column.format = value_for(kFormats, text_member(object, "format"));
  if (column.format == CellFormat::date)
    column.date_order = value_for(kOrders, text_member(object, "dates"));
  if (object.contains("had_missing")) column.had_missing = bool_member(object, "had_missing");
  if (object.contains("indicator")) column.indicator = bool_member(object, "indicator");
  if (column.indicator && (column.features() == 0 || column.embedding > 0))
    fail("a column marks what it does not hold");
  if (column.embedding * column.embedding_rows() > data::kMostEmbeddedInAll)
    fail("a column has too many learned numbers");
  return column;
}

void check(const TableSchema& schema) {
  std::vector<std::string> names;
  std::size_t targets = 0, weights = 0, features = 0;
  for (const TableColumn& column : schema.columns) {
    names.push_back(column.name);
    targets += column.kind == ColumnKind::target ? 1 : 0;
    weights += column.kind == ColumnKind::weight ? 1 : 0;
    features += column.features();
  }
  check_all_different(names, "a column stands there");
  check_all_different(schema.class_names, "a class stands there");
  if (weights > 1) fail("it has more than one weight");
  if (const TableColumn* text = schema.text(); text != nullptr && features != text->features())
    fail("a text is not the only feature");
  if (features > data::kMostColumns) fail("it has too many features");
  const bool several = schema.task == TableTask::multi_label;
  const bool classes = schema.task == TableTask::classification || several;
  if (classes == schema.class_names.empty()) fail("its classes do not fit its task");
  if (several && schema.class_names.size() != targets) fail("its labels do not fit its targets");
  if (targets > 1 && schema.task == TableTask::classification) fail("classes of several targets");
  if (!schema.columns.empty() && (schema.task != TableTask::none) != (targets > 0))
    fail("its target does not fit its task");
}

}  // namespace

std::vector<std::string> usual_missing_texts() {
  return {"",        "NA",      "N/A",   "#N/A",   "#N/A N/A", "<NA>", "n.a.", "NaN",
          "-nan",    "null",    "None",  "nil",    "?",        "-",    "--",   "#NULL!",
          "#VALUE!", "#DIV/0!", "#REF!", "#NAME?", "#NUM!",    "NaT",  "."};
}

std::size_t TableColumn::features() const {
  if (kind == ColumnKind::number) return indicator ? 2 : 1;
  if (kind == ColumnKind::text) return text_length;
  if (kind != ColumnKind::category) return 0;
  return embedding > 0 ? 1 : categories.size() + (indicator ? 1 : 0);
}

std::size_t TableColumn::embedding_rows() const {
  return embedding > 0 ? 1 + categories.size() + (had_missing ? 1 : 0) : 0;
}

std::size_t TableColumn::token_count() const {
  if (kind != ColumnKind::text) return 0;
  return 1 + (text_unit == TextUnit::bytes ? 256 : categories.size());
}

std::string TableColumn::token(std::size_t number) const {
  if (number == 0 || number >= token_count()) return "<unknown>";
  if (text_unit == TextUnit::bytes) return std::string(1, static_cast<char>(number - 1));
  return categories[number - 1];
}

std::size_t embedding_size(std::size_t categories) {
  constexpr double kMost = 600;
  const double size = std::round(1.6 * std::pow(static_cast<double>(categories), 0.56));
  return static_cast<std::size_t>(std::clamp(size, 1.0, kMost));
}

const TableColumn* TableSchema::target() const {
  const auto found = std::ranges::find(columns, ColumnKind::target, &TableColumn::kind);
  return found == columns.end() ? nullptr : &*found;
}

const TableColumn* TableSchema::text() const {
  const auto found = std::ranges::find(columns, ColumnKind::text, &TableColumn::kind);
  return found == columns.end() ? nullptr : &*found;
}

std::vector<std::string> TableSchema::target_names() const {
  std::vector<std::string> names;
  for (const TableColumn& column : columns)
    if (column.kind == ColumnKind::target) names.push_back(column.name);
  return names;
}

std::size_t TableSchema::feature_count() const {
  std::size_t count = 0;
  for (const TableColumn& column : columns) count += column.features();
  return count;
}

std::vector<std::string> TableSchema::feature_names() const {
  std::vector<std::string> names;
  for (const TableColumn& column : columns) {
    if (column.kind == ColumnKind::number || column.embedding > 0) names.push_back(column.name);
    if (column.kind == ColumnKind::text) {
      for (std::size_t i = 1; i <= column.text_length; ++i)
        names.push_back(fmt::format("{}, {} {}", column.name, singular(column.text_unit), i));
      continue;
    }
    for (const auto& category :
         column.embedding > 0 ? std::vector<std::string>{} : column.categories)
      names.push_back(fmt::format("{}={}", column.name, category));
    if (column.indicator) names.push_back(column.name + " is missing");
  }
  return names;
}

std::vector<std::vector<std::size_t>> TableSchema::row_columns(std::size_t behind) const {
  std::vector<std::vector<std::size_t>> result;
  bool embeds = false;
  const auto add_numbers = [&result](std::size_t count) {
    if (count == 0) return;
    if (result.empty() || result.back().size() != 1) result.push_back({0});
    result.back()[0] += count;
  };
  for (const TableColumn& column : columns) {
    embeds = embeds || column.embedding > 0;
    if (column.embedding > 0)
      result.push_back({column.embedding_rows(), column.embedding});
    else
      add_numbers(column.features());
  }
  add_numbers(behind);
  return embeds ? result : std::vector<std::vector<std::size_t>>{};
}

std::string TableSchema::to_json() const {
  json object = {{"header", header},
                 {"task", word_for(kTasks, task)},
                 {"class_names", class_names},
                 {"missing", word_for(kPolicies, missing)},
                 {"missing_texts", missing_texts},
                 {"decimal", std::string(1, decimal)},
                 {"columns", json::array()}};
  for (const TableColumn& column : columns) object["columns"].push_back(print_column(column));
  return object.dump();
}

TableSchema TableSchema::from_json(const std::string& text) {
  if (base::nests_too_deep(text)) fail("it is nested too deep");
  const json object = json::parse(text, nullptr, false);
  if (object.is_discarded()) fail("it is not JSON");
  TableSchema schema;
  schema.header = bool_member(object, "header");
  schema.task = value_for(kTasks, text_member(object, "task"));
  schema.class_names = texts_member(object, "class_names");
  schema.missing = value_for(kPolicies, text_member(object, "missing"));
  schema.missing_texts = texts_member(object, "missing_texts");
  const std::string decimal = text_member(object, "decimal");
  if (decimal != "." && decimal != ",") fail("its decimal sign is neither a point nor a comma");
  schema.decimal = decimal[0];
  const json& columns = array_member(object, "columns");
  if (columns.size() > data::kMostColumns + 1) fail("it has too many columns");
  for (const json& column : columns) schema.columns.push_back(parse_column(column));
  check(schema);
  return schema;
}

std::string ColumnSummary::format() const {
  std::string text = kind;
  const std::string behind = unit.empty() ? "" : " " + unit;
  if (kind == "number")
    text += fmt::format(", {} to {}{}", base::figure(low), base::figure(high), behind);
  if (kind == "duration") text += fmt::format(", {:.6g} to {:.6g} days", low, high);
  if (kind == "time of day")
    text += fmt::format(", {} to {}", data::time_text(low), data::time_text(high));
  if (kind == "date")
    text += fmt::format(", {} to {}", data::date_text(low), data::date_text(high));
  if (missing > 0) text += fmt::format(", {} missing", missing);
  return text;
}

}  // namespace lithe
