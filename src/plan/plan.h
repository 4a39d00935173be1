// A plan: a network, a batch size, a precision, a loss, an optimizer and this machine, compiled
// once into a list of stages on one arena of memory. Running it allocates nothing.
//
//   graph -> lowered stages, each with the buffers it uses -> lifetimes -> arena -> stages
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
#include "plan/request.h"
#include "plan/stage.h"

namespace lithe::plan {

class Recorder;

struct Description {
  cpu::Isa isa;
  std::size_t threads, batch, arena_bytes, parameter_bytes, parameter_count;
  std::vector<StageInfo> stages;
  std::vector<Booking> buffers;
  std::vector<std::size_t> offsets;
  double operations() const;  // for one example
};

struct Results {
  double loss = 0;            // sum over the answers, by the weights of their examples
  double weight = 0;          // sum of these
  std::uint64_t answers = 0;  // one an example, or one for each position that has a target
  std::uint64_t correct = 0;  // answers that are right
  double squared_error = 0;   // where targets are numbers, sum over outputs and answers
  std::uint64_t examples = 0;
  std::uint64_t bad_step = 0;  // 1 + the number of the first step whose loss was not finite, or 0
};

// The arena of a plan for this request, in bytes. The states of `learning` may have no memory yet.
template <typename T>
std::size_t arena_bytes(const Request& request, Parameters<T>& parameters, std::size_t threads,
                        OptimizerState<T>* learning = nullptr);

template <typename T>
class Plan {
 public:
  // `team` decides the number of threads. `parameters`, `team` and, which only training needs, the
  // optimizer and `learning` must outlive the plan. Throws Error(machine) where the arena does not
  // fit into the memory.
  Plan(const Request& request, Parameters<T>& parameters, base::Team& team,
       OptimizerState<T>* learning = nullptr);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan();

  // Other data of the same form (element type, columns, classes).
  void bind(const Examples& examples);
  // Other data of a further input of the graph, by its name.
  void bind(const InputData& input);

  // Runs a step for each batch of `order`, which lists rows of the data; the last batch may be
  // smaller. For training `updates` has what the optimizer needs, one a step, and `first_step` is
  // the number of the first one in the whole training. Results add up until they are taken.
  void run(std::span<const std::uint32_t> order,
           std::span<const optimizers::Coefficients<T>> updates = {}, std::uint64_t first_step = 0);
  Results take_results();

  // A step in two halves, where the gradient is computed by the caller: the outputs of a batch of
  // at most as many rows as were asked for, and, once the caller has seen them, the gradient of
  // each output ([rows][positions][columns], row-major without gaps), which goes back and updates
  // the weights. `step` is the number of the step in the whole training.
  void forward(std::span<const std::uint32_t> order, std::uint64_t step = 0);
  void backward(std::span<const std::span<const float>> gradients,
                const optimizers::Coefficients<T>& update);
  // The same for a graph with one output.
  void backward(std::span<const float> gradient, const optimizers::Coefficients<T>& update);

  // Outputs of the last batch, of the graph's first output or of that name: [rows *
  // positions][stride].
  const T* output() const;
  std::size_t output_stride() const;
  kernels::Matrix<const T> output(const std::string& name) const;

  // Makes what is carried from step to step zero again, for all examples or for these rows of the
  // batch.
  void reset_carried();
  void reset_carried(std::span<const std::uint32_t> rows);
  // What is carried, of all rows of a batch: to save it and go on with it later.
  std::size_t carried_size() const;
  void copy_carried(std::span<double> to) const;
  void set_carried(std::span<const double> values);

  // Of the last batch, where gradients are kept: the values of a slot and their gradient (null
  // where it is of no use), and the gradient of a parameter, laid out as the parameter is. The
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

extern template std::size_t arena_bytes(const Request&, Parameters<float>&, std::size_t,
                                        OptimizerState<float>*);
extern template std::size_t arena_bytes(const Request&, Parameters<double>&, std::size_t,
                                        OptimizerState<double>*);
extern template class Plan<float>;
extern template class Plan<double>;

}  // namespace lithe::plan
