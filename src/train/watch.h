// Watches some steps of a training, which are run by a plan of its own that keeps gradients and
// values. It gives the same bits as the plan that it replaces for these steps.
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
  // Every layer with a weight matrix is watched. Memory for the figures of `epochs` epochs is
  // allocated here (of the first 1000, if there are more).
  LayerWatcher(const graph::Graph& graph, plan::Parameters<T>& values, std::size_t epochs);

  // Makes the plan, the first time or because the request has changed.
  void plan(const plan::Request& request, base::Team& team, plan::OptimizerState<T>& learning);

  void begin_epoch();
  // Whether one of the next `steps` steps is to be watched: at least one an epoch, and one in
  // `every` steps.
  bool take_turn(std::size_t steps, std::size_t every);
  void run(std::span<const std::uint32_t> rows,
           std::span<const optimizers::Coefficients<T>> updates, std::uint64_t first_step);
  // Adds the results of the watched steps.
  void add_results(plan::Results& results);
  // Adds the epoch to the history.
  void end_epoch(const EpochReport& report);

  const std::vector<EpochWatch>& history() const { return history_; }

 private:
  struct Layer {
    const graph::Operation* operation;
    graph::SlotId output;  // behind its activation
    graph::ParameterId weight;
    std::size_t units;  // value n of an example belongs to unit n % units
    activations::Activation activation;
    bool frozen = false;
  };
  void prepare_records();
  void look(const Layer& layer, LayerWatch& sum);
  void look_at_outputs(const Layer& layer, LayerWatch& sum);

  const graph::Graph& graph_;
  plan::Parameters<T>& values_;
  plan::Parameters<T> before_;
  std::vector<Layer> layers_;
  std::vector<LayerWatch> sums_;
  std::vector<char> silent_;  // by unit
  EpochWatch blank_;          // an epoch's record with nothing but labels
  std::vector<EpochWatch> history_, spare_;
  std::unique_ptr<plan::Plan<T>> plan_;
  std::size_t epochs_, steps_ = 0, passed_ = 0;
  bool first_ = true;
};

extern template class LayerWatcher<float>;
extern template class LayerWatcher<double>;

}  // namespace lithe::train
