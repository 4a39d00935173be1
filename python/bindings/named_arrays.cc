#include <nanobind/stl/string.h>

#include "bindings.h"

namespace lithe::python {

nb::dict dict_of(const std::map<std::string, NamedArray>& arrays) {
  nb::dict result;
  for (const auto& [name, array] : arrays) {
    nb::list shape;
    for (const std::size_t size : array.shape) shape.append(size);
    result[name.c_str()] =
        nb::cast(array_of<double>(array.values, {array.values.size()})).attr("reshape")(shape);
  }
  return result;
}

std::map<std::string, NamedArray> named_arrays_of(const nb::dict& arrays) {
  std::map<std::string, NamedArray> result;
  for (const auto& [name, value] : arrays) {
    const auto array = nb::cast<nb::ndarray<const double, nb::c_contig, nb::device::cpu>>(value);
    NamedArray& made = result[nb::cast<std::string>(name)];
    for (std::size_t i = 0; i < array.ndim(); ++i) made.shape.push_back(array.shape(i));
    made.values.assign(array.data(), array.data() + array.size());
  }
  return result;
}

}  // namespace lithe::python
