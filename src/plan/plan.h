// A plan: a network, a batch size, a precision, a loss, an optimizer and this machine, compiled
// once into a list of stages on one arena of memory. Running it allocates nothing.
//
//   graph -> drafts of stages, each with the buffers it uses -> lifetimes -> arena -> stages
//
// Several plans may work on one set of parameters (training, evaluation, prediction of one
// example).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/aligned.h"
#include "base/threads.h"
#include "graph/graph.h"
#include "kernels/table.h"
#include "lithe/dataset.h"
#include "optimizers/optimizers.h"
#include "plan/arena.h"
#include "plan/optimizer_state.h"
#include "plan/parameters.h"
#include "plan/stage.h"

namespace lithe::augment {
class Augmenter;
}

namespace lithe::plan {

class Blas;
class Recorder;

enum class Mode {
  train,     // forward, loss, backward, update
  evaluate,  // forward, loss, count of right answers
  predict,   // forward
};

struct Request {
  const graph::Graph* graph = nullptr;
  Mode mode = Mode::train;
  std::size_t batch = 1;  // the largest; smaller ones may be run
  losses::Choice loss;    // not for predict
  // For training: how weights are updated, which arrays are not, the seed of what is random, and
  // whether gradients are kept for whoever looks at them.
  const optimizers::Optimizer* optimizer = nullptr;
  std::vector<bool> frozen;  // by parameter; empty: none
  std::uint64_t seed = 1;
  bool keep_gradients = false;
  Examples examples;  // the data, or for predict just their form
  // For training: how each image is changed at random before it is learned from; null: not at all.
  // It must outlive the plan.
  const augment::Augmenter* augmenter = nullptr;
  double kept_columns = 1;  // see kept_columns() in choose.h
  cpu::Isa isa = cpu::Isa::scalar;
  // A BLAS, for the products that choose_product() gives it; null: none. It must outlive the plan.
  Blas* blas = nullptr;
  // For training: the gradient of the loss by the outputs is handed in from outside, in the middle
  // of each step, and `loss` is not looked at. See forward() and backward().
  bool outside_gradient = false;
  // For training: the gradient of the loss by the inputs is wanted as well.
  bool input_gradient = false;
};

struct Description {
  cpu::Isa isa;
  std::size_t threads, batch, arena_bytes, parameter_bytes, parameter_count;
  std::vector<StageInfo> stages;
  std::vector<Booking> buffers;
  std::vector<std::size_t> offsets;
  double operations() const;  // for one example
};

struct Results {
  double loss = 0;            // sum over the examples, by their weights
  double weight = 0;          // sum of these
  std::uint64_t correct = 0;  // examples that are answered right
  double squared_error = 0;   // where targets are numbers, sum over outputs and examples
  std::uint64_t examples = 0;
  std::uint64_t bad_step = 0;  // 1 + the number of the first step whose loss was not finite, or 0
};

template <typename T>
class Plan {
 public:
  // `team` decides the number of threads. `parameters`, `team` and, which only training needs, the
  // optimizer and `learning` must outlive the plan.
  Plan(const Request& request, Parameters<T>& parameters, base::Team& team,
       OptimizerState<T>* learning = nullptr);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan();

  // Other data of the same form (element type, columns, classes).
  void bind(const Examples& examples);

  // Runs a step for each batch of `order`, which lists rows of the data; the last batch may be
  // smaller. For training `updates` has what the optimizer needs, one a step, and `first_step` is
  // the number of the first one in the whole training. Results add up until they are taken.
  void run(std::span<const std::uint32_t> order,
           std::span<const optimizers::Coefficients<T>> updates = {}, std::uint64_t first_step = 0);
  Results take_results();

  // A step in two halves, where the gradient comes from outside: the outputs of a batch of at most
  // as many rows as were asked for, and, once the caller has seen them, their gradient
  // ([rows][columns], row-major without gaps), which goes back and updates the weights. `step` is
  // the number of the step in the whole training.
  void forward(std::span<const std::uint32_t> order, std::uint64_t step = 0);
  void backward(std::span<const float> gradient, const optimizers::Coefficients<T>& update);

  // Outputs of the last batch: [rows][stride].
  const T* output() const;
  std::size_t output_stride() const;

  // Of the last batch, where gradients are kept: the values of a slot and their gradient (null
  // where it is of no use), and the gradient of a learned array, laid out as the array is. The
  // gradient of slot 0, the input, needs only that it was asked for.
  kernels::Matrix<const T> values(graph::SlotId slot) const;
  kernels::Matrix<const T> gradient(graph::SlotId slot) const;
  const T* gradient_of(graph::ParameterId id) const;

  // From now on runs note their time in `recorder`, made for as many threads and stages as the plan
  // has, which must outlive the plan; null: no longer.
  void record(Recorder* recorder);

  Description describe() const;
  // Seconds spent in each stage since the plan was made, estimated from one step in sixteen, those
  // left out that a recorder stamps.
  std::vector<double> stage_seconds() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

extern template class Plan<float>;
extern template class Plan<double>;

}  // namespace lithe::plan
