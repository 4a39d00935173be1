// The answers of examples in arrays: classes, numbers or labels.
//
//   [n] or [n, 1], texts      classes by name
//   [n] or [n, 1], numbers    classes where they are whole and few, numbers otherwise
//   [n, k], one 1 in each row among 0s: classes 0 to k - 1
//   [n, k], other 0s and 1s   labels, several of which may hold
//   [n, k]                    numbers
//
// CsvOptions::task decides otherwise.
#pragma once

#include "data/tables/npy.h"

namespace lithe::data {

// Throws Error(data) unless there is an answer for each of `rows` examples. `one_value`: each has a
// single value, so that one example may have been taken for many.
void check_answer_rows(const NpyArray& answers, std::size_t rows, bool one_value);

// Answers for training and test examples together, so that both know the same classes; a null array
// is a part that is not there. With `form`, one-hot rows as wide as the model has classes are
// these. What was decided is in the notes of `train`.
void add_npy_answers(const NpyArray* train_answers, TablePart& train, const NpyArray* test_answers,
                     TablePart& test, const TableOptions& options, const ArrayForm* form = nullptr);

}  // namespace lithe::data
