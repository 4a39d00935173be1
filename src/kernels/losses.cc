// The losses and their gradients, a row of outputs at a time.
#include <cmath>

#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/losses.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/layout.h"
#include "kernels/line_sums-inl.h"
#include "kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

HWY_INLINE hn::Vec<Tag<float>> load_targets(Tag<float> d, const float* from) {
  return hn::LoadU(d, from);
}
HWY_INLINE hn::Vec<Tag<double>> load_targets(Tag<double> d, const float* from) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, Tag<double>>(), from));
}

// The numbers of the columns from n on. From 0 they are a constant; GCC builds those from a
// variable lane by lane.
template <typename T>
HWY_INLINE hn::Vec<Tag<T>> columns_from(std::size_t n) {
  const Tag<T> d;
  return hn::Add(hn::Iota(d, T{0}), hn::Set(d, static_cast<T>(n)));
}

// The targets of an example: 1 where the column is its class and 0 elsewhere (its class itself
// where there is but one column), or the numbers that the data have.
template <typename T>
struct Targets {
  const LossWork<T>& w;
  std::size_t row;  // of the answers of the data set

  bool labelled() const { return w.labels != nullptr; }
  std::size_t label() const { return static_cast<std::size_t>(w.labels[row]); }
  // For the columns from n on; 0 beyond the last.
  HWY_INLINE hn::Vec<Tag<T>> at(std::size_t n) const {
    const Tag<T> d;
    if (!labelled()) return numbers(w.targets + row * w.columns + n, w.columns - n);
    const std::size_t hot = w.columns == 1 ? std::size_t{label() == 0} : label();
    const auto columns = columns_from<T>(n);
    return hn::IfThenElseZero(hn::Eq(columns, hn::Set(d, static_cast<T>(hot))), hn::Set(d, T{1}));
  }
  // Rows of targets have no padding: nothing behind the last one may be read.
  HWY_INLINE hn::Vec<Tag<T>> numbers(const float* from, std::size_t count) const {
    const Tag<T> d;
    if (count >= hn::Lanes(d)) return load_targets(d, from);
    float part[kLine<T>] = {};
    for (std::size_t i = 0; i < count; ++i) part[i] = from[i];
    return load_targets(d, part);
  }
};

template <typename T>
T weight_of(const LossWork<T>& w, std::size_t i) {
  return w.weights != nullptr ? static_cast<T>(w.weights[i]) : T{1};
}

// A loss that is a sum over the columns. `of` gives a column's value and its derivative by a, from
// the output a and the target t; both are multiplied by `share`.
template <typename T, class Of>
HWY_INLINE void by_columns(const LossWork<T>& w, const Of& of, T share) {
  const Tag<T> d;
  constexpr std::size_t kVectors = kLine<T> / hn::MaxLanes(d);
  using V = hn::Vec<Tag<T>>;
  const std::size_t padded = round_up(w.columns, kLine<T>);
  V sums[kVectors];  // one sum for each place in a line
  for (V& sum : sums) sum = hn::Zero(d);
  for (std::size_t i = 0; i < w.count; ++i) {
    const T* a = w.output.row(w.rows[i]);
    T* da = w.gradient.row(w.rows[i]);
    const Targets<T> targets{w, w.answers[i]};
    const T weight = weight_of(w, i) * share;
    const auto scale = hn::Set(d, w.scale * weight), counts = hn::Set(d, weight);
    for (std::size_t line = 0; line < padded; line += kLine<T>)
      for (std::size_t v = 0; v < kVectors; ++v) {
        const std::size_t n = line + v * hn::Lanes(d);
        if (n >= w.columns) {
          hn::Store(hn::Zero(d), d, da + n);
          continue;
        }
        const auto real = real_columns<T>(n, w.columns);
        V value, slope;
        of(hn::Load(d, a + n), targets.at(n), value, slope);
        hn::Store(hn::IfThenElseZero(real, hn::Mul(slope, scale)), d, da + n);
        sums[v] = hn::Add(sums[v], hn::IfThenElseZero(real, hn::Mul(value, counts)));
      }
  }
  HWY_ALIGN T places[kLine<T>];
  for (std::size_t v = 0; v < kVectors; ++v) hn::Store(sums[v], d, places + v * hn::Lanes(d));
  for (std::size_t j = 0; j < kLine<T>; ++j) w.sums[j] += static_cast<double>(places[j]);
}

