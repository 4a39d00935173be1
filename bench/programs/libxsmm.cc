// LIBXSMM's side: dense sigmoid layers, the quadratic loss, plain gradient descent, by products
// that it makes at run time for each shape. It has products alone: the rest is plain loops, which
// the compiler vectorizes (its file is compiled for this processor, CMakeLists.txt).
//
// What suits it best was tried: each unit's column has a multiple of the vectors' length (what is
// beyond the units stays zero), weights are updated by the product itself, and the steps' size is
// multiplied into the gradient of the outputs, where it is small.
#include <libxsmm.h>

#include "base/aligned.h"
#include "data.h"

namespace lithe::bench {
namespace {

constexpr std::size_t kLine = 16;  // floats in the longest vectors

std::size_t padded(std::size_t size) { return (size + kLine - 1) / kLine * kLine; }

// C[rows][columns] (+)= A[rows][depth] B[depth][columns], all row-major, with as many elements
// from one row to the next. LIBXSMM counts columns first, so that its first matrix is B.
template <class T>
class Product {
 public:
  struct Shape {
    std::size_t rows, columns, depth, from_a, from_b, from_c;
    bool transposed_a, add;  // A lies as [depth][rows]
  };
  explicit Product(const Shape& s)
      : kernel_(s.transposed_a ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE,
                size(s.columns), size(s.rows), size(s.depth), size(s.from_b), size(s.from_a),
                size(s.from_c), T{1}, s.add ? T{1} : T{0}) {
    if (!kernel_) throw std::runtime_error("LIBXSMM makes no such product on this processor");
  }
  void operator()(const T* a, const T* b, T* c) const { kernel_(b, a, c); }

 private:
  static libxsmm_blasint size(std::size_t value) { return static_cast<libxsmm_blasint>(value); }

  libxsmm_mmfunction<T> kernel_;
};

template <class T>
struct Layer {
  Layer(const Start& start, std::size_t batch, std::size_t from_below)
      : inputs(start.shape[0]),
        units(start.shape[1]),
        below(from_below),
        stride(padded(units)),
        weight(inputs * stride),
        turned(units * below),
        bias(stride),
        a(batch * stride),
        delta(batch * stride),
        forward({batch, stride, inputs, below, stride, stride, false, true}),
        back({batch, below, units, stride, below, below, false, false}),
        update({inputs, stride, batch, below, stride, stride, true, true}) {
    for (std::size_t i = 0; i < inputs; ++i)
      for (std::size_t u = 0; u < units; ++u)
        weight[i * stride + u] = static_cast<T>(start.weight[i * units + u]);
    for (std::size_t u = 0; u < units; ++u) bias[u] = static_cast<T>(start.bias[u]);
  }

  std::size_t inputs, units;
  std::size_t below, stride;  // from one example to the next: of the inputs, of the units
  base::AlignedArray<T> weight, turned, bias, a, delta;
  Product<T> forward, back, update;
};

template <class T>
class Network final : public Learner {
 public:
  Network(const Task& task, const Examples32& data)
      : data_(data), batch_(task.batch), columns_(padded(data.columns)), x_(batch_ * columns_) {
    for (const nlohmann::json& layer : task.layers)
      if (layer.value("activation", "") != "sigmoid" || task.optimizer != "sgd")
        throw std::runtime_error("LIBXSMM is measured on sigmoid layers and plain descent alone");
    if (data.rows % batch_ != 0) throw std::runtime_error("the last batch would not be full");
    std::size_t below = columns_;
    for (const Start& one : start(task)) {
      layers_.emplace_back(one, batch_, below);
      below = layers_.back().stride;
    }
    step_ = static_cast<T>(task.rate / static_cast<double>(batch_));
  }

  void train(std::uint64_t epoch) override {
    const std::vector<std::int64_t> order = shuffled(data_.rows, epoch);
    for (std::size_t first = 0; first < order.size(); first += batch_) {
      for (std::size_t i = 0; i < batch_; ++i)
        take(i, &data_.x[static_cast<std::size_t>(order[first + i]) * data_.columns]);
      forward();
      outputs_gradient(&order[first]);
      backward();
    }
  }

