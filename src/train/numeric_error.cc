#include "train/numeric_error.h"

#include <fmt/format.h>

#include "graph/op.h"

namespace lithe::train {

namespace {

// Empty if all values are numbers.
std::string first_broken(const graph::Graph& graph,
                         const std::function<bool(graph::ParameterId)>& whole) {
  for (const auto& operation : graph.operations)
    for (const auto id : operation.op->parameters())
      if (!whole(id)) return operation.label;
  return {};
}

}  // namespace

Error numeric_error(const graph::Graph& graph, const std::function<bool(graph::ParameterId)>& whole,
                    const NumericPlace& place) {
  const std::string layer = first_broken(graph, whole);
  const std::string where =
      layer.empty() ? layer : "; the first layer whose weights are no longer numbers is " + layer;
  constexpr const char* kProblems[] = {
      "the loss is no longer a number (infinite, or not a number at all)",
      "weights are no longer numbers", "the loss of the validation examples is no longer a number",
      "the loss of the test examples is no longer a number"};
  const char* const problem = kProblems[place.what];
  return Error(ErrorKind::numeric, problem + where,
               fmt::format("step {} of the training, in epoch {}", place.step, place.epoch),
               fmt::format("a smaller learning rate than that of {}, a tenth of it say; or "
                           "clip_norm=1 in it; {}",
                           place.optimizer,
                           place.recovers ? "--recover has tried smaller rates, which did not help"
                                          : "--recover goes back and tries a smaller rate"));
}

}  // namespace lithe::train