template <typename T>
void quadratic(const LossWork<T>& w) {
  const auto half = hn::Set(Tag<T>(), T{0.5});
  by_columns(
      w,
      [half](auto a, auto t, auto& value, auto& slope) {
        slope = hn::Sub(a, t);
        value = hn::Mul(half, hn::Mul(slope, slope));
      },
      T{1});
}

template <typename T>
void mean_squared(const LossWork<T>& w) {
  const auto two = hn::Set(Tag<T>(), T{2});
  by_columns(
      w,
      [two](auto a, auto t, auto& value, auto& slope) {
        const auto error = hn::Sub(a, t);
        value = hn::Mul(error, error);
        slope = hn::Mul(two, error);
      },
      T{1} / static_cast<T>(w.columns));
}

template <class D, class V>
HWY_INLINE V sign_of(D d, V x) {
  const V one = hn::Set(d, hn::TFromD<D>{1});
  return hn::IfThenZeroElse(hn::Eq(x, hn::Zero(d)), hn::CopySign(one, x));
}

template <typename T>
void mean_absolute(const LossWork<T>& w) {
  by_columns(
      w,
      [](auto a, auto t, auto& value, auto& slope) {
        const auto error = hn::Sub(a, t);
        value = hn::Abs(error);
        slope = sign_of(Tag<T>(), error);
      },
      T{1} / static_cast<T>(w.columns));
}

template <typename T>
void huber(const LossWork<T>& w) {
  const Tag<T> d;
  const auto delta = hn::Set(d, w.argument), half = hn::Set(d, T{0.5});
  by_columns(
      w,
      [=](auto a, auto t, auto& value, auto& slope) {
        const auto error = hn::Sub(a, t), size = hn::Abs(error);
        const auto small = hn::Lt(size, delta);
        value = hn::IfThenElse(small, hn::Mul(half, hn::Mul(error, error)),
                               hn::Mul(delta, hn::NegMulAdd(half, delta, size)));
        slope = hn::IfThenElse(small, error, hn::Mul(delta, sign_of(Tag<T>(), error)));
      },
      T{1} / static_cast<T>(w.columns));
}

// With e = exp(-|z|), which is never above 1:
//   value = max(z, 0) - z t + log(1 + e), slope = sigmoid(z) - t
template <typename T>
void binary_cross_entropy(const LossWork<T>& w) {
  const Tag<T> d;
  const auto one = hn::Set(d, T{1}), keep = hn::Set(d, T{1} - w.argument),
             half = hn::Set(d, w.argument / 2);
  by_columns(
      w,
      [=](auto z, auto target, auto& value, auto& slope) {
        const auto zero = hn::Zero(Tag<T>());
        const auto t = hn::MulAdd(target, keep, half);
        const auto e = exp_negative(Tag<T>(), minus_abs(Tag<T>(), z));
        const auto positive = hn::Div(one, hn::Add(one, e));
        const auto sigmoid = hn::IfThenElse(hn::Ge(z, zero), positive, hn::Mul(e, positive));
        const auto linear = hn::NegMulAdd(z, t, hn::Max(z, zero));
        value = hn::Add(linear, log1p_fraction(Tag<T>(), e));
        value = hn::IfThenElse(hn::Eq(z, z), value, z);
        slope = hn::Sub(sigmoid, t);
      },
      T{1} / static_cast<T>(w.columns));
}

