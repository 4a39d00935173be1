// embedding: a row of learned numbers for each category. What comes in are whole numbers, each the
// number of a category; any other value has a row of its own behind them.
//
// Only the rows that a batch meets have a gradient, and only these are updated: the costs are those
// of what was met, not of what exists. So an optimizer that changes weights without a gradient (by
// momentum, a mean of squares that fades, weight decay) does so lazily: a row stands still until it
// is met again. Plain gradient descent is exact.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "ops/categories.h"
#include "ops/op.h"
#include "ops/tied_embedding.h"

namespace lithe::ops {

namespace {

constexpr std::size_t kMostCategories = std::size_t{1} << 24;  // exact in float32

// Calls work(n, columns, at) for the pieces of row `row`: columns from n on, which stand at `at`.
template <typename T, class Work>
void each_piece(const kernels::Panels<T>& table, std::size_t row, const Work& work) {
  for (std::size_t n = 0; n < table.padded_columns(); n += kernels::kPanel<T>)
    work(n, table.width(n), table.at(row, n));
}

// What a batch met: its categories in the order in which they came, and the place of each among
// them.
template <typename T>
class Met {
 public:
  Met(std::uint32_t* places, std::uint32_t* categories, T* sums, std::size_t stride)
      : places_(places), categories_(categories), sums_(sums), stride_(stride) {}

  // The sum of the gradients of a category, zero where it is new.
  T* sum_of(std::size_t category) {
    std::uint32_t& place = places_[category];
    if (place == 0) {
      categories_[count] = static_cast<std::uint32_t>(category);
      std::fill_n(sums_ + count * stride_, stride_, T{0});
      place = static_cast<std::uint32_t>(++count);
    }
    return sums_ + (place - 1) * stride_;
  }
  std::size_t category(std::size_t i) const { return categories_[i]; }
  const T* sum(std::size_t i) const { return sums_ + i * stride_; }
  void forget() {
    for (std::size_t i = 0; i < count; ++i) places_[categories_[i]] = 0;
    count = 0;
  }

  std::size_t count = 0;

 private:
  std::uint32_t* places_;      // of each category, from 1; 0: not met
  std::uint32_t* categories_;  // of each place
  T* sums_;
  std::size_t stride_;
};

// Adds up the gradients of the rows that were met, and has each updated, or added to the gradients
// that are kept.
template <typename T>
class EmbeddingUpdateStage final : public plan::Stage<T> {
 public:
  EmbeddingUpdateStage(plan::Values<T> ids, plan::Values<T> dy, plan::Lengths ends,
                       kernels::Panels<T> table, const Met<T>& met,
                       const plan::TrainableParameter<T>& weight, T* kept)
      : ids_(ids), dy_(dy), ends_(ends), table_(table), met_(met), weight_(weight), kept_(kept) {}

  void run(const plan::Batch<T>& batch, plan::Share) override {
    const kernels::Matrix<T> ids = ids_.of(batch), dy = dy_.of(batch);
    for (std::size_t i = 0; i < batch.rows; ++i)
      for (std::size_t p = 0; p < ends_.of(i, ids_.columns); ++p) {
        const T* const from = dy.row(i * ids_.columns + p);
        T* const to = met_.sum_of(category_of(ids.row(i)[p], table_.rows - 1));
        for (std::size_t n = 0; n < dy_.columns; ++n) to[n] += from[n];
      }
    if (kept_ != nullptr) std::fill_n(kept_, table_.size(), T{0});
    for (std::size_t m = 0; m < met_.count; ++m) use(batch, m);
    met_.forget();
  }

 private:
  void use(const plan::Batch<T>& batch, std::size_t m) {
    each_piece(table_, met_.category(m), [&](std::size_t n, std::size_t columns, std::size_t at) {
      if (kept_ != nullptr)
        std::copy_n(met_.sum(m) + n, columns, kept_ + at);
      else
        weight_.step(*batch.update, met_.sum(m) + n, at, 1, columns, columns);
    });
  }

  plan::Values<T> ids_, dy_;
  plan::Lengths ends_;
  kernels::Panels<T> table_;
  Met<T> met_;
  plan::TrainableParameter<T> weight_;
  T* kept_;  // null: each row is updated at once
};

struct Embedding {
  SlotId input, output;
  ParameterId weight;  // [categories + 1][size]
  std::optional<SlotId> lengths;

  std::vector<SlotId> inputs() const { return with_lengths(input, lengths); }
  std::vector<ParameterId> parameters() const { return {weight}; }
  Traits traits() const {
    return {.elementwise = false,
            .backward_reads_input = true,
            .backward_reads_output = false,
            .by_image = false,
            .reads_packed = false,
            .identity_at_inference = false,
            .probabilities = {}};
  }
  double operations(const Graph&) const { return 0; }

