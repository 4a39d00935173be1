// The three products of dense layers against OpenBLAS, oneDNN and LIBXSMM, in turn, on one thread.
//
//   bench_products [--out FOLDER] [--core SkylakeX] [--rounds 7]
//
// For each shape: forward, gradient of the input, gradient of the weights with its update, in
// GFLOP/s and as a share of the peak measured in the same run. The libraries make the bare
// products, without bias, update or transposition; LIBXSMM, which makes a product for each shape,
// has the weights in panels, as suits it best, and both ways around. A library that is not there is
// named as missing.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/aligned.h"
#include "base/file.h"
#include "base/random.h"
#include "cpu/denormals.h"
#include "kernels/table.h"
#include "library.h"
#include "lithe/machine.h"

namespace lithe {
namespace {

using kernels::kLine;

struct Shape {
  std::size_t batch, inputs, units;
};

// The layers of bench/deep's networks, and the first of the seed's.
const Shape kShapes[] = {{128, 784, 1024}, {128, 1024, 1024}, {128, 1024, 10}, {100, 28, 300},
                         {100, 300, 300},  {100, 300, 1},     {50, 784, 100},  {50, 100, 100},
                         {50, 100, 10},    {10, 784, 30}};

template <typename T>
base::AlignedArray<T> random_array(std::size_t size) {
  base::Rng random(1, 1);
  base::AlignedArray<T> values(size);
  for (T& value : values) value = static_cast<T>(random.uniform(-1, 1));
  return values;
}

// Seconds of one call, the median of some rounds in which all candidates take turns.
std::vector<double> in_turn(const std::vector<std::function<void()>>& candidates, int rounds) {
  constexpr double kSeconds = 0.02;
  std::vector<std::vector<double>> times(candidates.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      candidates[c]();
      const auto start = std::chrono::steady_clock::now();
      double elapsed = 0;
      int calls = 0;
      for (; elapsed < kSeconds; ++calls) {
        candidates[c]();
        elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      }
      times[c].push_back(elapsed / calls);
    }
  std::vector<double> medians;
  for (auto& t : times) {
    std::sort(t.begin(), t.end());
    medians.push_back(t[t.size() / 2]);
  }
  return medians;
}

template <typename T>
struct Layer {
  explicit Layer(Shape s)
      : shape(s),
        x_stride(kernels::row_stride<T>(s.inputs)),
        y_stride(kernels::row_stride<T>(s.units)),
        panels{s.inputs, s.units},
        x(random_array<T>(s.batch * x_stride)),
        weight(random_array<T>(panels.size())),
        bias(random_array<T>(panels.padded_columns())),
        y(random_array<T>(s.batch * y_stride)),
        dx(s.batch * x_stride),
        transposed(kernels::Panels<T>{s.units, s.batch}.size()),
        rows(random_array<T>(s.inputs * s.units)) {}

  kernels::Operand<T> input() const {
    return {x.data(), x_stride, shape.batch, shape.inputs, nullptr};
  }

  Shape shape;
  std::size_t x_stride, y_stride;
  kernels::Panels<T> panels;
  base::AlignedArray<T> x, weight, bias, y, dx, transposed, rows;  // rows: weights, row-major
};

using Candidates = std::map<std::string, std::vector<std::function<void()>>>;

const char kForward[] = "forward", kInput[] = "gradient of the input",
           kWeights[] = "gradient of the weights, sgd";

template <typename T>
Candidates native(Layer<T>& l, const kernels::Kernels<T>& k) {
  const kernels::Range unit_lines{0, kernels::divide_up(l.shape.units, kLine<T>)};
  const kernels::Range input_lines{0, kernels::divide_up(l.shape.inputs, kLine<T>)};
  Candidates result;
  result[kForward] = {[=, &l, &k] {
    k.forward({l.input(), l.weight.data(), l.bias.data(), l.shape.inputs, l.shape.units, l.y.data(),
               l.y_stride},
              unit_lines);
  }};
  result[kInput] = {[=, &l, &k] {
    const kernels::InputGradientProduct<T> p{l.y.data(),      l.y_stride,     l.shape.batch,
                                             l.weight.data(), l.shape.inputs, l.shape.units,
                                             l.dx.data(),     l.x_stride,     l.transposed.data()};
    k.transpose(p, {0, l.shape.units});
    k.input_gradient(p, input_lines);
  }};
  result[kWeights] = {[=, &l, &k] {
    k.sgd({l.input(), l.y.data(), l.y_stride, l.shape.inputs, l.shape.units, l.weight.data(),
           l.bias.data(), static_cast<T>(1e-12)},
          unit_lines);
  }};
  return result;
}

// Another library's, beside those that are there.
template <typename T>
void add(Candidates& candidates, Layer<T>& l, const bench::Gemm<T>& gemm) {
  const int batch = static_cast<int>(l.shape.batch), inputs = static_cast<int>(l.shape.inputs),
            units = static_cast<int>(l.shape.units), xs = static_cast<int>(l.x_stride),
            ys = static_cast<int>(l.y_stride);
  candidates[kForward].push_back([=, &l, &gemm] {
    gemm(false, false, batch, units, inputs, 1, l.x.data(), xs, l.rows.data(), units, 0, l.y.data(),
         ys);
  });
  candidates[kInput].push_back([=, &l, &gemm] {
    gemm(false, true, batch, inputs, units, 1, l.y.data(), ys, l.rows.data(), units, 0, l.dx.data(),
         xs);
  });
  candidates[kWeights].push_back([=, &l, &gemm] {
    gemm(true, false, inputs, units, batch, static_cast<T>(-1e-12), l.x.data(), xs, l.y.data(), ys,
         1, l.rows.data(), units);
  });
}

// A product whose columns are made in panels, with B in panels too, or its columns in place.
template <typename T>
class Panelled {
 public:
  // Wider ones do not stay in the nearest cache beside the rows; several vectors fill the
  // registers.
  static constexpr int kWidth = 64;

