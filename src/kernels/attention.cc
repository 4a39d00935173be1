// Attention of a head (attention.h) by register tiles.
#include "kernels/attention.h"

#include <algorithm>
#include <limits>

#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "cpu/dispatch.h"
#include "hwy/highway.h"
#include "kernels/fill.h"
#include "kernels/math-inl.h"
#include "kernels/tile-inl.h"
#include "kernels/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::kernels {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The first `count` values from any address, zeros behind them. Nothing else is read.
template <typename T>
HWY_INLINE hn::Vec<Tag<T>> load_first(const T* from, std::size_t count) {
  const Tag<T> d;
  if (count >= hn::Lanes(d)) return hn::LoadU(d, from);
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  return hn::MaskedLoad(hn::FirstN(d, count), d, from);
#else
  HWY_ALIGN T values[HWY_LANES(T)] = {};
  std::copy_n(from, count, values);
  return hn::Load(d, values);
#endif
}

template <typename T>
HWY_INLINE hn::Vec<Tag<T>> rotated(hn::Vec<Tag<T>> v, const T* cosines, hn::Vec<Tag<T>> sines) {
  const Tag<T> d;
  return hn::MulAdd(v, hn::Load(d, cosines), hn::Mul(hn::Reverse2(d, v), sines));
}

// Rows of a head, rotated and scaled, one behind the other, each filled up with zeros.
template <typename T>
void pack_head(const AttentionWork<T>& w, Matrix<const T> from, const T* rotation, T scale, T* to) {
  const Tag<T> d;
  const std::size_t padded = attention_row<T>(w.width), lanes = hn::Lanes(d);
  const auto factor = hn::Set(d, scale);
  for (std::size_t i = 0; i < w.length; ++i)
    for (std::size_t n = 0; n < padded; n += lanes) {
      auto v = n < w.width ? load_first(from.row(i) + n, w.width - n) : hn::Zero(d);
      if (rotation != nullptr) {
        const T* const angle = rotation + 2 * i * padded + n;
        v = rotated(v, angle, hn::Load(d, angle + padded));
      }
      hn::Store(hn::Mul(v, factor), d, to + i * padded + n);
    }
}

// The same back: rotated the other way.
template <typename T>
void write_head(const AttentionWork<T>& w, const T* from, const T* rotation, T scale,
                Matrix<T> to) {
  const Tag<T> d;
  const std::size_t padded = attention_row<T>(w.width), lanes = hn::Lanes(d);
  const auto factor = hn::Set(d, scale);
  for (std::size_t i = 0; i < w.length; ++i)
    for (std::size_t n = 0; n < w.width; n += lanes) {
      auto v = hn::Mul(hn::Load(d, from + i * padded + n), factor);
      if (rotation != nullptr) {
        const T* const angle = rotation + 2 * i * padded + n;
        v = rotated(v, angle, hn::Neg(hn::Load(d, angle + padded)));
      }
      store_first(d, w.width - n, v, to.row(i) + n);
    }
}

// Packed rows, transposed in blocks: [width][kAttentionKeys] for each block of positions.
template <typename T>
void transpose_head(const AttentionWork<T>& w, const T* from, T* to) {
  const std::size_t padded = attention_row<T>(w.width), lanes = hn::Lanes(Tag<T>());
  for (std::size_t i = 0; i < w.length; i += lanes)
    turn_rows(from + i * padded, padded, std::min(lanes, w.length - i), {0, w.width},
              to + i / kAttentionKeys * kAttentionKeys * w.width + i % kAttentionKeys,
              kAttentionKeys);
}

// to = left * right, or added to what is there.
template <typename T>
struct BlockProduct {
  Left<T> left;
  const T* right;
  std::size_t right_step, depth;
  T* to;
  std::size_t stride;
  bool onto;

