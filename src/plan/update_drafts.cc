// The drafts of what happens to gradients, except where a product uses its own up.
#include "plan/builder.h"

namespace lithe::plan {

using graph::ParameterId;

// Where something needs all gradients before the first weight changes.
template <typename T>
bool Builder<T>::keeps_gradients() const {
  const optimizers::Optimizer& o = *request_.optimizer;
  return request_.keep_gradients || o.muon() != nullptr || o.regularization.clip_norm > 0 ||
         o.regularization.clip_layer_norm > 0;
}

template <typename T>
bool Builder<T>::prepared() const {
  const optimizers::Regularization& r = request_.optimizer->regularization;
  return r.l1 > 0 || r.l2 > 0 || r.clip_value > 0 || r.clip_norm > 0 || r.clip_layer_norm > 0;
}

template <typename T>
TrainableParameter<T> Builder<T>::learned(ParameterId id) const {
  TrainableParameter<T> result;
  const std::size_t offset = parameters_.entries()[id].offset;
  result.value = parameters_.at(id);
  for (base::AlignedArray<T>& state : learning_->states)
    result.states.push_back(state.data() + offset);
  result.decays = graph_.parameters[id].kind == graph::ParameterKind::weight;
  result.update = kernels_.update(request_.optimizer->rule.index(), prepared());
  return result;
}

// Of so many learned values: the gradient is read; the value and what the optimizer keeps of it are
// read and written.
template <typename T>
double Builder<T>::update_bytes(std::size_t values) const {
  return static_cast<double>((1 + 2 * (1 + learning_->states.size())) * values * sizeof(T));
}

template <typename T>
GradientPlace Builder<T>::place_gradient(ParameterId id) {
  if (keeps_gradients()) {
    if (gradients == kNoBuffer) {
      gradients = book("gradients of all learned values", parameters_.bytes());
      lasting.push_back(gradients);
    }
    return {gradients, parameters_.entries()[id].offset};
  }
  return {
      book("gradient of " + graph_.parameters[id].name, parameters_.entries()[id].size * sizeof(T)),
      0};
}

// The update of vectors whose gradients have just been made, as line work behind what made them in
// buffer `behind`.
template <typename T>
void Builder<T>::update_vectors(const graph::Operation& operation,
                                const std::vector<ParameterId>& ids,
                                const std::vector<GradientPlace>& places, std::size_t behind) {
  if (keeps_gradients()) return;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!learns(ids[i])) continue;
    add_lines(
        operation.label + ": update", Phase::backward_and_update, graph_.parameters[ids[i]].columns,
        behind, behind, {{places[i].buffer, false}, {learned_buffer_[ids[i]], true}},
        [this, id = ids[i], place = places[i]](const Buffers& buffers) {
          return line_function<T>([own = learned(id), gradient = at(buffers, place)](
                                      const Batch<T>& batch, kernels::Range lines) {
            const std::size_t first = lines.begin * kernels::kLine<T>;
            const std::size_t count = (lines.end - lines.begin) * kernels::kLine<T>;
            own.step(*batch.update, gradient + first, first, 1, count, count);
          });
        },
        By::lines);
  }
}

// Keeps the norm of the weights that enter each unit within its bound.
template <typename T>
void Builder<T>::bound_units(const graph::Operation& operation, ParameterId weight) {
  const double most = request_.optimizer->regularization.max_norm;
  if (most == 0) return;
  const auto& spec = graph_.parameters[weight];
  const std::size_t buffer = learned_buffer_[weight];
  add_lines(
      operation.label + ": bound the norm of each unit's weights", Phase::backward_and_update,
      spec.columns, buffer, buffer, {{buffer, true}},
      [this, weight, &spec, most](const Buffers&) {
        return line_function<T>(
            [kernel = kernels_.max_norm, at = parameters_.at(weight), inputs = spec.rows,
             units = spec.columns,
             bound = static_cast<T>(most)](const Batch<T>&, kernels::Range lines) {
              kernel(at, inputs, units, bound, lines);
            });
      },
      By::lines);
}

template <typename T>
bool Builder<T>::by_muon(ParameterId id) const {
  return request_.optimizer->muon() != nullptr &&
         graph_.parameters[id].kind == graph::ParameterKind::weight;
}

