// The optimizers' steps, a vector at a time, and other work on gradients and weights.
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/optimizers.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/layout.h"
#include "kernels/line_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

// Argument-dependent lookup finds Highway's operations for the rules.
template <class V>
HWY_INLINE V sign(V x) {
  const hn::DFromV<V> d;
  const V one = hn::Set(d, hn::TFromD<decltype(d)>{1});
  return hn::IfThenElseZero(hn::Ne(x, hn::Zero(d)), hn::CopySign(one, x));
}

namespace rules {
#include "kernels/update_rules-inl.h"
}

template <class V>
struct VectorCoefficients {
  V rate, a, b, c, d, e, f, keep, scale, clip, least, l1, l2;

  template <class D, typename T>
  VectorCoefficients(D tag, const optimizers::Coefficients<T>& from)
      : rate(hn::Set(tag, from.rate)),
        a(hn::Set(tag, from.a)),
        b(hn::Set(tag, from.b)),
        c(hn::Set(tag, from.c)),
        d(hn::Set(tag, from.d)),
        e(hn::Set(tag, from.e)),
        f(hn::Set(tag, from.f)),
        keep(hn::Set(tag, from.keep)),
        scale(hn::Set(tag, from.scale)),
        clip(hn::Set(tag, from.clip)),
        least(hn::Neg(clip)),
        l1(hn::Set(tag, from.l1)),
        l2(hn::Set(tag, from.l2)) {}
};

template <class Rule, std::size_t kStates, bool kPrepared, typename T>
HWY_INLINE void update_row(const UpdateWork<T>& work, std::size_t row, std::size_t count,
                           const VectorCoefficients<hn::Vec<Tag<T>>>& c, bool clips) {
  const Tag<T> d;
  const std::size_t first = row * work.stride;
  T* const weight = work.weight + first;
  const T* const gradient = work.gradient + row * work.gradient_stride;
  T* const first_state = work.state[0] + first;
  T* const second_state = work.state[1] + first;
  for (std::size_t n = 0; n < count; n += hn::Lanes(d)) {
    auto w = hn::Load(d, weight + n), g = hn::Load(d, gradient + n);
    auto s0 = hn::Zero(d), s1 = hn::Zero(d);
    if constexpr (kStates > 0) s0 = hn::Load(d, first_state + n);
    if constexpr (kStates > 1) s1 = hn::Load(d, second_state + n);
    if constexpr (kPrepared) g = rules::prepared(g, w, c, clips);
    w = Rule::step(g, w, s0, s1, c);
    hn::Store(w, d, weight + n);
    if constexpr (kStates > 0) hn::Store(s0, d, first_state + n);
    if constexpr (kStates > 1) hn::Store(s1, d, second_state + n);
  }
}

template <class Rule, std::size_t kStates, bool kPrepared, typename T>
void update(const UpdateWork<T>& work) {
  const VectorCoefficients<hn::Vec<Tag<T>>> c(Tag<T>(), work.c);
  const bool clips = work.c.clip > 0;
  if (work.columns == work.stride && work.stride == work.gradient_stride) {
    update_row<Rule, kStates, kPrepared>(work, 0, work.rows * work.columns, c, clips);
  } else {
    for (std::size_t row = 0; row < work.rows; ++row)
      update_row<Rule, kStates, kPrepared>(work, row, work.columns, c, clips);
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
  std::size_t i = 0;
#define LITHE_RULE(name, states)                        \
  k.updates[i] = update<rules::name, states, false, T>; \
  k.prepared_updates[i++] = update<rules::name, states, true, T>;
#include "optimizers/rules.inc"
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
namespace {
HWY_EXPORT(fill_both);
}
void fill_optimizers(Tables& tables) { HWY_DYNAMIC_DISPATCH(fill_both)(tables); }
}  // namespace lithe::kernels
#endif
