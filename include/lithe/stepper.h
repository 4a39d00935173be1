// A network along a sequence, one position at a time: what it must know of the positions before is
// remembered (keys and values of attention, states of recurrent layers), so that one more position
// costs one position, and not the whole sequence again.
//
//   lithe::Stepper stepper(model);
//   for (const float token : tokens) outputs = stepper.step({&token, 1});
//   // outputs: those behind the last token, as Model::predict has them at its position
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "lithe/model.h"

namespace lithe {

class Stepper {
 public:
  // Goes along a number of `sequences` side by side. `model` must outlive the stepper, which sees
  // changes of its values. Two threads must not use one stepper at the same time. Throws
  // Error(usage) for 0 sequences, Error(sentence) for a network that looks ahead, or at the whole
  // sequence at once: with attention without `causal`, reversed layers, flatten and others.
  explicit Stepper(const Model& model, const std::string& isa = "auto", std::size_t sequences = 1);
  Stepper(Stepper&&) noexcept;
  ~Stepper();

  // The outputs behind one more position of each sequence, or of the first ones, whose values these
  // are, [sequences][values]: a token, or the channels of a sequence. They are those of
  // Model::predict to rounding, [sequences][outputs], and valid until the next call. Throws
  // Error(data) for another number of values, Error(usage) where `most` positions are reached.
  std::span<const float> step(std::span<const float> values);
  // The same outputs, but nothing is remembered of it.
  std::span<const float> peek(std::span<const float> values);
  // Forgets all positions, or those of one sequence.
  void reset();
  void reset(std::size_t sequence);
  // How many there were since, and how many there may be: those of the network's input where it
  // has attention or positions, and 0, any number, for recurrent layers alone.
  std::size_t positions(std::size_t sequence = 0) const;
  std::size_t most() const;

  // What recurrent layers remember: a number of values of each sequence, [sequences][state_size],
  // zeros where nothing was. set_states goes on from there. Throws Error(data) for another number
  // of values.
  std::size_t state_size() const;
  void copy_states(std::span<float> to) const;
  void set_states(std::span<const float> states);

  class Engine;

 private:
  std::unique_ptr<Engine> engine_;
};

}  // namespace lithe
