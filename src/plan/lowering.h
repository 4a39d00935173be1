// From a graph to the stages of a plan: what each stage does, which buffers it uses, and how to
// make it once the buffers have a place in the arena.
//
// The lowering walks the operations forward and then backward, and each adds its stages by the
// calls below (book a buffer, read and write slots, elementwise, stage, gradient of a slot,
// contribute, release, gradient of a parameter, update). Elementwise ops are fused into the stage
// that has just made the same cache lines. A slot's gradient is contributed by the operations that
// read the slot, added up where there are several, and taken over by the operation that wrote it.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/op.h"
#include "plan/barriers.h"
#include "plan/choose.h"
#include "plan/elementwise.h"
#include "plan/optimizer_state.h"
#include "plan/parameters.h"
#include "plan/request.h"
#include "plan/trainable.h"
#include "plan/update_stages.h"

namespace lithe::plan {

using BufferId = std::size_t;
inline constexpr BufferId kNoBuffer = static_cast<BufferId>(-1);

// Addresses of buffers, known after placement.
class Buffers {
 public:
  Buffers(std::byte* arena, std::vector<std::size_t> offsets)
      : arena_(arena), offsets_(std::move(offsets)) {}
  template <typename T>
  T* at(BufferId buffer) const {
    return buffer == kNoBuffer ? nullptr : reinterpret_cast<T*>(arena_ + offsets_[buffer]);
  }

 private:
  std::byte* arena_;
  std::vector<std::size_t> offsets_;
};

template <typename T>
using MakeStage = std::function<std::unique_ptr<Stage<T>>(const Buffers&)>;
template <typename T>
using MakeElementwise = std::function<std::unique_ptr<ElementwiseOp<T>>(const Buffers&)>;

// How an elementwise op can be divided: by cache lines of columns, by examples, or both.
enum class Split { lines, rows, either };

// How a stage makes its result, and so which elementwise ops can be fused into it: in cache lines
// of columns of which each has all examples, or in rows, an example at a time.
enum class Fusion { none, by_lines, by_rows };

template <typename T>
struct FusedElementwise {
  MakeElementwise<T> make;
  std::size_t lines;
};

// A stage that is not made yet.
template <typename T>
struct LoweredStage {
  StageInfo info;
  StageAccess access;
  MakeStage<T> make;
  std::vector<FusedElementwise<T>> epilogue = {};
  Fusion fusion = Fusion::none;
  std::size_t columns = 0;      // of the result
  BufferId result = kNoBuffer;  // where the last of its epilogue puts it
};

// Threads meet before and after a stage that they share, which costs some 0.2 us: a core does about
// 40,000 operations in that time, and with two threads each saves half of the stage's.
inline constexpr double kWorthSharing = 160'000;

// Where the gradient of a parameter is put.
struct GradientPlace {
  BufferId buffer;
  std::size_t offset;
};

// What the two ends of a plan, and the trainer, reach into while it runs.
template <typename T>
struct Ends;

template <typename T>
class Lowering {
 public:
  Lowering(const Request& request, Parameters<T>& parameters, OptimizerState<T>* learning,
           std::size_t threads, Ends<T>& ends);

  // All stages, in the order of a step.
  void lower();

  // What is lowered.
  const Request& request() const { return request_; }
  const graph::Graph& graph() const { return graph_; }
  const kernels::Kernels<T>& kernels() const { return kernels_; }
  Parameters<T>& parameters() const { return parameters_; }
  std::size_t threads() const { return threads_; }
  bool training() const { return request_.mode == Mode::train; }
  std::size_t columns(graph::SlotId slot) const { return graph_.slots[slot].columns; }
  // Rows of a slot's matrix in a full batch: examples times positions.
  std::size_t rows(graph::SlotId slot) const {
    return request_.batch * graph_.slots[slot].positions;
  }
  // What an operation remembers from its forward pass (or prepare) for its backward pass.
  template <class State>
  State& state(const graph::Operation& operation) {
    std::shared_ptr<void>& kept = states_[&operation];
    if (kept == nullptr) kept = std::make_shared<State>();
    return *std::static_pointer_cast<State>(kept);
  }

