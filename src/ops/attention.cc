#include "ops/attention.h"

#include <fmt/format.h>

#include <cmath>

#include "ops/attention_stages.h"
#include "ops/attention_step.h"
#include "ops/op.h"

namespace lithe::ops {

namespace {

// What the forward pass keeps for the backward pass.
struct AttentionBuffers {
  BufferId largest = kNoBuffer, inverse_sum = kNoBuffer, rotation = kNoBuffer;
};

template <typename T>
class AttentionLowering {
 public:
  AttentionLowering(Lowering<T>& lowering, const Operation& operation, const Attention& op)
      : lowering_(lowering),
        operation_(operation),
        op_(op),
        buffers_(lowering.template state<AttentionBuffers>(operation)),
        length_(op.most_positions),
        width_(lowering.columns(op.output) / op.heads) {}

  void forward();
  void step();
  void backward();

 private:
  std::size_t scratch_size(bool backward) const {
    return kernels::attention_scratch<T>(length_, width_, backward);
  }
  LoweredStage<T> stage(const std::string& what, Phase phase, double passes);
  AttentionParts<T> parts(const Buffers& buffers, BufferId scratch, bool backward) const;
  BufferId book_scratch(LoweredStage<T>& stage, bool backward);

  Lowering<T>& lowering_;
  const Operation& operation_;
  Attention op_;
  AttentionBuffers& buffers_;
  std::size_t length_, width_;
};

template <typename T>
LoweredStage<T> AttentionLowering<T>::stage(const std::string& what, Phase phase, double passes) {
  LoweredStage<T> result = lowering_.stage(operation_.label + ": " + what, phase);
  result.info.kernel +=
      fmt::format(", blocks of {} x {} scores", kernels::kMostQueries, kernels::kAttentionKeys);
  const std::size_t items = lowering_.request().batch * op_.heads;
  result.info.operations =
      passes * static_cast<double>(lowering_.request().batch) * op_.operations(lowering_.graph());
  const bool shared = lowering_.threads() > 1 && items >= lowering_.threads() &&
                      result.info.operations >= plan::kWorthSharing;
  result.access.workers = shared ? plan::Workers::all : plan::Workers::first;
  for (const BufferId buffer : {buffers_.largest, buffers_.inverse_sum})
    result.access.buffers.push_back({buffer, phase == Phase::forward});
  if (op_.rotary) result.access.buffers.push_back({buffers_.rotation, false});
  if (op_.lengths) result.access.buffers.push_back({lowering_.value(*op_.lengths), false});
  return result;
}

// Each thread has a part of its own.
template <typename T>
BufferId AttentionLowering<T>::book_scratch(LoweredStage<T>& stage, bool backward) {
  const BufferId scratch = lowering_.book("heads of " + operation_.label,
                                          lowering_.threads() * scratch_size(backward) * sizeof(T));
  stage.access.buffers.push_back(
      {scratch, true, stage.access.workers == plan::Workers::all ? plan::kByRows : 0});
  return scratch;
}

template <typename T>
AttentionParts<T> AttentionLowering<T>::parts(const Buffers& buffers, BufferId scratch,
                                              bool backward) const {
  AttentionParts<T> parts;
  parts.kernels = &lowering_.kernels();
  parts.heads = op_.heads;
  parts.ends = lowering_.lengths(buffers, op_.lengths);
  parts.work.length = length_, parts.work.width = width_;
  parts.work.causal = op_.causal;
  parts.work.scale = static_cast<T>(1 / std::sqrt(static_cast<double>(width_)));
  parts.projections = lowering_.values(buffers, op_.projections);
  parts.output = lowering_.values(buffers, op_.output);
  parts.largest = buffers.at<T>(buffers_.largest),
  parts.inverse_sum = buffers.at<T>(buffers_.inverse_sum);
  parts.rotation = buffers.at<T>(buffers_.rotation);
  parts.scratch = buffers.at<T>(scratch);
  parts.scratch_size = scratch_size(backward);
  return parts;
}

template <typename T>
void AttentionLowering<T>::forward() {
  const std::size_t rows = lowering_.request().batch * op_.heads * length_;
  buffers_.largest = lowering_.book("largest scores of " + operation_.label, rows * sizeof(T));
  buffers_.inverse_sum = lowering_.book("inverse sums of " + operation_.label, rows * sizeof(T));
  if (op_.rotary) {
    buffers_.rotation = lowering_.book("angles of " + operation_.label,
                                       2 * length_ * kernels::attention_row<T>(width_) * sizeof(T));
    lowering_.persist(buffers_.rotation);
  }
  LoweredStage<T> stage = this->stage("heads", Phase::forward, 1);
  stage.access.buffers.push_back({lowering_.value(op_.projections), false});
  stage.access.buffers.push_back({lowering_.value(op_.output), true});
  const BufferId scratch = book_scratch(stage, false);
  stage.make = [own = *this, scratch](const Buffers& buffers) {
    return std::make_unique<AttentionStage<T>>(own.parts(buffers, scratch, false));
  };
  lowering_.add(std::move(stage));
}

// One position of each example, which looks at those that are remembered.
template <typename T>
void AttentionLowering<T>::step() {
  const std::size_t values = length_ * op_.heads * width_;
  const std::size_t row = 2 * values + length_;  // keys, values and scores of an example
  const BufferId memory = lowering_.book("keys and values of " + operation_.label,
                                         lowering_.request().batch * row * sizeof(T));
  lowering_.persist(memory);
  BufferId rotation = kNoBuffer;
  if (op_.rotary) {
    rotation = lowering_.book("angles of " + operation_.label,
                              2 * length_ * kernels::attention_row<T>(width_) * sizeof(T));
    lowering_.persist(rotation);
  }
  // Queries and keys are rotated where they stand.
  std::vector<Access> access = {{lowering_.value(op_.projections), op_.rotary},
                                {lowering_.value(*op_.step), false},
                                {lowering_.value(op_.output), true},
                                {memory, true}};
  if (op_.rotary) access.push_back({rotation, false});
  lowering_.add(operation_.label + ": heads", Phase::forward, std::move(access),
                [own = *this, memory, rotation](const Buffers& buffers) {
                  AttentionStep<T> work;
                  work.heads = own.op_.heads, work.width = own.width_, work.length = own.length_;
                  work.projections = own.lowering_.values(buffers, own.op_.projections);
                  work.output = own.lowering_.values(buffers, own.op_.output);
                  work.step = own.lowering_.lengths(buffers, own.op_.step).data;
                  work.memory = buffers.template at<T>(memory);
                  work.rotation = buffers.template at<T>(rotation);
                  return std::make_unique<AttentionStepStage<T>>(work);
                });
}

// Two products forward, five back. The gradient of the projections takes their place, for a head is
// copied before its gradients are written, unless somebody looks at values.
template <typename T>
void AttentionLowering<T>::backward() {
  const BufferId dy = lowering_.gradient(op_.output);
  if (lowering_.wanted(op_.projections)) {
    const bool in_place = !lowering_.request().keep_gradients;
    const BufferId gradient =
        in_place
            ? lowering_.value(op_.projections)
            : lowering_.book_matrix("gradient of " + lowering_.graph().slots[op_.projections].name,
                                    op_.projections);
    LoweredStage<T> stage = this->stage("heads backward", Phase::backward_and_update, 2.5);
    stage.access.buffers.push_back({lowering_.value(op_.projections), in_place});
    stage.access.buffers.push_back({lowering_.value(op_.output), false});
    stage.access.buffers.push_back({dy, false});
    if (!in_place) stage.access.buffers.push_back({gradient, true});
    const BufferId scratch = book_scratch(stage, true);
    stage.make = [own = *this, scratch, dy, gradient](const Buffers& buffers) {
      return std::make_unique<AttentionBackwardStage<T>>(
          own.parts(buffers, scratch, true), own.lowering_.values(buffers, own.op_.output, dy),
          own.lowering_.values(buffers, own.op_.projections, gradient));
    };
    lowering_.add(std::move(stage));
    lowering_.contribute(op_.projections, gradient);
  }
  lowering_.release(dy);
}

}  // namespace

Traits Attention::traits() const {
  return {.elementwise = false,
          .backward_reads_input = true,
          .backward_reads_output = true,
          .by_image = false,
          .reads_packed = false,
          .identity_at_inference = false,
          .probabilities = {}};
}

// Two products of the positions that look at each other.
double Attention::operations(const Graph& graph) const {
  const double length = static_cast<double>(graph.slots[output].positions);
  if (step)
    return 4 * static_cast<double>(most_positions) *
           static_cast<double>(graph.slots[output].columns);
  const double pairs = causal ? length * (length + 1) / 2 : length * length;
  return 4 * pairs * static_cast<double>(graph.slots[output].columns);
}

template <typename T>
void Attention::forward(Lowering<T>& lowering, const Operation& operation) const {
  AttentionLowering<T> own(lowering, operation, *this);
  step ? own.step() : own.forward();
}

template <typename T>
void Attention::backward(Lowering<T>& lowering, const Operation& operation) const {
  AttentionLowering<T>(lowering, operation, *this).backward();
}

std::shared_ptr<const graph::Op> make_attention(const Attention& attention) {
  return make_op(attention);
}

}  // namespace lithe::ops
