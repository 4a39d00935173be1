// Convolutions by vectors of the output's columns: the bits of those by vectors of its units, on
// every instruction set.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "base/aligned.h"
#include "base/random.h"
#include "kernels/table.h"
#include "support/isas.h"

namespace lithe::kernels {
namespace {

using cpu::Isa;

// A window of side x side goes over an image of one channel, whose rows it skips by `step`. `top`:
// rows of padding above and below it.
struct Shape {
  std::size_t size, side, step, top, units;
};
constexpr Shape kShapes[] = {{28, 5, 1, 0, 6}, {28, 3, 1, 1, 4}, {20, 5, 1, 2, 7},
                             {17, 3, 2, 0, 5}, {33, 7, 1, 3, 8}, {12, 2, 1, 0, 13},
                             {9, 1, 1, 0, 16}, {40, 3, 1, 1, 10}};

template <typename T>
std::vector<T> result(Isa isa, const Shape& shape, bool by_columns, bool biased) {
  const std::size_t columns = shape.size - shape.side + 1;
  const std::size_t rows = (shape.size + 2 * shape.top - shape.side) / shape.step + 1;
  const Panels<T> panels{shape.side * shape.side, shape.units};
  base::AlignedArray<T> x(shape.size * shape.size), weight(panels.size()), bias(kPanel<T>);
  // The kernels write no more than the output.
  base::AlignedArray<T> y(rows * columns * shape.units + kPanel<T>);
  base::Rng random(3, static_cast<std::uint32_t>(shape.units));
  for (T& value : x) value = static_cast<T>(random.normal());
  for (std::size_t row = 0; row < panels.rows; ++row)
    for (std::size_t n = 0; n < shape.units; ++n)
      weight[panels.at(row, n)] = static_cast<T>(random.normal());
  for (std::size_t n = 0; n < shape.units; ++n) bias[n] = static_cast<T>(random.normal());
  for (T& value : y) value = 5;
  const Run run{0, shape.side};
  Correlation<T> c{};
  c.x = x.data(), c.x_rows = c.x_row = shape.size, c.x_column = 1;
  c.rows = rows, c.columns = columns, c.row_step = shape.step;
  c.top = -static_cast<std::ptrdiff_t>(shape.top);
  c.kernel_step = 1, c.kernel_rows = shape.side;
  c.run = &run, c.runs = 1, c.depth = shape.side;
  c.weight = weight.data(), c.bias = biased ? bias.data() : nullptr;
  c.y = y.data(), c.y_row = columns * shape.units, c.y_column = shape.units;
  c.units = c.last_units = shape.units;
  const Kernels<T>& k = kernels<T>(isa);
  (by_columns ? k.correlate_columns : k.correlate)(c);
  return {y.begin(), y.end()};
}

template <typename T>
void check() {
  for (const Shape& shape : kShapes)
    for (const bool biased : {false, true}) {
      SCOPED_TRACE(std::to_string(shape.size) + ", " + std::to_string(shape.units) + " units");
      const auto same = [](const std::vector<T>& a, const std::vector<T>& b) {
        return std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
      };
      const auto plain = result<T>(Isa::scalar, shape, true, biased);
      for (const Isa isa : test::fused())
        EXPECT_TRUE(same(result<T>(isa, shape, true, biased), plain)) << cpu::name(isa);
      for (const Isa isa : test::isas())
        EXPECT_TRUE(same(result<T>(isa, shape, true, biased), result<T>(isa, shape, false, biased)))
            << cpu::name(isa);
    }
}

TEST(CorrelateColumns, HasTheBitsOfTheOtherInFloat32) { check<float>(); }
TEST(CorrelateColumns, HasTheBitsOfTheOtherInFloat64) { check<double>(); }

}  // namespace
}  // namespace lithe::kernels
