// A BLAS in the service of plans: the library, whether it was asked for, and how its products
// compare with the native kernels, measured once for each shape.
#pragma once

#include <compare>
#include <cstddef>
#include <map>

#include "blas/library.h"
#include "kernels/table.h"
#include "lithe/blas.h"

namespace lithe::plan {

// The three products of a dense layer.
enum class Product { forward, input_gradient, weight_gradient };

struct ProductShape {
  Product product;
  std::size_t rows, inputs, units;
  auto operator<=>(const ProductShape&) const = default;
};

struct ProductTimes {
  double native = 0, blas = 0;  // seconds, the best of several, on one thread
};

class Blas {
 public:
  // Loads what has been tried in a child before (blas/trial.h), and takes its threads away:
  // Lithe's own share the work. Throws Error(machine) if it cannot be loaded.
  Blas(BlasLibrary library, BlasUse use);

  const blas::BlasHandle& handle() const { return handle_; }
  const BlasLibrary& library() const { return library_; }
  BlasUse use() const { return use_; }
  // Measured when a shape is asked for the first time: some 20 ms, or three calls of either.
  template <typename T>
  ProductTimes times(const ProductShape& shape, const kernels::Kernels<T>& kernels);

 private:
  BlasLibrary library_;
  BlasUse use_;
  blas::BlasHandle handle_;
  std::map<std::pair<ProductShape, std::size_t>, ProductTimes> times_;  // by bytes of a value
};

}  // namespace lithe::plan
