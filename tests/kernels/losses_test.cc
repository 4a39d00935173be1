// The losses against the plain reference, and the same bits on every instruction set.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

#include "base/aligned.h"
#include "base/random.h"
#include "kernels/table.h"
#include "support/isas.h"

namespace lithe::kernels {
namespace {

using cpu::Isa;

template <typename T>
struct Result {
  base::AlignedArray<T> gradient;
  double loss = 0;
  double sums[kLine<T>] = {};
};

// Outputs of `rows` examples, of a scale that spreads probabilities over many orders of magnitude.
template <typename T>
struct Batch {
  Batch(std::size_t examples, std::size_t width, double scale)
      : rows(examples), classes(width), stride(row_stride<T>(width)), output(rows * stride) {
    base::Rng random(5, static_cast<std::uint32_t>(rows + 1000 * classes));
    // What lies behind the columns must not matter, whatever it is.
    for (T& value : output) value = std::numeric_limits<T>::quiet_NaN();
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t n = 0; n < classes; ++n)
        output[i * stride + n] = static_cast<T>(scale * random.normal());
    for (std::size_t i = 0; i < 2 * rows; ++i)
      labels.push_back(
          static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(classes))));
    for (std::size_t i = 0; i < 2 * rows; ++i) {
      weights.push_back(static_cast<float>(random.uniform(0, 2)));
      for (std::size_t n = 0; n < classes; ++n)
        targets.push_back(static_cast<float>(random.uniform()));
    }
    // A batch is any rows of the data, in any order.
    for (std::size_t i = 0; i < rows; ++i)
      order.push_back(random.below(static_cast<std::uint32_t>(2 * rows)));
  }

  // What is asked for: classes, or numbers with weights.
  Result<T> run(Isa isa, const losses::Row& row, bool numbers = false) const {
    Result<T> result;
    result.gradient = base::AlignedArray<T>(rows * stride);
    for (T& value : result.gradient) value = 77;
    const T argument = static_cast<T>(row.argument == "smoothing" ? 0.1 : row.fallback);
    std::vector<std::uint32_t> all(rows);
    std::iota(all.begin(), all.end(), 0U);
    kernels<T>(isa).of(row.loss)({{output.data(), stride, rows},
                                  {result.gradient.data(), stride, rows},
                                  classes,
                                  numbers ? nullptr : labels.data(),
                                  numbers ? targets.data() : nullptr,
                                  rows,
                                  all.data(),
                                  order.data(),
                                  numbers ? weights.data() : nullptr,
                                  T{1} / static_cast<T>(rows),
                                  argument,
                                  result.sums});
    result.loss = std::accumulate(std::begin(result.sums), std::end(result.sums), 0.0);
    return result;
  }

  std::size_t rows, classes, stride;
  base::AlignedArray<T> output;
  std::vector<std::int32_t> labels;
  std::vector<float> targets, weights;
  std::vector<std::uint32_t> order;
};

// Around the edges of lines (8, 16) and vectors, and as many as a byte can name.
const std::size_t kClasses[] = {1, 2, 7, 8, 9, 10, 15, 16, 17, 33, 100, 256};

template <typename T>
void check_against_reference(Isa isa, const losses::Row& row, const Batch<T>& batch, bool numbers) {
  const Result<T> ours = batch.run(isa, row, numbers), plain = batch.run(Isa::scalar, row, numbers);
  // Each sum of `classes` values carries at most that many roundings; a few more for what is
  // summed.
  const double bound = static_cast<double>(batch.classes + 16) *
                       static_cast<double>(std::numeric_limits<T>::epsilon());
  // The outputs' rounding alone moves a loss of 0 by as much as their size.
  double size = std::abs(plain.loss);
  for (std::size_t i = 0; i < batch.rows; ++i)
    size += std::abs(static_cast<double>(batch.output[i * batch.stride]));
  EXPECT_NEAR(ours.loss, plain.loss, bound * size);
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < batch.rows; ++i)
    for (std::size_t n = 0; n < round_up(batch.classes, kLine<T>); ++n) {
      const T a = ours.gradient[i * batch.stride + n], b = plain.gradient[i * batch.stride + n];
      if (n >= batch.classes) {
        ASSERT_EQ(a, 0) << "padding, column " << n;
      } else {
        difference += std::pow(static_cast<double>(a) - static_cast<double>(b), 2);
        norm += std::pow(static_cast<double>(b), 2);
      }
    }
  // A gradient of 0 is the difference of two numbers of size 1 / rows.
  EXPECT_LE(std::sqrt(difference), bound * (std::sqrt(norm) + 1));
}

template <typename T>
void check_all() {
  for (const auto& row : losses::kLosses)
    for (const Isa isa : test::isas())
      for (const std::size_t classes : kClasses)
        for (const std::size_t rows : {1, 10, 23})
          for (const double scale : {0.1, 1.0, 30.0}) {
            SCOPED_TRACE(std::string(row.name) + " " + std::string(cpu::name(isa)) + " " +
                         std::to_string(rows) + "x" + std::to_string(classes));
            for (const bool numbers : {false, true})
              check_against_reference<T>(isa, row, Batch<T>(rows, classes, scale), numbers);
          }
}

TEST(Losses, AgreeWithTheReferenceInFloat32) { check_all<float>(); }
TEST(Losses, AgreeWithTheReferenceInFloat64) { check_all<double>(); }

template <typename T>
void check_bits() {
  for (const auto& row : losses::kLosses)
    for (const std::size_t classes : kClasses) {
      const Batch<T> batch(13, classes, 3);
      const Result<T> best = batch.run(cpu::best_isa(), row);
      for (const Isa isa : test::fused()) {
        const Result<T> other = batch.run(isa, row);
        EXPECT_EQ(std::memcmp(best.sums, other.sums, sizeof(best.sums)), 0)
            << row.name << " " << cpu::name(isa) << " " << classes;
        EXPECT_EQ(std::memcmp(best.gradient.data(), other.gradient.data(),
                              best.gradient.size() * sizeof(T)),
                  0)
            << row.name << " " << cpu::name(isa) << " " << classes;
      }
    }
}

TEST(Losses, TheSameBitsOnEveryFusedInstructionSet) {
  check_bits<float>();
  check_bits<double>();
}

// A run that has left the range of numbers must be noticed, whichever output it shows in.
template <typename T>
void check_not_a_number(T bad) {
  for (const auto& row : losses::kLosses)
    for (const Isa isa : test::isas())
      for (std::size_t column = 0; column < 10; ++column) {
        Batch<T> batch(3, 10, 1);
        batch.output[batch.stride + column] = bad;
        // Nothing exceeds an infinite margin: that loss is rightly zero.
        if (row.loss == losses::Loss::hinge && std::isinf(bad)) continue;
        EXPECT_FALSE(std::isfinite(batch.run(isa, row).loss))
            << row.name << " " << cpu::name(isa) << " column " << column;
      }
}

TEST(Losses, NotANumberIsKept) {
  check_not_a_number<float>(std::numeric_limits<float>::quiet_NaN());
  check_not_a_number<double>(std::numeric_limits<double>::quiet_NaN());
  check_not_a_number<float>(std::numeric_limits<float>::infinity());
  check_not_a_number<double>(std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace lithe::kernels
