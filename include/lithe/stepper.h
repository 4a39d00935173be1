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
  // `model` must outlive the stepper, which sees changes of its values. Two threads must not use
  // one stepper at the same time. Throws Error(sentence) for a network that looks ahead, or at the
  // whole sequence at once: with attention without `causal`, reversed layers, flatten and others.
  explicit Stepper(const Model& model, const std::string& isa = "auto");
  Stepper(Stepper&&) noexcept;
  ~Stepper();

  // The outputs behind one more position, whose values these are: a token, or the channels of a
  // sequence. They are those of Model::predict to rounding, and valid until the next call. Throws
  // Error(data) for another number of values, Error(usage) where `most` positions are reached.
  std::span<const float> step(std::span<const float> values);
  // Forgets all positions.
  void reset();
  // How many there were since, and how many there may be: those of the network's input where it
  // has attention or positions, and 0, any number, for recurrent layers alone.
  std::size_t positions() const;
  std::size_t most() const;

  class Engine;

 private:
  std::unique_ptr<Engine> engine_;
};

}  // namespace lithe
