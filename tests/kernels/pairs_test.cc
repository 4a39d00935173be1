// Products of bfloat16 pairs: rounding against a definition in double precision, the step of the
// reduction against the instruction, and every kernel against the plain reference, to the bit.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/aligned.h"
#include "base/random.h"
#include "cpu/denormals.h"
#include "kernels/table.h"
#include "support/isas.h"

namespace lithe::kernels {
namespace {

using cpu::Isa;
using Array = base::AlignedArray<float>;

std::vector<Isa> all_isas() {
  std::vector<Isa> isas = test::isas();
  isas.push_back(Isa::scalar);
  return isas;
}

struct Sizes {
  std::size_t rows, inputs, units;
};

// Odd and even, around the edges of tiles (6, 14), lines (16), panels (32) and blocks (112).
const Sizes kSizes[] = {{1, 1, 1},    {2, 2, 2},     {1, 784, 30},  {10, 30, 10},  {7, 13, 17},
                        {14, 14, 16}, {15, 29, 33},  {13, 57, 47},  {17, 15, 64},  {33, 31, 65},
                        {50, 40, 99}, {29, 113, 31}, {128, 20, 40}, {301, 30, 20}, {3, 230, 30}};

Array random_array(std::size_t size, std::uint32_t stream, double scale = 1) {
  base::Rng random(7, stream);
  Array values(size);
  for (float& value : values) value = static_cast<float>(random.uniform(-scale, scale));
  return values;
}

struct Problem {
  explicit Problem(Sizes s)
      : sizes(s),
        weights{s.inputs, s.units},
        x_stride(row_stride<float>(s.inputs + kPackSlack)),
        y_stride(row_stride<float>(s.units)),
        x(random_array(s.rows * x_stride, 1)),
        dy(random_array(s.rows * y_stride, 4)),
        weight(random_array(weights.size(), 2)),
        bias(random_array(weights.padded_columns(), 3)),
        y(s.rows * y_stride),
        dx(s.rows * x_stride),
        x_columns(s.rows * x_stride),
        x_rows(pairs_of(s.rows) * x_stride),
        dy_rows(pairs_of(s.rows) * y_stride),
        dy_columns(s.rows * y_stride),
        dy_turned(Panels<float>{pairs_of(s.units), s.rows}.size()),
        scratch(paired_forward_scratch<float>(s.inputs) + paired_gradient_scratch<float>(s.units)) {
    index.reserve(s.inputs + kPackSlack);
    for (std::size_t c = 0; c < s.inputs; c += 3) index.push_back(static_cast<std::uint32_t>(c));
  }

  std::size_t depth(bool indexed) const { return indexed ? index.size() : sizes.inputs; }
  Operand<float> input(const Array& pairs, std::size_t rows, bool indexed) const {
    return {pairs.data(), x_stride, rows, depth(indexed), indexed ? index.data() : nullptr};
  }
  Range unit_lines() const { return {0, divide_up(sizes.units, kLine<float>)}; }
  Range input_lines() const { return {0, divide_up(sizes.inputs, kLine<float>)}; }

