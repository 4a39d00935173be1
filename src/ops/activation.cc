// Those that work value by value are rows of activations.inc. PReLU is trained, and softmax looks
// at the whole example, so they are operations of their own.
#include "ops/activation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <iterator>

#include "ops/op.h"

namespace lithe::ops {

namespace {

using network::Declaration, network::Type;

Declaration declare(const activations::Row& row) {
  Declaration result{std::string(row.name), std::string(row.help)};
  if (!row.argument.empty())
    result.arguments.push_back({std::string(row.argument), "see the formula", Type::number,
                                fmt::format("{}", row.fallback), row.low, row.high});
  return result;
}

void add_row(const Component& activation, GraphBuilder& builder) {
  if (activation.name == "identity") return;
  const auto* row = std::find_if(
      std::begin(activations::kActivations), std::end(activations::kActivations),
      [&](const activations::Row& candidate) { return candidate.name == activation.name; });
  const double argument = row->argument.empty() ? 0 : activation.number(std::string(row->argument));
  const SlotId before = builder.slot;
  builder.add(make_op(Activate{before, builder.advance("output"), row->activation, argument}));
}

const std::vector<ActivationKind>& kinds() {
  static const std::vector<ActivationKind> all = [] {
    std::vector<ActivationKind> result;
    for (const auto& row : activations::kActivations)
      result.push_back({declare(row), add_row, row.initializer});
    result.push_back(prelu());
    result.push_back(softmax());
    return result;
  }();
  return all;
}

bool from_output(activations::Activation activation) {
  return activations::row(activation).derivative_from == activations::DerivativeFrom::output;
}

}  // namespace

graph::Traits Activate::traits() const {
  const bool by_output = from_output(activation);
  return {.elementwise = true,
          .backward_reads_input = !by_output,
          .backward_reads_output = by_output,
          .by_image = false,
          .reads_packed = false,
          .identity_at_inference = false,
          .probabilities = activations::row(activation).probabilities
                               ? activations::name(activation)
                               : std::string_view()};
}

template <typename T>
void Activate::forward(Lowering<T>& lowering, const Operation& operation) const {
  const BufferId from = lowering.value(input), to = lowering.value(output);
  lowering.add(
      {.name = operation.label + ": activation",
       .phase = Phase::forward,
       .columns = lowering.columns(output),
       .from = from,
       .to = to,
       .access = {{from, false}, {to, true}}},
      [&lowering, own = *this](const Buffers& buffers) {
        return plan::elementwise_function<T>(
            [kernel = lowering.kernels().of(own.activation).forward,
             argument = static_cast<T>(own.argument), x = lowering.values(buffers, own.input),
             y = lowering.values(buffers, own.output)](const plan::Batch<T>& batch,
                                                       kernels::Range lines) {
              kernel(x.of(batch), y.of(batch), y.columns, lines, argument);
            });
      });
}

template <typename T>
void Activate::backward(Lowering<T>& lowering, const Operation& operation) const {
  const SlotId looked_at = from_output(activation) ? output : input;
  const BufferId gradient = lowering.own_gradient(output);
  lowering.add(
      {.name = operation.label + ": activation's derivative",
       .phase = Phase::backward_and_update,
       .columns = lowering.columns(output),
       .from = gradient,
       .to = gradient,
       .access = {{lowering.value(looked_at), false}, {gradient, true}}},
      [&lowering, own = *this, looked_at, gradient](const Buffers& buffers) {
        return plan::elementwise_function<T>(
            [kernel = lowering.kernels().of(own.activation).backward,
             argument = static_cast<T>(own.argument), from = lowering.values(buffers, looked_at),
             dy = lowering.values(buffers, own.output, gradient)](const plan::Batch<T>& batch,
                                                                  kernels::Range lines) {
              kernel(from.of(batch), dy.of(batch), dy.columns, lines, argument);
            });
      });
  // A rectifier is taken to be open for half of its inputs.
  const double open = activation == activations::Activation::relu ? 0.5 : 1;
  lowering.pass_gradient(input, gradient, open * lowering.nonzero(output));
}

const Activate* as_activation(const graph::Op& op) {
  const auto* activate = dynamic_cast<const OpOf<Activate>*>(&op);
  return activate != nullptr ? &activate->spec : nullptr;
}

std::vector<Declaration> activation_declarations() {
  std::vector<Declaration> result;
  for (const ActivationKind& kind : kinds()) result.push_back(kind.declaration);
  return result;
}

std::vector<Layer> activation_layers() {
  std::vector<Layer> result;
  for (const ActivationKind& kind : kinds())
    result.push_back({kind.declaration, kind.add, InputForm::any, /*holds_layers=*/false,
                      Unequal::at_each_position});
  return result;
}

void GraphBuilder::activate(const Component& activation) {
  for (const ActivationKind& kind : kinds())
    if (kind.declaration.name == activation.name) return kind.add(activation, *this);
  assert(false && "an activation that is declared");
}

Component resolve_initializer(const Component& initializer, const std::string& activation) {
  if (initializer.name != "auto") return initializer;
  const auto kind = std::ranges::find(kinds(), activation, [](const ActivationKind& candidate) {
    return candidate.declaration.name;
  });
  assert(kind != kinds().end() && "an activation that is declared");
  return {std::string(kind->initializer), {}};
}

}  // namespace lithe::ops
