// An example as a person can look at it: a picture, or what stands in the columns of its row.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "data/pictures/image.h"
#include "lithe/dataset.h"
#include "lithe/model.h"

namespace lithe::evaluation {

// Of examples of {height, width} or {height, width, 1 or 3}; other numbers than bytes are spread
// over black to white. Large ones are made smaller. Nothing where the data are no images.
std::optional<data::Image> picture_of(const Dataset& data, const Features& features,
                                      std::size_t row);

// "size = 8.1, colour = red, ...", as the model's table schema names the columns, else by number;
// the first few of them.
std::string values_of(const Model& model, const Features& features, std::size_t row);

}  // namespace lithe::evaluation
