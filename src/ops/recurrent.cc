#include "ops/recurrent.h"

#include <fmt/format.h>

#include "ops/op.h"
#include "ops/recurrent_stages.h"

namespace lithe::ops {

namespace {

constexpr const char* kCellNames[] = {"rnn", "lstm", "gru"};

// What the forward pass keeps for the backward pass.
struct RecurrentBuffers {
  BufferId zeros = kNoBuffer, cells = kNoBuffer, products = kNoBuffer;
  // Where sequences begin anew: what stands before such a position.
  BufferId output_before = kNoBuffer, cells_before = kNoBuffer;
};

template <typename T>
class RecurrentLowering {
 public:
  RecurrentLowering(Lowering<T>& lowering, const Operation& operation, const Recurrence& op)
      : lowering_(lowering),
        operation_(operation),
        op_(op),
        buffers_(lowering.template state<RecurrentBuffers>(operation)),
        units_(lowering.columns(op.output)) {}

  void forward();
  void backward();

 private:
  LoweredStage<T> stage(const std::string& what, Phase phase) const;
  RecurrentWork<T> work(const Buffers& buffers) const;
  RecurrentBackwardWork<T> backward_work(const Buffers& buffers) const;
  BufferId transpose_weights();
  void train_weights(BufferId sums);

  // A row for each example, and for each position where a later stage reads it.
  std::size_t row(std::size_t columns) const { return kernels::row_stride<T>(columns); }
  BufferId book_rows(const std::string& what, std::size_t columns) {
    return lowering_.book(what + " of " + operation_.label,
                          (lowering_.request().batch * row(columns) + kernels::kLine<T>)*sizeof(T));
  }
  ByPosition<T> rows_at(const Buffers& buffers, BufferId buffer, std::size_t columns) const {
    return {buffers.at<T>(buffer), row(columns), 0};
  }
  RecurrentState<T> state(const Buffers& buffers, const graph::State& of, BufferId begun) const {
    return {ByPosition<T>(lowering_.values(buffers, of.before)),
            ByPosition<T>(lowering_.values(buffers, of.after)), rows_at(buffers, begun, units_)};
  }
  void book_states();
  void access_states(LoweredStage<T>& stage, std::size_t slices) const;

