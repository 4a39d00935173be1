#include "plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>

#include "cpu/denormals.h"
#include "cpu/memory.h"
#include "plan/ends.h"
#include "plan/lifetimes.h"
#include "plan/lowering.h"
#include "plan/recorder.h"

namespace lithe::plan {

namespace {

using Clock = std::chrono::steady_clock;

// One step in this many is timed stage by stage, which costs about 2% of a short step.
constexpr std::size_t kTimedEvery = 16;

// A lowered graph, and where its buffers stand.
template <typename T>
struct Layout {
  Layout(const Request& request, Parameters<T>& parameters, OptimizerState<T>* learning,
         std::size_t threads, Ends<T>& ends)
      : lowering(request, parameters, learning, threads, ends) {
    lowering.lower();
    std::vector<StageAccess> access;
    for (const auto& stage : lowering.stages) access.push_back(stage.access);
    barrier_before = barriers(access, lowering.double_buffers);
    std::vector<std::size_t> outputs;
    for (const auto& named : request.graph->outputs) outputs.push_back(lowering.value(named.slot));
    lives = lifetimes(lowering, barrier_before, threads == 1, outputs, request.keep_gradients);
    placement = place(lives.bookings);
  }

  Lowering<T> lowering;
  std::vector<bool> barrier_before;
  Lifetimes lives;
  Placement placement;
};

}  // namespace

template <typename T>
std::size_t arena_bytes(const Request& request, Parameters<T>& parameters, std::size_t threads,
                        OptimizerState<T>* learning) {
  Ends<T> ends;
  return Layout<T>(request, parameters, learning, threads, ends).placement.bytes;
}

template <typename T>
struct Plan<T>::State final : base::TeamWork {
  State(const Request& r, Parameters<T>& p, base::Team& t) : request(r), parameters(p), team(t) {}

  Request request;
  Parameters<T>& parameters;
  base::Team& team;
  Ends<T> ends;
  base::AlignedArray<std::byte> arena;
  std::vector<std::unique_ptr<Stage<T>>> stages;
  std::vector<bool> barrier_before;
  Lifetimes lives;
  Placement placement;
  const T* output = nullptr;
  std::size_t output_stride = 0;
  std::vector<double> seconds;
  std::vector<Clock::time_point> marks;
  // A run in progress.
  std::span<const std::uint32_t> order;
  std::span<const optimizers::Coefficients<T>> updates;
  kernels::Range range;  // of the stages that it goes through
  std::uint64_t first_step = 0;
  std::size_t steps_done = 0, timed_steps = 0, last_rows = 0;
  std::size_t middle = 0;  // the first stage that takes an external gradient
  Results results;
  // Where slots and gradients stand, for those who look.
  std::vector<Values<T>> values, gradients;
  const T* all_gradients = nullptr;
  Recorder* recorder = nullptr;

  Batch<T> batch_at(std::size_t step) const {
    Batch<T> batch;
    const auto rows = [&](std::size_t s) {
      const std::size_t first = s * request.batch;
      return first < order.size() ? std::min(request.batch, order.size() - first) : 0;
    };
    batch.order = order.data() + step * request.batch;
    batch.rows = rows(step);
    batch.next = batch.order + batch.rows;
    batch.next_rows = rows(step + 1);
    batch.later = batch.next + batch.next_rows;
    batch.later_rows = rows(step + 2);
    batch.parity = step % 2;
    batch.step = first_step + step;
    batch.update = updates.empty() ? nullptr : &updates[step];
    return batch;
  }