  std::vector<double> outputs() override {
    const Layer<T>& last = layers_.back();
    std::vector<double> result;
    for (std::size_t first = 0; first < data_.test_rows; first += batch_) {
      const std::size_t count = std::min(batch_, data_.test_rows - first);
      for (std::size_t i = 0; i < count; ++i) take(i, &data_.test_x[(first + i) * data_.columns]);
      forward();
      for (std::size_t i = 0; i < count; ++i)
        result.insert(result.end(), &last.a[i * last.stride],
                      &last.a[i * last.stride + last.units]);
    }
    return result;
  }

  std::size_t parameters() const override {
    std::size_t sum = 0;
    for (const Layer<T>& layer : layers_) sum += (layer.inputs + 1) * layer.units;
    return sum;
  }

 private:
  void take(std::size_t place, const float* row) {
    std::copy_n(row, data_.columns, &x_[place * columns_]);
  }

  void forward() {
    const T* below = x_.data();
    for (Layer<T>& layer : layers_) {
      for (std::size_t i = 0; i < batch_; ++i)
        std::copy_n(layer.bias.data(), layer.stride, &layer.a[i * layer.stride]);
      layer.forward(below, layer.weight.data(), layer.a.data());
      for (T& a : layer.a) a = 1 / (1 + std::exp(-a));
      below = layer.a.data();
    }
  }

  // What the weights are to be moved by, before the inputs are multiplied with it.
  void outputs_gradient(const std::int64_t* rows) {
    Layer<T>& last = layers_.back();
    for (std::size_t i = 0; i < batch_; ++i) {
      const auto answer =
          static_cast<std::size_t>(data_.classes[static_cast<std::size_t>(rows[i])]);
      const T* const a = &last.a[i * last.stride];
      T* const delta = &last.delta[i * last.stride];
      for (std::size_t u = 0; u < last.units; ++u)
        delta[u] = step_ * ((u == answer ? 1 : 0) - a[u]) * a[u] * (1 - a[u]);
    }
  }

  void backward() {
    for (std::size_t number = layers_.size(); number-- > 0;) {
      Layer<T>& layer = layers_[number];
      if (number > 0) through(layer, layers_[number - 1]);
      const T* const below = number > 0 ? layers_[number - 1].a.data() : x_.data();
      layer.update(below, layer.delta.data(), layer.weight.data());
      for (std::size_t i = 0; i < batch_; ++i)
        for (std::size_t u = 0; u < layer.stride; ++u)
          layer.bias[u] += layer.delta[i * layer.stride + u];
    }
  }

  // The gradient in front of a layer. LIBXSMM does not turn its first matrix around.
  static void through(Layer<T>& layer, Layer<T>& below) {
    for (std::size_t u = 0; u < layer.units; ++u)
      for (std::size_t i = 0; i < layer.inputs; ++i)
        layer.turned[u * layer.below + i] = layer.weight[i * layer.stride + u];
    layer.back(layer.delta.data(), layer.turned.data(), below.delta.data());
    for (std::size_t i = 0; i < below.delta.size(); ++i)
      below.delta[i] *= below.a[i] * (1 - below.a[i]);
  }

  const Examples32& data_;
  std::size_t batch_, columns_;
  base::AlignedArray<T> x_;
  std::vector<Layer<T>> layers_;
  T step_;
};

nlohmann::json answer(const Task& task) {
  if (task.kind != "train") throw std::runtime_error("LIBXSMM is measured on training alone");
  libxsmm_init();
  nlohmann::json result = time_training(
      task, {{"products made at run time", [&](const Examples32& data) -> std::unique_ptr<Learner> {
                if (task.precision == "float64")
                  return std::make_unique<Network<double>>(task, data);
                return std::make_unique<Network<float>>(task, data);
              }}});
  result["versions"]["LIBXSMM"] = LIBXSMM_VERSION;
  result["blas"] = "none, its own products";
  result["kernels"] = std::string("made by LIBXSMM at run time, ") + libxsmm_get_target_arch();
  return result;
}

}  // namespace
}  // namespace lithe::bench

int main(int argc, char** argv) { return lithe::bench::run(argc, argv, lithe::bench::answer); }
