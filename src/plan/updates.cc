// What happens to gradients of parameters, except where a product uses its own up.
#include <fmt/format.h>

#include "plan/ends.h"
#include "plan/lowering.h"
#include "plan/muon.h"

namespace lithe::plan {

using graph::ParameterId;

template <typename T>
bool Lowering<T>::learns(ParameterId id) const {
  return training() && graph_.parameters[id].kind != graph::ParameterKind::statistic &&
         (request_.frozen.empty() || !request_.frozen[id]);
}

// Where something needs all gradients before the first weight changes.
template <typename T>
bool Lowering<T>::keeps_gradients() const {
  const optimizers::Optimizer& o = *request_.optimizer;
  return request_.keep_gradients || o.muon() != nullptr || o.regularization.clip_norm > 0 ||
         o.regularization.clip_layer_norm > 0;
}

template <typename T>
bool Lowering<T>::prepared() const {
  const optimizers::Regularization& r = request_.optimizer->regularization;
  return r.l1 > 0 || r.l2 > 0 || r.clip_value > 0 || r.clip_norm > 0 || r.clip_layer_norm > 0;
}

template <typename T>
bool Lowering<T>::plain_descent() const {
  return std::holds_alternative<optimizers::Sgd>(request_.optimizer->rule) && !prepared() &&
         request_.optimizer->regularization.weight_decay == 0;
}

template <typename T>
TrainableParameter<T> Lowering<T>::trainable(ParameterId id) const {
  TrainableParameter<T> result;
  const std::size_t offset = parameters_.entries()[id].offset;
  result.value = parameters_.at(id);
  for (base::AlignedArray<T>& state : state_->states)  // without memory where only sizes are asked
    result.states.push_back(state.empty() ? nullptr : state.data() + offset);
  result.decays = graph_.parameters[id].kind == graph::ParameterKind::weight;
  result.update = kernels_.update(request_.optimizer->rule.index(), prepared());
  return result;
}

// The gradient is read; the value and what the optimizer keeps of it are read and written.
template <typename T>
double Lowering<T>::update_bytes(std::size_t values) const {
  return static_cast<double>((1 + 2 * (1 + state_->states.size())) * values * sizeof(T));
}

// A parameter with several uses has one place for the sum; further uses put theirs elsewhere first.
template <typename T>
GradientPlace Lowering<T>::place_gradient(ParameterId id) {
  const auto& entry = parameters_.entries()[id];
  const std::string name = "gradient of " + graph_.parameters[id].name;
  if (uses_done_[id] > 0)
    return {book(fmt::format("{}, use {}", name, uses_done_[id] + 1), entry.size * sizeof(T)), 0};
  if (!keeps_gradients()) return {book(name, entry.size * sizeof(T)), 0};
  if (gradients == kNoBuffer) {
    gradients = book("gradients of all trainable parameters", parameters_.bytes());
    persist(gradients);
  }
  return {gradients, entry.offset};
}

template <typename T>
void Lowering<T>::update(const graph::Operation& operation, const std::vector<ParameterId>& ids,
                         const std::vector<GradientPlace>& places, BufferId behind) {
  std::vector<ParameterId> shared;
  std::vector<GradientPlace> shared_places;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!learns(ids[i])) continue;
    if (!sole_use(ids[i]) || (!keeps_gradients() && is_weight(ids[i])))
      shared.push_back(ids[i]), shared_places.push_back(places[i]);
    else if (!keeps_gradients())
      update_behind(operation, ids[i], places[i], behind);
  }
  if (!shared.empty()) finish_gradients(operation, shared, shared_places);
}

// The update of a vector whose gradient has just been made, fused into what made buffer `behind`.
template <typename T>
void Lowering<T>::update_behind(const graph::Operation& operation, ParameterId id,
                                GradientPlace place, BufferId behind) {
  add({.name = operation.label + ": update",
       .phase = Phase::backward_and_update,
       .columns = graph_.parameters[id].columns,
       .from = behind,
       .to = behind,
       .access = {{place.buffer, false}, {parameter(id), true}},
       .split = Split::lines},
      [this, id, place](const Buffers& buffers) {
        return elementwise_function<T>([own = trainable(id), gradient = at(buffers, place)](
                                           const Batch<T>& batch, kernels::Range lines) {
          const std::size_t first = lines.begin * kernels::kLine<T>;
          const std::size_t count = (lines.end - lines.begin) * kernels::kLine<T>;
          own.step(*batch.update, gradient + first, first, 1, count, count);
        });
      });
}

