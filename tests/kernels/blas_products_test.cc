// The products by a BLAS against the plain reference: within the bound that any order of adding
// keeps, for every library here, in both precisions, for sizes around every edge, panel by panel
// and copied in blocks.
#include "kernels/blas_products.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/aligned.h"
#include "base/random.h"
#include "blas/fake_blas/installed.h"

namespace lithe::kernels {
namespace {

template <typename T>
base::AlignedArray<T> random_array(std::size_t size, std::uint32_t stream) {
  base::Rng random(9, stream);
  base::AlignedArray<T> values(size);
  for (T& value : values) value = static_cast<T>(random.uniform(-1, 1));
  return values;
}

struct Sizes {
  std::size_t rows, inputs, units;
};

// Around the edges of lines (8, 16), panels (16, 32), blocks of inputs (256), and small and large
// batches; the third of the seed.
const Sizes kSizes[] = {{1, 1, 1},     {3, 17, 33},  {10, 784, 30}, {10, 40, 100}, {31, 9, 70},
                        {32, 300, 47}, {33, 16, 64}, {40, 513, 31}, {64, 257, 130}};

// Arrays of a layer; padding of gradients and weights is zero, as in a plan.
template <typename T>
struct Layer {
  explicit Layer(Sizes s)
      : sizes(s),
        panels{s.inputs, s.units},
        x_stride(row_stride<T>(s.inputs)),
        y_stride(row_stride<T>(s.units)),
        x(random_array<T>(s.rows * x_stride, 1)),
        dy(random_array<T>(s.rows * y_stride, 2)),
        y(s.rows * y_stride),
        dx(random_array<T>(s.rows * x_stride, 3)),
        weight(panels.size()),
        bias(panels.padded_columns()),
        gradient(panels.size()),
        transposed(Panels<T>{s.units, s.rows}.size()) {
    base::Rng random(9, 4);
    for (std::size_t n = 0; n < s.units; ++n) {
      bias[n] = static_cast<T>(random.uniform(-1, 1));
      for (std::size_t k = 0; k < s.inputs; ++k)
        weight[panels.at(k, n)] = static_cast<T>(random.uniform(-1, 1));
    }
    for (std::size_t i = 0; i < s.rows; ++i)
      for (std::size_t n = s.units; n < y_stride; ++n) dy[i * y_stride + n] = 0;
  }

  Operand<T> input() const { return {x.data(), x_stride, sizes.rows, sizes.inputs, nullptr}; }
  Range unit_lines() const { return {0, divide_up(sizes.units, kLine<T>)}; }
  Range input_lines() const { return {0, divide_up(sizes.inputs, kLine<T>)}; }
  ForwardProduct<T> forward() {
    return {input(), weight.data(), bias.data(), sizes.inputs, sizes.units, y.data(), y_stride};
  }
  InputGradientProduct<T> data() {
    return {dy.data(),   y_stride,  sizes.rows, weight.data(),    sizes.inputs,
            sizes.units, dx.data(), x_stride,   transposed.data()};
  }
  WeightProduct<T> weights() {
    return {input(),     dy.data(),     y_stride,    sizes.inputs,
            sizes.units, weight.data(), bias.data(), static_cast<T>(0.25)};
  }

