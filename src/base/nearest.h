// The word that somebody probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lithe::base {

// The candidate with the fewest edits (a letter inserted, deleted, replaced or swapped with its
// neighbour) from `word`, or nothing where even that is more than a third of the word.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace lithe::base
