// Col2im, with the zeros of the gradient and without: the same bits from both, from the plain
// reference and from every instruction set with fused multiply-add.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/aligned.h"
#include "base/random.h"
#include "kernels/table.h"
#include "support/isas.h"

namespace lithe::kernels {
namespace {

using cpu::Isa;

// A window of side x side goes over an image by `step`. `top`: rows of padding above and below it.
struct Shape {
  std::size_t size, channels, side, step, top, units;
};
constexpr Shape kShapes[] = {{12, 6, 5, 1, 0, 16}, {28, 1, 5, 1, 0, 6},   {9, 3, 3, 1, 1, 70},
                             {10, 16, 3, 2, 1, 8}, {6, 40, 3, 1, 1, 130}, {7, 2, 1, 1, 0, 5}};

template <typename T>
struct Problem {
  // `share` of the gradient is not zero.
  Problem(const Shape& of, double share) : shape(of) {
    const std::size_t width = shape.side * shape.channels;
    for (std::size_t at = 0; at < width; at += kLine<T>)
      lines.push_back({static_cast<std::ptrdiff_t>(at), std::min(kLine<T>, width - at)});
    weight_row = row_stride<T>(shape.side * lines.size() * kLine<T>);
    columns = (shape.size - shape.side) / shape.step + 1;
    rows = (shape.size + 2 * shape.top - shape.side) / shape.step + 1;
    const std::size_t values = shape.size * shape.size * shape.channels;
    x = base::AlignedArray<T>(values + kPanel<T>);
    weight = base::AlignedArray<T>(shape.units * weight_row);
    dy = base::AlignedArray<T>(rows * columns * shape.units + kPanel<T>);
    base::Rng random(7, static_cast<std::uint32_t>(shape.units));
    for (std::size_t i = 0; i < values; ++i) x[i] = static_cast<T>(random.normal());
    for (std::size_t n = 0; n < shape.units; ++n)
      for (std::size_t i = 0; i < shape.side; ++i)
        for (std::size_t k = 0; k < width; ++k)
          weight[n * weight_row + i * lines.size() * kLine<T> + k] =
              static_cast<T>(random.normal());
    for (std::size_t i = 0; i < rows * columns * shape.units; ++i) {
      const T value = static_cast<T>(random.normal());
      dy[i] = random.uniform() < share ? value : 0;
    }
  }

  Col2im<T> work() {
    Col2im<T> s{};
    s.x = x.data(), s.x_rows = shape.size, s.x_row = shape.size * shape.channels;
    s.x_column = shape.step * shape.channels;
    s.rows = rows, s.columns = columns, s.row_step = shape.step;
    s.top = -static_cast<std::ptrdiff_t>(shape.top);
    s.kernel_step = 1, s.kernel_rows = shape.side;
    s.gap = divide_up(shape.side, shape.step);
    s.line = lines.data(), s.lines = lines.size();
    s.weight = weight.data(), s.weight_row = weight_row, s.depth = shape.units;
    s.dy = dy.data(), s.dy_row = columns * shape.units, s.dy_column = shape.units;
    return s;
  }

  Shape shape;
  std::vector<Col2imLine> lines;
  std::size_t weight_row, rows, columns;
  base::AlignedArray<T> x, weight, dy;
};

template <typename T>
std::vector<T> col2im(Isa isa, bool nonzero, const Shape& shape, double share) {
  Problem<T> problem(shape, share);
  const Kernels<T>& k = kernels<T>(isa);
  (nonzero ? k.col2im_nonzero : k.col2im)(problem.work());
  return {problem.x.begin(), problem.x.end()};
}

template <typename T>
void check() {
  for (const Shape& shape : kShapes)
    for (const double share : {0.0, 0.02, 0.3, 1.0}) {
      SCOPED_TRACE(std::to_string(shape.units) + " units, " + std::to_string(share));
      const auto plain = col2im<T>(Isa::scalar, false, shape, share);
      const auto same = [&](const std::vector<T>& other) {
        return std::memcmp(other.data(), plain.data(), plain.size() * sizeof(T)) == 0;
      };
      EXPECT_TRUE(same(col2im<T>(Isa::scalar, true, shape, share)));
      for (const Isa isa : test::fused())
        for (const bool nonzero : {false, true})
          EXPECT_TRUE(same(col2im<T>(isa, nonzero, shape, share)))
              << cpu::name(isa) << (nonzero ? " without zeros" : "");
      // Without fused multiply-add sums round in another way, but in the same one in both.
      for (const Isa isa : test::isas()) {
        const auto dense = col2im<T>(isa, false, shape, share);
        const auto without = col2im<T>(isa, true, shape, share);
        EXPECT_EQ(std::memcmp(dense.data(), without.data(), dense.size() * sizeof(T)), 0)
            << cpu::name(isa);
      }
    }
}

TEST(Col2im, LeavesOutZerosWithTheSameBitsInFloat32) { check<float>(); }
TEST(Col2im, LeavesOutZerosWithTheSameBitsInFloat64) { check<double>(); }

// A zero of the gradient meets no weight, whatever that is.
TEST(Col2im, WeightsThatOnlyZerosMeetAreNotLookedAt) {
  for (const Isa isa : {Isa::scalar, cpu::best_isa()}) {
    Problem<float> problem(kShapes[0], 0);
    const std::vector<float> before(problem.x.begin(), problem.x.end());
    for (std::size_t i = 0; i < problem.weight.size(); ++i)
      problem.weight[i] = std::numeric_limits<float>::infinity();
    kernels<float>(isa).col2im_nonzero(problem.work());
    EXPECT_EQ(std::memcmp(before.data(), problem.x.data(), before.size() * sizeof(float)), 0);
  }
}

// Not-a-number is no zero.
TEST(Col2im, NotANumberIsPassedOn) {
  for (const Isa isa : {Isa::scalar, cpu::best_isa()}) {
    Problem<float> problem(kShapes[0], 0);
    problem.dy[3] = std::numeric_limits<float>::quiet_NaN();
    kernels<float>(isa).col2im_nonzero(problem.work());
    EXPECT_TRUE(std::isnan(problem.x[0])) << cpu::name(isa);
  }
}

}  // namespace
}  // namespace lithe::kernels
