// What a column of a CSV file is, from a survey of its cells.
#pragma once

#include <string>
#include <vector>

#include "data/tables/csv_survey.h"
#include "lithe/table.h"

namespace lithe::data {

// The unit of a column of numbers that all have a percent sign.
inline constexpr const char* kPercent = "%";

struct CsvType {
  bool category = false;  // its cells are texts
  CellFormat format = CellFormat::number;
  DateOrder date_order = DateOrder::month_first;
  double offset = 0;
  std::string unit = {};  // behind each number
};

// The decimal sign that the numbers of all columns allow: a comma if some number needs one and none
// needs a point. Adds a note where numbers such as 1,234 leave it open.
char choose_decimal(const CsvSurvey& survey, const std::vector<std::string>& names,
                    const CsvOptions& options, std::vector<TableNote>& notes);

// Whether the cells are of one kind, as far as they were looked at.
bool is_pure(const ColumnSurvey& column, char decimal);

// Throws Error(data) for a column that is mostly numbers, or dates, and has other texts.
// `as_texts`: the option that takes the column for texts, which that error names; empty: there is
// none.
CsvType choose_type(const ColumnSurvey& column, char decimal, const std::string& name,
                    const CsvOptions& options, const std::string& file,
                    std::vector<TableNote>& notes, const std::string& as_texts);

// Why a column counts the rows rather than says something about them; empty: it does not.
std::string why_index(const ColumnSurvey& column, const std::string& name, bool has_name,
                      std::size_t position);

}  // namespace lithe::data