  template <std::size_t kRows, std::size_t kVectors>
  HWY_NOINLINE void tile(std::size_t row, std::size_t column) const {
    const Tag<T> d;
    Tile<T, kRows, kVectors> t;
    T* const at = to + row * stride + column;
    if (onto) {
      LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
        LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v) t.sum[m][v] =
            hn::Load(d, at + m * stride + v * hn::Lanes(d));
      }
    } else {
      clear(t);
    }
    t.template accumulate<false>({left.p + row * left.row, left.row, left.step},
                                 {right + column, right_step, nullptr}, depth);
    LITHE_UNROLL for (std::size_t m = 0; m < kRows; ++m) {
      LITHE_UNROLL for (std::size_t v = 0; v < kVectors; ++v)
          hn::Store(t.sum[m][v], d, at + m * stride + v * hn::Lanes(d));
    }
  }
};

template <typename T>
HWY_INLINE void multiply(std::size_t rows, std::size_t columns, const BlockProduct<T>& product) {
  cover<T>(rows, {0, divide_up(columns, kLine<T>)}, product);
}

// A block of scores: `rows` queries from `query` on, and `keys` keys from `key` on.
struct ScoreBlock {
  std::size_t query, rows, key, keys;
  bool causal;

  // How many of its keys a query looks at.
  std::size_t seen(std::size_t row) const {
    if (!causal) return keys;
    const std::size_t end = query + row + 1;
    return end <= key ? 0 : std::min(keys, end - key);
  }
};

// Calls work(block) for the blocks of keys that the queries look at, block of queries by block.
template <typename T, class Begin, class Work, class End>
HWY_INLINE void each_block(const AttentionWork<T>& w, const Begin& begin, const Work& work,
                           const End& end) {
  const std::size_t blocks = divide_up(w.length, kMostQueries);
  for (std::size_t b = 0; b < blocks; ++b) {
    const Range rows = share(w.length, b, blocks);
    begin(rows);
    const std::size_t keys = w.causal ? rows.end : w.length;
    for (std::size_t key = 0; key < keys; key += kAttentionKeys)
      work(ScoreBlock{rows.begin, rows.end - rows.begin, key, std::min(kAttentionKeys, keys - key),
                      w.causal});
    end(rows);
  }
}

// The scratch of a head, in the order in which it is taken.
template <typename T>
struct Scratch {
  T* at;
  T* take(std::size_t count) {
    T* const result = at;
    at += count;
    return result;
  }
};

template <typename T>
struct AttentionForward {
  const AttentionWork<T>& w;
  std::size_t padded;
  T *queries, *keys, *values, *transposed_keys, *scores, *output;
  LineSums<T> sums[kMostQueries];

  explicit AttentionForward(const AttentionWork<T>& work)
      : w(work), padded(attention_row<T>(work.width)) {
    Scratch<T> scratch{w.scratch};
    const std::size_t rows = w.length * padded;
    queries = scratch.take(rows), keys = scratch.take(rows), values = scratch.take(rows);
    transposed_keys = scratch.take(round_up(w.length, kAttentionKeys) * w.width);
    scores = scratch.take(kMostQueries * kAttentionKeys);
    output = scratch.take(kMostQueries * padded);
  }

  void run() {
    pack_head(w, w.queries, w.rotation, w.scale, queries);
    pack_head(w, w.keys, w.rotation, T{1}, keys);
    pack_head(w, w.values, static_cast<const T*>(nullptr), T{1}, values);
    transpose_head(w, keys, transposed_keys);
    each_block(
        w, [&](Range rows) { begin(rows); }, [&](const ScoreBlock& block) { attend(block); },
        [&](Range rows) { end(rows); });
  }

  void begin(Range rows) {
    std::fill_n(output, (rows.end - rows.begin) * padded, T{0});
    for (std::size_t i = rows.begin; i < rows.end; ++i) {
      w.largest[i] = -std::numeric_limits<T>::infinity();
      std::fill_n(sums[i - rows.begin].place, kLine<T>, T{0});
    }
  }