// One use of each of these parameters is done: the first gradient is the sum so far, further ones
// are added to it, and the last one lets the sum update the parameter, where gradients are not
// kept.
template <typename T>
void Lowering<T>::finish_gradients(const graph::Operation& operation,
                                   const std::vector<ParameterId>& ids,
                                   const std::vector<GradientPlace>& places) {
  struct Part {
    ParameterId id;
    GradientPlace sum, add;
    bool updates;
  };
  std::vector<Part> parts;
  LoweredStage<T> own = stage(operation.label + ": add to the gradient of the other uses",
                              Phase::backward_and_update);
  std::size_t values = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const ParameterId id = ids[i];
    const bool first = ++uses_done_[id] == 1;
    const bool last = uses_done_[id] == uses_[id] && !keeps_gradients();
    if (first) sum_place_[id] = places[i];
    if (first && !last) continue;
    parts.push_back({id, sum_place_[id], first ? GradientPlace{kNoBuffer, 0} : places[i], last});
    own.access.buffers.push_back({places[i].buffer, false});
    own.access.buffers.push_back({sum_place_[id].buffer, !first});
    if (last) own.access.buffers.push_back({parameter(id), true});
    values += parameters_.entries()[id].size;
  }
  if (parts.empty()) return;
  own.access.workers = workers_for(values, 4 * static_cast<double>(values));
  own.make = [this, parts](const Buffers& buffers) {
    std::vector<SharedGradient<T>> shared;
    for (const Part& part : parts)
      shared.push_back({at(buffers, part.sum), at(buffers, part.add),
                        parameters_.entries()[part.id].size,
                        part.updates ? trainable(part.id) : TrainableParameter<T>{}});
    return std::make_unique<SharedGradientStage<T>>(std::move(shared));
  };
  add(std::move(own));
  for (const Part& part : parts)
    if (part.updates && is_weight(part.id)) bound_units(operation, part.id);
}

// Keeps the norm of the weights that enter each unit within its bound.
template <typename T>
void Lowering<T>::bound_units(const graph::Operation& operation, ParameterId weight) {
  const double most = request_.optimizer->regularization.max_norm;
  if (most == 0) return;
  const auto& spec = graph_.parameters[weight];
  const BufferId buffer = parameter(weight);
  add({.name = operation.label + ": bound the norm of each unit's weights",
       .phase = Phase::backward_and_update,
       .columns = spec.columns,
       .from = buffer,
       .to = buffer,
       .access = {{buffer, true}},
       .split = Split::lines},
      [this, weight, &spec, most](const Buffers&) {
        return elementwise_function<T>(
            [kernel = kernels_.max_norm, at = parameters_.at(weight), inputs = spec.rows,
             units = spec.columns,
             bound = static_cast<T>(most)](const Batch<T>&, kernels::Range lines) {
              kernel(at, inputs, units, bound, lines);
            });
      });
}

template <typename T>
bool Lowering<T>::by_muon(ParameterId id) const {
  return request_.optimizer->muon() != nullptr &&
         graph_.parameters[id].kind == graph::ParameterKind::weight;
}

template <typename T>
void Lowering<T>::muon(ParameterId id) {
  const auto& spec = graph_.parameters[id];
  const BufferId scratch =
      book("matrices of muon", MuonStage<T>::scratch(spec.rows, spec.columns) * sizeof(T));
  add("muon of " + spec.name, Phase::backward_and_update,
      {{gradients, false}, {scratch, true}, {parameter(id), true}},
      [this, id, &spec, scratch](const Buffers& buffers) {
        const TrainableParameter<T> own = trainable(id);
        const typename MuonStage<T>::Matrices matrices{
            spec.rows, spec.columns, own.value, own.states[0],
            buffers.at<T>(gradients) + parameters_.entries()[id].offset};
        const optimizers::Muon& muon = *request_.optimizer->muon();
        return std::make_unique<MuonStage<T>>(matrices, buffers.at<T>(scratch), muon.momentum,
                                              muon.weight_decay, kernels_);
      });
}

// The update from gradients that were kept, after their norms have been clipped.
template <typename T>
void Lowering<T>::update_all() {
  if (keeps_gradients()) update_from_kept();
  if (state_->average != nullptr) average();
}

