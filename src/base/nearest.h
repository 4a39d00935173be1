// Finds the word that a misspelled one probably means.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lithe::base {

// The candidate with the smallest edit distance from `word` (insertions, deletions, replacements
// and swaps of neighbours), or nothing where it exceeds a third of the word's length.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace lithe::base
