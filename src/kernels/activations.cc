// The activations and their derivatives, a vector at a time, by the formulas of
// activations/formulas.inc.
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/activations.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/activations-inl.h"
#include "kernels/fill.h"
#include "kernels/half_lines-inl.h"
#include "kernels/layout.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Two vectors at a time, so that the operations of one hide the latency of the other. A row of a
// panel is two lines. The half of a line that is padding is left out.
template <class Function, typename T>
void forward(Matrix<const T> x, Matrix<T> y, std::size_t columns, Range lines, T argument) {
  const bool halved =
      each_width<T>(lines, columns, [&](auto d, std::size_t begin, std::size_t end) {
        const auto a = hn::Set(d, argument);
        const std::size_t step = hn::Lanes(d);
        for (std::size_t i = 0; i < y.rows; ++i) {
          const T* from = x.data + i * x.stride;
          T* to = y.data + i * y.stride;
          std::size_t n = begin;
          for (; n + 2 * step <= end; n += 2 * step) {
            const auto first = hn::Load(d, from + n), second = hn::Load(d, from + n + step);
            hn::Store(Function::forward(d, first, a), d, to + n);
            hn::Store(Function::forward(d, second, a), d, to + n + step);
          }
          if (n < end) hn::Store(Function::forward(d, hn::Load(d, from + n), a), d, to + n);
        }
      });
  if (halved && x.data != y.data) clear_half(y.data + (lines.end - 1) * kLine<T>, y.stride, y.rows);
}

template <class Function, typename T>
void backward(Matrix<const T> x_or_y, Matrix<T> dy, std::size_t columns, Range lines, T argument) {
  each_width<T>(lines, columns, [&](auto d, std::size_t begin, std::size_t end) {
    const auto a = hn::Set(d, argument);
    const std::size_t step = hn::Lanes(d);
    for (std::size_t i = 0; i < dy.rows; ++i) {
      const T* from = x_or_y.data + i * x_or_y.stride;
      T* to = dy.data + i * dy.stride;
      std::size_t n = begin;
      for (; n + 2 * step <= end; n += 2 * step) {
        const auto first = Function::derivative(d, hn::Load(d, from + n), a);
        const auto second = Function::derivative(d, hn::Load(d, from + n + step), a);
        hn::Store(hn::Mul(hn::Load(d, to + n), first), d, to + n);
        hn::Store(hn::Mul(hn::Load(d, to + n + step), second), d, to + n + step);
      }
      if (n < end) {
        const auto last = Function::derivative(d, hn::Load(d, from + n), a);
        hn::Store(hn::Mul(hn::Load(d, to + n), last), d, to + n);
      }
    }
  });
}

template <typename T>
void fill(Kernels<T>& k) {
  std::size_t i = 0;
#define LITHE_ACTIVATION(name, ...) k.activations[i++] = {forward<name, T>, backward<name, T>};
#include "activations/activations.inc"
}

void fill_both(Tables& tables) {
  fill(tables.float32);
  fill(tables.float64);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lithe::kernels {
void fill_activations(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