// Its decay grows from a small value, so that the first weights are soon forgotten.
template <typename T>
void Lowering<T>::average() {
  LoweredStage<T> own = stage("moving average of the weights", Phase::backward_and_update);
  own.access.workers = workers_for(parameters_.size(), 4 * static_cast<double>(parameters_.size()));
  for (const BufferId buffer : parameter_buffer_) own.access.buffers.push_back({buffer, false});
  own.info.bytes = static_cast<double>(3 * parameters_.count() * sizeof(T));  // averages twice
  own.make = [this](const Buffers&) {
    return std::make_unique<AverageStage<T>>(state_->average->data(), parameters_.data(),
                                             parameters_.size(), state_->average_decay,
                                             kernels_.blend);
  };
  add(std::move(own));
}

template <typename T>
void Lowering<T>::fill_stretches(const Buffers& buffers) {
  if (!ends_.stretches.empty()) return;
  for (ParameterId id = 0; id < graph_.parameters.size(); ++id)
    if (updated(id) && !by_muon(id))
      ends_.stretches.push_back({trainable(id),
                                 buffers.at<T>(gradients) + parameters_.entries()[id].offset,
                                 parameters_.entries()[id].size});
}

template <typename T>
void Lowering<T>::clip_norms(BufferId norms) {
  const optimizers::Regularization& r = request_.optimizer->regularization;
  if (r.clip_norm == 0 && r.clip_layer_norm == 0) return;
  add("clip the norm of the gradients", Phase::backward_and_update,
      {{gradients, false}, {norms, true}}, [this, r](const Buffers& buffers) {
        fill_stretches(buffers);
        return std::make_unique<ClipStage<T>>(ends_.stretches, r.clip_layer_norm, r.clip_norm,
                                              kernels_.sum_of_squares);
      });
}

template <typename T>
void Lowering<T>::update_from_kept() {
  if (gradients == kNoBuffer) return;
  const BufferId norms = book("norms of gradients", 64);
  clip_norms(norms);
  LoweredStage<T> own =
      stage(fmt::format("update all, {}", optimizers::row(request_.optimizer->rule).name),
            Phase::backward_and_update);
  own.access.workers = workers_for(parameters_.size(), 8 * static_cast<double>(parameters_.size()));
  own.access.buffers = {{gradients, false}, {norms, false}};
  std::size_t values = 0;
  for (ParameterId id = 0; id < graph_.parameters.size(); ++id) {
    if (!updated(id)) continue;
    own.access.buffers.push_back({parameter(id), true});
    if (!by_muon(id)) values += graph_.parameters[id].rows * graph_.parameters[id].columns;
  }
  own.info.bytes = update_bytes(values);
  own.make = [this](const Buffers& buffers) {
    fill_stretches(buffers);
    return std::make_unique<UpdateAllStage<T>>(ends_.stretches);
  };
  add(std::move(own));
  for (ParameterId id = 0; id < graph_.parameters.size(); ++id)
    if (updated(id) && by_muon(id)) muon(id);
  std::vector<bool> bounded(graph_.parameters.size(), false);
  for (const graph::Operation& operation : graph_.operations)
    if (const auto weight = graph::weight_of(graph_, *operation.op);
        weight.has_value() && updated(*weight) && !bounded[*weight]) {
      bounded[*weight] = true;
      bound_units(operation, *weight);
    }
}

#define LITHE_INSTANTIATE(T)                                                                  \
  template bool Lowering<T>::learns(ParameterId) const;                                       \
  template bool Lowering<T>::keeps_gradients() const;                                         \
  template bool Lowering<T>::prepared() const;                                                \
  template bool Lowering<T>::plain_descent() const;                                           \
  template TrainableParameter<T> Lowering<T>::trainable(ParameterId) const;                   \
  template double Lowering<T>::update_bytes(std::size_t) const;                               \
  template GradientPlace Lowering<T>::place_gradient(ParameterId);                            \
  template void Lowering<T>::update(const graph::Operation&, const std::vector<ParameterId>&, \
                                    const std::vector<GradientPlace>&, BufferId);             \
  template void Lowering<T>::bound_units(const graph::Operation&, ParameterId);               \
  template void Lowering<T>::update_all();
LITHE_INSTANTIATE(float)
LITHE_INSTANTIATE(double)
#undef LITHE_INSTANTIATE

}  // namespace lithe::plan
