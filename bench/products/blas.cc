// How a BLAS best reads weights that lie in panels: GFLOP/s of the three products of a dense layer,
// by the native kernels and by a library in three ways, on one thread. The table in docs/design.md,
// "A BLAS", comes from here.
//
//   bench_blas LIBRARY...        paths, or names as --blas takes them
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>

#include "base/aligned.h"
#include "base/random.h"
#include "blas/choice.h"
#include "cpu/denormals.h"
#include "cpu/load.h"
#include "kernels/blas_products.h"

namespace lithe {
namespace {

using kernels::Range;

struct Shape {
  std::size_t batch, inputs, units;
};
constexpr Shape kShapes[] = {
    {10, 784, 30}, {10, 1024, 1024}, {100, 300, 300}, {128, 1024, 1024}, {512, 2048, 2048}};

template <typename T>
base::AlignedArray<T> random_array(std::size_t size) {
  base::Rng random(1, 1);
  base::AlignedArray<T> values(size);
  for (T& value : values) value = static_cast<T>(random.uniform(-1, 1));
  return values;
}

template <typename T>
struct Layer {
  explicit Layer(Shape s)
      : shape(s),
        panels{s.inputs, s.units},
        x_stride(kernels::row_stride<T>(s.inputs)),
        y_stride(kernels::row_stride<T>(s.units)),
        x(random_array<T>(s.batch * x_stride)),
        y(random_array<T>(s.batch * y_stride)),
        weight(random_array<T>(panels.size())),
        rows(random_array<T>(s.inputs * y_stride)),
        bias(panels.padded_columns()),
        transposed(kernels::Panels<T>{s.units, s.batch}.size()),
        scratch((s.inputs + 256) * y_stride) {}

  kernels::Operand<T> input() const { return {x.data(), x_stride, shape.batch, shape.inputs, {}}; }
  Range unit_lines() const { return {0, kernels::divide_up(shape.units, kernels::kLine<T>)}; }
  Range input_lines() const { return {0, kernels::divide_up(shape.inputs, kernels::kLine<T>)}; }
  kernels::ForwardProduct<T> forward() {
    return {input(), weight.data(), bias.data(), shape.inputs, shape.units, y.data(), y_stride};
  }
  kernels::InputGradientProduct<T> data() {
    return {y.data(),    y_stride, shape.batch, weight.data(),    shape.inputs,
            shape.units, x.data(), x_stride,    transposed.data()};
  }
  kernels::WeightProduct<T> weights() {
    return {input(),     y.data(),      y_stride,    shape.inputs,
            shape.units, weight.data(), bias.data(), static_cast<T>(1e-12)};
  }

  Shape shape;
  kernels::Panels<T> panels;
  std::size_t x_stride, y_stride;
  base::AlignedArray<T> x, y, weight, rows, bias, transposed, scratch;
};

// Forward, gradient of the input, gradient of the weights.
using Ways = std::vector<std::pair<std::string, std::vector<std::function<void()>>>>;

template <typename T>
std::vector<std::function<void()>> native(Layer<T>& l) {
  const auto& k = kernels::kernels<T>(cpu::best_isa());
  return {[&] { k.forward(l.forward(), l.unit_lines()); },
          [&] {
            k.transpose(l.data(), {0, l.shape.units});
            k.input_gradient(l.data(), l.input_lines());
          },
          [&] { k.sgd(l.weights(), l.unit_lines()); }};
}

// Of weights that lie in rows without panels, which a plan does not have: what the library can do.
template <typename T>
std::vector<std::function<void()>> plain(Layer<T>& l, const blas::BlasHandle& blas) {
  blas::Gemm<T> forward, data, weights;
  const auto batch = static_cast<std::int64_t>(l.shape.batch),
             inputs = static_cast<std::int64_t>(l.shape.inputs),
             units = static_cast<std::int64_t>(l.shape.units),
             xs = static_cast<std::int64_t>(l.x_stride), ys = static_cast<std::int64_t>(l.y_stride);
  const T *x = l.x.data(), *y = l.y.data(), *w = l.rows.data();
  forward = {false, false, units, batch, inputs, 1, w, ys, x, xs, 0, l.y.data(), ys};
  data = {true, false, inputs, batch, units, 1, w, ys, y, ys, 0, l.x.data(), xs};
  weights = {false, true, units, inputs, batch, 1, y, ys, x, xs, 0, l.scratch.data(), ys};
  return {[=, &blas] { blas.gemm(forward); }, [=, &blas] { blas.gemm(data); },
          [=, &blas] { blas.gemm(weights); }};
}

// As a plan has it for batches of about `batch` rows: small ones panel by panel, large ones copied.
template <typename T>
std::vector<std::function<void()>> planned(Layer<T>& l, const blas::BlasHandle& blas,
                                           std::size_t batch) {
  const kernels::BlasProducts<T> products(blas, batch);
  return {[=, &l] { products.forward(l.forward(), l.unit_lines(), l.scratch.data()); },
          [=, &l] { products.input_gradient(l.data(), l.input_lines(), l.scratch.data()); },
          [=, &l] {
            products.gradient(l.weights(), l.unit_lines(), l.scratch.data(), [](const auto&) {});
          }};
}

// Processor seconds of one call, the least of several rounds: what other programs take is no part.
double seconds(const std::function<void()>& call) {
  constexpr double kRound = 0.006;
  constexpr int kRounds = 15;
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const double start = cpu::processor_seconds(CLOCK_THREAD_CPUTIME_ID);
    double spent = 0;
    int calls = 0;
    do {
      call();
      ++calls;
      spent = cpu::processor_seconds(CLOCK_THREAD_CPUTIME_ID) - start;
    } while (spent < kRound);
    best = std::min(best, spent / calls);
  }
  return best;
}

template <typename T>
void measure(const char* precision, const blas::BlasHandle& blas) {
  for (const Shape& shape : kShapes) {
    Layer<T> layer(shape);
    constexpr std::size_t kSmall = 1, kLarge = 1 << 20;
    const Ways ways = {{"native", native(layer)},
                       {"plain rows", plain(layer, blas)},
                       {"panel by panel", planned(layer, blas, kSmall)},
                       {"copied in blocks", planned(layer, blas, kLarge)}};
    const double operations = 2.0 * static_cast<double>(shape.batch * shape.inputs * shape.units);
    fmt::print("{} batch {} {}x{}\n", precision, shape.batch, shape.inputs, shape.units);
    for (const auto& [name, calls] : ways) {
      fmt::print("  {:18}", name);
      for (const auto& call : calls) fmt::print(" {:6.1f}", operations / seconds(call) / 1e9);
      fmt::print("\n");
      std::fflush(stdout);
    }
  }
}

void run(const std::string& name) {
  const BlasLibrary library =
      blas::find_named_blas(name, blas::blas_files(blas::blas_folders(blas::this_machine())));
  blas::BlasHandle blas(library.path);
  blas.use_threads(1);
  fmt::print("{} ({})\nGFLOP/s: forward, gradient of the input, gradient of the weights\n",
             short_name(library), library.path);
  const cpu::FlushDenormals flush;
  measure<float>("float32", blas);
  measure<double>("float64", blas);
}

}  // namespace
}  // namespace lithe

int main(int argc, char** argv) try {
  for (int i = 1; i < argc; ++i) lithe::run(argv[i]);
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_blas: {}\n", error.what());
  return 1;
}
