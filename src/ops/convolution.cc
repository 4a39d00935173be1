#include "ops/convolution.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "ops/convolution_stages.h"
#include "ops/image_stage.h"
#include "ops/op.h"
#include "ops/winograd.h"

namespace lithe::ops {

namespace {

using kernels::kLine;

// What is known of a convolution from its forward pass on: its form, and the buffers of its weights
// as the kernels take them.
template <typename T>
struct ConvolutionState {
  std::shared_ptr<const ConvolutionForm> form;
  BufferId weight = kNoBuffer, bias = kNoBuffer, col2im = kNoBuffer;
  typename WinogradLowering<T>::Weights winograd;
};

// A convolution on its way to stages.
template <typename T>
class ConvolutionLowering {
 public:
  ConvolutionLowering(Lowering<T>& lowering, const Operation& operation, const Convolution& of)
      : lowering_(lowering),
        operation_(operation),
        of_(of),
        state_(lowering.template state<ConvolutionState<T>>(operation)),
        choice_(choose_convolution(of, std::is_same_v<T, float>)),
        winograd_(lowering, operation, of, state_.winograd) {}

  void repack_weights();
  void forward();
  void input_gradient(BufferId gradient);
  void update(BufferId gradient);

 private:
  LoweredStage<T> stage(const std::string& what, bool by_columns = false) const;
  bool forward_by_columns() const { return !of_.transposed && state_.form->by_columns; }
  BufferId book_scratch();
  std::vector<Access> access(BufferId scratch) const;
  // Which way images go: forward, or back from a gradient with or without the zeros in it.
  enum class Way { forward, back, back_without_zeros };
  void images(LoweredStage<T> stage, Way way, BufferId from, BufferId to);
  void direct_gradient(LoweredStage<T> stage, BufferId gradient, plan::GradientPlace weight,
                       plan::GradientPlace bias);
  // Where the gradient is made, and where it ends up in the parameters' order.
  struct Gradients {
    plan::GradientPlace weight, bias, made_weight, made_bias;
    bool repacked, updates;
  };
  Gradients place_gradients();
  void finish(const Gradients& gradients, BufferId gradient);

