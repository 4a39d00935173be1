// From syntax to meaning: a sentence's calls are matched with their declarations, and components
// are printed back as canonical sentences. bind(parse(print(x))) is x.
#pragma once

#include <string>
#include <string_view>

#include "lithe/component.h"
#include "network/declaration.h"

namespace lithe::network {

// All throw Error(sentence) that points into the text.
Sentence read_network(std::string_view text, const Catalogue& catalogue);
// A chain of components of one category.
Sentence read_sentence(std::string_view text, Category category, const Catalogue& catalogue);
Component read_component(std::string_view text, Category category, const Catalogue& catalogue);

// Canonical: leading arguments by position, others by key, defaults left out, numbers in the
// shortest form that reads back the same.
std::string print(const Component& component, Category category, const Catalogue& catalogue);
std::string print(const Sentence& network, const Catalogue& catalogue);

// A component made by code rather than text: the arguments that are not given take their defaults.
Component make_component(std::string name, Category category, const Catalogue& catalogue,
                         std::vector<std::pair<std::string, Value>> given);

}  // namespace lithe::network