  void attend(const ScoreBlock& block) {
    multiply<T>(block.rows, block.keys,
                {{queries + block.query * padded, padded, 1},
                 transposed_keys + block.key * w.width,
                 kAttentionKeys,
                 w.width,
                 scores,
                 kAttentionKeys,
                 false});
    for (std::size_t row = 0; row < block.rows; ++row) exponentials(block, row);
    multiply<T>(block.rows, padded,
                {{scores, kAttentionKeys, 1},
                 values + block.key * padded,
                 padded,
                 block.keys,
                 output,
                 padded,
                 true});
  }

  // Of a row of scores by the largest so far, by which the sums so far are corrected.
  void exponentials(const ScoreBlock& block, std::size_t row) {
    const Tag<T> d;
    const std::size_t lanes = hn::Lanes(d), seen = block.seen(row);
    const std::size_t columns = round_up(block.keys, kLine<T>);
    T* const s = scores + row * kAttentionKeys;
    T& largest = w.largest[block.query + row];
    const auto before = hn::Set(d, largest);
    auto now = before;
    for (std::size_t n = 0; n < seen; n += lanes)
      now = hn::Max(now, hn::IfThenElse(real_columns<T>(n, seen), hn::Load(d, s + n), before));
    now = hn::MaxOfLanes(d, now);
    correct(row, exp_negative(d, hn::Sub(before, now)), largest);
    largest = hn::GetLane(now);
    for (std::size_t n = 0; n < columns; n += lanes) {
      const auto e = hn::IfThenElseZero(real_columns<T>(n, seen),
                                        exp_negative(d, hn::Sub(hn::Load(d, s + n), now)));
      hn::Store(e, d, s + n);
      sums[row].add(n, e);
    }
  }

  void correct(std::size_t row, hn::Vec<Tag<T>> factor, T largest) {
    const Tag<T> d;
    if (hn::GetLane(factor) == T{1} || largest == -std::numeric_limits<T>::infinity()) return;
    for (std::size_t n = 0; n < kLine<T>; n += hn::Lanes(d))
      hn::Store(hn::Mul(hn::Load(d, sums[row].place + n), factor), d, sums[row].place + n);
    for (std::size_t n = 0; n < padded; n += hn::Lanes(d)) {
      T* const at = output + row * padded + n;
      hn::Store(hn::Mul(hn::Load(d, at), factor), d, at);
    }
  }

  void end(Range rows) {
    const Tag<T> d;
    for (std::size_t i = rows.begin; i < rows.end; ++i) {
      w.inverse_sum[i] = T{1} / sums[i - rows.begin].fold();
      const auto factor = hn::Set(d, w.inverse_sum[i]);
      for (std::size_t n = 0; n < w.width; n += hn::Lanes(d))
        store_first(d, w.width - n,
                    hn::Mul(hn::Load(d, output + (i - rows.begin) * padded + n), factor),
                    w.output.row(i) + n);
    }
  }
};

template <typename T>
void attention(const AttentionWork<T>& w) {
  AttentionForward<T>(w).run();
}

// With dp = dy v^T and ds = p (dp - sum over n of dy y):
//   dv = p^T dy        dq = scale ds k        dk = ds^T (scale q)
template <typename T>
struct AttentionBackward {
  const AttentionBackwardWork<T>& b;
  const AttentionWork<T>& w;
  std::size_t padded;
  T *queries, *keys, *values, *dy, *d_queries, *d_keys, *d_values, *transposed_keys,
      *transposed_values, *probabilities, *d_scores, *means;

  explicit AttentionBackward(const AttentionBackwardWork<T>& work)
      : b(work), w(work.forward), padded(attention_row<T>(work.forward.width)) {
    Scratch<T> scratch{w.scratch};
    const std::size_t rows = w.length * padded;
    for (T** to : {&queries, &keys, &values, &dy, &d_queries, &d_keys, &d_values})
      *to = scratch.take(rows);
    for (T** to : {&transposed_keys, &transposed_values})
      *to = scratch.take(round_up(w.length, kAttentionKeys) * w.width);
    for (T** to : {&probabilities, &d_scores}) *to = scratch.take(kMostQueries * kAttentionKeys);
    means = scratch.take(w.length);
  }

