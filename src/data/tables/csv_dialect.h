// What a CSV file does not say about itself: its delimiter, and whether it begins with a header.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lithe/table.h"

namespace lithe::data {

// `chosen`, which Error(usage) refuses if fields may begin with it, or for 0 the delimiter that
// divides the first lines into equally many fields: ; tab or | if one of them does, else a comma.
char find_delimiter(std::string_view text, char chosen);

bool has_header(const std::vector<std::string>& first_record, const CsvOptions& options);

}  // namespace lithe::data
