// From a graph to drafts of stages: what each does, which buffers it uses, and how to make it once
// the buffers have a place.
//
// The builder walks the operations forward and then backward. Work that goes line by line is taken
// along by the stage before it where that one makes the same lines. A slot's gradient is made by
// those who read the slot, added up where they are several, and taken on by the operation that
// wrote it.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "plan/blas_stages.h"
#include "plan/choose.h"
#include "plan/convolution_stages.h"
#include "plan/layer_stages.h"
#include "plan/muon.h"
#include "plan/optimizer_state.h"
#include "plan/parameters.h"
#include "plan/plan.h"
#include "plan/schedule.h"
#include "plan/stages.h"
#include "plan/update_stages.h"

namespace lithe::plan {

// Addresses of buffers, known after placement.
class Buffers {
 public:
  Buffers(std::byte* arena, std::vector<std::size_t> offsets)
      : arena_(arena), offsets_(std::move(offsets)) {}
  template <typename T>
  T* at(std::size_t buffer) const {
    return reinterpret_cast<T*>(arena_ + offsets_[buffer]);
  }

 private:
  std::byte* arena_;
  std::vector<std::size_t> offsets_;
};

// What the stages of a plan share while it runs.
template <typename T>
struct Shared {
  Operands<T> packed;
  std::vector<Operands<T>> slots;  // fixed operands, one a slot
  double loss_sums[kernels::kLine<T>] = {};
  Tally tally;
  std::vector<Stretch<T>> stretches;  // of gradients that are kept
  std::vector<std::unique_ptr<const ConvolutionForm>> forms;
  AugmentStage<T>* augment = nullptr;
  PackStage<T>* pack = nullptr;
  LossStage<T>* loss = nullptr;
  CountStage<T>* count = nullptr;
  HandedStage<T>* handed = nullptr;
};

template <typename T>
using MakeLines = std::function<std::unique_ptr<LineWork<T>>(const Buffers&)>;

// What work can be divided by: the lines of its columns, its rows, or both.
enum class By { lines, rows, either };

template <typename T>
struct Along {
  MakeLines<T> make;
  std::size_t lines;
};

// How a stage that has made something takes along what comes next: lines of columns of which each
// has all examples, or rows, an example each.
enum class Takes { nothing, lines, rows };

template <typename T>
struct Draft {
  StageInfo info;
  StageUses uses;
  std::function<std::unique_ptr<Stage<T>>(const Buffers&)> make;
  std::vector<Along<T>> lines = {};  // what it takes along
  Takes takes = Takes::nothing;
  std::size_t columns = 0;  // that it makes
  std::size_t result = 0;   // the buffer that they end up in
};

inline constexpr std::size_t kNoBuffer = static_cast<std::size_t>(-1);

// Threads meet before and after a stage that they share, which costs some 0.2 us: a core does about
// 40,000 operations in that time, and with two threads each saves half of the stage's.
inline constexpr double kWorthSharing = 160'000;

// Where the gradient of a learned array is put.
struct GradientPlace {
  std::size_t buffer, offset;
};

template <typename T>
class Builder {
 public:
  Builder(const Request& request, Parameters<T>& parameters, OptimizerState<T>* learning,
          std::size_t threads, Shared<T>& shared);

  // The drafts in the order of a step.
  void build();

  // The values of a slot, or its gradient, or what else has its form, in a buffer.
  Values<T> values(const Buffers& buffers, graph::SlotId slot, std::size_t buffer) const;
  Values<T> values(const Buffers& buffers, graph::SlotId slot) const {
    return values(buffers, slot, value_buffer[slot]);
  }

  std::vector<Draft<T>> drafts;
  std::vector<std::string> buffer_names;
  std::vector<std::size_t> buffer_bytes;  // 0: not in the arena (learned values)
  std::vector<Exchange> exchanges;
  std::vector<std::size_t> lasting;  // buffers that keep their contents between steps
  std::vector<std::size_t> value_buffer, gradient_buffer;  // of each slot; the last may be none
  std::size_t gradients = kNoBuffer;  // of all learned arrays, where they are kept

 private:
  // builder.cc: buffers, and who does what.
  void count_bytes();
  double update_bytes(std::size_t values) const;
  std::size_t book(std::string name, std::size_t bytes);
  std::size_t book_matrix(std::string name, std::size_t columns);
  std::size_t book_vector(std::string name, std::size_t columns);
  std::size_t columns_of(graph::SlotId slot) const { return graph_.slots[slot].columns; }
  Operands<T>& operands_of(graph::SlotId slot);
  Use use_of_input(graph::SlotId slot) const;
  Workers workers_for(std::size_t columns, double operations) const;
  std::size_t lines_if_shared(std::size_t columns, double operations) const;
  bool indexed(graph::SlotId slot) const { return slot == 0 && packing_.indexed; }
  bool training() const { return request_.mode == Mode::train; }
  bool learns(graph::ParameterId id) const;
  bool any_learns(const graph::Work& work) const;
  Draft<T> draft(const std::string& name, Phase phase) const;
  Draft<T>* host_for(Phase phase, std::size_t columns, std::size_t from,
                     const std::vector<Use>& uses, By by);
  // Adds work on `columns` columns from buffer `from` into buffer `to`, to the stage before where
  // that one has just made `from`.
  void add_lines(const std::string& name, Phase phase, std::size_t columns, std::size_t from,
                 std::size_t to, std::vector<Use> uses, MakeLines<T> make, By by = By::either,
                 std::size_t values = 0);  // of an example that it works on: as many as columns
  bool shares_rows(double operations) const;
  void add_whole(const std::string& name, Phase phase, std::vector<Use> uses,
                 std::function<std::unique_ptr<Stage<T>>(const Buffers&)> make);

