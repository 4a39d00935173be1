// NumPy's .npy: a text header with element type, order and shape, then the elements. Versions 1 to
// 3, C and Fortran order, either byte order; integers, booleans, float16, float32 and float64, and
// texts (S and U) for answers.
//
// Bytes and float64 stay what they are; the other numbers become float32.
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
  char kind = 'u';                 // b, i, u, f, S (bytes of a text) or U (four bytes a character)
  std::size_t element_bytes = 1;   // 1, 2, 4 or 8; of texts as many as the longest has
  bool swapped = false;            // not this machine's byte order
  bool fortran = false;            // the first index varies fastest
  std::vector<std::size_t> shape;  // nothing is 0; at least one dimension
  std::span<const std::uint8_t> elements;

  std::size_t rows() const { return shape.front(); }
  std::size_t columns() const { return elements.size() / element_bytes / rows(); }
  bool is_integer() const { return kind == 'b' || kind == 'i' || kind == 'u'; }
  bool is_text() const { return kind == 'S' || kind == 'U'; }
};

// What the header says, from the first bytes of a file; without elements. Throws as parse_npy does.
NpyArray parse_npy_header(std::span<const std::uint8_t> start, const std::string& name);
// As many bytes hold any header that is read.
inline constexpr std::size_t kLongestNpyHeader = (std::size_t{1} << 20) + 12;

// The array points into `file`. Throws Error(data), with the offset, for what is not one, whole.
NpyArray parse_npy(std::span<const std::uint8_t> file, const std::string& name);

// The first dimension counts the examples; channels become the last one as `options` say, and what
// was done is in the part's notes. With `form`, values are in the scale of that model. Throws
// Error(data) for a value that is not finite, and for a single example without that dimension.
TablePart make_npy_part(const NpyArray& array, const TableOptions& options,
                        const ArrayForm* form = nullptr);

}  // namespace lithe::data