  // Buffers of the arena: bytes, a matrix like a slot's, a vector of `columns`. A persistent one
  // keeps its contents from step to step.
  BufferId book(std::string name, std::size_t bytes);
  BufferId book_matrix(std::string name, graph::SlotId slot);
  BufferId book_vector(std::string name, std::size_t columns);
  void persist(BufferId buffer) { persistent.push_back(buffer); }
  BufferId value(graph::SlotId slot) const { return value_buffer[slot]; }
  // A parameter stands outside of the arena; stages conflict over it like over any buffer.
  BufferId parameter(graph::ParameterId id) const { return parameter_buffer_[id]; }

  // The values of a slot, or its gradient, once buffers have a place; and as the input of a
  // product.
  Values<T> values(const Buffers& buffers, graph::SlotId slot, BufferId buffer) const;
  Values<T> values(const Buffers& buffers, graph::SlotId slot) const {
    return values(buffers, slot, value_buffer[slot]);
  }
  // Where each example of the batch ends, by the slot that an operation reads; none: nowhere.
  Lengths lengths(const Buffers& buffers, std::optional<graph::SlotId> slot) const {
    if (!slot) return {};
    return {buffers.at<std::int32_t>(value_buffer[*slot])};
  }
  const Operands<T>& operands(const Buffers& buffers, graph::SlotId slot) const;
  // Whether the slot is a packed batch without its columns of zeros.
  bool indexed(graph::SlotId slot) const { return slot == 0 && packing_.indexed; }

  // Gradients of slots. wanted: whether anything trainable stands before the slot. gradient: the
  // finished sum of all contributions; own_gradient: one that may be changed in place. contribute
  // hands a buffer to a slot that the operation has read, and release gives up the operation's own
  // hold on one. pass_gradient does both. `nonzero`: the share of its values that may be expected
  // not to be zero; nonzero(slot): that of a slot's gradient.
  bool wanted(graph::SlotId slot) const { return wanted_[slot]; }
  BufferId gradient(graph::SlotId slot);
  BufferId own_gradient(graph::SlotId slot);
  void contribute(graph::SlotId slot, BufferId buffer, double nonzero = 1);
  void release(BufferId buffer) { --owners_[buffer]; }
  void pass_gradient(graph::SlotId slot, BufferId buffer, double nonzero = 1) {
    contribute(slot, buffer, nonzero);
    release(buffer);
  }
  double nonzero(graph::SlotId slot) const { return std::min(nonzero_[slot], 1.0); }

  // Parameters. A parameter with several uses gets the sum of their gradients, in the order of the
  // backward pass, and one update behind the last.
  bool learns(graph::ParameterId id) const;
  bool sole_use(graph::ParameterId id) const { return uses_[id] <= 1; }
  // Whether all gradients are kept until the last one is made.
  bool keeps_gradients() const;
  // Gradients reach the rule changed (clipped, decayed).
  bool prepared() const;
  bool plain_descent() const;  // weight -= rate * gradient, and nothing else
  // Whether the stage that makes the gradient of this parameter may use it up itself.
  bool updates_at_once(graph::ParameterId id) const { return sole_use(id) && !keeps_gradients(); }
  GradientPlace place_gradient(graph::ParameterId id);
  T* at(const Buffers& buffers, GradientPlace place) const {
    return buffers.at<T>(place.buffer) + place.offset;
  }
  TrainableParameter<T> trainable(graph::ParameterId id) const;
  double update_bytes(std::size_t values) const;  // read and written by an update
  // Behind the stage that put the gradients there: adds them to earlier ones and updates, each
  // where it is time. `behind`: the buffer that this stage made, so that the update is fused into
  // it.
  void update(const graph::Operation& operation, const std::vector<graph::ParameterId>& ids,
              const std::vector<GradientPlace>& places, BufferId behind);
  void bound_units(const graph::Operation& operation, graph::ParameterId weight);