  void copy(const std::string& name, Phase phase, graph::SlotId from_slot, std::size_t from,
            graph::SlotId to_slot, std::size_t to);

  // builder.cc: the walk.
  void plan_values();

  // end_drafts.cc
  void pack();
  std::size_t augment();  // the buffer with the images
  void evaluate();
  void hand_in();

  // gradient_drafts.cc
  void backward();
  std::size_t finished_gradient(graph::SlotId slot);
  std::size_t own_gradient(graph::SlotId slot);  // one that may be changed in place
  void contribute(graph::SlotId slot, std::size_t buffer);
  bool wanted(graph::SlotId slot) const { return wanted_[slot]; }

  // product_drafts.cc
  Draft<T> draft_product(const graph::Operation& operation, const std::string& what,
                         const graph::ParameterSpec& weight, int passes) const;
  void forward(const graph::Operation& operation, const graph::Product& work);
  void backward(const graph::Operation& operation, const graph::Product& work);
  std::size_t transpose(const graph::Operation& operation, const graph::Product& work,
                        std::size_t gradient);
  void data(const graph::Operation& operation, const graph::Product& work, std::size_t gradient);
  void update(const graph::Operation& operation, const graph::Product& work, std::size_t gradient);
  void sgd(Draft<T> draft, const graph::Product& work, std::size_t gradient);
  void keep_gradient(Draft<T> draft, const graph::Product& work, std::size_t gradient);
  void update_by_blocks(Draft<T> draft, const graph::Product& work, std::size_t gradient);
  bool plain_descent() const;  // weight -= rate * gradient, and nothing else

  // blas_drafts.cc
  ProductChoice choose(Product product, const graph::ParameterSpec& weight,
                       graph::SlotId input) const;
  // Says that a BLAS makes the draft's product, and books its scratch.
  std::size_t give_to_blas(Draft<T>& draft, const graph::ParameterSpec& weight);
  BlasWork<T> blas_work(const Buffers& buffers, const graph::ParameterSpec& weight,
                        std::size_t scratch) const;
  void update_by_blas(Draft<T> draft, const graph::Product& work, std::size_t gradient);

  // image_drafts.cc
  // A convolution's form, and the buffers of its weights as the kernels take them.
  struct Moved {
    const ConvolutionForm* form = nullptr;
    std::size_t weight = kNoBuffer, bias = kNoBuffer, spread = kNoBuffer;
  };
  Moved& moved(const graph::Operation& operation, const graph::Convolution& work);
  Draft<T> draft_convolution(const graph::Operation& operation, const std::string& what,
                             const graph::Convolution& work, const ConvolutionForm& form) const;
  ConvolutionWork<T> convolution_work(const Buffers& buffers, const graph::Convolution& work,
                                      const Moved& m, std::size_t scratch);
  std::vector<Use> convolution_uses(const graph::Convolution& work, const Moved& m,
                                    std::size_t scratch) const;
  std::size_t book_scratch(const graph::Operation& operation, const ConvolutionForm& form);
  void convolve(Draft<T> draft, const graph::Operation& operation, const graph::Convolution& work,
                bool spreads, bool with_bias, std::size_t from, std::size_t to,
                std::size_t columns);
  void add_images(Draft<T> draft, std::vector<Use> uses, std::size_t from, std::size_t to,
                  std::size_t columns,
                  std::function<std::unique_ptr<Stage<T>>(const Buffers&)> make);
  ConvolutionChoice choice(const graph::Convolution& work) const {
    return choose_convolution(work, std::is_same_v<T, float>);
  }
  void kernel_gradient(const graph::Operation& operation, const graph::Convolution& work,
                       std::size_t gradient);
  void direct_gradient(Draft<T> draft, const graph::Operation& operation,
                       const graph::Convolution& work, std::size_t gradient, GradientPlace weight,
                       GradientPlace bias);
  void forward(const graph::Operation& operation, const graph::Convolution& work);
  void backward(const graph::Operation& operation, const graph::Convolution& work);
  void forward(const graph::Operation& operation, const graph::Pool& work);
  void backward(const graph::Operation& operation, const graph::Pool& work);

