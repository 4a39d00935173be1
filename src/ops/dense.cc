// The products of a dense layer on their way to stages.
#include "ops/dense.h"

#include <fmt/format.h>

#include "blas/choice.h"
#include "ops/dense_stages.h"
#include "ops/op.h"
#include "ops/pair_stages.h"
#include "plan/blas.h"
#include "plan/choose_pairs.h"

namespace lithe::ops {

namespace {

using kernels::row_stride;

// Whether the kernels leave out half of a row's last cache line: kernels/half_lines-inl.h.
template <typename T>
constexpr bool half_empty(std::size_t units) {
  return (units - 1) % kernels::kLine<T> < kernels::kLine<T> / 2;
}

// Who makes a product, and what it needs besides the matrices.
struct Maker {
  enum class Kind { native, paired, blas } kind = Kind::native;
  BufferId scratch = plan::kNoBuffer;
  BufferId input_pairs = plan::kNoBuffer, gradient_pairs = plan::kNoBuffer;  // of `paired`
  std::size_t input_stride = 0, scratch_size = 0;                            // likewise

  bool by_blas() const { return kind == Kind::blas; }
  bool paired() const { return kind == Kind::paired; }
};

// One of the products of a dense layer on its way to a stage.
template <typename T>
class DenseLowering {
 public:
  DenseLowering(Lowering<T>& lowering, const Operation& operation, const Dense& dense,
                const char* weights = "weights")
      : lowering_(lowering),
        operation_(operation),
        dense_(dense),
        weights_(weights),
        spec_(lowering.graph().parameters[dense.weight]),
        positions_(lowering.graph().slots[dense.output].positions) {}

  void forward();
  void input_gradient(BufferId gradient);
  void update(BufferId gradient);

 private:
  bool has_bias() const { return dense_.bias != kNoBias; }
  TrainableParameter<T> trainable_bias() const {
    return has_bias() ? lowering_.trainable(dense_.bias) : TrainableParameter<T>{};
  }
  LoweredStage<T> stage(const std::string& what, std::size_t columns, int weight_passes) const;
  Maker choose(plan::Product product, LoweredStage<T>& stage) const;
  BufferId book_scratch(LoweredStage<T>& stage, std::size_t size);
  void book_blas_scratch(Maker& maker, LoweredStage<T>& stage);
  void book_paired_scratch(Maker& maker, LoweredStage<T>& stage, std::size_t size);
  BufferId pair_input(PairForm form, Phase phase);
  BufferId pair_gradient(PairForm form, BufferId gradient);
  kernels::BlasProducts<T> blas_products() const {
    return {lowering_.request().blas->handle(), lowering_.rows(dense_.output)};
  }
  // Calls make(products) with the thing that multiplies.
  template <class Make>
  std::unique_ptr<plan::Stage<T>> with_products(const Buffers& buffers, const Maker& maker,
                                                bool indexed, const Make& make) const;
  template <class Products>
  WeightGradient<T, Products> weight_gradient(const Buffers& buffers, BufferId gradient,
                                              const Products& products) const;
  BufferId transpose(BufferId gradient);
  kernels::InputGradientProduct<T> data_product(const Buffers& buffers, BufferId gradient) const;
  void sgd(LoweredStage<T> stage, BufferId gradient, const Maker& maker);
  void update_in_pieces(LoweredStage<T> stage, BufferId gradient, Maker maker);
  void keep(LoweredStage<T> stage, BufferId gradient, const Maker& maker);

