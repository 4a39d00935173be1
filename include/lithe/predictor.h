// Repeated prediction with little delay: everything that can be decided in advance is decided when
// the predictor is made, and a call allocates nothing.
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
  // Takes up to `batch` examples for each call, on one thread. `model` must outlive the predictor,
  // which sees changes of its values. Two threads must not use one predictor at the same time.
  explicit Predictor(const Model& model, std::size_t batch = 1, const std::string& isa = "auto");
  Predictor(Predictor&&) noexcept;
  ~Predictor();

  // `input` is [rows][inputs], row-major, before preprocessing: the model's divisor is applied.
  // Returns [rows][outputs], row-major, which is valid until the next call. Throws Error(data) if
  // the input is not a whole number of examples, or has more than `batch` of them.
  std::span<const float> run(std::span<const float> input);
  // The same for the rows of `inputs` whose numbers are in `rows`; nothing is copied. float32 only.
  std::span<const float> run(const Features& inputs, std::span<const std::uint32_t> rows);

  class Engine;

 private:
  std::unique_ptr<Engine> engine_;
};

}  // namespace lithe
