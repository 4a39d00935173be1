// dense: every unit takes a weighted sum of all inputs, adds a bias and applies an activation.
//   y = activation(x W + b), W [inputs][units], b [units]
#include "ops/dense.h"

#include <fmt/format.h>

#include "blas/choice.h"
#include "ops/dense_stages.h"
#include "ops/op.h"
#include "plan/blas.h"

namespace lithe::ops {

namespace {

using kernels::row_stride;

// Whether the kernels leave out half of a row's last cache line: kernels/half_lines-inl.h.
template <typename T>
constexpr bool half_empty(std::size_t units) {
  return (units - 1) % kernels::kLine<T> < kernels::kLine<T> / 2;
}

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
  bool choose(plan::Product product, LoweredStage<T>& stage) const;
  BufferId book_blas_scratch(LoweredStage<T>& stage);
  kernels::BlasProducts<T> blas_products() const {
    return {lowering_.request().blas->handle(), lowering_.rows(dense_.output)};
  }
  // Calls make(products) with the thing that multiplies.
  template <class Make>
  std::unique_ptr<plan::Stage<T>> with_products(const Buffers& buffers, bool by_blas, bool indexed,
                                                BufferId scratch, const Make& make) const;
  template <class Products>
  WeightGradient<T, Products> weight_gradient(const Buffers& buffers, BufferId gradient,
                                              const Products& products) const;
  BufferId transpose(BufferId gradient);
  kernels::InputGradientProduct<T> data_product(const Buffers& buffers, BufferId gradient) const;
  void sgd(LoweredStage<T> stage, BufferId gradient, bool by_blas, BufferId scratch);
  void update_in_pieces(LoweredStage<T> stage, BufferId gradient, bool by_blas, BufferId scratch);
  void keep(LoweredStage<T> stage, BufferId gradient, bool by_blas, BufferId scratch);

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

// Whether a BLAS makes the product, and what is printed of that.
template <typename T>
bool DenseLowering<T>::choose(plan::Product product, LoweredStage<T>& stage) const {
  const plan::Request& request = lowering_.request();
  const bool indexed = product != plan::Product::input_gradient && lowering_.indexed(dense_.input);
  const plan::ProductChoice choice = plan::choose_product(
      request.blas, {product, lowering_.rows(dense_.output), spec_.rows, spec_.columns},
      indexed ? request.nonzero_columns : 1, lowering_.kernels());
  plan::describe_product(choice, request.isa, indexed, stage.info);
  if (product == plan::Product::input_gradient)
    stage.info.refused = choice.refused;  // the tiles have no other form
  else if (!choice.by_blas && request.isa != cpu::Isa::scalar && half_empty<T>(spec_.columns))
    stage.info.kernel += ", without the empty half of the last line";
  return choice.by_blas;
}

template <typename T>
BufferId DenseLowering<T>::book_blas_scratch(LoweredStage<T>& stage) {
  const kernels::BlasProducts<T> products = blas_products();
  stage.info.by_blas = true;
  stage.info.kernel = fmt::format("gemm of {}, {}", short_name(lowering_.request().blas->library()),
                                  spec_.columns <= kernels::kPanel<T> ? "weights as they lie"
                                  : products.copies(spec_.columns)    ? "weights copied in blocks"
                                                                      : "panel by panel");
  const BufferId scratch = lowering_.book(
      "scratch of a BLAS",
      lowering_.threads() * products.scratch_size(spec_.rows, spec_.columns) * sizeof(T));
  // Each thread has a part of its own, like the columns that it makes.
  stage.access.buffers.push_back(
      {scratch, true, kernels::divide_up(stage.columns, kernels::kLine<T>)});
  return scratch;
}

template <typename T>
template <class Make>
std::unique_ptr<plan::Stage<T>> DenseLowering<T>::with_products(const Buffers& buffers,
                                                                bool by_blas, bool indexed,
                                                                BufferId scratch,
                                                                const Make& make) const {
  if (!by_blas)
    return make(NativeProducts<T>(lowering_.kernels(), indexed, buffers.at<T>(scratch)));
  const kernels::BlasProducts<T> products = blas_products();
  return make(BlasProducts<T>(products, buffers.at<T>(scratch),
                              products.scratch_size(spec_.rows, spec_.columns)));
}

template <typename T>
void DenseLowering<T>::forward() {
  LoweredStage<T> stage = this->stage("forward", spec_.columns, 1);
  const bool by_blas = choose(plan::Product::forward, stage);
  stage.info.phase = Phase::forward;
  const std::size_t slices = lowering_.slices_if_shared(spec_.columns, stage.info.operations);
  stage.access.buffers = {{lowering_.value(dense_.input), false},
                          {lowering_.parameter(dense_.weight), false, slices},
                          {lowering_.parameter(dense_.bias), false, slices},
                          {lowering_.value(dense_.output), true, slices}};
  stage.result = lowering_.value(dense_.output);
  const BufferId scratch = by_blas ? book_blas_scratch(stage) : kNoBuffer;
  stage.make = [own = *this, by_blas, scratch](const Buffers& buffers) {
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
        buffers, by_blas, lowering.indexed(own.dense_.input), scratch,
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
  const bool by_blas = choose(plan::Product::input_gradient, stage);
  const BufferId transposed = by_blas ? kNoBuffer : transpose(gradient);
  const BufferId result = lowering_.book_matrix(
      "gradient of " + lowering_.graph().slots[dense_.input].name, dense_.input);
  lowering_.contribute(dense_.input, result);
  const std::size_t slices = lowering_.slices_if_shared(spec_.rows, stage.info.operations);
  stage.access.buffers = {
      {gradient, false}, {lowering_.parameter(dense_.weight), false}, {result, true, slices}};
  stage.result = result;
  const BufferId scratch = by_blas ? book_blas_scratch(stage) : kNoBuffer;
  if (!by_blas) stage.access.buffers.push_back({transposed, false});
  stage.make = [own = *this, by_blas, gradient, result, transposed,
                scratch](const Buffers& buffers) {
    kernels::InputGradientProduct<T> product = own.data_product(buffers, gradient);
    product.dx = buffers.at<T>(result);
    product.dx_stride = row_stride<T>(own.spec_.rows);
    product.transposed = buffers.at<T>(transposed);
    return own.with_products(
        buffers, by_blas, false, scratch,
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
void DenseLowering<T>::sgd(LoweredStage<T> stage, BufferId gradient, bool by_blas,
                           BufferId scratch) {
  stage.info.kernel += by_blas ? ", added to the weights" : ", gradient used in registers";
  stage.make = [own = *this, gradient, by_blas, scratch](const Buffers& buffers) {
    return own.with_products(
        buffers, by_blas, own.lowering_.indexed(own.dense_.input), scratch,
        [&]<class Products>(const Products& products) -> std::unique_ptr<plan::Stage<T>> {
          return std::make_unique<SgdStage<T, Products>>(
              own.weight_gradient(buffers, gradient, products), own.trainable_bias());
        });
  };
  lowering_.add(std::move(stage));
}

template <typename T>
void DenseLowering<T>::update_in_pieces(LoweredStage<T> stage, BufferId gradient, bool by_blas,
                                        BufferId scratch) {
  stage.info.kernel +=
      by_blas ? ", gradient used piece by piece" : ", gradient used block by block";
  const std::size_t slices = stage.access.buffers[2].slices;
  const auto book = [&](const char* name, std::size_t size) {
    const BufferId buffer = lowering_.book(name, lowering_.threads() * size * sizeof(T));
    stage.access.buffers.push_back({buffer, true, slices});
    return buffer;
  };
  if (!by_blas) scratch = book("blocks of gradients", NativeProducts<T>::kScratch);
  const BufferId sums = book("gradients of biases", kernels::kPanel<T>);
  stage.make = [own = *this, gradient, by_blas, scratch, sums](const Buffers& buffers) {
    return own.with_products(
        buffers, by_blas, own.lowering_.indexed(own.dense_.input), scratch,
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
void DenseLowering<T>::keep(LoweredStage<T> stage, BufferId gradient, bool by_blas,
                            BufferId scratch) {
  stage.info.kernel += ", gradient kept";
  std::vector<ParameterId> ids = {dense_.weight};
  if (has_bias()) ids.push_back(dense_.bias);
  std::vector<plan::GradientPlace> places;
  for (const ParameterId id : ids) {
    places.push_back(lowering_.place_gradient(id));
    if (places.size() == 1 || places[1].buffer != places[0].buffer)
      stage.access.buffers.push_back({places.back().buffer, true});
  }
  stage.make = [own = *this, gradient, by_blas, scratch, places](const Buffers& buffers) {
    return own.with_products(
        buffers, by_blas, own.lowering_.indexed(own.dense_.input), scratch,
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
  const bool by_blas = choose(plan::Product::weight_gradient, stage);
  const std::size_t slices = lowering_.slices_if_shared(spec_.columns, stage.info.operations);
  stage.access.buffers = {{lowering_.value(dense_.input), false},
                          {gradient, false},
                          {lowering_.parameter(dense_.weight), true, slices}};
  if (has_bias()) stage.access.buffers.push_back({lowering_.parameter(dense_.bias), true, slices});
  stage.result = lowering_.parameter(dense_.weight);
  const BufferId scratch = by_blas ? book_blas_scratch(stage) : kNoBuffer;
  if (!at_once) return keep(std::move(stage), gradient, by_blas, scratch);
  if (lowering_.plain_descent() && !(by_blas && blas_products().copies(spec_.columns)))
    sgd(std::move(stage), gradient, by_blas, scratch);
  else
    update_in_pieces(std::move(stage), gradient, by_blas, scratch);
  lowering_.bound_units(operation_, dense_.weight);
}

// The weights of the embedding in front.
ParameterId tied_weight(const GraphBuilder& builder, std::size_t inputs, std::size_t units) {
  if (!builder.tied)
    builder.fail("there is no embedding in front whose weights could be tied",
                 "embedding(65, 128) first, as a layer of the network itself; or without tied");
  const ParameterSpec& spec = builder.graph.parameters[*builder.tied];
  if (spec.rows != inputs || spec.columns != units)
    builder.fail(fmt::format("{} inputs and {} units cannot share the weights of {} categories "
                             "with {} numbers each",
                             inputs, units, spec.columns, spec.rows),
                 fmt::format("dense({}, tied=true) behind {} channels", spec.columns, spec.rows));
  return *builder.tied;
}

void build(const Component& layer, GraphBuilder& builder) {
  if (builder.shape.sizes.size() != 1 && !builder.is_sequence())
    builder.fail(
        fmt::format("dense takes a flat input, and {} comes in", builder.shape.to_string()),
        "put flatten before it");
  builder.by_positions();
  const bool sequence = builder.is_sequence();
  const std::size_t inputs = builder.shape.sizes.back(), units = layer.integer("units");
  const Component& activation = layer.component("activation");
  const ParameterId weight =
      layer.component("tied").name == "true"
          ? tied_weight(builder, inputs, units)
          : builder.add_parameter({builder.parameter_name("weight"), ParameterKind::weight, inputs,
                                   units, inputs, units,
                                   resolve_initializer(layer.component("init"), activation.name)});
  const ParameterId bias = builder.add_parameter(
      {builder.parameter_name("bias"), ParameterKind::vector, 1, units, inputs, units,
       resolve_initializer(layer.component("bias_init"), activation.name)});
  const SlotId input = builder.slot;
  const bool linear = activation.name == "identity";
  const SlotId output = builder.advance(linear ? "output" : "sums", units);
  builder.add(make_dense({input, output, weight, bias}));
  builder.shape.sizes.back() = units;
  if (sequence) builder.channels = units;
  builder.activate(activation);
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

std::vector<Layer> dense_layers() {
  using network::Category, network::Type;
  return {
      {{"dense",
        "a fully connected layer; of a sequence, at each position",
        {{"units", "number of units", Type::integer, {}, 1, 1 << 20},
         {"activation", "applied to each unit", Type::component, "identity", 0, 0, false,
          Category::activation},
         {"init", "initial weights", Type::component, "auto", 0, 0, false, Category::initializer},
         {"bias_init", "initial biases", Type::component, "zeros", 0, 0, false,
          Category::initializer},
         {"tied",
          "its weights are those of the first embedding, whose categories it tells apart (Press "
          "and Wolf, 2017)",
          Type::component, "false", 0, 0, false, Category::answer}}},
       build,
       InputForm::row,
       /*holds_layers=*/false,
       Unequal::at_each_position}};
}

}  // namespace lithe::ops
