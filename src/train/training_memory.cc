#include "train/training_memory.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "lithe/error.h"

namespace lithe::train {

namespace {

// Reports, buffers of files, and what alignment loses: measured.
constexpr double kRest = 12e6;

// The C library reserves as much for each thread as the stack may grow to.
double stack_bytes() {
  constexpr double kUnlimited = 2 << 20;
  rlimit limit{};
  if (::getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kUnlimited;
  return static_cast<double>(limit.rlim_cur);
}

template <typename T>
double largest_array(const plan::Parameters<T>& values) {
  std::size_t most = 0;
  for (const auto& entry : values.entries()) most = std::max(most, entry.size);
  return static_cast<double>(most * sizeof(T));
}

template <typename T>
double arena(const TrainingForm<T>& form, plan::Request request, std::size_t threads) {
  plan::OptimizerState<T> learning;
  learning.states.resize(form.states);
  request.blas = nullptr;  // which would be measured
  return static_cast<double>(plan::arena_bytes(request, form.values, threads, &learning));
}

// Of the plans that are there at one time.
template <typename T>
double arenas(const TrainingForm<T>& form, std::size_t batch, std::size_t threads) {
  plan::Request training = form.training;
  training.batch = batch;
  double sum = arena(form, training, threads);
  for (const plan::Request& request : form.evaluations) sum += arena(form, request, threads);
  training.keep_gradients = true;
  return form.options.watch ? sum + arena(form, training, threads) : sum;
}

}  // namespace

double bytes_of(const Examples& examples) {
  const std::size_t labels = examples.labels != nullptr ? sizeof(std::int32_t) : 0;
  const std::size_t weights = examples.weights != nullptr ? sizeof(float) : 0;
  const std::size_t targets = examples.targets != nullptr ? examples.target_columns : 0;
  const std::size_t answers =
      examples.answer_stride * (labels + targets * sizeof(*examples.targets));
  const std::size_t row = examples.features.row_stride + answers + weights;
  return static_cast<double>(examples.features.rows) * static_cast<double>(row);
}

// The most is needed while numbers of threads are tried, on a copy of weights and states; or,
// beside all that a training has, while a model is written or the test examples are answered by it.
template <typename T>
MemoryNeed memory_need(const TrainingForm<T>& form, std::size_t batch, std::size_t threads,
                       bool address_space) {
  const TrainOptions& options = form.options;
  const std::size_t most = threads == 0 ? base::usable_processors() : threads;
  MemoryNeed need;
  need.weights = static_cast<double>(form.values.bytes());
  need.data = form.data;
  need.optimizer = static_cast<double>(form.states) * need.weights;
  need.batch = arenas(form, batch, most);
  const double average = options.average != "none" ? need.weights : 0;
  double kept = average + (options.patience > 0 ? need.weights : 0);
  if (options.recover) kept += need.weights + need.optimizer + average;
  const double trials = threads == 0 && most > 1 ? need.weights + need.optimizer : 0;
  const double largest = largest_array(form.values);
  const double state = options.state.empty() ? 0 : need.weights + need.optimizer + kept + largest;
  const double watched = options.watch ? need.weights : 0;
  const double model = need.weights + largest;
  double answers = 0;
  for (const plan::Request& request : form.answers) answers += arena(form, request, 1);
  need.copies = kept + std::max(trials, state + watched + std::max(model, answers));
  const std::size_t started = most - 1 + (options.state.empty() ? 0 : 1);
  need.program = kRest + (address_space ? static_cast<double>(started) * stack_bytes() : 0);
  return need;
}

std::string need_text(const MemoryNeed& need, const cpu::MemoryRoom& room) {
  const bool large = need.total() >= 0.95e9;
  const double unit = large ? 1e9 : 1e6;
  std::string parts;
  const auto add = [&](const char* name, double bytes) {
    const std::string figure = fmt::format("{:.{}f}", bytes / unit, large ? 1 : 0);
    if (figure != "0.0" && figure != "0")
      parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", name, figure);
  };
  add("weights", need.weights), add("optimizer", need.optimizer), add("copies", need.copies);
  add("batch", need.batch), add("data", need.data), add("program", need.program);
  return fmt::format("this training needs {} of memory ({}); {} are {}",
                     cpu::memory_text(need.total()), parts,
                     cpu::memory_text(room.bytes + need.weights + need.data), room.where);
}

namespace {

// What makes it fit, as options of the command line.
template <typename T>
std::string remedy(const TrainingForm<T>& form, const cpu::MemoryRoom& room) {
  const TrainOptions& options = form.options;
  const auto fits = [&](std::size_t batch, std::size_t threads) {
    return memory_need(form, batch, threads, room.address_space).more() <= room.bytes;
  };
  const std::size_t batch = options.batch;
  if (options.threads != 1 && fits(batch, 1)) return "--threads 1";
  for (std::size_t smaller = batch / 2; smaller > 1; smaller /= 2) {
    if (fits(smaller, options.threads)) return fmt::format("--batch {}", smaller);
    if (fits(smaller, 1)) return fmt::format("--batch {} --threads 1", smaller);
  }
  const double more = memory_need(form, batch, options.threads, room.address_space).more();
  if (sizeof(T) == sizeof(double) && more / 2 <= room.bytes) return "--precision float32";
  return room.address_space ? "a smaller network, or a higher limit"
                            : "a smaller network, or a machine with more memory";
}

}  // namespace

template <typename T>
void check_training_memory(const TrainingForm<T>& form, const cpu::MemoryRoom& room) {
  const TrainOptions& options = form.options;
  const MemoryNeed need = memory_need(form, options.batch, options.threads, room.address_space);
  if (need.more() <= room.bytes) return;
  throw Error(ErrorKind::machine, need_text(need, room), {}, remedy(form, room));
}

template MemoryNeed memory_need(const TrainingForm<float>&, std::size_t, std::size_t, bool);
template MemoryNeed memory_need(const TrainingForm<double>&, std::size_t, std::size_t, bool);
template void check_training_memory(const TrainingForm<float>&, const cpu::MemoryRoom&);
template void check_training_memory(const TrainingForm<double>&, const cpu::MemoryRoom&);

}  // namespace lithe::train
