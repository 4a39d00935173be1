// A network that learns from a gradient that the caller computes: for losses that Lithe does not
// have, for rewards, and for anything else that says how the outputs should change.
//
//   lithe::Learner learner(model, {.optimizer = "adam(3e-4)", .batch = 256});
//   const auto outputs = learner.forward(features, rows);  // [rows][outputs]
//   for (std::size_t i = 0; i < outputs.size(); ++i) gradient[i] = (outputs[i] - wanted[i]) / n;
//   learner.backward(gradient);  // the weights have changed
//
// The same plans and kernels run as in lithe/trainer.h: nothing is allocated after the learner was
// made, and the same calls give the same bits on any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/model.h"

namespace lithe {

struct LearnerOptions {
  std::string optimizer = "adam(0.001)";
  std::size_t batch = 32;  // the most rows of a step
  // The steps that the schedule of the learning rate covers. 0: the learning rate is constant.
  std::uint64_t steps = 0;
  std::uint64_t seed = 1;   // of dropout and noise
  std::size_t threads = 1;  // 0: all processors
  std::string isa = "auto";
  std::vector<std::size_t> frozen = {};  // layers, by number from 1, that stay as they are
  bool input_gradient = false;           // for Learner::input_gradient
  // The rows are segments of longer sequences: recurrent layers begin them with what
  // Learner::continue_from says. The network's input must have `lengths`, and it must answer at
  // each position.
  bool segments = false;
  // false: backward() changes no weights and only computes the gradient of the inputs. `optimizer`
  // and `frozen` are ignored then.
  bool updates = true;
};

class Learner {
 public:
  // `model` must outlive the learner, which changes its values in place; several learners and
  // predictors may work on one model in turn. Throws Error(usage) on an option out of range,
  // Error(sentence) on an optimizer that does not parse.
  Learner(Model& model, const LearnerOptions& options);
  Learner(Learner&&) noexcept;
  ~Learner();

  // The network's outputs for the rows of `inputs` that `rows` lists, as while training (dropout
  // drops): [rows][outputs], row-major, valid until the next call. The inputs are read where they
  // are; they must be float32. Throws Error(data) if they do not fit the network, if there are no
  // rows or too many, if a row is not there, or for a single row where a batch_norm would see one
  // value of each unit.
  std::span<const float> forward(const Features& inputs, std::span<const std::uint32_t> rows);

  // Of segments: what recurrent layers remember in front of each row of the inputs,
  // [rows][state_size] as in lithe/stepper.h, and at which of its positions a sequence begins anew
  // (not 0), [rows][positions]. Both are read where they are, in each forward(). No gradient goes
  // back into the states, or from the beginning of a sequence to what stands before it. Throws
  // Error(usage) where LearnerOptions::segments was not set, Error(data) for other sizes.
  void continue_from(std::span<const float> states, std::span<const std::int32_t> begins);

  // Takes the gradient of a loss by the outputs that forward() has just given, of the same form,
  // and updates the weights. Throws Error(usage) if there was no forward() before it, Error(data)
  // if it has another size.
  void backward(std::span<const float> gradient);

  // The gradient of the same loss by the inputs of that step: [rows][inputs], row-major, valid
  // until the next call. Throws Error(usage) where LearnerOptions::input_gradient was not set.
  std::span<const float> input_gradient();

  std::uint64_t steps() const;  // done

  // What the optimizer keeps beside the weights, and the number of steps done, to go on later to
  // the same bits. `restore` throws Error(model) where it is not that of such a learner.
  std::map<std::string, NamedArray> state() const;
  void restore(const std::map<std::string, NamedArray>& state);

  class Engine;

 private:
  std::unique_ptr<Engine> engine_;
};

// Moves the values of a model toward those of another of the same network and precision: by a
// `share` of the way, from 0 to 1, where it is there. What target networks need (Lillicrap and
// others, 2016). Throws Error(usage) where the two do not fit.
void move_toward(Model& model, const Model& other, double share);

}  // namespace lithe
