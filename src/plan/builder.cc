#include "plan/builder.h"

#include <fmt/format.h>

#include <algorithm>

namespace lithe::plan {

using graph::SlotId;
using kernels::kLine;
using kernels::row_stride;

namespace {

// The operation that writes each slot; none for the input.
std::vector<const graph::Operation*> writers(const graph::Graph& graph) {
  std::vector<const graph::Operation*> result(graph.slots.size(), nullptr);
  for (const auto& operation : graph.operations)
    result[graph::output_of(operation.work)] = &operation;
  return result;
}

std::vector<int> readers(const graph::Graph& graph) {
  std::vector<int> result(graph.slots.size(), 0);
  for (const auto& operation : graph.operations)
    for (const SlotId slot : graph::inputs_of(operation.work)) ++result[slot];
  ++result[graph.output];
  return result;
}

bool derivative_from_output(const graph::Work& work) {
  const auto* activate = std::get_if<graph::Activate>(&work);
  return activate != nullptr && activations::row(activate->activation).derivative_from ==
                                    activations::DerivativeFrom::output;
}

// Whether the way back through an operation looks at what it has put out.
bool needs_output(const graph::Work& work) {
  return std::holds_alternative<graph::Softmax>(work) ||
         std::holds_alternative<graph::Pool>(work) || derivative_from_output(work);
}

// Whether an operation may write over its input: it goes value by value, and the way back does not
// look at its input.
bool works_in_place(const graph::Work& work, bool training) {
  if (std::holds_alternative<graph::Disturb>(work)) return true;
  if (training) return derivative_from_output(work);
  return std::holds_alternative<graph::Activate>(work) ||
         std::holds_alternative<graph::Prelu>(work) ||
         std::holds_alternative<graph::BatchNorm>(work) ||
         std::holds_alternative<graph::Standardize>(work);
}

bool has_images(const graph::Graph& graph) {
  return std::any_of(graph.operations.begin(), graph.operations.end(), [](const auto& operation) {
    return std::holds_alternative<graph::Convolution>(operation.work) ||
           std::holds_alternative<graph::Pool>(operation.work);
  });
}

bool only_products_read_input(const graph::Graph& graph) {
  for (const auto& operation : graph.operations)
    if (!std::holds_alternative<graph::Product>(operation.work))
      for (const SlotId slot : graph::inputs_of(operation.work))
        if (slot == 0) return false;
  return graph.output != 0;
}

}  // namespace

template <typename T>
Builder<T>::Builder(const Request& request, Parameters<T>& parameters, OptimizerState<T>* learning,
                    std::size_t threads, Shared<T>& shared)
    : request_(request),
      graph_(*request.graph),
      parameters_(parameters),
      learning_(learning),
      kernels_(kernels::kernels<T>(request.isa)),
      threads_(threads),
      shared_(shared),
      ahead_(threads > 1),
      images_(has_images(graph_)),
      plain_input_(!only_products_read_input(graph_)),
      packing_(choose_packing<T>(
          kernels_, request.examples.features.type, plain_input_ ? 1 : request.kept_columns,
          request.batch, request.blas != nullptr && request.blas->use() == BlasUse::everywhere)) {
  if (plain_input_ || request.outside_gradient) ahead_ = false;
  // Learned values stand outside the arena, but stages conflict over them like over any buffer.
  for (const auto& entry : parameters.entries())
    learned_buffer_.push_back(book(entry.spec.name, 0));
  contributions_.resize(graph_.slots.size());
  gradient_buffer.assign(graph_.slots.size(), kNoBuffer);
  norm_numbers_.assign(graph_.slots.size(), {kNoBuffer, kNoBuffer});
  shared_.slots.resize(graph_.slots.size());
}

template <typename T>
std::size_t Builder<T>::book(std::string name, std::size_t bytes) {
  buffer_names.push_back(std::move(name));
  buffer_bytes.push_back(bytes);
  owners_.push_back(0);
  return buffer_names.size() - 1;
}

template <typename T>
std::size_t Builder<T>::book_matrix(std::string name, std::size_t columns) {
  // Vectors of images may be read beyond the last one's end.
  const std::size_t slack = images_ ? kLine<T> : 0;
  return book(std::move(name), (request_.batch * row_stride<T>(columns) + slack) * sizeof(T));
}

template <typename T>
std::size_t Builder<T>::book_vector(std::string name, std::size_t columns) {
  return book(std::move(name), kernels::round_up(columns, kLine<T>) * sizeof(T));
}

template <typename T>
Values<T> Builder<T>::values(const Buffers& buffers, SlotId slot, std::size_t buffer) const {
  const std::size_t columns = columns_of(slot);
  const bool packed = slot == 0 && buffer == packed_[0];
  return {buffers.at<T>(buffer), columns,
          row_stride<T>(columns + (packed ? kernels::kPackSlack : 0))};
}

template <typename T>
Operands<T>& Builder<T>::operands_of(SlotId slot) {
  return slot == 0 ? shared_.packed : shared_.slots[slot];
}

template <typename T>
Use Builder<T>::use_of_input(SlotId slot) const {
  return {slot == 0 ? packed_[0] : value_buffer[slot], false};
}

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

template <typename T>
bool Builder<T>::learns(graph::ParameterId id) const {
  return training() && graph_.parameters[id].kind != graph::ParameterKind::statistic &&
         (request_.frozen.empty() || !request_.frozen[id]);
}

template <typename T>
bool Builder<T>::any_learns(const graph::Work& work) const {
  const auto ids = graph::parameters_of(work);
  return std::any_of(ids.begin(), ids.end(), [this](auto id) { return learns(id); });
}

template <typename T>
Draft<T> Builder<T>::draft(const std::string& name, Phase phase) const {
  Draft<T> result;
  result.info.name = name;
  result.info.kernel = std::string(cpu::name(request_.isa));
  result.info.phase = phase;
  return result;
}

// The draft that makes `from` and can take along work with such uses: nothing that comes after it
// may touch what they write, or write what they read.
template <typename T>
Draft<T>* Builder<T>::host_for(Phase phase, std::size_t columns, std::size_t from,
                               const std::vector<Use>& uses, By by) {
  for (auto at = drafts.rbegin(); at != drafts.rend() && at->info.phase == phase; ++at) {
    const bool by_lines = at->takes == Takes::lines && by != By::rows && at->columns == columns;
    const bool by_rows = at->takes == Takes::rows && by != By::lines;
    if ((by_lines || by_rows) && at->result == from) return &*at;
    for (const Use& theirs : at->uses.uses)
      for (const Use& ours : uses)
        if (theirs.buffer == ours.buffer && (theirs.write || ours.write)) return nullptr;
  }
  return nullptr;
}

// An exponential and a division are worth about so many operations a value.
constexpr double kOperationsAValue = 32;

template <typename T>
bool Builder<T>::shares_rows(double operations) const {
  return threads_ > 1 && request_.batch >= threads_ && operations >= kWorthSharing;
}

template <typename T>
void Builder<T>::add_lines(const std::string& name, Phase phase, std::size_t columns,
                           std::size_t from, std::size_t to, std::vector<Use> uses,
                           MakeLines<T> make, By by, std::size_t values) {
  Draft<T>* host = host_for(phase, columns, from, uses, by);
  if (host == nullptr) {
    const double operations =
        kOperationsAValue * static_cast<double>(request_.batch * std::max(values, columns));
    Draft<T> own = draft(name, phase);
    // Examples are large where there are images, and what comes next goes by rows too.
    if (by == By::rows || (by == By::either && images_)) {
      own.takes = Takes::rows;
      own.uses.workers = shares_rows(operations) ? Workers::all : Workers::first;
      own.make = [](const Buffers&) { return std::make_unique<RowsStage<T>>(); };
    } else {
      own.takes = Takes::lines;
      own.uses.workers = workers_for(columns, operations);
      own.make = [columns](const Buffers&) { return std::make_unique<LinesStage<T>>(columns); };
    }
    drafts.push_back(std::move(own));
    host = &drafts.back();
  } else {
    host->info.name += " + " + name;
  }
  Draft<T>& head = *host;
  const std::size_t lines = kernels::divide_up(columns, kLine<T>);
  const std::size_t own = head.takes == Takes::rows ? kOwnRows : lines;
  for (Use use : uses) {
    use.own_columns = head.uses.workers == Workers::all ? own : 0;
    head.uses.uses.push_back(use);
  }
  head.columns = columns;
  head.result = to;
  head.lines.push_back({std::move(make), lines});
}

template <typename T>
void Builder<T>::add_whole(const std::string& name, Phase phase, std::vector<Use> uses,
                           std::function<std::unique_ptr<Stage<T>>(const Buffers&)> make) {
  Draft<T> own = draft(name, phase);
  own.uses = {Workers::first, std::move(uses)};
  own.make = std::move(make);
  drafts.push_back(std::move(own));
}

template <typename T>
void Builder<T>::copy(const std::string& name, Phase phase, SlotId from_slot, std::size_t from,
                      SlotId to_slot, std::size_t to) {
  add_lines(name, phase, columns_of(to_slot), from, to, {{from, false}, {to, true}},
            [this, from_slot, from, to_slot, to](const Buffers& buffers) {
              return line_function<T>(
                  [x = values(buffers, from_slot, from), y = values(buffers, to_slot, to)](
                      const Batch<T>& batch, kernels::Range lines) {
                    for (std::size_t i = 0; i < batch.rows; ++i)
                      std::copy(x.of(batch).row(i) + lines.begin * kLine<T>,
                                x.of(batch).row(i) + lines.end * kLine<T>,
                                y.of(batch).row(i) + lines.begin * kLine<T>);
                  });
            });
}

template <typename T>
void Builder<T>::build() {
  plan_values();
  if (!ahead_) {
    pack();
  } else {
    // Booked first, so that the stages before it in the list can name its buffers.
    packed_[0] = book("packed batch", 0);
    packed_[1] = book("packed batch ahead", 0);
    exchanges.push_back({packed_[0], packed_[1]});
  }
  value_buffer[0] = packed_[0];
  for (const graph::Operation& operation : graph_.operations)
    if (const auto* prelu = std::get_if<graph::Prelu>(&operation.work))
      slopes_by_column(operation, *prelu);
  for (const graph::Operation& operation : graph_.operations)
    std::visit([&](const auto& work) { forward(operation, work); }, operation.work);
  if (training() && request_.outside_gradient)
    hand_in();
  else if (request_.mode != Mode::predict)
    evaluate();
  if (ahead_) pack();
  if (training()) {
    backward();
    update_all();
  }
  count_bytes();
}

// What a stage without a figure of its own reads and writes: its buffers as they lie in memory.
template <typename T>
void Builder<T>::count_bytes() {
  const auto& entries = parameters_.entries();
  for (Draft<T>& draft : drafts) {
    if (draft.info.bytes > 0) continue;
    for (const Use& use : draft.uses.uses) {
      // Learned arrays were booked first, without memory.
      const std::size_t bytes =
          use.buffer < entries.size()
              ? entries[use.buffer].spec.rows * entries[use.buffer].spec.columns * sizeof(T)
              : buffer_bytes[use.buffer];
      draft.info.bytes += static_cast<double>(bytes);
    }
  }
}

// A buffer for every slot, or its input's where an operation works in place; and which gradients
// are of use: those of slots that something learned stands before.
template <typename T>
void Builder<T>::plan_values() {
  const auto written_by = writers(graph_);
  const std::vector<int> read_by = readers(graph_);
  value_buffer.assign(graph_.slots.size(), kNoBuffer);
  wanted_.assign(graph_.slots.size(), false);
  wanted_[0] = training() && request_.input_gradient;
  for (const auto& operation : graph_.operations) {
    const SlotId output = graph::output_of(operation.work);
    const auto inputs = graph::inputs_of(operation.work);
    wanted_[output] =
        any_learns(operation.work) ||
        std::any_of(inputs.begin(), inputs.end(), [&](SlotId s) { return wanted_[s]; });
    const SlotId input = inputs.front();
    const bool overwrite = works_in_place(operation.work, training()) && input != 0 &&
                           read_by[input] == 1 &&
                           !(training() && needs_output(written_by[input]->work));
    const bool nothing_done =
        std::holds_alternative<graph::Disturb>(operation.work) && !training() && input != 0;
    if (overwrite || nothing_done)
      value_buffer[output] = value_buffer[input];
    else
      value_buffer[output] = book_matrix(graph_.slots[output].name, columns_of(output));
  }
}

template class Builder<float>;
template class Builder<double>;

}  // namespace lithe::plan
