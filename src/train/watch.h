// Looks at some steps of a training: a plan of its own that keeps gradients and values, with the
// same bits as the plan it stands in for.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/threads.h"
#include "lithe/trainer.h"
#include "plan/plan.h"

namespace lithe::train {

template <typename T>
class LayerWatcher {
 public:
  LayerWatcher(const graph::Graph& graph, plan::Parameters<T>& values);

  // Makes the plan anew: the request or the team has changed.
  void plan(plan::Request request, base::Team& team, plan::OptimizerState<T>& learning);

  void begin_epoch();
  // Whether one of the next so many steps is to be looked at; then the next run is by this plan.
  bool take_turn(std::size_t steps, std::size_t every);
  bool due() const { return due_; }
  void rest() { due_ = false; }
  void run(std::span<const std::uint32_t> rows,
           std::span<const optimizers::Coefficients<T>> updates, std::uint64_t first_step);
  // Adds what the steps by this plan have added up, and counts right answers among them.
  void add_results(plan::Results& results);
  EpochWatch end_epoch(const EpochReport& report, const std::vector<EpochWatch>& before);

 private:
  struct Layer {
    const graph::Operation* product;
    graph::SlotId output;  // behind its activation
    graph::ParameterId weight;
    activations::Activation activation;
  };
  void look(const Layer& layer, LayerWatch& sum);

  const graph::Graph& graph_;
  plan::Parameters<T>& values_;
  plan::Parameters<T> before_;
  std::vector<Layer> layers_;
  std::vector<LayerWatch> sums_;
  std::unique_ptr<plan::Plan<T>> plan_;
  std::size_t steps_ = 0, passed_ = 0;
  bool due_ = false, first_ = true;
};

extern template class LayerWatcher<float>;
extern template class LayerWatcher<double>;

}  // namespace lithe::train