  // With `panels_b` or `panels_c` each panel of that matrix is a matrix of its own.
  Panelled(const bench::Library& library, bench::ProductShape shape, bool panels_b, bool panels_c) {
    for (int first = 0; first < shape.columns; first += kWidth) {
      bench::ProductShape one = shape;
      one.columns = width(shape.columns - first);
      if (panels_b) one.from_b = one.columns;
      if (panels_c) one.from_c = one.columns;
      panels_.push_back({library.make<T>()(one), first * (panels_b ? shape.depth : 1),
                         first * (panels_c ? shape.rows : 1)});
    }
  }
  // Whole vectors: rows have room for them.
  static int width(int columns) {
    constexpr int kVector = static_cast<int>(kLine<T>);
    return std::min(kWidth, (columns + kVector - 1) / kVector * kVector);
  }
  void operator()(const T* a, const T* b, T* c) const {
    for (const Panel& panel : panels_) panel.product(a, b + panel.b, c + panel.c);
  }

 private:
  struct Panel {
    bench::Product<T> product;
    std::ptrdiff_t b, c;
  };
  std::vector<Panel> panels_;
};

// Where an element of [depth][columns] stands in panels.
template <typename T>
std::size_t place(std::size_t depth, std::size_t columns, std::size_t k, std::size_t n) {
  const std::size_t first = n - n % Panelled<T>::kWidth;
  const auto width =
      static_cast<std::size_t>(Panelled<T>::width(static_cast<int>(columns - first)));
  return first * depth + k * width + n - first;
}

template <typename T>
base::AlignedArray<T> panels_of(const base::AlignedArray<T>& rows, std::size_t depth,
                                std::size_t columns) {
  base::AlignedArray<T> result(depth * kernels::round_up(columns, kLine<T>));
  for (std::size_t k = 0; k < depth; ++k)
    for (std::size_t n = 0; n < columns; ++n)
      result[place<T>(depth, columns, k, n)] = rows[k * columns + n];
  return result;
}

template <typename Term>
double dot(std::size_t count, const Term& term) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(term(i));
  return sum;
}

void require_same(double found, double expected) {
  if (!(std::abs(found - expected) <= 1e-3 * (1 + std::abs(expected))))
    throw std::runtime_error(fmt::format("a made product is wrong: {}, not {}", found, expected));
}

// A library's that makes its products.
template <typename T>
void add_made(Candidates& candidates, Layer<T>& l, const bench::Library& library) {
  const int batch = static_cast<int>(l.shape.batch), inputs = static_cast<int>(l.shape.inputs),
            units = static_cast<int>(l.shape.units), xs = static_cast<int>(l.x_stride),
            ys = static_cast<int>(l.y_stride);
  base::AlignedArray<T> turned(l.rows.size());
  for (std::size_t i = 0; i < l.shape.inputs; ++i)
    for (std::size_t u = 0; u < l.shape.units; ++u)
      turned[u * l.shape.inputs + i] = l.rows[i * l.shape.units + u];
  const auto weight =
      std::make_shared<base::AlignedArray<T>>(panels_of(l.rows, l.shape.inputs, l.shape.units));
  const auto back =
      std::make_shared<base::AlignedArray<T>>(panels_of(turned, l.shape.units, l.shape.inputs));
  const Panelled<T> forward(library, {batch, units, inputs, xs, 0, ys, false, false}, true, false),
      input(library, {batch, inputs, units, ys, 0, xs, false, false}, true, false),
      weights(library, {inputs, units, batch, xs, ys, 0, true, true}, false, true);
  // Whether it is the same work, by the last element of each product.
  const std::size_t row = l.shape.batch - 1, in = l.shape.inputs - 1, out = l.shape.units - 1;
  forward(l.x.data(), weight->data(), l.y.data());
  require_same(l.y[row * l.y_stride + out], dot(l.shape.inputs, [&](std::size_t k) {
                 return l.x[row * l.x_stride + k] * l.rows[k * l.shape.units + out];
               }));
  input(l.y.data(), back->data(), l.dx.data());
  require_same(l.dx[row * l.x_stride + in], dot(l.shape.units, [&](std::size_t u) {
                 return l.y[row * l.y_stride + u] * l.rows[in * l.shape.units + u];
               }));
  weights(l.x.data(), l.y.data(), weight->data());
  require_same((*weight)[place<T>(l.shape.inputs, l.shape.units, in, out)],
               l.rows[l.rows.size() - 1] + dot(l.shape.batch, [&](std::size_t b) {
                 return l.x[b * l.x_stride + in] * l.y[b * l.y_stride + out];
               }));
  candidates[kForward].push_back([=, &l] { forward(l.x.data(), weight->data(), l.y.data()); });
  candidates[kInput].push_back([=, &l] { input(l.y.data(), back->data(), l.dx.data()); });
  candidates[kWeights].push_back([=, &l] { weights(l.x.data(), l.y.data(), weight->data()); });
}

using Libraries = std::vector<bench::Library>;

// The libraries that have a product of numbers of this type.
template <typename T>
std::vector<const bench::Library*> able(const Libraries& libraries) {
  std::vector<const bench::Library*> result;
  for (const bench::Library& library : libraries)
    if (library.gemm<T>() != nullptr || library.make<T>() != nullptr) result.push_back(&library);
  return result;
}

template <typename T>
void measure(const std::string& precision, double peak, const Libraries& libraries, int rounds,
             nlohmann::json& out) {
  const auto& k = kernels::kernels<T>(cpu::best_isa());
  const auto others = able<T>(libraries);
  for (const Shape& shape : kShapes) {
    Layer<T> layer(shape);
    Candidates candidates = native(layer, k);
    for (const bench::Library* library : others)
      if (library->make<T>() != nullptr)
        add_made(candidates, layer, *library);
      else
        add(candidates, layer, library->gemm<T>());
    const double operations = 2.0 * static_cast<double>(shape.batch * shape.inputs * shape.units);
    for (const auto& [name, calls] : candidates) {
      const std::vector<double> seconds = in_turn(calls, rounds);
      nlohmann::json by_name = {{"lithe", seconds[0]}};
      fmt::print("{:8} {:4} x {:4} x {:4}  {:28} {:6.1f} GFLOP/s {:4.0f}% of peak", precision,
                 shape.batch, shape.inputs, shape.units, name, operations / seconds[0] / 1e9,
                 100 * operations / seconds[0] / peak);
      for (std::size_t i = 0; i < others.size(); ++i) {
        const double other = seconds[i + 1];
        by_name[others[i]->name] = other;
        fmt::print("   {} {:6.1f} {:4.0f}% ratio {:.2f}", others[i]->name, operations / other / 1e9,
                   100 * operations / other / peak, other / seconds[0]);
      }
      fmt::print("\n");
      out.push_back({{"precision", precision},
                     {"batch", shape.batch},
                     {"inputs", shape.inputs},
                     {"units", shape.units},
                     {"product", name},
                     {"seconds", by_name},
                     {"operations", operations},
                     {"peak", peak}});
    }
  }
}

int run(int argc, char** argv) {
  CLI::App app("The products of dense layers against OpenBLAS, oneDNN and LIBXSMM, on one thread.");
  std::string folder, core = "SkylakeX";
  int rounds = 7;
  app.add_option("--out", folder, "folder for products.json");
  app.add_option("--core", core, "OpenBLAS's core type")->capture_default_str();
  app.add_option("--rounds", rounds, "turns of each")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  const Libraries libraries = {bench::load_openblas(core), bench::load_onednn(),
                               bench::load_libxsmm()};
  const Limits limits = measure_limits(identify_machine());
  fmt::print("peak of one core: {:.1f} GFLOP/s in float32, {:.1f} in float64\n",
             limits.flops_float32 / 1e9, limits.flops_float64 / 1e9);
  nlohmann::json out = {{"libraries", nlohmann::json::array()},
                        {"results", nlohmann::json::array()}};
  for (const bench::Library& library : libraries) {
    fmt::print("{}\n", library.description);
    out["libraries"].push_back(library.description);
  }
  const cpu::FlushDenormals flush;
  measure<float>("float32", limits.flops_float32, libraries, rounds, out["results"]);
  measure<double>("float64", limits.flops_float64, libraries, rounds, out["results"]);
  if (!folder.empty())
    base::write_file_atomically(std::filesystem::path(folder) / "products.json",
                                out.dump(2) + "\n");
  return 0;
}

}  // namespace
}  // namespace lithe

int main(int argc, char** argv) { return lithe::run(argc, argv); }