  Lowering<T>& lowering_;
  const Operation& operation_;
  Recurrence op_;
  RecurrentBuffers& buffers_;
  std::size_t units_;
  // Of the backward pass.
  BufferId dy_ = kNoBuffer, sums_ = kNoBuffer, products_ = kNoBuffer, carry_ = kNoBuffer,
           dy_whole_ = kNoBuffer, transposed_ = kNoBuffer, taken_ = kNoBuffer;
};

template <typename T>
LoweredStage<T> RecurrentLowering<T>::stage(const std::string& what, Phase phase) const {
  LoweredStage<T> result = lowering_.stage(operation_.label + ": " + what, phase);
  result.info.kernel += fmt::format(", product and {} position by position",
                                    kCellNames[static_cast<std::size_t>(op_.cell)]);
  result.info.operations =
      static_cast<double>(lowering_.request().batch) * op_.operations(lowering_.graph());
  result.access.workers =
      lowering_.shares_rows(result.info.operations) ? plan::Workers::all : plan::Workers::first;
  result.fusion = Fusion::by_rows;
  return result;
}

template <typename T>
RecurrentWork<T> RecurrentLowering<T>::work(const Buffers& buffers) const {
  RecurrentWork<T> work;
  work.kernels = &lowering_.kernels();
  work.cell = op_.cell;
  work.activation = op_.activation, work.argument = static_cast<T>(op_.argument);
  work.reverse = op_.reverse;
  work.ends = lowering_.lengths(buffers, op_.lengths);
  work.length = lowering_.graph().slots[op_.output].positions;
  work.units = units_;
  work.product.weight = lowering_.parameters().at(op_.weight);
  work.product.inputs = units_, work.product.units = gates_of(op_.cell) * units_;
  if (op_.bias != kNoBias) work.product.bias = lowering_.parameters().at(op_.bias);
  work.zeros = buffers.at<T>(buffers_.zeros);
  work.gates = ByPosition<T>(lowering_.values(buffers, op_.sums));
  work.output = ByPosition<T>(lowering_.values(buffers, op_.output));
  if (buffers_.cells != kNoBuffer)
    work.cells = lowering_.training()
                     ? ByPosition<T>(lowering_.values(buffers, op_.output, buffers_.cells))
                     : rows_at(buffers, buffers_.cells, units_);
  if (buffers_.products != kNoBuffer)
    work.products = rows_at(buffers, buffers_.products, work.product.units);
  work.begins = lowering_.lengths(buffers, op_.begins).data;
  if (op_.outputs_state)
    work.outputs_state = state(buffers, *op_.outputs_state, buffers_.output_before);
  if (op_.cells_state) work.cells_state = state(buffers, *op_.cells_state, buffers_.cells_before);
  return work;
}

template <typename T>
void RecurrentLowering<T>::book_states() {
  for (const auto& of : {op_.outputs_state, op_.cells_state})
    if (of)
      lowering_.value_buffer[of->after] =
          lowering_.book_matrix(lowering_.graph().slots[of->after].name, of->after);
  if (!op_.begins) return;
  buffers_.output_before = book_rows("outputs before", units_);
  if (op_.cells_state) buffers_.cells_before = book_rows("cells before", units_);
}

// What both directions read and fill of states.
template <typename T>
void RecurrentLowering<T>::access_states(LoweredStage<T>& stage, std::size_t slices) const {
  for (const auto& of : {op_.outputs_state, op_.cells_state})
    if (of) stage.access.buffers.push_back({lowering_.value(of->before), false, slices});
  if (op_.begins) stage.access.buffers.push_back({lowering_.value(*op_.begins), false});
  for (const BufferId buffer : {buffers_.output_before, buffers_.cells_before})
    if (buffer != kNoBuffer) stage.access.buffers.push_back({buffer, true, slices});
}

template <typename T>
void RecurrentLowering<T>::forward() {
  buffers_.zeros = lowering_.book_vector("zeros", units_);
  lowering_.persist(buffers_.zeros);
  if (lowering_.training() && op_.cell != Cell::rnn)
    buffers_.cells = lowering_.book_matrix("cells of " + operation_.label, op_.output);
  else if (op_.cell == Cell::lstm)
    buffers_.cells = book_rows("cells", units_);
  if (op_.cell == Cell::gru) buffers_.products = book_rows("products", 3 * units_);
  book_states();
  LoweredStage<T> stage = this->stage("positions", Phase::forward);
  const std::size_t slices = stage.access.workers == plan::Workers::all ? plan::kByRows : 0;
  stage.access.buffers = {{lowering_.value(op_.sums), true, slices},
                          {lowering_.value(op_.output), true, slices},
                          {lowering_.parameter(op_.weight), false},
                          {buffers_.zeros, false}};
  if (op_.bias != kNoBias) stage.access.buffers.push_back({lowering_.parameter(op_.bias), false});
  if (op_.lengths) stage.access.buffers.push_back({lowering_.value(*op_.lengths), false});
  access_states(stage, slices);
  for (const auto& of : {op_.outputs_state, op_.cells_state})
    if (of) stage.access.buffers.push_back({lowering_.value(of->after), true, slices});
  for (const BufferId buffer : {buffers_.cells, buffers_.products})
    if (buffer != kNoBuffer) stage.access.buffers.push_back({buffer, true, slices});
  stage.columns = units_;
  stage.result = lowering_.value(op_.output);
  stage.make = [own = *this](const Buffers& buffers) {
    return std::make_unique<RecurrentStage<T>>(own.work(buffers));
  };
  lowering_.add(std::move(stage));
}

template <typename T>
BufferId RecurrentLowering<T>::transpose_weights() {
  const auto& spec = lowering_.graph().parameters[op_.weight];
  const BufferId transposed =
      lowering_.book("transposed weights of " + operation_.label,
                     kernels::Panels<T>{spec.columns, spec.rows}.size() * sizeof(T));
  lowering_.persist(transposed);  // its padding stays zero
  lowering_.add(
      operation_.label + ": transpose the recurrent weights", Phase::backward_and_update,
      {{lowering_.parameter(op_.weight), false}, {transposed, true}},
      [&lowering = lowering_, weight = op_.weight, &spec, transposed](const Buffers& buffers) {
        return std::make_unique<TransposeWeightsStage<T>>(
            lowering.kernels(), lowering.parameters().at(weight), spec.rows, spec.columns,
            buffers.at<T>(transposed));
      });
  return transposed;
}

template <typename T>
RecurrentBackwardWork<T> RecurrentLowering<T>::backward_work(const Buffers& buffers) const {
  RecurrentBackwardWork<T> work;
  static_cast<RecurrentWork<T>&>(work) = this->work(buffers);
  const std::size_t gates = gates_of(op_.cell) * units_;
  work.product.weight = buffers.at<T>(transposed_);
  work.product.bias = nullptr;
  work.product.inputs = gates, work.product.units = units_;
  work.dy = ByPosition<T>(lowering_.values(buffers, op_.output, dy_));
  work.sums = ByPosition<T>(lowering_.values(buffers, op_.sums, sums_));
  if (products_ != kNoBuffer)
    work.products = ByPosition<T>(lowering_.values(buffers, op_.sums, products_));
  if (carry_ != kNoBuffer) work.carry = rows_at(buffers, carry_, units_);
  if (dy_whole_ != kNoBuffer) work.dy_whole = rows_at(buffers, dy_whole_, units_);
  if (taken_ != kNoBuffer)
    work.taken = ByPosition<T>(lowering_.values(buffers, op_.before, taken_));
  return work;
}

// The gradient of the sums takes the place of the gates, which nobody reads any more, unless
// somebody looks at values.
template <typename T>
void RecurrentLowering<T>::backward() {
  const bool by_output =
      activations::row(op_.activation).derivative_from == activations::DerivativeFrom::output;
  const bool in_place = !lowering_.request().keep_gradients && (op_.cell != Cell::rnn || by_output);
  const std::string& sums_name = lowering_.graph().slots[op_.sums].name;
  dy_ = lowering_.gradient(op_.output);
  sums_ = in_place ? lowering_.value(op_.sums)
                   : lowering_.book_matrix("gradient of " + sums_name, op_.sums);
  if (op_.cell == Cell::gru)
    products_ = lowering_.book_matrix("gradient of products of " + operation_.label, op_.sums);
  if (op_.cell == Cell::lstm) carry_ = book_rows("gradient of cells", units_);
  if (op_.cell != Cell::rnn) dy_whole_ = book_rows("gradient of outputs", units_);
  const bool trains = lowering_.learns(op_.weight);
  if (trains)
    taken_ = lowering_.value_buffer[op_.before] =
        lowering_.book_matrix(lowering_.graph().slots[op_.before].name, op_.before);
  transposed_ = transpose_weights();
  LoweredStage<T> stage = this->stage("positions backward", Phase::backward_and_update);
  const std::size_t slices = stage.access.workers == plan::Workers::all ? plan::kByRows : 0;
  stage.access.buffers = {{lowering_.value(op_.sums), in_place, slices},
                          {lowering_.value(op_.output), false, slices},
                          {transposed_, false},
                          {buffers_.zeros, false},
                          {dy_, false, slices}};
  if (buffers_.cells != kNoBuffer) stage.access.buffers.push_back({buffers_.cells, false, slices});
  if (op_.lengths) stage.access.buffers.push_back({lowering_.value(*op_.lengths), false});
  access_states(stage, slices);
  for (const BufferId buffer : {in_place ? kNoBuffer : sums_, products_, carry_, dy_whole_, taken_})
    if (buffer != kNoBuffer) stage.access.buffers.push_back({buffer, true, slices});
  stage.columns = gates_of(op_.cell) * units_;
  stage.result = sums_;
  stage.make = [own = *this](const Buffers& buffers) {
    return std::make_unique<RecurrentBackwardStage<T>>(own.backward_work(buffers));
  };
  lowering_.add(std::move(stage));
  if (lowering_.wanted(op_.sums)) lowering_.contribute(op_.sums, sums_);
  if (trains)
    train_product(lowering_, operation_, {op_.before, op_.sums, op_.weight, op_.bias},
                  op_.cell == Cell::gru ? products_ : sums_, "recurrent weights");
  lowering_.release(dy_);
}

}  // namespace

Traits Recurrence::traits() const {
  return {.elementwise = false,
          .backward_reads_input = true,
          .backward_reads_output = true,
          .by_image = true,
          .reads_packed = false,
          .identity_at_inference = false,
          .probabilities = {}};
}

double Recurrence::operations(const Graph& graph) const {
  const auto& spec = graph.parameters[weight];
  return 2 * static_cast<double>(graph.slots[output].positions * spec.rows * spec.columns);
}

template <typename T>
void Recurrence::forward(Lowering<T>& lowering, const Operation& operation) const {
  RecurrentLowering<T>(lowering, operation, *this).forward();
}

template <typename T>
void Recurrence::backward(Lowering<T>& lowering, const Operation& operation) const {
  RecurrentLowering<T>(lowering, operation, *this).backward();
}

std::shared_ptr<const graph::Op> make_recurrence(const Recurrence& recurrence) {
  return make_op(recurrence);
}

}  // namespace lithe::ops
