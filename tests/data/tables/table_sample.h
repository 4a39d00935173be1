// What the tests of tables share.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "data/sample.h"
#include "data/tables/csv.h"
#include "data/tables/libsvm.h"

namespace lithe::test {

inline std::vector<float> row_of(const Examples& examples, std::size_t row) {
  const auto* values = reinterpret_cast<const float*>(examples.features.row(row));
  return {values, values + examples.features.columns};
}

inline std::vector<std::vector<float>> rows_of(const Examples& examples) {
  std::vector<std::vector<float>> rows;
  for (std::size_t i = 0; i < examples.features.rows; ++i) rows.push_back(row_of(examples, i));
  return rows;
}

inline std::vector<std::int32_t> labels_of(const Examples& examples) {
  return {examples.labels, examples.labels + examples.features.rows};
}

inline std::vector<float> targets_of(const Examples& examples) {
  return {examples.targets, examples.targets + examples.features.rows * examples.target_columns};
}

inline data::TablePart csv(std::string_view text, const CsvOptions& options = {}) {
  TableOptions all;
  all.csv = options;
  all.test_share = 0;
  return data::parse_csv(text, "t.csv", all).train;
}

inline ByteVector bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace lithe::test
