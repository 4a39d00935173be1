// The declaration of a component: its name, its arguments, their defaults, ranges and help, once.
// The parser, the printer, the help and the documentation are all made from it.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lithe::network {

enum class Category {
  layer,
  activation,
  padding,
  algorithm,
  give,
  mask,
  position,
  norm_order,
  mean,
  loss,
  optimizer,
  initializer,
  schedule,
  averaging,
  augmentation,
  unknown,
  environment,
  agent,
  observation,
  answer
};
std::string_view name(Category category);  // "layer"

// shapes, networks: one or more of them, all that stand there without a name from its place on.
enum class Type {
  number,
  integer,
  shape,
  shapes,
  component,
  network,
  networks,
  number_or_component
};
constexpr bool is_several(Type type) { return type == Type::shapes || type == Type::networks; }

// `fallback` is the text of the default value; an argument without one must be given. Numbers and
// integers lie between `low` and `high`, both included unless `open` says that low is not.
struct Argument {
  std::string name, help;
  Type type = Type::number;
  std::string fallback = {};
  double low = -std::numeric_limits<double>::max(), high = std::numeric_limits<double>::max();
  bool low_open = false;
  Category category = Category::layer;  // of a component
};

struct Declaration {
  std::string name, help;
  std::vector<Argument> arguments = {};
};

// All components that sentences may name. Whoever parses builds it from the folders' declarations.
struct Catalogue {
  struct Entry {
    Category category;
    Declaration declaration;
  };
  std::vector<Entry> entries;

  void add(Category category, std::span<const Declaration> declarations);
  const Declaration* find(Category category, std::string_view wanted) const;
  std::vector<std::string> names(Category category) const;
};

// "dense(units, activation=identity)" and a line for the component and each of its arguments.
std::string describe(const Declaration& declaration);

// What an argument accepts, in words: "a whole number from 1 to 1048576".
std::string describe_range(const Argument& argument);

}  // namespace lithe::network
