// The optimizers' steps, a vector at a time, and other work on gradients and weights.
#include <array>
#include <utility>

#include "cpu/targets.h"
#include "optimizers/rules.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/optimizers.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/layout.h"
#include "kernels/line_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

// Argument-dependent lookup finds Highway's other operations for the formulas.
template <class V>
HWY_INLINE V sign(V x) {
  const hn::DFromV<V> d;
  const V one = hn::Set(d, hn::TFromD<decltype(d)>{1});
  return hn::IfThenElseZero(hn::Ne(x, hn::Zero(d)), hn::CopySign(one, x));
}

namespace formulas {
using namespace optimizers;
#define LITHE_OPTIMIZER_FORMULA
#include "optimizers/list.inc"
}  // namespace formulas

// The coefficients that all optimizers share, as vectors.
template <typename T>
struct Shared {
  using V = hn::Vec<Tag<T>>;
  V keep, scale, clip, least, l1, l2;
  bool clips;

  explicit Shared(const optimizers::Coefficients<T>& c) {
    const Tag<T> d;
    keep = hn::Set(d, c.keep), scale = hn::Set(d, c.scale);
    clip = hn::Set(d, c.clip), least = hn::Neg(clip);
    l1 = hn::Set(d, c.l1), l2 = hn::Set(d, c.l2);
    clips = c.clip > 0;
  }
  // What the gradient becomes before the update.
  HWY_INLINE V prepared(V g, V w) const {
    g = hn::Mul(g, scale);
    if (clips) g = hn::Min(hn::Max(g, least), clip);
    return hn::MulAdd(l2, w, hn::MulAdd(l1, sign(w), g));
  }
};

// An optimizer's own coefficients as vectors: C<V> has members of type V and nothing else. Neither
// std::array<V> nor std::bit_cast will do: their functions are compiled for the baseline, which may
// not have such vectors.
template <template <class> class C, typename T>
HWY_INLINE C<hn::Vec<Tag<T>>> own_coefficients(const optimizers::Coefficients<T>& c) {
  using V = hn::Vec<Tag<T>>;
  constexpr std::size_t kCount = sizeof(C<V>) / sizeof(V);
  V values[kCount];
  for (std::size_t i = 0; i < kCount; ++i) values[i] = hn::Set(Tag<T>(), c.own[i]);
  return __builtin_bit_cast(C<V>, values);
}

template <bool kPrepared, typename T, class C, std::size_t... kState>
HWY_INLINE void update_row(const UpdateWork<T>& work, std::size_t row, std::size_t count,
                           const Shared<T>& shared, const C& c, std::index_sequence<kState...>) {
  const Tag<T> d;
  const std::size_t first = work.first + row * work.stride;
  T* const weight = work.weight + first;
  const T* const gradient = work.gradient + row * work.gradient_stride;
  [[maybe_unused]] const std::array<T*, sizeof...(kState)> state = {work.states[kState] + first...};
  for (std::size_t n = 0; n < count; n += hn::Lanes(d)) {
    const auto w = hn::Load(d, weight + n);
    auto g = hn::Load(d, gradient + n);
    if constexpr (kPrepared) g = shared.prepared(g, w);
    // One more than needed: there are no arrays of 0.
    hn::Vec<Tag<T>> s[sizeof...(kState) + 1] = {hn::Load(d, state[kState] + n)..., w};
    hn::Store(formulas::step(c, g, hn::Mul(w, shared.keep), s[kState]...), d, weight + n);
    (hn::Store(s[kState], d, state[kState] + n), ...);
  }
}

template <template <class> class C, std::size_t kStates, bool kPrepared, typename T>
void update(const UpdateWork<T>& work) {
  const Shared<T> shared(work.c);
  const auto c = own_coefficients<C>(work.c);
  const std::make_index_sequence<kStates> states;
  if (work.columns == work.stride && work.stride == work.gradient_stride) {
    update_row<kPrepared>(work, 0, work.rows * work.columns, shared, c, states);
  } else {
    for (std::size_t row = 0; row < work.rows; ++row)
      update_row<kPrepared>(work, row, work.columns, shared, c, states);
  }
}

template <typename T>
void column_sums(Matrix<const T> x, T* sums, Range lines) {
  const Tag<T> d;
  for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; n += hn::Lanes(d)) {
    auto sum = hn::Zero(d);
    for (std::size_t i = 0; i < x.rows; ++i) sum = hn::Add(sum, hn::Load(d, x.row(i) + n));
    hn::Store(sum, d, sums + n);
  }
}

template <typename T>
double sum_of_squares(const T* values, std::size_t count) {
  const Tag<T> d;
  // A stretch's sum is added in double precision, since the sum of millions of squares would lose
  // the small ones.
  constexpr std::size_t kStretch = 64 * kLine<T>;
  double total = 0;
  for (std::size_t from = 0; from < count; from += kStretch) {
    const std::size_t to = from + kStretch < count ? from + kStretch : count;
    LineSums<T> stretch;
    for (std::size_t n = from; n < to; n += hn::Lanes(d)) {
      const auto v = hn::Load(d, values + n);
      stretch.add(n, hn::Mul(v, v));
    }
    total += static_cast<double>(stretch.fold());
  }
  return total;
}

template <typename T>
void blend(T* average, const T* weight, T decay, std::size_t count) {
  const Tag<T> d;
  const auto share = hn::Set(d, T{1} - decay);
  for (std::size_t n = 0; n < count; n += hn::Lanes(d)) {
    const auto a = hn::Load(d, average + n);
    hn::Store(hn::MulAdd(share, hn::Sub(hn::Load(d, weight + n), a), a), d, average + n);
  }
}

template <typename T>
void max_norm(T* weight, std::size_t inputs, std::size_t units, T most, Range lines) {
  const Tag<T> d;
  const Panels<T> panels{inputs, units};
  const auto limit = hn::Set(d, most);
  for (std::size_t n = lines.begin * kLine<T>; n < lines.end * kLine<T>; n += hn::Lanes(d)) {
    T* const column = weight + panels.column_start(n);
    const std::size_t width = panels.width(n);
    auto sum = hn::Zero(d);
    for (std::size_t k = 0; k < inputs; ++k) {
      const auto w = hn::Load(d, column + k * width);
      sum = hn::MulAdd(w, w, sum);
    }
    const auto norm = hn::Sqrt(sum);
    const auto factor = hn::IfThenElse(hn::Gt(norm, limit), hn::Div(limit, norm), hn::Set(d, T{1}));
    for (std::size_t k = 0; k < inputs; ++k)
      hn::Store(hn::Mul(hn::Load(d, column + k * width), factor), d, column + k * width);
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  using namespace optimizers;
  static constexpr UpdateKernels<T> kUpdates[] = {
#define LITHE_OPTIMIZER(Name)                           \
  {update<Name::Coefficients, Name::kStates, false, T>, \
   update<Name::Coefficients, Name::kStates, true, T>},
#include "optimizers/list.inc"
  };
  k.updates = kUpdates;
  k.column_sums = column_sums<T>;
  k.sum_of_squares = sum_of_squares<T>;
  k.blend = blend<T>;
  k.max_norm = max_norm<T>;
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
void fill_optimizers(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
