// Convolution by Winograd's transforms: against the direct sum in double precision, within the
// error that winograd.h states, and the same bits on every instruction set and from the plain
// reference.
#include "kernels/winograd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "base/aligned.h"
#include "base/random.h"
#include "kernels/table.h"
#include "support/isas.h"

namespace lithe::kernels {
namespace {

using cpu::Isa;

struct Shape {
  std::size_t rows, columns, depth, units, top, left, out_rows, out_columns;
};

// Whole and broken tiles, channels that fill lines and that do not, more tiles than are made at
// once, every padding, and an output that ends before the image does.
constexpr Shape kShapes[] = {{8, 8, 16, 16, 1, 1, 8, 8},     {7, 9, 17, 33, 1, 1, 7, 9},
                             {10, 6, 64, 20, 0, 0, 8, 4},    {6, 5, 40, 64, 2, 2, 8, 7},
                             {25, 27, 16, 48, 1, 0, 25, 25}, {4, 4, 1, 1, 0, 1, 2, 4},
                             {9, 9, 100, 16, 1, 1, 6, 5}};

constexpr float kGuard = 12345;

struct Problem {
  Problem(const Shape& s, const std::function<float(base::Rng&)>& draw) : shape(s) {
    base::Rng random(s.depth, static_cast<std::uint32_t>(s.units));
    const Panels<float> panels{9 * s.depth, s.units};
    // A vector may be read beyond the end where an instruction set has no other loads.
    x = base::AlignedArray<float>(s.rows * s.columns * s.depth + kLine<float>);
    y = base::AlignedArray<float>(results() + kLine<float>);
    window = base::AlignedArray<float>(panels.size());
    bias = base::AlignedArray<float>(round_up(s.units, kLine<float>));
    for (float& value : x) value = draw(random);
    for (std::size_t k = 0; k < panels.rows; ++k)
      for (std::size_t n = 0; n < s.units; ++n)
        window[panels.at(k, n)] = static_cast<float>(random.normal());
    for (std::size_t n = 0; n < s.units; ++n) bias[n] = static_cast<float>(random.normal());
  }

  std::size_t results() const { return shape.out_rows * shape.out_columns * shape.units; }

  std::vector<float> run(Isa isa) {
    const Shape& s = shape;
    const WinogradForm<float> form{s.depth, s.units};
    base::AlignedArray<float> weight(form.weight_size()), scratch(form.scratch_size());
    std::fill(scratch.begin(), scratch.end(), kGuard);
    std::fill(y.begin(), y.end(), kGuard);
    const Kernels<float>& k = kernels<float>(isa);
    k.winograd_weights({window.data(), s.depth, s.units, weight.data()});
    k.winograd({x.data(), s.rows, s.columns, s.depth, s.top, s.left, y.data(), s.out_rows,
                s.out_columns, s.units, weight.data(), bias.data(), scratch.data()});
    EXPECT_EQ(y[results()], kGuard) << "written beyond the end";
    return {y.begin(), y.begin() + static_cast<std::ptrdiff_t>(results())};
  }

  // What each output is the sum of: in double precision, which float32 values do not notice.
  std::vector<double> exact() const {
    std::vector<double> sums;
    for (std::size_t r = 0; r < shape.out_rows; ++r)
      for (std::size_t c = 0; c < shape.out_columns; ++c)
        for (std::size_t n = 0; n < shape.units; ++n) sums.push_back(sum_at(r, c, n));
    return sums;
  }

  double sum_at(std::size_t r, std::size_t c, std::size_t n) const {
    const Shape& s = shape;
    double sum = static_cast<double>(bias[n]);
    for (std::size_t tap = 0; tap < 9; ++tap) {
      // Beyond every size where it is negative.
      const std::size_t row = r + tap / 3 - s.top, column = c + tap % 3 - s.left;
      if (row >= s.rows || column >= s.columns) continue;
      for (std::size_t k = 0; k < s.depth; ++k)
        sum += static_cast<double>(x[(row * s.columns + column) * s.depth + k]) *
               static_cast<double>(value(tap, k, n));
    }
    return sum;
  }

  float value(std::size_t tap, std::size_t k, std::size_t n) const {
    return window[Panels<float>{9 * shape.depth, shape.units}.at(tap * shape.depth + k, n)];
  }

  // The sum of the magnitudes of what the window of unit n holds.
  double magnitudes(std::size_t n) const {
    double sum = 0;
    for (std::size_t tap = 0; tap < 9; ++tap)
      for (std::size_t k = 0; k < shape.depth; ++k)
        sum += std::abs(static_cast<double>(value(tap, k, n)));
    return sum;
  }