  // Stages.
  LoweredStage<T> stage(const std::string& name, Phase phase) const;
  void add(LoweredStage<T> stage) { stages.push_back(std::move(stage)); }
  // A stage for one thread.
  void add(const std::string& name, Phase phase, std::vector<Access> access, MakeStage<T> make);
  // An elementwise op on `columns` columns from buffer `from` into buffer `to`, fused into the
  // stage before it where that one has just made `from`. `values`: of an example that it works on,
  // where they are more than `columns`.
  struct Elementwise {
    std::string name;
    Phase phase;
    std::size_t columns;
    BufferId from, to;
    std::vector<Access> access;
    Split split = Split::either;
    std::size_t values = 0;
  };
  void add(const Elementwise& op, MakeElementwise<T> make);
  void copy(const std::string& name, Phase phase, graph::SlotId from_slot, BufferId from,
            graph::SlotId to_slot, BufferId to);
  // Who runs a stage of that many operations, divided by lines of columns, and the slices of a
  // buffer that is divided likewise; whether threads share a stage that is divided by rows.
  Workers workers_for(std::size_t columns, double operations) const;
  std::size_t slices_if_shared(std::size_t columns, double operations) const;
  bool shares_rows(double operations) const;

  std::vector<LoweredStage<T>> stages;
  std::vector<std::string> buffer_names;
  std::vector<std::size_t> buffer_bytes;  // 0: not in the arena (parameters)
  std::vector<DoubleBuffer> double_buffers;
  std::vector<BufferId> persistent;
  std::vector<BufferId> value_buffer, gradient_buffer;  // of each slot; the last may be none
  BufferId gradients = kNoBuffer;  // of all trainable parameters, where they are kept

 private:
  // lowering.cc
  void plan_values();
  void plan_gradients();
  void count_bytes();
  void lower_operation(const graph::Operation& operation, bool backward);
  LoweredStage<T>* host_for(const Elementwise& op);
  LoweredStage<T> own_stage(const Elementwise& op) const;

  // ends.cc
  void pack();
  BufferId augment();  // the buffer with the images
  void gather_inputs();
  void lower_loss();
  void count_correct();
  void external_gradients();
  void carry();

  // gradients.cc
  void backward();
  void add_gradients(graph::SlotId slot, BufferId a, BufferId b, BufferId sum);

  // updates.cc
  bool is_weight(graph::ParameterId id) const {
    return graph_.parameters[id].kind == graph::ParameterKind::weight;
  }
  bool updated(graph::ParameterId id) const { return learns(id) && uses_[id] > 0; }
  void finish_gradients(const graph::Operation& operation,
                        const std::vector<graph::ParameterId>& ids,
                        const std::vector<GradientPlace>& places);
  void update_behind(const graph::Operation& operation, graph::ParameterId id, GradientPlace place,
                     BufferId behind);
  void update_all();
  void update_from_kept();
  void clip_norms(BufferId norms);
  void fill_stretches(const Buffers& buffers);
  bool by_muon(graph::ParameterId id) const;
  void muon(graph::ParameterId id);
  void average();

  const Request& request_;
  const graph::Graph& graph_;
  Parameters<T>& parameters_;
  OptimizerState<T>* state_;
  const kernels::Kernels<T>& kernels_;
  std::size_t threads_;
  Ends<T>& ends_;
  bool images_;       // some operation goes image by image
  bool plain_input_;  // some operation cannot read a packed batch, so it is packed as it is
  bool ahead_;        // the next batch is packed while this one is in use
  PackChoice<T> packing_;
  std::map<const graph::Operation*, std::shared_ptr<void>> states_;
  std::vector<BufferId> parameter_buffer_;
  std::vector<std::vector<BufferId>> contributions_;  // to the gradient of each slot
  std::vector<double> nonzero_;                       // the sum of their shares
  std::vector<int> owners_;                           // slots whose gradient stands in a buffer
  std::vector<bool> wanted_;
  std::vector<std::size_t> uses_, uses_done_;  // of parameters, by operations with a backward pass
  std::vector<GradientPlace> sum_place_;       // of parameters with several uses
  BufferId packed_[2] = {kNoBuffer, kNoBuffer};
};

}  // namespace lithe::plan
