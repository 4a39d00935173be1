// Where the table of a CSV file begins and ends: people write titles above their tables, and sums
// below them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lithe::data {

struct CsvFrame {
  char delimiter = ',';
  std::size_t lines_above = 0;  // before the table
  std::string_view table;
  std::string above, below;  // the first line of the title, and of the sums; empty: there are none
};

// `chosen`: the delimiter, or 0: the one that divides the first lines into equally many fields,
// which is ; tab or | if one of them does, blanks if nothing else does, or else a comma.
//
// A title is what stands above such lines with fewer fields, and is a sentence or is followed by a
// blank line; or a line of one text in a table of three columns and more. The header may have one
// field more or less than the rows (see header_fits()). A sum is a last line whose first word is
// "Total", "Summe" and the like, which no other row has. A remark is a last line with fewer fields
// that is a sentence, such as "Source: a survey".
CsvFrame find_frame(std::string_view text, char chosen);

// "Total", "Subtotal:", "Summe 2024", but no mean, which may be a word of a table.
bool is_sum(std::string_view text);

// The fields of a line without the blanks and quotes around them.
std::vector<std::string_view> split_line(std::string_view line, char delimiter);

}  // namespace lithe::data