  void pair(const Kernels<float>& k, bool indexed) {
    const auto lines = [](std::size_t columns) {
      return Range{0, divide_up(columns, kLine<float>)};
    };
    const Matrix<const float> from{x.data(), x_stride, sizes.rows};
    const Matrix<const float> back{dy.data(), y_stride, sizes.rows};
    k.pair_columns(from, depth(indexed), {x_columns.data(), x_stride, sizes.rows},
                   lines(pairs_of(depth(indexed))));
    k.pair_rows(from, {x_rows.data(), x_stride, sizes.rows}, lines(depth(indexed)));
    k.pair_rows(back, {dy_rows.data(), y_stride, sizes.rows}, unit_lines());
    k.pair_columns(back, sizes.units, {dy_columns.data(), y_stride, sizes.rows},
                   lines(pairs_of(sizes.units)));
    InputGradientProduct<float> turn{};
    turn.dy = dy_columns.data(), turn.dy_stride = y_stride;
    turn.rows = sizes.rows, turn.units = pairs_of(sizes.units);
    turn.transposed = dy_turned.data();
    k.transpose(turn, {0, pairs_of(sizes.units)});
  }
  void forward(const PairedKernels<float>& k, bool indexed, Range lines) {
    k.forward({input(x_columns, sizes.rows, indexed), weight.data(), bias.data(), sizes.inputs,
               sizes.units, y.data(), y_stride},
              lines, scratch.data());
  }
  void input_gradient(const PairedKernels<float>& k, Range lines) {
    k.input_gradient({dy.data(), y_stride, sizes.rows, weight.data(), sizes.inputs, sizes.units,
                      dx.data(), x_stride, dy_turned.data()},
                     lines, scratch.data());
  }
  void sgd(const PairedKernels<float>& k, bool indexed, Range lines) {
    (indexed ? k.sgd_indexed : k.sgd)(
        {input(x_rows, pairs_of(sizes.rows), indexed), dy_rows.data(), y_stride, sizes.inputs,
         sizes.units, weight.data(), nullptr, 0.37f},
        lines);
  }
  // Replaces the weights by the gradient.
  void gradient(const PairedKernels<float>& k, bool indexed) {
    for (std::size_t line = 0; line < unit_lines().end; line += 2) {
      const std::size_t panel = line * kLine<float>;
      GradientProduct<float> g{};
      g.input = input(x_rows, pairs_of(sizes.rows), indexed);
      g.dy = dy_rows.data(), g.dy_stride = y_stride;
      g.end = sizes.inputs, g.operand_end = depth(indexed);
      g.to = weight.data() + weights.column_start(panel), g.stride = weights.width(panel);
      (indexed ? k.gradient_indexed : k.gradient)(g, {line, std::min(line + 2, unit_lines().end)});
    }
  }