// With the outputs z shifted by their largest, which cancels and keeps the exponentials in range,
// and targets t that add up to S:
//   loss = S log(sum of exp z) - sum of t z, gradient = S exp z / sum of exp z - t
// `smoothing` spreads that share of t evenly over all classes.
template <typename T>
void cross_entropy(const LossWork<T>& w) {
  const Tag<T> d;
  const std::size_t padded = round_up(w.columns, kLine<T>);
  const auto keep = hn::Set(d, T{1} - w.argument);
  const auto even = hn::Set(d, w.argument / static_cast<T>(w.columns));
  for (std::size_t i = 0; i < w.count; ++i) {
    const T* z = w.output.row(w.rows[i]);
    T* dz = w.gradient.row(w.rows[i]);
    const Targets<T> targets{w, w.answers[i]};
    const T weight = weight_of(w, i);
    const auto target = [&](std::size_t n) {
      const auto t = n < w.columns ? targets.at(n) : hn::Zero(d);
      return hn::IfThenElseZero(real_columns<T>(n, w.columns), hn::MulAdd(t, keep, even));
    };
    T largest = z[0];
    for (std::size_t n = 1; n < w.columns; ++n) largest = z[n] > largest ? z[n] : largest;
    const auto shift = hn::Set(d, largest);
    LineSums<T> sums, dots, whole;
    for (std::size_t n = 0; n < padded; n += hn::Lanes(d)) {
      const auto x = hn::Sub(hn::Load(d, z + n), shift);
      const auto real = hn::IfThenElseZero(real_columns<T>(n, w.columns), exp_negative(d, x));
      const auto t = target(n);
      hn::Store(real, d, dz + n);
      sums.add(n, real);
      dots.add(n, hn::IfThenElseZero(hn::Ne(t, hn::Zero(d)), hn::Mul(t, x)));
      whole.add(n, t);
    }
    const T sum = sums.fold(), total = whole.fold();
    w.sums[i % kLine<T>] += (static_cast<double>(total) * std::log(static_cast<double>(sum)) -
                             static_cast<double>(dots.fold())) *
                            static_cast<double>(weight);
    const auto scale = hn::Set(d, w.scale * weight), share = hn::Set(d, total / sum);
    for (std::size_t n = 0; n < padded; n += hn::Lanes(d)) {
      const auto p = hn::Mul(hn::Load(d, dz + n), share);
      hn::Store(hn::Mul(hn::Sub(p, target(n)), scale), d, dz + n);
    }
  }
}

// With one output, or several yes-or-no targets: max(0, margin - z) where the target is above a
// half, and max(0, margin + z) where it is not.
template <typename T>
void hinge_by_columns(const LossWork<T>& w) {
  const Tag<T> d;
  const auto margin = hn::Set(d, w.argument), one = hn::Set(d, T{1}), half = hn::Set(d, T{0.5});
  by_columns(
      w,
      [=](auto z, auto t, auto& value, auto& slope) {
        const auto zero = hn::Zero(Tag<T>());
        const auto side = hn::IfThenElse(hn::Gt(t, half), one, hn::Neg(one));
        value = hn::Max(hn::NegMulAdd(side, z, margin), zero);
        slope = hn::IfThenElseZero(hn::Gt(value, zero), hn::Neg(side));
        value = hn::IfThenElse(hn::Eq(z, z), value, z);
      },
      T{1} / static_cast<T>(w.columns));
}

// The sum over the other classes of max(0, margin - z[class] + z), over the number of classes
// (Crammer and Singer, 2001, summed as by Weston and Watkins, 1999).
template <typename T>
void hinge(const LossWork<T>& w) {
  if (w.labels == nullptr || w.columns == 1) return hinge_by_columns(w);
  const Tag<T> d;
  const std::size_t padded = round_up(w.columns, kLine<T>);
  for (std::size_t i = 0; i < w.count; ++i) {
    const T* z = w.output.row(w.rows[i]);
    T* dz = w.gradient.row(w.rows[i]);
    const auto label = static_cast<std::size_t>(w.labels[w.answers[i]]);
    const T weight = weight_of(w, i) / static_cast<T>(w.columns);
    const auto least = hn::Set(d, w.argument - z[label]), slope = hn::Set(d, w.scale * weight);
    LineSums<T> sums, slopes;
    for (std::size_t n = 0; n < padded; n += hn::Lanes(d)) {
      const auto own = hn::Eq(columns_from<T>(n), hn::Set(d, static_cast<T>(label)));
      const auto counts = hn::AndNot(own, real_columns<T>(n, w.columns));
      const auto gap = hn::Add(hn::Load(d, z + n), least);
      const auto lacks = hn::And(counts, hn::Not(hn::Le(gap, hn::Zero(d))));
      const auto g = hn::IfThenElseZero(lacks, slope);
      hn::Store(g, d, dz + n);
      sums.add(n, hn::IfThenElseZero(lacks, gap));
      slopes.add(n, g);
    }
    dz[label] = -slopes.fold();
    w.sums[i % kLine<T>] += static_cast<double>(sums.fold()) * static_cast<double>(weight);
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  std::size_t i = 0;
#define LITHE_LOSS(name, ...) k.losses[i++] = name<T>;
#include "losses/losses.inc"
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
void fill_losses(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
