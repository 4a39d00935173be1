// The products against the plain reference: the same bits, for every instruction set with fused
// multiply-add, for sizes around every tile edge, dense and with zero columns left out.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/aligned.h"
#include "base/random.h"
#include "kernels/table.h"
#include "support/isas.h"

namespace lithe::kernels {
namespace {

using cpu::Isa;

template <typename T>
base::AlignedArray<T> random_array(std::size_t size, std::uint32_t stream) {
  base::Rng random(7, stream);
  base::AlignedArray<T> values(size);
  for (T& value : values) value = static_cast<T>(random.uniform(-1, 1));
  return values;
}

struct Sizes {
  std::size_t rows, inputs, units;
};

// Around the edges of tiles (6, 14), halves of lines (4, 8), lines (8, 16), panels (16, 32).
const Sizes kSizes[] = {{1, 1, 1},    {1, 784, 30},  {10, 30, 10}, {10, 100, 30}, {6, 7, 8},
                        {7, 13, 17},  {14, 14, 16},  {15, 29, 33}, {13, 57, 47},  {17, 15, 64},
                        {33, 31, 65}, {50, 40, 100}, {29, 66, 31}, {128, 20, 40}, {300, 30, 20},
                        {3, 900, 30}, {200, 24, 8},  {31, 8, 2},   {40, 60, 4},   {21, 30, 36}};

template <typename T>
struct Problem {
  explicit Problem(Sizes s)
      : sizes(s),
        weights{s.inputs, s.units},
        x_stride(row_stride<T>(s.inputs + kPackSlack)),
        y_stride(row_stride<T>(s.units)),
        x(random_array<T>(s.rows * x_stride, 1)),
        weight(random_array<T>(weights.size(), 2)),
        bias(random_array<T>(weights.padded_columns(), 3)),
        y(s.rows * y_stride),
        dy(random_array<T>(s.rows * y_stride, 4)),
        dx(s.rows * x_stride),
        transposed(Panels<T>{s.units, s.rows}.size()) {
    // Mostly empty rows, with stretches of zeros longer than a tile.
    for (std::size_t i = 0; i < x.size(); ++i)
      if (i / 23 % 3 != 0) x[i] = 0;
    // Padding is zero, as layout.h says: some kernels do arithmetic there, others do not.
    for (std::size_t n = s.units; n < weights.padded_columns(); ++n) {
      bias[n] = 0;
      for (std::size_t k = 0; k < s.inputs; ++k) weight[weights.at(k, n)] = 0;
      for (std::size_t i = 0; i < s.rows; ++i) dy[i * y_stride + n] = 0;
    }
    index.reserve(s.inputs + kPackSlack);  // what is fetched ahead is named there
    for (std::size_t c = 0; c < s.inputs; c += 3) index.push_back(static_cast<std::uint32_t>(c));
  }

  Operand<T> input(bool indexed) const {
    return {x.data(), x_stride, sizes.rows, indexed ? index.size() : sizes.inputs,
            indexed ? index.data() : nullptr};
  }
  Range unit_lines() const { return {0, divide_up(sizes.units, kLine<T>)}; }
  Range input_lines() const { return {0, divide_up(sizes.inputs, kLine<T>)}; }
  ForwardProduct<T> forward(bool indexed) {
    return {input(indexed), weight.data(), bias.data(), sizes.inputs,
            sizes.units,    y.data(),      y_stride};
  }
  WeightProduct<T> gradient(bool indexed) {
    return {input(indexed), dy.data(),     y_stride,    sizes.inputs,
            sizes.units,    weight.data(), bias.data(), static_cast<T>(0.37)};
  }
  InputGradientProduct<T> data() {
    return {dy.data(),   y_stride,  sizes.rows, weight.data(),    sizes.inputs,
            sizes.units, dx.data(), x_stride,   transposed.data()};
  }

