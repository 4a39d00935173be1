// The rows of a CSV file as they are read: a float for each feature column, which is a number, the
// number of a category in order of appearance, or a mark; and the answers and weights.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/answers.h"
#include "data/tables/csv_cursor.h"
#include "data/tables/csv_layout.h"
#include "data/tables/row_store.h"
#include "lithe/table.h"

namespace lithe::data {

// A missing value is a NaN, which no number in a file can be; a category that the schema does not
// know is this.
inline constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kUnknownCategory = -1;

// Categories are counted in floats on their way.
inline constexpr std::size_t kMostCategories = std::size_t{1} << 20;

struct CsvSlot {
  TextIndex categories;
  std::size_t missing = 0;
};

class CsvRows {
 public:
  // All but the strings must outlive it. `known`: the layout's schema is not to be learnt.
  CsvRows(CsvLayout& layout, CsvCursor& cursor, const TableOptions& options, bool known,
          std::string file, std::uint64_t total_bytes);

  // Reads to the end of the file.
  void read();

  RowStore rows;
  std::vector<CsvSlot> slots;
  std::vector<float> weights;
  AnswerCollector answers;
  std::size_t dropped = 0;

 private:
  // The answer of a record that may yet be dropped.
  struct Pending {
    bool is_number = false;
    double number = 0;
    std::string text;
    CsvCursor::Place place;
  };

  void read_record();
  void take_field(CsvField& field);
  void store_number(CsvField& field, double value);
  void store_text(CsvField& field, std::string_view text);
  void store_missing(CsvField& field);
  void store_weight(double value);
  float category(CsvSlot& slot, std::string_view text);
  void decide(CsvField& field, std::string_view text);
  void commit();
  bool is_missing(std::string_view text) const;
  bool is_missing(double value) const;
  [[noreturn]] void fail_number(const CsvField& field, std::string_view text) const;
  [[noreturn]] void fail_ragged(std::size_t fields) const;
  void report();

  CsvLayout& layout_;
  CsvCursor& cursor_;
  const TableOptions& options_;
  const bool known_;
  const std::string file_;
  const std::uint64_t total_bytes_;
  std::uint64_t next_report_ = 0;
  std::vector<double> missing_numbers_;
  std::vector<float> row_;
  float weight_ = 0;
  bool drop_ = false;
  Pending answer_;
};

}  // namespace lithe::data
