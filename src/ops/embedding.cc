// embedding: a row of learned numbers for each category. What comes in are whole numbers, each the
// number of a category; any other value has a row of its own behind them.
//
// Only the rows that a batch meets have a gradient, and only these are updated: the costs are those
// of what was met, not of what exists. So an optimizer that changes weights without a gradient (by
// momentum, a mean of squares that fades, weight decay) does so lazily: a row stands still until it
// is met again. Plain gradient descent is exact.
#include <fmt/format.h>

#include <algorithm>

#include "ops/embedding_stages.h"
#include "ops/op.h"
#include "ops/tied_embedding.h"

namespace lithe::ops {

namespace {

constexpr std::size_t kMostCategories = std::size_t{1} << 24;  // exact in float32

struct Embedding {
  SlotId input, output;
  ParameterId weight;  // [categories + 1][size]
  std::optional<SlotId> lengths;

  std::vector<SlotId> inputs() const { return with_lengths(input, lengths); }
  std::vector<ParameterId> parameters() const { return {weight}; }
  Traits traits() const { return traits_of_gathering(); }
  double operations(const Graph&) const { return 0; }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    add_gather(lowering, operation, *this, [&lowering, own = *this](const Buffers& buffers) {
      return plan::elementwise_function<T>(
          [ids = lowering.values(buffers, own.input), y = lowering.values(buffers, own.output),
           table = table_of(lowering, own.weight), rows = lowering.parameters().at(own.weight),
           ends = lowering.lengths(buffers, own.lengths)](const plan::Batch<T>& batch,
                                                          kernels::Range) {
            for (std::size_t i = 0; i < batch.rows; ++i)
              for (std::size_t p = 0; p < ids.columns; ++p) {
                T* const row = y.of(batch).row(i * ids.columns + p);
                if (p >= ends.of(batch.first + i, ids.columns)) {
                  std::fill_n(row, y.stride, T{0});
                  continue;
                }
                gather_row(table, rows,
                           category_of(ids.of(batch).row(i)[p], table.rows - 1, table.rows - 1),
                           row);
                std::fill(row + y.columns, row + y.stride, T{0});
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
    std::vector<Access> access = {{lowering.value(input), false}, {gradient, false}};
    if (lengths) access.push_back({lowering.value(*lengths), false});
    train_met_rows(lowering, operation, weight, operation.label, lowering.rows(output),
                   std::move(access), [&lowering, own = *this, gradient](const Buffers& buffers) {
                     return [ids = lowering.values(buffers, own.input),
                             dy = lowering.values(buffers, own.output, gradient),
                             ends = lowering.lengths(buffers, own.lengths),
                             categories = lowering.graph().parameters[own.weight].rows - 1](
                                const plan::Batch<T>& batch, const auto& add) {
                       const kernels::Matrix<T> rows = ids.of(batch), gradients = dy.of(batch);
                       for (std::size_t i = 0; i < batch.rows; ++i)
                         for (std::size_t p = 0; p < ends.of(i, ids.columns); ++p)
                           add(category_of(rows.row(i)[p], categories, categories),
                               gradients.row(i * ids.columns + p));
                     };
                   });
  }
};

// Whether a dense layer behind it has the same weights.
bool is_tied(const GraphBuilder& builder) {
  const Sentence& network = builder.member != nullptr ? *builder.member : *builder.sentence;
  return !builder.tied && std::ranges::any_of(network, [](const Component& layer) {
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
