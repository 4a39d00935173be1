// The steps of recurrent layers (recurrent.h), a vector of units at a time.
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/recurrent.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/activations-inl.h"
#include "kernels/fill.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Whole vectors of units.
template <typename T>
struct WholeUnits {
  using V = hn::Vec<Tag<T>>;
  HWY_INLINE V load(const T* at) const { return hn::LoadU(Tag<T>(), at); }
  HWY_INLINE void store(V v, T* at) const { hn::StoreU(v, Tag<T>(), at); }
  // To a row that is filled up with zeros.
  HWY_INLINE void fill(V v, T* at) const { hn::StoreU(v, Tag<T>(), at); }
};

// The last units, which do not fill a vector.
template <typename T>
struct SomeUnits {
  using V = hn::Vec<Tag<T>>;
  hn::Mask<Tag<T>> real;
  std::size_t count;
  HWY_INLINE V load(const T* at) const { return load_part(Tag<T>(), real, at); }
  HWY_INLINE void store(V v, T* at) const { store_first(Tag<T>(), count, v, at); }
  HWY_INLINE void fill(V v, T* at) const { hn::StoreU(hn::IfThenElseZero(real, v), Tag<T>(), at); }
};

// Calls work(n, access) for the units from n on, a vector at a time.
template <typename T, typename Work>
HWY_INLINE void each_unit(std::size_t units, const Work& work) {
  const std::size_t lanes = hn::Lanes(Tag<T>());
  std::size_t n = 0;
  for (; n + lanes <= units; n += lanes) work(n, WholeUnits<T>{});
  for (; n < round_up(units, kLine<T>); n += lanes)
    work(n, SomeUnits<T>{real_columns<T>(n, units), units > n ? units - n : 0});
}

// Zeros behind the last column of a row.
template <typename T>
HWY_INLINE void fill_up(T* row, std::size_t columns) {
  for (std::size_t n = columns; n < round_up(columns, kLine<T>); ++n) row[n] = 0;
}

template <typename T>
void lstm(const CellWork<T>& w) {
  const Tag<T> d;
  const std::size_t units = w.units;
  for (std::size_t i = 0; i < w.gates.rows; ++i) {
    T* const gates = w.gates.row(i);
    const T* const before = w.state.row(i);
    T *const cell = w.cell.row(i), *const output = w.output.row(i);
    each_unit<T>(units, [=](std::size_t n, const auto& access) {
      T* const at = gates + n;
      const auto in = sigmoid::forward(d, access.load(at));
      const auto forget = sigmoid::forward(d, access.load(at + units));
      const auto value = tanh::forward(d, access.load(at + 2 * units), hn::Zero(d));
      const auto out = sigmoid::forward(d, access.load(at + 3 * units));
      const auto c = hn::MulAdd(forget, hn::LoadU(d, before + n), hn::Mul(in, value));
      access.store(in, at);
      access.store(forget, at + units);
      access.store(value, at + 2 * units);
      access.store(out, at + 3 * units);
      access.fill(c, cell + n);
      access.fill(hn::Mul(out, tanh::forward(d, c, hn::Zero(d))), output + n);
    });
  }
}

// y (1 - y) and 1 - y^2, the derivatives by the sum.
template <class D, class V>
HWY_INLINE V sigmoid_slope(D d, V y) {
  return sigmoid::derivative(d, y, y);
}
template <class D, class V>
HWY_INLINE V tanh_slope(D d, V y) {
  return tanh::derivative(d, y, y);
}

