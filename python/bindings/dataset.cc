#include "lithe/dataset.h"

#include <nanobind/stl/optional.h>

#include <algorithm>
#include <optional>

#include "bindings.h"
#include "lithe/error.h"

namespace lithe::python {

namespace {

std::optional<ElementType> type_of(const nb::dlpack::dtype& type) {
  if (type == nb::dtype<std::uint8_t>()) return ElementType::uint8;
  if (type == nb::dtype<float>()) return ElementType::float32;
  if (type == nb::dtype<double>()) return ElementType::float64;
  return {};
}

}  // namespace

Features features_of(const Matrix& matrix, double divisor) {
  const auto type = type_of(matrix.dtype());
  if (!type)
    throw Error(ErrorKind::data, "features are of another type than uint8, float32 and float64", "",
                "X.astype('float32')");
  if (matrix.shape(1) > 1 && matrix.stride(1) != 1)
    throw Error(ErrorKind::data, "the values of an example do not lie side by side", "",
                "numpy.ascontiguousarray(X)");
  Features features;
  features.data = matrix.data();
  features.type = *type;
  features.rows = matrix.shape(0);
  features.columns = matrix.shape(1);
  const auto apart = features.rows > 1 ? matrix.stride(0) : std::int64_t(features.columns);
  if (apart < 0)
    throw Error(ErrorKind::data, "the rows lie in reverse order", "", "numpy.ascontiguousarray(X)");
  features.row_stride = static_cast<std::size_t>(apart) * size_of(*type);
  features.divisor = divisor;
  return features;
}

void add_dataset(nb::module_& module) {
  nb::class_<Examples>(module, "Examples", nb::dynamic_attr())
      .def(nb::init<>())
      .def(
          "__init__",
          [](Examples* self, const Matrix& features, double divisor,
             const std::optional<Vector<std::int32_t>>& labels, std::size_t classes,
             const std::optional<
                 nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>>& targets,
             const std::optional<Vector<float>>& weights) {
            const Features view = features_of(features, divisor);
            Examples made;
            made.features = view;
            if (labels)
              made = Examples::classification(view, {labels->data(), labels->size()}, classes);
            if (targets)
              made =
                  Examples::regression(view, {targets->data(), targets->size()}, targets->shape(1));
            if (weights) made = made.weighted({weights->data(), weights->size()});
            new (self) Examples(made);
          },
          nb::arg("features"), nb::arg("divisor"), nb::arg("labels").none(), nb::arg("classes"),
          nb::arg("targets").none(), nb::arg("weights").none())
      .def_prop_ro("rows", [](const Examples& self) { return self.features.rows; })
      .def_prop_ro("columns", [](const Examples& self) { return self.features.columns; })
      .def_ro("classes", &Examples::classes)
      .def_ro("target_columns", &Examples::target_columns);
}

}  // namespace lithe::python
