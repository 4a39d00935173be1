// The plain reference of convolution by Winograd's transforms: one tile and one value at a time.
#include <array>
#include <cmath>
#include <vector>

#include "kernels/fill.h"

namespace lithe::kernels {
namespace {

using P = WinogradPoints;

template <typename T, std::size_t kSize>
using Square = std::array<std::array<T, kSize>, kSize>;

template <typename T>
std::array<T, 6> of_input(const std::array<T, 6>& d) {
  constexpr T a = P::a, b = P::b, a2 = P::a2, b2 = P::b2;
  const T even_a = std::fma(-b2, d[2], d[4]), odd_a = std::fma(-b2, d[1], d[3]);
  const T even_b = std::fma(-a2, d[2], d[4]), odd_b = std::fma(-a2, d[1], d[3]);
  return {std::fma(a2 * b2, d[0], std::fma(-(a2 + b2), d[2], d[4])),
          std::fma(a, odd_a, even_a),
          std::fma(-a, odd_a, even_a),
          std::fma(b, odd_b, even_b),
          std::fma(-b, odd_b, even_b),
          std::fma(a2 * b2, d[1], std::fma(-(a2 + b2), d[3], d[5]))};
}

template <typename T>
std::array<T, 4> of_output(const std::array<T, 6>& m) {
  constexpr T a = P::a, b = P::b, a2 = P::a2, b2 = P::b2, a3 = P::a3, b3 = P::b3;
  const T s = m[1] + m[2], t = m[1] - m[2], u = m[3] + m[4], v = m[3] - m[4];
  return {(m[0] + s) + u, std::fma(b, v, a * t), std::fma(b2, u, a2 * s),
          std::fma(b3, v, std::fma(a3, t, m[5]))};
}

template <typename T>
std::array<T, 6> of_window(const std::array<T, 3>& g) {
  constexpr T a = P::a, b = P::b, a2 = P::a2, b2 = P::b2;
  constexpr T n0 = static_cast<T>(P::n0), na = static_cast<T>(P::na), nb = static_cast<T>(P::nb);
  const T even_a = std::fma(a2, g[2], g[0]), even_b = std::fma(b2, g[2], g[0]);
  return {n0 * g[0],
          na * std::fma(a, g[1], even_a),
          na * std::fma(-a, g[1], even_a),
          nb * std::fma(b, g[1], even_b),
          nb * std::fma(-b, g[1], even_b),
          g[2]};
}

// The adjoints of the last two.
template <typename T>
std::array<T, 6> back_from_output(const std::array<T, 4>& y) {
  constexpr T a = P::a, b = P::b, a2 = P::a2, b2 = P::b2;
  const T even_a = std::fma(a2, y[2], y[0]), odd_a = std::fma(a2, y[3], y[1]);
  const T even_b = std::fma(b2, y[2], y[0]), odd_b = std::fma(b2, y[3], y[1]);
  return {y[0],
          std::fma(a, odd_a, even_a),
          std::fma(-a, odd_a, even_a),
          std::fma(b, odd_b, even_b),
          std::fma(-b, odd_b, even_b),
          y[3]};
}

template <typename T>
std::array<T, 3> back_to_window(const std::array<T, 6>& r) {
  constexpr T a = P::a, b = P::b, a2 = P::a2, b2 = P::b2;
  constexpr T n0 = static_cast<T>(P::n0), na = static_cast<T>(P::na), nb = static_cast<T>(P::nb);
  const T s = na * (r[1] + r[2]), t = na * (r[1] - r[2]);
  const T u = nb * (r[3] + r[4]), v = nb * (r[3] - r[4]);
  return {std::fma(n0, r[0], s) + u, std::fma(b, v, a * t), std::fma(b2, u, std::fma(a2, s, r[5]))};
}

// Down the columns, then along the rows.
template <std::size_t kTo, typename T, std::size_t kFrom, class Transform>
Square<T, kTo> both_ways(const Square<T, kFrom>& in, const Transform& transform) {
  std::array<std::array<T, kFrom>, kTo> half;
  for (std::size_t j = 0; j < kFrom; ++j) {
    std::array<T, kFrom> column;
    for (std::size_t i = 0; i < kFrom; ++i) column[i] = in[i][j];
    const auto to = transform(column);
    for (std::size_t i = 0; i < kTo; ++i) half[i][j] = to[i];
  }
  Square<T, kTo> result;
  for (std::size_t i = 0; i < kTo; ++i) result[i] = transform(half[i]);
  return result;
}

template <typename T>
void winograd_weights(const WinogradWeights<T>& w) {
  const WinogradForm<T> form{w.depth, w.units};
  const Panels<T> from{9 * w.depth, w.units}, to = form.panels();
  for (std::size_t k = 0; k < w.depth; ++k)
    for (std::size_t n = 0; n < to.padded_columns(); ++n) {
      Square<T, 3> g;
      for (std::size_t tap = 0; tap < 9; ++tap)
        g[tap / 3][tap % 3] = w.window[from.at(tap * w.depth + k, n)];
      const auto u = both_ways<6>(g, of_window<T>);
      for (std::size_t place = 0; place < kWinogradPlaces; ++place)
        w.weight[place * form.weight_apart() + to.at(k, n)] = u[place / 6][place % 6];
    }
}

// The values that a tile looks at, of one channel.
template <typename T>
Square<T, 6> looked_at(const Winograd<T>& w, std::size_t top, std::size_t left, std::size_t k) {
  Square<T, 6> d;
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t j = 0; j < 6; ++j) {
      const std::size_t r = top + i - w.top,
                        c = left + j - w.left;  // beyond all sizes where negative
      d[i][j] = r < w.x_rows && c < w.x_columns ? w.x[(r * w.x_columns + c) * w.depth + k] : T{0};
    }
  return d;
}

template <typename T>
void make_tile(const Winograd<T>& w, std::size_t top, std::size_t left) {
  const WinogradForm<T> form{w.depth, w.units};
  std::vector<Square<T, 6>> v(w.depth);
  for (std::size_t k = 0; k < w.depth; ++k)
    v[k] = both_ways<6>(looked_at(w, top, left, k), of_input<T>);
  for (std::size_t n = 0; n < w.units; ++n) {
    Square<T, 6> m{};
    for (std::size_t place = 0; place < kWinogradPlaces; ++place)
      for (std::size_t k = 0; k < w.depth; ++k)
        m[place / 6][place % 6] =
            std::fma(v[k][place / 6][place % 6],
                     w.weight[place * form.weight_apart() + form.panels().at(k, n)],
                     m[place / 6][place % 6]);
    const auto y = both_ways<4>(m, of_output<T>);
    for (std::size_t i = 0; i < 4 && top + i < w.rows; ++i)
      for (std::size_t j = 0; j < 4 && left + j < w.columns; ++j)
        w.y[((top + i) * w.columns + left + j) * w.units + n] =
            y[i][j] + (w.bias == nullptr ? T{0} : w.bias[n]);
  }
}

template <typename T>
void winograd(const Winograd<T>& w) {
  for (std::size_t top = 0; top < w.rows; top += kWinogradOut)
    for (std::size_t left = 0; left < w.columns; left += kWinogradOut) make_tile(w, top, left);
}

// The gradient of a tile, of one unit: 0 where it is beyond the output.
template <typename T>
Square<T, 4> gradient_of(const WinogradGradient<T>& g, std::size_t top, std::size_t left,
                         std::size_t n) {
  const Winograd<T>& w = g.form;
  Square<T, 4> dy{};
  for (std::size_t i = 0; i < 4 && top + i < w.rows; ++i)
    for (std::size_t j = 0; j < 4 && left + j < w.columns; ++j)
      dy[i][j] = g.dy[((top + i) * w.columns + left + j) * w.units + n];
  return dy;
}

template <typename T>
void add_tile(const WinogradGradient<T>& g, std::size_t top, std::size_t left, Range some) {
  const Winograd<T>& w = g.form;
  const WinogradForm<T> form{w.depth, w.units};
  std::vector<Square<T, 6>> dm(w.units);
  for (std::size_t n = 0; n < w.units; ++n) {
    const Square<T, 4> dy = gradient_of(g, top, left, n);
    dm[n] = both_ways<6>(dy, back_from_output<T>);
    T sum = 0;
    for (std::size_t j = 0; j < 4; ++j)
      for (std::size_t i = 0; i < 4; ++i) sum += dy[i][j];
    if (g.bias != nullptr) g.bias[n] += sum;
  }
  for (std::size_t k = some.begin; k < some.end; ++k) {
    const auto v = both_ways<6>(looked_at(w, top, left, k), of_input<T>);
    for (std::size_t n = 0; n < w.units; ++n)
      for (std::size_t place = 0; place < kWinogradPlaces; ++place) {
        T& sum = g.sums[place * form.weight_apart() + form.panels().at(k, n)];
        sum = std::fma(v[place / 6][place % 6], dm[n][place / 6][place % 6], sum);
      }
  }
}

template <typename T>
void winograd_gradient(const WinogradGradient<T>& g, Range some) {
  const Winograd<T>& w = g.form;
  const WinogradForm<T> form{w.depth, w.units};
  for (std::size_t place = 0; g.first && place < kWinogradPlaces; ++place)
    for (std::size_t k = some.begin; k < some.end; ++k)
      for (std::size_t n = 0; n < form.panels().padded_columns(); ++n)
        g.sums[place * form.weight_apart() + form.panels().at(k, n)] = 0;
  for (std::size_t top = 0; top < w.rows; top += kWinogradOut)
    for (std::size_t left = 0; left < w.columns; left += kWinogradOut) add_tile(g, top, left, some);
}

template <typename T>
void winograd_windows(const WinogradWindows<T>& w, Range some) {
  const WinogradForm<T> form{w.depth, w.units};
  const Panels<T> to{9 * w.depth, w.units}, from = form.panels();
  for (std::size_t k = some.begin; k < some.end; ++k)
    for (std::size_t n = 0; n < to.padded_columns(); ++n) {
      Square<T, 6> u;
      for (std::size_t place = 0; place < kWinogradPlaces; ++place)
        u[place / 6][place % 6] = w.sums[place * form.weight_apart() + from.at(k, n)];
      const auto g = both_ways<3>(u, back_to_window<T>);
      for (std::size_t tap = 0; tap < 9; ++tap)
        w.window[to.at(tap * w.depth + k, n)] = g[tap / 3][tap % 3];
    }
}

}  // namespace

void fill_reference_winograd(Tables& tables) {
  tables.float32.winograd = winograd<float>;
  tables.float32.winograd_weights = winograd_weights<float>;
  tables.float32.winograd_gradient = winograd_gradient<float>;
  tables.float32.winograd_windows = winograd_windows<float>;
}

}  // namespace lithe::kernels
