// embed_columns: of a table's row, or of each position of a sequence of rows. Columns of numbers
// stay as they are; a column that holds the number of a category becomes the learned numbers of
// that category. What is no such number has row 0, that of categories which training does not know.
//
// Tables begin at zeros: then all categories of a column are the same at first, and one that
// training meets rarely stays near the middle. As in embedding, only rows that a batch meets are
// updated.
#include "ops/embed_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/embedding_stages.h"
#include "ops/reshape.h"
#include "ops/standardize.h"

namespace lithe::ops {

namespace {

// Columns beside one another: `count` numbers, or one number of a category with its table.
struct Stretch {
  std::size_t from, to;  // its first column, of what comes in and of what goes out
  std::size_t count;     // of columns that go out
  std::optional<ParameterId> weight;
};

struct EmbedColumns {
  SlotId input, output;
  std::vector<Stretch> stretches;
  std::optional<SlotId> lengths;

  std::vector<SlotId> inputs() const { return with_lengths(input, lengths); }
  std::vector<ParameterId> parameters() const {
    std::vector<ParameterId> all;
    for (const Stretch& stretch : stretches)
      if (stretch.weight) all.push_back(*stretch.weight);
    return all;
  }
  Traits traits() const { return traits_of_gathering(); }
  double operations(const Graph&) const { return 0; }

  // A stretch, once buffers have a place.
  template <typename T>
  struct Source {
    Stretch stretch;
    kernels::Panels<T> table;
    const T* rows;  // null: numbers

    void copy(const T* from, T* to) const {
      if (rows == nullptr)
        std::copy_n(from + stretch.from, stretch.count, to + stretch.to);
      else
        gather_row(table, rows, category_of(from[stretch.from], table.rows, 0), to + stretch.to);
    }
  };

  template <typename T>
  std::vector<Source<T>> sources(const Lowering<T>& lowering) const {
    std::vector<Source<T>> all;
    for (const Stretch& stretch : stretches) {
      if (stretch.weight)
        all.push_back({stretch, table_of(lowering, *stretch.weight),
                       lowering.parameters().at(*stretch.weight)});
      else
        all.push_back({stretch, {}, nullptr});
    }
    return all;
  }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    add_gather(lowering, operation, *this, [&lowering, own = *this](const Buffers& buffers) {
      return plan::elementwise_function<T>(
          [x = lowering.values(buffers, own.input), y = lowering.values(buffers, own.output),
           sources = own.sources(lowering), ends = lowering.lengths(buffers, own.lengths)](
              const plan::Batch<T>& batch, kernels::Range) {
            for (std::size_t i = 0; i < y.rows(batch); ++i) {
              T* const row = y.of(batch).row(i);
              const bool whole =
                  i % y.positions < ends.of(batch.first + i / y.positions, y.positions);
              if (!whole) {
                std::fill_n(row, y.stride, T{0});
                continue;
              }
              for (const Source<T>& source : sources) source.copy(x.of(batch).row(i), row);
              std::fill(row + y.columns, row + y.stride, T{0});
            }
          });
    });
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId gradient = lowering.gradient(output);
    if (lowering.wanted(input)) pass_numbers(lowering, operation, gradient);
    for (const Stretch& stretch : stretches)
      if (stretch.weight && lowering.learns(*stretch.weight))
        train(lowering, operation, stretch, gradient);
    lowering.release(gradient);
  }

  // Which category it is has no gradient; numbers have theirs.
  template <typename T>
  void pass_numbers(Lowering<T>& lowering, const Operation& operation, BufferId gradient) const {
    const auto& slot = lowering.graph().slots[input];
    const BufferId to = lowering.book_matrix("gradient of " + slot.name, input);
    lowering.contribute(input, to);
    lowering.add(
        {.name = operation.label + ": gradient of its numbers",
         .phase = Phase::backward_and_update,
         .columns = slot.columns,
         .from = gradient,
         .to = to,
         .access = {{gradient, false}, {to, true}},
         .split = Split::rows,
         .values = slot.size()},
        [&lowering, own = *this, gradient, to](const Buffers& buffers) {
          return plan::elementwise_function<T>([stretches = own.stretches,
                                                dy = lowering.values(buffers, own.output, gradient),
                                                dx = lowering.values(buffers, own.input, to)](
                                                   const plan::Batch<T>& batch, kernels::Range) {
            for (std::size_t i = 0; i < dx.rows(batch); ++i) {
              T* const row = dx.of(batch).row(i);
              std::fill_n(row, dx.stride, T{0});
              for (const Stretch& s : stretches)
                if (!s.weight) std::copy_n(dy.of(batch).row(i) + s.to, s.count, row + s.from);
            }
          });
        });
  }

