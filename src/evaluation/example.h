// An example in a form for the page: a picture, or the values of its row as text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "lithe/dataset.h"
#include "lithe/image.h"
#include "lithe/model.h"

namespace lithe::evaluation {

// The picture of an example of shape {height, width} or {height, width, 1 or 3}. Values that are
// not bytes are scaled from black to white, and large pictures are shrunk. Returns nothing where
// the data are not images.
std::optional<Image> picture_of(const Dataset& data, const Features& features, std::size_t row);

// The first few values: "size = 8.1, colour = red, ...". The names come from the model's table
// schema; without one the columns are numbered.
std::string values_of(const Model& model, const Features& features, std::size_t row);

}  // namespace lithe::evaluation
