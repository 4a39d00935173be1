#include "lithe/learner.h"

#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <numeric>

#include "bindings.h"
#include "lithe/error.h"
#include "lithe/predictor.h"

namespace lithe::python {

namespace {

using FloatMatrix = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

std::span<const float> values_of(const FloatMatrix& matrix) {
  return {matrix.data(), matrix.size()};
}

nb::ndarray<nb::numpy, float> rows_of(std::span<const float> values, std::size_t rows) {
  return array_of<float>(values, {rows, rows == 0 ? 0 : values.size() / rows});
}

// `most`: positions that the rows are padded to, where they are sequences of unequal length.
Features features_of(const Matrix& matrix, const Lengths& lengths, std::size_t most) {
  const Features features = python::features_of(matrix, 1);
  return lengths ? features.with_lengths({lengths->data(), lengths->size()}, most) : features;
}

nb::ndarray<nb::numpy, float> run(Predictor& predictor, const FloatMatrix& inputs,
                                  const Lengths& lengths, std::size_t most) {
  std::span<const float> outputs;
  const Features features = features_of(Matrix(inputs), lengths, most);
  {
    nb::gil_scoped_release released;
    if (lengths) {
      std::vector<std::uint32_t> rows(features.rows);
      std::iota(rows.begin(), rows.end(), 0u);
      outputs = predictor.run(features, rows);
    } else {
      outputs = predictor.run(values_of(inputs));
    }
  }
  return rows_of(outputs, inputs.shape(0));
}

nb::ndarray<nb::numpy, float> forward(Learner& learner, const Matrix& inputs,
                                      const Vector<std::uint32_t>& rows, const Lengths& lengths,
                                      std::size_t most) {
  const Features features = features_of(inputs, lengths, most);
  std::span<const float> outputs;
  {
    nb::gil_scoped_release released;
    outputs = learner.forward(features, {rows.data(), rows.size()});
  }
  return rows_of(outputs, rows.size());
}

}  // namespace

void add_learner(nb::module_& module) {
  nb::class_<Predictor>(module, "Predictor")
      .def(nb::init<const Model&, std::size_t, const std::string&>(), nb::arg("model"),
           nb::arg("batch"), nb::arg("isa"), nb::keep_alive<1, 2>())
      .def("_run", &run, nb::arg("inputs"), nb::arg("lengths").none() = nb::none(),
           nb::arg("most") = 0);

  nb::class_<Learner>(module, "Learner")
      .def(
          "__init__",
          [](Learner* self, Model& model, const std::string& optimizer, std::size_t batch,
             std::uint64_t steps, std::uint64_t seed, std::size_t threads, const std::string& isa,
             const std::vector<std::size_t>& frozen, bool input_gradient) {
            new (self) Learner(model, {.optimizer = optimizer,
                                       .batch = batch,
                                       .steps = steps,
                                       .seed = seed,
                                       .threads = threads,
                                       .isa = isa,
                                       .frozen = frozen,
                                       .input_gradient = input_gradient});
          },
          nb::arg("model"), nb::arg("optimizer"), nb::arg("batch"), nb::arg("steps"),
          nb::arg("seed"), nb::arg("threads"), nb::arg("isa"), nb::arg("frozen"),
          nb::arg("input_gradient"), nb::keep_alive<1, 2>())
      .def("_forward", &forward, nb::arg("inputs"), nb::arg("rows"),
           nb::arg("lengths").none() = nb::none(), nb::arg("most") = 0)
      .def(
          "_backward",
          [](Learner& self, const FloatMatrix& gradient) {
            nb::gil_scoped_release released;
            self.backward(values_of(gradient));
          },
          nb::arg("gradient"))
      .def("_input_gradient",
           [](Learner& self, std::size_t rows) { return rows_of(self.input_gradient(), rows); })
      .def_prop_ro("steps", &Learner::steps, "Steps done.")
      .def(
          "state", [](const Learner& self) { return dict_of(self.state()); },
          "What the optimizer keeps beside the weights, by name, for `restore`.")
      .def(
          "restore",
          [](Learner& self, const nb::dict& state) { self.restore(named_arrays_of(state)); },
          nb::arg("state"),
          "Goes on where `state` was taken, to the same bits. Raises `lithe.Error` where it is\n"
          "not that of such a learner.");
}

}  // namespace lithe::python
