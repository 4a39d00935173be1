#include "plan/lowering.h"

#include <algorithm>

#include "plan/blas.h"
#include "plan/ends.h"

namespace lithe::plan {

using graph::SlotId;
using kernels::kLine;
using kernels::row_stride;

namespace {

bool has_images(const graph::Graph& graph) {
  return std::any_of(graph.operations.begin(), graph.operations.end(),
                     [](const auto& operation) { return operation.op->traits().by_image; });
}

bool reads(const graph::Op& op, SlotId slot) {
  const auto inputs = op.inputs();
  return std::find(inputs.begin(), inputs.end(), slot) != inputs.end();
}

// Whether the batch must be packed with all of its columns.
bool needs_plain_input(const graph::Graph& graph) {
  const bool is_output = std::any_of(graph.outputs.begin(), graph.outputs.end(),
                                     [](const auto& output) { return output.slot == 0; });
  return is_output ||
         std::any_of(graph.operations.begin(), graph.operations.end(), [](const auto& operation) {
           return !operation.op->traits().reads_packed && reads(*operation.op, 0);
         });
}

}  // namespace

template <typename T>
Lowering<T>::Lowering(const Request& request, Parameters<T>& parameters,
                      OptimizerState<T>* learning, std::size_t threads, Ends<T>& ends)
    : request_(request),
      graph_(*request.graph),
      parameters_(parameters),
      state_(learning),
      kernels_(kernels::kernels<T>(request.isa)),
      threads_(threads),
      ends_(ends),
      images_(has_images(graph_)),
      plain_input_(needs_plain_input(graph_)),
      ahead_(threads > 1 && !plain_input_ && !request.external_gradient),
      packing_(choose_packing<T>(
          kernels_, request.examples.features.type, plain_input_ ? 1 : request.nonzero_columns,
          request.batch, request.blas != nullptr && request.blas->use() == BlasUse::everywhere,
          request.bfloat16)) {
  // Parameters stand outside of the arena, but stages conflict over them like over any buffer.
  for (const auto& entry : parameters.entries())
    parameter_buffer_.push_back(book(entry.spec.name, 0));
  contributions_.resize(graph_.slots.size());
  nonzero_.resize(graph_.slots.size());
  gradient_buffer.assign(graph_.slots.size(), kNoBuffer);
  value_buffer.assign(graph_.slots.size(), kNoBuffer);
  ends_.operands.resize(graph_.slots.size());
}

template <typename T>
BufferId Lowering<T>::book(std::string name, std::size_t bytes) {
  buffer_names.push_back(std::move(name));
  buffer_bytes.push_back(bytes);
  owners_.push_back(0);
  return buffer_names.size() - 1;
}

template <typename T>
BufferId Lowering<T>::book_matrix(std::string name, SlotId slot) {
  // Vectors of images may be read beyond the last one's end.
  const std::size_t slack = images_ ? kLine<T> : 0;
  return book(std::move(name), (rows(slot) * row_stride<T>(columns(slot)) + slack) * sizeof(T));
}

template <typename T>
BufferId Lowering<T>::book_vector(std::string name, std::size_t columns) {
  return book(std::move(name), kernels::round_up(columns, kLine<T>) * sizeof(T));
}

template <typename T>
Values<T> Lowering<T>::values(const Buffers& buffers, SlotId slot, BufferId buffer) const {
  const bool packed = slot == 0 && buffer == packed_[0];
  return {buffers.at<T>(buffer), columns(slot),
          row_stride<T>(columns(slot) + (packed ? kernels::kPackSlack : 0)),
          graph_.slots[slot].positions};
}

template <typename T>
const Operands<T>& Lowering<T>::operands(const Buffers& buffers, SlotId slot) const {
  if (slot == 0) return ends_.packed;
  Operands<T>& operands = ends_.operands[slot];
  const Values<T> x = values(buffers, slot);
  operands.of[0] = operands.of[1] = {x.data, x.stride, rows(slot), x.columns, nullptr};
  operands.positions = x.positions;
  return operands;
}

template <typename T>
Workers Lowering<T>::workers_for(std::size_t columns, double operations) const {
  const bool shared = threads_ > 1 && kernels::divide_up(columns, kLine<T>) >= threads_ &&
                      operations >= kWorthSharing;
  return shared ? Workers::all : Workers::first;
}

template <typename T>
std::size_t Lowering<T>::slices_if_shared(std::size_t columns, double operations) const {
  return workers_for(columns, operations) == Workers::all ? kernels::divide_up(columns, kLine<T>)
                                                          : 0;
}

template <typename T>
bool Lowering<T>::shares_rows(double operations) const {
  return threads_ > 1 && request_.batch >= threads_ && operations >= kWorthSharing;
}

template <typename T>
LoweredStage<T> Lowering<T>::stage(const std::string& name, Phase phase) const {
  LoweredStage<T> result;
  result.info.name = name;
  result.info.kernel = std::string(cpu::name(request_.isa));
  result.info.phase = phase;
  return result;
}

template <typename T>
void Lowering<T>::add(const std::string& name, Phase phase, std::vector<Access> access,
                      MakeStage<T> make) {
  LoweredStage<T> own = stage(name, phase);
  own.access = {Workers::first, std::move(access)};
  own.make = std::move(make);
  add(std::move(own));
}

// The stage that makes `from` and can take such an op into its epilogue: no stage behind it may
// touch what the op writes, or write what it reads.
template <typename T>
LoweredStage<T>* Lowering<T>::host_for(const Elementwise& op) {
  for (auto at = stages.rbegin(); at != stages.rend() && at->info.phase == op.phase; ++at) {
    const bool by_lines =
        at->fusion == Fusion::by_lines && op.split != Split::rows && at->columns == op.columns;
    const bool by_rows = at->fusion == Fusion::by_rows && op.split != Split::lines;
    if ((by_lines || by_rows) && at->result == op.from) return &*at;
    for (const Access& theirs : at->access.buffers)
      for (const Access& ours : op.access)
        if (theirs.buffer == ours.buffer && (theirs.write || ours.write)) return nullptr;
  }
  return nullptr;
}

// An exponential and a division cost about as much as this many operations, a value.
constexpr double kOperationsAValue = 32;

// A stage that does nothing itself: the op is its epilogue.
template <typename T>
LoweredStage<T> Lowering<T>::own_stage(const Elementwise& op) const {
  const double operations =
      kOperationsAValue * static_cast<double>(request_.batch * std::max(op.values, op.columns));
  LoweredStage<T> own = stage(op.name, op.phase);
  // Examples are large where there are images, and what comes next goes by rows too.
  if (op.split == Split::rows || (op.split == Split::either && images_)) {
    own.fusion = Fusion::by_rows;
    own.access.workers = shares_rows(operations) ? Workers::all : Workers::first;
    own.make = [](const Buffers&) { return std::make_unique<RowsStage<T>>(); };
  } else {
    own.fusion = Fusion::by_lines;
    own.access.workers = workers_for(op.columns, operations);
    own.make = [columns = op.columns](const Buffers&) {
      return std::make_unique<LinesStage<T>>(columns);
    };
  }
  return own;
}

template <typename T>
void Lowering<T>::add(const Elementwise& op, MakeElementwise<T> make) {
  LoweredStage<T>* host = host_for(op);
  if (host == nullptr) {
    add(own_stage(op));
    host = &stages.back();
  } else {
    host->info.name += " + " + op.name;
  }
  const std::size_t lines = kernels::divide_up(op.columns, kLine<T>);
  const std::size_t slices = host->fusion == Fusion::by_rows ? kByRows : lines;
  for (Access access : op.access) {
    access.slices = host->access.workers == Workers::all ? slices : 0;
    host->access.buffers.push_back(access);
  }
  host->columns = op.columns;
  host->result = op.to;
  host->epilogue.push_back({std::move(make), lines});
}

template <typename T>
void Lowering<T>::copy(const std::string& name, Phase phase, SlotId from_slot, BufferId from,
                       SlotId to_slot, BufferId to) {
  add({.name = name,
       .phase = phase,
       .columns = columns(to_slot),
       .from = from,
       .to = to,
       .access = {{from, false}, {to, true}}},
      [this, from_slot, from, to_slot, to](const Buffers& buffers) {
        return elementwise_function<T>([x = values(buffers, from_slot, from),
                                        y = values(buffers, to_slot, to)](const Batch<T>& batch,
                                                                          kernels::Range lines) {
          const kernels::Matrix<T> source = x.of(batch), target = y.of(batch);
          for (std::size_t i = 0; i < target.rows; ++i)
            std::copy(source.row(i) + lines.begin * kLine<T>, source.row(i) + lines.end * kLine<T>,
                      target.row(i) + lines.begin * kLine<T>);
        });
      });
}

template <typename T>
void Lowering<T>::lower() {
  plan_gradients();
  plan_values();
  if (!ahead_) {
    pack();
  } else {
    // Booked first, so that the stages before it in the list can name its buffers.
    packed_[0] = book("packed batch", 0);
    packed_[1] = book("packed batch ahead", 0);
    double_buffers.push_back({packed_[0], packed_[1]});
  }
  value_buffer[0] = packed_[0];
  gather_inputs();
  for (const graph::Operation& operation : graph_.operations)
    operation.op->prepare(*this, operation);
  for (const graph::Operation& operation : graph_.operations)
    lower_operation(operation, /*backward=*/false);
  if (training() && request_.external_gradient)
    external_gradients();
  else if (request_.mode != Mode::predict)
    lower_loss();
  if (request_.mode == Mode::evaluate) count_correct();
  if (ahead_) pack();
  if (training()) {
    backward();
    update_all();
  }
  carry();
  count_bytes();
}

// The operations of a stage without a figure of its own are those that its operation counts: once
// forward; back, once for the gradient of the input and once for that of the parameters.
template <typename T>
void Lowering<T>::lower_operation(const graph::Operation& operation, bool backward) {
  const std::size_t first = stages.size();
  const graph::Op& op = *operation.op;
  backward ? op.backward(*this, operation) : op.forward(*this, operation);
  const bool counted =
      std::any_of(stages.begin() + static_cast<std::ptrdiff_t>(first), stages.end(),
                  [](const auto& stage) { return stage.info.operations > 0; });
  if (counted || stages.empty()) return;
  double passes = 1;
  if (backward) {
    const auto inputs = op.inputs();
    const auto ids = op.parameters();
    passes = std::any_of(inputs.begin(), inputs.end(), [&](SlotId s) { return wanted(s); });
    passes += std::any_of(ids.begin(), ids.end(), [&](auto id) { return learns(id); });
  }
  stages.back().info.operations +=
      passes * static_cast<double>(request_.batch) * op.operations(graph_);
}

// What a stage without a figure of its own reads and writes: its buffers as they lie in memory.
template <typename T>
void Lowering<T>::count_bytes() {
  const auto& entries = parameters_.entries();
  for (LoweredStage<T>& stage : stages) {
    if (stage.info.bytes > 0) continue;
    for (const Access& access : stage.access.buffers) {
      // Parameters were booked first, without memory.
      const std::size_t bytes =
          access.buffer < entries.size()
              ? entries[access.buffer].spec.rows * entries[access.buffer].spec.columns * sizeof(T)
              : buffer_bytes[access.buffer];
      stage.info.bytes += static_cast<double>(bytes);
    }
  }
}

// A buffer for every slot, or its input's where the operation may overwrite that: nobody else reads
// the input, and neither its writer's backward pass nor the operation's own looks at it.
template <typename T>
void Lowering<T>::plan_values() {
  std::vector<const graph::Op*> written_by(graph_.slots.size(), nullptr);
  std::vector<int> readers(graph_.slots.size(), 0);
  for (const auto& operation : graph_.operations) {
    written_by[operation.op->output()] = operation.op.get();
    for (const SlotId slot : operation.op->inputs()) ++readers[slot];
  }
  for (const auto& output : graph_.outputs) ++readers[output.slot];
  for (const auto& carried : graph_.carried) ++readers[carried.from];
  for (const auto& operation : graph_.operations) {
    const graph::Traits traits = operation.op->traits();
    const SlotId output = operation.op->output(), input = operation.op->inputs().front();
    const bool overwrites =
        traits.elementwise && written_by[input] != nullptr && readers[input] == 1 &&
        !(training() &&
          (traits.backward_reads_input || written_by[input]->traits().backward_reads_output));
    const bool nothing =
        traits.identity_at_inference && !training() && written_by[input] != nullptr;
    value_buffer[output] = overwrites || nothing ? value_buffer[input]
                                                 : book_matrix(graph_.slots[output].name, output);
  }
}

#define LITHE_INSTANTIATE(T)                                                                      \
  template Lowering<T>::Lowering(const Request&, Parameters<T>&, OptimizerState<T>*, std::size_t, \
                                 Ends<T>&);                                                       \
  template void Lowering<T>::lower();                                                             \
  template BufferId Lowering<T>::book(std::string, std::size_t);                                  \
  template BufferId Lowering<T>::book_matrix(std::string, SlotId);                                \
  template BufferId Lowering<T>::book_vector(std::string, std::size_t);                           \
  template Values<T> Lowering<T>::values(const Buffers&, SlotId, BufferId) const;                 \
  template const Operands<T>& Lowering<T>::operands(const Buffers&, SlotId) const;                \
  template Workers Lowering<T>::workers_for(std::size_t, double) const;                           \
  template std::size_t Lowering<T>::slices_if_shared(std::size_t, double) const;                  \
  template bool Lowering<T>::shares_rows(double) const;                                           \
  template LoweredStage<T> Lowering<T>::stage(const std::string&, Phase) const;                   \
  template void Lowering<T>::add(const std::string&, Phase, std::vector<Access>, MakeStage<T>);   \
  template void Lowering<T>::add(const Elementwise&, MakeElementwise<T>);                         \
  template void Lowering<T>::copy(const std::string&, Phase, SlotId, BufferId, SlotId, BufferId);
LITHE_INSTANTIATE(float)
LITHE_INSTANTIATE(double)
#undef LITHE_INSTANTIATE

}  // namespace lithe::plan
