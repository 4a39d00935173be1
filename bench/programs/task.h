// What the programs have in common, Lithe's own and those of the peers in C++: what they are asked
// for, how they time it, and the answer that they print. bench/peers/run.py is the same in Python.
//
//   PROGRAM '{"workload": ..., "threads": 1, "seconds": 1}'
//
// The argument is a job: a workload as bench/harness/workloads.py resolves it, the number of
// threads (0: as many as the program takes when nobody tells it) and the seconds to measure. The
// answer is a line of JSON: the seconds of each repetition, in which way, and `check`, which tells
// whether the same work was done (bench/harness/checks.py).
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
  explicit Task(const nlohmann::json& job);

  std::size_t outputs() const;

  std::string kind, data, part, precision, loss, network, optimizer;
  std::string algorithm;  // of a convolution alone: direct or winograd
  double rate, zeros, seconds;
  std::size_t rows, batch, threads, repetitions;
  std::vector<std::size_t> input;
  std::vector<nlohmann::json> layers;
};

struct Examples32;

// A network that learns from the examples that it was made with.
class Learner {
 public:
  virtual ~Learner() = default;
  virtual void train(std::uint64_t epoch) = 0;  // a whole one, shuffled
  virtual std::vector<double> outputs() = 0;    // for the test examples, row after row
  virtual std::size_t parameters() const = 0;
};

// The rows of an epoch, in its order.
std::vector<std::int64_t> shuffled(std::size_t rows, std::uint64_t epoch);

// Ways to do the same, by name, the plainest first: that is measured where no threads are asked
// for, else the one that a short trial finds the fastest.
using Learners =
    std::vector<std::pair<std::string, std::function<std::unique_ptr<Learner>(const Examples32&)>>>;
using Works = std::vector<std::pair<std::string, std::function<void()>>>;

nlohmann::json time_training(const Task& task, const Learners& learners);
nlohmann::json time_works(const Task& task, const Works& works);

// Reads the job, prints what `answer` says. The exit status.
int run(int argc, char** argv, const std::function<nlohmann::json(const Task&)>& answer);

// Which BLAS this process has loaded, and the processor whose kernels it runs.
nlohmann::json loaded_blas();

}  // namespace lithe::bench