  void run() {
    const T* const still = nullptr;
    pack_head(w, w.queries, w.rotation, w.scale, queries);
    pack_head(w, w.keys, w.rotation, T{1}, keys);
    pack_head(w, w.values, still, T{1}, values);
    pack_head(w, b.dy, still, T{1}, dy);
    transpose_head(w, keys, transposed_keys);
    transpose_head(w, values, transposed_values);
    std::fill_n(d_queries, 3 * w.length * padded, T{0});  // and those of keys and values
    for (std::size_t i = 0; i < w.length; ++i) means[i] = mean(i);
    each_block(
        w, [](Range) {}, [&](const ScoreBlock& block) { attend(block); }, [](Range) {});
    write_head(w, d_queries, w.rotation, w.scale, b.d_queries);
    write_head(w, d_keys, w.rotation, T{1}, b.d_keys);
    write_head(w, d_values, still, T{1}, b.d_values);
  }

  // The mean of dp, weighted by the probabilities: what dy and y say of it.
  T mean(std::size_t i) const {
    const Tag<T> d;
    LineSums<T> sum;
    const T* const y = w.output.row(i);
    for (std::size_t n = 0; n < w.width; n += hn::Lanes(d))
      sum.add(n, hn::Mul(hn::Load(d, dy + i * padded + n), load_first(y + n, w.width - n)));
    return sum.fold();
  }

  void attend(const ScoreBlock& block) {
    const std::size_t first = block.query * padded, key = block.key * padded;
    const std::size_t transposed = block.key * w.width;
    const auto scores = [&](const T* left, const T* right, T* to) {
      multiply<T>(
          block.rows, block.keys,
          {{left + first, padded, 1}, right, kAttentionKeys, w.width, to, kAttentionKeys, false});
    };
    const auto back_to_keys = [&](const T* left, const T* right, T* to) {
      multiply<T>(
          block.keys, padded,
          {{left, 1, kAttentionKeys}, right + first, padded, block.rows, to + key, padded, true});
    };
    scores(queries, transposed_keys + transposed, probabilities);
    scores(dy, transposed_values + transposed, d_scores);
    for (std::size_t row = 0; row < block.rows; ++row) derive(block, row);
    back_to_keys(probabilities, dy, d_values);
    back_to_keys(d_scores, queries, d_keys);
    multiply<T>(block.rows, padded,
                {{d_scores, kAttentionKeys, 1},
                 keys + key,
                 padded,
                 block.keys,
                 d_queries + first,
                 padded,
                 true});
  }

  // Shares from scores, and the gradient of the scores from that of the probabilities.
  void derive(const ScoreBlock& block, std::size_t row) {
    const Tag<T> d;
    const std::size_t i = block.query + row, seen = block.seen(row);
    const auto largest = hn::Set(d, w.largest[i]), inverse_sum = hn::Set(d, w.inverse_sum[i]);
    const auto centre = hn::Set(d, means[i]);
    T* const p = probabilities + row * kAttentionKeys;
    T* const dp = d_scores + row * kAttentionKeys;
    for (std::size_t n = 0; n < round_up(block.keys, kLine<T>); n += hn::Lanes(d)) {
      const auto real = real_columns<T>(n, seen);
      const auto e = exp_negative(d, hn::Sub(hn::Load(d, p + n), largest));
      const auto weight = hn::IfThenElseZero(real, hn::Mul(e, inverse_sum));
      const auto away = hn::Sub(hn::Load(d, dp + n), centre);
      hn::Store(weight, d, p + n);
      hn::Store(hn::IfThenElseZero(real, hn::Mul(weight, away)), d, dp + n);
    }
  }
};

template <typename T>
void attention_backward(const AttentionBackwardWork<T>& w) {
  AttentionBackward<T>(w).run();
}

template <typename T>
void fill(Kernels<T>& k) {
  k.attention = attention<T>;
  k.attention_backward = attention_backward<T>;
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
void fill_attention(cpu::Isa isa, Tables& tables) { LITHE_VERSION_FOR(isa, fill_both)(tables); }
}  // namespace lithe::kernels
#endif
