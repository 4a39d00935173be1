// dlib's side of bench-conv: LeNet-5 of its layers, its own Adam.
#include <dlib/dnn.h>
#include <dlib/revision.h>

#include "task.h"

namespace lithe::bench {
namespace {

template <long filters, class Below>
using Convolution = dlib::add_layer<dlib::con_<filters, 5, 5, 1, 1, 0, 0>, Below>;
template <class Below>
using Pool = dlib::add_layer<dlib::max_pool_<2, 2, 2, 2, 0, 0>, Below>;
template <class Below>
using Block6 = Pool<dlib::relu<Convolution<6, Below>>>;
template <class Below>
using Block16 = Pool<dlib::relu<Convolution<16, Below>>>;
template <class Below>
using Head = dlib::fc<10, dlib::relu<dlib::fc<84, dlib::relu<dlib::fc<120, Below>>>>>;

using Image = dlib::matrix<float>;
using Network = dlib::loss_multiclass_log<Head<Block16<Block6<dlib::input<Image>>>>>;

std::vector<Image> images_of(const std::vector<float>& pixels) {
  std::vector<Image> images(pixels.size() / kPixels);
  for (std::size_t i = 0; i < images.size(); ++i)
    images[i] = dlib::mat(pixels.data() + i * kPixels, kSide, kSide);
  return images;
}

// The gradients of a batch and the step that follows, without dlib's trainer, which would hand them
// from thread to thread.
class LeNet5 final : public Learner {
 public:
  LeNet5(const Task& task, const Mnist& mnist)
      : batch_(task.batch),
        images_(images_of(mnist.pixels)),
        test_images_(images_of(mnist.test_pixels)),
        classes_(mnist.classes.begin(), mnist.classes.end()),
        test_classes_(mnist.test_classes.begin(), mnist.test_classes.end()),
        solvers_(Network::num_computational_layers, dlib::adam(0, 0.9F, 0.999F)) {
    network_.to_tensor(&images_.front(), &images_.front() + 1, input_);  // asked for by the network
  }

  double train(std::uint64_t epoch) override {
    const auto order = shuffled(images_.size(), epoch);
    double loss = 0;
    std::vector<unsigned long> classes;
    for (std::size_t first = 0; first < order.size(); first += batch_) {
      const std::size_t rows = std::min(batch_, order.size() - first);
      input_.set_size(static_cast<long>(rows), 1, kSide, kSide);
      classes.clear();
      for (std::size_t i = 0; i < rows; ++i) {
        const auto row = static_cast<std::size_t>(order[first + i]);
        std::copy_n(images_[row].begin(), kPixels, input_.host() + i * kPixels);
        classes.push_back(classes_[row]);
      }
      loss +=
          network_.compute_parameter_gradients(input_, classes.begin()) * static_cast<double>(rows);
      network_.update_parameters(dlib::make_sstack(solvers_), kRate);
    }
    return loss / static_cast<double>(order.size());
  }

  std::size_t correct() override {
    const std::vector<unsigned long> read = network_(test_images_, 1'000);
    std::size_t right = 0;
    for (std::size_t i = 0; i < read.size(); ++i) right += read[i] == test_classes_[i] ? 1 : 0;
    return right;
  }

  std::size_t parameters() const override { return dlib::count_parameters(network_); }

 private:
  std::size_t batch_;
  std::vector<Image> images_, test_images_;
  std::vector<unsigned long> classes_, test_classes_;
  std::vector<dlib::adam> solvers_;
  dlib::resizable_tensor input_;
  Network network_;
};

nlohmann::json calls(const Task& task) {
  const Mnist mnist(kCalls);
  Network network;
  dlib::resizable_tensor input;
  const std::vector<Image> images = images_of(mnist.pixels);
  network.to_tensor(&images.front(), &images.front() + 1, input);
  const auto call = [&](std::size_t i) {
    std::copy_n(mnist.pixels.data() + i * kPixels, kPixels, input.host());
    return *network.subnet().forward(input).host();
  };
  float sum = 0;
  nlohmann::json answer = time_works(task,
                                     {{"as it is",
                                       [&] {
                                         for (std::size_t i = 0; i < kCalls; ++i) sum += call(i);
                                       }}},
                                     kCalls);
  answer["check"]["finite"] = std::isfinite(sum);
  return answer;
}

nlohmann::json answer(const Task& task) {
  if (task.kind == "convolution") throw std::runtime_error("dlib is measured on LeNet-5 alone");
  nlohmann::json result =
      task.kind == "call"
          ? calls(task)
          : time_training(task, {{"gradients and Adam, no trainer", [&](const Mnist& mnist) {
                                    return std::make_unique<LeNet5>(task, mnist);
                                  }}});
  result.update(loaded_blas());
  result["versions"]["dlib"] =
      std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION);
  return result;
}

}  // namespace
}  // namespace lithe::bench

int main(int argc, char** argv) {
  return lithe::bench::run(argc, argv, "dlib's side of bench-conv.", lithe::bench::answer);
}
