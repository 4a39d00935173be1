// NumPy's .npy: a text header with element type, order and shape, then the elements. Versions 1 to
// 3, C and Fortran order, either byte order; integers, booleans, float32 and float64.
//
// Bytes and float64 stay what they are; the rest becomes float32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/tables/table_part.h"
#include "lithe/table.h"

namespace lithe::data {

struct NpyArray {
  std::string name;                // for messages
  char kind = 'u';                 // b, i, u or f
  std::size_t element_bytes = 1;   // 1, 2, 4 or 8
  bool swapped = false;            // not this machine's byte order
  bool fortran = false;            // the first index varies fastest
  std::vector<std::size_t> shape;  // nothing is 0; at least one dimension
  std::span<const std::uint8_t> elements;

  std::size_t rows() const { return shape.front(); }
  std::size_t columns() const { return elements.size() / element_bytes / rows(); }
  bool is_integer() const { return kind != 'f'; }
};

// The array points into `file`. Throws Error(data), with the offset, for what is not one, whole.
NpyArray parse_npy(std::span<const std::uint8_t> file, const std::string& name);

// The first dimension counts the examples. Throws Error(data) for a value that is not finite.
TablePart make_npy_part(const NpyArray& array, const TableOptions& options);

// Answers for training and test examples together, so that both know the same classes; a null array
// is a part that is not there. Integers from 0 on are classes up to the highest; other integers are
// classes by value; floats are targets.
void add_npy_answers(const NpyArray* train_answers, TablePart& train, const NpyArray* test_answers,
                     TablePart& test, const TableOptions& options);

}  // namespace lithe::data
