// Packs the rows of a batch into the left operand of the first product. See Pack in product.h.
#include <type_traits>

#include "cpu/targets.h"
#include "kernels/product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pack.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/layout.h"

#ifndef LITHE_PACK_ONCE
#define LITHE_PACK_ONCE
namespace lithe::kernels {

// For every subset of eight lanes, the numbers of its lanes in ascending order, a byte each.
struct LaneNumbers {
  alignas(64) std::uint8_t of[256][8] = {};
  constexpr LaneNumbers() {
    for (unsigned set = 0; set < 256; ++set)
      for (unsigned lane = 0, at = 0; lane < 8; ++lane)
        if ((set >> lane & 1) != 0) of[set][at++] = static_cast<std::uint8_t>(lane);
  }
};
inline constexpr LaneNumbers kLaneNumbers;

}  // namespace lithe::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// All packing goes by blocks of 32-bit lanes, for either precision: 16 columns with AVX-512.
using Columns = hn::CappedTag<std::int32_t, kLine<float>>;
using Bytes = hn::Rebind<std::uint8_t, Columns>;

// Stores v / divisor, correctly rounded, for a vector of bytes v. With a correctly rounded
// reciprocal, one step of correction by fused multiply-adds gives the rounded quotient (Markstein,
// "Computation of elementary functions on the IBM RISC System/6000", 1990), at a fraction of a
// division's cost.
template <typename T>
struct Quotient {
  T divisor, reciprocal;
  explicit Quotient(T by) : divisor(by), reciprocal(T{1} / by) {}

  template <class D>
  HWY_INLINE hn::Vec<D> divide(D d, hn::Vec<D> v) const {
#if HWY_NATIVE_FMA
    const auto r = hn::Set(d, reciprocal), quotient = hn::Mul(v, r);
    return hn::MulAdd(hn::NegMulAdd(quotient, hn::Set(d, divisor), v), r, quotient);
#else
    return hn::Div(v, hn::Set(d, divisor));
#endif
  }

  HWY_INLINE void store(hn::Vec<Columns> v, T* HWY_RESTRICT to) const {
    if constexpr (sizeof(T) == sizeof(float)) {
      const hn::Rebind<float, Columns> d;
      hn::StoreU(divide(d, hn::ConvertTo(d, v)), d, to);
    } else {
      const hn::Half<Columns> half;
      const hn::Rebind<double, decltype(half)> d;
      hn::StoreU(divide(d, hn::PromoteTo(d, hn::LowerHalf(half, v))), d, to);
      hn::StoreU(divide(d, hn::PromoteTo(d, hn::UpperHalf(half, v))), d, to + hn::Lanes(d));
    }
  }
};

// The lanes of v in `keep`, moved to the front. AVX-512 has an instruction for it. For other
// targets Highway 1.0 uses a table that GCC 12 copies to the stack in every call; ours is static.
HWY_INLINE hn::Vec<Columns> compress(hn::Vec<Columns> v, hn::Mask<Columns> keep) {
#if HWY_TARGET == HWY_AVX3
  return hn::Compress(v, keep);
#else
  const Columns d;
  std::uint8_t set[8];
  hn::StoreMaskBits(d, keep, set);
  const auto numbers = hn::PromoteTo(d, hn::LoadU(Bytes(), kLaneNumbers.of[set[0]]));
  return hn::TableLookupLanes(v, hn::IndicesFromVec(d, numbers));
#endif
}

// A block of bytes from a row of which `valid` are left: copied where a vector would read past the
// end of the row (and with the last row, past the end of the data).
HWY_INLINE hn::Vec<Columns> load_part(const std::uint8_t* from, std::size_t valid) {
  HWY_ALIGN std::uint8_t part[kLine<std::uint8_t>] = {};
  for (std::size_t j = 0; j < valid; ++j) part[j] = from[j];
  return hn::PromoteTo(Columns(), hn::Load(Bytes(), part));
}

HWY_INLINE hn::Vec<Columns> load(const std::uint8_t* from) {
  return hn::PromoteTo(Columns(), hn::LoadU(Bytes(), from));
}

template <typename T>
HWY_INLINE const std::uint8_t* row_of(const Pack<T>& p, std::size_t i) {
  return static_cast<const std::uint8_t*>(p.data) + p.order[i] * p.row_stride;
}

// Prefetches the rows of the next batch, which are anywhere in a data set larger than the caches;
// the arithmetic of this step hides the latency. One row is prefetched at a time, between the
// packing of others, because the queue of cache misses is short.
template <typename T>
HWY_INLINE void prefetch_next(const Pack<T>& p, std::size_t i) {
  if (i >= p.next_rows) return;
  const auto* row = static_cast<const std::uint8_t*>(p.data) + p.next_order[i] * p.row_stride;
  for (std::size_t byte = 0; byte < p.row_bytes; byte += 64) hwy::Prefetch(row + byte);
}

