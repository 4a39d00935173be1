// The three products of dense layers against OpenBLAS and oneDNN, in turn, on one thread.
//
//   bench_products [--out FOLDER] [--core SkylakeX] [--rounds 7]
//
// For each shape: forward, gradient of the input, gradient of the weights with its update, in
// GFLOP/s and as a share of the peak measured in the same run. The libraries make the bare
// products, without bias, update or transposition. One that is not there is named as missing.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
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

using Libraries = std::vector<bench::Library>;

// The libraries that have a product of numbers of this type.
template <typename T>
std::vector<const bench::Library*> able(const Libraries& libraries) {
  std::vector<const bench::Library*> result;
  for (const bench::Library& library : libraries)
    if (library.gemm<T>() != nullptr) result.push_back(&library);
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
    for (const bench::Library* library : others) add(candidates, layer, library->gemm<T>());
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
  CLI::App app("The products of dense layers against OpenBLAS and oneDNN, on one thread.");
  std::string folder, core = "SkylakeX";
  int rounds = 7;
  app.add_option("--out", folder, "folder for products.json");
  app.add_option("--core", core, "OpenBLAS's core type")->capture_default_str();
  app.add_option("--rounds", rounds, "turns of each")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  const Libraries libraries = {bench::load_openblas(core), bench::load_onednn()};
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
