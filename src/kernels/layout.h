// How matrices lie in memory. Nothing else in the program knows.
//
// Activations and gradients are rows of examples: row-major, each row padded to whole cache lines.
// Weights [inputs][units] are cut into panels of 128 bytes of units: panel after panel, and within
// a panel row after row. A kernel reads a panel from end to end, so there is nothing to pack before
// a product, and a row of a panel is two AVX-512 vectors. The last panel is as narrow as whole
// cache lines allow. All padding, also the gaps between panels, is zero in weights and gradients,
// and every kernel keeps it zero.
#pragma once

#include <algorithm>
#include <cstddef>

namespace lithe::kernels {

// Values in a cache line: the granule in which units are divided among threads.
template <typename T>
inline constexpr std::size_t kLine = 64 / sizeof(T);
template <typename T>
inline constexpr std::size_t kPanel = 2 * kLine<T>;

constexpr std::size_t divide_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }
constexpr std::size_t round_up(std::size_t a, std::size_t b) { return divide_up(a, b) * b; }

// Row stride of a row-major matrix. An odd number of lines, so that rows do not all fall into the
// same cache set when their length is a power of two.
template <typename T>
constexpr std::size_t row_stride(std::size_t columns) {
  const std::size_t lines = divide_up(columns, kLine<T>);
  return (lines > 4 && lines % 2 == 0 ? lines + 1 : lines) * kLine<T>;
}

// A matrix [rows][stride]. Kernels that take a range of cache lines work on the columns in them.
template <typename T>
struct Matrix {
  T* data;
  std::size_t stride, rows;

  T* row(std::size_t i) const { return data + i * stride; }
  // NOLINTNEXTLINE(google-explicit-constructor)
  operator Matrix<const T>() const { return {data, stride, rows}; }
};

// A matrix of rows x columns in panels.
template <typename T>
struct Panels {
  std::size_t rows, columns;

  constexpr std::size_t padded_columns() const { return round_up(columns, kLine<T>); }
  // Values between the end of a panel and the next one. The input gradient reads the same few rows
  // of every panel. If the distance between panels were a multiple of 4096 bytes, these rows would
  // all fall into the same cache sets. The gap is the 14 rows of a tile.
  constexpr std::size_t gap() const {
    return rows * kPanel<T> * sizeof(T) % 4096 == 0 ? 14 * kPanel<T> : 0;
  }
  constexpr std::size_t size() const {
    return rows * padded_columns() + divide_up(columns, kPanel<T>) * gap();
  }
  // Width of the panel that column n lies in.
  constexpr std::size_t width(std::size_t n) const {
    const std::size_t left = padded_columns() - n / kPanel<T> * kPanel<T>;
    return left < kPanel<T> ? left : kPanel<T>;
  }
  // Where row 0, column n stands; consecutive rows are width(n) apart.
  constexpr std::size_t column_start(std::size_t n) const {
    return n / kPanel<T> * (kPanel<T> * rows + gap()) + n % kPanel<T>;
  }
  constexpr std::size_t at(std::size_t row, std::size_t n) const {
    return column_start(n) + row * width(n);
  }
};

// The share of worker `part` of `parts` in `count` items; shares differ by one item at most.
struct Range {
  std::size_t begin, end;
};
constexpr Range share(std::size_t count, std::size_t part, std::size_t parts) {
  return {count * part / parts, count * (part + 1) / parts};
}

// Calls work(lines) for each panel that has some of these lines, with those that it has.
template <class Work>
void each_panel(Range lines, const Work& work) {
  for (std::size_t line = lines.begin; line < lines.end;) {
    const std::size_t end = std::min(lines.end, line / 2 * 2 + 2);
    work(Range{line, end});
    line = end;
  }
}

template <typename T>
constexpr std::size_t columns_of(Range lines) {
  return (lines.end - lines.begin) * kLine<T>;
}

}  // namespace lithe::kernels
