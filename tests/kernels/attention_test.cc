// Attention of a head against its plain reference and the formulas in long double, and the same
// bits on every instruction set with fused multiply-add.
#include "kernels/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "base/aligned.h"
#include "base/random.h"
#include "kernels/table.h"
#include "support/isas.h"

namespace lithe::kernels {
namespace {

using cpu::Isa;
using Real = long double;

constexpr std::size_t kWidths[] = {1, 3, 8, 16, 17, 32, 50};
constexpr std::size_t kLengths[] = {1, 2, 15, 28, 29, 64, 65, 100, 150};

// A head somewhere inside rows that are wider and at no boundary of a vector.
template <typename T>
struct Head {
  Head(std::size_t l, std::size_t n, bool only_before)
      : length(l), width(n), causal(only_before), stride(3 * width + 5) {
    base::Rng random(static_cast<std::uint64_t>(length), static_cast<std::uint32_t>(width));
    for (auto* array : {&rows, &dy, &output, &gradient}) {
      *array = base::AlignedArray<T>(length * stride + 1);
      for (T& value : *array) value = static_cast<T>(random.normal());
    }
    scratch = base::AlignedArray<T>(attention_scratch<T>(length, width, true));
    std::fill(scratch.begin(), scratch.end(), std::numeric_limits<T>::quiet_NaN());
    largest = base::AlignedArray<T>(length);
    inverse_sum = base::AlignedArray<T>(length);
  }
  Matrix<T> at(base::AlignedArray<T>& array, std::size_t part) {
    return {array.data() + 1 + part * width, stride, length};
  }
  AttentionWork<T> forward() {
    return {length,
            width,
            causal,
            scale(),
            nullptr,
            at(rows, 0),
            at(rows, 1),
            at(rows, 2),
            at(output, 0),
            largest.data(),
            inverse_sum.data(),
            scratch.data()};
  }
  AttentionBackwardWork<T> backward() {
    return {forward(), at(dy, 0), at(gradient, 0), at(gradient, 1), at(gradient, 2)};
  }
  T scale() const { return static_cast<T>(1 / std::sqrt(static_cast<double>(width))); }
  void run(Isa isa) {
    kernels<T>(isa).attention(forward());
    kernels<T>(isa).attention_backward(backward());
  }
  std::vector<T> results() const {
    std::vector<T> all(output.begin(), output.end());
    all.insert(all.end(), gradient.begin(), gradient.end());
    return all;
  }

  std::size_t length, width;
  bool causal;
  std::size_t stride;
  base::AlignedArray<T> rows, dy, output, gradient, scratch, largest, inverse_sum;
};

template <typename T>
void check_tables() {
  for (const bool causal : {false, true})
    for (const std::size_t width : kWidths)
      for (const std::size_t length : kLengths) {
        SCOPED_TRACE(std::to_string(length) + " x " + std::to_string(width) +
                     (causal ? ", causal" : ""));
        const auto on = [&](Isa isa) {
          Head<T> head(length, width, causal);
          head.run(isa);
          return head.results();
        };
        const std::vector<T> plain = on(Isa::scalar), best = on(cpu::best_isa());
        // Gradients are sums over all positions.
        const double tolerance = 100 * static_cast<double>(std::numeric_limits<T>::epsilon()) *
                                 std::sqrt(static_cast<double>(length));
        for (std::size_t i = 0; i < plain.size(); ++i)
          ASSERT_NEAR(static_cast<double>(best[i]), static_cast<double>(plain[i]), tolerance) << i;
        for (const Isa isa : test::fused())
          ASSERT_EQ(std::memcmp(on(isa).data(), best.data(), best.size() * sizeof(T)), 0)
              << cpu::name(isa);
      }
}

TEST(AttentionKernel, IsWhatTheReferenceComputes) {
  check_tables<float>();
  check_tables<double>();
}

// The reference against the formulas, in long double.
TEST(AttentionKernel, ReferenceIsTheFormula) {
  constexpr std::size_t kLength = 9, kWidth = 5;
  for (const bool causal : {false, true}) {
    Head<double> head(kLength, kWidth, causal);
    kernels<double>(Isa::scalar).attention(head.forward());
    const AttentionWork<double> w = head.forward();
    for (std::size_t i = 0; i < kLength; ++i) {
      Real sum = 0, mean[kWidth] = {};
      for (std::size_t j = 0; j < (causal ? i + 1 : kLength); ++j) {
        Real score = 0;
        for (std::size_t n = 0; n < kWidth; ++n)
          score += static_cast<Real>(w.queries.row(i)[n]) * w.keys.row(j)[n];
        const Real e = std::exp(score / std::sqrt(static_cast<Real>(kWidth)));
        sum += e;
        for (std::size_t n = 0; n < kWidth; ++n) mean[n] += e * w.values.row(j)[n];
      }
      for (std::size_t n = 0; n < kWidth; ++n)
        EXPECT_NEAR(w.output.row(i)[n], static_cast<double>(mean[n] / sum), 1e-14);
    }
  }
}

}  // namespace
}  // namespace lithe::kernels
