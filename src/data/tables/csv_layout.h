// Which column of a CSV file is what: decided from the options and a survey of its cells, or taken
// from a schema, before rows are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/tables/csv_survey.h"
#include "lithe/table.h"

namespace lithe::data {

struct CsvField {
  enum class Kind : std::uint8_t {
    number,
    category,
    text,
    target,
    weight,
    group,  // of a row: rows are divided by it, or windows taken of each; no feature
    time,   // of a row: rows are divided by it; no feature
    ignored,
  };
  Kind kind = Kind::number;
  CellFormat format = CellFormat::number;
  DateOrder date_order = DateOrder::month_first;
  bool as_text = false;    // of a target: its cells are names of classes, numbers among them
  bool is_plain = false;   // its cells are numbers, most of them as plain as 12 or -1.5
  double offset = 0;       // subtracted from numbers
  std::string unit = {};   // behind each number
  bool percent = false;    // a percent sign is: numbers without it would be a hundred times as much
  std::uint32_t slot = 0;  // of a feature: its place in the rows as they are read; of a target too
};

struct CsvLayout {
  std::vector<std::string> names;  // of the file's columns
  std::vector<CsvField> fields;    // likewise
  std::vector<std::size_t> slots;  // the schema's column of each slot
  TableSchema schema;
  std::size_t targets = 0;
  bool has_weight = false, has_group = false, has_time = false;
  // Of the schema's columns that are named to be embedded: their learned numbers; 0: by a rule.
  std::map<std::size_t, std::size_t> embedded;
  bool settled = true;  // a cell that does not fit its column is an error: all cells were looked at
  std::map<std::string, std::string> left_out;  // columns that are not taken, and why
  std::vector<TableNote> notes;
};

// Whether a survey of the first rows settles what the columns are: none of them is of several
// kinds.
bool settles(const CsvSurvey& survey);

// Both throw Error(data) with `file` for what does not fit. `nameless`: the columns that the header
// gives no name. `row_names`: the first column is one of them, as R writes it.
CsvLayout learn_layout(std::vector<std::string> names, const std::vector<bool>& nameless,
                       bool header, bool row_names, const CsvSurvey& survey,
                       const CsvOptions& options, const std::string& file);
CsvLayout match_layout(std::vector<std::string> names, const TableSchema& schema,
                       const TableOptions& options, const std::string& file);

// Makes the columns that CsvOptions::group and time name those of the rows, in a layout that was
// matched.
void add_keys(CsvLayout& layout, const CsvSurvey& survey, const CsvOptions& options,
              const std::string& file);

}  // namespace lithe::data