  Sizes sizes;
  Panels<T> panels;
  std::size_t x_stride, y_stride;
  base::AlignedArray<T> x, dy, y, dx, weight, bias, gradient, transposed;
};

// A sum of n products of values within 1 differs by at most n^2 / 2 roundings of it from another
// order's; both sums do from the exact one.
template <typename T>
T bound(std::size_t terms) {
  const double n = static_cast<double>(terms + 1);
  return static_cast<T>(n * n * static_cast<double>(std::numeric_limits<T>::epsilon()));
}

template <typename T>
void expect_near(const base::AlignedArray<T>& a, const base::AlignedArray<T>& b, std::size_t terms,
                 const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_NEAR(a[i], b[i], bound<T>(terms)) << what << " at " << i;
}

template <typename T>
void put(Layer<T>& layer, const GradientPiece<T>& piece) {
  for (std::size_t k = 0; k < piece.inputs; ++k)
    for (std::size_t n = 0; n < columns_of<T>(piece.lines); ++n)
      layer.gradient[layer.panels.at(piece.first + k, piece.lines.begin * kLine<T> + n)] =
          piece.values[k * piece.stride + n];
}

// In `parts` shares, as threads do it.
template <typename T>
void run_blas(Layer<T>& l, const blas::BlasHandle& blas, std::size_t parts) {
  const BlasProducts<T> products(blas, l.sizes.rows);
  base::AlignedArray<T> scratch(products.scratch_size(l.sizes.inputs, l.sizes.units));
  for (std::size_t part = 0; part < parts; ++part) {
    const Range units = share(l.unit_lines().end, part, parts);
    products.forward(l.forward(), units, scratch.data());
    products.input_gradient(l.data(), share(l.input_lines().end, part, parts), scratch.data());
    products.gradient(l.weights(), units, scratch.data(),
                      [&](const GradientPiece<T>& piece) { put(l, piece); });
  }
  // The last, because it changes the weights.
  for (std::size_t part = 0; part < parts && !products.copies(l.sizes.units); ++part)
    products.sgd(l.weights(), share(l.unit_lines().end, part, parts));
}

template <typename T>
void run_reference(Layer<T>& l, bool descends) {
  const Kernels<T>& k = kernels<T>(cpu::Isa::scalar);
  k.forward(l.forward(), l.unit_lines());
  k.transpose(l.data(), {0, l.sizes.units});
  k.input_gradient(l.data(), l.input_lines());
  each_panel(l.unit_lines(), [&](Range lines) {
    const std::size_t column = lines.begin * kLine<T>;
    k.gradient({l.input(),
                l.dy.data(),
                l.y_stride,
                l.sizes.units,
                0,
                l.sizes.inputs,
                0,
                l.sizes.inputs,
                l.gradient.data() + l.panels.column_start(column),
                l.panels.width(column),
                nullptr,
                {},
                0},
               lines);
  });
  if (!descends) return;
  base::AlignedArray<T> bias(l.bias.size());
  WeightProduct<T> p = l.weights();
  p.bias = bias.data();  // a BLAS leaves the biases alone
  k.sgd(p, l.unit_lines());
}

template <typename T>
void check(const blas::BlasHandle& blas, Sizes sizes, const std::string& what) {
  Layer<T> expected(sizes);
  run_reference(expected, !BlasProducts<T>(blas, sizes.rows).copies(sizes.units));
  for (const std::size_t parts : {1, 2, 3}) {
    Layer<T> l(sizes);
    run_blas(l, blas, parts);
    expect_near(l.y, expected.y, sizes.inputs, what + " forward");
    for (std::size_t i = 0; i < sizes.rows; ++i)  // beyond the padding nothing is promised
      for (std::size_t k = 0; k < l.input_lines().end * kLine<T>; ++k)
        ASSERT_NEAR(l.dx[i * l.x_stride + k], expected.dx[i * l.x_stride + k],
                    bound<T>(sizes.units))
            << what << " data at " << i << ", " << k;
    expect_near(l.gradient, expected.gradient, sizes.rows, what + " gradient");
    expect_near(l.weight, expected.weight, sizes.rows, what + " sgd");
  }
}

TEST(BlasProducts, AgreeWithTheReferenceWithinTheBoundOfAnyOrder) {
  for (const auto& path : test::multipliers()) {
    blas::BlasHandle blas(path);
    blas.use_threads(1);
    for (const Sizes& s : kSizes) {
      const std::string what = path.string() + " " + std::to_string(s.rows) + "x" +
                               std::to_string(s.inputs) + "x" + std::to_string(s.units);
      check<float>(blas, s, what);
      check<double>(blas, s, what);
    }
  }
}

TEST(BlasProducts, OnePanelIsNeverCopied) {
  const blas::BlasHandle blas(test::fake_blas("lp64"));
  EXPECT_FALSE(BlasProducts<float>(blas, 512).copies(32));
  EXPECT_TRUE(BlasProducts<float>(blas, 512).copies(33));
  EXPECT_TRUE(BlasProducts<double>(blas, 512).copies(17));
  EXPECT_FALSE(BlasProducts<float>(blas, 10).copies(2048));
}

}  // namespace
}  // namespace lithe::kernels