  template <typename T>
  kernels::Panels<T> table(const Lowering<T>& lowering) const {
    const auto& spec = lowering.graph().parameters[weight];
    return {spec.rows, spec.columns};
  }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId from = lowering.value(input), to = lowering.value(output);
    std::vector<Access> access = {{from, false}, {to, true}, {lowering.parameter(weight), false}};
    if (lengths) access.push_back({lowering.value(*lengths), false});
    lowering.add(
        {.name = operation.label + ": gather",
         .phase = Phase::forward,
         .columns = lowering.columns(output),
         .from = from,
         .to = to,
         .access = std::move(access),
         .split = Split::rows,
         .values = lowering.graph().slots[output].size()},
        [&lowering, own = *this](const Buffers& buffers) {
          return plan::elementwise_function<T>(
              [ids = lowering.values(buffers, own.input), y = lowering.values(buffers, own.output),
               table = own.table(lowering), rows = lowering.parameters().at(own.weight),
               ends = lowering.lengths(buffers, own.lengths)](const plan::Batch<T>& batch,
                                                              kernels::Range) {
                for (std::size_t i = 0; i < batch.rows; ++i)
                  for (std::size_t p = 0; p < ids.columns; ++p) {
                    T* const row = y.of(batch).row(i * ids.columns + p);
                    if (p >= ends.of(batch.first + i, ids.columns)) {
                      std::fill_n(row, y.stride, T{0});
                      continue;
                    }
                    each_piece(table, category_of(ids.of(batch).row(i)[p], table.rows - 1),
                               [&](std::size_t n, std::size_t columns, std::size_t at) {
                                 std::copy_n(rows + at, columns, row + n);
                               });
                  }
              });
        });
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId gradient = lowering.gradient(output);
    if (lowering.wanted(input)) {  // which category it is has no gradient
      const BufferId zeros = lowering.book_matrix("zeros", input);
      lowering.persist(zeros);
      lowering.contribute(input, zeros);
    }
    if (lowering.learns(weight)) train(lowering, operation, gradient);
    lowering.release(gradient);
  }

  template <typename T>
  void train(Lowering<T>& lowering, const Operation& operation, BufferId gradient) const {
    const std::size_t most = std::min(lowering.rows(output), table(lowering).rows);
    const BufferId places = lowering.book("places of categories of " + operation.label,
                                          table(lowering).rows * sizeof(std::uint32_t));
    lowering.persist(places);  // zero between steps
    const BufferId met = lowering.book("categories met", most * sizeof(std::uint32_t));
    const BufferId sums = lowering.book("sums of gradients of " + operation.label,
                                        most * table(lowering).padded_columns() * sizeof(T));
    const bool at_once = lowering.updates_at_once(weight);
    const plan::GradientPlace place =
        at_once ? plan::GradientPlace{kNoBuffer, 0} : lowering.place_gradient(weight);
    std::vector<Access> access = {{lowering.value(input), false},
                                  {gradient, false},
                                  {places, true},
                                  {met, true},
                                  {sums, true},
                                  {lowering.parameter(weight), at_once}};
    if (!at_once) access.push_back({place.buffer, true});
    if (lengths) access.push_back({lowering.value(*lengths), false});
    const auto& rule = optimizers::row(lowering.request().optimizer->rule);
    lowering.add(
        operation.label + ": gradient of the rows that were met" +
            (at_once ? fmt::format(", {}", rule.name) : ""),
        Phase::backward_and_update, std::move(access),
        [&lowering, own = *this, gradient, places, met, sums, at_once,
         place](const Buffers& buffers) {
          const kernels::Panels<T> table = own.table(lowering);
          return std::make_unique<EmbeddingUpdateStage<T>>(
              lowering.values(buffers, own.input), lowering.values(buffers, own.output, gradient),
              lowering.lengths(buffers, own.lengths), table,
              Met<T>(buffers.at<std::uint32_t>(places), buffers.at<std::uint32_t>(met),
                     buffers.at<T>(sums), table.padded_columns()),
              lowering.trainable(own.weight), at_once ? nullptr : lowering.at(buffers, place));
        });
    if (at_once)
      lowering.bound_units(operation, weight);
    else
      lowering.update(operation, {weight}, {place}, kNoBuffer);
  }
};

// Whether a dense layer behind it has the same weights.
bool is_tied(const GraphBuilder& builder) {
  return !builder.tied && std::ranges::any_of(*builder.sentence, [](const Component& layer) {
    return layer.name == "dense" && layer.component("tied").name == "true";
  });
}

void build(const Component& layer, GraphBuilder& builder) {
  if (builder.shape.sizes.size() != 1)
    builder.fail(fmt::format("embedding takes categories in a row, and {} comes in",
                             builder.shape.to_string()),
                 "input(64), for 64 categories one behind the other");
  const std::size_t length = builder.shape.size(), size = layer.integer("size");
  const std::size_t categories = layer.integer("categories");
  const bool tied = is_tied(builder);
  const std::size_t rows = tied ? size : categories + 1, columns = tied ? categories : size;
  const ParameterId weight =
      builder.add_parameter({builder.parameter_name("weight"), ParameterKind::weight, rows, columns,
                             rows, columns, layer.component("init")});
  if (tied) builder.tied = weight;
  const SlotId input = builder.slot;
  builder.slot = builder.graph.add_slot(fmt::format("output of layer {}", builder.label), size,
                                        builder.by_steps() ? 1 : length);
  if (tied)
    builder.add(make_tied_embedding({input, builder.slot, weight, builder.lengths}));
  else
    builder.add(make_op(Embedding{input, builder.slot, weight, builder.lengths}));
  builder.shape = Shape{{length, size}};
  builder.channels = size;
}

}  // namespace

std::vector<Layer> embedding_layers() {
  using network::Category, network::Type;
  return {{{"embedding",
            "learned numbers in the place of each category: a row of N whole numbers, from 0 on, "
            "becomes a sequence, N x size; any other value has numbers of its own",
            {{"categories",
              "how many there are",
              Type::integer,
              {},
              1,
              static_cast<double>(kMostCategories)},
             {"size", "how many numbers each has", Type::integer, {}, 1, 1 << 16},
             {"init", "initial numbers", Type::component, "normal(0.1)", 0, 0, false,
              Category::initializer}}},
           build,
           InputForm::row,
           /*holds_layers=*/false,
           Unequal::whole,
           /*by_steps=*/true}};
}

}  // namespace lithe::ops