  Shape shape;
  base::AlignedArray<float> x, y, window, bias;
};

constexpr double kEpsilon = 0x1p-23;

float normal(base::Rng& random) { return static_cast<float>(random.normal()); }
float rectified(base::Rng& random) { return std::max(0.0f, normal(random)); }

std::vector<Isa> all_isas() {
  std::vector<Isa> result = cpu::supported_isas();
  result.push_back(Isa::scalar);
  return result;
}

TEST(Winograd, IsWithinItsStatedErrorOfTheDirectSum) {
  for (const auto& draw : {normal, rectified})
    for (const Shape& shape : kShapes)
      for (const Isa isa : all_isas()) {
        Problem problem(shape, draw);
        const std::vector<float> result = problem.run(isa);
        const std::vector<double> exact = problem.exact();
        double error = 0, norm = 0;
        for (std::size_t i = 0; i < exact.size(); ++i) {
          const double difference = static_cast<double>(result[i]) - exact[i];
          error += difference * difference;
          norm += exact[i] * exact[i];
        }
        EXPECT_LE(std::sqrt(error / norm),
                  1.5 * kEpsilon * std::sqrt(static_cast<double>(shape.depth) + 4))
            << shape.depth << " to " << shape.units << ", " << cpu::name(isa);
      }
}

// Values far from 0, of one sign, and of sizes far apart.
TEST(Winograd, IsNeverFurtherOffThanItsBound) {
  const std::function<float(base::Rng&)> draws[] = {
      [](auto& random) { return 1000 + normal(random); },
      [](auto& random) { return std::exp(5 * normal(random)); },
      [](auto& random) { return random.below(50) == 0 ? 1e6f : normal(random); },
      [](auto& random) { return random.below(2) == 0 ? -1.0f : 1.0f; }};
  for (const auto& draw : draws)
    for (const Shape& shape : kShapes) {
      Problem problem(shape, draw);
      const std::vector<float> result = problem.run(cpu::best_isa());
      const std::vector<double> exact = problem.exact();
      const float most =
          *std::max_element(problem.x.begin(), problem.x.end(),
                            [](float a, float b) { return std::abs(a) < std::abs(b); });
      for (std::size_t i = 0; i < exact.size(); ++i) {
        const double bound = 120 * (static_cast<double>(shape.depth) + 18) * kEpsilon *
                             std::abs(static_cast<double>(most)) *
                             problem.magnitudes(i % shape.units);
        ASSERT_LE(std::abs(static_cast<double>(result[i]) - exact[i]), bound) << i;
      }
    }
}

TEST(Winograd, GivesTheSameBitsOnEveryInstructionSet) {
  for (const Shape& shape : kShapes) {
    Problem problem(shape, normal);
    const std::vector<float> plain = problem.run(Isa::scalar);
    for (const Isa isa : test::fused()) {
      const std::vector<float> other = problem.run(isa);
      EXPECT_EQ(std::memcmp(other.data(), plain.data(), plain.size() * sizeof(float)), 0)
          << cpu::name(isa) << ", " << shape.depth << " to " << shape.units;
    }
  }
}

// Black images stay exactly what the bias is.
TEST(Winograd, OfNothingIsTheBias) {
  Problem problem(kShapes[1], [](auto&) { return 0.0f; });
  for (const Isa isa : all_isas()) {
    const std::vector<float> result = problem.run(isa);
    for (std::size_t i = 0; i < result.size(); ++i)
      ASSERT_EQ(result[i], problem.bias[i % problem.shape.units]);
  }
}

// Three images, and what their gradients add up to in the windows and the bias.
struct Gradients {
  explicit Gradients(const Shape& s) : shape(s) {
    base::Rng random(s.units, static_cast<std::uint32_t>(s.depth));
    x = base::AlignedArray<float>(kImages * image() + kLine<float>);
    dy = base::AlignedArray<float>(kImages * result() + kLine<float>);
    for (float& value : x) value = normal(random);
    for (float& value : dy) value = normal(random);
  }

  static constexpr std::size_t kImages = 3;
  std::size_t image() const { return shape.rows * shape.columns * shape.depth; }
  std::size_t result() const { return shape.out_rows * shape.out_columns * shape.units; }