  // winograd_drafts.cc
  struct WinogradBuffers {  // of weights; the last two of the way back
    std::size_t forward = kNoBuffer, turned = kNoBuffer, back = kNoBuffer;
  };
  void winograd_weights(const graph::Operation& operation, const graph::Convolution& work);
  static kernels::Winograd<T> winograd_shape(const graph::Convolution& work, bool back);
  std::size_t book_tiles(const graph::Operation& operation, const kernels::Winograd<T>& shape);
  void winograd(Draft<T> draft, const graph::Operation& operation, const graph::Convolution& work,
                bool back, std::size_t from, std::size_t to);
  void winograd_gradient(Draft<T> draft, const graph::Operation& operation,
                         const graph::Convolution& work, std::size_t gradient, GradientPlace weight,
                         GradientPlace bias);

  // layer_drafts.cc
  void forward(const graph::Operation& operation, const graph::Activate& work);
  void backward(const graph::Operation& operation, const graph::Activate& work);
  void slopes_by_column(const graph::Operation& operation, const graph::Prelu& work);
  const T* slopes(const Buffers& buffers, const graph::Prelu& work) const;
  void forward(const graph::Operation& operation, const graph::Prelu& work);
  void backward(const graph::Operation& operation, const graph::Prelu& work);
  void forward(const graph::Operation& operation, const graph::Softmax& work);
  void backward(const graph::Operation& operation, const graph::Softmax& work);
  void forward(const graph::Operation& operation, const graph::Disturb& work);
  void backward(const graph::Operation& operation, const graph::Disturb& work);
  void disturb(const std::string& name, Phase phase, const graph::Operation& operation,
               const graph::Disturb& work, std::size_t from, std::size_t to);
  void forward(const graph::Operation& operation, const graph::Add& work);
  void backward(const graph::Operation& operation, const graph::Add& work);

  // norm_drafts.cc
  bool fixed(const graph::BatchNorm& work) const;  // by running statistics
  void forward(const graph::Operation& operation, const graph::BatchNorm& work);
  void backward(const graph::Operation& operation, const graph::BatchNorm& work);
  void forward(const graph::Operation& operation, const graph::LayerNorm& work);
  void backward(const graph::Operation& operation, const graph::LayerNorm& work);
  void forward(const graph::Operation& operation, const graph::Standardize& work);
  void backward(const graph::Operation& operation, const graph::Standardize& work);
  void fixed_norm(const graph::Operation& operation, graph::SlotId input, graph::SlotId output,
                  std::vector<graph::ParameterId> numbers, double epsilon);
  kernels::NormBackwardWork<T> norm_backward(const Buffers& buffers, graph::SlotId output,
                                             graph::ParameterId scale_id, GradientPlace scale,
                                             GradientPlace shift);
  std::vector<Use> norm_backward_uses(graph::SlotId input, graph::SlotId output,
                                      std::size_t gradient, graph::ParameterId scale_id,
                                      GradientPlace scale, GradientPlace shift) const;
  void fixed_norm_backward(const graph::Operation& operation, graph::SlotId input,
                           graph::SlotId output);

  // update_drafts.cc
  bool keeps_gradients() const;
  bool prepared() const;  // gradients are changed before the rule sees them
  TrainableParameter<T> learned(graph::ParameterId id) const;
  GradientPlace place_gradient(graph::ParameterId id);
  T* at(const Buffers& buffers, GradientPlace place) const {
    return buffers.at<T>(place.buffer) + place.offset;
  }
  void update_vectors(const graph::Operation& operation, const std::vector<graph::ParameterId>& ids,
                      const std::vector<GradientPlace>& places, std::size_t behind);
  void bound_units(const graph::Operation& operation, graph::ParameterId weight);
  void update_all();
  void update_from_kept();
  bool by_muon(graph::ParameterId id) const;
  void muon(graph::ParameterId id);
  void average();

  const Request& request_;
  const graph::Graph& graph_;
  Parameters<T>& parameters_;
  OptimizerState<T>* learning_;
  const kernels::Kernels<T>& kernels_;
  std::size_t threads_;
  Shared<T>& shared_;
  bool ahead_;
  bool images_;       // some operation goes image by image
  bool plain_input_;  // others than products read the batch, so it is packed as it is
  PackChoice<T> packing_;
  std::map<graph::SlotId, Moved> moved_;                 // of the slots that convolutions write
  std::map<graph::SlotId, WinogradBuffers> winograd_;    // likewise
  std::map<graph::SlotId, std::size_t> slope_buffer_;    // of those that PReLU writes
  std::vector<std::size_t> learned_buffer_;              // of parameters
  std::vector<std::vector<std::size_t>> contributions_;  // to the gradient of each slot
  std::vector<int> owners_;                              // slots whose gradient stands in a buffer
  std::vector<bool> wanted_;                             // whether a slot's gradient is of use
  // Of each slot that a normalisation writes: mean and inverse deviation, or factor and offset.
  std::vector<std::pair<std::size_t, std::size_t>> norm_numbers_;
  std::size_t packed_[2] = {kNoBuffer, kNoBuffer};
};

}  // namespace lithe::plan
