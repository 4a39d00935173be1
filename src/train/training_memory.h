// How much memory a training needs, worked out from its plans before anything of it is allocated,
// and an error with the sum where it does not fit.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cpu/memory.h"
#include "lithe/trainer.h"
#include "plan/plan.h"

namespace lithe::train {

// In bytes, at the moment when it is most.
struct MemoryNeed {
  double weights = 0, data = 0;  // there already
  double optimizer = 0;          // its states
  double copies = 0;   // of weights and states: average, best ones, state file, trials, model file
  double batch = 0;    // the arenas of the plans
  double program = 0;  // all else; with the stacks of threads, where address space is limited

  double more() const { return optimizer + copies + batch + program; }
  double total() const { return weights + data + more(); }
};

// What decides it.
template <typename T>
struct TrainingForm {
  const TrainOptions& options;
  plan::Parameters<T>& values;
  std::size_t states;  // of the optimizer
  plan::Request training;
  std::vector<plan::Request> evaluations = {};  // while it trains
  std::vector<plan::Request> answers = {};      // of the test examples, once it is done
  double data = 0;                              // bytes
};

double bytes_of(const Examples& examples);

// `threads` as in TrainOptions.
template <typename T>
MemoryNeed memory_need(const TrainingForm<T>& form, std::size_t batch, std::size_t threads,
                       bool address_space);

// "this training needs 3.1 GB of memory (weights 0.4, optimizer 0.8, batch 1.9); 2.0 GB are free on
// this machine"
std::string need_text(const MemoryNeed& need, const cpu::MemoryRoom& room);

// Throws Error(machine) with the sum, and with options that make it fit where some do.
template <typename T>
void check_training_memory(const TrainingForm<T>& form, const cpu::MemoryRoom& room);

extern template MemoryNeed memory_need(const TrainingForm<float>&, std::size_t, std::size_t, bool);
extern template MemoryNeed memory_need(const TrainingForm<double>&, std::size_t, std::size_t, bool);
extern template void check_training_memory(const TrainingForm<float>&, const cpu::MemoryRoom&);
extern template void check_training_memory(const TrainingForm<double>&, const cpu::MemoryRoom&);

}  // namespace lithe::train
