// A parameter in training.
#pragma once

#include <vector>

#include "kernels/table.h"
#include "plan/stage.h"

namespace lithe::plan {

// Inputs whose weights' gradient is made before it is used: four tiles, 7 KiB. With as much of the
// weights and of each of two optimizer states that is 28 KiB, and stays in the nearest cache.
inline constexpr std::size_t kBlockInputs = 56;

// A parameter in training: where its values and the optimizer's states stand, and how it is
// updated.
template <typename T>
struct TrainableParameter {
  T* value = nullptr;
  std::vector<T*> states;
  bool decays = false;  // weights do, biases do not
  void (*update)(const kernels::UpdateWork<T>&) = nullptr;

  // A step for `rows` rows of `columns` values from `at` on, `stride` apart, as those of the
  // gradient are, or `gradient_stride`.
  void step(const optimizers::Coefficients<T>& c, const T* gradient, std::size_t at,
            std::size_t rows, std::size_t columns, std::size_t stride,
            std::size_t gradient_stride = 0) const {
    if (gradient_stride == 0) gradient_stride = stride;
    kernels::UpdateWork<T> work{rows,  columns,       stride, gradient, gradient_stride,
                                value, states.data(), at,     c};
    if (!decays) work.c.keep = 1, work.c.l1 = work.c.l2 = 0;
    update(work);
  }
};

}  // namespace lithe::plan