template <typename T>
void Builder<T>::muon(ParameterId id) {
  const auto& spec = graph_.parameters[id];
  const std::size_t scratch =
      book("matrices of muon", MuonStage<T>::scratch(spec.rows, spec.columns) * sizeof(T));
  add_whole("muon of " + spec.name, Phase::backward_and_update,
            {{gradients, false}, {scratch, true}, {learned_buffer_[id], true}},
            [this, id, &spec, scratch](const Buffers& buffers) {
              const TrainableParameter<T> own = learned(id);
              const typename MuonStage<T>::Matrices matrices{
                  spec.rows, spec.columns, own.value, own.states[0],
                  buffers.at<T>(gradients) + parameters_.entries()[id].offset};
              const optimizers::Muon& muon = *request_.optimizer->muon();
              return std::make_unique<MuonStage<T>>(matrices, buffers.at<T>(scratch), muon.momentum,
                                                    muon.weight_decay, kernels_);
            });
}

// The update from gradients that were kept, after their norms have been bounded.
template <typename T>
void Builder<T>::update_all() {
  if (keeps_gradients()) update_from_kept();
  if (learning_->average != nullptr) average();
}

// Its decay grows from little, so that the first weights are soon forgotten.
template <typename T>
void Builder<T>::average() {
  std::vector<Use> uses;
  for (const std::size_t buffer : learned_buffer_) uses.push_back({buffer, false});
  Draft<T> own = draft("moving average of the weights", Phase::backward_and_update);
  own.uses = {workers_for(parameters_.size(), 4 * static_cast<double>(parameters_.size())), uses};
  own.info.bytes = static_cast<double>(3 * parameters_.count() * sizeof(T));  // averages twice
  own.make = [this](const Buffers&) {
    return std::make_unique<AverageStage<T>>(learning_->average->data(), parameters_.data(),
                                             parameters_.size(), learning_->average_decay,
                                             kernels_.blend);
  };
  drafts.push_back(std::move(own));
}

template <typename T>
void Builder<T>::update_from_kept() {
  const optimizers::Regularization& r = request_.optimizer->regularization;
  std::vector<Use> uses = {{gradients, false}};
  for (ParameterId id = 0; id < graph_.parameters.size(); ++id)
    if (learns(id)) uses.push_back({learned_buffer_[id], true});
  const auto stretches = [this](const Buffers& buffers) {
    if (!shared_.stretches.empty()) return;
    for (ParameterId id = 0; id < graph_.parameters.size(); ++id)
      if (learns(id) && !by_muon(id))
        shared_.stretches.push_back({learned(id),
                                     buffers.at<T>(gradients) + parameters_.entries()[id].offset,
                                     parameters_.entries()[id].size});
  };
  const std::size_t norms = book("bounds of gradients' norms", 64);
  if (r.clip_norm > 0 || r.clip_layer_norm > 0)
    add_whole("bound the norm of gradients", Phase::backward_and_update,
              {{gradients, false}, {norms, true}}, [this, stretches, r](const Buffers& buffers) {
                stretches(buffers);
                return std::make_unique<ClipStage<T>>(shared_.stretches, r.clip_layer_norm,
                                                      r.clip_norm, kernels_.sum_of_squares);
              });
  uses.push_back({norms, false});
  Draft<T> own =
      draft(fmt::format("update all, {}", optimizers::row(request_.optimizer->rule).name),
            Phase::backward_and_update);
  own.uses = {workers_for(parameters_.size(), 8 * static_cast<double>(parameters_.size())), uses};
  std::size_t updated = 0;
  for (ParameterId id = 0; id < graph_.parameters.size(); ++id)
    if (learns(id) && !by_muon(id))
      updated += graph_.parameters[id].rows * graph_.parameters[id].columns;
  own.info.bytes = update_bytes(updated);
  own.make = [this, stretches](const Buffers& buffers) {
    stretches(buffers);
    return std::make_unique<UpdateAllStage<T>>(shared_.stretches);
  };
  drafts.push_back(std::move(own));
  for (ParameterId id = 0; id < graph_.parameters.size(); ++id)
    if (learns(id) && by_muon(id)) muon(id);
  for (const graph::Operation& operation : graph_.operations)
    if (const auto weight = weight_of(operation.work); weight.has_value() && learns(*weight))
      bound_units(operation, *weight);
}

template class Builder<float>;
template class Builder<double>;

}  // namespace lithe::plan
