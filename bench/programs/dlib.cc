// dlib's side: LeNet-5 of its layers, its own Adam.
#include <dlib/dnn.h>
#include <dlib/revision.h>

#include "data.h"

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

constexpr long kSide = 28, kPixels = kSide * kSide;

std::vector<Image> images_of(const std::vector<float>& pixels) {
  std::vector<Image> images(pixels.size() / kPixels);
  for (std::size_t i = 0; i < images.size(); ++i)
    images[i] = dlib::mat(pixels.data() + i * kPixels, kSide, kSide);
  return images;
}

// dlib's parameters of a layer are its weights, then its biases: [filter][channel][row][column], or
// of a dense layer [input][unit]. From the outputs to the inputs it counts its layers with values.
void set_values(Network& network, const Task& task, const Image& image) {
  dlib::resizable_tensor input;
  network.to_tensor(&image, &image + 1, input);
  network.forward(input);  // only then are they there
  std::vector<Start> starts = start(task, /*channels_first=*/true);
  const auto fill = [&](dlib::tensor& to) {
    if (to.size() == 0) return;  // a layer without values
    const Start from = std::move(starts.back());
    starts.pop_back();
    float* value = to.host();
    if (from.shape.size() == 2)
      for (const double weight : from.weight) *value++ = static_cast<float>(weight);
    else
      for (std::size_t filter = 0; filter < from.shape[3]; ++filter)
        for (std::size_t channel = 0; channel < from.shape[2]; ++channel)
          for (std::size_t place = 0; place < from.shape[0] * from.shape[1]; ++place)
            *value++ = static_cast<float>(
                from.weight[(place * from.shape[2] + channel) * from.shape[3] + filter]);
    for (const double bias : from.bias) *value++ = static_cast<float>(bias);
  };
  dlib::visit_layer_parameters(network, [&](std::size_t, dlib::tensor& to) { fill(to); });
}

// The gradients of a batch and the step that follows, without dlib's trainer, which would hand them
// from thread to thread.
class LeNet5 final : public Learner {
 public:
  LeNet5(const Task& task, const Examples32& data)
      : batch_(task.batch),
        rate_(task.rate),
        images_(images_of(data.x)),
        test_images_(images_of(data.test_x)),
        classes_(data.classes.begin(), data.classes.end()),
        solvers_(Network::num_computational_layers, dlib::adam(0, 0.9F, 0.999F)) {
    set_values(network_, task, images_.front());
    network_.to_tensor(&images_.front(), &images_.front() + 1, input_);  // asked for by the network
  }

  void train(std::uint64_t epoch) override {
    const auto order = shuffled(images_.size(), epoch);
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
      network_.compute_parameter_gradients(input_, classes.begin());
      network_.update_parameters(dlib::make_sstack(solvers_), rate_);
    }
  }

  std::vector<double> outputs() override {
    std::vector<double> result;
    dlib::resizable_tensor input;
    constexpr std::size_t kRows = 1'000;
    for (std::size_t first = 0; first < test_images_.size(); first += kRows) {
      const auto begin = test_images_.begin() + static_cast<std::ptrdiff_t>(first);
      network_.to_tensor(begin, begin + kRows, input);
      const dlib::tensor& answers = network_.subnet().forward(input);
      result.insert(result.end(), answers.host(), answers.host() + answers.size());
    }
    return result;
  }

  std::size_t parameters() const override { return dlib::count_parameters(network_); }

 private:
  std::size_t batch_;
  double rate_;
  std::vector<Image> images_, test_images_;
  std::vector<unsigned long> classes_;
  std::vector<dlib::adam> solvers_;
  dlib::resizable_tensor input_;
  Network network_;
};

nlohmann::json calls(const Task& task) {
  const Examples32 data(task, task.rows);
  const std::vector<Image> images = images_of(data.x);
  Network network;
  set_values(network, task, images.front());
  dlib::resizable_tensor input;
  network.to_tensor(&images.front(), &images.front() + 1, input);
  const auto call = [&](std::size_t i) -> const dlib::tensor& {
    std::copy_n(data.x.data() + i * kPixels, kPixels, input.host());
    return network.subnet().forward(input);
  };
  float sum = 0;
  nlohmann::json answer = time_works(task, {{"forward", [&] {
                                               for (std::size_t i = 0; i < task.rows; ++i)
                                                 sum += *call(i).host();
                                             }}});
  Fingerprint fingerprint;
  for (std::size_t i = 0; i < task.rows; ++i) fingerprint.add_all(call(i));
  answer["check"]["fingerprint"] = std::isfinite(sum) ? fingerprint.value() : NAN;
  return answer;
}

nlohmann::json answer(const Task& task) {
  if (task.kind == "convolution") throw std::runtime_error("dlib is measured on LeNet-5 alone");
  nlohmann::json result =
      task.kind == "call"
          ? calls(task)
          : time_training(task, {{"gradients and Adam, no trainer", [&](const Examples32& data) {
                                    return std::make_unique<LeNet5>(task, data);
                                  }}});
  result.update(loaded_blas());
  result["versions"]["dlib"] =
      std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION);
  return result;
}

}  // namespace
}  // namespace lithe::bench

int main(int argc, char** argv) { return lithe::bench::run(argc, argv, lithe::bench::answer); }
