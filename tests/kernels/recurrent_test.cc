// The steps of recurrent layers against the formulas in long double, within the stated error, and
// the same bits on every instruction set with fused multiply-add.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "base/aligned.h"
#include "base/random.h"
#include "kernels/table.h"
#include "support/isas.h"

namespace lithe::kernels {
namespace {

using cpu::Isa;
using Real = long double;

constexpr std::size_t kUnits[] = {1, 3, 8, 15, 16, 17, 33, 70};
constexpr std::size_t kRows = 5, kGates = 4;

// A matrix with room for a vector behind its end, of numbers of size 1.
template <typename T>
struct Values {
  Values(std::size_t columns, std::uint32_t stream, double scale = 1)
      : stride(row_stride<T>(columns)), values(kRows * stride + kLine<T>) {
    base::Rng random(3, stream);
    for (std::size_t i = 0; i < kRows; ++i)
      for (std::size_t n = 0; n < columns; ++n)
        values[i * stride + n] = static_cast<T>(scale * random.normal());
  }
  Matrix<T> matrix() { return {values.data(), stride, kRows}; }

  std::size_t stride;
  base::AlignedArray<T> values;
};

template <typename T>
struct Step {
  explicit Step(std::size_t count)
      : units(count),
        gates(kGates * units, 1, 2),
        products(kGates * units, 2),
        state(units, 3, 0.5),
        cell(units, 4),
        output(units, 5),
        dy(units, 6),
        carry(units, 7),
        dy_before(units, 8),
        sums(kGates * units, 9),
        d_products(kGates * units, 10) {}
  CellWork<T> forward() {
    return {units,          gates.matrix(), products.matrix(),
            state.matrix(), cell.matrix(),  output.matrix()};
  }
  CellBackwardWork<T> backward() {
    return {units,          gates.matrix(),     state.matrix(), cell.matrix(),      dy.matrix(),
            carry.matrix(), dy_before.matrix(), sums.matrix(),  d_products.matrix()};
  }
  std::vector<T> results() const {
    std::vector<T> all;
    for (const Values<T>* of : {&gates, &cell, &output, &carry, &sums, &d_products})
      all.insert(all.end(), of->values.begin(), of->values.end());
    return all;
  }

  std::size_t units;
  Values<T> gates, products, state, cell, output, dy, carry, dy_before, sums, d_products;
};

template <typename T>
using Run = std::function<void(const Kernels<T>&, Step<T>&)>;

template <typename T>
std::vector<std::pair<const char*, Run<T>>> runs() {
  return {{"lstm",
           [](auto& k, auto& s) {
             k.lstm(s.forward());
             k.lstm_backward(s.backward());
           }},
          {"gru", [](auto& k, auto& s) {
             k.gru(s.forward());
             k.gru_backward(s.backward());
           }}};
}

template <typename T>
void check_tables() {
  for (const auto& [name, run] : runs<T>())
    for (const std::size_t units : kUnits) {
      SCOPED_TRACE(std::string(name) + ", " + std::to_string(units));
      const auto on = [&, &run = run](Isa isa) {
        Step<T> step(units);
        run(kernels<T>(isa), step);
        return step.results();
      };
      const std::vector<T> plain = on(Isa::scalar), best = on(cpu::best_isa());
      for (std::size_t i = 0; i < plain.size(); ++i)
        ASSERT_NEAR(static_cast<double>(best[i]), static_cast<double>(plain[i]),
                    20 * static_cast<double>(std::numeric_limits<T>::epsilon()))
            << i;
      for (const Isa isa : test::fused())
        ASSERT_EQ(std::memcmp(on(isa).data(), best.data(), best.size() * sizeof(T)), 0)
            << cpu::name(isa);
    }
}

TEST(Recurrent, IsWhatTheReferenceComputes) {
  check_tables<float>();
  check_tables<double>();
}

Real sigmoid(Real x) { return 1 / (1 + std::exp(-x)); }

// Of what recurrent.h says of the error of y.
template <typename T>
void check_error() {
  const Real unit = std::numeric_limits<T>::epsilon();
  for (const std::size_t units : kUnits) {
    Step<T> lstm(units), gru(units), given(units);
    const auto& k = kernels<T>(cpu::best_isa());
    k.lstm(lstm.forward());
    k.gru(gru.forward());
    for (std::size_t i = 0; i < kRows; ++i)
      for (std::size_t n = 0; n < units; ++n) {
        const auto sum = [&](std::size_t gate) {
          return static_cast<Real>(given.gates.matrix().row(i)[gate * units + n]);
        };
        const auto product = [&](std::size_t gate) {
          return static_cast<Real>(given.products.matrix().row(i)[gate * units + n]);
        };
        const Real state = given.state.matrix().row(i)[n];
        const Real cell = sigmoid(sum(1)) * state + sigmoid(sum(0)) * std::tanh(sum(2));
        const Real y = sigmoid(sum(3)) * std::tanh(cell);
        EXPECT_LE(std::abs(lstm.output.matrix().row(i)[n] - y), 6 * unit);
        // The sums of two are rounded, which tanh and sigmoid pass on.
        const Real reset = sigmoid(sum(0) + product(0)), keep = sigmoid(sum(1) + product(1));
        const Real value = std::tanh(sum(2) + reset * product(2));
        const Real other = value + keep * (state - value);
        EXPECT_LE(std::abs(gru.output.matrix().row(i)[n] - other), 6 * unit);
      }
  }
}

TEST(Recurrent, IsAsExactAsItsHeaderSays) {
  check_error<float>();
  check_error<double>();
}

// The gradient of the sums may take the place of the gates.
TEST(Recurrent, WorksInPlace) {
  for (const std::size_t units : kUnits) {
    Step<float> apart(units), in_place(units);
    const auto& k = kernels<float>(cpu::best_isa());
    k.lstm_backward(apart.backward());
    auto work = in_place.backward();
    work.sums = in_place.gates.matrix();
    k.lstm_backward(work);
    for (std::size_t i = 0; i < kRows; ++i)
      EXPECT_TRUE(std::equal(apart.sums.matrix().row(i), apart.sums.matrix().row(i) + 4 * units,
                             in_place.gates.matrix().row(i)));
  }
}

template <typename T>
void check_onto() {
  for (const std::size_t units : kUnits)
    for (const std::size_t inputs : {1u, 7u, 40u}) {
      SCOPED_TRACE(units);
      base::Rng random(5, 1);
      base::AlignedArray<T> weight(Panels<T>{inputs, units}.size());
      for (T& w : weight) w = static_cast<T>(random.normal());
      Values<T> x(inputs, 1), from(units, 2);
      const auto on = [&](Isa isa, bool in_place) {
        Values<T> y = Values<T>(units, 2);
        ForwardProduct<T> p{};
        p.input = {x.values.data(), x.stride, kRows, inputs, nullptr};
        p.weight = weight.data(), p.inputs = inputs, p.units = units;
        p.y = y.values.data(), p.y_stride = y.stride;
        kernels<T>(isa).forward_onto(p, in_place ? y.matrix() : from.matrix(),
                                     {0, divide_up(units, kLine<T>)});
        return std::vector<T>(y.values.begin(), y.values.end());
      };
      const std::vector<T> plain = on(Isa::scalar, false);
      for (const Isa isa : test::fused())
        for (const bool in_place : {false, true}) EXPECT_EQ(on(isa, in_place), plain);
    }
}

TEST(Recurrent, ProductsBeginWithGivenValues) {
  check_onto<float>();
  check_onto<double>();
}

}  // namespace
}  // namespace lithe::kernels
