// oneDNN's own convolutions: each primitive with the layouts that it chooses for itself. What it
// costs to bring arrays into those layouts is not measured.
#include <dnnl.hpp>

#include "data.h"

namespace lithe::bench {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using tag = memory::format_tag;

const memory::dims kOnes = {1, 1};

memory::dims dims_of(const std::vector<std::size_t>& shape, const std::vector<std::size_t>& order) {
  memory::dims result;
  for (const std::size_t i : order) result.push_back(static_cast<memory::dim>(shape[i]));
  return result;
}

memory::desc any(const memory::dims& dims) { return {dims, memory::data_type::f32, tag::any}; }

// A convolution's part, ready to run.
class Part {
 public:
  Part(const Task& task, algorithm way)
      : arrays_(task),
        images_(dims_of(arrays_.images_shape, {0, 3, 1, 2})),
        weights_(dims_of(arrays_.weights_shape, {3, 2, 0, 1})),
        results_(dims_of(arrays_.gradient_shape, {0, 3, 1, 2})) {
    const memory::desc x = any(images_), w = any(weights_), y = any(results_);
    const dnnl::convolution_forward::desc forward(dnnl::prop_kind::forward_training, way, x, w, y,
                                                  kOnes, kOnes, kOnes);
    const dnnl::convolution_forward::primitive_desc hint(forward, engine_);
    if (task.part == "forward") {
      prepare(hint, hint.src_desc(), DNNL_ARG_SRC, arrays_.images, hint.weights_desc(),
              DNNL_ARG_WEIGHTS, arrays_.weights, hint.dst_desc(), DNNL_ARG_DST);
      primitive_ = dnnl::convolution_forward(hint);
    } else if (task.part == "weights") {
      const dnnl::convolution_backward_weights::primitive_desc backward(
          {way, x, w, y, kOnes, kOnes, kOnes}, engine_, hint);
      prepare(backward, backward.src_desc(), DNNL_ARG_SRC, arrays_.images, backward.diff_dst_desc(),
              DNNL_ARG_DIFF_DST, arrays_.gradient, backward.diff_weights_desc(),
              DNNL_ARG_DIFF_WEIGHTS);
      primitive_ = dnnl::convolution_backward_weights(backward);
    } else {
      const dnnl::convolution_backward_data::primitive_desc backward(
          {way, x, w, y, kOnes, kOnes, kOnes}, engine_, hint);
      prepare(backward, backward.diff_dst_desc(), DNNL_ARG_DIFF_DST, arrays_.gradient,
              backward.weights_desc(), DNNL_ARG_WEIGHTS, arrays_.weights, backward.diff_src_desc(),
              DNNL_ARG_DIFF_SRC);
      primitive_ = dnnl::convolution_backward_data(backward);
    }
  }

  void run() {
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

  // Of the result, in plain order.
  double result_fingerprint() {
    std::vector<float> plain(result_.get_desc().get_size() / sizeof(float));
    memory there(plain_desc(result_.get_desc()), engine_, plain.data());
    dnnl::reorder(result_, there).execute(stream_, result_, there);
    stream_.wait();
    plain.resize(size_of(result_.get_desc().dims()));
    return Fingerprint().add_all(plain).value();
  }

  const std::string& implementation() const { return implementation_; }

 private:
  static std::size_t size_of(const memory::dims& dims) {
    std::size_t size = 1;
    for (const memory::dim one : dims) size *= static_cast<std::size_t>(one);
    return size;
  }
  // Rows, columns, channels, as all programs have them.
  memory::desc plain_desc(const memory::desc& desc) const {
    const memory::dims dims = desc.dims();
    return {dims, memory::data_type::f32, dims == weights_ ? tag::hwio : tag::nhwc};
  }

  template <class Description>
  void prepare(const Description& description, const memory::desc& first, int first_argument,
               std::vector<float>& first_values, const memory::desc& second, int second_argument,
               std::vector<float>& second_values, const memory::desc& result, int result_argument) {
    implementation_ = description.impl_info_str();
    result_ = memory(result, engine_);
    arguments_ = {{first_argument, reordered(first, first_values)},
                  {second_argument, reordered(second, second_values)},
                  {result_argument, result_}};
  }

  memory reordered(const memory::desc& desc, std::vector<float>& values) {
    memory plain(plain_desc(desc), engine_, values.data());
    memory chosen(desc, engine_);
    dnnl::reorder(plain, chosen).execute(stream_, plain, chosen);
    stream_.wait();
    return chosen;
  }

  ConvolutionArrays arrays_;
  memory::dims images_, weights_, results_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  dnnl::primitive primitive_;
  std::unordered_map<int, memory> arguments_;
  memory result_;
  std::string implementation_;
};

Part part_of(const Task& task) try {
  return Part(task, task.algorithm == "winograd" ? algorithm::convolution_winograd
                                                 : algorithm::convolution_direct);
} catch (const dnnl::error& error) {
  // Its Winograd convolutions are written for AVX-512.
  if (error.status != dnnl_unimplemented) throw;
  throw std::runtime_error("oneDNN has no " + task.algorithm + " convolution for this processor");
}

nlohmann::json answer(const Task& task) {
  if (task.kind != "convolution") throw std::runtime_error("oneDNN is measured alone here");
  Part part = part_of(task);
  nlohmann::json result = time_works(task, {{part.implementation(), [&] { part.run(); }}});
  result["check"]["fingerprint"] = part.result_fingerprint();
  const dnnl_version_t& version = *dnnl_version();
  result["versions"]["oneDNN"] = std::to_string(version.major) + "." +
                                 std::to_string(version.minor) + "." +
                                 std::to_string(version.patch);
  result["blas"] = "none, its own kernels";
  result["kernels"] = "made by oneDNN at run time";
  return result;
}

}  // namespace
}  // namespace lithe::bench

int main(int argc, char** argv) { return lithe::bench::run(argc, argv, lithe::bench::answer); }