  Sizes sizes;
  Panels<float> weights;
  std::size_t x_stride, y_stride;
  Array x, dy, weight, bias, y, dx, x_columns, x_rows, dy_rows, dy_columns, dy_turned, scratch;
  std::vector<std::uint32_t> index;
};

void expect_same(const Array& a, const Array& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_EQ(std::bit_cast<std::uint32_t>(a[i]), std::bit_cast<std::uint32_t>(b[i]))
        << what << " at " << i;
}

// With and without the instruction, and on SSE4 too: products of bfloat16 values are exact there.
void check(Isa isa, Sizes sizes, bool indexed, bool emulated) {
  const Kernels<float>&k = kernels<float>(isa), &reference = kernels<float>(Isa::scalar);
  const PairedKernels<float>& paired = emulated ? k.paired_emulated : k.paired;
  const std::string what = std::string(cpu::name(isa)) + " " + std::to_string(sizes.rows) + "x" +
                           std::to_string(sizes.inputs) + "x" + std::to_string(sizes.units) +
                           (indexed ? " indexed" : "") + (emulated ? " emulated" : "");
  Problem a(sizes), b(sizes);
  a.pair(k, indexed);
  b.pair(reference, indexed);
  expect_same(a.dy_turned, b.dy_turned, what + " transposed pairs");
  a.forward(paired, indexed, a.unit_lines());
  b.forward(reference.paired, indexed, b.unit_lines());
  expect_same(a.y, b.y, what + " forward");
  a.input_gradient(paired, a.input_lines());
  b.input_gradient(reference.paired, b.input_lines());
  expect_same(a.dx, b.dx, what + " input gradient");
  a.sgd(paired, indexed, a.unit_lines());
  b.sgd(reference.paired, indexed, b.unit_lines());
  if (isa != Isa::sse4) expect_same(a.weight, b.weight, what + " sgd");
  a.gradient(paired, indexed);
  b.gradient(reference.paired, indexed);
  expect_same(a.weight, b.weight, what + " gradient");
}

TEST(Pairs, AgreeWithTheReferenceOnEveryInstructionSet) {
  const cpu::FlushDenormals flush;
  for (const Isa isa : test::isas())
    for (const Sizes& sizes : kSizes)
      for (const bool indexed : {false, true})
        for (const bool emulated : {false, true}) check(isa, sizes, indexed, emulated);
}

TEST(Pairs, SharesMakeTheWhole) {
  const cpu::FlushDenormals flush;
  for (const Isa isa : test::isas())
    for (const Sizes& sizes : kSizes)
      for (const std::size_t parts : {2, 3, 7}) {
        const Kernels<float>& k = kernels<float>(isa);
        Problem a(sizes), b(sizes);
        a.pair(k, false);
        b.pair(k, false);
        a.forward(k.paired, false, a.unit_lines());
        a.input_gradient(k.paired, a.input_lines());
        a.sgd(k.paired, false, a.unit_lines());
        for (std::size_t part = 0; part < parts; ++part)
          b.forward(k.paired, false, share(b.unit_lines().end, part, parts));
        for (std::size_t part = 0; part < parts; ++part)
          b.input_gradient(k.paired, share(b.input_lines().end, part, parts));
        for (std::size_t part = 0; part < parts; ++part)
          b.sgd(k.paired, false, share(b.unit_lines().end, part, parts));
        expect_same(a.y, b.y, "forward");
        expect_same(a.dx, b.dx, "input gradient");
        expect_same(a.weight, b.weight, "sgd");
      }
}

float half_of(float pair, bool second) {
  const auto bits = std::bit_cast<std::uint32_t>(pair);
  return std::bit_cast<float>(second ? bits & 0xffff0000u : bits << 16);
}

// The nearest value of 8 bits, ties to even.
double rounded(float value) {
  int exponent = 0;
  const double fraction = std::frexp(static_cast<double>(value), &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(fraction, 8)), exponent - 8);
}

TEST(Pairs, RoundToNearest) {
  base::Rng random(3, 1);
  constexpr std::size_t kCount = 4096;
  Array x(kCount), pairs(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto exponent = static_cast<std::uint32_t>(random.uniform(1, 254));
    const auto fraction = static_cast<std::uint32_t>(random.uniform(0, 1 << 23));
    // Every fourth value is a tie, and every fourth one beside a tie.
    const std::uint32_t tail = i % 4 == 0   ? (fraction & 0x7f0000u) | 0x8000u
                               : i % 4 == 1 ? (fraction & 0x7f0000u) | 0x8001u
                                            : fraction;
    x[i] = std::bit_cast<float>((exponent << 23 | tail) | (i % 3 == 0 ? 0x80000000u : 0));
  }
  for (const Isa isa : all_isas()) {
    kernels<float>(isa).pair_columns({x.data(), kCount, 1}, kCount, {pairs.data(), kCount, 1},
                                     {0, kCount / 2 / kLine<float>});
    for (std::size_t i = 0; i < kCount; ++i)
      ASSERT_EQ(half_of(pairs[i / 2], i % 2 == 1), rounded(x[i])) << x[i];
  }
}

TEST(Pairs, NotANumberStaysSoAndInfinityToo) {
  Array x(32), pairs(16);
  x[0] = std::bit_cast<float>(0x7fffffffu);  // one more in the last place would be -0
  x[1] = std::bit_cast<float>(0xffffffffu);
  x[2] = std::bit_cast<float>(0x7f800001u);  // nothing is left of it in the upper half
  x[3] = std::numeric_limits<float>::infinity();
  x[4] = std::numeric_limits<float>::max();  // rounds to infinity
  for (const Isa isa : all_isas()) {
    kernels<float>(isa).pair_columns({x.data(), 32, 1}, 5, {pairs.data(), 16, 1}, {0, 1});
    EXPECT_TRUE(std::isnan(half_of(pairs[0], false)) && std::isnan(half_of(pairs[0], true)));
    EXPECT_TRUE(std::isnan(half_of(pairs[1], false)));
    EXPECT_EQ(half_of(pairs[1], true), std::numeric_limits<float>::infinity());
    EXPECT_EQ(half_of(pairs[2], false), std::numeric_limits<float>::infinity());
    EXPECT_EQ(half_of(pairs[2], true), 0) << "the odd one has no partner";
  }
}

// Sums, weights and gradients of every size: denormal numbers, overflow, infinity and NaN. All that
// is compared goes through one step: a product of one row with two inputs.
TEST(Pairs, AStepIsTheInstructions) {
  const cpu::FlushDenormals flush;
  base::Rng random(5, 2);
  constexpr std::size_t kUnits = 64;
  const auto any = [&](double low, double high) {
    const auto exponent = static_cast<std::uint32_t>(random.uniform(low, high));
    const auto rest = static_cast<std::uint32_t>(random.uniform(0, 1 << 24));
    return std::bit_cast<float>((rest & 0x800000u) << 8 | exponent << 23 | (rest & 0x7fffffu));
  };
  // Exponents of the factors and of the sum.
  constexpr double kRanges[][4] = {
      {100, 150, 80, 160}, {50, 75, 0, 8}, {0, 4, 0, 10}, {180, 195, 250, 256}, {60, 68, 0, 4}};
  for (int round = 0; round < 2000; ++round) {
    const auto& range = kRanges[round % 5];
    Problem p({1, 2, kUnits});
    for (float& v : p.x) v = any(range[0], range[1]);
    for (float& v : p.weight) v = any(range[0], range[1]);
    for (float& v : p.bias) v = any(range[2], range[3]);
    p.pair(kernels<float>(Isa::scalar), false);
    p.forward(kernels<float>(Isa::scalar).paired, false, p.unit_lines());
    const std::vector<float> expected(p.y.begin(), p.y.end());
    for (const Isa isa : test::isas()) {
      if (isa == Isa::sse4) continue;  // its products leave float32
      for (const PairedKernels<float>& k :
           {kernels<float>(isa).paired, kernels<float>(isa).paired_emulated}) {
        p.forward(k, false, p.unit_lines());
        for (std::size_t n = 0; n < kUnits; ++n) {
          if (std::isnan(expected[n]))
            ASSERT_TRUE(std::isnan(p.y[n]));
          else
            ASSERT_EQ(std::bit_cast<std::uint32_t>(p.y[n]),
                      std::bit_cast<std::uint32_t>(expected[n]))
                << cpu::name(isa) << (k.native ? " native" : " emulated");
        }
      }
    }
  }
}

// Against sums in double precision of the values as they are: both factors are rounded by at most
// 2^-9 of themselves.
TEST(Pairs, AreNearTheProduct) {
  const cpu::FlushDenormals flush;
  Problem p({20, 300, 40});
  const Kernels<float>& k = kernels<float>(cpu::best_isa());
  p.pair(k, false);
  p.forward(k.paired, false, p.unit_lines());
  for (std::size_t i = 0; i < p.sizes.rows; ++i)
    for (std::size_t n = 0; n < p.sizes.units; ++n) {
      double sum = static_cast<double>(p.bias[n]), size = 0;
      for (std::size_t c = 0; c < p.sizes.inputs; ++c) {
        const double product = static_cast<double>(p.x[i * p.x_stride + c]) *
                               static_cast<double>(p.weight[p.weights.at(c, n)]);
        sum += product, size += std::abs(product);
      }
      EXPECT_NEAR(static_cast<double>(p.y[i * p.y_stride + n]), sum, size * 2.1 / 512);
    }
}

}  // namespace
}  // namespace lithe::kernels
