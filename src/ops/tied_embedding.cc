#include "ops/tied_embedding.h"

#include <algorithm>

#include "ops/embedding_stages.h"
#include "ops/op.h"

namespace lithe::ops {

namespace {

// Calls work(row of the output, category) for each position of each example, with as many as there
// are categories where it has none.
template <typename T, class Work>
void each_category(const plan::Values<T>& ids, const plan::Batch<T>& batch, plan::Lengths ends,
                   std::size_t categories, const Work& work) {
  const kernels::Matrix<T> rows = ids.of(batch);
  for (std::size_t i = 0; i < batch.rows; ++i) {
    const std::size_t end = ends.of(batch.first + i, ids.columns);
    for (std::size_t p = 0; p < ids.columns; ++p)
      work(i * ids.columns + p,
           p < end ? category_of(rows.row(i)[p], categories, categories) : categories);
  }
}

struct TiedLookup : TiedEmbedding {
  std::vector<SlotId> inputs() const { return with_lengths(input, lengths); }
  std::vector<ParameterId> parameters() const { return {weight}; }
  Traits traits() const { return traits_of_gathering(); }
  double operations(const Graph&) const { return 0; }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    add_gather(lowering, operation, *this, [&lowering, own = *this](const Buffers& buffers) {
      return plan::elementwise_function<T>([ids = lowering.values(buffers, own.input),
                                            y = lowering.values(buffers, own.output),
                                            table = table_of(lowering, own.weight),
                                            weights = lowering.parameters().at(own.weight),
                                            ends = lowering.lengths(buffers, own.lengths)](
                                               const plan::Batch<T>& batch, kernels::Range) {
        const kernels::Matrix<T> rows = y.of(batch);
        each_category(ids, batch, ends, table.columns, [&](std::size_t row, std::size_t category) {
          gather(table, weights, category, rows.row(row), y.stride);
        });
      });
    });
  }

  template <typename T>
  static void gather(const kernels::Panels<T>& table, const T* weights, std::size_t category, T* to,
                     std::size_t stride) {
    std::fill_n(to, stride, T{0});
    if (category == table.columns) return;
    const T* from = weights + table.column_start(category);
    for (std::size_t n = 0; n < table.rows; ++n) to[n] = from[n * table.width(category)];
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
    const plan::GradientPlace place = lowering.place_gradient(weight);
    std::vector<Access> access = {
        {lowering.value(input), false}, {gradient, false}, {place.buffer, true}};
    if (lengths) access.push_back({lowering.value(*lengths), false});
    lowering.add(operation.label + ": gradient of the rows that were met",
                 Phase::backward_and_update, std::move(access),
                 [&lowering, own = *this, gradient, place](const Buffers& buffers) {
                   return plan::stage_function<T>(
                       [ids = lowering.values(buffers, own.input),
                        dy = lowering.values(buffers, own.output, gradient),
                        ends = lowering.lengths(buffers, own.lengths),
                        table = table_of(lowering, own.weight),
                        to = lowering.at(buffers, place)](const plan::Batch<T>& batch) {
                         std::fill_n(to, table.size(), T{0});
                         const kernels::Matrix<T> rows = dy.of(batch);
                         each_category(ids, batch, ends, table.columns,
                                       [&](std::size_t row, std::size_t category) {
                                         scatter(table, rows.row(row), category, to);
                                       });
                       });
                 });
    lowering.update(operation, {weight}, {place}, kNoBuffer);
  }

  template <typename T>
  static void scatter(const kernels::Panels<T>& table, const T* from, std::size_t category,
                      T* sums) {
    if (category == table.columns) return;
    T* const to = sums + table.column_start(category);
    for (std::size_t n = 0; n < table.rows; ++n) to[n * table.width(category)] += from[n];
  }
};

}  // namespace

std::shared_ptr<const graph::Op> make_tied_embedding(const TiedEmbedding& embedding) {
  return make_op(TiedLookup{embedding});
}

}  // namespace lithe::ops
