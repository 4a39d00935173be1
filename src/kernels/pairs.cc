// Products of bfloat16 pairs: the tiles of product-inl.h on factors that are rounded first. See
// pairs.h.
//
// Weights are rounded where they are used, a panel or a block at a time, into scratch that stays in
// the second cache: this costs a dozen instructions for two vectors of them, each of which is then
// used for all examples. So there is no second copy of the weights that could be out of date.
#include "kernels/pairs.h"

#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pairs.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "cpu/isa.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/pairs-inl.h"
#include "kernels/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The values of a row from n on, of which it has `columns`; 0 behind them. Rows are padded to whole
// lines with anything.
HWY_INLINE PairVector load_row(const float* row, std::size_t n, std::size_t columns) {
  const PairTag d;
  if (n + hn::Lanes(d) <= columns) return hn::Load(d, row + n);
  if (n >= columns) return hn::Zero(d);
  return hn::IfThenElseZero(hn::FirstN(d, columns - n), hn::Load(d, row + n));
}

// A row's neighbours: pairs[i] = (row[2 i], row[2 i + 1]), for a range of whole vectors of pairs.
HWY_INLINE void pair_row(const float* row, std::size_t columns, Range pairs, float* to) {
  const PairTag d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t i = pairs.begin; i < pairs.end; i += lanes)
    hn::Store(pair_neighbours(load_row(row, 2 * i, columns), load_row(row, 2 * i + lanes, columns)),
              d, to + i);
}

void pair_columns(Matrix<const float> x, std::size_t columns, Matrix<float> to, Range lines) {
  const Range pairs{lines.begin * kLine<float>, lines.end * kLine<float>};
  for (std::size_t i = 0; i < x.rows; ++i) pair_row(x.row(i), columns, pairs, to.row(i));
}

void pair_rows(Matrix<const float> x, Matrix<float> to, Range lines) {
  const PairTag d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t i = 0; i < x.rows; i += 2) {
    const float* first = x.row(i);
    const float* second = i + 1 < x.rows ? x.row(i + 1) : nullptr;
    float* const pairs = to.row(i / 2);
    for (std::size_t n = lines.begin * kLine<float>; n < lines.end * kLine<float>; n += lanes)
      hn::Store(make_pairs(hn::Load(d, first + n),
                           second == nullptr ? hn::Zero(d) : hn::Load(d, second + n)),
                d, pairs + n);
  }
}

// Pairs of the rows of weights that the columns of the operand meet, `width` values of each.
HWY_INLINE void pair_weights(const Operand<float>& input, const float* weight, std::size_t stride,
                             std::size_t width, float* to) {
  const PairTag d;
  const std::size_t lanes = hn::Lanes(d);
  const auto row_of = [&](std::size_t c) {
    return weight + (input.index != nullptr ? input.index[c] : c) * stride;
  };
  for (std::size_t c = 0; c < input.depth; c += 2, to += width) {
    const float* first = row_of(c);
    const float* second = c + 1 < input.depth ? row_of(c + 1) : nullptr;
    for (std::size_t n = 0; n < width; n += lanes)
      hn::Store(make_pairs(hn::Load(d, first + n),
                           second == nullptr ? hn::Zero(d) : hn::Load(d, second + n)),
                d, to + n);
  }
}

template <class Arithmetic>
void paired_forward(const ForwardProduct<float>& p, Range lines, float* scratch) {
  const Panels<float> panels{p.inputs, p.units};
  each_panel(lines, [&](Range piece) {
    const std::size_t column = piece.begin * kLine<float>, width = columns_of<float>(piece);
    pair_weights(p.input, p.weight + panels.column_start(column), panels.width(column), width,
                 scratch);
    ForwardProduct<float> part = p;
    part.input.depth = pairs_of(p.input.depth);
    part.input.index = nullptr;
    part.weight = scratch;
    part.bias += column, part.y += column;
    part.inputs = part.input.depth, part.units = width;
    forward<float, false, Arithmetic>(part, {0, piece.end - piece.begin});
  });
}

// The weights of inputs `first` to `first + count`, pairs of units, in panels of pairs. A panel of
// weights becomes a line of pairs.
HWY_INLINE void pair_units(const InputGradientProduct<float>& p, std::size_t first,
                           std::size_t count, float* to) {
  const Panels<float> from{p.inputs, p.units}, pairs{count, pairs_of(p.units)};
  for (std::size_t n = 0; n < p.units; n += kPanel<float>) {
    const float* row = p.weight + from.at(first, n);
    float* line = to + pairs.at(0, n / 2);
    const std::size_t width = from.width(n), pair_width = pairs.width(n / 2);
    for (std::size_t k = 0; k < count; ++k, row += width, line += pair_width)
      pair_row(row, width, {0, kLine<float>}, line);
  }
}

template <class Arithmetic>
void paired_input_gradient(const InputGradientProduct<float>& p, Range lines, float* scratch) {
  constexpr std::size_t kBlockLines = kPairedInputs / kLine<float>;
  for (std::size_t line = lines.begin; line < lines.end; line += kBlockLines) {
    const std::size_t end = std::min(lines.end, line + kBlockLines), first = line * kLine<float>;
    InputGradientProduct<float> part = p;
    part.inputs = std::min(p.inputs, end * kLine<float>) - first;
    part.units = pairs_of(p.units);
    part.dx = p.dx + first;
    part.weight = scratch;
    pair_units(p, first, part.inputs, scratch);
    input_gradient<float, Arithmetic>(part, {0, end - line});
  }
}

template <bool kIndexed, class Arithmetic>
void paired_sgd(const WeightProduct<float>& p, Range lines) {
  WeightProduct<float> weights = p;
  weights.bias = nullptr;
  sgd<float, kIndexed, Arithmetic>(weights, lines);
}

template <class Arithmetic>
PairedKernels<float> paired_kernels(bool native) {
  return {paired_forward<Arithmetic>,
          paired_input_gradient<Arithmetic>,
          paired_sgd<false, Arithmetic>,
          paired_sgd<true, Arithmetic>,
          gradient<float, false, Arithmetic>,
          gradient<float, true, Arithmetic>,
          native};
}

void fill_both(Tables& tables) {
  Kernels<float>& k = tables.float32;
  k.pair_columns = pair_columns;
  k.pair_rows = pair_rows;
  k.paired = k.paired_emulated = paired_kernels<EmulatedPairs>(false);
#if HWY_TARGET == HWY_AVX3
  if (cpu::has_paired_products()) k.paired = paired_kernels<NativePairs>(true);
#endif
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lithe::kernels {
void fill_pairs(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