  template <typename T>
  void train(Lowering<T>& lowering, const Operation& operation, const Stretch& stretch,
             BufferId gradient) const {
    std::vector<Access> access = {{lowering.value(input), false}, {gradient, false}};
    if (lengths) access.push_back({lowering.value(*lengths), false});
    train_met_rows(lowering, operation, *stretch.weight,
                   fmt::format("{}, column {}", operation.label, stretch.from + 1),
                   lowering.rows(output), std::move(access),
                   [&lowering, own = *this, stretch, gradient](const Buffers& buffers) {
                     return [x = lowering.values(buffers, own.input),
                             dy = lowering.values(buffers, own.output, gradient),
                             ends = lowering.lengths(buffers, own.lengths), stretch,
                             categories = lowering.graph().parameters[*stretch.weight].rows](
                                const plan::Batch<T>& batch, const auto& add) {
                       const kernels::Matrix<T> rows = x.of(batch), gradients = dy.of(batch);
                       for (std::size_t i = 0; i < dy.rows(batch); ++i)
                         if (i % dy.positions < ends.of(i / dy.positions, dy.positions))
                           add(category_of(rows.row(i)[stretch.from], categories, 0),
                               gradients.row(i) + stretch.to);
                     };
                   });
  }
};

std::size_t width_of(const std::vector<Shape>& columns) {
  std::size_t width = 0;
  for (const Shape& shape : columns) width += shape.sizes.size() == 1 ? shape.sizes[0] : 1;
  return width;
}

// Brings what comes in into rows of that many columns: one row, a sequence of rows, or several rows
// in one.
void by_rows(const Component& layer, GraphBuilder& builder, std::size_t width, bool changes) {
  const std::vector<std::size_t> sizes = builder.shape.sizes;
  const bool fits = sizes.size() == 1 ? sizes[0] % width == 0 && !builder.lengths
                                      : sizes.size() == 2 && sizes[1] == width;
  if (!fits)
    builder.fail(fmt::format("{} describes a row of {} columns, and {} comes in", layer.name, width,
                             builder.shape.to_string()),
                 "2973x50 for each column of categories, rows of its table x numbers for each; 13 "
                 "for 13 columns of numbers");
  const std::size_t rows = sizes.size() == 2 ? sizes[0] : sizes[0] / width;
  if (changes && (sizes.size() == 2 || rows > 1)) builder.by_positions(rows, width);
}

void build(const Component& layer, GraphBuilder& builder) {
  const std::vector<Shape>& columns = layer.shapes("columns");
  for (const Shape& shape : columns)
    if (shape.sizes.size() > 2)
      builder.fail(fmt::format("{} says nothing of a column", shape.to_string()),
                   "2973x50 for a column of categories, or 13 for 13 columns of numbers");
  const std::size_t width = width_of(columns);
  const auto are_numbers = [](const Shape& shape) { return shape.sizes.size() == 1; };
  const bool changes = !std::ranges::all_of(columns, are_numbers);
  by_rows(layer, builder, width, changes);
  if (!changes) return;
  std::vector<Stretch> stretches;
  std::size_t from = 0, to = 0;
  for (const Shape& shape : columns) {
    const bool numbers = are_numbers(shape);
    Stretch stretch{from, to, shape.sizes.back(), {}};
    if (!numbers)
      stretch.weight =
          builder.add_parameter({builder.parameter_name(fmt::format("weight_{}", from + 1)),
                                 ParameterKind::weight, shape.sizes[0], shape.sizes[1],
                                 shape.sizes[0], shape.sizes[1], layer.component("init")});
    from += numbers ? stretch.count : 1, to += stretch.count;
    stretches.push_back(stretch);
  }
  const SlotId input = builder.slot;
  builder.add(make_op(
      EmbedColumns{input, builder.advance("output", to), std::move(stretches), builder.lengths}));
  if (builder.shape.sizes.size() == 2 || builder.shape.sizes[0] == width) {
    builder.shape.sizes.back() = to;
    builder.channels = builder.shape.sizes.size() == 2 ? to : 0;
    return;
  }
  const std::size_t rows = builder.shape.sizes[0] / width;
  builder.shape = Shape{{rows, to}};
  builder.channels = to;
  builder.by_examples();
  builder.set_shape(Shape{{rows * to}});
}

// Whether the columns of a slot are those that come in, at most brought to one scale.
bool shows_input(const Graph& graph, SlotId slot) {
  for (std::size_t i = graph.operations.size(); i-- > 0 && slot != 0;) {
    const graph::Op& op = *graph.operations[i].op;
    if (op.output() != slot) continue;
    if (!is_reshape(op) && !as_standardize(op)) return false;
    slot = op.inputs().front();
  }
  return slot == 0;
}

}  // namespace

std::vector<bool> holds_categories(const graph::Graph& graph) {
  std::vector<bool> result(graph.slots.front().size());
  for (const Operation& operation : graph.operations) {
    const auto* of = dynamic_cast<const OpOf<EmbedColumns>*>(operation.op.get());
    if (of == nullptr || !shows_input(graph, of->spec.input)) continue;
    const std::size_t width = graph.slots[of->spec.input].columns;
    for (std::size_t n = 0; n < result.size(); ++n)
      for (const Stretch& stretch : of->spec.stretches)
        if (stretch.weight && n % width == stretch.from) result[n] = true;
  }
  return result;
}

std::vector<Layer> embed_columns_layers() {
  using network::Category, network::Type;
  return {{{"embed_columns",
            "learned numbers in the place of columns of categories, for a table's row or a "
            "sequence of rows; lithe train --embed writes it",
            {{"columns",
              "of a row, in their order: 2973x50 is a column that holds a number from 0 to 2972 "
              "and becomes 50 numbers, 13 are 13 columns of numbers, which stay",
              Type::shapes},
             {"init", "initial numbers", Type::component, "zeros", 0, 0, false,
              Category::initializer}}},
           build,
           InputForm::any,
           /*holds_layers=*/false,
           Unequal::whole}};
}

}  // namespace lithe::ops
