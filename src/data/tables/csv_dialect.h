// What a CSV file does not say about itself: where its table begins, its delimiter, and whether it
// begins with a header.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/tables/csv_survey.h"
#include "lithe/table.h"

namespace lithe::data {

struct CsvDialect {
  char delimiter = 0;          // a blank stands for any number of them
  std::size_t first_line = 1;  // of the table
  std::string_view table;      // the text of the table alone
  // Lines above and below the table that are none of its rows; empty: there are none.
  std::string above, below;
};

// `chosen`: a delimiter, which Error(usage) refuses if fields may begin with it, or 0. In front of
// the table there may be a line such as "sep=;", which names the delimiter, and lines that begin
// with #. Titles above the table and sums below it are found by find_frame().
CsvDialect find_dialect(std::string_view text, char chosen);

// A text whose fields are divided by one or more blanks, with a tab in the place of each run of
// them.
std::string with_tabs(std::string_view text);

// Whether the first line has the names of the columns: `below` is a survey of the lines after it. A
// text above numbers is a name, and so is one that does not recur in a column of few texts; a
// number above numbers is a value, unless it is a year or counts the columns. Throws Error(data)
// that names the option where the columns disagree.
bool has_header(const std::vector<std::string>& first_record, const CsvSurvey& below,
                const CsvOptions& options, const std::string& file);

}  // namespace lithe::data