  void run(std::size_t thread) override;
  void run_step(const Batch<T>& batch, kernels::Range parts);
  void run_step_timed(const Batch<T>& batch, kernels::Range parts);
  void run_step_stamped(const Batch<T>& batch, std::size_t part, Recorder::Thread& log);
  void run_stage(std::size_t i, const Batch<T>& batch, kernels::Range parts);
  bool run_share(std::size_t i, const Batch<T>& batch, std::size_t part);
  void note_loss(std::uint64_t now);
};

// A part's share of a stage, if it has one. A plan has as many parts as its team has threads; where
// fewer of them are active, each runs several parts, which gives the same bits.
template <typename T>
bool Plan<T>::State::run_share(std::size_t i, const Batch<T>& batch, std::size_t part) {
  Stage<T>& stage = *stages[i];
  const std::size_t parts = team.size();
  if (stage.workers == Workers::all)
    stage.run(batch, {part, parts});
  else if (part == (stage.workers == Workers::first ? 0 : parts - 1))
    stage.run(batch, {0, 1});
  else
    return false;
  return true;
}

template <typename T>
void Plan<T>::State::run_stage(std::size_t i, const Batch<T>& batch, kernels::Range parts) {
  if (barrier_before[i]) team.barrier().wait();
  for (std::size_t part = parts.begin; part < parts.end; ++part) run_share(i, batch, part);
}

template <typename T>
void Plan<T>::State::run_step(const Batch<T>& batch, kernels::Range parts) {
  for (std::size_t i = range.begin; i < range.end; ++i) run_stage(i, batch, parts);
}

template <typename T>
void Plan<T>::State::run_step_timed(const Batch<T>& batch, kernels::Range parts) {
  marks[range.begin] = Clock::now();
  for (std::size_t i = range.begin; i < range.end; ++i) {
    run_stage(i, batch, parts);
    marks[i + 1] = Clock::now();
  }
  for (std::size_t i = range.begin; i < range.end; ++i)
    seconds[i] += std::chrono::duration<double>(marks[i + 1] - marks[i]).count();
  timed_steps += range.end == stages.size();
}

template <typename T>
void Plan<T>::State::run_step_stamped(const Batch<T>& batch, std::size_t part,
                                      Recorder::Thread& log) {
  for (std::size_t i = range.begin; i < range.end; ++i) {
    if (barrier_before[i] && team.size() > 1) {
      team.barrier().wait();
      log.waited(i);
    }
    if (run_share(i, batch, part)) log.worked(i);
  }
}

// Folds what the loss stage has summed, and notices when it is no number.
template <typename T>
void Plan<T>::State::note_loss(std::uint64_t now) {
  double sum = 0;
  for (double& place : ends.loss_sums) {
    sum += place;
    place = 0;
  }
  if (!std::isfinite(sum) && results.bad_step == 0) results.bad_step = now + 1;
  results.loss += sum;
}

template <typename T>
void Plan<T>::State::run(std::size_t thread) {
  const cpu::FlushDenormals flush;
  const kernels::Range parts = kernels::share(team.size(), thread, team.active());
  const std::size_t steps = kernels::divide_up(order.size(), request.batch);
  const std::size_t before = steps_done;
  Recorder::Thread* log = recorder == nullptr ? nullptr : &recorder->thread(thread);
  if (log != nullptr) log->enter(recorder->stamping);
  if (parts.end == team.size() && range.begin == 0)
    for (const auto& stage : stages) {
      stage->prime(batch_at(0));
      for (const auto& work : stage->epilogue) work->prime();
    }
  team.barrier().wait();
  if (log != nullptr) log->begin_steps();
  for (std::size_t step = 0; step < steps; ++step) {
    const bool stamped = log != nullptr && log->begin_step(step);
    const Batch<T> batch = batch_at(step);
    if (stamped)
      run_step_stamped(batch, thread, *log);
    else if (thread == 0 && (before + step) % kTimedEvery == 0)
      run_step_timed(batch, parts);
    else
      run_step(batch, parts);
    if (thread == 0) {
      if (ends.has_loss) note_loss(batch.step);
      steps_done += range.end == stages.size();
    }
    if (stamped) log->worked(stages.size());
  }
  if (log != nullptr) log->end_steps();
}

template <typename T>
Plan<T>::Plan(const Request& request, Parameters<T>& parameters, base::Team& team,
              OptimizerState<T>* learning)
    : state_(std::make_unique<State>(request, parameters, team)) {
  State& s = *state_;
  Layout<T> layout(s.request, parameters, learning, team.size(), s.ends);
  Lowering<T>& lowering = layout.lowering;
  s.barrier_before = std::move(layout.barrier_before);
  s.lives = std::move(layout.lives);
  s.placement = std::move(layout.placement);
  const graph::SlotId output = request.graph->output();
  cpu::check_memory(static_cast<double>(s.placement.bytes),
                    fmt::format("a batch of {} examples needs", request.batch), "a smaller batch");
  s.arena = base::AlignedArray<std::byte>(s.placement.bytes);
  std::vector<std::size_t> offsets(lowering.buffer_names.size(), 0);
  for (std::size_t i = 0; i < s.lives.buffer.size(); ++i)
    offsets[s.lives.buffer[i]] = s.placement.offsets[i];
  const Buffers buffers(s.arena.data(), std::move(offsets));
  for (auto& lowered : lowering.stages) {
    s.stages.push_back(lowered.make(buffers));
    Stage<T>& stage = *s.stages.back();
    for (const auto& fused : lowered.epilogue) {
      stage.epilogue.push_back(fused.make(buffers));
      stage.epilogue.back()->all_lines = fused.lines;
    }
    stage.info = lowered.info;
    stage.info.shared = lowered.access.workers == Workers::all;
    stage.info.barrier = s.barrier_before[s.stages.size() - 1];
    stage.workers = lowered.access.workers;
  }
  for (graph::SlotId slot = 0; slot < request.graph->slots.size(); ++slot) {
    const BufferId value = lowering.value(slot), gradient = lowering.gradient_buffer[slot];
    s.values.push_back(value == kNoBuffer ? Values<T>{} : lowering.values(buffers, slot, value));
    s.gradients.push_back(gradient == kNoBuffer ? Values<T>{}
                                                : lowering.values(buffers, slot, gradient));
  }
  s.output = s.values[output].data;
  s.output_stride = s.values[output].stride;
  s.range = {0, s.stages.size()};
  while (s.middle < s.stages.size() &&
         (s.ends.external.empty() || s.stages[s.middle].get() != s.ends.external.front()))
    ++s.middle;
  if (lowering.gradients != kNoBuffer) s.all_gradients = buffers.at<T>(lowering.gradients);
  s.seconds.assign(s.stages.size(), 0);
  s.marks.resize(s.stages.size() + 1);
  bind(request.examples);
  for (const InputData& input : request.inputs) bind(input);
}

template <typename T>
Plan<T>::~Plan() = default;

template <typename T>
void Plan<T>::bind(const Examples& examples) {
  if (state_->ends.augment != nullptr)
    state_->ends.augment->set_data(examples.features);
  else
    state_->ends.pack->set_data(examples.features);
  if (state_->ends.lengths != nullptr) state_->ends.lengths->set_data(examples.features.lengths);
  if (state_->ends.has_loss) state_->ends.answers.set_data(examples);
}

template <typename T>
void Plan<T>::bind(const InputData& input) {
  if (const auto at = state_->ends.integers.find(input.name); at != state_->ends.integers.end())
    at->second->set_data(input.integers);
  else
    state_->ends.numbers.at(input.name)->set_data(input.features);
}

template <typename T>
void Plan<T>::run(std::span<const std::uint32_t> order,
                  std::span<const optimizers::Coefficients<T>> updates, std::uint64_t first_step) {
  if (order.empty()) return;
  state_->order = order;
  state_->updates = updates;
  state_->first_step = first_step;
  state_->team.run(*state_);
  state_->results.examples += order.size();
  state_->last_rows = (order.size() - 1) % state_->request.batch + 1;
}

template <typename T>
void Plan<T>::forward(std::span<const std::uint32_t> order, std::uint64_t step) {
  assert(!state_->ends.external.empty() && order.size() <= state_->request.batch);
  state_->range = {0, state_->middle};
  run(order, {}, step);
}

template <typename T>
void Plan<T>::backward(std::span<const std::span<const float>> gradients,
                       const optimizers::Coefficients<T>& update) {
  assert(state_->ends.external.size() == gradients.size() && state_->range.end == state_->middle);
  for (std::size_t i = 0; i < gradients.size(); ++i)
    state_->ends.external[i]->take(gradients[i].data());
  state_->range = {state_->middle, state_->stages.size()};
  state_->updates = {&update, 1};
  state_->team.run(*state_);
}

template <typename T>
void Plan<T>::backward(std::span<const float> gradient, const optimizers::Coefficients<T>& update) {
  backward(std::span(&gradient, 1), update);
}

template <typename T>
void Plan<T>::record(Recorder* recorder) {
  state_->recorder = recorder;
}

template <typename T>
Results Plan<T>::take_results() {
  Results results = state_->results;
  results.weight = state_->ends.totals.weight;
  results.answers = state_->ends.totals.answers;
  results.correct = state_->ends.totals.correct;
  results.squared_error = state_->ends.totals.squared_error;
  state_->results = {};
  state_->ends.totals = {};
  return results;
}

template <typename T>
const T* Plan<T>::output() const {
  return state_->output;
}

template <typename T>
std::size_t Plan<T>::output_stride() const {
  return state_->output_stride;
}

template <typename T>
kernels::Matrix<const T> Plan<T>::output(const std::string& name) const {
  for (const auto& output : state_->request.graph->outputs)
    if (output.name == name) return values(output.slot);
  return {nullptr, 0, 0};
}

template <typename T>
void Plan<T>::reset_carried() {
  for (const auto& carried : state_->request.graph->carried) {
    const Values<T>& v = state_->values[carried.to];
    std::fill_n(v.data, state_->request.batch * v.positions * v.stride, T{0});
  }
}

template <typename T>
void Plan<T>::reset_carried(std::span<const std::uint32_t> rows) {
  for (const auto& carried : state_->request.graph->carried) {
    const Values<T>& v = state_->values[carried.to];
    const std::size_t example = v.positions * v.stride;
    for (const std::uint32_t row : rows) std::fill_n(v.data + row * example, example, T{0});
  }
}

template <typename T>
std::size_t Plan<T>::carried_size() const {
  std::size_t sum = 0;
  for (const auto& carried : state_->request.graph->carried) {
    const Values<T>& v = state_->values[carried.to];
    sum += state_->request.batch * v.positions * v.stride;
  }
  return sum;
}

template <typename T>
void Plan<T>::copy_carried(std::span<double> to) const {
  auto at = to.begin();
  for (const auto& carried : state_->request.graph->carried) {
    const Values<T>& v = state_->values[carried.to];
    at = std::copy_n(v.data, state_->request.batch * v.positions * v.stride, at);
  }
}

template <typename T>
void Plan<T>::set_carried(std::span<const double> values) {
  auto at = values.begin();
  for (const auto& carried : state_->request.graph->carried) {
    const Values<T>& v = state_->values[carried.to];
    const std::size_t count = state_->request.batch * v.positions * v.stride;
    std::transform(at, at + static_cast<std::ptrdiff_t>(count), v.data,
                   [](double value) { return static_cast<T>(value); });
    at += static_cast<std::ptrdiff_t>(count);
  }
}

template <typename T>
kernels::Matrix<const T> Plan<T>::values(graph::SlotId slot) const {
  const Values<T>& v = state_->values[slot];
  return {v.data, v.stride, state_->last_rows * v.positions};
}

template <typename T>
kernels::Matrix<const T> Plan<T>::gradient(graph::SlotId slot) const {
  const Values<T>& v = state_->gradients[slot];
  return {v.data, v.stride, state_->last_rows * v.positions};
}

template <typename T>
const T* Plan<T>::gradient_of(graph::ParameterId id) const {
  return state_->all_gradients + state_->parameters.entries()[id].offset;
}

template <typename T>
std::vector<double> Plan<T>::stage_seconds() const {
  std::vector<double> result = state_->seconds;
  const double scale = static_cast<double>(state_->steps_done) /
                       static_cast<double>(std::max<std::size_t>(1, state_->timed_steps));
  for (double& of : result) of *= scale;
  return result;
}

template <typename T>
Description Plan<T>::describe() const {
  const State& s = *state_;
  Description d{s.request.isa,
                s.team.size(),
                s.request.batch,
                s.placement.bytes,
                s.parameters.bytes(),
                s.parameters.count(),
                {},
                s.lives.bookings,
                s.placement.offsets};
  for (const auto& stage : s.stages) d.stages.push_back(stage->info);
  return d;
}

double Description::operations() const {
  double sum = 0;
  for (const StageInfo& stage : stages) sum += stage.operations;
  return sum / static_cast<double>(batch);
}

template std::size_t arena_bytes(const Request&, Parameters<float>&, std::size_t,
                                 OptimizerState<float>*);
template std::size_t arena_bytes(const Request&, Parameters<double>&, std::size_t,
                                 OptimizerState<double>*);
template class Plan<float>;
template class Plan<double>;

}  // namespace lithe::plan
