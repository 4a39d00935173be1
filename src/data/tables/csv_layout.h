// Which column of a CSV file is what: decided once, from its first record and the options or a
// schema, before any row is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lithe/table.h"

namespace lithe::data {

struct CsvField {
  enum class Kind : std::uint8_t {
    undecided,  // a feature, number or category as its first value will tell
    number,
    category,
    target,
    weight,
    ignored,
  };
  Kind kind = Kind::undecided;
  std::uint32_t slot = 0;  // of a feature: its place in the rows as they are read
};

struct CsvLayout {
  std::vector<std::string> names;  // of the file's columns
  std::vector<CsvField> fields;    // likewise
  std::vector<std::size_t> slots;  // the schema's column of each slot
  TableSchema schema;
  bool has_target = false, has_weight = false;
};

// Both throw Error(data) with `file` for what does not fit.
CsvLayout learn_layout(std::vector<std::string> names, bool header, const CsvOptions& options,
                       const std::string& file);
CsvLayout match_layout(std::vector<std::string> names, const TableSchema& schema,
                       const TableOptions& options, const std::string& file);

}  // namespace lithe::data