template <typename T>
void lstm_backward(const CellBackwardWork<T>& w) {
  const Tag<T> d;
  const std::size_t units = w.units;
  for (std::size_t i = 0; i < w.gates.rows; ++i) {
    const T* const gates = w.gates.row(i);
    const T *const before = w.state.row(i), *const cell = w.cell.row(i), *const dy = w.dy.row(i);
    T *const carry = w.carry.row(i), *const sums = w.sums.row(i);
    each_unit<T>(units, [=](std::size_t n, const auto& access) {
      const T* const at = gates + n;
      T* const to = sums + n;
      const auto in = access.load(at), forget = access.load(at + units);
      const auto value = access.load(at + 2 * units), out = access.load(at + 3 * units);
      const auto squashed = tanh::forward(d, hn::LoadU(d, cell + n), hn::Zero(d));
      const auto up = hn::LoadU(d, dy + n);
      const auto dc =
          hn::MulAdd(hn::Mul(up, out), tanh_slope(d, squashed), hn::LoadU(d, carry + n));
      const auto d_in = hn::Mul(hn::Mul(dc, value), sigmoid_slope(d, in));
      const auto d_forget =
          hn::Mul(hn::Mul(dc, hn::LoadU(d, before + n)), sigmoid_slope(d, forget));
      const auto d_value = hn::Mul(hn::Mul(dc, in), tanh_slope(d, value));
      const auto d_out = hn::Mul(hn::Mul(up, squashed), sigmoid_slope(d, out));
      access.store(d_in, to);
      access.store(d_forget, to + units);
      access.store(d_value, to + 2 * units);
      access.store(d_out, to + 3 * units);
      access.fill(hn::Mul(dc, forget), carry + n);
    });
    fill_up(sums, 4 * units);
  }
}

template <typename T>
void gru(const CellWork<T>& w) {
  const Tag<T> d;
  const std::size_t units = w.units;
  const bool keeps = w.cell.data != nullptr;
  for (std::size_t i = 0; i < w.gates.rows; ++i) {
    T* const gates = w.gates.row(i);
    const T *const products = w.products.row(i), *const before = w.state.row(i);
    T *const cell = w.cell.row(i), *const output = w.output.row(i);
    each_unit<T>(units, [=](std::size_t n, const auto& access) {
      T* const at = gates + n;
      const T* const add = products + n;
      const auto reset = sigmoid::forward(d, hn::Add(access.load(at), access.load(add)));
      const auto keep =
          sigmoid::forward(d, hn::Add(access.load(at + units), access.load(add + units)));
      const auto product = access.load(add + 2 * units);
      const auto value =
          tanh::forward(d, hn::MulAdd(reset, product, access.load(at + 2 * units)), hn::Zero(d));
      access.store(reset, at);
      access.store(keep, at + units);
      access.store(value, at + 2 * units);
      if (keeps) access.fill(product, cell + n);
      const auto change = hn::Sub(hn::LoadU(d, before + n), value);
      access.fill(hn::MulAdd(keep, change, value), output + n);
    });
  }
}

template <typename T>
void gru_backward(const CellBackwardWork<T>& w) {
  const Tag<T> d;
  const std::size_t units = w.units;
  const bool first = w.dy_before.data == nullptr;
  for (std::size_t i = 0; i < w.gates.rows; ++i) {
    const T* const gates = w.gates.row(i);
    const T *const before = w.state.row(i), *const cell = w.cell.row(i), *const dy = w.dy.row(i);
    const T* const dy_before = first ? nullptr : w.dy_before.row(i);
    T *const carry = w.carry.row(i), *const sums = w.sums.row(i),
             *const products = w.products.row(i);
    each_unit<T>(units, [=](std::size_t n, const auto& access) {
      const T* const at = gates + n;
      const auto reset = access.load(at), keep = access.load(at + units);
      const auto value = access.load(at + 2 * units);
      const auto up = hn::LoadU(d, dy + n);
      const auto d_keep =
          hn::Mul(hn::Mul(up, hn::Sub(hn::LoadU(d, before + n), value)), sigmoid_slope(d, keep));
      const auto d_value = hn::Mul(hn::NegMulAdd(up, keep, up), tanh_slope(d, value));
      const auto d_reset =
          hn::Mul(hn::Mul(d_value, hn::LoadU(d, cell + n)), sigmoid_slope(d, reset));
      access.store(d_reset, sums + n);
      access.store(d_keep, sums + n + units);
      access.store(d_value, sums + n + 2 * units);
      access.store(d_reset, products + n);
      access.store(d_keep, products + n + units);
      access.store(hn::Mul(d_value, reset), products + n + 2 * units);
      const auto start = first ? hn::Zero(d) : hn::LoadU(d, dy_before + n);
      access.fill(hn::MulAdd(up, keep, start), carry + n);
    });
    fill_up(sums, 3 * units);
    fill_up(products, 3 * units);
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  k.lstm = lstm<T>;
  k.lstm_backward = lstm_backward<T>;
  k.gru = gru<T>;
  k.gru_backward = gru_backward<T>;
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
void fill_recurrent(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
