#include "train/forward.h"

#include <algorithm>
#include <numeric>

#include "base/threads.h"
#include "lithe/cancel.h"
#include "plan/plan.h"
#include "train/check.h"
#include "train/request.h"
#include "train/setup.h"
#include "train/streams.h"

namespace lithe::train {

namespace {

// Batches of rows, in the order in which they are run.
template <typename T>
std::vector<double> run(plan::Parameters<T>& values, const graph::Graph& graph,
                        const Features& features, const Streams& order) {
  const graph::Slot& output = graph.slots[graph.output()];
  std::vector<double> result(features.rows * output.size());
  if (order.batches.empty()) return result;
  base::Team team(1);
  plan::Plan<T> plan(prediction_request(graph, features, order.batches.front(), "auto"), values,
                     team);
  std::span<const std::uint32_t> rest(order.rows);
  for (const std::size_t count : order.batches) {
    end_if_cancelled();
    const auto rows = rest.first(count);
    rest = rest.subspan(count);
    plan.run(rows);
    for (std::size_t i = 0; i < count * output.positions; ++i) {
      const std::size_t row = rows[i / output.positions], position = i % output.positions;
      std::copy_n(plan.output() + i * plan.output_stride(), output.columns,
                  result.data() + row * output.size() + position * output.columns);
    }
  }
  return result;
}

Streams one_after_another(std::size_t rows) {
  Streams order{all_rows(rows), {}};
  for (std::size_t first = 0; first < rows; first += kForwardBatch)
    order.batches.push_back(std::min(kForwardBatch, rows - first));
  return order;
}

}  // namespace

std::vector<double> forward(ModelData& model, const graph::Graph& graph, const Features& features) {
  check_lengths(model.network, features);
  const Streams order = one_after_another(features.rows);
  return std::visit([&](auto& values) { return run(values, graph, features, order); },
                    model.values);
}

std::vector<double> forward_in_streams(ModelData& model, const graph::Graph& graph,
                                       const Features& features, std::size_t streams) {
  check_streams(graph, features);
  const Streams order = streams_of(all_rows(features.rows), std::min(streams, features.rows));
  return std::visit([&](auto& values) { return run(values, graph, features, order); },
                    model.values);
}

}  // namespace lithe::train