  Lowering<T>& lowering_;
  const Operation& operation_;
  Dense dense_;
  const char* weights_;
  const ParameterSpec& spec_;
  std::size_t positions_;
};

// `columns`: those that the stage divides among threads.
template <typename T>
LoweredStage<T> DenseLowering<T>::stage(const std::string& what, std::size_t columns,
                                        int weight_passes) const {
  const double rows = static_cast<double>(lowering_.rows(dense_.output));
  const double inputs = static_cast<double>(spec_.rows), units = static_cast<double>(spec_.columns);
  LoweredStage<T> result =
      lowering_.stage(operation_.label + ": " + what, Phase::backward_and_update);
  result.info.operations =
      static_cast<double>(lowering_.request().batch) * dense_.operations(lowering_.graph());
  result.info.bytes = sizeof(T) * (rows * (inputs + units) + weight_passes * inputs * units);
  result.access.workers = lowering_.workers_for(columns, result.info.operations);
  result.fusion = Fusion::by_lines;
  result.columns = columns;
  return result;
}

// Who makes the product, and what is printed of that.
template <typename T>
Maker DenseLowering<T>::choose(plan::Product product, LoweredStage<T>& stage) const {
  const plan::Request& request = lowering_.request();
  const bool indexed = product != plan::Product::input_gradient && lowering_.indexed(dense_.input);
  if (request.bfloat16) {
    plan::describe_paired(lowering_.kernels(), indexed, stage.info);
    return {.kind = Maker::Kind::paired};
  }
  const plan::ProductShape shape{product, lowering_.rows(dense_.output), spec_.rows, spec_.columns};
  const plan::ProductChoice choice = plan::choose_product(
      request.blas, shape, indexed ? request.nonzero_columns : 1, lowering_.kernels());
  plan::describe_product(choice, request.isa, indexed, stage.info);
  if (product == plan::Product::input_gradient)
    stage.info.refused = choice.refused;  // the tiles have no other form
  else if (!choice.by_blas && request.isa != cpu::Isa::scalar && half_empty<T>(spec_.columns))
    stage.info.kernel += ", without the empty half of the last line";
  if (lowering_.training())
    stage.info.refused.push_back(plan::against_pairs(lowering_.kernels(), shape));
  return {.kind = choice.by_blas ? Maker::Kind::blas : Maker::Kind::native};
}

// Each thread has a part of its own, like the columns that it makes.
template <typename T>
BufferId DenseLowering<T>::book_scratch(LoweredStage<T>& stage, std::size_t size) {
  const BufferId scratch =
      lowering_.book("scratch of a product", lowering_.threads() * size * sizeof(T));
  stage.access.buffers.push_back(
      {scratch, true, kernels::divide_up(stage.columns, kernels::kLine<T>)});
  return scratch;
}

template <typename T>
void DenseLowering<T>::book_blas_scratch(Maker& maker, LoweredStage<T>& stage) {
  const kernels::BlasProducts<T> products = blas_products();
  stage.info.by_blas = true;
  stage.info.kernel = fmt::format("gemm of {}, {}", short_name(lowering_.request().blas->library()),
                                  spec_.columns <= kernels::kPanel<T> ? "weights as they lie"
                                  : products.copies(spec_.columns)    ? "weights copied in blocks"
                                                                      : "panel by panel");
  maker.scratch = book_scratch(stage, products.scratch_size(spec_.rows, spec_.columns));
}

template <typename T>
void DenseLowering<T>::book_paired_scratch(Maker& maker, LoweredStage<T>& stage, std::size_t size) {
  maker.scratch_size = size;
  maker.scratch = book_scratch(stage, size);
}

// The input of the product, rounded.
template <typename T>
BufferId DenseLowering<T>::pair_input(PairForm form, Phase phase) {
  return add_pairs<T>(
      lowering_, "the input of " + operation_.label, phase, form, lowering_.rows(dense_.output),
      spec_.rows, lowering_.value(dense_.input),
      [&lowering = lowering_, input = dense_.input](const Buffers& buffers) -> PairSource<T> {
        const Operands<T>& operands = lowering.operands(buffers, input);
        return [&operands](const Batch<T>& batch) { return operands.at(batch); };
      });
}

// The gradient of its output, rounded.
template <typename T>
BufferId DenseLowering<T>::pair_gradient(PairForm form, BufferId gradient) {
  return add_pairs<T>(lowering_, "the gradient of " + operation_.label, Phase::backward_and_update,
                      form, lowering_.rows(dense_.output), spec_.columns, gradient,
                      [gradient, columns = spec_.columns,
                       positions = positions_](const Buffers& buffers) -> PairSource<T> {
                        return [dy = buffers.at<T>(gradient), columns,
                                positions](const Batch<T>& batch) {
                          return kernels::Operand<T>{dy, row_stride<T>(columns),
                                                     batch.rows * positions, columns, nullptr};
                        };
                      });
}

template <typename T>
template <class Make>
std::unique_ptr<plan::Stage<T>> DenseLowering<T>::with_products(const Buffers& buffers,
                                                                const Maker& maker, bool indexed,
                                                                const Make& make) const {
  T* const scratch = buffers.at<T>(maker.scratch);
  switch (maker.kind) {
    case Maker::Kind::paired:
      return make(PairedProducts<T>(lowering_.kernels(), indexed,
                                    {buffers.at<T>(maker.input_pairs), maker.input_stride,
                                     buffers.at<T>(maker.gradient_pairs)},
                                    scratch, maker.scratch_size));
    case Maker::Kind::blas: {
      const kernels::BlasProducts<T> products = blas_products();
      return make(
          BlasProducts<T>(products, scratch, products.scratch_size(spec_.rows, spec_.columns)));
    }
    case Maker::Kind::native:
      break;
  }
  return make(NativeProducts<T>(lowering_.kernels(), indexed, scratch));
}

template <typename T>
void DenseLowering<T>::forward() {
  LoweredStage<T> stage = this->stage("forward", spec_.columns, 1);
  Maker maker = choose(plan::Product::forward, stage);
  stage.info.phase = Phase::forward;
  const std::size_t slices = lowering_.slices_if_shared(spec_.columns, stage.info.operations);
  stage.access.buffers = {{lowering_.value(dense_.input), false},
                          {lowering_.parameter(dense_.weight), false, slices},
                          {lowering_.parameter(dense_.bias), false, slices},
                          {lowering_.value(dense_.output), true, slices}};
  stage.result = lowering_.value(dense_.output);
  if (maker.by_blas()) book_blas_scratch(maker, stage);
  if (maker.paired()) {
    maker.input_pairs = pair_input(PairForm::columns, Phase::forward);
    maker.input_stride = pair_stride<T>(PairForm::columns, spec_.rows);
    stage.access.buffers.push_back({maker.input_pairs, false});
    book_paired_scratch(maker, stage, kernels::paired_forward_scratch<T>(spec_.rows));
  }
  stage.make = [own = *this, maker](const Buffers& buffers) {
    Lowering<T>& lowering = own.lowering_;
    kernels::ForwardProduct<T> product{};
    product.weight = lowering.parameters().at(own.dense_.weight);
    product.bias = lowering.parameters().at(own.dense_.bias);
    product.inputs = own.spec_.rows, product.units = own.spec_.columns;
    const plan::Values<T> y = lowering.values(buffers, own.dense_.output);
    product.y = y.data;
    product.y_stride = y.stride;
    const Operands<T>& operands = lowering.operands(buffers, own.dense_.input);
    return own.with_products(
        buffers, maker, lowering.indexed(own.dense_.input),
        [&]<class Products>(const Products& products) -> std::unique_ptr<plan::Stage<T>> {
          return std::make_unique<ForwardStage<T, Products>>(product, operands, products);
        });
  };
  lowering_.add(std::move(stage));
}

template <typename T>
kernels::InputGradientProduct<T> DenseLowering<T>::data_product(const Buffers& buffers,
                                                                BufferId gradient) const {
  kernels::InputGradientProduct<T> product{};
  product.dy = buffers.at<T>(gradient);
  product.dy_stride = row_stride<T>(spec_.columns);
  product.weight = lowering_.parameters().at(dense_.weight);
  product.inputs = spec_.rows, product.units = spec_.columns;
  return product;
}

template <typename T>
BufferId DenseLowering<T>::transpose(BufferId gradient) {
  const std::size_t units = spec_.columns, rows = lowering_.rows(dense_.output);
  const BufferId transposed =
      lowering_.book("transposed gradient of " + lowering_.graph().slots[dense_.output].name,
                     kernels::Panels<T>{units, rows}.size() * sizeof(T));
  LoweredStage<T> stage =
      lowering_.stage(operation_.label + ": transpose the gradient", Phase::backward_and_update);
  stage.info.bytes = 2 * static_cast<double>(rows * units * sizeof(T));
  stage.access = {lowering_.workers_for(units, 8 * static_cast<double>(rows * units)),
                  {{gradient, false}, {transposed, true}}};
  stage.make = [own = *this, gradient, transposed](const Buffers& buffers) {
    kernels::InputGradientProduct<T> product = own.data_product(buffers, gradient);
    product.transposed = buffers.at<T>(transposed);
    return std::make_unique<TransposeStage<T>>(product, own.positions_,
                                               own.lowering_.kernels().transpose);
  };
  lowering_.add(std::move(stage));
  return transposed;
}

template <typename T>
void DenseLowering<T>::input_gradient(BufferId gradient) {
  LoweredStage<T> stage = this->stage("gradient of its input", spec_.rows, 1);
  Maker maker = choose(plan::Product::input_gradient, stage);
  const BufferId transposed = maker.by_blas()  ? kNoBuffer
                              : maker.paired() ? pair_gradient(PairForm::transposed, gradient)
                                               : transpose(gradient);
  const BufferId result = lowering_.book_matrix(
      "gradient of " + lowering_.graph().slots[dense_.input].name, dense_.input);
  lowering_.contribute(dense_.input, result);
  const std::size_t slices = lowering_.slices_if_shared(spec_.rows, stage.info.operations);
  stage.access.buffers = {
      {gradient, false}, {lowering_.parameter(dense_.weight), false}, {result, true, slices}};
  stage.result = result;
  if (maker.by_blas()) book_blas_scratch(maker, stage);
  if (maker.paired())
    book_paired_scratch(maker, stage, kernels::paired_gradient_scratch<T>(spec_.columns));
  if (!maker.by_blas()) stage.access.buffers.push_back({transposed, false});
  stage.make = [own = *this, maker, gradient, result, transposed](const Buffers& buffers) {
    kernels::InputGradientProduct<T> product = own.data_product(buffers, gradient);
    product.dx = buffers.at<T>(result);
    product.dx_stride = row_stride<T>(own.spec_.rows);
    product.transposed = buffers.at<T>(transposed);
    return own.with_products(
        buffers, maker, false,
        [&]<class Products>(const Products& products) -> std::unique_ptr<plan::Stage<T>> {
          return std::make_unique<InputGradientStage<T, Products>>(product, own.positions_,
                                                                   products);
        });
  };
  lowering_.add(std::move(stage));
}

template <typename T>
template <class Products>
WeightGradient<T, Products> DenseLowering<T>::weight_gradient(const Buffers& buffers,
                                                              BufferId gradient,
                                                              const Products& products) const {
  kernels::WeightProduct<T> product{};
  product.dy = buffers.at<T>(gradient);
  product.dy_stride = row_stride<T>(spec_.columns);
  product.inputs = spec_.rows, product.units = spec_.columns;
  product.weight = lowering_.parameters().at(dense_.weight);
  product.bias = has_bias() ? lowering_.parameters().at(dense_.bias) : nullptr;
  return {product, lowering_.operands(buffers, dense_.input), products,
          lowering_.kernels().column_sums};
}

template <typename T>
void DenseLowering<T>::sgd(LoweredStage<T> stage, BufferId gradient, const Maker& maker) {
  stage.info.kernel += maker.by_blas() ? ", added to the weights" : ", gradient used in registers";
  stage.make = [own = *this, gradient, maker](const Buffers& buffers) {
    return own.with_products(
        buffers, maker, own.lowering_.indexed(own.dense_.input),
        [&]<class Products>(const Products& products) -> std::unique_ptr<plan::Stage<T>> {
          return std::make_unique<SgdStage<T, Products>>(
              own.weight_gradient(buffers, gradient, products), own.trainable_bias());
        });
  };
  lowering_.add(std::move(stage));
}

template <typename T>
void DenseLowering<T>::update_in_pieces(LoweredStage<T> stage, BufferId gradient, Maker maker) {
  stage.info.kernel +=
      maker.by_blas() ? ", gradient used piece by piece" : ", gradient used block by block";
  const std::size_t slices = stage.access.buffers[2].slices;
  const auto book = [&](const char* name, std::size_t size) {
    const BufferId buffer = lowering_.book(name, lowering_.threads() * size * sizeof(T));
    stage.access.buffers.push_back({buffer, true, slices});
    return buffer;
  };
  if (!maker.by_blas()) maker.scratch = book("blocks of gradients", GradientTiles<T>::kScratch);
  const BufferId sums = book("gradients of biases", kernels::kPanel<T>);
  stage.make = [own = *this, gradient, maker, sums](const Buffers& buffers) {
    return own.with_products(
        buffers, maker, own.lowering_.indexed(own.dense_.input),
        [&]<class Products>(const Products& products) -> std::unique_ptr<plan::Stage<T>> {
          return std::make_unique<UpdateStage<T, Products>>(
              own.weight_gradient(buffers, gradient, products),
              own.lowering_.trainable(own.dense_.weight), own.trainable_bias(),
              buffers.at<T>(sums));
        });
  };
  lowering_.add(std::move(stage));
}

template <typename T>
void DenseLowering<T>::keep(LoweredStage<T> stage, BufferId gradient, const Maker& maker) {
  stage.info.kernel += ", gradient kept";
  std::vector<ParameterId> ids = {dense_.weight};
  if (has_bias()) ids.push_back(dense_.bias);
  std::vector<plan::GradientPlace> places;
  for (const ParameterId id : ids) {
    places.push_back(lowering_.place_gradient(id));
    if (places.size() == 1 || places[1].buffer != places[0].buffer)
      stage.access.buffers.push_back({places.back().buffer, true});
  }
  stage.make = [own = *this, gradient, maker, places](const Buffers& buffers) {
    return own.with_products(
        buffers, maker, own.lowering_.indexed(own.dense_.input),
        [&]<class Products>(const Products& products) -> std::unique_ptr<plan::Stage<T>> {
          return std::make_unique<KeepGradientStage<T, Products>>(
              own.weight_gradient(buffers, gradient, products),
              own.lowering_.at(buffers, places[0]),
              places.size() > 1 ? own.lowering_.at(buffers, places[1]) : nullptr);
        });
  };
  lowering_.add(std::move(stage));
  lowering_.update(operation_, ids, places, kNoBuffer);
}

// What happens to the gradient of the weights, most special first: plain gradient descent uses it
// up as it is made; any other rule in pieces, while they are in the nearest cache; it is kept where
// something needs all gradients before the first weight changes, or where a parameter has other
// uses.
template <typename T>
void DenseLowering<T>::update(BufferId gradient) {
  const bool at_once = lowering_.updates_at_once(dense_.weight) &&
                       (!has_bias() || lowering_.updates_at_once(dense_.bias));
  const auto& rule = optimizers::row(lowering_.request().optimizer->rule);
  const std::string what = fmt::format("gradient of its {}", weights_);
  LoweredStage<T> stage = this->stage(at_once ? fmt::format("{}, {}", what, rule.name) : what,
                                      spec_.columns, 2 + 2 * static_cast<int>(rule.states));
  Maker maker = choose(plan::Product::weight_gradient, stage);
  const std::size_t slices = lowering_.slices_if_shared(spec_.columns, stage.info.operations);
  stage.access.buffers = {{lowering_.value(dense_.input), false},
                          {gradient, false},
                          {lowering_.parameter(dense_.weight), true, slices}};
  if (has_bias()) stage.access.buffers.push_back({lowering_.parameter(dense_.bias), true, slices});
  stage.result = lowering_.parameter(dense_.weight);
  if (maker.by_blas()) book_blas_scratch(maker, stage);
  if (maker.paired()) {
    maker.input_pairs = pair_input(PairForm::rows, Phase::backward_and_update);
    maker.input_stride = pair_stride<T>(PairForm::rows, spec_.rows);
    maker.gradient_pairs = pair_gradient(PairForm::rows, gradient);
    stage.access.buffers.push_back({maker.input_pairs, false});
    stage.access.buffers.push_back({maker.gradient_pairs, false});
  }
  if (!at_once) return keep(std::move(stage), gradient, maker);
  if (!lowering_.plain_descent() || (maker.by_blas() && blas_products().copies(spec_.columns))) {
    update_in_pieces(std::move(stage), gradient, maker);
  } else {
    if (maker.paired()) book_paired_scratch(maker, stage, kernels::kPanel<T>);
    sgd(std::move(stage), gradient, maker);
  }
  lowering_.bound_units(operation_, dense_.weight);
}

}  // namespace

Traits Dense::traits() const {
  return {.elementwise = false,
          .backward_reads_input = true,
          .backward_reads_output = false,
          .by_image = false,
          .reads_packed = true,
          .identity_at_inference = false,
          .probabilities = {}};
}

double Dense::operations(const Graph& graph) const {
  const auto& spec = graph.parameters[weight];
  return 2 * static_cast<double>(graph.slots[output].positions * spec.rows * spec.columns);
}

template <typename T>
void Dense::forward(Lowering<T>& lowering, const Operation& operation) const {
  DenseLowering<T>(lowering, operation, *this).forward();
}

// The gradient of the input is taken with the weights as they were, so it comes before the update.
template <typename T>
void Dense::backward(Lowering<T>& lowering, const Operation& operation) const {
  DenseLowering<T> own(lowering, operation, *this);
  const BufferId gradient = lowering.gradient(output);
  if (lowering.wanted(input)) own.input_gradient(gradient);
  if (lowering.learns(weight)) own.update(gradient);
  lowering.release(gradient);
}

template <typename T>
void train_product(Lowering<T>& lowering, const Operation& operation, const Dense& product,
                   BufferId gradient, const char* what) {
  DenseLowering<T>(lowering, operation, product, what).update(gradient);
}
template void train_product(Lowering<float>&, const Operation&, const Dense&, BufferId,
                            const char*);
template void train_product(Lowering<double>&, const Operation&, const Dense&, BufferId,
                            const char*);

std::shared_ptr<const graph::Op> make_dense(const Dense& dense) { return make_op(dense); }

const Dense* as_dense(const graph::Op& op) {
  const auto* dense = dynamic_cast<const OpOf<Dense>*>(&op);
  return dense != nullptr ? &dense->spec : nullptr;
}

}  // namespace lithe::ops
