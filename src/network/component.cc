#include "lithe/component.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>

namespace lithe {

std::size_t Shape::size() const {
  std::size_t product = 1;
  for (const std::size_t size : sizes) product *= size;
  return product;
}

std::string Shape::to_string() const { return fmt::format("{}", fmt::join(sizes, "x")); }

bool operator==(const Component& a, const Component& b) {
  return a.name == b.name && a.arguments == b.arguments;
}

namespace {

template <class Type>
const Type& argument_of(const Component& component, std::string_view name) {
  const auto found = std::find_if(component.arguments.begin(), component.arguments.end(),
                                  [name](const auto& argument) { return argument.first == name; });
  assert(found != component.arguments.end());
  return std::get<Type>(found->second);
}

}  // namespace

double Component::number(std::string_view argument) const {
  return argument_of<double>(*this, argument);
}
std::size_t Component::integer(std::string_view argument) const {
  return static_cast<std::size_t>(number(argument));
}
const Shape& Component::shape(std::string_view argument) const {
  return argument_of<Shape>(*this, argument);
}
const std::vector<Sentence>& Component::networks(std::string_view argument) const {
  return argument_of<std::vector<Sentence>>(*this, argument);
}
const std::vector<Shape>& Component::shapes(std::string_view argument) const {
  return argument_of<std::vector<Shape>>(*this, argument);
}
const Component& Component::component(std::string_view argument) const {
  return argument_of<Component>(*this, argument);
}
const Sentence& Component::network(std::string_view argument) const {
  return argument_of<Sentence>(*this, argument);
}

}  // namespace lithe