  Lowering<T>& lowering_;
  const Operation& operation_;
  Convolution of_;
  ConvolutionState<T>& state_;
  ConvolutionChoice choice_;
  WinogradLowering<T> winograd_;
};

template <typename T>
ConvolutionOperands<T> convolution_operands(const Lowering<T>& lowering, const Buffers& buffers,
                                            const Convolution& of, const ConvolutionState<T>& state,
                                            BufferId scratch) {
  ConvolutionOperands<T> result{};
  result.form = state.form;
  result.kernels = &lowering.kernels();
  const auto or_parameter = [&](BufferId buffer, ParameterId id) -> const T* {
    return buffer == kNoBuffer ? lowering.parameters().at(id) : buffers.at<T>(buffer);
  };
  result.weight = or_parameter(state.weight, of.weight);
  result.bias = or_parameter(state.bias, of.bias);
  result.col2im_weight = buffers.at<T>(state.col2im);
  result.scratch = buffers.at<T>(scratch);
  return result;
}

// Buffers for weights in the order of the kernels, and the stage that fills them.
template <typename T>
void ConvolutionLowering<T>::repack_weights() {
  state_.form = std::make_shared<const ConvolutionForm>(form_of<T>(of_));
  const ConvolutionForm& f = *state_.form;
  std::vector<Access> access = {{lowering_.parameter(of_.weight), false},
                                {lowering_.parameter(of_.bias), false}};
  const auto book = [&](const std::string& what, std::size_t size) {
    const BufferId buffer =
        lowering_.book(what + " of " + operation_.label, f.groups * size * sizeof(T));
    lowering_.persist(buffer);
    access.push_back({buffer, true});
    return buffer;
  };
  // A transposed convolution goes forward by col2im, and back by the correlation.
  const bool both = lowering_.training() && lowering_.wanted(of_.input);
  const bool correlates = !choice_.winograd && (of_.transposed ? both : !forward_by_columns());
  const bool col2im = !choice_.winograd && !f.depthwise && (of_.transposed || both);
  if (f.repacked() && correlates) state_.weight = book("repacked weights", f.weight_size);
  if (f.repacked() && correlates && !of_.transposed)
    state_.bias = book("repacked biases", f.bias_size);
  if (col2im) state_.col2im = book("repacked weights for col2im", f.col2im_size);
  if (access.size() == 2) return;
  const bool every_step = lowering_.learns(of_.weight) || lowering_.learns(of_.bias);
  lowering_.add(
      operation_.label + ": repack the weights", Phase::forward, std::move(access),
      [&lowering = lowering_, of = of_, &state = state_, every_step](const Buffers& buffers) {
        const ConvolutionForm& form = *state.form;
        std::vector<typename RepackStage<T>::Part> parts;
        const auto add = [&](BufferId buffer, const std::vector<Repack>& places, ParameterId from,
                             std::size_t size) {
          if (buffer != kNoBuffer)
            parts.push_back({&places, lowering.parameters().at(from), buffers.at<T>(buffer),
                             form.groups * size});
        };
        add(state.weight, form.weight_repack, of.weight, form.weight_size);
        add(state.bias, form.bias_repack, of.bias, form.bias_size);
        add(state.col2im, form.col2im_repack, of.weight, form.col2im_size);
        return std::make_unique<RepackStage<T>>(state.form, std::move(parts), every_step);
      });
}

template <typename T>
LoweredStage<T> ConvolutionLowering<T>::stage(const std::string& what, bool by_columns) const {
  const double batch = static_cast<double>(lowering_.request().batch);
  const auto& spec = lowering_.graph().parameters[of_.weight];
  const ConvolutionForm& form = *state_.form;
  LoweredStage<T> result =
      lowering_.stage(operation_.label + ": " + what, Phase::backward_and_update);
  result.info.operations = batch * of_.operations(lowering_.graph());
  result.info.bytes = sizeof(T) * (batch * static_cast<double>(of_.in.size() + of_.out.size()) +
                                   static_cast<double>(spec.rows * spec.columns));
  if (lowering_.request().bfloat16)
    result.info.refused.push_back({"bfloat16 pairs", "convolutions multiply float32 values"});
  if (choice_.winograd) {
    result.info.kernel = "Winograd F(4x4, 3x3), " + result.info.kernel;
    return result;
  }
  result.info.refused.push_back({"Winograd F(4x4, 3x3)", choice_.refusal});
  result.info.kernel += form.depthwise ? ", channel by channel" : "";
  if (by_columns)
    result.info.kernel += ", vectors of columns";
  else if (form.together > 1)
    result.info.kernel += fmt::format(", {} columns together", form.together);
  if (form.padded) result.info.kernel += ", image copied with zero padding";
  return result;
}

template <typename T>
std::vector<Access> ConvolutionLowering<T>::access(BufferId scratch) const {
  std::vector<Access> result = {{scratch, true, plan::kByRows},
                                {lowering_.parameter(of_.weight), false},
                                {lowering_.parameter(of_.bias), false}};
  for (const BufferId buffer : {state_.weight, state_.bias, state_.col2im})
    if (buffer != kNoBuffer) result.push_back({buffer, false});
  return result;
}

template <typename T>
BufferId ConvolutionLowering<T>::book_scratch() {
  const std::size_t values =
      lowering_.threads() * ConvolutionOperands<T>::scratch_size(*state_.form);
  return lowering_.book("zero-padded image of " + operation_.label,
                        std::max<std::size_t>(64, values * sizeof(T)));
}

// A stage that makes the images in `to` from those in `from`: results from images by the
// correlation, or images from results by col2im.
template <typename T>
void ConvolutionLowering<T>::images(LoweredStage<T> stage, Way way, BufferId from, BufferId to) {
  const BufferId scratch = book_scratch();
  const bool forward = way == Way::forward, col2im = forward == of_.transposed;
  const SlotId source = forward ? of_.input : of_.output, target = forward ? of_.output : of_.input;
  add_image_stage<T>(
      lowering_, std::move(stage), access(scratch), from, to, lowering_.columns(target),
      [&lowering = lowering_, of = of_, &state = state_, scratch, way, col2im, from, to, source,
       target](const Buffers& buffers) -> std::unique_ptr<Stage<T>> {
        ConvolutionOperands<T> operands =
            convolution_operands(lowering, buffers, of, state, scratch);
        if (way != Way::forward) operands.bias = nullptr;
        operands.skips_zeros = way == Way::back_without_zeros;
        operands.by_columns = way == Way::forward && !of.transposed && state.form->by_columns;
        const Values<T> x = lowering.values(buffers, source, from),
                        y = lowering.values(buffers, target, to);
        operands.image = col2im ? y : x;
        operands.result = col2im ? x : y;
        if (col2im) return std::make_unique<ConvolutionStage<T, true>>(operands);
        return std::make_unique<ConvolutionStage<T, false>>(operands);
      });
}

template <typename T>
void ConvolutionLowering<T>::forward() {
  repack_weights();
  if (choice_.winograd) winograd_.transform_weights();
  LoweredStage<T> stage = this->stage("forward", forward_by_columns());
  stage.info.phase = Phase::forward;
  const BufferId from = lowering_.value(of_.input), to = lowering_.value(of_.output);
  if (choice_.winograd)
    winograd_.images(std::move(stage), /*back=*/false, from, to);
  else
    images(std::move(stage), Way::forward, from, to);
}

template <typename T>
void ConvolutionLowering<T>::input_gradient(BufferId gradient) {
  const BufferId to =
      lowering_.book_matrix("gradient of " + lowering_.graph().slots[of_.input].name, of_.input);
  lowering_.contribute(of_.input, to);
  LoweredStage<T> stage = this->stage("gradient of its input");
  if (choice_.winograd) return winograd_.images(std::move(stage), /*back=*/true, gradient, to);
  const bool skips =
      !of_.transposed && input_gradient_skips_zeros<T>(*state_.form, lowering_.nonzero(of_.output));
  if (skips) stage.info.kernel += ", without the gradient's zeros";
  images(std::move(stage), skips ? Way::back_without_zeros : Way::back, gradient, to);
}

// In the order in which the kernels take weights, where the form repacks them.
template <typename T>
void ConvolutionLowering<T>::direct_gradient(LoweredStage<T> stage, BufferId gradient,
                                             plan::GradientPlace weight, plan::GradientPlace bias) {
  const BufferId scratch = book_scratch();
  stage.access.buffers = {{lowering_.value(of_.input), false},
                          {gradient, false},
                          {scratch, true, plan::kByRows},
                          {weight.buffer, true, plan::kByRows},
                          {bias.buffer, true, plan::kByRows}};
  BufferId turned = kNoBuffer;
  if (!of_.transposed &&
      weight_gradient_skips_zeros<T>(*state_.form, lowering_.nonzero(of_.output))) {
    stage.info.kernel += ", without the gradient's zeros";
    turned =
        lowering_.book("gradient, unit by unit, of " + operation_.label,
                       state_.form->groups * state_.form->template turned_size<T>() * sizeof(T));
    stage.access.buffers.push_back({turned, true, plan::kByRows});
  }
  stage.make = [&lowering = lowering_, of = of_, &state = state_, weight, bias, scratch, turned,
                gradient](const Buffers& buffers) {
    ConvolutionOperands<T> operands = convolution_operands(lowering, buffers, of, state, scratch);
    const Values<T> in = lowering.values(buffers, of.input),
                    out = lowering.values(buffers, of.output, gradient);
    operands.image = of.transposed ? out : in;
    operands.result = of.transposed ? in : out;
    return std::make_unique<KernelGradientStage<T>>(
        operands, lowering.at(buffers, weight),
        of.transposed ? nullptr : lowering.at(buffers, bias), buffers.at<T>(turned));
  };
  lowering_.add(std::move(stage));
}

template <typename T>
typename ConvolutionLowering<T>::Gradients ConvolutionLowering<T>::place_gradients() {
  const ConvolutionForm& f = *state_.form;
  Gradients g{};
  g.weight = g.made_weight = lowering_.place_gradient(of_.weight);
  g.bias = g.made_bias = lowering_.place_gradient(of_.bias);
  g.repacked = f.repacked() && !choice_.winograd;
  g.updates = lowering_.updates_at_once(of_.weight) && lowering_.updates_at_once(of_.bias);
  if (!g.repacked) return g;
  const auto book = [&](const std::string& what, std::size_t size) -> plan::GradientPlace {
    return {lowering_.book(what + " of " + operation_.label, f.groups * size * sizeof(T)), 0};
  };
  g.made_weight = book("repacked gradient", f.weight_size);
  g.made_bias = book("repacked bias gradient", f.bias_size);
  return g;
}

// Brings the gradient into the parameters' order, and updates where it may.
template <typename T>
void ConvolutionLowering<T>::finish(const Gradients& g, BufferId gradient) {
  std::vector<Access> access = {{g.weight.buffer, true},
                                {g.bias.buffer, true},
                                {lowering_.parameter(of_.weight), true},
                                {lowering_.parameter(of_.bias), true}};
  if (of_.transposed) access.push_back({gradient, false});  // for the bias
  if (g.repacked) {
    access.push_back({g.made_weight.buffer, false});
    access.push_back({g.made_bias.buffer, false});
  }
  lowering_.add(
      operation_.label + (g.updates ? ": update" : ": unpack the gradient"),
      Phase::backward_and_update, std::move(access),
      [&lowering = lowering_, of = of_, &state = state_, g, gradient](const Buffers& buffers) {
        const auto& entries = lowering.parameters().entries();
        using Trainable = plan::TrainableParameter<T>;
        return plan::stage_function<T>(
            [form = state.form, of, g, dy = lowering.values(buffers, of.output, gradient),
             weight_at = lowering.at(buffers, g.weight), bias_at = lowering.at(buffers, g.bias),
             from = lowering.at(buffers, g.made_weight),
             bias_from = lowering.at(buffers, g.made_bias), weight_size = entries[of.weight].size,
             bias_size = entries[of.bias].size,
             weights = g.updates ? lowering.trainable(of.weight) : Trainable{},
             biases =
                 g.updates ? lowering.trainable(of.bias) : Trainable{}](const Batch<T>& batch) {
              if (g.repacked) unpack(form->weight_repack, from, weight_at, weight_size);
              if (of.transposed)
                channel_sums<T>(dy.of(batch), form->image.rows * form->image.columns,
                                of.out.channels, bias_at);
              else if (g.repacked)
                unpack(form->bias_repack, bias_from, bias_at, bias_size);
              if (!g.updates) return;
              weights.step(*batch.update, weight_at, 0, 1, weight_size, weight_size);
              biases.step(*batch.update, bias_at, 0, 1, bias_size, bias_size);
            });
      });
  const auto& spec = lowering_.graph().parameters;
  const std::size_t made = spec[of_.weight].rows * spec[of_.weight].columns +
                           spec[of_.bias].rows * spec[of_.bias].columns;
  double& bytes = lowering_.stages.back().info.bytes;
  bytes = g.updates ? lowering_.update_bytes(made) : 0;
  if (g.repacked) bytes += static_cast<double>(2 * made * sizeof(T));
  if (of_.transposed)
    bytes += static_cast<double>(lowering_.request().batch * of_.out.size() * sizeof(T));
}

// The gradient of weights and bias, then their update.
template <typename T>
void ConvolutionLowering<T>::update(BufferId gradient) {
  const Gradients g = place_gradients();
  LoweredStage<T> stage = this->stage("gradient of its weights");
  stage.access.workers = lowering_.threads() > 1 && stage.info.operations >= plan::kWorthSharing
                             ? plan::Workers::all
                             : plan::Workers::first;
  if (choice_.winograd)
    winograd_.weight_gradient(std::move(stage), gradient, g.weight, g.bias);
  else
    direct_gradient(std::move(stage), gradient, g.made_weight, g.made_bias);
  finish(g, gradient);
  if (g.updates)
    lowering_.bound_units(operation_, of_.weight);
  else
    lowering_.update(operation_, {of_.weight, of_.bias}, {g.weight, g.bias}, kNoBuffer);
}

}  // namespace

Traits Convolution::traits() const {
  return {.elementwise = false,
          .backward_reads_input = true,
          .backward_reads_output = false,
          .by_image = true,
          .reads_packed = false,
          .identity_at_inference = false,
          .probabilities = {}};
}

double Convolution::operations(const Graph& graph) const {
  const auto& spec = graph.parameters[weight];
  const ImageSize& places = transposed ? in : out;
  return 2 * static_cast<double>(places.rows * places.columns * spec.rows * spec.columns);
}

template <typename T>
void Convolution::forward(Lowering<T>& lowering, const Operation& operation) const {
  ConvolutionLowering<T>(lowering, operation, *this).forward();
}

template <typename T>
void Convolution::backward(Lowering<T>& lowering, const Operation& operation) const {
  ConvolutionLowering<T> own(lowering, operation, *this);
  const BufferId gradient = lowering.gradient(output);
  if (lowering.wanted(input)) own.input_gradient(gradient);
  if (lowering.learns(weight)) own.update(gradient);
  lowering.release(gradient);
}

std::shared_ptr<const graph::Op> make_convolution(const Convolution& convolution) {
  return make_op(convolution);
}

const Convolution* as_convolution(const graph::Op& op) {
  const auto* of = dynamic_cast<const OpOf<Convolution>*>(&op);
  return of != nullptr ? &of->spec : nullptr;
}

}  // namespace lithe::ops
