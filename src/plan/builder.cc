#include "plan/builder.h"

#include <fmt/format.h>

#include <algorithm>

namespace lithe::plan {

using kernels::kLine;
using kernels::row_stride;

template <typename T>
Builder<T>::Builder(const Request& request, Parameters<T>& parameters, std::size_t threads,
                    Shared<T>& shared)
    : request_(request),
      graph_(*request.graph),
      parameters_(parameters),
      kernels_(kernels::kernels<T>(request.isa)),
      threads_(threads),
      shared_(shared),
      ahead_(threads > 1),
      packing_(choose_packing<T>(kernels_, request.examples.features.type, request.kept_columns)) {
  // Learned values stand outside the arena, but stages conflict over them like over any buffer.
  for (const auto& entry : parameters.entries()) weight_.push_back(book(entry.spec.name, 0));
  value_.assign(graph_.slots.size(), kNone);
  gradient_.assign(graph_.slots.size(), kNone);
  for (layers::SlotId slot = 1; slot < graph_.slots.size(); ++slot)
    value_[slot] = book_matrix(graph_.slots[slot].name, graph_.slots[slot].columns);
  shared_.slots.resize(graph_.slots.size());
}

template <typename T>
std::size_t Builder<T>::book(std::string name, std::size_t bytes) {
  buffer_names.push_back(std::move(name));
  buffer_bytes.push_back(bytes);
  return buffer_names.size() - 1;
}

template <typename T>
std::size_t Builder<T>::book_matrix(std::string name, std::size_t columns) {
  return book(std::move(name), request_.batch * row_stride<T>(columns) * sizeof(T));
}

template <typename T>
Operands<T>& Builder<T>::operands_of(layers::SlotId slot) {
  return slot == 0 ? shared_.packed : shared_.slots[slot];
}

template <typename T>
Use Builder<T>::use_of_input(layers::SlotId slot) const {
  return {slot == 0 ? packed_[0] : value_[slot], false};
}

// Threads meet before and after a stage that they share, which costs some 0.2 us: a core does about
// 40,000 operations in that time, and with two threads each saves half of the stage's.
constexpr double kWorthSharing = 160'000;

template <typename T>
Workers Builder<T>::workers_for(std::size_t columns, double operations) const {
  const bool shared = threads_ > 1 && kernels::divide_up(columns, kLine<T>) >= threads_ &&
                      operations >= kWorthSharing;
  return shared ? Workers::all : Workers::first;
}

// How a stage that is divided by cache lines of `columns` uses its own lines of a buffer.
template <typename T>
std::size_t Builder<T>::lines_if_shared(std::size_t columns, double operations) const {
  return workers_for(columns, operations) == Workers::all ? kernels::divide_up(columns, kLine<T>)
                                                          : 0;
}

// An exponential and a division are worth about so many operations a value.
template <typename T>
double Builder<T>::elementwise_operations(std::size_t columns) const {
  return 32 * static_cast<double>(request_.batch * columns);
}

template <typename T>
Draft<T> Builder<T>::draft_product(const layers::Operation& operation, const std::string& what,
                                   const layers::ParameterSpec& weight, int passes) const {
  const double batch = static_cast<double>(request_.batch);
  const double inputs = static_cast<double>(weight.rows),
               units = static_cast<double>(weight.columns);
  Draft<T> draft;
  draft.info.name = operation.layer + ": " + what;
  draft.info.phase = Phase::backward_and_update;
  draft.info.operations = 2 * batch * inputs * units;
  draft.info.bytes = sizeof(T) * (batch * (inputs + units) + passes * inputs * units);
  return draft;
}

template <typename T>
void Builder<T>::build() {
  if (!ahead_)
    pack();
  else {
    // Booked first, so that the stages before it in the list can name its buffers.
    packed_[0] = book("packed batch", 0);
    packed_[1] = book("packed batch ahead", 0);
    exchanges.push_back({packed_[0], packed_[1]});
  }
  for (std::size_t i = 0; i < graph_.operations.size(); ++i) forward(i);
  output_buffer = value_[graph_.output];
  output_stride = row_stride<T>(graph_.slots[graph_.output].columns);
  if (request_.mode != Mode::predict) evaluate();
  if (ahead_) pack();
  if (request_.mode == Mode::train) backward();
}

template <typename T>
void Builder<T>::pack() {
  const Features& features = request_.examples.features;
  const std::size_t columns = features.columns, slack = kernels::kPackSlack;
  const std::size_t stride = row_stride<T>(columns + slack);
  const std::size_t x_bytes = request_.batch * stride * sizeof(T);
  const std::size_t index_bytes = packing_.indexed ? (columns + slack) * sizeof(std::uint32_t) : 0;
  const std::size_t copies = ahead_ ? 2 : 1;
  // x and index of a batch stand together.
  for (std::size_t copy = 0; copy < copies; ++copy) {
    if (packed_[copy] == kNone) packed_[copy] = book("packed batch", 0);
    buffer_bytes[packed_[copy]] = x_bytes + index_bytes;
  }
  const std::size_t any = book("columns with a value", packing_.indexed ? columns + slack : 64);
  const std::size_t blocks =
      book("blocks with a value",
           packing_.indexed ? (columns / 4 + 1) * sizeof(kernels::PackedBlock) : 64);

  Draft<T> draft;
  draft.info = {ahead_ ? "pack the next batch" : "pack the batch", packing_.name, packing_.refused,
                Phase::read};
  draft.info.bytes = static_cast<double>(request_.batch) *
                     static_cast<double>(columns * (size_of(features.type) + sizeof(T)));
  draft.uses = {ahead_ ? Workers::last : Workers::first,
                {{packed_[ahead_ ? 1 : 0], true}, {any, true}, {blocks, true}}};
  draft.make = [this, stride, x_bytes, any, blocks, columns](const Buffers& buffers) {
    const Features& form = request_.examples.features;
    kernels::Pack<T> pack{};
    pack.row_bytes = columns * size_of(form.type);
    pack.columns = columns;
    pack.divisor = static_cast<T>(form.divisor);
    pack.stride = stride;
    pack.any = buffers.at<std::uint8_t>(any);
    pack.blocks = buffers.at<kernels::PackedBlock>(blocks);
    auto stage = std::make_unique<PackStage<T>>(pack, packing_.kernel, shared_.packed,
                                                packing_.indexed, ahead_);
    auto* first = buffers.at<std::byte>(packed_[0]);
    auto* second = ahead_ ? buffers.at<std::byte>(packed_[1]) : first;
    stage->set_buffers(reinterpret_cast<T*>(first), reinterpret_cast<T*>(second),
                       reinterpret_cast<std::uint32_t*>(first + x_bytes),
                       reinterpret_cast<std::uint32_t*>(second + x_bytes));
    shared_.pack = stage.get();
    return stage;
  };
  drafts.push_back(std::move(draft));
}

template <typename T>
const layers::Activate* Builder<T>::activation_after(std::size_t operation) const {
  if (operation + 1 >= graph_.operations.size()) return nullptr;
  const auto* next = std::get_if<layers::Activate>(&graph_.operations[operation + 1].work);
  return next != nullptr && next->input == next->output ? next : nullptr;
}

template <typename T>
const layers::Activate* Builder<T>::activation_before(std::size_t operation) const {
  if (operation == 0) return nullptr;
  return std::get_if<layers::Activate>(&graph_.operations[operation - 1].work);
}

template <typename T>
void Builder<T>::forward(std::size_t i) {
  const layers::Operation& operation = graph_.operations[i];
  if (const auto* work = std::get_if<layers::Product>(&operation.work)) {
    product(operation, *work, activation_after(i));
  } else if (const auto& own = std::get<layers::Activate>(operation.work);
             own.input != own.output) {
    activate(operation, own);  // those in place went with their product
  }
}

template <typename T>
void Builder<T>::product(const layers::Operation& operation, const layers::Product& work,
                         const layers::Activate* activation) {
  const auto& spec = parameters_.entries()[work.weight].spec;
  const std::size_t inputs = spec.rows, units = spec.columns;
  Draft<T> draft = draft_product(operation, "forward", spec, 1);
  describe_product(request_.isa, indexed(work.input), draft.info);
  draft.info.phase = Phase::forward;
  const double operations = draft.info.operations;
  const std::size_t own = lines_if_shared(units, operations);
  draft.uses = {workers_for(units, operations),
                {use_of_input(work.input),
                 {weight_[work.weight], false, own},
                 {weight_[work.bias], false, own},
                 {value_[work.output], true, own}}};
  draft.make = [this, work, activation, inputs, units](const Buffers& buffers) {
    kernels::ForwardProduct<T> product{};
    product.weight = parameters_.at(work.weight);
    product.bias = parameters_.at(work.bias);
    product.inputs = inputs, product.units = units;
    product.y = buffers.at<T>(value_[work.output]);
    product.y_stride = row_stride<T>(units);
    Operands<T>& operands = operands_of(work.input);
    if (work.input != 0)
      operands.of[0] = operands.of[1] = {buffers.at<T>(value_[work.input]), row_stride<T>(inputs),
                                         request_.batch, inputs, nullptr};
    return std::make_unique<ForwardStage<T>>(
        product, operands, indexed(work.input) ? kernels_.forward_indexed : kernels_.forward,
        activation != nullptr ? kernels_.of(activation->activation).forward : nullptr);
  };
  drafts.push_back(std::move(draft));
}

template <typename T>
void Builder<T>::activate(const layers::Operation& operation, const layers::Activate& work) {
  const std::size_t columns = graph_.slots[work.output].columns;
  const double operations = elementwise_operations(columns);
  const std::size_t own = lines_if_shared(columns, operations);
  Draft<T> draft;
  draft.info.name = operation.layer + ": forward";
  draft.info.kernel = std::string(machine::name(request_.isa));
  draft.uses = {workers_for(columns, operations),
                {{value_[work.input], false, own}, {value_[work.output], true, own}}};
  draft.make = [this, work, columns](const Buffers& buffers) {
    return std::make_unique<ActivateStage<T>>(buffers.at<T>(value_[work.input]),
                                              buffers.at<T>(value_[work.output]), columns,
                                              kernels_.of(work.activation).forward);
  };
  drafts.push_back(std::move(draft));
}

template <typename T>
void Builder<T>::evaluate() {
  const std::size_t columns = graph_.slots[graph_.output].columns;
  gradient_[graph_.output] = book_matrix("gradient of the output", columns);
  Draft<T> loss;
  loss.info = {"loss", std::string(machine::name(request_.isa)), {}, Phase::forward};
  loss.uses = {Workers::first, {{value_[graph_.output], false}, {gradient_[graph_.output], true}}};
  loss.make = [this, columns](const Buffers& buffers) {
    kernels::LossWork<T> work{};
    const std::size_t stride = row_stride<T>(columns);
    work.output = {buffers.at<T>(value_[graph_.output]), stride, 0};
    work.gradient = {buffers.at<T>(gradient_[graph_.output]), stride, 0};
    work.classes = columns;
    work.sums = shared_.loss_sums;
    auto stage = std::make_unique<LossStage<T>>(work, kernels_.of(request_.loss));
    shared_.loss = stage.get();
    return stage;
  };
  drafts.push_back(std::move(loss));
  if (request_.mode != Mode::evaluate) return;
  Draft<T> count;
  count.info = {"count right answers", "plain", {}, Phase::evaluation};
  count.uses = {Workers::first, {{value_[graph_.output], false}}};
  count.make = [this, columns](const Buffers& buffers) {
    auto stage = std::make_unique<CountStage<T>>(buffers.at<T>(value_[graph_.output]),
                                                 row_stride<T>(columns), columns, shared_.correct);
    shared_.count = stage.get();
    return stage;
  };
  drafts.push_back(std::move(count));
}

template <typename T>
void Builder<T>::backward() {
  for (std::size_t i = graph_.operations.size(); i-- > 0;) {
    const layers::Operation& operation = graph_.operations[i];
    if (const auto* work = std::get_if<layers::Product>(&operation.work)) {
      // The gradient of the input is taken with the weights as they were, so it comes first. The
      // input layer has nobody to hand a gradient to.
      if (work->input != 0) {
        transpose(operation, *work);
        data(operation, *work, activation_before(i));
      }
      update(operation, *work);
    } else if (i + 1 == graph_.operations.size() ||
               !std::holds_alternative<layers::Product>(graph_.operations[i + 1].work)) {
      activate_backward(operation, std::get<layers::Activate>(operation.work));
    }
  }
}

template <typename T>
void Builder<T>::activate_backward(const layers::Operation& operation,
                                   const layers::Activate& work) {
  const std::size_t columns = graph_.slots[work.output].columns;
  const double operations = elementwise_operations(columns);
  const std::size_t own = lines_if_shared(columns, operations);
  gradient_[work.input] = gradient_[work.output];  // it is multiplied in place
  Draft<T> draft;
  draft.info.name = operation.layer + ": backward through the activation";
  draft.info.kernel = std::string(machine::name(request_.isa));
  draft.info.phase = Phase::backward_and_update;
  draft.uses = {workers_for(columns, operations),
                {{value_[work.output], false, own}, {gradient_[work.output], true, own}}};
  draft.make = [this, work, columns](const Buffers& buffers) {
    return std::make_unique<ActivateBackwardStage<T>>(
        buffers.at<T>(value_[work.output]), buffers.at<T>(gradient_[work.output]),
        row_stride<T>(columns), columns, kernels_.of(work.activation).backward);
  };
  drafts.push_back(std::move(draft));
}

template <typename T>
void Builder<T>::transpose(const layers::Operation& operation, const layers::Product& work) {
  const auto& spec = parameters_.entries()[work.weight].spec;
  transposed_ = book("transposed gradient of " + graph_.slots[work.output].name,
                     kernels::Panels<T>{spec.columns, request_.batch}.size() * sizeof(T));
  Draft<T> draft;
  draft.info.name = operation.layer + ": transpose the gradient";
  draft.info.kernel = std::string(machine::name(request_.isa));
  draft.info.phase = Phase::backward_and_update;
  draft.info.bytes = 2 * static_cast<double>(request_.batch * spec.columns * sizeof(T));
  draft.uses = {workers_for(spec.columns, elementwise_operations(spec.columns)),
                {{gradient_[work.output], false}, {transposed_, true}}};
  draft.make = [this, work, spec, transposed = transposed_](const Buffers& buffers) {
    kernels::DataProduct<T> product{};
    product.dy = buffers.at<T>(gradient_[work.output]);
    product.dy_stride = row_stride<T>(spec.columns);
    product.units = spec.columns;
    product.transposed = buffers.at<T>(transposed);
    return std::make_unique<TransposeStage<T>>(product, kernels_.transpose);
  };
  drafts.push_back(std::move(draft));
}

template <typename T>
void Builder<T>::data(const layers::Operation& operation, const layers::Product& work,
                      const layers::Activate* activation) {
  const auto& spec = parameters_.entries()[work.weight].spec;
  const std::size_t inputs = spec.rows, units = spec.columns;
  gradient_[work.input] = book_matrix("gradient of " + graph_.slots[work.input].name, inputs);
  if (activation != nullptr) gradient_[activation->input] = gradient_[work.input];
  Draft<T> draft = draft_product(operation, "gradient of its input", spec, 1);
  describe_product(request_.isa, false, draft.info);
  draft.info.refused.clear();  // there is no other
  const double operations = draft.info.operations;
  const std::size_t own = lines_if_shared(inputs, operations);
  draft.uses = {workers_for(inputs, operations),
                {{transposed_, false},
                 {weight_[work.weight], false},
                 {value_[work.input], false, own},
                 {gradient_[work.input], true, own}}};
  draft.make = [this, work, activation, inputs, units,
                transposed = transposed_](const Buffers& buffers) {
    kernels::DataProduct<T> product{};
    product.dy = buffers.at<T>(gradient_[work.output]);
    product.dy_stride = row_stride<T>(units);
    product.weight = parameters_.at(work.weight);
    product.inputs = inputs, product.units = units;
    product.dx = buffers.at<T>(gradient_[work.input]);
    product.dx_stride = row_stride<T>(inputs);
    product.transposed = buffers.at<T>(transposed);
    return std::make_unique<DataStage<T>>(
        product, buffers.at<T>(value_[work.input]), kernels_.data,
        activation != nullptr ? kernels_.of(activation->activation).backward : nullptr);
  };
  drafts.push_back(std::move(draft));
}

template <typename T>
void Builder<T>::update(const layers::Operation& operation, const layers::Product& work) {
  const auto& spec = parameters_.entries()[work.weight].spec;
  const std::size_t inputs = spec.rows, units = spec.columns;
  Draft<T> draft = draft_product(operation, "gradient of its weights, sgd", spec, 2);
  describe_product(request_.isa, indexed(work.input), draft.info);
  const double operations = draft.info.operations;
  const std::size_t own = lines_if_shared(units, operations);
  draft.uses = {workers_for(units, operations),
                {use_of_input(work.input),
                 {gradient_[work.output], false},
                 {weight_[work.weight], true, own},
                 {weight_[work.bias], true, own}}};
  draft.make = [this, work, inputs, units](const Buffers& buffers) {
    kernels::WeightProduct<T> product{};
    product.dy = buffers.at<T>(gradient_[work.output]);
    product.dy_stride = row_stride<T>(units);
    product.inputs = inputs, product.units = units;
    product.weight = parameters_.at(work.weight);
    product.bias = parameters_.at(work.bias);
    return std::make_unique<UpdateStage<T>>(
        product, operands_of(work.input),
        indexed(work.input) ? kernels_.sgd_indexed : kernels_.sgd);
  };
  drafts.push_back(std::move(draft));
}

template class Builder<float>;
template class Builder<double>;

}  // namespace lithe::plan
