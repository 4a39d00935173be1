// What the programs of bench-conv have in common, Lithe's own and those of the peers in C++: what
// they are asked for, the data that they begin with, and the answer that they print.
//
//   PROGRAM --kind train --batch 128 --epochs 2       LeNet-5 on MNIST, Adam
//   PROGRAM --kind call --seconds 1                   LeNet-5, one image a call
//   PROGRAM --kind convolution --part forward         a convolution alone
//
// The answer is a line of JSON: the seconds of each repetition, in which way, and `check`, which
// tells whether the same work was done (bench/conv/checks.py).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace lithe::bench {

struct Task {
  std::string kind = "train", part = "forward";
  std::string algorithm = "direct";  // or winograd, where a program has a choice
  std::size_t batch = 128, epochs = 1, images = 60'000, threads = 1;
  double seconds = 1;  // to measure, of calls and convolutions
};

// MNIST as float pixels in 0..1 (28x28, row-major) and classes, from the folder LITHE_DATA names.
struct Mnist {
  explicit Mnist(std::size_t images);  // the first so many of the training part

  std::vector<float> pixels, test_pixels;
  std::vector<std::int64_t> classes, test_classes;
};

inline constexpr std::size_t kSide = 28, kPixels = kSide * kSide, kClasses = 10;
inline constexpr double kRate = 1e-3;  // of Adam, with 0.9, 0.999 and 1e-8

// A LeNet-5 that learns from the images it was made with.
class Learner {
 public:
  virtual ~Learner() = default;
  virtual double train(std::uint64_t epoch) = 0;  // a whole one, shuffled; its mean loss
  virtual std::size_t correct() = 0;              // of the test images
  virtual std::size_t parameters() const = 0;
};

// The rows of an epoch, in its order.
std::vector<std::int64_t> shuffled(std::size_t images, std::uint64_t epoch);

// Ways to do the same, by name. Of several, a short trial finds the fastest, which is measured.
using Learners =
    std::vector<std::pair<std::string, std::function<std::unique_ptr<Learner>(const Mnist&)>>>;
using Works = std::vector<std::pair<std::string, std::function<void()>>>;

nlohmann::json time_training(const Task& task, const Learners& learners);
// `repetitions`: how many calls one work makes.
nlohmann::json time_works(const Task& task, const Works& works, std::size_t repetitions);

inline constexpr std::size_t kCalls = 1'000;

// Reads the command line, prints what `answer` says. The exit status.
int run(int argc, char** argv, const std::string& about,
        const std::function<nlohmann::json(const Task&)>& answer);

// Which BLAS this process has loaded, and the processor whose kernels it runs.
nlohmann::json loaded_blas();

}  // namespace lithe::bench