  Sizes sizes;
  Panels<T> weights;
  std::size_t x_stride, y_stride;
  base::AlignedArray<T> x, weight, bias, y, dy, dx, transposed;
  std::vector<std::uint32_t> index;
};

template <typename T>
void expect_same(const base::AlignedArray<T>& a, const base::AlignedArray<T>& b, bool exact,
                 const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (exact) {
      ASSERT_EQ(std::memcmp(&a[i], &b[i], sizeof(T)), 0) << what << " at " << i;
    } else {  // no fused multiply-add: a rounding more in each step, sums of at most 784 values
      const T bound = 800 * 32 * std::numeric_limits<T>::epsilon();
      ASSERT_NEAR(a[i], b[i], bound) << what << " at " << i;
    }
  }
}

// Replaces the weights by the gradient, some inputs at a time.
template <typename T>
void gradient_by_blocks(const Kernels<T>& k, Problem<T>& p, bool indexed, std::size_t block) {
  const WeightProduct<T> whole = p.gradient(indexed);
  const Panels<T> panels{whole.inputs, whole.units};
  for (std::size_t line = 0; line < p.unit_lines().end; line += 2) {
    const std::size_t panel = line * kLine<T>;
    GradientProduct<T> part{};
    part.input = whole.input, part.units = whole.units;
    part.dy = whole.dy, part.dy_stride = whole.dy_stride;
    part.stride = panels.width(panel);
    for (std::size_t first = 0; first < whole.inputs; first += block) {
      part.first = first;
      part.end = std::min(whole.inputs, first + block);
      part.operand_first = part.operand_end;
      while (part.operand_end < whole.input.depth &&
             (indexed ? whole.input.index[part.operand_end] : part.operand_end) < part.end)
        ++part.operand_end;
      part.to = whole.weight + panels.at(first, panel);
      (indexed ? k.gradient_indexed : k.gradient)(part,
                                                  {line, std::min(line + 2, p.unit_lines().end)});
    }
  }
}

template <typename T>
void check(Isa isa, Sizes sizes, bool indexed) {
  const Kernels<T>&k = kernels<T>(isa), &reference = kernels<T>(Isa::scalar);
  const bool exact = isa != Isa::sse4;
  const std::string what = std::string(cpu::name(isa)) + " " + std::to_string(sizes.rows) + "x" +
                           std::to_string(sizes.inputs) + "x" + std::to_string(sizes.units) +
                           (indexed ? " indexed" : "");
  Problem<T> a(sizes), b(sizes);
  (indexed ? k.forward_indexed : k.forward)(a.forward(indexed), a.unit_lines());
  (indexed ? reference.forward_indexed : reference.forward)(b.forward(indexed), b.unit_lines());
  expect_same(a.y, b.y, exact, what + " forward");

  k.transpose(a.data(), {0, sizes.units});
  k.input_gradient(a.data(), a.input_lines());
  reference.transpose(b.data(), {0, sizes.units});
  reference.input_gradient(b.data(), b.input_lines());
  expect_same(a.dx, b.dx, exact, what + " data");

  (indexed ? k.sgd_indexed : k.sgd)(a.gradient(indexed), a.unit_lines());
  (indexed ? reference.sgd_indexed : reference.sgd)(b.gradient(indexed), b.unit_lines());
  expect_same(a.weight, b.weight, exact, what + " sgd weight");
  expect_same(a.bias, b.bias, exact, what + " sgd bias");

  gradient_by_blocks(k, a, indexed, 9);
  gradient_by_blocks(reference, b, indexed, sizes.inputs);
  expect_same(a.weight, b.weight, exact, what + " gradient");
}

TEST(Products, AgreeWithTheReferenceOnEveryInstructionSet) {
  for (const Isa isa : test::isas())
    for (const Sizes& sizes : kSizes)
      for (const bool indexed : {false, true}) {
        check<float>(isa, sizes, indexed);
        check<double>(isa, sizes, indexed);
      }
}

// Shares of the columns, done apart, give what the whole gives.
template <typename T>
void check_shares(Isa isa, Sizes sizes, std::size_t parts) {
  const Kernels<T>& k = kernels<T>(isa);
  Problem<T> a(sizes), b(sizes);
  k.forward(a.forward(false), a.unit_lines());
  k.transpose(a.data(), {0, sizes.units});
  k.input_gradient(a.data(), a.input_lines());
  k.sgd(a.gradient(false), a.unit_lines());
  for (std::size_t part = 0; part < parts; ++part) {
    k.forward(b.forward(false), share(b.unit_lines().end, part, parts));
    k.transpose(b.data(), share(sizes.units, part, parts));
  }
  for (std::size_t part = 0; part < parts; ++part)
    k.input_gradient(b.data(), share(b.input_lines().end, part, parts));
  for (std::size_t part = 0; part < parts; ++part)
    k.sgd(b.gradient(false), share(b.unit_lines().end, part, parts));
  expect_same(a.y, b.y, true, "forward");
  expect_same(a.dx, b.dx, true, "data");
  expect_same(a.weight, b.weight, true, "sgd");
}

TEST(Products, SharesMakeTheWhole) {
  for (const Isa isa : test::isas())
    for (const Sizes& sizes : kSizes)
      for (const std::size_t parts : {2, 3, 7}) {
        check_shares<float>(isa, sizes, parts);
        check_shares<double>(isa, sizes, parts);
      }
}

// A column that is zero in every example can be left out: the same bits.
TEST(Products, LeavingOutZeroColumnsChangesNothing) {
  for (const Isa isa : test::isas()) {
    const Kernels<float>& k = kernels<float>(isa);
    const Sizes sizes{10, 90, 30};
    Problem<float> dense(sizes), packed(sizes);
    // The dense problem has the packed one's columns where the index says, and zeros elsewhere.
    for (std::size_t i = 0; i < sizes.rows; ++i) {
      float* row = dense.x.data() + i * dense.x_stride;
      std::fill_n(row, sizes.inputs, 0.0f);
      for (std::size_t c = 0; c < packed.index.size(); ++c)
        row[packed.index[c]] = packed.x[i * packed.x_stride + c];
    }
    k.forward(dense.forward(false), dense.unit_lines());
    k.forward_indexed(packed.forward(true), packed.unit_lines());
    expect_same(dense.y, packed.y, true, "forward");
    k.sgd(dense.gradient(false), dense.unit_lines());
    k.sgd_indexed(packed.gradient(true), packed.unit_lines());
    expect_same(dense.weight, packed.weight, true, "sgd");
  }
}

}  // namespace
}  // namespace lithe::kernels
