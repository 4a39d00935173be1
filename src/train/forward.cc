#include "train/forward.h"

#include <algorithm>
#include <numeric>

#include "base/threads.h"
#include "lithe/cancel.h"
#include "plan/plan.h"
#include "train/check.h"
#include "train/request.h"

namespace lithe::train {

namespace {

template <typename T>
std::vector<double> run(plan::Parameters<T>& values, const graph::Graph& graph,
                        const Features& features) {
  const graph::Slot& output = graph.slots[graph.output()];
  std::vector<double> result(features.rows * output.size());
  std::vector<std::uint32_t> order(std::min(kForwardBatch, features.rows));
  base::Team team(1);
  plan::Plan<T> plan(prediction_request(graph, features, order.size(), "auto"), values, team);
  for (std::size_t first = 0; first < features.rows; first += kForwardBatch) {
    end_if_cancelled();
    order.resize(std::min(kForwardBatch, features.rows - first));
    std::iota(order.begin(), order.end(), static_cast<std::uint32_t>(first));
    plan.run(order);
    double* const to = result.data() + first * output.size();
    for (std::size_t i = 0; i < order.size() * output.positions; ++i)
      std::copy_n(plan.output() + i * plan.output_stride(), output.columns,
                  to + i * output.columns);
  }
  return result;
}

}  // namespace

std::vector<double> forward(ModelData& model, const graph::Graph& graph, const Features& features) {
  check_lengths(model.network, features);
  return std::visit([&](auto& values) { return run(values, graph, features); }, model.values);
}

}  // namespace lithe::train
