// Components: layers, activations, losses, optimizers and initializers as plain values, each a name
// with arguments. The sentence `dense(30, sigmoid)` is a component; a network is a list of them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lithe {

// One to four positive sizes: height x width x channels, written "28x28x1".
struct Shape {
  std::vector<std::size_t> sizes;

  std::size_t size() const;  // their product
  std::string to_string() const;
  friend bool operator==(const Shape&, const Shape&) = default;
};

struct Component;
using Sentence = std::vector<Component>;  // a network

// The value of an argument: a number, a shape, a component, a network, or several shapes or
// networks.
using Value =
    std::variant<double, Shape, Component, Sentence, std::vector<Shape>, std::vector<Sentence>>;

// A component has all arguments of its declaration, in that order, with the defaults filled in. The
// accessors take the name of an argument and assert that it exists and has that type.
struct Component {
  std::string name;
  std::vector<std::pair<std::string, Value>> arguments;

  double number(std::string_view argument) const;
  std::size_t integer(std::string_view argument) const;
  const Shape& shape(std::string_view argument) const;
  const std::vector<Shape>& shapes(std::string_view argument) const;
  const Component& component(std::string_view argument) const;
  const Sentence& network(std::string_view argument) const;
  const std::vector<Sentence>& networks(std::string_view argument) const;
  friend bool operator==(const Component&, const Component&);
};

}  // namespace lithe
