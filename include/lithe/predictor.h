// A model ready to answer, again and again, at least delay: everything that can be decided is
// decided when it is made, and a call allocates nothing.
//
//   lithe::Predictor predictor(model, 1);
//   std::span<const float> outputs = predictor.run(inputs);  // of one example
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "lithe/model.h"

namespace lithe {

class Predictor {
 public:
  // For up to `batch` examples a call, on one thread. `model` must outlive the predictor, which
  // sees changes of its values. Not to be called from two threads at once.
  explicit Predictor(const Model& model, std::size_t batch = 1, const std::string& isa = "auto");
  Predictor(Predictor&&) noexcept;
  ~Predictor();

  // `input` is row-major: one or more whole examples, as they are stored (they are divided by the
  // model's divisor). Returns the outputs, row-major; they are valid until the next call. Throws
  // Error(data) if the input is no whole number of examples, or too many.
  std::span<const float> run(std::span<const float> input);
  // The same for the rows of `inputs` that `rows` lists, read where they are. They must be float32.
  std::span<const float> run(const Features& inputs, std::span<const std::uint32_t> rows);

  class Engine;

 private:
  std::unique_ptr<Engine> engine_;
};

}  // namespace lithe
