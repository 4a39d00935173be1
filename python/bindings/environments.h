// Environments as an object of Python's, until an agent takes them over.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "bindings.h"
#include "lithe/environment.h"

namespace lithe::python {

class HeldEnvironments {
 public:
  explicit HeldEnvironments(Environments environments) : held_(std::move(environments)) {}

  Environments& get();    // throws Error(usage) where they were taken
  Environments& begun();  // and where they have not been reset
  Environments take();
  void forget() { held_.reset(); }  // where get() was moved from
  bool taken() const { return !held_; }

  bool was_reset = false;

 private:
  std::optional<Environments> held_;
};

// Environments that are written in Python, behind an adapter of
// python/lithe/_gymnasium_adapters.py.
std::unique_ptr<VectorEnvironment> python_environments(const nb::object& adapter);

// Arrays that a step reads and writes, of all environments.
using Choices = nb::ndarray<const std::int32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using FloatRows = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Floats = nb::ndarray<float, nb::c_contig, nb::device::cpu>;
using Flags = nb::ndarray<bool, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

}  // namespace lithe::python
