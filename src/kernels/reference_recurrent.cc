// The plain reference of recurrent layers' steps (recurrent.h): one value at a time.
#include <cmath>

#include "activations/plain.h"
#include "kernels/fill.h"

namespace lithe::kernels {
namespace {

namespace plain = activations::plain;

template <typename T>
T sigmoid(T x) {
  return plain::sigmoid::forward(x, T{});
}

template <typename T>
void fill_up(T* row, std::size_t columns) {
  for (std::size_t n = columns; n < round_up(columns, kLine<T>); ++n) row[n] = 0;
}

template <typename T>
void lstm(const CellWork<T>& w) {
  const std::size_t units = w.units;
  for (std::size_t i = 0; i < w.gates.rows; ++i) {
    for (std::size_t n = 0; n < units; ++n) {
      T* const at = w.gates.row(i) + n;
      at[0] = sigmoid(at[0]);
      at[units] = sigmoid(at[units]);
      at[2 * units] = std::tanh(at[2 * units]);
      at[3 * units] = sigmoid(at[3 * units]);
      const T cell = std::fma(at[units], w.state.row(i)[n], at[0] * at[2 * units]);
      w.cell.row(i)[n] = cell;
      w.output.row(i)[n] = at[3 * units] * std::tanh(cell);
    }
    fill_up(w.cell.row(i), units);
    fill_up(w.output.row(i), units);
  }
}

template <typename T>
void lstm_backward(const CellBackwardWork<T>& w) {
  const std::size_t units = w.units;
  for (std::size_t i = 0; i < w.gates.rows; ++i) {
    for (std::size_t n = 0; n < units; ++n) {
      const T* const at = w.gates.row(i) + n;
      T* const to = w.sums.row(i) + n;
      const T in = at[0], forget = at[units], value = at[2 * units], out = at[3 * units];
      const T up = w.dy.row(i)[n], squashed = std::tanh(w.cell.row(i)[n]);
      const T dc = std::fma(up * out, 1 - squashed * squashed, w.carry.row(i)[n]);
      to[0] = dc * value * (in - in * in);
      to[units] = dc * w.state.row(i)[n] * (forget - forget * forget);
      to[2 * units] = dc * in * (1 - value * value);
      to[3 * units] = up * squashed * (out - out * out);
      w.carry.row(i)[n] = dc * forget;
    }
    fill_up(w.carry.row(i), units);
    fill_up(w.sums.row(i), 4 * units);
  }
}

template <typename T>
void gru(const CellWork<T>& w) {
  const std::size_t units = w.units;
  for (std::size_t i = 0; i < w.gates.rows; ++i) {
    for (std::size_t n = 0; n < units; ++n) {
      T* const at = w.gates.row(i) + n;
      const T* const add = w.products.row(i) + n;
      at[0] = sigmoid(at[0] + add[0]);
      at[units] = sigmoid(at[units] + add[units]);
      at[2 * units] = std::tanh(std::fma(at[0], add[2 * units], at[2 * units]));
      if (w.cell.data != nullptr) w.cell.row(i)[n] = add[2 * units];
      w.output.row(i)[n] = std::fma(at[units], w.state.row(i)[n] - at[2 * units], at[2 * units]);
    }
    if (w.cell.data != nullptr) fill_up(w.cell.row(i), units);
    fill_up(w.output.row(i), units);
  }
}

template <typename T>
void gru_backward(const CellBackwardWork<T>& w) {
  const std::size_t units = w.units;
  for (std::size_t i = 0; i < w.gates.rows; ++i) {
    for (std::size_t n = 0; n < units; ++n) {
      const T* const at = w.gates.row(i) + n;
      T *const sums = w.sums.row(i) + n, *const products = w.products.row(i) + n;
      const T reset = at[0], keep = at[units], value = at[2 * units], up = w.dy.row(i)[n];
      const T start = w.dy_before.data != nullptr ? w.dy_before.row(i)[n] : T{0};
      const T d_keep = up * (w.state.row(i)[n] - value) * (keep - keep * keep);
      const T d_value = std::fma(-up, keep, up) * (1 - value * value);
      const T d_reset = d_value * w.cell.row(i)[n] * (reset - reset * reset);
      sums[0] = products[0] = d_reset;
      sums[units] = products[units] = d_keep;
      sums[2 * units] = d_value;
      products[2 * units] = d_value * reset;
      w.carry.row(i)[n] = std::fma(up, keep, start);
    }
    fill_up(w.carry.row(i), units);
    fill_up(w.sums.row(i), 3 * units);
    fill_up(w.products.row(i), 3 * units);
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  k.lstm = lstm<T>;
  k.lstm_backward = lstm_backward<T>;
  k.gru = gru<T>;
  k.gru_backward = gru_backward<T>;
}

}  // namespace

void fill_reference_recurrent(Tables& tables) {
  fill(tables.float32);
  fill(tables.float64);
}

}  // namespace lithe::kernels
