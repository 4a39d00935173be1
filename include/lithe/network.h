// A network: a sentence such as
//   input(784) -> dense(30, sigmoid) -> dense(10, sigmoid)
// as a value. Parsing what was printed gives the same network. `lithe list layers` shows what a
// sentence can say.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "lithe/component.h"

namespace lithe {

// The text of sentences, as everywhere: activation "sigmoid", initializer "normal(1)".
struct DenseOptions {
  std::string activation = "identity";
  std::string init = "auto";
  std::string bias_init = "zeros";
};

class Network {
 public:
  // An empty network, for the builder below.
  Network() = default;
  // Throws Error(sentence) with a caret under what is wrong.
  static Network parse(std::string_view text);

  // The typed builder: Network().input({{784}}).dense(30, {.activation = "sigmoid"}).dense(10).
  Network& input(Shape shape);
  Network& dense(std::size_t units, const DenseOptions& options = {});
  Network& flatten();
  Network& activation(const std::string& name);

  // The same network with `input(shape)` in front if it has none, or input(784) for 28x28 where the
  // first layer takes a flat row. Throws Error(sentence) if it has
  // one of another size, naming both.
  Network with_input(const Shape& shape) const;

  bool has_input() const;
  Shape input_shape() const;  // has_input() must hold for these
  Shape output_shape() const;
  // Learned values, and multiply-adds times two of a forward pass, for one example.
  std::size_t parameter_count() const;
  double forward_operations() const;

  const Sentence& layers() const { return layers_; }
  std::string to_string() const;
  friend bool operator==(const Network&, const Network&) = default;

 private:
  Sentence layers_;
};

}  // namespace lithe
