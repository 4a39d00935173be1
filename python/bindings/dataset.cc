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
  // Of texts: numbers of tokens.
  if (type == nb::dtype<std::int32_t>()) return ElementType::int32;
  return {};
}

}  // namespace

Features features_of(const Matrix& matrix, double divisor) {
  const auto type = type_of(matrix.dtype());
  if (!type)
    throw Error(ErrorKind::data,
                "features are of another type than uint8, int32, float32 and float64", "",
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

Features features_of(const Matrix& matrix, double divisor, const Lengths& lengths,
                     const Model& model) {
  const Features features = features_of(matrix, divisor);
  if (!lengths) return features;
  return features.with_lengths({lengths->data(), lengths->size()},
                               model.network().input_shape().sizes.front());
}

namespace {

// Windows of `window` rows of a matrix, of which each begins where `starts` says.
Features windows_of(const Features& rows, const Vector<std::uint32_t>& starts, std::size_t window) {
  const std::span all(starts.data(), starts.size());
  if (rows.row_stride != rows.columns * size_of(rows.type))
    throw Error(ErrorKind::data, "the rows of windows do not lie one behind the other", "",
                "numpy.ascontiguousarray(X)");
  if (std::ranges::any_of(
          all, [&](std::uint32_t start) { return std::size_t{start} + window > rows.rows; }))
    throw Error(ErrorKind::data, "a window reaches behind the last row", "", "fewer windows");
  Features windows = rows;
  windows.rows = all.size();
  windows.columns = window * rows.columns;
  windows.starts = all.data();
  return windows;
}

using Targets = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

// Examples of features; what is not there is none.
struct Answers {
  std::optional<Vector<std::int32_t>> labels;
  std::size_t classes = 0;
  std::optional<Targets> targets;
  std::optional<Vector<float>> weights;
  std::size_t positions = 1;
};

Examples examples_of(const Features& features, const Answers& answers) {
  Examples made;
  made.features = features;
  const auto& [labels, classes, targets, weights, positions] = answers;
  if (labels)
    made = Examples::classification(features, {labels->data(), labels->size()}, classes, positions);
  if (targets)
    made = Examples::regression(features, {targets->data(), targets->size()}, targets->shape(1),
                                positions);
  if (weights) made = made.weighted({weights->data(), weights->size()});
  return made;
}

}  // namespace

void add_dataset(nb::module_& module) {
  nb::class_<Examples>(module, "Examples", nb::dynamic_attr())
      .def(nb::init<>())
      .def(
          "__init__",
          [](Examples* self, const Matrix& features, double divisor,
             const std::optional<Vector<std::int32_t>>& labels, std::size_t classes,
             const std::optional<Targets>& targets, const std::optional<Vector<float>>& weights,
             std::size_t positions, const Lengths& lengths, std::size_t most,
             const std::optional<Vector<std::uint32_t>>& starts, std::size_t window,
             std::size_t overlap) {
            Features view = features_of(features, divisor);
            if (lengths) view = view.with_lengths({lengths->data(), lengths->size()}, most);
            if (starts) view = windows_of(view, *starts, window);
            Examples made = examples_of(view, {labels, classes, targets, weights, positions});
            made.overlap = overlap;
            new (self) Examples(made);
          },
          nb::arg("features"), nb::arg("divisor"), nb::arg("labels").none(), nb::arg("classes"),
          nb::arg("targets").none(), nb::arg("weights").none(), nb::arg("positions") = 1,
          nb::arg("lengths").none() = nb::none(), nb::arg("most") = 0,
          nb::arg("starts").none() = nb::none(), nb::arg("window") = 0, nb::arg("overlap") = 0)
      .def_prop_ro("rows", [](const Examples& self) { return self.features.rows; })
      .def_prop_ro("columns", [](const Examples& self) { return self.features.columns; })
      .def_ro("classes", &Examples::classes)
      .def_ro("target_columns", &Examples::target_columns)
      .def_ro("positions", &Examples::positions);
}

}  // namespace lithe::python
