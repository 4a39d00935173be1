#include "lithe/dataset.h"

#include <algorithm>

namespace lithe {

std::size_t size_of(ElementType type) {
  switch (type) {
    case ElementType::uint8:
      return 1;
    case ElementType::float32:
      return 4;
    case ElementType::float64:
      return 8;
  }
  return 0;
}

Examples Examples::slice(std::size_t first, std::size_t count) const {
  Examples part = *this;
  first = std::min(first, features.rows);
  part.features.rows = std::min(count, features.rows - first);
  part.features.data = features.row(first);
  if (labels != nullptr) part.labels = labels + first;
  if (targets != nullptr) part.targets = targets + first * target_columns;
  if (weights != nullptr) part.weights = weights + first;
  return part;
}

}  // namespace lithe
