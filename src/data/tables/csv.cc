#include "data/tables/csv.h"

#include <fmt/format.h>

#include <unordered_set>
#include <utility>

#include "data/tables/csv_cursor.h"
#include "data/tables/csv_dialect.h"
#include "data/tables/csv_features.h"
#include "data/tables/csv_layout.h"
#include "data/tables/csv_rows.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

std::vector<std::string> read_first_record(CsvCursor& cursor) {
  std::vector<std::string> fields;
  cursor.begin_record();
  do {
    const std::string_view text = cursor.take_text();
    if (fields.size() == kMostColumns)
      cursor.fail(fmt::format("the first line has more than the {} columns allowed", kMostColumns));
    cursor.check_utf8(text);
    fields.emplace_back(text);
  } while (!cursor.record_ended());
  return fields;
}

// A column without a name is called by its number.
std::vector<std::string> column_names(std::vector<std::string> header, bool is_header,
                                      const std::string& file) {
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (!is_header || header[i].empty()) header[i] = fmt::to_string(i + 1);
    const std::string where = fmt::format("{}, line 1, column {}", file, i + 1);
    if (header[i].size() > kLongestText)
      throw Error(ErrorKind::data, fmt::format("a column's name of {} bytes", header[i].size()),
                  where);
    if (!seen.insert(header[i]).second)
      throw Error(ErrorKind::data, fmt::format("the header has \"{}\" twice", header[i]), where);
  }
  return header;
}

bool starts_with_header(const std::vector<std::string>& record, const CsvOptions& options,
                        const TableSchema* known) {
  if (known == nullptr) return has_header(record, options);
  return known->header;
}

}  // namespace

TablePart parse_csv(std::string_view text, const std::string& name, const TableOptions& options,
                    const TableSchema* known) {
  const char delimiter = find_delimiter(text, options.csv.delimiter);
  CsvCursor cursor(text, delimiter, name);
  if (cursor.at_end()) throw Error(ErrorKind::data, "the file is empty", name);
  std::vector<std::string> first = read_first_record(cursor);
  const bool header = starts_with_header(first, options.csv, known);
  std::vector<std::string> names = column_names(std::move(first), header, name);
  CsvLayout layout = known == nullptr ? learn_layout(std::move(names), header, options.csv, name)
                                      : match_layout(std::move(names), *known, options, name);
  if (layout.slots.empty()) throw Error(ErrorKind::data, "no column is left as a feature", name);

  CsvCursor body = header ? std::move(cursor) : CsvCursor(text, delimiter, name);
  body.set_names(header ? &layout.names : nullptr);
  if (body.at_end()) throw Error(ErrorKind::data, "the file has a header but no rows", name);
  CsvRows rows(layout, body, options, known != nullptr, name, text.size());
  rows.read();
  return make_csv_part(rows, layout, options, known != nullptr, name);
}

}  // namespace lithe::data
