// Components drawn at random from the catalogue: any value that its declarations allow.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>

#include "lithe/component.h"
#include "network/declaration.h"
#include "network/syntax.h"

namespace lithe::network {

class RandomComponents {
 public:
  RandomComponents(const Catalogue& catalogue, unsigned seed)
      : catalogue_(catalogue), random_(seed) {}

  Component component(Category category) {
    const auto names = catalogue_.names(category);
    const Declaration& declaration = *catalogue_.find(category, names[below(names.size())]);
    Component result{declaration.name, {}};
    for (const Argument& argument : declaration.arguments)
      result.arguments.emplace_back(argument.name, value(argument));
    return result;
  }

  Sentence network(std::size_t most_layers) {
    Sentence result(1 + below(most_layers));
    for (Component& layer : result) layer = component(Category::layer);
    return result;
  }

  std::size_t below(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }

 private:
  Value value(const Argument& argument) {
    switch (argument.type) {
      case Type::number:
        return number(argument);
      case Type::integer:
        return std::floor(std::clamp(std::exp2(uniform(0, 60)), argument.low, argument.high));
      case Type::shape:
        return shape();
      case Type::shapes: {
        std::vector<Shape> shapes(1 + below(4));
        for (Shape& one : shapes) one = shape();
        return shapes;
      }
      case Type::component:
        return component(argument.category);
      case Type::network:
        return network(3);
      case Type::networks: {
        std::vector<Sentence> networks(1 + below(3));
        for (Sentence& one : networks) one = network(2);
        return networks;
      }
      case Type::number_or_component:
        if (below(2) == 0) return number(argument);
        return component(argument.category);
    }
    return {};
  }

  // Of any magnitude: round ones, and ones with all digits.
  double number(const Argument& argument) {
    double value = std::exp2(uniform(-1000, 1000)) * (below(2) == 0 ? 1 : -1);
    if (below(2) == 0) value = std::round(uniform(-100, 100)) / 8;
    value = std::clamp(value, argument.low, argument.high);
    const bool outside = argument.low_open && value <= argument.low;
    return outside ? argument.low + std::min(1.0, argument.high - argument.low) : value;
  }

  Shape shape() {
    Shape result;
    std::size_t room = kLargestSize;
    for (std::size_t axes = 1 + below(4); axes > 0; --axes) {
      result.sizes.push_back(1 + below(room));
      room /= result.sizes.back();
    }
    return result;
  }

  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random_);
  }

  const Catalogue& catalogue_;
  std::mt19937 random_;
};

}  // namespace lithe::network
