// The gradient of a convolution's weights, with the zeros of the output's gradient and without: the
// same bits from both, from the plain reference and from every instruction set with fused
// multiply-add.
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
// Small and large, with padding, with rows of the output that do not fit into a list at once, with
// runs of many vectors and of one value, with more kernel rows than a tile has.
constexpr Shape kShapes[] = {{12, 6, 5, 1, 0, 16}, {28, 1, 5, 1, 0, 12},  {9, 3, 3, 1, 1, 70},
                             {10, 16, 3, 2, 1, 8}, {6, 40, 3, 1, 1, 130}, {7, 2, 1, 1, 0, 5},
                             {64, 1, 3, 1, 1, 3},  {12, 1, 9, 1, 4, 6}};

template <typename T>
struct Problem {
  // `share` of the gradient is not zero.
  Problem(const Shape& of, double share, std::uint32_t image)
      : shape(of), run{0, of.side * of.channels} {
    columns = (shape.size - shape.side) / shape.step + 1;
    rows = (shape.size + 2 * shape.top - shape.side) / shape.step + 1;
    x = base::AlignedArray<T>(shape.size * shape.size * shape.channels + kPanel<T>);
    dy = base::AlignedArray<T>(rows * columns * shape.units + kPanel<T>);
    base::Rng random(7, image);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(random.normal());
    for (std::size_t i = 0; i < dy.size(); ++i) {
      const T value = static_cast<T>(random.normal());
      dy[i] = random.uniform() < share ? value : 0;
    }
  }

  KernelGradient<T> work(T* weight) const {
    KernelGradient<T> g{};
    Correlation<T>& c = g.form;
    c.x = x.data(), c.x_rows = shape.size, c.x_row = shape.size * shape.channels;
    c.x_column = shape.step * shape.channels;
    c.rows = rows, c.columns = columns, c.row_step = shape.step;
    c.top = -static_cast<std::ptrdiff_t>(shape.top);
    c.kernel_step = 1, c.kernel_rows = shape.side;
    c.run = &run, c.runs = 1, c.depth = run.depth;
    c.y_row = columns * shape.units, c.y_column = shape.units;
    c.units = c.last_units = shape.units;
    g.dy = dy.data(), g.weight = weight;
    return g;
  }

  Shape shape;
  Run run;
  std::size_t rows, columns;
  base::AlignedArray<T> x, dy;
};

constexpr std::uint32_t kImages = 2;

// Of all images, in the order [units][kernel rows * depth].
template <typename T>
std::vector<T> dense(Isa isa, const Shape& shape, double share) {
  const Kernels<T>& k = kernels<T>(isa);
  const std::size_t rows = shape.side * shape.side * shape.channels;
  const Panels<T> panels{rows, shape.units};
  base::AlignedArray<T> weight(panels.size());
  for (std::uint32_t image = 0; image < kImages; ++image) {
    const Problem<T> problem(shape, share, image);
    KernelGradient<T> g = problem.work(weight.data());
    g.first = image == 0;
    k.kernel_gradient(g, {0, k.weight_tiles(g.form)});
  }
  std::vector<T> result;
  for (std::size_t n = 0; n < shape.units; ++n)
    for (std::size_t row = 0; row < rows; ++row) result.push_back(weight[panels.at(row, n)]);
  return result;
}

// The units are divided into `parts`.
template <typename T>
std::vector<T> nonzero(Isa isa, const Shape& shape, double share, std::size_t parts) {
  const Kernels<T>& k = kernels<T>(isa);
  const std::size_t depth = shape.side * shape.channels, row = turned_row<T>(depth);
  base::AlignedArray<T> weight(shape.units * shape.side * row);
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = std::numeric_limits<T>::quiet_NaN();
  for (std::uint32_t image = 0; image < kImages; ++image) {
    const Problem<T> problem(shape, share, image);
    KernelGradient<T> g = problem.work(weight.data());
    g.first = image == 0;
    for (std::size_t part = 0; part < parts; ++part)
      k.kernel_gradient_nonzero(g, lithe::kernels::share(shape.units, part, parts));
  }
  std::vector<T> result;
  for (std::size_t n = 0; n < shape.units; ++n)
    for (std::size_t i = 0; i < shape.side; ++i)
      for (std::size_t v = 0; v < depth; ++v)
        result.push_back(weight[(n * shape.side + i) * row + v]);
  return result;
}

template <typename T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <typename T>
void check() {
  for (const Shape& shape : kShapes)
    for (const double share : {0.0, 0.1, 1.0}) {
      SCOPED_TRACE(std::to_string(shape.units) + " units, " + std::to_string(share));
      const auto plain = dense<T>(Isa::scalar, shape, share);
      EXPECT_TRUE(same(nonzero<T>(Isa::scalar, shape, share, 1), plain));
      for (const Isa isa : test::fused()) {
        EXPECT_TRUE(same(dense<T>(isa, shape, share), plain)) << cpu::name(isa);
        for (const std::size_t parts : {1, 3})
          EXPECT_TRUE(same(nonzero<T>(isa, shape, share, parts), plain)) << cpu::name(isa);
      }
      // Without fused multiply-add sums round in another way, but in the same one in both.
      for (const Isa isa : test::isas())
        EXPECT_TRUE(same(nonzero<T>(isa, shape, share, 1), dense<T>(isa, shape, share)))
            << cpu::name(isa);
    }
}

TEST(KernelGradient, LeavesOutZerosWithTheSameBitsInFloat32) { check<float>(); }
TEST(KernelGradient, LeavesOutZerosWithTheSameBitsInFloat64) { check<double>(); }

// What only zeros of the gradient meet is not looked at; not-a-number is no zero.
TEST(KernelGradient, ImagesThatOnlyZerosMeetAreNotLookedAt) {
  for (const Isa isa : {Isa::scalar, cpu::best_isa()}) {
    Problem<float> problem(kShapes[0], 0, 0);
    for (std::size_t i = 0; i < problem.x.size(); ++i)
      problem.x[i] = std::numeric_limits<float>::infinity();
    const std::size_t unit = 5 * turned_row<float>(30);
    base::AlignedArray<float> weight(16 * unit);
    problem.dy[3] = std::numeric_limits<float>::quiet_NaN();
    KernelGradient<float> g = problem.work(weight.data());
    g.first = true;
    kernels<float>(isa).kernel_gradient_nonzero(g, {0, 16});
    for (std::size_t n = 0; n < 16; ++n) {
      const float value = weight[n * unit];
      EXPECT_TRUE(n == 3 ? std::isnan(value) : value == 0) << n << " " << cpu::name(isa);
    }
  }
}

}  // namespace
}  // namespace lithe::kernels
