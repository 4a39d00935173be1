// Texts in arrays: numpy's S (bytes) and U (four bytes a character), filled up with zeros.
#pragma once

#include <string>

#include "data/tables/npy.h"

namespace lithe::data {

// The text of a row of an array with one a row, in UTF-8. Throws Error(data) for what is none.
std::string text_at(const NpyArray& array, std::size_t row);

}  // namespace lithe::data
