// What is doubtful about the rows of a CSV file once they are read: warnings.
#pragma once

#include "data/tables/answers.h"
#include "data/tables/csv_layout.h"
#include "data/tables/csv_rows.h"

namespace lithe::data {

// Classes or categories that differ in case or blanks alone: "Yes", "YES" and "yes ".
void warn_of_spellings(const CsvRows& rows, const Answers& answers, CsvLayout& layout);

// Rows that seem to be sums of others: named so, or the last one with its first cell empty and
// numbers far beyond all others.
void warn_of_sums(const CsvRows& rows, const Answers& answers, CsvLayout& layout);

}  // namespace lithe::data