  // Windows [9 * depth][units], padding and all, then the bias.
  std::vector<float> run(Isa isa, std::size_t parts) const {
    const Shape& s = shape;
    const WinogradForm<float> form{s.depth, s.units};
    base::AlignedArray<float> sums(form.weight_size()), scratch(form.scratch_size()),
        window(Panels<float>{9 * s.depth, s.units}.size()), bias(form.panels().padded_columns());
    std::fill(scratch.begin(), scratch.end(), kGuard);
    std::fill(sums.begin(), sums.end(), kGuard);
    const Kernels<float>& k = kernels<float>(isa);
    for (std::size_t part = 0; part < parts; ++part) {
      const Range own = share(s.depth, part, parts);
      for (std::size_t i = 0; i < kImages; ++i)
        k.winograd_gradient(
            {{x.data() + i * image(), s.rows, s.columns, s.depth, s.top, s.left, nullptr,
              s.out_rows, s.out_columns, s.units, nullptr, nullptr, scratch.data()},
             dy.data() + i * result(),
             sums.data(),
             part == 0 ? bias.data() : nullptr,
             i == 0},
            own);
      k.winograd_windows({sums.data(), s.depth, s.units, window.data()}, own);
    }
    std::vector<float> all(window.begin(), window.end());
    all.insert(all.end(), bias.begin(), bias.end());
    return all;
  }

  // The same in double precision; what is padding is 0.
  std::vector<double> exact() const {
    const Shape& s = shape;
    const Panels<float> panels{9 * s.depth, s.units};
    std::vector<double> sums(panels.size() + panels.padded_columns());
    for (std::size_t i = 0; i < kImages; ++i)
      for (std::size_t r = 0; r < s.out_rows; ++r)
        for (std::size_t c = 0; c < s.out_columns; ++c) add_pixel(i, r, c, sums);
    return sums;
  }

  void add_pixel(std::size_t i, std::size_t r, std::size_t c, std::vector<double>& sums) const {
    const Shape& s = shape;
    const Panels<float> panels{9 * s.depth, s.units};
    const float* const from = dy.data() + i * result() + (r * s.out_columns + c) * s.units;
    for (std::size_t n = 0; n < s.units; ++n) {
      sums[panels.size() + n] += static_cast<double>(from[n]);
      for (std::size_t tap = 0; tap < 9; ++tap) {
        const std::size_t row = r + tap / 3 - s.top, column = c + tap % 3 - s.left;
        if (row >= s.rows || column >= s.columns) continue;
        const float* const pixel = x.data() + i * image() + (row * s.columns + column) * s.depth;
        for (std::size_t k = 0; k < s.depth; ++k)
          sums[panels.at(tap * s.depth + k, n)] +=
              static_cast<double>(pixel[k]) * static_cast<double>(from[n]);
      }
    }
  }

  Shape shape;
  base::AlignedArray<float> x, dy;
};

TEST(WinogradGradient, IsWithinItsStatedErrorOfTheDirectSum) {
  for (const Shape& shape : kShapes) {
    const Gradients problem(shape);
    const std::vector<double> exact = problem.exact();
    const std::size_t tiles = Gradients::kImages * divide_up(shape.out_rows, kWinogradOut) *
                              divide_up(shape.out_columns, kWinogradOut);
    for (const Isa isa : all_isas()) {
      const std::vector<float> result = problem.run(isa, 1);
      double error = 0, norm = 0;
      for (std::size_t i = 0; i < exact.size(); ++i) {
        const double difference = static_cast<double>(result[i]) - exact[i];
        error += difference * difference;
        norm += exact[i] * exact[i];
      }
      EXPECT_LE(std::sqrt(error / norm), 2 * kEpsilon * std::sqrt(static_cast<double>(tiles) + 4))
          << shape.depth << " to " << shape.units << ", " << cpu::name(isa);
    }
  }
}

TEST(WinogradGradient, HasTheSameBitsOnEveryInstructionSetAndInParts) {
  for (const Shape& shape : kShapes) {
    const Gradients problem(shape);
    const std::vector<float> plain = problem.run(Isa::scalar, 1);
    const auto same = [&](const std::vector<float>& other) {
      return std::memcmp(other.data(), plain.data(), plain.size() * sizeof(float)) == 0;
    };
    for (const Isa isa : all_isas()) {
      if (isa == Isa::sse4) continue;  // no fused multiply-add
      for (const std::size_t parts : {1, 2, 3})
        EXPECT_TRUE(same(problem.run(isa, parts))) << cpu::name(isa) << ", " << parts << " parts, "
                                                   << shape.depth << " to " << shape.units;
    }
  }
}

}  // namespace
}  // namespace lithe::kernels
