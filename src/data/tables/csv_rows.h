// The rows of a CSV file as they are read: a float for each feature column, which is a number, the
// number of a category in order of appearance, or a mark; and the answers and weights.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/answers.h"
#include "data/tables/csv_cursor.h"
#include "data/tables/csv_layout.h"
#include "data/tables/csv_texts.h"
#include "data/tables/missing_texts.h"
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
  std::size_t missing = 0, unknown = 0;
  bool left_out = false;  // too many different texts for categories
  bool embedded = false;  // or may become so: any number of categories will do
};

class CsvRows {
 public:
  // All but the strings must outlive it. `known`: the layout's schema is not to be learnt.
  CsvRows(CsvLayout& layout, CsvCursor& cursor, const TableOptions& options, bool known,
          std::string file, std::uint64_t total_bytes);

  // Reads to the end of the file. False: the layout is not settled, and a cell does not fit it.
  bool read();

  RowStore rows;
  std::vector<CsvSlot> slots;
  TextTokens
      texts;  // of the column of texts, where one is read; its value in a row is their number
  std::vector<float> weights;
  std::vector<double> times;             // of each row
  std::vector<std::uint32_t> groups;     // of each row, by order of appearance
  std::vector<std::string> group_names;  // of each group
  AnswerCollector answers;               // of one target
  std::vector<float> many_answers;       // of several: [rows][targets]
  std::vector<TargetSpread> many_spreads;
  std::size_t dropped = 0, without_target = 0;
  std::vector<std::size_t> left_out;  // the numbers of both in the file, from 0

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
  void store_number(const CsvField& field, double value);
  void store_text(const CsvField& field, std::string_view text);
  void store_tokens(const CsvField& field, std::string_view text);
  void store_missing(const CsvField& field);
  float category(CsvSlot& slot, std::string_view text);
  float new_category(CsvSlot& slot, std::string_view text);
  std::string numbers_to_forecast() const;
  void commit();
  std::optional<double> number_in(const CsvField& field, std::string_view text) const;
  [[noreturn]] void fail_number(const CsvField& field, std::string_view text) const;
  [[noreturn]] void fail_ragged(std::size_t fields) const;
  void report();

  CsvLayout& layout_;
  CsvCursor& cursor_;
  const TableOptions& options_;
  const bool known_;
  const std::string file_;
  const std::uint64_t total_bytes_;
  const MissingPolicy missing_policy_;
  const MissingTexts missing_texts_;
  const bool plain_numbers_;    // a plain number can be taken as it stands
  const bool looks_for_codes_;  // numbers with a 0 in front make a column one of texts
  std::uint64_t next_report_ = 0;
  std::vector<float> row_;
  std::vector<double> many_;
  float weight_ = 0;
  double time_ = 0;
  std::uint32_t group_ = 0;
  TextIndex groups_;
  bool fits_ = true, drop_ = false, no_target_ = false;
  Pending answer_;
};

}  // namespace lithe::data