template <typename T>
void pack_bytes(Pack<T>& p) {
  const Quotient<T> quotient(p.divisor);
  const std::size_t lanes = hn::Lanes(Columns()), columns = p.columns;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const std::uint8_t* HWY_RESTRICT from = row_of(p, i);
    T* HWY_RESTRICT x = p.x + i * p.stride;
    std::size_t column = 0;
    for (; column + lanes <= columns; column += lanes)
      quotient.store(load(from + column), x + column);
    if (column < columns) quotient.store(load_part(from + column, columns - column), x + column);
    prefetch_next(p, i);
  }
  p.depth = columns;
}

// Integers and floating-point data: skipping zeros would gain little, so x has all columns. The
// compiler vectorises the loop; there is one operation for each value, so their order does not
// matter.
template <bool kDivides, typename Source, typename T>
void pack_plain_by(Pack<T>& p) {
  for (std::size_t i = 0; i < p.rows; ++i) {
    const auto* HWY_RESTRICT from = reinterpret_cast<const Source*>(row_of(p, i));
    T* HWY_RESTRICT x = p.x + i * p.stride;
    for (std::size_t k = 0; k < p.columns; ++k)
      x[k] = kDivides ? static_cast<T>(from[k]) / p.divisor : static_cast<T>(from[k]);
    prefetch_next(p, i);
  }
  p.depth = p.columns;
}

// Numbers that stay as they are, whole vectors at a time: for rows of a few numbers, what a
// compiler puts in front of its loop and behind it costs more than the loop. The last vector
// overlaps the one before it, so that nothing behind a row is read.
template <typename T>
void copy_rows(Pack<T>& p) {
  const hn::CappedTag<T, kLine<T>> d;
  const std::size_t lanes = hn::Lanes(d), columns = p.columns;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const T* HWY_RESTRICT from = reinterpret_cast<const T*>(row_of(p, i));
    T* HWY_RESTRICT x = p.x + i * p.stride;
    std::size_t k = 0;
    for (; k + lanes <= columns; k += lanes) hn::StoreU(hn::LoadU(d, from + k), d, x + k);
    if (k > 0 && k < columns)
      hn::StoreU(hn::LoadU(d, from + columns - lanes), d, x + columns - lanes);
    else
      for (; k < columns; ++k) x[k] = from[k];
    prefetch_next(p, i);
  }
  p.depth = columns;
}

template <typename Source, typename T>
void pack_plain(Pack<T>& p) {
  if constexpr (std::is_same_v<Source, T>)
    if (p.divisor == 1) return copy_rows(p);
  p.divisor == 1 ? pack_plain_by<false, Source>(p) : pack_plain_by<true, Source>(p);
}

// One example alone: its nonzero columns.
template <typename T>
void pack_nonzero_float(Pack<T>& p) {
  const Columns d;
  const hn::Rebind<float, Columns> floats;
  const auto* from = reinterpret_cast<const float*>(row_of(p, 0));
  auto* const index = reinterpret_cast<std::int32_t*>(p.index);
  const std::size_t lanes = hn::Lanes(d);
  const auto iota = hn::Iota(d, 0);
  std::size_t column = 0, depth = 0;
  HWY_ALIGN float kept[kLine<float>];
  for (; column + lanes <= p.columns; column += lanes) {
    const auto v = hn::LoadU(floats, from + column);
    const auto bits = hn::BitCast(d, v);
    // Not-a-number is kept; AVX's "not equal" would leave it out.
    const auto keep = hn::RebindMask(d, hn::Not(hn::Eq(v, hn::Zero(floats))));
    const auto numbers = hn::Add(iota, hn::Set(d, static_cast<std::int32_t>(column)));
    hn::StoreU(compress(numbers, keep), d, index + depth);
    const auto values = hn::BitCast(floats, compress(bits, keep));
    if constexpr (sizeof(T) == sizeof(float)) {
      hn::StoreU(values, floats, p.x + depth);
    } else {
      hn::Store(values, floats, kept);
      for (std::size_t i = 0; i < lanes; ++i) p.x[depth + i] = static_cast<T>(kept[i]);
    }
    depth += hn::CountTrue(d, keep);
  }
  for (; column < p.columns; ++column) {
    p.x[depth] = static_cast<T>(from[column]);
    index[depth] = static_cast<std::int32_t>(column);
    depth += from[column] != 0;
  }
  for (std::size_t i = 0; i < depth && p.divisor != 1; ++i) p.x[i] /= p.divisor;
  p.depth = depth;
}

