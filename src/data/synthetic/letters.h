// Generated capital letters in the style of the digits (data/synthetic/digits.h): unknown examples
// for a model of digits. The letters are those of kLetters.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lithe/dataset.h"

namespace lithe::data {

Dataset generate_letters(std::uint64_t seed, std::size_t train, std::size_t test,
                         std::size_t threads = 0);

}  // namespace lithe::data
