// oneDNN's own convolutions: each primitive with the layouts that it chooses for itself. What it
// costs to bring arrays into those layouts is not measured.
#include <dnnl.hpp>

#include "example.h"
#include "task.h"

namespace lithe::bench {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using tag = memory::format_tag;

const memory::dims kOnes = {1, 1};

memory::dim dim(std::size_t size) { return static_cast<memory::dim>(size); }

memory::dims image_dims(std::size_t batch) {
  return {dim(batch), dim(kChannels), dim(kImageSide), dim(kImageSide)};
}
memory::dims weight_dims() { return {dim(kChannels), dim(kChannels), dim(kWindow), dim(kWindow)}; }

memory::desc any(const memory::dims& dims) { return {dims, memory::data_type::f32, tag::any}; }
memory::desc images(const memory::dims& dims) { return {dims, memory::data_type::f32, tag::nhwc}; }
memory::desc weights(const memory::dims& dims) { return {dims, memory::data_type::f32, tag::hwio}; }

// A convolution's part, ready to run.
class Part {
 public:
  Part(const std::string& part, algorithm way, std::size_t batch) : batch_(batch) {
    const memory::dims x = image_dims(batch), w = weight_dims();
    const dnnl::convolution_forward::desc forward(dnnl::prop_kind::forward_training, way, any(x),
                                                  any(w), any(x), kOnes, kOnes, kOnes);
    const dnnl::convolution_forward::primitive_desc hint(forward, engine_);
    if (part == "forward") {
      prepare(hint, hint.src_desc(), DNNL_ARG_SRC, example_images(batch), hint.weights_desc(),
              DNNL_ARG_WEIGHTS, example_weights(), hint.dst_desc(), DNNL_ARG_DST);
      primitive_ = dnnl::convolution_forward(hint);
    } else if (part == "weights") {
      const dnnl::convolution_backward_weights::primitive_desc backward(
          {way, any(x), any(w), any(x), kOnes, kOnes, kOnes}, engine_, hint);
      prepare(backward, backward.src_desc(), DNNL_ARG_SRC, example_images(batch),
              backward.diff_dst_desc(), DNNL_ARG_DIFF_DST, example_gradient(batch),
              backward.diff_weights_desc(), DNNL_ARG_DIFF_WEIGHTS);
      primitive_ = dnnl::convolution_backward_weights(backward);
    } else {
      const dnnl::convolution_backward_data::primitive_desc backward(
          {way, any(x), any(w), any(x), kOnes, kOnes, kOnes}, engine_, hint);
      prepare(backward, backward.diff_dst_desc(), DNNL_ARG_DIFF_DST, example_gradient(batch),
              backward.weights_desc(), DNNL_ARG_WEIGHTS, example_weights(),
              backward.diff_src_desc(), DNNL_ARG_DIFF_SRC);
      primitive_ = dnnl::convolution_backward_data(backward);
    }
  }

  void run() {
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

  // Of the result, in plain order.
  double result_fingerprint() {
    Array plain = is_weights(result_.get_desc())
                      ? Array{{kWindow, kWindow, kChannels, kChannels}, {}}
                      : Array{{batch_, kImageSide, kImageSide, kChannels}, {}};
    plain.values.resize(plain.size());
    memory there(plain_desc(result_.get_desc()), engine_, plain.values.data());
    dnnl::reorder(result_, there).execute(stream_, result_, there);
    stream_.wait();
    return fingerprint(plain);
  }

  const std::string& implementation() const { return implementation_; }

 private:
  static bool is_weights(const memory::desc& desc) { return desc.dims() == weight_dims(); }
  static memory::desc plain_desc(const memory::desc& desc) {
    return is_weights(desc) ? weights(desc.dims()) : images(desc.dims());
  }

  template <class Description>
  void prepare(const Description& description, const memory::desc& first, int first_argument,
               const Array& first_values, const memory::desc& second, int second_argument,
               const Array& second_values, const memory::desc& result, int result_argument) {
    implementation_ = description.impl_info_str();
    result_ = memory(result, engine_);
    arguments_ = {{first_argument, reordered(first, first_values)},
                  {second_argument, reordered(second, second_values)},
                  {result_argument, result_}};
  }

  memory reordered(const memory::desc& desc, Array values) {
    memory plain(plain_desc(desc), engine_, values.values.data());
    memory chosen(desc, engine_);
    dnnl::reorder(plain, chosen).execute(stream_, plain, chosen);
    stream_.wait();
    return chosen;
  }

  std::size_t batch_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  dnnl::primitive primitive_;
  std::unordered_map<int, memory> arguments_;
  memory result_;
  std::string implementation_;
};

nlohmann::json answer(const Task& task) {
  if (task.kind != "convolution") throw std::runtime_error("oneDNN is measured alone here");
  const bool winograd = task.algorithm == "winograd";
  Part part(task.part, winograd ? algorithm::convolution_winograd : algorithm::convolution_direct,
            task.batch);
  nlohmann::json result = time_works(task, {{part.implementation(), [&] { part.run(); }}}, 1);
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

int main(int argc, char** argv) {
  return lithe::bench::run(argc, argv, "oneDNN's side of bench-conv.", lithe::bench::answer);
}