// p.any = bitwise or of the rows of the batch, a byte a column. Four rows are done at a time, so
// that p.any is loaded and stored once for four.
template <typename T>
void find_columns(const Pack<T>& p) {
  const hn::CappedTag<std::uint8_t, 64> d;
  const std::size_t lanes = hn::Lanes(d), whole = p.columns / lanes * lanes;
  std::uint8_t* HWY_RESTRICT any = p.any;
  for (std::size_t column = 0; column < p.columns; column += lanes)
    hn::Store(hn::Zero(d), d, any + column);
  for (std::size_t i = 0; i < p.rows; i += 4) {
    const std::uint8_t* HWY_RESTRICT row[4];  // repeats the last row where fewer are left
    for (std::size_t j = 0; j < 4; ++j) row[j] = row_of(p, i + j < p.rows ? i + j : p.rows - 1);
    for (std::size_t column = 0; column < whole; column += lanes) {
      const auto a = hn::Or(hn::LoadU(d, row[0] + column), hn::LoadU(d, row[1] + column));
      const auto b = hn::Or(hn::LoadU(d, row[2] + column), hn::LoadU(d, row[3] + column));
      hn::Store(hn::Or(hn::Load(d, any + column), hn::Or(a, b)), d, any + column);
    }
    for (std::size_t column = whole; column < p.columns; ++column)
      for (const std::uint8_t* from : row) any[column] |= from[column];
  }
}

// Keeps both columns of a pair where one of them has a value.
template <typename T>
void join_pairs(const Pack<T>& p) {
  for (std::size_t column = 0; column + 1 < p.columns; column += 2)
    p.any[column] = p.any[column + 1] =
        static_cast<std::uint8_t>(p.any[column] | p.any[column + 1]);
}

// Lists the nonzero columns in p.index, and in p.blocks the blocks that have some: the column where
// the block begins, and the number of nonzero columns before it. Returns the number of blocks.
template <typename T>
std::size_t list_blocks(Pack<T>& p) {
  const Columns d;
  const auto iota = hn::Iota(d, 0);
  std::size_t blocks = 0, depth = 0;
  for (std::size_t column = 0; column < p.columns; column += hn::Lanes(d)) {
    const auto keep = hn::Ne(load(p.any + column), hn::Zero(d));
    const auto numbers = hn::Add(iota, hn::Set(d, static_cast<std::int32_t>(column)));
    hn::StoreU(compress(numbers, keep), d, reinterpret_cast<std::int32_t*>(p.index) + depth);
    PackedBlock& block = p.blocks[blocks];
    block.column = static_cast<std::uint32_t>(column);
    block.start = static_cast<std::uint32_t>(depth);
    const std::size_t kept = hn::CountTrue(d, keep);
    depth += kept;
    blocks += kept != 0;
  }
  p.depth = depth;
  return blocks;
}

// Packs only the columns that are not zero in every row of the batch. Storing a compressed vector
// in full and moving on by the lanes in use is faster than a compressing store, which is microcoded
// on AMD's processors; what the last one writes beyond the end is room that x and index have.
template <typename T>
void pack_nonzero(Pack<T>& p) {
  find_columns(p);
  if (p.in_pairs) join_pairs(p);
  const std::size_t blocks = list_blocks(p), stride = p.stride;
  const Columns d;
  const Quotient<T> quotient(p.divisor);
  // Only the last block can be cut short by the end of the row.
  const bool cut = blocks > 0 && p.blocks[blocks - 1].column + hn::Lanes(d) > p.columns;
  const PackedBlock* HWY_RESTRICT list = p.blocks;
  const std::uint8_t* HWY_RESTRICT any = p.any;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const std::uint8_t* HWY_RESTRICT row = row_of(p, i);
    T* HWY_RESTRICT x = p.x + i * stride;
    for (std::size_t b = 0; b < blocks - cut; ++b) {
      const auto keep = hn::Ne(load(any + list[b].column), hn::Zero(d));
      quotient.store(compress(load(row + list[b].column), keep), x + list[b].start);
    }
    if (cut) {
      const PackedBlock last = list[blocks - 1];
      const auto keep = hn::Ne(load(any + last.column), hn::Zero(d));
      const auto bytes = load_part(row + last.column, p.columns - last.column);
      quotient.store(compress(bytes, keep), x + last.start);
    }
    prefetch_next(p, i);
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  k.pack_bytes = pack_bytes<T>;
  k.pack_nonzero_bytes = pack_nonzero<T>;
  k.pack_int32 = pack_plain<std::int32_t, T>;
  k.pack_float32 = pack_plain<float, T>;
  k.pack_float64 = pack_plain<double, T>;
  k.pack_nonzero_float32 = pack_nonzero_float<T>;
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
void fill_packing(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
