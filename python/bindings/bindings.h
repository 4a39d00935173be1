// The parts of lithe._core, and what they share. Each function adds the classes of the C++ header
// that it is named after, under the same names; the modules of python/lithe make of them what
// Python users expect (defaults, conversions of arrays, iteration).
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/model.h"
#include "lithe/unknown.h"

namespace lithe::python {

namespace nb = nanobind;

void add_errors(nb::module_& module);
void add_network(nb::module_& module);
void add_dataset(nb::module_& module);
void add_model(nb::module_& module);
void add_trainer(nb::module_& module);
void add_learner(nb::module_& module);
void add_reports(nb::module_& module);
void add_unknown(nb::module_& module);
void add_transfer(nb::module_& module);
void add_reading(nb::module_& module);
void add_text(nb::module_& module);
void add_forecasts(nb::module_& module);
void add_spaces(nb::module_& module);
void add_environments(nb::module_& module);
void add_agents(nb::module_& module);

// A matrix of Python's, [rows][columns], read where it lies. The values of a row must be
// neighbours.
using Matrix = nb::ndarray<nb::ro, nb::ndim<2>, nb::device::cpu>;
template <typename T>
using Vector = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

// Throws Error(data) for other types than uint8, float32 and float64, and for other strides.
Features features_of(const Matrix& matrix, double divisor);

// How many positions each row has, where rows are sequences of unequal length.
using Lengths = std::optional<Vector<std::int32_t>>;
// Of rows for a model, which are padded to the length that its network takes.
Features features_of(const Matrix& matrix, double divisor, const Lengths& lengths,
                     const Model& model);

// Outputs of an answer: of a row, or of a position where the network ends with a sequence.
std::size_t answer_columns(const Model& model);

// A NumPy array that owns a copy of the values.
template <typename T>
nb::ndarray<nb::numpy, T> array_of(std::span<const T> values,
                                   std::initializer_list<std::size_t> shape) {
  T* copy = new T[values.size()];
  std::copy(values.begin(), values.end(), copy);
  nb::capsule owner(copy, [](void* memory) noexcept { delete[] static_cast<T*>(memory); });
  return {copy, shape.size(), shape.begin(), owner};
}

// Arrays by name as a dict of NumPy arrays of float64, and back.
nb::dict dict_of(const std::map<std::string, NamedArray>& arrays);
std::map<std::string, NamedArray> named_arrays_of(const nb::dict& arrays);

}  // namespace lithe::python
