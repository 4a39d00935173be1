// The products of a dense layer. product-inl.h has them.
#include "kernels/product.h"

#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/product.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

template <typename T>
void fill(Kernels<T>& k) {
  k.forward = forward<T, false>;
  k.forward_indexed = forward<T, true>;
  k.sgd = sgd<T, false>;
  k.sgd_indexed = sgd<T, true>;
  k.gradient = gradient<T, false>;
  k.gradient_indexed = gradient<T, true>;
  k.transpose = transpose<T>;
  k.input_gradient = input_gradient<T>;
  k.forward_onto = forward_onto<T>;
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
void fill_products(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
